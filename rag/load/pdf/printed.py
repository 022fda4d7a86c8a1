"""What is printed on the pages of a PDF file: lines of words with their boxes, and rules."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from rag.clean import clean_text
from rag.load.pdf.grid import Box

BROKEN_WORD = "\ufffe"  # PDFium's mark for a "-" at the end of a line
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\xad": ""}
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")

BOLDER = 1.2  # times the usual weight of the letters' strokes: bold

# In heights of a line:
ANOTHER_SIZE = 1.15  # of a heading
WIDE_SPACE = 1.2  # between the cells of a row
_EVEN = 0.15  # by which the spaces of a justified line differ at most: letters are kerned


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is printed; the box is in points from the bottom left of the page."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    row: bool = False
    weight: int = 0  # of the letters' strokes, as the font tells it; of the thinner end
    marked: bool = False  # begins with a bullet or a note's number, in a size of its own
    word: float = 0.0  # the width of its first word and a space

    @property
    def height(self) -> float:
        """From the lowest to the highest letter of the font."""
        return max(self.top - self.bottom, 0.1)


class Word(NamedTuple):
    """A word: its middle in points from the bottom left; how high and bold its line is."""

    text: str
    x: float
    y: float
    height: float
    weight: int


@dataclass(frozen=True)
class Words:
    """The words of a line: their characters, and from where to where each one is printed."""

    text: str
    places: Sequence[tuple[int, int]]
    sides: Sequence[tuple[float, float]]
    bottom: float
    top: float
    weight: int
    marked: bool

    @property
    def left(self) -> float:
        """Where the first word begins."""
        return self.sides[0][0]

    @property
    def right(self) -> float:
        """Where the last word ends."""
        return self.sides[-1][1]

    @property
    def height(self) -> float:
        """From the lowest to the highest letter of the font."""
        return max(self.top - self.bottom, 0.1)

    @property
    def middle(self) -> float:
        """Half its height from the bottom."""
        return (self.bottom + self.top) / 2

    def apart(self) -> Iterator[Word]:
        """Each word by itself."""
        for place, sides in zip(self.places, self.sides, strict=True):
            text = self.text[slice(*place)]
            yield Word(text, sum(sides) / 2, self.middle, self.height, self.weight)

    @cached_property
    def spaces(self) -> list[float]:
        """The widths of the spaces, in heights of the line."""
        return [(after[0] - before[1]) / self.height for before, after in pairwise(self.sides)]

    @property
    def wide(self) -> bool:
        """Whether a space, not the one after a mark, is as wide as between the cells of a row."""
        return max(self.spaces[int(self.marked) :], default=0.0) > WIDE_SPACE

    @property
    def even(self) -> bool:
        """Whether all the spaces are of one width."""
        return max(self.spaces) - min(self.spaces) < _EVEN

    @property
    def prose(self) -> bool:
        """Whether the spaces are as in running text."""
        return len(self.spaces) > 1 and self.even and not self.wide


class Page(NamedTuple):
    """What is printed on a page: its lines in the order of the file, and the rules drawn on it."""

    lines: list[Words]
    rules: list[Box]


def readable(text: str) -> str:
    """A text without ligatures, control characters and what `clean_text` takes out."""
    return _CONTROL.sub("", clean_text(text)).translate(_LIGATURES)
