"""The rows of a sheet -> lines: of its tables, which blank rows part, and what is above each."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, takewhile

from rag.load.headings import BOLD_MARK, may_be_heading
from rag.load.open_blocks import Blocks, Row
from rag.load.table import lines, names_columns

_WORDED = re.compile(r"\d.*[^\W\d_]{4}")
_WORD = re.compile(r"[^\W\d_]{4}")  # and no unit, currency, or name of a month


def sheet_lines(rows: Sequence[Row], blocks: Blocks) -> Iterator[str]:
    """A line for each row that is not blank, with the names of its table's columns.

    A table without names of its own goes on with those above it where its cells stand below them.
    Of rows of one cell above a table the first may be its heading.
    """
    parts = [list(part) for filled, part in groupby(rows, lambda row: bool(row.texts)) if filled]
    names: list[str] = []
    for part, following in zip(parts, [*parts[1:], []], strict=False):
        above = sum(1 for _ in takewhile(_is_single, part))
        titles = list(lines([row.texts for row in part[:above]], headed=False))
        opens = above < len(part) or not all(map(_is_single, following))
        if titles and opens and may_be_heading(titles[0]):
            titles[0] = BOLD_MARK + titles[0]
        yield from titles

        if not (table := part[above:]):
            continue
        texts = [row.texts for row in table]
        if _is_headed(texts, stands_out=blocks.stands_out(table)):
            names = texts.pop(0)
        elif not all(_fits(row, names) for row in texts):
            names = []
        yield from lines([names, *texts], headed=True) if names else lines(texts, headed=False)


def _is_single(row: Row) -> bool:
    return sum(map(bool, row.texts)) == 1


def _is_headed(rows: Sequence[Sequence[str]], stands_out: bool) -> bool:
    """Whether the first row names the columns.

    Two columns may as well be names and their values; and "2025 planned", where it stands out, is
    no value.
    """
    left = min(next(i for i, text in enumerate(row) if text) for row in rows)
    names, *below = (row[left : len(rows[0])] for row in rows)
    known = [f"in {name}" if stands_out and _WORDED.match(name) else name for name in names]
    amounts = [row[1] for row in below if len(row) > 1]
    figures = len(amounts) > 1 and all(map(_is_amount, amounts))
    return names_columns([known, *below], seen=stands_out or len(names) > 2 or figures)


def _is_amount(cell: str) -> bool:
    return any(map(str.isdigit, cell)) and not _WORD.search(cell)


def _fits(row: Sequence[str], names: Sequence[str]) -> bool:
    """Whether each cell of a row stands below a name."""
    return all(i < len(names) and names[i] for i, cell in enumerate(row) if cell)
