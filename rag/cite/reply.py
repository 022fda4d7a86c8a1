"""A raw reply -> its sentences, each with the numbers that its markers name.

Markers are ``[1]``, ``[1, 3]``, ``[1-3]``, ``【1】``, ``[^1]``, ``[[1]]`` and ``[1](#1)``; one
belongs to the sentence that it stands in or right behind, or, at the start of a line, opens.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from rag.datatypes import NOT_IN_DOCUMENTS, Span
from rag.sentences import sentence_spans
from rag.words import stems

_WIDEST_RANGE = 50  # [1-999999] names no passages
_MARKER = re.compile(
    r"""
    [^\S\n]{0,4}
    (?P<double>\[(?=\[))? [\[【［]
    \^? (?:(?:passage|source|document|doc|ref)s?\s?\#?)?\s{0,3}
    (?P<numbers> \d{1,6} (?:\s{0,3}(?:[,;&‐-―-]|,?\s?and\s|\sto\s)\s{0,3}\d{1,6})*+ )
    \s{0,3} (?:†[^\]】\n]{0,80})? [\]】］] (?(double)\])
    (?:\([^()\s]{0,200}\))?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PARTIAL_MARKER = re.compile(r"[^\S\n]{0,4}[\[【［][^\]】］\n]{0,40}\Z")
_NUMBER_OR_RANGE = re.compile(r"(\d+)(?:\s*(?:[‐-―-]|\sto\s)\s*(\d+))?", re.IGNORECASE)
_CODE = re.compile(r"^```[^\n]*\n(.*?)(?:^```[^\n]*$|\Z)", re.M | re.S)
_INLINE_CODE = re.compile(r"`[^`\n]{1,500}`")
# A line that goes on in the next one: it has no end, and the next one begins in lower case.
_WRAPPED = re.compile(r"(?<=[^\s.!?:;|。])\n(?=[^\W\d_A-Z])(?=[a-zà-öø-ÿ])")
_LEAD = re.compile(
    r"\s*(?:(?:[-*•·‣▪–—>]|\d{1,3}[.)]|\([a-z0-9]{1,3}\)|\[[ xX]\])\s{1,8}){0,4}(?:\|\s*)?"
)
# A bold line that ends as a sentence does is one: it claims something.
_HEADING = re.compile(r"\s*(?:#{1,6}\s|(?:\*\*|__)[^*_]{1,120}(?<![.!。！…])(?:\*\*|__):?\s*$)")
_RULED = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*$")
_EMPHASIS = re.compile(r"\*\*|__(?=\w)|(?<=\w)__|(?<![\w*])\*(?=\w)|(?<=[\w.,!?])\*(?![\w*])")
_ABSTENTION = NOT_IN_DOCUMENTS.rstrip(".").casefold()


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a reply, or (``claims`` is False) a heading or rule that claims nothing.

    ``lead`` is the white space and bullet before it, ``numbers`` what its markers name, in order.
    """

    lead: str
    text: str
    numbers: tuple[int, ...]
    claims: bool


def read_pieces(reply: str) -> list[Piece]:
    """The pieces of a reply in order; linear in its length."""
    plain, markers = _without_markers(reply)
    places = [place for place, _ in markers]
    spans = list(_spans(plain))
    pieces, before = [], 0
    for i, (start, end, claims) in enumerate(spans):
        following = spans[i + 1][0] if i + 1 < len(spans) else len(plain)
        line_end = plain.find("\n", end)
        # What stands behind the sentence on its line is its own; what opens a line, the next one's.
        reach = min(following - 1, line_end if line_end >= 0 else len(plain))
        first = bisect_left(places, before)
        last = bisect_left(places, max(reach, end) + 1)
        numbers = dict.fromkeys(n for _, named in markers[first:last] for n in named)
        lead = plain[spans[i - 1][1] if i else 0 : start]
        text = _EMPHASIS.sub("", plain[start:end]).strip()
        pieces.append(Piece(lead, text, tuple(numbers), claims and not _is_abstention(text)))
        before = max(before, max(reach, end) + 1)
    return pieces


def read_growing(reply: str) -> tuple[list[Piece], str]:
    """The pieces of an unfinished reply that will not change any more, and the text behind them."""
    shown = _PARTIAL_MARKER.sub("", reply)
    stable = _PARTIAL_MARKER.sub("", reply[: max(map(reply.rfind, " \n\t。")) + 1])
    pieces = read_pieces(stable)[:-1]
    plain, _ = _without_markers(shown)
    done = 0
    if pieces:
        spans = list(_spans(_without_markers(stable)[0]))
        done = spans[len(pieces) - 1][1]
    return pieces, _EMPHASIS.sub("", plain[done:])


def _is_abstention(text: str) -> bool:
    """Whether a reply, or a sentence of it, is the fixed phrase of one that abstains."""
    if len(text) > 3 * len(_ABSTENTION):
        return False
    return " ".join(text.split()).strip("\"'“”‘’*_`. ").casefold() == _ABSTENTION


def tells_missing(text: str, question: str) -> bool:
    """Whether a sentence says only that the documents do not say something that was asked.

    It is the fixed phrase, or goes on from it in the question's own words: any other could be a
    claim in disguise.
    """
    words = " ".join(text.split())
    begins = words.casefold().startswith(f"{_ABSTENTION} ")
    rest = words[len(_ABSTENTION) :]
    return _is_abstention(text) or (begins and set(stems(rest)) <= set(stems(question)))


def marked_numbers(reply: str) -> list[int]:
    """The numbers that the markers of a reply name, in order, with repetitions."""
    return [number for _, named in _without_markers(reply)[1] for number in named]


def _without_markers(reply: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """The text without its markers, and at which place of it each marker stood."""
    code = [m.span() for m in _CODE.finditer(reply)]
    code += [m.span() for m in _INLINE_CODE.finditer(reply)]
    code.sort()
    starts = [start for start, _ in code]
    parts, markers, at, length = [], [], 0, 0
    for match in _MARKER.finditer(reply):
        if _inside(code, starts, match.start()) or _in_word(reply, match):
            continue
        part = reply[at : match.start()]
        parts.append(part)
        length += len(part)
        markers.append((length, _numbers(match["numbers"])))
        at = match.end()
    return "".join([*parts, reply[at:]]), markers


def _inside(spans: list[Span], starts: list[int], place: int) -> bool:
    i = bisect_left(starts, place + 1) - 1
    return i >= 0 and place < spans[i][1]


def _in_word(reply: str, match: re.Match[str]) -> bool:
    """Whether what looks like a marker is part of a word or formula: ``x[1]y``."""
    before, after = reply[match.start() : match.start() + 1], reply[match.end() : match.end() + 1]
    left = reply[match.start() - 1 : match.start()] if not before.isspace() else ""
    return all(
        side.isascii() and (side.isalnum() or side == "_") for side in (left, after) if side
    ) and bool(left and after)


def _numbers(text: str) -> list[int]:
    found: list[int] = []
    for match in _NUMBER_OR_RANGE.finditer(text):
        first, last = int(match[1]), int(match[2] or match[1])
        found += range(first, last + 1) if 0 <= last - first < _WIDEST_RANGE else [first, last]
    return found


def _spans(plain: str) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each piece, and whether it claims anything."""
    at = 0
    for match in _CODE.finditer(plain):
        yield from _line_spans(plain, at, match.start())
        yield match.start(), match.end(), bool(match[1].strip())
        at = match.end()
    yield from _line_spans(plain, at, len(plain))


def _line_spans(plain: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    lines = _WRAPPED.sub(" ", plain[start:end]).split("\n")
    at = start
    for i, line in enumerate(lines):
        lead = _LEAD.match(line)
        inner = lead.end() if lead else 0
        ruled = i + 1 < len(lines) and "|" in line and _RULED.match(lines[i + 1])
        if not any(c.isalnum() for c in line):
            pass
        elif _HEADING.match(line) or ruled:
            text = line.strip()
            first = at + line.index(text)
            yield first, first + len(text), False
        elif line.lstrip().startswith("|"):
            yield at + inner, at + len(line.rstrip(" |\t")), True
        else:
            for first, last in sentence_spans(line[inner:]):
                claims = any(c.isalnum() for c in line[inner + first : inner + last])
                yield at + inner + first, at + inner + last, claims
        at += len(line) + 1
