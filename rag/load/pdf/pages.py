"""The pages of a PDF file -> their lines in reading order, each row of a table as one."""

from collections.abc import Iterator, Mapping, Sequence

from rag.load.pdf.flow import ENDED
from rag.load.pdf.pdfium import read_printed
from rag.load.pdf.printed import Line, Page, Words, readable
from rag.load.pdf.ruled_tables import Table, set_out, tables_of
from rag.load.pdf.spaced_tables import cells_of, spaced_tables

# In heights of a line:
_FLUSH = 0.1  # by which the ends of justified lines differ at most
_INDENT = 3  # of a paragraph's first line at most
_KERNED = 0.05  # of the spaces are narrower than the font's, as after a "T"

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
    spaces = sorted(space for line in prose for space in line.spaces)
    space = spaces[int(_KERNED * len(spaces))] if spaces else 0.0  # of the font
    ruled = tables_of(page)
    rows: list[bool] = []
    for number, line in enumerate(printed):
        row = line.wide and number not in ruled
        if row and _justified(printed, number, prose, space):
            prose.append(line)
            row = False
        rows.append(row)
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
        start, end = line.sides[0]
        word = end - start + space * line.height
        yield Line(text, left, line.bottom, line.right, line.top, row, line.weight, marked, word)


def _stands_before(bullet: Words, line: Words) -> bool:
    """Whether a sign, which is told as a line, stands at the height of a line and left of it."""
    return bullet.right <= line.left and bullet.bottom < line.middle < bullet.top


def _justified(printed: Sequence[Words], number: int, prose: Sequence[Words], space: float) -> bool:
    """Whether the spaces of a line are wide only because it was stretched to the text's margins.

    Then they are even, the line ends where the prose of the page does, and a sentence runs on from
    prose into it or from it into prose; or the next word was too long for it, even if its spaces
    were as narrow as ``space``. The cells of a row may be spread evenly and end there, but leave
    room for a word; so does, for all one knows, a page's last line.
    """
    line = printed[number]
    flush, indent = _FLUSH * line.height, _INDENT * line.height
    ending = [other for other in prose if abs(other.right - line.right) < flush]
    if not line.even or sum(-flush < line.left - o.left < indent for o in ending) < _MARGIN:
        return False
    if any(before in ending and _runs_on(before, line) for before in printed[:number][-1:]):
        return True
    if number + 1 == len(printed):
        return False
    following = printed[number + 1]
    room = (sum(line.spaces) - (len(line.spaces) + 1) * space) * line.height
    left, right = following.sides[0]
    return right - left > room or (following.prose and _runs_on(line, following))


def _runs_on(upper: Words, lower: Words) -> bool:
    """Whether a sentence may go on in a line closely below another one."""
    gap = upper.bottom - lower.top
    return -lower.height < 2 * gap < lower.height and not ENDED.search(upper.text)
