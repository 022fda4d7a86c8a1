"""One evaluation from end to end: join, ask, score, summarise, write."""

import hashlib
import json
import os
import platform
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rag.evaluate.gold import join
from rag.evaluate.questions import QuestionSet
from rag.evaluate.report import report_html
from rag.evaluate.run import Asked, Asks, Checkpoint, ask_all
from rag.evaluate.run_folder import Run, write_run
from rag.evaluate.score import score
from rag.evaluate.summary import summarise
from rag.store import Snapshot, Store

_LIBRARIES = ("ir-measures", "numpy", "onnxruntime")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask, and the settings that the answers depend on."""

    questions: QuestionSet
    index: str
    llm: str
    k: int
    threshold: float
    jobs: int = 1
    limit: int | None = None
    type: str | None = None

    def settings(self) -> dict[str, Any]:
        """As ``summary.json`` records them."""
        names = ("index", "llm", "k", "threshold", "jobs", "limit", "type")
        return {name: getattr(self, name) for name in names}


def evaluate(
    pipeline: Asks,
    store: Store,
    plan: Plan,
    folder: Path,
    progress: Callable[[int, int], None],
    note: Callable[[str], None],
) -> Run:
    """Asks the plan's questions, scores the answers and writes the run into a folder.

    What an interrupted run of the same plan over the same documents has answered is kept. Raises
    InvalidInput where the questions do not fit the index, and what the pipeline raises that is
    not to be blamed on one question.
    """
    began, started = time.perf_counter(), datetime.now(UTC)
    examples = plan.questions.examples
    notes = list(plan.questions.notes)
    with store.snapshot() as snapshot:
        golds = join(plan.questions, snapshot, plan.index)
        identity = _identity(plan, snapshot)
        generation = snapshot.info.generation
    checkpoint = Checkpoint(folder, _hash({**identity, "settings": plan.settings() | {"jobs": 1}}))
    done = checkpoint.load()
    if done:
        note(f"going on after {len(done):,} of {len(examples):,} questions")
    progress(len(done), len(examples))
    with checkpoint.recorder(done) as record:

        def recorded(asked: Asked) -> None:
            record(asked)
            counted.append(asked.id)
            progress(len(counted), len(examples))

        counted = list(done)
        try:
            asked = ask_all(pipeline, examples, plan.k, plan.jobs, done, recorded)
        except (KeyboardInterrupt, SystemExit):
            note(f"stopped after {len(counted):,} questions; the same command goes on from there")
            raise
    with store.snapshot() as snapshot:
        if snapshot.info.generation != generation:
            notes.append("the index changed while the questions were asked")
        rows = score(examples, golds, asked, snapshot, plan.k)
    if plan.k < 10:
        notes.append(f"only {plan.k} passages were looked at: measures that need more are absent")
    for text in notes:
        note(text)
    run = {
        "questions": str(plan.questions.path),
        "settings": plan.settings(),
        **identity,
        "machine": {"platform": platform.platform(), "cores": os.cpu_count()},
        "started": started.isoformat(timespec="seconds"),
        "seconds": round(time.perf_counter() - began, 1),
        "notes": notes,
    }
    summary = summarise(rows, run)
    write_run(folder, summary, rows, report_html(summary, rows))
    checkpoint.remove()
    return Run(folder, summary, tuple(rows))


def _identity(plan: Plan, snapshot: Snapshot) -> dict[str, Any]:
    """What made the answers: the versions and the fingerprints of all that went in."""
    documents = [(row.id, row.sha256) for row in snapshot.document_keys().values()]
    versions = {name: version(name) for name in ("rag", *_LIBRARIES)}
    return {
        "versions": versions | {"python": platform.python_version()},
        "fingerprints": {
            "questions": plan.questions.fingerprint,
            "corpus": _hash(sorted(documents)),
            "embedder": snapshot.info.fingerprint,
        },
        "corpus": {"documents": snapshot.info.documents, "passages": snapshot.info.passages},
    }


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
