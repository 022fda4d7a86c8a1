"""Two runs over the same questions, paired; one run against bars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from rag.errors import InvalidInput
from rag.evaluate.averages import Values, difference
from rag.evaluate.measures import BY_NAME, MEASURES, Measure, Row
from rag.evaluate.run_folder import Run


@dataclass(frozen=True, slots=True)
class Bar:
    """What a measure must reach (``least``), or must not go beyond."""

    measure: str
    value: float
    least: bool


def compare(a: Run, b: Run, common: bool = False) -> dict[str, Any]:
    """The object that ``rag compare --json`` prints: B minus A, question by question.

    Raises InvalidInput where the question sets differ; with ``common``, only where they have no
    question in common.
    """
    pairs = _pairs(a, b, common)
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    measures = {
        measure.name: found
        for measure in MEASURES
        if (found := _compare_measure(measure, ours, theirs)) is not None
    }
    changed = [
        {"id": x["id"], "question": x["question"], "a": x["outcome"], "b": y["outcome"]}
        for x, y in pairs
        if x["outcome"] != y["outcome"]
    ]
    return {
        "a": str(a.folder),
        "b": str(b.folder),
        "n": len(pairs),
        "settings": _settings_that_differ(a, b),
        "measures": measures,
        "changed": changed,
    }


def _pairs(a: Run, b: Run, common: bool) -> list[tuple[Row, Row]]:
    same = _fingerprint(a) == _fingerprint(b)
    if not same and not common:
        raise InvalidInput(
            f"{a.folder} and {b.folder} were asked different question sets; --common compares "
            "what they have in common."
        )
    theirs = {(row["id"], row["question"]): row for row in b.rows}
    pairs = [
        (row, theirs[row["id"], row["question"]])
        for row in a.rows
        if (row["id"], row["question"]) in theirs
    ]
    if not pairs:
        raise InvalidInput(f"{a.folder} and {b.folder} have no question in common.")
    return pairs


def _fingerprint(run: Run) -> object:
    return run.summary["run"]["fingerprints"]["questions"]


def _settings_that_differ(a: Run, b: Run) -> dict[str, list[Any]]:
    ours, theirs = a.summary["run"]["settings"], b.summary["run"]["settings"]
    names = dict.fromkeys([*ours, *theirs])
    return {
        name: [ours.get(name), theirs.get(name)]
        for name in names
        if ours.get(name) != theirs.get(name)
    }


def _compare_measure(
    measure: Measure, ours: Sequence[Row], theirs: Sequence[Row]
) -> dict[str, Any] | None:
    """Both values and the difference; None where one of them has no value."""
    a, b = _aligned(measure, ours, theirs)
    if measure.both and len({row["answerable"] for row in ours} - {None}) < 2:
        return None
    if not len(a):
        return None
    values = [float(measure.average(side[None])[0]) for side in (a, b)]
    if np.isnan(values).any():
        return None
    found = difference(a, b, measure.average)
    numbers = {
        "a": values[0],
        "b": values[1],
        "difference": found.value,
        "low": found.low,
        "high": found.high,
        "p": found.p,
    }
    return {name: round(number, 6) for name, number in numbers.items()} | {"n": len(a)}


def _aligned(measure: Measure, ours: Sequence[Row], theirs: Sequence[Row]) -> tuple[Values, Values]:
    """The columns of both for each question that either has a value of, NaN where one has none."""
    pairs = [
        (measure.columns_of(x), measure.columns_of(y)) for x, y in zip(ours, theirs, strict=True)
    ]
    width = max((len(found) for pair in pairs for found in pair if found), default=0)
    absent = (float("nan"),) * width
    kept = [(x or absent, y or absent) for x, y in pairs if x or y]
    return np.array([x for x, _ in kept]), np.array([y for _, y in kept])


def shortfalls(summary: Mapping[str, Any], bars: Sequence[Bar]) -> list[str]:
    """What of the bars a run does not meet, in words; a measure that it lacks meets none.

    Raises InvalidInput for a measure that does not exist.
    """
    found = []
    for bar in bars:
        measured = summary["measures"].get(bar.measure)
        if measured is None and bar.measure not in BY_NAME:
            raise InvalidInput(
                f"There is no measure {bar.measure!r}; there are {', '.join(BY_NAME)}."
            )
        told = "at least" if bar.least else "at most"
        if measured is None:
            found.append(f"{bar.measure} was not measured, and must be {told} {bar.value:g}")
            continue
        value = measured["value"]
        if (value < bar.value) if bar.least else (value > bar.value):
            found.append(f"{bar.measure} is {value:g}, and must be {told} {bar.value:g}")
    return found
