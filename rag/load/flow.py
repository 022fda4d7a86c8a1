"""Lines of pages -> paragraphs, which may go on from one page to the next."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.load.printed import ANOTHER_SIZE, BROKEN_WORD, Line

_LIST_ITEM = re.compile(r"[•‣▪◦●○■\-–—*·+]\s|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]\s")
_ENDED = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")

# In heights of a line:
_PARAGRAPH_GAP = 0.5  # between the lines of different paragraphs
_INDENT = 0.7
_NEARLY_FULL = 0.85  # of a block's width: from here on, what goes on in lower case runs on


class Paragraph(NamedTuple):
    """The lines of a paragraph, and which page, from 0, each one is on."""

    lines: list[Line]
    pages: list[int]


def paragraphs(pages: Sequence[Sequence[Line]]) -> list[Paragraph]:
    """The paragraphs in order; a row of a table is one."""
    found: list[Paragraph] = []
    for page, lines in enumerate(pages):
        for number, block in enumerate(_blocks(lines)):
            left, right = min(line.left for line in block), max(line.right for line in block)
            for at, line in enumerate(block):
                if at:
                    goes_on = _goes_on(block[at - 1], line, left, right)
                else:
                    goes_on = bool(found) and not number and _runs_on(found[-1].lines[-1], line)
                if not goes_on:
                    found.append(Paragraph([], []))
                found[-1].lines.append(line)
                found[-1].pages.append(page)
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


def _below(upper: Line, lower: Line) -> bool:
    height = max(upper.height, lower.height)
    alike = height < ANOTHER_SIZE * min(upper.height, lower.height)
    gap = upper.bottom - lower.top
    over = upper.left < lower.right and lower.left < upper.right
    return alike and over and -0.6 * height < gap < _PARAGRAPH_GAP * height


def _goes_on(upper: Line, lower: Line, left: float, right: float) -> bool:
    """Whether a paragraph goes on from one line of a block, which has these sides, to the next."""
    if upper.row or lower.row:
        return False
    word = lower.text.split(None, 1)[0]
    width = (lower.right - lower.left) / len(lower.text) * (len(word) + 1)
    fits = upper.right + width < right
    if lower.text[0].islower() and not _ENDED.search(upper.text):
        fits &= upper.right - left < _NEARLY_FULL * (right - left)
    indented = lower.left > upper.left + _INDENT * lower.height and _ENDED.search(upper.text)
    item = lower.marked or _LIST_ITEM.match(lower.text)
    return not (item or (fits and not upper.text.endswith(BROKEN_WORD)) or indented)


def _runs_on(last: Line, first: Line) -> bool:
    """Whether a sentence goes on from one page to the next one."""
    unfinished = not (last.row or first.row or _ENDED.search(last.text))
    return unfinished and first.text[0].islower() and len(last.text) >= 40
