"""A query with slips of the pen -> the same in words that the documents hold."""

import difflib
import re
from collections.abc import Callable, Sequence

from rag.store import Snapshot
from rag.words import STOP_WORDS, stem, tokens

_SHORTEST = 4  # letters: shorter words are too near to too many others
_ALIKE = 0.8  # of difflib's ratio: one slip in five letters
_ONE_WORD = 3  # tokens of a word that an embedder knows as one, the special ones included


def corrected(query: str, snapshot: Snapshot, count: Callable[[Sequence[str]], list[int]]) -> str:
    """The query with each word that is in no document replaced by the one it is a slip of.

    A word that the embedder knows as one (``count`` gives its tokens) is no slip, nor is one that
    is made of a known one, nor one with a capital, which may be a name that the documents lack.
    """
    pieces, end = [], 0
    for word, (start, stop) in tokens(query):
        typed = query[start:stop]
        if len(word) < _SHORTEST or typed != word or not word.isalpha() or word in STOP_WORDS:
            continue
        if better := _meant(word, snapshot, count):
            pieces += [query[end:start], better]
            end = stop
    return "".join([*pieces, query[end:]])


def _meant(
    word: str, snapshot: Snapshot, count: Callable[[Sequence[str]], list[int]]
) -> str | None:
    if count([word])[0] <= _ONE_WORD:
        return None
    known = snapshot.vocabulary(word[0])
    if not known or stem(word) in known:
        return None
    alike = difflib.get_close_matches(stem(word), known, 1, _ALIKE)
    if alike and re.fullmatch(rf"{re.escape(alike[0])}\w\w+", stem(word)):  # "shorten" of "short"
        return None
    for key in snapshot.lexical(alike, 1, None):
        (passage,) = snapshot.passages([key])
        text = f"{passage.title} {passage.in_place}"
        return next((found for found, _ in tokens(text) if stem(found) == alike[0]), None)
    return None
