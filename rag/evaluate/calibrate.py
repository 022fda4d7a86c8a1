"""The abstention threshold that refuses at most a given share of the answerable questions."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.errors import InvalidInput
from rag.evaluate.measures import Row

_DIGITS = 1_000_000


@dataclass(frozen=True, slots=True)
class Point:
    """What a threshold does: the shares of answerable and of unanswerable questions it refuses.

    ``refused`` is None where the set has no unanswerable questions.
    """

    threshold: float
    false_refusal: float
    refused: float | None


def calibrate(rows: Sequence[Row], rate: float) -> Point:
    """The highest threshold whose false-refusal rate on the rows is at most ``rate``.

    Raises InvalidInput where no answerable question has a score.
    """
    scores = sorted(_scores(rows, answerable=True))
    if not scores:
        raise InvalidInput(
            "There is nothing to calibrate on: no answerable question has a score that a "
            "threshold could cut."
        )
    allowed = math.floor(rate * len(scores) + 1e-9)
    highest = scores[allowed] if allowed < len(scores) else 1.0
    return _point(rows, math.floor(highest * _DIGITS) / _DIGITS)


def curve(rows: Sequence[Row], steps: int = 20) -> list[Point]:
    """What thresholds from 0 to 1 do, in equal steps."""
    return [_point(rows, step / steps) for step in range(steps + 1)]


def _point(rows: Sequence[Row], threshold: float) -> Point:
    answerable, unanswerable = (_scores(rows, answerable=kind) for kind in (True, False))
    return Point(
        threshold,
        _below(answerable, threshold) or 0.0,
        _below(unanswerable, threshold),
    )


def _below(scores: Sequence[float], threshold: float) -> float | None:
    return sum(score < threshold for score in scores) / len(scores) if scores else None


def _scores(rows: Sequence[Row], *, answerable: bool) -> list[float]:
    return [
        row["answerability"]
        for row in rows
        if row["answerable"] is answerable and row["answerability"] is not None
    ]
