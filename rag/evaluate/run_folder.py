"""The files of a run: results.jsonl, summary.json and report.html in one folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InvalidInput, MachineRefused
from rag.evaluate.measures import Row

_NEEDED = {"id", "question", "answerable", "abstained", "answerability", "outcome", "measures"}


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
            beside = folder / f"{name}.new"
            beside.write_bytes(text.encode("utf-8"))
            beside.replace(folder / name)
    except OSError as error:
        raise MachineRefused(f"{folder} cannot be written to: {error.strerror}.") from error


def read_run(folder: Path) -> Run:
    """A run that ``write_run`` wrote. Raises InvalidInput for anything else."""
    try:
        summary = json.loads((folder / "summary.json").read_bytes())
        lines = (folder / "results.jsonl").read_bytes().split(b"\n")
        rows = tuple(json.loads(line) for line in lines if line.strip())
        if not rows or summary["n"] != len(rows) or not isinstance(summary["measures"], dict):
            raise ValueError("not all of its questions are there")
        if not all(row.keys() >= _NEEDED for row in rows):
            raise ValueError("a row lacks what `rag eval` writes")
        _ = summary["run"]["fingerprints"]["questions"], summary["run"]["settings"]
    except OSError as error:
        raise InvalidInput(
            f"{folder} is no run of `rag eval`: {error.filename} cannot be read ({error.strerror})."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(f"{folder} is no run of `rag eval`: {error}.") from error
    return Run(folder, summary, rows)
