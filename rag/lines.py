"""What a line says of those around it: it is the edge of a block of code, the rule under a heading.

Both may be spelt with tildes or backticks, so which one a line is only the line above it tells.
"""

import re

UNDERLINES = '#*=-~^+"`'  # of headings, of the outer ones first
_UNDERLINE = re.compile(rf"([{re.escape(UNDERLINES)}])\1{{2,}}")
_FENCE = re.compile(r"(`{3,})[^`]*|(~{3,}).*")  # words in a line behind backticks are no block


def fence(line: str) -> str:
    """The backticks or tildes of a line that may begin or end a block of code in Markdown."""
    match = _FENCE.fullmatch(line)
    return match[1] or match[2] if match else ""


def underlines(line: str, heading: str) -> bool:
    """Whether a line is the rule under a heading: about as long, and nothing is said to follow."""
    told = 0 < len(heading) <= len(line) + 2 and not heading.endswith(":")
    return told and bool(_UNDERLINE.fullmatch(line))


def fence_below(opened: str, line: str, above: str) -> str:
    """The fence of the block of code that is open below a line; "" for none.

    ``opened`` is the one that is open above it: only its like ends it, and within it no line is the
    rule under a heading.
    """
    mark = fence(line)
    if opened:
        return "" if mark == line.rstrip() and mark.startswith(opened) else opened
    return "" if underlines(line, above) else mark
