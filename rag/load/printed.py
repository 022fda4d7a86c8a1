"""What is printed on the pages of a PDF file, by PDFium: words with their boxes, and rules.

PDFium tells where each character stands; only those at the ends of words are asked for, since each
answer takes longer than all the rest.
"""

import ctypes
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from rag.clean import clean_text
from rag.load.document import CannotLoad
from rag.load.grid import NEAR, Box

BROKEN_WORD = "\ufffe"  # PDFium's mark for a "-" at the end of a line
_HYPHENATED = re.compile(r"(?<=[^\W\d_])\u2010$")  # a word that it does not mark
_LIGATURES = str.maketrans(
    {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\xad": ""}
)
_PRINTED = re.compile(rf"(?=\S)[^\r\n{BROKEN_WORD}]*{BROKEN_WORD}?")  # PDFium joins broken words
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^ ]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")
_LONGEST_NAME = 100  # characters of a font's name that are read
_MOST_RULES, _MOST_PATHS = 3000, 20_000  # of a page; drawings have more
_REGULAR, _BOLD = 400, 700  # weights of fonts, as CSS has them

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
    """The words of a line: their characters, and from where to where each one is printed.

    PDFium takes two lines for one at times, so each word has a middle of its own.
    """

    text: str
    places: Sequence[tuple[int, int]]
    sides: Sequence[tuple[float, float]]
    middles: Sequence[float]
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
        for place, sides, middle in zip(self.places, self.sides, self.middles, strict=True):
            yield Word(self.text[slice(*place)], sum(sides) / 2, middle, self.height, self.weight)

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


def read_printed(data: bytes) -> tuple[Iterator[Page | None], Mapping[str, str]]:
    """Each page, None where it cannot be read, and what the file tells of itself.

    Raises CannotLoad.
    """
    import pypdfium2

    try:
        file = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise CannotLoad("encrypted; it opens only with a password") from None
        raise CannotLoad("a damaged PDF file; it is cut off or has been changed") from None

    def pages() -> Iterator[Page | None]:
        for number in range(len(file)):
            try:
                page = file[number]
                textpage = page.get_textpage()
                yield Page(list(_words_of(textpage)), _rules_of(page))
                textpage.close()
                page.close()
            except pypdfium2.PdfiumError:
                yield None

    return pages(), file.get_metadata_dict()


def _words_of(textpage: Any) -> Iterator[Words]:
    """The words of each line of a page."""
    for printed in _PRINTED.finditer(textpage.get_text_range()):
        text = _HYPHENATED.sub(BROKEN_WORD, printed[0].rstrip())
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
        sides = [(first[0], last[2]) for first, last in ends]
        middles = [(first[1] + first[3]) / 2 for first, _ in ends]
        yield Words(text, places, sides, middles, bottom, top, weight, mark)


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


def _rules_of(page: Any) -> list[Box]:
    """What is drawn on a page as a rule; nothing where it is a picture of many lines."""
    from pypdfium2 import PdfiumError, raw

    found: list[Box] = []
    paths = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1)
    for drawn in itertools.islice(paths, _MOST_PATHS):
        with suppress(PdfiumError):  # an empty one
            box = Box(*drawn.get_bounds())
            if min(box.right - box.left, box.top - box.bottom) < NEAR:
                found.append(box)
            elif _is_stroked(drawn):
                found += _sides(drawn)
    return found if len(found) <= _MOST_RULES else []


def _is_stroked(drawn: Any) -> bool:
    from pypdfium2 import raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(drawn, fill, stroke)
    return bool(stroke.value)


def _sides(drawn: Any) -> Iterator[Box]:
    """The upright and level lines of a path."""
    from pypdfium2 import raw

    matrix = drawn.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for number in range(min(raw.FPDFPath_CountSegments(drawn), _MOST_RULES)):
        segment = raw.FPDFPath_GetPathSegment(drawn, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        ends = [(last, point)] if kind == raw.FPDF_SEGMENT_LINETO else []
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        if raw.FPDFPathSegment_GetClose(segment):
            ends.append((point, start))
        for (a, b), (c, d) in ends:
            if min(abs(a - c), abs(b - d)) < NEAR:
                yield Box(min(a, c), min(b, d), max(a, c), max(b, d))
        last = point


def readable(text: str) -> str:
    """A text without ligatures, control characters and what `clean_text` takes out."""
    return _CONTROL.sub("", clean_text(text)).translate(_LIGATURES)
