"""Rows of cells with wide spaces between them -> tables, where a line names their columns.

A wrong name would be worse than none: each cell must stand below one name and no other.
"""

import re
from collections.abc import Container, Iterator, Sequence
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple

from rag.load.pdf.grid import Box
from rag.load.pdf.printed import BOLDER, WIDE_SPACE, Words
from rag.load.pdf.ruled_tables import Table
from rag.load.table import names_columns

_CLOSE = 2.0  # heights of a line between two rows at most
_CURRENCY = "$€£¥"
_FIGURE = re.compile(rf"[({_CURRENCY}+−–-]*(?:\d|$)")
_VALUE = re.compile(r"\W*(?:\d|$)")  # or a dash for none
_BETWEEN_FIGURES = 0.5  # heights of a line: the space between two cells, not within a number


class Cell(NamedTuple):
    """A cell of a row: its text, and from where to where it is printed."""

    text: str
    left: float
    right: float


def cells_of(line: Words, wide: float = WIDE_SPACE) -> list[Cell]:
    """The cells of a row, between which spaces are ``wide``; a currency is part of its number."""
    words = [line.text[slice(*place)] for place in line.places]
    starts = [0]
    for number, space in enumerate(line.spaces, 1):
        before, after = words[number - 1], words[number]
        figures = before[-1] not in ",;" and _FIGURE.match(before) and _FIGURE.match(after)
        if space > (_BETWEEN_FIGURES if figures else wide) and before[-1] not in _CURRENCY:
            starts.append(number)
    ends = [*starts[1:], len(line.places)]
    return [
        Cell(
            line.text[line.places[start][0] : line.places[end - 1][1]],
            line.sides[start][0],
            line.sides[end - 1][1],
        )
        for start, end in zip(starts, ends, strict=True)
    ]


def spaced_tables(
    lines: Sequence[Words], rows: Sequence[bool], taken: Container[int]
) -> dict[int, Table | None]:
    """The tables among lines of which some are ``rows``, by the number of the first line in each.

    None for their other lines. Lines that are ``taken`` belong to other tables.
    """
    found: dict[int, Table | None] = {}
    for start, end in _runs(lines, rows, taken):
        for first in (start - 1, start):  # the names may be too close to be a row
            free = first >= 0 and first not in found and first not in taken
            if free and (table := _read(lines[first:end], rows[first:end])):
                found |= dict.fromkeys(range(first, end)) | {first: table}
                break
    return found


def _runs(
    lines: Sequence[Words], rows: Sequence[bool], taken: Container[int]
) -> Iterator[tuple[int, int]]:
    """From where to where rows follow each other, with no more than one other line between two."""
    start = end = 0
    for number in (number for number, row in enumerate(rows) if row):
        near = number <= end + 1 and end not in taken and _are_close(lines[end - 1 : number + 1])
        if not (end and near):
            if end - start > 1:
                yield start, end
            start = number
        end = number + 1
    if end - start > 1:
        yield start, end


def _are_close(lines: Sequence[Words]) -> bool:
    return all(
        -_CLOSE * upper.height < upper.bottom - lower.top < _CLOSE * upper.height
        and upper.middle > lower.middle
        for upper, lower in pairwise(lines)
    )


def _read(lines: Sequence[Words], rows: Sequence[bool]) -> Table | None:
    """The table of lines whose first names the columns; None where it does not."""
    if not _are_close(lines[:2]):
        return None
    cells = [
        cells_of(line) if row else cells_of(line, 0.0) if not number else [_whole(line)]
        for number, (line, row) in enumerate(zip(lines, rows, strict=True))
    ]
    columns = _columns(cells[1:])
    placed = [_placed(row, columns) or [] for row in cells]
    crowded = any(len(own) > 1 for row in placed[not rows[0] :] for own in row)
    if len(columns) < 2 or crowded or not all(placed):
        return None
    texts = [[" ".join(own) for own in row] for row in placed]
    weights = [line.weight for line in lines]
    set_off = weights[0] > BOLDER * median_low(weights[1:])
    if not (all(texts[0][1:]) and _has_figures(texts) and names_columns(texts, set_off)):
        return None
    box = Box(
        min(line.left for line in lines),
        lines[-1].bottom,
        max(line.right for line in lines),
        lines[0].top,
    )
    height = median_low(line.height for line in lines)
    lefts = [left for left, _ in columns]
    return Table(texts, lefts, box, set_off, height, median_low(weights))


def _has_figures(texts: Sequence[Sequence[str]]) -> bool:
    """Whether a column holds nothing but figures; else the columns may be of prose."""
    below = [[cell for cell in column if cell] for column in zip(*texts[1:], strict=True)]
    return any(all(map(_VALUE.match, column)) for column in below)


def _whole(line: Words) -> Cell:
    return Cell(line.text, line.left, line.right)


def _columns(rows: Sequence[Sequence[Cell]]) -> list[tuple[float, float]]:
    """From where to where each column of some rows is printed."""
    found: list[tuple[float, float]] = []
    for _, left, right in sorted(
        (cell for row in rows for cell in row), key=lambda cell: cell.left
    ):
        if found and left < found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], right)
        else:
            found.append((left, right))
    return found


def _placed(
    cells: Sequence[Cell], columns: Sequence[tuple[float, float]]
) -> list[list[str]] | None:
    """The cells in each column; None where one stands in none or in several."""
    texts: list[list[str]] = [[] for _ in columns]
    for cell in cells:
        over = [own for (left, right), own in zip(columns, texts, strict=True)
                if cell.left < right and left < cell.right]  # fmt: skip
        if len(over) != 1:
            return None
        over[0].append(cell.text)
    return texts
