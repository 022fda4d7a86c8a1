"""The index never loses and never lies: the short form of ``make soak``."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from soak.disk import catches_sqlite

TESTS = Path(__file__).parent

pytestmark = pytest.mark.skipif(
    not catches_sqlite(), reason="this Python's SQLite is linked so that it cannot be watched"
)


def trial(name: str) -> dict[str, Any]:
    """What a trial saw, in a process that forks before anything has made threads."""
    paths = os.pathsep.join((str(TESTS), str(TESTS.parent)))
    done = subprocess.run(
        [sys.executable, "-m", "soak", "--short", "--one", name],
        env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_kills_lose_and_mix_nothing() -> None:
    seen = trial("kills")
    assert seen["trouble"] == []
    assert seen["kills"] == 30
    assert seen["generations"] >= 10 and seen["snapshots checked"] >= 30
    assert len(seen["kills by phase"]) >= 3, seen


@pytest.mark.parametrize("broken", ["no transactions", "early word"])
def test_a_broken_writer_is_caught(broken: str) -> None:
    assert trial(f"kills, {broken}")["trouble"]


def test_an_error_at_every_step() -> None:
    seen = trial("faults")
    assert seen.pop("trouble") == []
    assert len(seen) == 6 and sum(sum(ends.values()) for ends in seen.values()) > 60
    for name, ends in seen.items():
        stopped = ends.get("interrupted" if "interrupt" in name else "exit 7", 0)
        assert stopped > ends.get("done", 0), seen


def test_a_full_disk() -> None:
    assert trial("full disk") == {"ended": "exit 7", "next run": "done", "trouble": []}


def test_vectors_are_flushed_before_the_commit_and_that_before_the_word() -> None:
    steps = trial("order")["steps"]
    before, vectors, after = re.split(r"(f[^s]*R)", steps, maxsplit=1)  # FAISS wrote the file
    assert re.match(r"fw*s", after), steps  # the folder, the commit
    assert re.search(r"s.*vfrf", after), steps  # then the note of the generation


def test_damage_is_refused_or_repaired_or_harmless() -> None:
    seen = trial("flips")
    assert seen.pop("trouble") == []
    assert sum(seen.values()) == 120
    assert sum(n for name, n in seen.items() if "refused (catalog" in name) >= 10
    assert any("the same (vectors-" in name for name in seen)


def test_without_guards_damage_is_seen_to_be_answered_from() -> None:
    assert trial("flips, no guards")["trouble"]
