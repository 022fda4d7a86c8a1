"""Lines that end within a word -> with the hyphen where it belongs to the word, else without."""

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from rag.load.pdf.printed import BROKEN_WORD

_HYPHENS = "-\u2010"
_WORD = re.compile(rf"\w+(?:[{_HYPHENS}]\w+)*")
_MANY = 0.03  # of the lines
_START, _REST = re.compile(r"\w*$"), re.compile(r"\w*")


class Hyphens:
    """What the lines of a file tell of its hyphens: some programs break words, others only lines.

    A compound that stands unbroken elsewhere keeps its hyphen, a word that does loses it. Of
    others the file's habit decides: it breaks words where more of these than of compounds are
    found whole, or many lines end so.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        lines = list(lines)
        self._compounds: set[str] = set()
        self._words: set[str] = set()
        for word in _whole_words(lines):
            parts = re.split(f"[{_HYPHENS}]", word)
            self._words.update(parts)
            self._compounds.update("-".join(pair) for pair in pairwise(parts))
        broken = [
            _parts(line.lower(), following.lower())
            for line, following in pairwise(lines)
            if line.endswith(BROKEN_WORD)
        ]
        words = sum(start + rest in self._words for start, rest in broken)
        compounds = sum(f"{start}-{rest}" in self._compounds for start, rest in broken)
        self._breaks_words = words > compounds or len(broken) > _MANY * len(lines)

    def mended(self, line: str, following: str) -> str:
        """A line that ends with the mark of a broken word, with a hyphen or nothing for it."""
        start, rest = _parts(line, following)
        plain = rest.islower() and (start.islower() or start.istitle())
        return line[:-1] + ("-" if not plain or self._keeps(start.lower(), rest) else "")

    def _keeps(self, start: str, rest: str) -> bool:
        if f"{start}-{rest}" in self._compounds:
            return True
        return start + rest not in self._words and not self._breaks_words


def _whole_words(lines: Iterable[str]) -> Iterator[str]:
    """The words in small letters, less those that are broken."""
    before = ""
    for line in lines:
        found = _WORD.findall(line.lower())
        first = before.endswith(BROKEN_WORD)
        yield from found[first : len(found) - line.endswith(BROKEN_WORD)]
        before = line


def _parts(line: str, following: str) -> tuple[str, str]:
    start, rest = _START.search(line[:-1]), _REST.match(following)
    assert start is not None and rest is not None
    return start[0], rest[0]
