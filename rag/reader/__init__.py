"""Question + passages -> the words in each sentence that answer, and how sure that is.

A small network that points at words and cannot write any: the default embedder's transformer,
trained further. CARD.md says on what, how, and how well it reads.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from threading import Lock, Thread

import numpy as np
from numpy.typing import NDArray

from rag.chronology import of_another_time
from rag.datatypes import Passage, Span
from rag.embed.model_folder import DEFAULT_SPEC, find_model_folder
from rag.framing import asked_alone
from rag.onnx_model import OnnxModel, Tokenizer, open_tokenizer
from rag.tables import in_table
from rag.words import STOP_WORDS, tokens

_WEIGHTS = Path(__file__).with_name("reader.onnx")
_WINDOW = 512  # tokens
_LONGEST = 30  # tokens of an answer
_ANSWERED = 1.0  # logits: more questions have an answer than of those that it was trained on
_IN_NUMBER = re.compile(r"\d[.,:/]\d|(?<!\d{3})\d[ \xa0\u2009\u202f]\d{3}(?!\d)")  # 1,300, 1 300
_ENGLISH = 0.15  # of the words are English function words; in most prose it is twice as many


@dataclass(frozen=True, slots=True)
class Reading:
    """The words of a sentence that answer, if it answers at all.

    ``span`` is in the document's offsets; ``margin`` is by how much, in logits, these words outdo
    "the passage does not say", or the best words of the passage if they are not these.
    """

    span: Span
    margin: float


class Reader:
    """Reads English; the network is loaded once, by ``prepare`` or by the first text."""

    def __init__(self) -> None:
        self._loading = Lock()
        self._loaded: OnnxModel | None = None

    def prepare(self) -> None:
        """Begins to load the network, beside what else a first question has to wait for."""
        if self._loaded is None:
            Thread(target=self._model).start()

    def read(self, question: str, passages: Sequence[Passage]) -> dict[tuple[str, Span], Reading]:
        """Document and place of a sentence -> its words that answer best.

        A question that tells more than it asks is read with and without that. Left out are
        sentences of passages that are not English prose, rows of tables, sentences beyond the
        window, and those of another time than the question's: it hardly looks at times.
        """
        found: dict[tuple[str, Span], Reading] = {}
        english = [passage for passage in passages if _is_english(passage.text)]
        for asked, passage in product(dict.fromkeys((question, asked_alone(question))), english):
            for span, reading in self._read(asked, passage):
                known = found.setdefault((passage.document, span), reading)
                if reading.margin > known.margin:
                    found[passage.document, span] = reading
        return found

    def _read(self, question: str, passage: Passage) -> Iterator[tuple[Span, Reading]]:
        try:
            pair = self._tokenizer.pair(question, passage.text, _WINDOW)
        except ValueError:
            return
        logits = self._model().run(pair.ids, pair.types)
        nothing = float(logits[0].sum()) - _ANSWERED
        own = logits[pair.first : pair.first + len(pair.spans)]
        places = [(a + passage.start, b + passage.start) for a, b in pair.spans]
        found = []
        for sentence in passage.sentences:
            held = [i for i, (a, b) in enumerate(places) if a < sentence[1] and b > sentence[0]]
            quote = passage.quote(sentence)
            if held and not of_another_time(question, quote) and not in_table(quote):
                first, last, score = best_run(*own[held[0] : held[-1] + 1].T)
                words = (places[held[first]][0], places[held[last]][1])
                found.append((score, sentence, _whole_words(passage, words, sentence)))
        best = max((score for score, *_ in found), default=nothing)
        for score, sentence, span in found:
            yield sentence, Reading(span, score - (nothing if score == best else best))

    def _model(self) -> OnnxModel:
        with self._loading:
            self._loaded = self._loaded or OnnxModel(_WEIGHTS)
            return self._loaded

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return open_tokenizer(find_model_folder(DEFAULT_SPEC, download=False).tokenizer)


def _is_english(text: str) -> bool:
    words = [word for word, _ in tokens(text)]
    return sum(word in STOP_WORDS for word in words) >= _ENGLISH * len(words) > 0


def best_run(starts: NDArray[np.float32], ends: NDArray[np.float32]) -> tuple[int, int, float]:
    """The first and last token of the best run that is not too long, and its score."""
    size = len(starts)
    runs = np.tri(size, size, _LONGEST - 1) - np.tri(size, size, -1)  # [first, last]
    scores = np.where(runs, starts[:, None] + ends, -np.inf)
    first, last = divmod(int(scores.argmax()), size)
    return first, last, float(scores[first, last])


def _whole_words(passage: Passage, span: Span, sentence: Span) -> Span:
    """The span with the rest of the words and numbers that it cuts, within its sentence."""
    text, first = passage.quote(sentence), sentence[0]
    start, end = max(span[0] - first, 0), min(span[1] - first, len(text))
    while start > 0 and _is_within(text, start):
        start -= 1
    while end < len(text) and _is_within(text, end):
        end += 1
    return start + first, end + first


def _is_within(text: str, place: int) -> bool:
    """Whether a place is within a word or number; accents that stand alone belong to theirs."""
    joined = all(c.isalnum() or unicodedata.combining(c) for c in text[place - 1 : place + 1])
    return joined or any(_IN_NUMBER.match(text, at) for at in (place - 2, place - 1) if at >= 0)
