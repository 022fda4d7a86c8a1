"""A sentence of a passage -> the table that it is a row of, and its cells.

A row is a line with bars, as in Markdown, grids and AsciiDoc, or what is made of the rows of other
tables: "Name: value; name: value".
"""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise, takewhile

from rag.asked import kind_asked
from rag.datatypes import Passage, Span
from rag.kinds import holds_kind
from rag.load.table import names_columns
from rag.words import stems

_RULE = re.compile(r"(?=.*\|)[|:+\s]*--[-|:+\s]*")  # between the names of columns and the rows
_GRID = re.compile(r"\+?(?:[-=:]+\+)+[-=:]*")  # around and between the rows of a grid
_EDGE = re.compile(r"\|={3,}")  # above the names of an AsciiDoc table's columns, and below it
_FIGURE = re.compile(r"\|\s*(?!(?:19|20)\d\d\s*(?:\||$))[\d£$€]")  # in a cell, but no year
_BAR = re.compile(r"(?<!\\)\|")
_NAMED_CELL = re.compile(r"([^:;]{1,60}): ([^;]+)(?:; |$)")
_NAMELESS = re.compile(r"[^:;]{1,60}; ")  # the first cell, where its column has no name
_NAMED_CELLS = re.compile(rf"(?:{_NAMELESS.pattern})?(?:{_NAMED_CELL.pattern}){{2,}}")


def is_row(sentence: str) -> bool:
    """Whether a sentence looks like a line of a table with bars."""
    return ("|" in sentence and not sentence.startswith("#")) or bool(_GRID.fullmatch(sentence))


def in_table(sentence: str) -> bool:
    """Whether a sentence looks like a line of any table."""
    return is_row(sentence) or bool(_NAMED_CELLS.fullmatch(sentence))


def columns_of(lines: Sequence[str], goes_on: bool = False) -> list[int | None]:
    """For each sentence the index of the one that names the columns of its table with bars.

    None where it is in none. The table that ``goes_on`` has its columns named by the first one.
    """
    found: list[int | None] = [None] * len(lines)
    head = 0 if goes_on else None
    begun = 0
    for i, line in enumerate(lines):
        before = lines[i - 1] if i else ""
        if not is_row(line):
            head, begun = None, i + 1
        elif _GRID.fullmatch(line):
            if _GRID.fullmatch(before):  # below a table and above the next one
                head, begun = None, i
            elif head is None and is_row(before) and _below_names(lines, begun, i):
                head = found[i - 1] = i - 1
        elif _EDGE.fullmatch(line):
            head = i + 1 if head is None and _names(lines[i + 1 : i + 2]) else None
            continue
        elif _is_rule(line) and is_row(before):
            head = found[i - 1] = i - 1
        elif head is None and not is_row(before) and _framed(lines, i):
            head = i
        found[i] = head if head is None or _fits(line, lines[head]) else None
    return found


def _below_names(lines: Sequence[str], begun: int, at: int) -> bool:
    """Whether a line of a grid is the one below its names: drawn otherwise, or not as all rows."""
    if any(_GRID.fullmatch(lines[i]) for i in range(begun + 1, at)):
        return False
    below = [bool(_GRID.fullmatch(line)) for line in lines[at + 1 : at + 4] if is_row(line)]
    return "=" in lines[at] or below != [False, True, False]


def _framed(lines: Sequence[str], at: int) -> bool:
    """Whether a table of which no line is a rule begins there, with the names of its columns."""
    rows = list(takewhile(is_row, (lines[i] for i in range(at, len(lines)))))
    bare = any(_is_rule(row) or not (row.startswith("|") and row.endswith("|")) for row in rows)
    cut = [[cell.strip() for cell in _BAR.split(row)[1:-1]] for row in rows]
    return not bare and names_columns(cut, seen=False)


def _names(lines: Sequence[str]) -> bool:
    """Whether the first line of an AsciiDoc table names its columns."""
    return any(line.count("|") > 1 and not _FIGURE.search(line) for line in lines)


def _fits(row: str, names: str) -> bool:
    """Whether a row has the columns of its table; in AsciiDoc, a cell may span some of them."""
    open_ended = names.startswith("|") and not names.endswith("|")
    return not open_ended or row.count("|") == names.count("|")


def table(passage: Passage, span: Span) -> tuple[Span | None, Sequence[Span]]:
    """The names of the columns of the Markdown table that a sentence is in, and its rows.

    The rows as far as they stand in the passage; None and no rows where it is in no table.
    """
    return _tables(passage).get(span, (None, ()))


