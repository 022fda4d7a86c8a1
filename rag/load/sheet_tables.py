"""The rows of a sheet -> paragraphs: titles, rows with their headers, notes."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from rag.load.facts import LONGEST_TITLE
from rag.load.headings import may_be_heading
from rag.load.table import above_headers, is_headed, is_header, lines, lists_values

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_LOOKED_AT = 100  # rows of a block that tell whether its first one holds headers
_NOTE_WORDS = 5  # of a cell that is alone in its row, for it to be a note and no name


@dataclass(frozen=True, slots=True)
class Row:
    """The texts of the filled cells of a row, by column, and how it looks."""

    texts: Mapping[int, str]
    spread: Mapping[int, str] = field(default_factory=dict)  # of a cell over those merged with it
    look: tuple[bool, ...] = ()  # whether all of it is bold, whether all of it is shaded


class _Headers(NamedTuple):
    names: Mapping[int, str]
    seen: bool  # whether they are set off from the rows below


_NO_ROW = Row({})


class MergedCells:
    """Makes the rows of a sheet: the text of merged cells is in each one that has others."""

    def __init__(self) -> None:
        self._open: list[tuple[int, int, str]] = []  # last row, column, text

    def row(
        self,
        number: int,
        texts: Mapping[int, str],
        merged: Iterable[tuple[int, int, int]],
        look: tuple[bool, ...],
    ) -> Row:
        """The row of a number with its own texts; ``merged`` are the cells that begin there.

        Of each the last row, and the first and last column.
        """
        if not texts:
            return _NO_ROW
        self._open = [one for one in self._open if one[0] >= number]
        texts = {**texts, **{column: text for _, column, text in self._open}}
        spread: dict[int, str] = {}
        for last_row, first, last in merged:
            if text := texts.get(first):
                spread |= dict.fromkeys(range(first + 1, last + 1), text)
                if len(text) <= LONGEST_TITLE:  # a name of the rows, no text beside them
                    self._open.append((last_row, first, text))
        return Row(texts, spread, look)


def paragraphs(rows: Iterable[Row]) -> Iterator[str]:
    """The paragraphs of a sheet; empty rows part its blocks.

    A block may have titles, headers and rows, as a CSV file, or names with their values, or notes.
    One without headers goes on with those of the block above in the same columns. A cell that is
    alone in its row and is set off, stands above headers or comes first is a heading.
    """
    headers, held = _Headers({}, False), ""
    groups = itertools.groupby(rows, key=lambda row: bool(row.texts))
    blocks = itertools.chain((list(group) for filled, group in groups if filled), [[]])
    for place, (block, following) in enumerate(itertools.pairwise(blocks)):
        above, own, below = _taken_apart(block)
        if _goes_on(block, own, headers):
            above, own, below = [], None, block
        elif held:
            yield held
        opens = place == 0 and len(block) + len(following) > 1
        yield from _plain(above, titled=opens or own is not None)
        headers = own or headers
        yield from _named(headers.names, below)
        # Headers alone may be those of the next block.
        held = " | ".join(filter(None, headers.names.values())) if own and not below else ""
    if held:
        yield held


def _columns(block: Sequence[Row]) -> list[int]:
    return sorted({column for row in block for column in row.texts})


def _taken_apart(block: list[Row]) -> tuple[list[Row], _Headers | None, list[Row]]:
    """What stands above the headers of a block, these, and the rows below; all above if none."""
    columns = _columns(block)
    if len(columns) == 1:
        return block, None, []
    cells = [[row.texts.get(n, "") for n in columns] for row in block[:_LOOKED_AT]]
    above = above_headers(cells, most=max(1, len(columns) // 2))
    groups = (n for n, row in enumerate(block[:above]) if _is_group(row, columns))
    for start in dict.fromkeys((next(groups, above), above)):
        rows = block[start : start + _LOOKED_AT]
        for count in (3, 2, 1):
            names = _names(rows[:count], columns)
            if names and (headers := _headers([names, *rows[count:]], columns)):
                return block[:start], headers, block[start + count :]
    return block, None, []


def _names(rows: Sequence[Row], columns: Sequence[int]) -> Row | None:
    """The names of columns in up to three rows as one row, if they may be such.

    In the first one of several stand names of groups, in merged cells, and in the third one those
    of columns that are in no group, as pandas writes them.
    """
    if len(rows) == 1:
        return rows[0]
    if not _is_group(rows[0], columns) or any(row.look != rows[0].look for row in rows):
        return None
    groups, own = {**rows[0].spread, **rows[0].texts}, rows[1].texts
    names = {n: _joined(own.get(n, ""), groups.get(n, "")) for n in columns}
    for row in rows[2:]:
        if len(row.texts) < 2 or any(names[n] for n in row.texts):
            return None
        names |= row.texts
    return Row(names, look=rows[0].look)


def _is_group(row: Row, columns: Sequence[int]) -> bool:
    """Whether a row has merged cells, but for a title that spreads from the first column on."""
    return bool(row.spread) and not (columns[0] in row.texts and columns[1] in row.spread)


def _joined(name: str, group: str) -> str:
    return name if name == group or not group else f"{name} {group}".strip()


def _headers(rows: Sequence[Row], columns: Sequence[int]) -> _Headers | None:
    """The first row's texts, if they are headers by the rules for CSV, or are set off.

    Those of two columns may as well be a name and its value, where neither this nor figures below
    tell. Signs and dates may be among them, and other figures if they are set off.
    """
    first, *rest = ([row.texts.get(n, "") for n in columns] for row in rows)
    first = ["" if name == "#" else name for name in first]  # begins a heading, in Markdown
    if any(name.endswith(":") for name in first):
        return None
    seen = _stands_out(rows[0], rows[1] if len(rows) > 1 else _NO_ROW)
    known = [
        f"in {name}" if name and _is_sign_or_time(name, [row[n] for row in rest], seen) else name
        for n, name in enumerate(first)
    ]
    if seen:
        known = [*dict.fromkeys(filter(None, known))]
        told = len(known) > 1 and is_header(known)
    else:
        told = is_headed([known, *rest]) and (len(columns) > 2 or _have_values([first, *rest]))
    return _Headers(dict(zip(columns, first, strict=True)), seen) if told else None


def _have_values(rows: Sequence[Sequence[str]]) -> bool:
    """Whether there are figures below the second of two names, or the first rows repeat a name."""
    figures = [any(map(str.isdigit, value)) for _, value in rows[1:]]
    listed = lists_values([[*filter(None, row)] for row in rows])
    return len(rows) > 1 and ((len(rows) > 2 and all(figures)) or not listed)


def _is_sign_or_time(name: str, below: Sequence[str], seen: bool) -> bool:
    """Whether what is no word may be a header: a sign, a date above other things, or any figure."""
    dated = bool(_DATE.match(name)) and not any(map(_DATE.match, below))
    return not any(map(str.isalnum, name)) or dated or (seen and name[0].isdigit())


def _stands_out(row: Row, below: Row) -> bool:
    """Whether a row is set off from the one below it by bold print or a shade."""
    others = below.look or (False,) * len(row.look)
    return any(own and not other for own, other in zip(row.look, others, strict=True))


def _goes_on(block: Sequence[Row], own: _Headers | None, headers: _Headers) -> bool:
    """Whether a block stands below the headers of an earlier one.

    A name and its value below the first two of many columns do not.
    """
    columns = _columns(block)
    if len(columns) < 2 or not headers.names.keys() >= {*columns}:
        return False
    if own:
        return headers.seen and not own.seen
    if [*headers.names][: len(columns)] != columns:
        return True
    figures = all(any(map(str.isdigit, row.texts.get(columns[1], "0"))) for row in block)
    return 2 * len(columns) > len(headers.names) and (len(columns) > 2 or figures)


def _plain(rows: Sequence[Row], titled: bool) -> Iterator[str]:
    """Rows without headers; the first one is a title if it is ``titled``."""
    pending: list[Row] = []
    for row, below in itertools.pairwise([*rows, _NO_ROW]):
        if _may_head(row) and (titled or _stands_out(row, below)):
            yield from _lines(pending)
            pending = []
            yield f"## {_alone(row)}"
        else:
            pending.append(row)
        titled = False
    yield from _lines(pending)


def _lines(rows: Sequence[Row]) -> Iterator[str]:
    """Rows without headers as lines: names with their values, or cells with bars between them."""
    cells = [[row.texts[n] for n in sorted(row.texts)] for row in rows]
    is_pair = [len(row) for row in cells] == [2]
    for line in lines(cells, headed=False):
        if ": | " in line:  # "Name:" beside its value
            line = line.replace(": | ", ": ").replace(" | ", "; ")
        yield line.replace(" | ", ": ") if is_pair else line


def _named(headers: Mapping[int, str], rows: Sequence[Row]) -> Iterator[str]:
    """Rows with their headers; what names those below it is a heading, a note a paragraph."""
    columns = sorted(headers)
    head = [headers[n] for n in columns]
    pending = [head]
    for row, below in itertools.pairwise([*rows, _NO_ROW]):
        text = _alone(row) if columns[0] in row.texts else ""
        section = bool(text and below.texts) and _may_head(row) and _stands_out(row, below)
        said = section or len(text.split()) >= _NOTE_WORDS
        if not said:
            pending.append([row.texts.get(n, "") for n in columns])
        if len(pending) > 1 and (said or not below.texts):
            yield from lines(pending, headed=True)
            pending = [head]
        if said:
            yield f"### {text}" if section else text


def _alone(row: Row) -> str:
    """The text of a row's only cell; empty if it has others."""
    return next(iter(row.texts.values())) if len(row.texts) == 1 else ""


def _may_head(row: Row) -> bool:
    text = _alone(row)
    return may_be_heading(text) and not text.startswith("*")  # which marks a note
