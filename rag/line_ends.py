"""Text -> the runs of its lines within which a sentence may go on over a line end.

Which lines begin something of their own, which are rows of a table, which end for want of room.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rag.lines import fence_below

OPENING_MARKS = "\"'`“‘„«‹([{¿¡*_-–—• \xa0\u202f"
_BEFORE_TEXT = f"{OPENING_MARKS}>"
_LIST_ITEM = re.compile(
    r"""
    \s*+(?:
        [-•·–—#=>|] | \*(?!\w) | ``` | ~~~ | \(?\d{1,3}[.)]\s | \([a-z]{1,3}\)
        | \[?\d{1,4}([./-])\d\d?\1\d{2,4},?[T\s]\s*\d\d?:\d\d  # of a chat or a log
    )
    | [\W_]{3,}$
    """,
    re.VERBOSE,
)
_FIELD = re.compile(r"\s*(?P<name>[\w-]+): ")
_TABLE = re.compile(r"\||.{9}\S\s{3}")
_QUOTED = re.compile(r"\s*>[>\s]*")  # in an e-mail, in Markdown
_ROW = re.compile(r"\s*\|.*\|\s*")  # of a Markdown table: what its cells say stays together
_LINE = re.compile(r"\s*[#=]{1,6}\s|[\W_]*$")  # all of one: a marked heading, a rule
_EDGE = re.compile(r"\|={3,}\s*")  # of an AsciiDoc table
_COLUMNS = re.compile(r"""\[.*cols=(?:"([^"]*)"|([\d*]+))""")
_OPTION = re.compile(r"\s*--?\w[^.!?:]*$")  # of a command, in its manual
_UNFINISHED = re.compile(
    r"(?:,|\b(?:an?|and|as|at|by|for|from|in|of|on|or|our|that|the|to|with|within|your))$"
)
# A short line of words that are broken off: no code, no cells, no name of one or two words.
_PROSE = re.compile(
    r"\s*(?:[^\s={}\\;$|<]+(?:\s|(?<=[.!?])\s\s)){2,}[^\s={}\\;$|<]*[^\W\d_][\])'\"`*]*,?$"
)
_SHORT = 40  # characters: a line of fewer is not broken for want of room
_NEARLY_ALL = 0.9
_LONG = 0.7  # of a paragraph's width: no entry of a list
_ENDED = re.compile(r"[.!?:;…][\"'”’)\]]*$")
_WORDS = re.compile(r"\s*(?:[^\s={}\\;$|<>]+(?:\s+|$)){3,}$")  # of prose
_SIGN = re.compile(r"(\(?)(\d{1,3})([.)])$|[–—]$")  # of an item, or of a number, an aside
_PARAGRAPH = re.compile(r"\S(?:[^\n]++|\n(?![^\S\n]*\n))*+")


class _Rows:
    """The rows of AsciiDoc tables, whose cells may have a line each."""

    def __init__(self) -> None:
        self._columns = 1  # 0 until the first row tells
        self._told = 0
        self._taken = 0
        self.inside = False

    def begin(self) -> None:
        """A paragraph begins, and with it a row."""
        self._taken = 0

    def go_on(self, line: str, following: str) -> bool:
        """Whether the row of a line goes on in the line below; each line is asked about, once."""
        if _EDGE.fullmatch(line):
            self.inside, self._columns, self._told = not self.inside, self._told, 0
        elif not self.inside:
            self._told = _number_of_columns(line)
        elif line.startswith("|"):
            self._columns = self._columns or line.count("|")
            self._taken += line.count("|")
            if self._taken >= self._columns:
                self._taken = 0
            elif following.startswith("|") and not _EDGE.fullmatch(following):
                return True
        elif "|" in line:
            self._columns = 1  # a cell with marks of its own: what it is part of is not told
        return False


def _number_of_columns(line: str) -> int:
    """How many columns a line says that the AsciiDoc table below has; 0 where it does not."""
    told = _COLUMNS.match(line)
    if not told:
        return 0
    counts = [re.match(r"(\d{1,2})\*", part) for part in re.split("[,;]", told[1] or told[2])]
    return sum(int(count[1]) if count else 1 for count in counts)


class _Line(NamedTuple):
    """What a line says, indented with spaces, and the depth of the quotation that it is in."""

    text: str
    depth: int


_NO_LINE = _Line("", 0)


def runs(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each run starts and ends, in order: a paragraph, or some lines of it.

    And whether it is a row of a table, which is one sentence whatever its cells say.
    """
    rows = _Rows()
    fenced = ""
    for paragraph in _PARAGRAPH.finditer(text):
        start = at = paragraph.start()
        indent = text[text.rfind("\n", 0, start) + 1 : start]
        lines = paragraph.group().rstrip().split("\n")
        shown = [_shown(line) for line in (indent + lines[0], *lines[1:])]
        width = max(len(line.text) for line in shown)
        short = _SHORT if not _is_narrow(shown, width) else 0
        signs = [_first_word(line.text) for line in shown]
        rows.begin()
        above = ""
        for line, (upper, depth), (lower, depth_below) in zip(
            lines, shown, [*shown[1:], _NO_LINE], strict=True
        ):
            at += len(line) + 1
            fenced = fence_below(fenced, upper.strip(), above)
            above = upper.strip()
            row = rows.inside and text.startswith("|", start)
            wraps = depth == depth_below and (
                _wraps(upper, lower, width, short, text[start : start + 9])
                or _goes_on_with_a_sign(upper, lower, width, signs)
            )
            goes_on = rows.go_on(upper, lower) or wraps
            if fenced or not goes_on:
                end = min(at, paragraph.end())
                yield start, end, row or bool(_ROW.fullmatch(text[start:end]))
                start = at


def _is_narrow(lines: Sequence[_Line], width: int) -> bool:
    """Whether the lines of a paragraph are short because it was wrapped to few columns.

    Then hardly any has room for the word that the next one begins with, many in lower case.
    """
    pairs = [(line.text, after.text) for line, after in pairwise(lines)]
    full = sum(not _fits(line, after, width) for line, after in pairs)
    lower = sum(_first_word(line).lstrip(OPENING_MARKS)[:1].islower() for _, line in pairs)
    prose = sum(bool(_WORDS.match(line)) for line, _ in pairs)
    told = 3 * prose >= 2 * len(pairs) and 3 * lower >= len(pairs)
    return len(pairs) > 2 and full >= _NEARLY_ALL * len(pairs) and told


def _first_word(line: str) -> str:
    return (line.split(None, 1) or [""])[0]


def _wraps(line: str, following: str, width: int, short: int, opening: str) -> bool:
    """Whether a line was broken for want of room, so that its text goes on in the next one.

    One of fewer than ``short`` characters was so only in prose: that goes on in lower case, and the
    ``opening`` of its run or the line's last word tells it from a list of words and from code.
    """
    indent, long = _indent(line), len(following) > _LONG * width
    if _OPTION.match(line) and _indent(following) > indent:
        return True  # an option and, below it, what it does
    if (
        not following.strip()
        or _LINE.match(line)
        or (line.endswith(":") and (_fits(line, following, width) or not long))
        or _TABLE.search(line, indent)
        or _begins(following, line, short)
    ):
        return False
    word = _first_word(following)
    lower = word.lstrip(OPENING_MARKS)[:1].islower()
    unfinished = bool(_UNFINISHED.search(line))
    if _length(line) < short:
        prose = unfinished or opening.lstrip(_BEFORE_TEXT)[:1].isupper()
        return lower and prose and bool(_PROSE.match(line))
    return lower or unfinished or not _fits(line, following, width)


def _goes_on_with_a_sign(line: str, following: str, width: int, signs: Sequence[str]) -> bool:
    """Whether a full line goes on with what looks like an item: "article", "34. The".

    No line of its paragraph, which begin with these ``signs``, begins with the sign before that
    (33.), or with another dash.
    """
    sign = _SIGN.match(_first_word(following))
    if not sign or _ENDED.search(line) or _fits(line, following, width):
        return False
    if not sign[2]:
        rest = following.split(None, 1)[1:]
        return signs.count(sign[0]) == 1 and bool(rest) and rest[0][0].islower()
    return int(sign[2]) > 1 and f"{sign[1]}{int(sign[2]) - 1}{sign[3]}" not in signs


def _fits(line: str, following: str, width: int) -> bool:
    """Whether a line has room for the first word of the next one."""
    return len(line) + 1 + len(_first_word(following)) <= width


def _begins(line: str, above: str, short: int) -> bool:
    """Whether a line begins what is no part of the line above it: an item, an entry, a field.

    A word in lower case with a colon behind it is a field's name only beside another one.
    """
    if _LIST_ITEM.match(line):
        return True
    field = _FIELD.match(line)
    return field is not None and (
        not field["name"][0].islower() or _length(above) < short or bool(_FIELD.match(above))
    )


def _length(line: str) -> int:
    return len(line) - _indent(line)


def _shown(line: str) -> _Line:
    """A line with its indentation, and what marks it as quoted, in spaces."""
    words = line.strip()
    line = line[: len(line) - len(line.lstrip())].expandtabs() + words
    quoted = _QUOTED.match(line)
    if not quoted:
        return _Line(line, 0)
    return _Line(" " * quoted.end() + line[quoted.end() :], quoted.group().count(">"))


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
