"""Data tables of a web page with cells that span rows or columns -> tables without such cells.

Or the cells behind one that spans rows would be told with the names of other columns.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from rag.load.web_page.markup import is_data

_CELLS = ("td", "th")
_MOST_CELLS = 10_000  # of a table; one of more stays as it is
_MOST_SPANNED = 1000  # rows or columns, by a cell
_MOST_HEADERS = 3  # rows that name columns, the upper ones groups of them


def spread_spans(tree: Any) -> None:
    """Rewrites the tables of a page in place.

    A cell that spans rows stands in each of them. A header that spans columns stands over each,
    and rows of headers become one: "Won 2023". Of other cells those behind them are empty; one
    that spans the whole table stays alone in its row.
    """
    for table in list(tree.iter("table")):
        rows = list(table.iter("tr"))
        sizes = [_span(cell, "row") * _span(cell, "col") for row in rows for cell in _own(row)]
        if len(sizes) < sum(sizes) <= _MOST_CELLS and is_data(table):
            _spread(rows)
            _join_headers(rows)


def _spread(rows: Sequence[Any]) -> None:
    width = max((sum(_span(cell, "col") for cell in _own(row)) for row in rows), default=0)
    below: dict[int, tuple[Any, int]] = {}  # by column: a cell from above, and in how many rows yet
    for number, row in enumerate(rows):
        own = _own(row)
        alone = len(own) == 1 and not below and _span(own[0], "col") >= width
        for cell in own:
            row.remove(cell)
        placed: list[Any] = []
        for cell in own:
            placed += _from_above(below, len(placed))
            columns, down = _span(cell, "col"), min(_span(cell, "row"), len(rows) - number)
            for part in [cell, *_behind(cell, 0 if alone else columns - 1)]:
                if down > 1:
                    below[len(placed)] = (part, down - 1)
                placed.append(part)
        placed += _from_above(below, len(placed))
        row.extend(placed)


def _from_above(below: dict[int, tuple[Any, int]], column: int) -> Iterator[Any]:
    """Copies of the cells that span down into a row, from a column on."""
    while column in below:
        cell, left = below.pop(column)
        if left > 1:
            below[column] = (cell, left - 1)
        yield _copy(cell)
        column += 1


def _behind(cell: Any, many: int) -> Iterator[Any]:
    """The cells that stand in the further columns of one that spans several."""
    for _ in range(many):
        yield _copy(cell) if cell.tag == "th" else cell.makeelement("td")


def _copy(cell: Any) -> Any:
    found = deepcopy(cell)
    found.tail = None
    return found


def _join_headers(rows: Sequence[Any]) -> None:
    """Makes one row of the first ones if all their cells are headers, each name told once."""
    heads = []
    for row in rows[: _MOST_HEADERS + 1]:
        if not _own(row) or any(cell.tag != "th" for cell in _own(row)):
            break
        heads.append(_own(row))
    if not 1 < len(heads) <= _MOST_HEADERS or len({*map(len, heads)}) > 1:
        return
    for column in zip(*heads, strict=True):
        texts = [" ".join(cell.text_content().split()) for cell in column]
        last = column[-1]
        for child in list(last):
            last.remove(child)
        last.text = " ".join(dict.fromkeys(filter(None, reversed(texts))))
    for row in rows[: len(heads) - 1]:
        row.getparent().remove(row)


def _own(row: Any) -> list[Any]:
    return [cell for cell in row if cell.tag in _CELLS]


def _span(cell: Any, way: str) -> int:
    told = cell.get(f"{way}span") or ""
    return min(int(told), _MOST_SPANNED) if re.fullmatch(r"[1-9]\d{0,4}", told) else 1
