"""Paragraphs of a PDF file -> those that are headings: what is larger or bolder than the text."""

from collections.abc import Iterable, Sequence

from rag.load.headings import may_be_heading
from rag.load.pdf.flow import Paragraph
from rag.load.pdf.printed import ANOTHER_SIZE, BOLDER

_ALIKE = 0.95  # of a height: what is only this much smaller is as large
_LEVELS = 6


def heading_marks(paragraphs: Sequence[Paragraph]) -> list[str]:
    """What each paragraph begins with: as in Markdown "## " for a heading, or nothing.

    The largest are of the first level. What is bolder but not larger is of the last one, unless it
    stands, alone or with others, over the rows of a table, where it names columns.
    """
    lines = [line for paragraph in paragraphs for line in paragraph.lines]
    height = _median((line.height, len(line.text)) for line in lines)
    weight = _median((line.weight, len(line.text)) for line in lines)
    found: dict[int, float] = {}
    over_rows = False
    for at in reversed(range(len(paragraphs))):
        lines = paragraphs[at].lines
        lowest = min(line.height for line in lines)
        bold = min(line.weight for line in lines) > BOLDER * weight
        larger = lowest > ANOTHER_SIZE * height
        over_rows = lines[0].row or (over_rows and bold and not larger)
        bolder = bold and lowest > _ALIKE * height and not over_rows
        if (larger or bolder) and _may_be_heading(paragraphs[at]):
            found[at] = lowest
    levels = _levels(found.values())
    return [f"{'#' * levels[found[at]]} " if at in found else "" for at in range(len(paragraphs))]


def _may_be_heading(paragraph: Paragraph) -> bool:
    apart = any(line.row or line.marked for line in paragraph.lines)
    return not apart and may_be_heading(" ".join(line.text for line in paragraph.lines))


def _levels(heights: Iterable[float]) -> dict[float, int]:
    """The level of each height; if there are too many, the largest share one."""
    steps: list[float] = []
    ranks: dict[float, int] = {}
    for height in sorted(set(heights), reverse=True):
        if not steps or height < _ALIKE * steps[-1]:
            steps.append(height)
        ranks[height] = len(steps)
    surplus = max(0, len(steps) - _LEVELS)
    return {height: max(1, rank - surplus) for height, rank in ranks.items()}


def _median(weighted: Iterable[tuple[float, int]]) -> float:
    """The value that half of the weight is not above; 0 for none."""
    ordered = sorted(weighted)
    half, heap = sum(weight for _, weight in ordered) / 2, 0
    for value, weight in ordered:
        heap += weight
        if heap >= half:
            return value
    return 0.0
