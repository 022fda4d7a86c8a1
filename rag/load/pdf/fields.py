"""What was typed onto a page of a PDF file -> words of the lines that it stands in."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from rag.load.pdf.grid import Box
from rag.load.pdf.printed import Words

TICK = "[x]"  # of a box; as in Markdown
_WORD = re.compile(r"[^ ]+")
_HEIGHT = 12.0  # points of a line, on a page that has no other


class Field(NamedTuple):
    """A value that was typed onto a page, as one line, and its box."""

    text: str
    box: Box


def with_fields(lines: Sequence[Words], fields: Sequence[Field]) -> list[Words]:
    """The lines of a page with its fields, each behind what stands left of it.

    Where nothing does, it is a line of its own below the nearest one above it; but a tick stands
    before what is to the right of it.
    """
    found = list(lines)
    for field in fields:
        level = [at for at, line in enumerate(found) if _is_level(line, field.box)]
        left = [at for at in level if found[at].left < field.box.left]
        if left or (level and field.text == TICK):
            nearest = max(left or level, key=lambda at: -abs(found[at].left - field.box.left))
            found[nearest] = _joined(found[nearest], field)
            continue
        middle = (field.box.bottom + field.box.top) / 2
        above = [at for at, line in enumerate(found) if line.bottom >= middle]
        lowest = min(above, key=lambda at: found[at].bottom, default=-1)
        height = found[lowest].height if found else _HEIGHT
        found.insert(lowest + 1, _line(field, height))
    return found


def _is_level(line: Words, box: Box) -> bool:
    return box.bottom <= line.middle <= box.top


def _line(field: Field, height: float) -> Words:
    """The field as a line of that height at the top of its box; its words share the width."""
    left, _, right, top = field.box
    bottom = max(top - height, field.box.bottom)
    places = [word.span() for word in _WORD.finditer(field.text)]
    letter = min((right - left) / len(field.text), height / 2)
    sides = [(left + letter * start, left + letter * end) for start, end in places]
    return Words(field.text, places, sides, bottom, top, weight=0, marked=False)


def _joined(line: Words, field: Field) -> Words:
    """A line with a field before its first word that begins behind it."""
    typed = _line(field, line.height)
    at = sum(left <= typed.left for left, _ in line.sides)
    start = line.places[at][0] if at < len(line.places) else len(line.text) + 1
    behind = len(typed.text) + 1
    return replace(
        line,
        text=f"{line.text[:start].rstrip(' ')} {typed.text} {line.text[start:]}".rstrip(" "),
        places=[
            *line.places[:at],
            *((first + start, last + start) for first, last in typed.places),
            *((first + behind, last + behind) for first, last in line.places[at:]),
        ],
        sides=[*line.sides[:at], *typed.sides, *line.sides[at:]],
    )
