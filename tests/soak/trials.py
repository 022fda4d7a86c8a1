"""The trials by their names; each takes a folder and whether it is to be short, as in the tests."""

import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soak.disk import catches_sqlite

_SEED = 1
Trial = Callable[[Path, bool], Any]
TESTS = Path(__file__).parents[1]


def _kills(broken: str = "", full: int = 30) -> Trial:
    def trial(folder: Path, short: bool) -> Any:
        from soak.kills import soak

        return soak(folder, 30 if short else full, _SEED, broken)

    return _watching(trial)


def _watching(trial: Trial) -> Trial:
    """A trial that needs a SQLite whose writes can be watched."""

    def watched(folder: Path, short: bool) -> Any:
        if not catches_sqlite():
            told = "this Python's SQLite cannot be watched; use one that links it dynamically"
            return {"trouble": [told]}
        return trial(folder, short)

    return watched


def _faults(folder: Path, short: bool) -> Any:
    from soak.faults import fail_everywhere

    together = [("EIO", "ENOSPC", "interrupt")]
    apart = [("EIO",), ("ENOSPC",), ("interrupt",), ("kill",)]
    return fail_everywhere(folder, together if short else apart)  # type: ignore[arg-type]


def _full_disk(folder: Path, short: bool) -> Any:
    from soak.faults import fill_disk

    return fill_disk(folder)


def _order(folder: Path, short: bool) -> Any:
    from soak.faults import trace

    return {"steps": trace(folder), "trouble": []}


def _flips(folder: Path, short: bool) -> Any:
    from soak.flips import damage

    return damage(folder, 100 if short else 2000, 20 if short else 200, _SEED)


def _blind_flips(folder: Path, short: bool) -> Any:
    from soak.flips import damage

    return damage(folder, 60, 0, _SEED, blind=True)


def _slow_tests(folder: Path, short: bool) -> Any:
    """The tests that are marked as soak."""
    report = folder / "report.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "soak", f"--junitxml={report}"],
        cwd=TESTS.parent, stdout=sys.stderr,
    )  # fmt: skip
    cases = list(ElementTree.parse(report).iter("testcase"))
    figures: dict[str, Any] = {}
    trouble = [] if cases else ["no test was run"]
    for case in cases:
        failed = [mark for mark in case if mark.tag in ("failure", "error", "skipped")]
        name = str(case.get("name")).removeprefix("test_")
        figures[name[:70]] = f"{float(case.get('time') or 0):.0f} s"
        trouble += [f"{name}: {str(mark.get('message'))[:500]}" for mark in failed]
    return figures | {"trouble": trouble}


def _payloads(folder: Path, short: bool) -> Any:
    from soak.payloads import PAYLOADS, show

    return show(folder, 24 if short else len(PAYLOADS))


def _load(name: str, brief: tuple[Any, ...], full: tuple[Any, ...]) -> Trial:
    """A trial of `rag chat`; with a RAG_HOME of its own, or the one that RAG_SOAK_HOME names."""

    def trial(folder: Path, short: bool) -> Any:
        from soak import beside, load
        from soak.chat import chatting

        found = {**vars(load), **vars(beside)}[name]
        with tempfile.TemporaryDirectory() as home:
            place = Path(os.environ.get("RAG_SOAK_HOME") or home)
            with chatting(folder, place) as (chat, llm):
                figures = found(chat, llm, *(brief if short else full))
            log = (folder / "log").read_text("utf-8", "replace")
        if "Traceback" in log:
            figures["trouble"].append(f"the chat's log: {log[-1000:]}")
        return figures

    return trial


TRIALS: dict[str, Trial] = {
    "kills": _kills(full=300),
    "kills, no transactions": _kills("no transactions"),
    "kills, early word": _kills("early word"),
    "faults": _watching(_faults),
    "full disk": _watching(_full_disk),
    "order": _watching(_order),
    "flips": _flips,
    "flips, no guards": _blind_flips,
    "slow tests": _slow_tests,
    "payloads": _payloads,
    "load, burst": _load("burst", (), ()),
    "load, cancel": _load("cancel", (6,), (50,)),
    "load, dead LLM": _load("dead_llm", (3, False), (60, True)),
    "load, hostile client": _load("hostile_client", (40, 100, 1), (200, 500, 12)),
    "load, re-index": _load("reindex", (6, 0.5), (120, 5)),
    "load, commands": _load("commands", (3, 1), (20, 200)),
    "load, steady": _load("steady", (5, 30), (600,)),
}
# These are broken on purpose.
CAUGHT = {"kills, no transactions", "kills, early word", "flips, no guards"}
