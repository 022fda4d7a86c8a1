"""The pages of a PDF file -> their lines as they are printed: text, boxes, which of them are rows.

PDFium tells where each character stands; only those at the ends of words are asked for, since each
answer takes longer than all the rest.
"""

import ctypes
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, zip_longest
from typing import Any

from rag.clean import clean_text
from rag.load.document import CannotLoad

BROKEN_WORD = "\ufffe"  # PDFium's mark for a "-" at the end of a line
_HYPHENATED = re.compile(r"(?<=[^\W\d_])\u2010$")  # one that it does not mark
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\xad": ""}
)
_PRINTED = re.compile(rf"(?=\S)[^\r\n{BROKEN_WORD}]*{BROKEN_WORD}?")  # PDFium joins broken words
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^ ]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_LONGEST_NAME = 100  # characters of a font's name that are read
_REGULAR, _BOLD = 400, 700  # weights of fonts, as CSS has them

# In heights of a line:
ANOTHER_SIZE = 1.15  # of a heading
_WIDE_SPACE = 1.2  # between the cells of a row
_EVEN = 0.15  # by which the spaces of a justified line differ at most: letters are kerned
_FLUSH = 0.1  # by which the ends of justified lines differ at most
_INDENT = 3  # of a paragraph's first line at most

_MARGIN = 2  # lines of prose that end at one place: there the text ends


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

    @property
    def height(self) -> float:
        """From the lowest to the highest letter of the font."""
        return max(self.top - self.bottom, 0.1)


@dataclass(frozen=True)
class _Words:
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
        return self.sides[0][0]

    @property
    def right(self) -> float:
        return self.sides[-1][1]

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 0.1)

    @cached_property
    def spaces(self) -> list[float]:
        """The widths of the spaces, in heights of the line."""
        return [(after[0] - before[1]) / self.height for before, after in pairwise(self.sides)]

    @property
    def wide(self) -> bool:
        """Whether a space, not the one after a mark, is as wide as between the cells of a row."""
        return max(self.spaces[int(self.marked) :], default=0.0) > _WIDE_SPACE

    @property
    def even(self) -> bool:
        """Whether all the spaces are of one width."""
        return max(self.spaces) - min(self.spaces) < _EVEN

    @property
    def prose(self) -> bool:
        return len(self.spaces) > 1 and self.even and not self.wide


def read_pages(data: bytes) -> tuple[list[list[Line] | None], Mapping[str, str]]:
    """The lines of each page in reading order, None where it cannot be read, and what the file
    tells of itself. Raises CannotLoad.
    """
    import pypdfium2

    try:
        file = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise CannotLoad("encrypted; it opens only with a password") from None
        raise CannotLoad("a damaged PDF file; it is cut off or has been changed") from None
    pages: list[list[Line] | None] = []
    for number in range(len(file)):
        try:
            pages.append(list(_lines(file[number])))
        except pypdfium2.PdfiumError:
            pages.append(None)
    return pages, file.get_metadata_dict()


def _lines(page: Any) -> Iterator[Line]:
    textpage = page.get_textpage()
    printed = list(_words(textpage))
    textpage.close()
    page.close()
    prose = [line for line in printed if line.prose]
    space = min((space for line in prose for space in line.spaces), default=0.0)  # of the font
    bullet: _Words | None = None
    for line, following in zip_longest(printed, printed[1:]):
        row = line.wide and not _justified(line, following, prose, space)
        text = _HYPHENATED.sub(BROKEN_WORD, clean_text(_as_row(line) if row else line.text))
        text = _CONTROL.sub("", text).translate(_LIGATURES)
        before, bullet = bullet, None
        if not any(c.isalnum() for c in text):
            bullet = line if len(text) == 1 else None
            continue
        left, marked = line.left, line.marked
        if before and _stands_before(before, line):
            text, left, marked = f"{before.text} {text}", before.left, True
        yield Line(text, left, line.bottom, line.right, line.top, row, line.weight, marked)


def _stands_before(bullet: _Words, line: _Words) -> bool:
    """Whether a sign, which is told as a line, stands at the height of a line and left of it."""
    middle = (line.bottom + line.top) / 2
    return bullet.right <= line.left and bullet.bottom < middle < bullet.top


def _words(textpage: Any) -> Iterator[_Words]:
    """The words of each line of a page."""
    for printed in _PRINTED.finditer(textpage.get_text_range()):
        text = printed[0].rstrip()
        places = [word.span() for word in _WORD.finditer(text)]
        ends = [
            [textpage.get_charbox(printed.start() + at, loose=True) for at in (start, end - 1)]
            for start, end in places
        ]
        # One odd character decides nothing: half a ligature has a lower box, a bullet a higher one.
        boxes = sorted({box for both in ends for box in both}, key=_height)
        _, bottom, _, top = middle = boxes[len(boxes) // 2]
        low, high = sorted((_height(ends[0][0]), _height(middle)))
        mark = not _LETTER.search(text[: places[0][1]]) and high > ANOTHER_SIZE * low
        weight = min(_weight(textpage, printed.start() + at) for at in (0, len(text) - 1))
        yield _Words(text, places, [(a[0], b[2]) for a, b in ends], bottom, top, weight, mark)


def _weight(textpage: Any, at: int) -> int:
    """How bold a character is; the fonts that each program brings have but a name that tells it."""
    from pypdfium2 import raw

    if (told := raw.FPDFText_GetFontWeight(textpage, at)) > 0:
        return int(told)
    name = ctypes.create_string_buffer(_LONGEST_NAME)
    raw.FPDFText_GetFontInfo(textpage, at, name, _LONGEST_NAME, ctypes.byref(ctypes.c_int()))
    return _BOLD if b"bold" in name.value.lower() else _REGULAR


def _height(box: tuple[float, float, float, float]) -> float:
    return box[3] - box[1]


def _justified(
    line: _Words, following: _Words | None, prose: Sequence[_Words], space: float
) -> bool:
    """Whether the spaces of a line are wide only because it was stretched to the text's margins.

    Then they are even, the line ends where the prose of the page does, and the next word was too
    long for it, even if its spaces were as narrow as ``space``. The cells of a row may be spread
    evenly and end there, but leave room for a word; so does, for all one knows, a page's last line.
    """
    if not line.even or following is None:
        return False
    room = (sum(line.spaces) - (len(line.spaces) + 1) * space) * line.height
    left, right = following.sides[0]
    if right - left <= room:
        return False
    flush, indent = _FLUSH * line.height, _INDENT * line.height
    ending = [other.left for other in prose if abs(other.right - line.right) < flush]
    return sum(-flush < line.left - left < indent for left in ending) >= _MARGIN


def _as_row(line: _Words) -> str:
    """The text of a row, with three spaces between the cells."""
    parts = [line.text[: line.places[0][1]]]
    for (before, after), space in zip(pairwise(line.places), line.spaces, strict=True):
        between = line.text[before[1] : after[0]]
        if space > _WIDE_SPACE:
            between = " " if line.text[before[1] - 1] in "$€£¥" else "   "
        parts += [between, line.text[slice(*after)]]
    return "".join(parts)
