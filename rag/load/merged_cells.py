"""Tables with cells that are merged -> rows of equal cells, those that name the columns as one.

Or a row would lack what names it, and the columns below a name that several share their own.
"""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from rag.load.facts import LONGEST_TITLE

_MOST_HEADERS = 3  # rows that name columns, the upper ones groups of them


class Merged(Enum):
    """What stands in place of a cell that is part of another one."""

    ABOVE = "is part of the one above"
    LEFT = "is part of the one to the left"


Cell = str | Merged


class Table(NamedTuple):
    """A table without merged cells."""

    titles: list[str]  # that stand above it, each in a row to itself
    rows: list[list[str]]
    first: int  # of the rows that were given, the one that the first one here ends with
    grouped: bool  # whether that was several, with names of groups of columns


def spread(rows: Sequence[Sequence[Cell]]) -> Table:
    """The same table; the text of a merged cell is in each row that has others.

    But for a long one, and one of the first row, which is the name of a column.
    """
    start = 0
    while len(rows) - start > 1 and _is_title(rows[start]):
        start += 1
    titles = [" ".join(str(row[0]).split()) for row in rows[:start]]
    rows = rows[start:]
    heads = _headers(rows)
    filled = [_names(row, number < heads) for number, row in enumerate(rows[:heads], 1)]
    if heads > 1:
        columns = zip(*filled, strict=True)
        names = [" ".join(dict.fromkeys(filter(None, column[::-1]))) for column in columns]
        filled = [names]
    above: dict[int, str] = {}
    for row in rows[heads:]:
        written = {n: cell for n, cell in enumerate(row) if isinstance(cell, str)}
        above |= {n: cell if len(cell) <= LONGEST_TITLE else "" for n, cell in written.items()}
        own = {n: above.get(n, "") for n, cell in enumerate(row) if cell is Merged.ABOVE} | written
        filled.append([own.get(n, "") if any(written.values()) else "" for n in range(len(row))])
    return Table(titles, filled, start + heads - 1, heads > 1)


def _names(row: Sequence[Cell], are_groups: bool) -> list[str]:
    """The names in a row of headers; that of a group stands over each of its columns."""
    names: list[str] = []
    for cell in row:
        group = names[-1] if cell is Merged.LEFT and are_groups and names else ""
        names.append(cell if isinstance(cell, str) else group)
    return names


def _is_title(row: Sequence[Cell]) -> bool:
    """Whether a row is one cell over several columns."""
    return len(row) > 1 and bool(row[0]) and all(cell is Merged.LEFT for cell in row[1:])


def _headers(rows: Sequence[Sequence[Cell]]) -> int:
    """How many first rows name columns: several where the first one has names of groups.

    Then names that belong to no group go down to the last of them, or nothing stands in the corner.
    """
    if not rows or Merged.LEFT not in rows[0] or len({*map(len, rows[:_MOST_HEADERS])}) > 1:
        return 1
    heads = 1
    open_columns = {*range(len(rows[0]))}
    for row in rows[1:_MOST_HEADERS]:
        open_columns = {n for n in open_columns if row[n] is Merged.ABOVE}
        heads += bool(open_columns)
    below = [bool(cell) and isinstance(cell, str) for row in rows[1:2] for cell in row[1:]]
    return 2 if heads == 1 and not rows[0][0] and len(rows) > 2 and all(below) else heads
