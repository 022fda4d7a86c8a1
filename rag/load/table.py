"""Tables -> text: a row is a paragraph, each cell with its header."""

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence

from rag.load.decode import decode
from rag.load.document import CannotLoad, Content

_DELIMITERS = ",\t;|"
_SAMPLE = 50  # rows that tell the delimiter
_LONGEST_CELL = 2**20
_EVEN = 0.5  # of the first rows that a delimiter cuts alike, at least
_NAMED_DELIMITER = re.compile(r"\"?sep=([^\w\s\"]|\t)\"?\n", re.I)  # as Excel writes and hides it
_YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d(?:\s?[/–-]\s?\d{2,4})?")
_FIGURES = re.compile(r"\d[\d.,]*")
_NAME = re.compile(r"[^:;]{1,60}")  # of a column, as it is found again before a value


def read_table(data: bytes, notes: list[str]) -> Content:
    """A CSV or TSV file: a paragraph a row, ``Header: value; Header: value``.

    The first row holds the headers unless one of its cells is a number, empty in all, or there
    twice; what stands above it in a single cell is a title. The delimiter is the one that the file
    names, or the one that cuts the first rows most evenly; where none does, the lines stay whole.
    """
    text = decode(data, notes)
    csv.field_size_limit(_LONGEST_CELL)
    named = _NAMED_DELIMITER.match(text)
    text = text[named.end() :] if named else text
    delimiter = named[1] if named else max(_DELIMITERS, key=lambda mark: _evenness(text, mark))
    try:
        rows = [row for row in _rows(text, delimiter) if any(row)]
    except csv.Error as error:
        raise CannotLoad(f"its rows cannot be told apart ({error})") from None
    if not named and _evenness(text, delimiter)[0] < _EVEN and max(map(len, rows), default=0) > 1:
        notes.append("no delimiter cuts its lines alike; they are read whole")
        return Content("\n\n".join(line.strip() for line in text.splitlines() if line.strip()))
    above = above_headers(rows)
    above = above if is_headed(rows[above:]) else 0
    headed = is_headed(rows[above:])
    if rows and not headed:
        notes.append("its first row holds no headers")
    title = lines(rows[:above], headed=False)
    return Content("\n\n".join([*title, *lines(rows[above:], headed)]))


def above_headers(rows: Sequence[Sequence[str]], most: int = 1) -> int:
    """How many first rows, each of at most so many cells, stand above a fuller one; 0 if none."""
    sizes = (sum(1 for cell in row if cell.strip()) for row in rows)
    for above, size in enumerate(sizes):
        if not 0 < size <= most:
            return above if size else 0
    return 0


def is_headed(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row holds headers; years may be among them, above what are none."""
    if not rows:
        return False
    years = [n for n, cell in enumerate(rows[0]) if _YEAR.fullmatch(cell.strip())]
    below = [row[n].strip() for row in rows[1:] for n in years if n < len(row) and row[n].strip()]
    counted = all(any(c.isdigit() for c in cell) for cell in below)
    if len(years) == len(rows[0]) or not counted or all(map(_YEAR.fullmatch, below)):
        return is_header(rows[0])
    return is_header([f"year {cell}" if n in years else cell for n, cell in enumerate(rows[0])])


def lines(rows: Sequence[Sequence[str]], headed: bool) -> Iterator[str]:
    """The rows of any table as lines; with the headers of the first row before each value."""
    rows = [[" ".join(cell.split()) for cell in row] for row in rows]
    if not headed or not any(map(any, rows[1:])):
        filled = [[*filter(None, row)] for row in rows if any(row)]
        between = ": " if lists_values(filled) else " | "
        yield from map(between.join, filled)
        return
    for row in rows[1:]:
        pairs = itertools.zip_longest(rows[0][: len(row)], row, fillvalue="")
        cells = [f"{head}: {cell}" if head else cell for head, cell in pairs if cell]
        if cells:
            yield "; ".join(cells)


def lists_values(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the rows are names with their values: "Chair", "Ann"; each name is there once."""
    names = [row[0] for row in rows if len(row) == 2]
    named = all(_NAME.fullmatch(name) and any(map(str.isalpha, name)) for name in names)
    widest = max(map(len, rows), default=0)
    return widest == 2 and named and len(names) == len({*names}) > 1


def is_header(row: Sequence[str]) -> bool:
    """Whether a first row reads as headers: different texts, none a number; one may be empty."""
    named = [cell.strip() for cell in row if cell.strip()]
    texts = all(any(c.isalpha() for c in cell) and not cell[0].isdigit() for cell in named)
    return texts and len({*named}) == len(named) >= max(1, len(row) - 1)


def names_columns(rows: Sequence[Sequence[str]], seen: bool) -> bool:
    """Whether the first row of a table names its columns, where nothing says that it does.

    It reads as headers, years among them, of which none is like a value below it. And it is
    ``seen`` to be set off; or more than two columns make no list of names with their values, and
    years are among the names or figures alike in kind in a column below.
    """
    names = [cell.strip() for cell in rows[0]] if rows else []
    if len(names) < 2 or len(names) < max(map(len, rows)) or not all(names[1:]):
        return False
    below = [[_kind(row[i]) for row in rows[1:] if row[i:] and row[i]] for i in range(len(names))]
    known = [f"in {name}" if _YEAR.fullmatch(name) else name for name in names]
    named = is_header(known) and all(map(_NAME.fullmatch, filter(None, names)))
    if not named or any(_kind(name) in own for name, own in zip(names, below, strict=True)):
        return False
    figures = any(len(own) > 1 and len({*own}) == 1 and "0" in own[0] for own in below)
    return seen or (len(names) > 2 and (figures or any(map(_YEAR.fullmatch, names))))


def _kind(cell: str) -> str:
    """What a cell is like: its text with any figures for the same ones, or that it is a year."""
    return "year" if _YEAR.fullmatch(cell) else _FIGURES.sub("0", cell)


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """How alike the first rows are in their number of cells, if they have more than one."""
    try:
        rows = [row for row in itertools.islice(_rows(text[:200_000], delimiter), _SAMPLE) if row]
    except csv.Error:
        return 0.0, 0
    sizes = [len(row) for row in rows[:-1] or rows]
    if not sizes or max(sizes) < 2:
        return 0.0, 0
    common = max(set(sizes), key=sizes.count)
    return (sizes.count(common) / len(sizes) if common > 1 else 0.0), common
