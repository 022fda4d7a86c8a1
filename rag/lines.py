"""What a line says of those around it: the edge of code, the rule under a heading, a term.

Edges and rules may be spelt alike, with tildes or backticks: which one it is the line above tells.
"""

import re

UNDERLINES = '#*=-~^+"`'  # of headings, of the outer ones first
_UNDERLINE = re.compile(rf"([{re.escape(UNDERLINES)}])\1{{2,}}")
_FENCE = re.compile(r"(`{3,})[^`]*|(~{3,}).*")  # words in a line behind backticks are no block
_SHORTEST_FENCE = 3
_TERM = re.compile(r"(?![-*+•]\s)\S[^\n]{0,80}[^\n:]:{2,4}")


def fence(line: str) -> str:
    """The backticks or tildes of a line that may begin or end a block of code in Markdown."""
    match = _FENCE.fullmatch(line)
    return match[1] or match[2] if match else ""


def underlines(line: str, heading: str) -> bool:
    """Whether a line is the rule under a heading: about as long, and nothing is said to follow.

    What may as well open a block of code is none if it is shorter, or as short as the edge of one.
    """
    slack = 0 if fence(line) else 2
    told = 0 < len(heading) <= len(line) + slack and not heading.endswith(":")
    if len(line) == len(fence(line)) == _SHORTEST_FENCE:
        return False
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


def is_term(line: str) -> bool:
    """Whether a line is a term that the lines below explain: "-d::", in AsciiDoc."""
    return bool(_TERM.fullmatch(line))
