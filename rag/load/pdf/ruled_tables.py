"""What is printed in the cells of grids -> tables, and each of their rows as one line."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from statistics import median_low

from rag.load.pdf.grid import NEAR, Box, grids
from rag.load.pdf.printed import BOLDER, BROKEN_WORD, Line, Page, Word, readable
from rag.load.table import lines, names_columns

_BROKEN = re.compile(rf"{BROKEN_WORD} (?=[a-z])")  # within a cell
_FURNITURE = 3  # lines at most between the parts of a table on two pages: heads and feet
_LONGEST_CELL = 500  # characters; what is longer is a text in a frame


@dataclass(frozen=True, slots=True)
class Table:
    """A table on one page: its rows, all of as many texts, and where each column begins."""

    texts: list[list[str]]
    lefts: list[float]
    box: Box
    set_off: bool  # the first row is bolder than the others
    height: float  # of a line
    weight: int


def tables_of(page: Page) -> dict[int, Table | None]:
    """The ruled tables of a page, by the number of the first line in each; None for its others."""
    found: dict[int, Table | None] = {}
    words = [list(line.apart()) for line in page.lines]
    for grid in grids(page.rules):
        box = _around(grid)
        within = [n for n, own in enumerate(words) if all(_holds(box, word) for word in own)]
        if table := _read_table(grid, [word for n in within for word in words[n]]):
            found |= dict.fromkeys(within) | {within[0]: table}
    return found


def set_out(pages: Sequence[Sequence[Line | Table] | None]) -> list[list[Line] | None]:
    """The pages with tables as lines; a table may go on from one page to the next."""
    rows: dict[int, list[str]] = {}
    for parts in _in_parts(pages):
        rows |= {id(part): own for part, own in zip(parts, _rows_of(parts), strict=True)}

    def lines_of(item: Line | Table) -> Iterator[Line]:
        if isinstance(item, Line):
            yield item
        else:
            yield from _as_lines(item, rows[id(item)])

    return [
        None if page is None else [line for item in page for line in lines_of(item)]
        for page in pages
    ]


def _in_parts(pages: Sequence[Sequence[Line | Table] | None]) -> list[list[Table]]:
    """The tables, each with what it is on the next pages, where only furniture stands between."""
    found: list[list[Table]] = []
    since = _FURNITURE + 1  # lines since the last table
    for page in pages:
        broken = True
        for at, item in enumerate(page or ()):
            since += 1
            if isinstance(item, Table):
                if (
                    broken
                    and max(at, since - at - 1) <= _FURNITURE
                    and _goes_on(found[-1][-1], item)
                ):
                    found[-1].append(item)
                else:
                    found.append([item])
                since, broken = 0, False
    return found


def _as_lines(table: Table, told: Sequence[str]) -> Iterator[Line]:
    left, bottom, right, top = table.box
    apart = (top - bottom) / max(1, len(told))
    for number, row in enumerate(told):
        upper = top - number * apart
        text = _BROKEN.sub("", readable(row))
        yield Line(text, left, upper - table.height, right, upper, True, table.weight)


def _around(grid: Sequence[Box]) -> Box:
    """What holds all cells of a grid."""
    lefts, bottoms, rights, tops = zip(*grid, strict=True)
    return Box(min(lefts), min(bottoms), max(rights), max(tops))


def _read_table(grid: Sequence[Box], words: Sequence[Word]) -> Table | None:
    """The table that words make in a grid.

    None where it has a single row or column, few cells are filled, one holds a long text, or a word
    is in none.
    """
    held = {cell: [word for word in words if _holds(cell, word)] for cell in grid}
    lefts = sorted({cell.left for cell in grid})
    texts = [row for row in _placed(held, lefts) if any(row)]
    full = sum(sum(map(bool, row)) > 1 for row in texts)
    longest = max((len(cell) for row in texts for cell in row), default=0)
    lost = len(words) - sum(map(len, held.values()))
    if lost or full < 2 or 2 * full < len(texts) or longest > _LONGEST_CELL:
        return None
    height = median_low(word.height for word in words)
    weight = median_low(word.weight for word in words)
    return Table(texts, lefts, _around(grid), _is_set_off(held), height, weight)


def _goes_on(upper: Table, lower: Table) -> bool:
    """Whether a table may be the rest of one on the page before: the columns are as wide."""
    widths = [[right - left for left, right in pairwise(one.lefts)] for one in (upper, lower)]
    alike = (abs(one - other) < NEAR for one, other in zip(*widths, strict=False))
    return len(upper.lefts) == len(lower.lefts) and all(alike)


def _rows_of(parts: Sequence[Table]) -> list[list[str]]:
    """The rows of each part of a table, with the names of its columns where it has some."""
    head = parts[0].texts[0]
    later = [part.texts[part.texts[0] == head :] for part in parts[1:]]
    texts = [parts[0].texts, *later]
    whole = [row for part in texts for row in part]
    headed = names_columns(whole, parts[0].set_off)
    told = list(lines(whole, headed))
    ends = [0, *accumulate(len(part) - (headed and not n) for n, part in enumerate(texts))]
    return [told[start:end] for start, end in pairwise(ends)]


def _placed(held: Mapping[Box, Sequence[Word]], lefts: Sequence[float]) -> list[list[str]]:
    """Texts by row and column; one over several rows is in each, over columns in the first."""
    tops = sorted({cell.top for cell in held}, reverse=True)
    placed = [[""] * len(lefts) for _ in tops]
    for cell, words in held.items():
        for row, top in zip(placed, tops, strict=True):
            if cell.bottom < top <= cell.top:
                row[lefts.index(cell.left)] = " ".join(word.text for word in words)
    return placed


def _is_set_off(held: Mapping[Box, Sequence[Word]]) -> bool:
    """Whether the words of the first row are bolder than those below."""
    highest = max(cell.top for cell in held)
    first = [word.weight for cell, own in held.items() for word in own if cell.top == highest]
    below = [word.weight for cell, own in held.items() for word in own if cell.top < highest]
    return bool(first and below) and min(first) > BOLDER * median_low(below)


def _holds(cell: Box, word: Word) -> bool:
    return cell.left < word.x <= cell.right and cell.bottom < word.y <= cell.top
