"""The files of a run: results.jsonl, summary.json and report.html in one folder."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from types import UnionType
from typing import Any

from rag.errors import InvalidInput, MachineRefused
from rag.evaluate.measures import Row
from rag.files import read_below, write_whole

_LARGEST = 2**30  # bytes
_ROW: Mapping[str, type | UnionType] = {
    "id": str, "question": str, "answerable": bool | None, "abstained": bool,
    "answerability": int | float | None, "outcome": str, "measures": dict, "error": dict | None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run, as it was written."""

    folder: Path
    summary: Mapping[str, Any]
    rows: tuple[Row, ...]


def write_run(folder: Path, summary: Mapping[str, Any], rows: Sequence[Row], html: str) -> None:
    """Writes the three files, each whole or not at all. Raises MachineRefused."""
    results = "".join(json.dumps(row) + "\n" for row in rows)
    texts = {
        "results.jsonl": results,
        "report.html": html,
        "summary.json": json.dumps(summary, indent=2) + "\n",
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            write_whole(folder / name, text.encode("utf-8"))
    except OSError as error:
        raise MachineRefused(f"{folder} cannot be written to: {error.strerror}.") from error


def read_run(folder: Path) -> Run:
    """A run that ``write_run`` wrote. Raises InvalidInput for anything else."""
    try:
        summary = json.loads(read_below(folder, "summary.json", _LARGEST))
        lines = read_below(folder, "results.jsonl", _LARGEST).split(b"\n")
        rows = tuple(json.loads(line) for line in lines if line.strip())
        if not rows or summary["n"] != len(rows):
            raise ValueError("not all of its questions are there")
        if not all(map(_is_row, rows)):
            raise ValueError("a row is not what `rag eval` writes")
        run, measures = summary["run"], summary["measures"]
        _ = run["fingerprints"]["questions"], run["settings"].keys()
        if not _are_numbers(measure["value"] for measure in measures.values()):
            raise ValueError("a measure is not a number")
    except OSError as error:
        raise InvalidInput(
            f"{folder} is no run of `rag eval`: {error.filename} cannot be read ({error.strerror})."
        ) from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{folder} is no run of `rag eval`: {error}.") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(
            f"{folder} is no run of `rag eval`: its summary.json is another's."
        ) from error
    return Run(folder, summary, rows)


def _is_row(row: Any) -> bool:
    return (
        isinstance(row, dict)
        and row.keys() >= _ROW.keys()
        and all(isinstance(row[name], kind) for name, kind in _ROW.items())
        and _are_numbers(row["measures"].values())
        and _are_numbers([row["answerability"] or 0])
    )


def _are_numbers(values: Iterable[Any]) -> bool:
    return all(isinstance(value, int | float) and isfinite(value) for value in values)
