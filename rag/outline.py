"""Sentences of a document -> the lines that each one stands under: headings, names of columns."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache, partial

from rag.datatypes import Passage, Span
from rag.lines import UNDERLINES, fence, fence_below, is_term, underlines
from rag.marks import is_item, is_starred, label_depth, leads_elsewhere, marked_depth, states
from rag.tables import columns_of, is_row

# "3.1 Filter", "4. Ending", "Section 5: Loans", and not "12 High Street" or "9.30 Lunch".
_NUMBERED = re.compile(r"(?!\d\d?\.[0-5]\d\s)(?:\d+(?:\.\d+)+|\d+[.:)]|[^\W\d]+ \d|§)")
_BOLD_LINE = re.compile(r"\*\*[^*]+\*\*:?|__[^_]+__:?")
_MARKS_OF_TITLE = "#=*_ "  # which it may have, or end with: C#
_SHORTEST = 4  # characters of a heading in capitals
_LONGEST = 150  # characters of a heading
_OUTER = 2  # levels above those of marks, of underlines with which only parts of a book have
_MARKS = len(UNDERLINES)  # levels that marks and underlines tell; numbers tell those below,
_BOLD = 20  # and the deepest is what is only bold or in capitals,
_TERM = 21  # but for the terms of a list, of which those for the same entry go ever deeper


def lines_above(
    lines: Sequence[str],
    alone: Sequence[bool],
    known: int = 0,
    starred: Collection[int] = (),
    *,
    margin: Collection[int],
) -> list[tuple[int, ...]]:
    """For each sentence the indices of the lines before it that it stands under, outermost first.

    ``alone`` says which of them have a line of the document for themselves; the first ``known``
    ones are headings, and so are the ``starred``, as in Org. The entry of a term ends at the
    ``margin``. The line that opens a block of code and the names of a table's columns come last.
    """
    found: list[tuple[int, ...]] = []
    path: list[tuple[int, int]] = []  # level, index
    blocks = list(_blocks(lines))
    levels = _levels(lines, alone, blocks, starred)
    for i, (level, block, head) in enumerate(zip(levels, blocks, columns_of(lines), strict=True)):
        if i < known and not fence(lines[i]):
            level = level or (path[-1][0] if path else _OUTER) + 1
        if i > 0 and _ends_entry(lines[i - 1], lines[i], i in margin):
            path = [entry for entry in path if entry[0] < _TERM]
        if level:
            path = [entry for entry in path if entry[0] < level]
        last = [at for at in (block, head) if at is not None and at != i]
        found.append((*(at for _, at in path), *last))
        if level:
            path.append((level, i))
    return found


def tells_title(line: str, title: str) -> bool:
    """Whether a heading is the document's title, which is told with each passage anyway."""
    return line.strip(_MARKS_OF_TITLE) == title.strip(_MARKS_OF_TITLE)


def starred(document: str, text: str, sentences: Sequence[Span]) -> set[int]:
    """The indices of the sentences of a text that are headings of an Org document."""
    return {i for i, (start, _) in enumerate(sentences) if is_starred(document, text, start)}


@lru_cache(maxsize=64)
def headings(passage: Passage) -> Mapping[Span, tuple[str, ...]]:
    """The headings, without the title, that each sentence of a passage stands under."""
    known = [span for span, line in passage.above if not is_row(line)]
    spans = [*known, *passage.sentences]
    lines = [passage.quote(span) for span in spans]
    own = [(a - passage.start, b - passage.start) for a, b in passage.sentences]
    alone = [True] * len(known) + stand_alone(passage.text, own)
    kinds = (is_row, fence, partial(tells_title, title=passage.title))
    told = [not any(kind(line) for kind in kinds) for line in lines]
    marks = {
        i for i, line in enumerate(lines[: len(known)]) if is_starred(passage.document, line, 0)
    }
    marks |= {i + len(known) for i in starred(passage.document, passage.text, own)}
    margin = {i + len(known) for i in at_margin(passage.text, own)}
    found = lines_above(lines, alone, len(known), marks, margin=margin)
    return {
        span: tuple(lines[i] for i in above if told[i])
        for span, above in zip(spans, found, strict=True)
    }


def stand_alone(text: str, sentences: Sequence[Span]) -> list[bool]:
    """Which sentences of a text have a line for themselves."""
    ends = [0, *(end for _, end in sentences)]
    starts = [*(start for start, _ in sentences[1:]), len(text)]
    return [
        (i == 0 or "\n" in text[ends[i] : start])
        and (end == ends[-1] or "\n" in text[end : starts[i]])
        for i, (start, end) in enumerate(sentences)
    ]


def at_margin(text: str, sentences: Sequence[Span]) -> set[int]:
    """The indices of the sentences that open a paragraph, and are not indented."""
    ends = [0, *(end for _, end in sentences)]
    gaps = (text[end:start] for end, (start, _) in zip(ends, sentences, strict=False))
    return {i for i, gap in enumerate(gaps) if gap.endswith("\n") and gap.count("\n") > 1}


def _blocks(lines: Sequence[str]) -> Iterator[int | None]:
    """For each line the one, itself or an earlier one, that opens the block of code it is in."""
    opener: int | None = None
    opened = ""
    for i, line in enumerate(lines):
        below = fence_below(opened, line, lines[i - 1] if i else "")
        if below and not opened:
            opener = i
        yield opener
        if not below:
            opener = None
        opened = below


def _levels(
    lines: Sequence[str],
    alone: Sequence[bool],
    blocks: Sequence[int | None],
    starred: Collection[int],
) -> Iterator[int]:
    """How deep each line stands as a heading; 0 where it is none."""
    level = 0
    for i, line in enumerate(lines):
        listed = any(map(is_item, [*lines[max(0, i - 1) : i], *lines[i + 1 : i + 2]]))
        following = lines[i + 1] if i + 1 < len(lines) else ""
        if blocks[i] is not None or not alone[i]:
            level = 0
        elif i in starred:
            level = _OUTER + marked_depth(line, starred=True)
        elif is_term(line):
            level = max(_TERM, level + 1)
        else:
            level = _level(line, following, listed)
        yield level


def _ends_entry(above: str, line: str, at_margin: bool) -> bool:
    """Whether the entry of a term ends above a line: it returns to the margin or closes a block."""
    return (at_margin and not is_term(above)) or (line == "--" and above != "+")


def _level(line: str, following: str, listed: bool) -> int:
    """How deep a heading stands, from 1; 0 for any other line.

    A heading has a mark, a line below it, a number, or is all bold or in capitals: what is only
    short and stands alone may as well be a caption, a dateline or a name. What looks like "1. Tent"
    is none where it is ``listed``: next to items of a list.
    """
    if len(line) > _LONGEST:
        return 0
    if depth := marked_depth(line):
        return _OUTER + depth
    if states(line) or is_row(line) or leads_elsewhere(line) or (listed and is_item(line)):
        return 0
    if (depth := label_depth(line)) and _NUMBERED.match(line):
        return min(_MARKS + depth, _BOLD - 1)
    if is_item(line):
        return 0
    if underlines(following, line):
        return UNDERLINES.index(following[0]) + 1
    capitals = sum(map(str.isupper, line)) >= max(_SHORTEST, len(line) // 2)
    return _BOLD if (capitals and line.isupper()) or _BOLD_LINE.fullmatch(line) else 0
