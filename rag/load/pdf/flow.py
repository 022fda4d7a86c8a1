"""Lines of pages -> paragraphs, which may go on from one page to the next."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.load.pdf.printed import ANOTHER_SIZE, BROKEN_WORD, Line

_LIST_ITEM = re.compile(
    r"[•‣▪◦●○■\-–—*·+]\s|(?P<open>\(?)(?:(?P<sign>\d{1,3}|[a-zA-Z])|[ivx]{1,5})(?P<close>[.)])\s"
)
_DASH = re.compile(r"[–—]\s[a-z]")
ENDED = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")

_PROSE = re.compile(r"[\w\"'“”‘’(\[«—–]")  # begins a line of it
_LEADER = re.compile(r"(?:\. ?){4}")  # of a table of contents
_LONG, _NARROW = 40, 25  # characters of a line of text, not of a heading; of one in columns

# In heights of a line:
_PARAGRAPH_GAP = 0.5  # between the lines of different paragraphs
_INDENT = 0.7
_COLUMN = 10  # the width of a column of text, at least; that of a table is narrower
_NEARLY_FULL = 0.85  # of a block's width: from here on, what goes on in lower case runs on


class Paragraph(NamedTuple):
    """The lines of a paragraph, and which page, from 0, each one is on."""

    lines: list[Line]
    pages: list[int]


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[Paragraph]:
    """The paragraphs in order; a row of a table is one."""
    found: list[Paragraph] = []
    before: Sequence[Line] = ()
    for page, lines in enumerate(pages):
        for number, block in enumerate(_blocks(lines)):
            left, right = _sides(block)
            for at, line in enumerate(block):
                if at:
                    goes_on = _goes_on(block, at, left, right, len(found[-1].lines) > 1)
                else:
                    goes_on = bool(before) and (
                        (not number or _in_next_column(before[-1], line))
                        and _runs_on(before, block)
                    )
                if not goes_on:
                    found.append(Paragraph([], []))
                found[-1].lines.append(line)
                found[-1].pages.append(page)
            before = block
    return found


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Runs of lines of one size, each closely below the one before it."""
    block: list[Line] = []
    for line in lines:
        if block and not _below(block[-1], line):
            yield block
            block = []
        block.append(line)
    if block:
        yield block


def _sides(block: Sequence[Line]) -> tuple[float, float]:
    return min(line.left for line in block), max(line.right for line in block)


def _below(upper: Line, lower: Line) -> bool:
    height = max(upper.height, lower.height)
    gap = upper.bottom - lower.top
    over = upper.left < lower.right and lower.left < upper.right
    return _alike(upper, lower) and over and -0.6 * height < gap < _PARAGRAPH_GAP * height


def _goes_on(block: Sequence[Line], at: int, left: float, right: float, running: bool) -> bool:
    """Whether a paragraph goes on in a line of a block, which has these sides.

    ``running`` if it has several lines already.
    """
    upper, lower = block[at - 1], block[at]
    if upper.row or lower.row:
        return False
    ended = ENDED.search(upper.text)
    fits = _fits(upper, lower, right)
    if lower.text[0].islower() and not ended:
        fits &= not running and upper.right - left < _NEARLY_FULL * (right - left)
    if _is_item(lower) and (ended or fits or _is_next_item(block, at)):
        return False
    indented = lower.left > upper.left + _INDENT * lower.height and ended
    return not ((fits and not upper.text.endswith(BROKEN_WORD)) or indented)


def _is_item(line: Line) -> bool:
    return line.marked or bool(_LIST_ITEM.match(line.text))


def _is_next_item(block: Sequence[Line], at: int) -> bool:
    """Whether a line begins as an item does, and no sentence can go on so.

    One goes on with "34. It" or "n) and", unless a line above begins with the sign before that, and
    with "– in short".
    """
    text = block[at].text
    if _DASH.match(text):
        return any(line.text.startswith(text[:2]) for line in block[:at])
    match = _LIST_ITEM.match(text)
    if not match or not (sign := match["sign"]) or sign in ("1", "a", "A"):
        return True
    before = str(int(sign) - 1) if sign.isdigit() else chr(ord(sign) - 1)
    begins = f"{match['open']}{before}{match['close']}"
    return any(line.text.startswith(begins) for line in block[:at])


def _fits(upper: Line, lower: Line, right: float) -> bool:
    """Whether the first word of a line has room behind another one, up to the right side."""
    return upper.right + lower.word < right


def _in_next_column(last: Line, first: Line) -> bool:
    return first.bottom > last.top and (first.left > last.right or first.right < last.left)


def _runs_on(block: Sequence[Line], following: Sequence[Line]) -> bool:
    """Whether a sentence goes on from a block to the one on the next page or in the next column.

    With a word in lower case, or in prose, where the last line had no room for the next word.
    """
    last, first = block[-1], following[0]
    (left, right), (start, end) = _sides(block), _sides(following)
    full = len(block) > 1 and not _fits(last, first, max(right, left + end - start))
    ended = ENDED.search(last.text)
    if last.row or first.row or (ended and ended[0][0] not in ":;"):
        return False
    dash = _DASH.match(first.text) and not any(line.text[:2] == first.text[:2] for line in block)
    if first.text[0].islower() or dash:
        return full or (len(last.text) >= _LONG and not ended)
    several = len(block) > 2 and len(following) > 1 and right - left > _COLUMN * last.height
    prose = (several or len(last.text) >= _NARROW) and not _LEADER.search(last.text)
    begun = _PROSE.match(first.text) and not _is_item(first) and _alike(last, first)
    whole = len(following) > 1 or ENDED.search(first.text)  # and no heading
    return bool(full and not ended and prose and begun and whole)


def _alike(line: Line, other: Line) -> bool:
    """Whether two lines are of one size."""
    low, high = sorted((line.height, other.height))
    return high < ANOTHER_SIZE * low
