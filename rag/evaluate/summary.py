"""All rows of results -> summary.json."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from rag.evaluate.averages import Values, interval
from rag.evaluate.measures import MEASURES, Measure, Row


def summarise(rows: Sequence[Row], run: dict[str, Any]) -> dict[str, Any]:
    """The object of ``summary.json``; ``run`` says how the rows came about."""
    types = list(dict.fromkeys(row["type"] for row in rows if row["type"]))
    return {
        "run": run,
        "n": len(rows),
        "failed": sum(row["error"] is not None for row in rows),
        "measures": _measure_rows(rows),
        "by_type": {
            type: _measure_rows([row for row in rows if row["type"] == type]) for type in types
        },
        "outcomes": dict(Counter(row["outcome"] for row in rows).most_common()),
        "abstention": _abstention_table(rows),
    }


def _measure_rows(rows: Sequence[Row]) -> dict[str, dict[str, Any]]:
    """``{NAME: {"value", "low", "high", "n"}}`` of the measures that apply to the rows."""
    kinds = {row["answerable"] for row in rows} - {None}
    result = {}
    for measure in MEASURES:
        values = columns_of(measure, rows)
        if (measure.both and len(kinds) < 2) or not len(values):
            continue
        value = float(measure.average(values[None])[0])
        if np.isnan(value):
            continue
        low, high = interval(values, measure.average)
        result[measure.name] = {
            "value": round(value, 6),
            "low": round(low, 6),
            "high": round(high, 6),
            "n": len(values),
        }
    return result


def columns_of(measure: Measure, rows: Sequence[Row]) -> Values:
    """(questions that have a value, columns) of a measure."""
    found = [columns for row in rows if (columns := measure.columns_of(row)) is not None]
    return np.array(found, np.float64)


def _abstention_table(rows: Sequence[Row]) -> dict[str, dict[str, int]]:
    """How many answerable and unanswerable questions were answered, refused, or failed."""
    table = {}
    for name, answerable in (("answerable", True), ("unanswerable", False)):
        those = [row for row in rows if row["answerable"] is answerable]
        failed = sum(row["error"] is not None for row in those)
        abstained = sum(row["abstained"] for row in those)
        table[name] = {
            "answered": len(those) - abstained - failed,
            "abstained": abstained,
            "failed": failed,
        }
    return table
