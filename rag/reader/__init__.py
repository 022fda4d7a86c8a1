"""Question + passage -> the words in it that answer, and how sure that is.

A small network that points at words and cannot write any: the default embedder's transformer,
trained further. CARD.md says on what, how, and how well it reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock, Thread

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Span
from rag.embed.model_folder import DEFAULT_SPEC, find_model_folder
from rag.onnx_model import OnnxModel, Tokenizer, open_tokenizer
from rag.words import STOP_WORDS, tokens

_WEIGHTS = Path(__file__).with_name("reader.onnx")
_WINDOW = 512  # tokens
_LONGEST = 30  # tokens of an answer
_ENGLISH = 0.2  # of the words are English function words; in prose it is twice as many


@dataclass(frozen=True, slots=True)
class Reading:
    """Where in a text the answer stands, if it is there at all.

    ``margin`` is by how much these words outdo "it does not say", in logits.
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

    def read(self, question: str, texts: Sequence[str]) -> list[Reading | None]:
        """The best words of each text; None for one that is not English, or not prose."""
        return [self._read(question, text) if _is_english(text) else None for text in texts]

    def _read(self, question: str, text: str) -> Reading | None:
        try:
            pair = self._tokenizer.pair(question, text, _WINDOW)
        except ValueError:
            return None
        logits = self._model().run(pair.ids, pair.types)
        nothing = float(logits[0].sum())
        own = logits[pair.first : pair.first + len(pair.spans)]
        first, last, score = _best(own[:, 0], own[:, 1])
        span = _whole_words(text, (pair.spans[first][0], pair.spans[last][1]))
        return Reading(span, score - nothing)

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


def _best(starts: NDArray[np.float32], ends: NDArray[np.float32]) -> tuple[int, int, float]:
    """The first and last token of the best run that is not too long, and its score."""
    found = []
    for length in range(min(_LONGEST, len(starts))):
        scores = starts[: len(starts) - length] + ends[length:]
        first = int(scores.argmax())
        found.append((float(scores[first]), first, first + length))
    score, first, last = max(found)
    return first, last, score


def _whole_words(text: str, span: Span) -> Span:
    """The span with the rest of the words that it cuts."""
    start, end = span
    while start > 0 and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end - 1].isalnum() and text[end].isalnum():
        end += 1
    return start, end
