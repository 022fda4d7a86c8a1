"""Leaves out what is printed at the head and foot of page after page: titles, page numbers."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

_FEWEST_PAGES = 3
_SHARE = 0.2  # of the pages; less than half, as left and right pages differ
_DEEPEST = 4  # lines at either end of a page
_NUMBER = re.compile(r"\d+|\b[ivxlc]+\b")


class _Printed(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def bottom(self) -> float: ...


L = TypeVar("L", bound=_Printed)


def without_running_heads(pages: Sequence[Sequence[L]]) -> list[list[L]]:
    """The pages without the lines that repeat, numbers aside, at one end of many of them.

    Lines are peeled off from the outside, so that a line within the text stays whatever it says.
    """
    ends = [(_outer(page, top=True), _outer(page, top=False)) for page in pages]
    counts = [Counter(_key(line) for end in ends for line in end[side]) for side in (0, 1)]
    enough = max(_FEWEST_PAGES, _SHARE * len(pages))
    kept = []
    for page, both in zip(pages, ends, strict=True):
        dropped: set[int] = set()
        for side, outer in enumerate(both):
            for line in outer:
                if counts[side][_key(line)] < enough:
                    break
                dropped.add(id(line))
        kept.append([line for line in page if id(line) not in dropped])
    return kept


def _outer(page: Sequence[L], top: bool) -> list[L]:
    """The outermost lines of a page at one end, from the outside; at most half of them."""
    ordered = sorted(page, key=lambda line: -line.bottom if top else line.bottom)
    return ordered[: min(_DEEPEST, (len(page) + 1) // 2)]


def _key(line: _Printed) -> str:
    return " ".join(_NUMBER.sub("#", line.text.lower()).split())