@lru_cache(maxsize=64)
def _tables(passage: Passage) -> Mapping[Span, tuple[Span, Sequence[Span]]]:
    """Each line of a table -> the names of its columns and its rows."""
    before = [span for span, line in passage.above[-1:] if is_row(line)]
    spans = [*before, *passage.sentences]
    lines = [passage.quote(span) for span in spans]
    of_head: dict[int, list[Span]] = {}
    for span, head in zip(spans, columns_of(lines, goes_on=bool(before)), strict=True):
        if head is not None:
            of_head.setdefault(head, []).append(span)
    found: dict[Span, tuple[Span, Sequence[Span]]] = {}
    for head, own in of_head.items():
        rows = tuple(s for s in own if s != spans[head] and not _is_rule(passage.quote(s)))
        found |= {span: (spans[head], rows) for span in own}
    return found


def _is_rule(sentence: str) -> bool:
    return any(mark.fullmatch(sentence) for mark in (_RULE, _GRID, _EDGE))


def is_head(passage: Passage, span: Span) -> bool:
    """Whether a sentence is the names of a table's columns, or the line below them."""
    columns, rows = table(passage, span)
    headed = columns is not None and span not in rows
    return headed or _is_rule(passage.quote(span))


def told(passage: Passage, span: Span) -> str:
    """What a sentence says by itself: its text, a row of a table with the names of its columns."""
    found = cells(passage, span)
    if not found:
        return passage.quote(span)
    return "; ".join(": ".join(filter(None, (name, passage.quote(at)))) for name, at in found)


def row_and_others(passage: Passage, span: Span) -> Sequence[Span]:
    """The rows of the table that a row is in, itself among them; none for any other sentence."""
    columns, rows = table(passage, span)
    if columns is not None:
        return rows if span in rows else ()
    place = passage.sentences.index(span)
    before = takewhile(lambda row: _is_named(passage, row), reversed(passage.sentences[:place]))
    after = takewhile(lambda row: _is_named(passage, row), passage.sentences[place:])
    return [*reversed([*before]), *after] if _is_named(passage, span) else ()


def _is_named(passage: Passage, row: Span) -> bool:
    return bool(_NAMED_CELLS.fullmatch(passage.quote(row)))


def cells(passage: Passage, span: Span) -> list[tuple[str, Span]]:
    """The cells of a row, each with the name of its column and where it stands; else none."""
    quote, start = passage.quote(span), span[0]
    if _is_named(passage, span):
        first = _NAMELESS.match(quote)
        told = [("", (start, start + first.end() - 2))] if first else []
        named = _NAMED_CELL.finditer(quote, first.end() if first else 0)
        return told + [(m[1], (start + m.start(2), start + m.end(2))) for m in named]
    columns, rows = table(passage, span)
    if columns is None or span not in rows:
        return []
    names = [passage.quote(name) for name in _cells(passage, columns)]
    found = zip(names, _cells(passage, span), strict=False)
    return [(name, cell) for name, cell in found if passage.quote(cell)]


def asked_cell(question: str, passage: Passage, span: Span) -> Span | None:
    """The cell of the column that a question names, if it is told from the other columns.

    None that the question tells itself, nor one without the kind of thing that it asks for.
    """
    found = cells(passage, span)
    key = set(stems(found[0][0])) if found else set()  # "Term" names the rows, not the half-term
    asked, known = set(stems(question)), kind_asked(question) is not None
    held = [
        (len(asked & (set(stems(name)) - (key if place else set()))), cell)
        for place, (name, cell) in enumerate(found)
        if not asked.issuperset(stems(passage.quote(cell)))
        and (not known or holds_kind(question, f"It is {passage.quote(cell)}"))
    ]
    most = max((count for count, _ in held), default=0)
    best = [cell for count, cell in held if count == most]
    return best[0] if most and len(best) == 1 else None


def _cells(passage: Passage, row: Span) -> list[Span]:
    """Where the cells of a line stand, without the white space around them."""
    quote = passage.quote(row)
    bars = [-1, *(match.start() for match in _BAR.finditer(quote)), len(quote)]
    found = []
    for before, after in pairwise(bars):
        cell = quote[before + 1 : after]
        start = row[0] + before + 1 + len(cell) - len(cell.lstrip())
        found.append((start, start + len(cell.strip())))
    return found[quote.startswith("|") : len(found) - quote.endswith("|")]
