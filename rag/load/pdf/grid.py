"""The rules that are drawn on a page of a PDF file -> the cells that they enclose.

Producers draw a table's borders as thin filled boxes, strokes, or boxes around each cell, whole or
in pieces. All of them are rules here, those that nearly meet do, and a cell is what they shut in.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

NEAR = 3.0  # points: what is closer is at one place
_MOST_STEPS = 300  # at which rules stand, each way


class Box(NamedTuple):
    """In points from the bottom left of the page."""

    left: float
    bottom: float
    right: float
    top: float


Square = tuple[int, int]  # column and row of the finest grid


def grids(rules: Sequence[Box]) -> list[list[Box]]:
    """The cells of each grid on a page; a grid is what touches, framed or not."""
    found = (_cells([*group, *_frame(group)]) for group in _touching(rules))
    return [grid for grid in found if grid]


def _cells(rules: Sequence[Box]) -> list[Box]:
    upright = [rule for rule in rules if _is_upright(rule)]
    level = [rule for rule in rules if not _is_upright(rule)]
    xs = _steps((rule.left + rule.right) / 2 for rule in upright)
    ys = _steps((rule.bottom + rule.top) / 2 for rule in level)
    if max(len(xs), len(ys)) > _MOST_STEPS:
        return []
    walls = {
        (_nearest(xs, (rule.left + rule.right) / 2), j)
        for rule in upright
        for j in _covered(ys, rule.bottom, rule.top)
    }
    floors = {
        (i, _nearest(ys, (rule.bottom + rule.top) / 2))
        for rule in level
        for i in _covered(xs, rule.left, rule.right)
    }
    return [
        Box(xs[part[0][0]], ys[part[0][1]], xs[part[-1][0] + 1], ys[part[-1][1] + 1])
        for part in _shut_in(len(xs) - 1, len(ys) - 1, walls, floors)
    ]


def _is_upright(rule: Box) -> bool:
    return rule.right - rule.left < rule.top - rule.bottom


def _frame(rules: Sequence[Box]) -> list[Box]:
    """The sides of what holds the rules: many tables have rules only between their cells."""
    left, right = min(rule.left for rule in rules), max(rule.right for rule in rules)
    bottom, top = min(rule.bottom for rule in rules), max(rule.top for rule in rules)
    sides = (left, bottom, left, top), (right, bottom, right, top)
    return [Box(*side) for side in (*sides, (left, bottom, right, bottom), (left, top, right, top))]


def _touching(rules: Sequence[Box]) -> list[list[Box]]:
    """The rules in groups of those that meet."""
    done: list[list[Box]] = []
    groups: list[list[Box]] = []  # which a rule further right may still meet
    for rule in sorted(rules):
        near = [group for group in groups if max(one.right for one in group) > rule.left - NEAR]
        done += [group for group in groups if group not in near]
        met = [group for group in near if any(_meet(rule, other) for other in group)]
        groups = [group for group in near if group not in met]
        groups.append([rule, *(other for group in met for other in group)])
    return done + groups


def _meet(one: Box, other: Box) -> bool:
    across = one.left - NEAR < other.right and other.left - NEAR < one.right
    return across and one.bottom - NEAR < other.top and other.bottom - NEAR < one.top


def _steps(values: Iterable[float]) -> list[float]:
    """Where rules stand, in order; of those that follow each other closely the first."""
    ordered = sorted(values)
    return ordered[:1] + [after for before, after in pairwise(ordered) if after - before > NEAR]


def _nearest(steps: Sequence[float], value: float) -> int:
    """The last step that is not beyond a value."""
    return sum(step <= value for step in steps) - 1


def _covered(steps: Sequence[float], start: float, end: float) -> Iterator[int]:
    """The spaces between two steps which a rule spans."""
    for number, (low, high) in enumerate(pairwise(steps)):
        if start - NEAR < low and high < end + NEAR:
            yield number


def _shut_in(
    width: int, height: int, walls: set[Square], floors: set[Square]
) -> Iterator[list[Square]]:
    """The squares of each rectangle that walls and floors, left of squares and below, shut in.

    The whole is shut in by a frame.
    """
    seen: set[Square] = set()
    for first in itertools.product(range(width), range(height)):
        if first in seen:
            continue
        part, pending = {first}, [first]
        while pending:
            i, j = pending.pop()
            ways = (
                ((i - 1, j), (i, j) in walls),
                ((i + 1, j), (i + 1, j) in walls),
                ((i, j - 1), (i, j) in floors),
                ((i, j + 1), (i, j + 1) in floors),
            )
            new = {other for other, shut in ways if not shut} - part
            part |= new
            pending += new
        seen |= part
        columns, rows = {i for i, _ in part}, {j for _, j in part}
        if len(part) == len(columns) * len(rows):
            yield sorted(part)
