"""A sentence + the passages it cites -> how well they support it, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.datatypes import Passage, Span, Support
from rag.words import stems

_FOLDED = str.maketrans("“”„«»‘’‚`–—‑−", '"""""\'\'\'\'----')


@dataclass(frozen=True, slots=True)
class Finding:
    """How a sentence is supported, and by which spans of which passages (by index).

    ``text`` is the sentence; where it is quoted, in the very characters of its source.
    """

    text: str
    support: Support
    spans: tuple[tuple[int, Span], ...]


@lru_cache(maxsize=4096)
def check(text: str, passages: tuple[Passage, ...], cited: tuple[int, ...]) -> Finding:
    """Holds a sentence against the passages at ``cited``, or against all if it cites none."""
    for i in cited or range(len(passages)):
        for span in passages[i].sentences:
            quote = passages[i].quote(span)
            if fold(quote) == fold(text):
                return Finding(quote, "quoted", ((i, span),))
    words = set(stems(text))
    spans = tuple((i, _nearest(words, passages[i])) for i in cited)
    shared = max((len(words & set(stems(passages[i].quote(s)))) for i, s in spans), default=0)
    return Finding(text, "weak" if shared * 2 >= len(words) > 0 else "unsupported", spans)


def fold(text: str) -> str:
    """Text without what typography adds: white space, kinds of quotation marks and dashes."""
    return " ".join(text.translate(_FOLDED).split()).strip("\"' ").rstrip(".")


def _nearest(words: set[str], passage: Passage) -> Span:
    spans: Sequence[Span] = passage.sentences or ((passage.start, passage.end),)
    return max(spans, key=lambda span: len(words & set(stems(passage.quote(span)))))
