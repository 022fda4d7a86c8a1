"""The pages of a PDF file -> their lines in reading order, each row of a table as one."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from rag.load.pdfium import read_printed
from rag.load.printed import Line, Page, Words, readable
from rag.load.ruled_tables import Table, set_out, tables_of
from rag.load.spaced_tables import cells_of, spaced_tables

# In heights of a line:
_FLUSH = 0.1  # by which the ends of justified lines differ at most
_INDENT = 3  # of a paragraph's first line at most

_BETWEEN = "   "  # the cells of a row
_MARGIN = 2  # lines of prose that end at one place: there the text ends


def read_pages(data: bytes) -> tuple[list[list[Line] | None], Mapping[str, str]]:
    """The lines of each page in reading order, None where it cannot be read, and what the file
    tells of itself. Raises CannotLoad.
    """
    printed, facts = read_printed(data)
    return set_out([page and list(_lines(page)) for page in printed]), facts


def _lines(page: Page) -> Iterator[Line | Table]:
    printed = page.lines
    prose = [line for line in printed if line.prose]
    space = min((space for line in prose for space in line.spaces), default=0.0)  # of the font
    ruled = tables_of(page)
    rows = [
        number not in ruled and line.wide and not _justified(line, following, prose, space)
        for number, (line, following) in enumerate(zip_longest(printed, printed[1:]))
    ]
    tables = spaced_tables(printed, rows, ruled) | ruled
    bullet: Words | None = None
    for number, (line, row) in enumerate(zip(printed, rows, strict=True)):
        if number in tables:
            if table := tables[number]:
                yield table
            continue
        text = readable(_BETWEEN.join(c.text for c in cells_of(line)) if row else line.text)
        before, bullet = bullet, None
        if not any(c.isalnum() for c in text):
            bullet = line if len(text) == 1 else None
            continue
        left, marked = line.left, line.marked
        if before and _stands_before(before, line):
            text, left, marked = f"{before.text} {text}", before.left, True
        yield Line(text, left, line.bottom, line.right, line.top, row, line.weight, marked)


def _stands_before(bullet: Words, line: Words) -> bool:
    """Whether a sign, which is told as a line, stands at the height of a line and left of it."""
    return bullet.right <= line.left and bullet.bottom < line.middle < bullet.top


def _justified(line: Words, following: Words | None, prose: Sequence[Words], space: float) -> bool:
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
