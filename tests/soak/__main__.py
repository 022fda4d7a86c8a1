"""``python -m soak [--short] [NAME]...`` runs all trials or the named ones, one after the other.

Each has a process of its own, so that none hides another. What they saw is told as it comes, and at
the end in one table; with ``--json`` as JSON instead. Exit code 1 if a promise was broken, or if
a writer or reader that is broken on purpose was not caught. ``--list`` names the trials.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from soak.trials import CAUGHT, TRIALS

_LONGEST = 1800  # seconds that a trial may take


def run(name: str, short: bool) -> dict[str, Any]:
    """What a trial saw, in a process of its own."""
    command = [sys.executable, "-m", "soak", "--one", name, *["--short"] * short]
    began = time.monotonic()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST)
        told = done.stdout.rpartition("\n{")[2]
        figures: dict[str, Any] = json.loads("{" + told.removeprefix("{"))
    except subprocess.TimeoutExpired:
        figures = {"trouble": [f"the trial itself took over {_LONGEST} seconds"]}
    except ValueError:
        told = f"exit code {done.returncode}, {done.stderr[-2000:]}"
        figures = {"trouble": [f"the trial itself failed: {told}"]}
    figures["seconds"] = round(time.monotonic() - began)
    figures["trouble"] += figures.pop("late", [])
    figures["held"] = bool(figures["trouble"]) == (name in CAUGHT)
    return figures


def table(results: dict[str, dict[str, Any]]) -> str:
    """A line for each trial, and its troubles below."""
    lines = [f"{'trial':<24} {'held':<5} {'s':>5}  what it saw"]
    for name, found in results.items():
        hidden = ("seconds", "held", "trouble")
        told = "; ".join(f"{key}: {_flat(v)}" for key, v in found.items() if key not in hidden)
        if name in CAUGHT and found["trouble"]:
            told = f"caught: {found['trouble'][0].strip().splitlines()[-1]}"
        held = "yes" if found["held"] else "NO"
        lines.append(f"{name:<24} {held:<5} {found['seconds']:>5}  {told}")
        if not found["held"]:
            lines += [f"    {trouble.strip()}" for trouble in found["trouble"] or ["not caught"]]
    kept = sum(found["held"] for found in results.values())
    seconds = sum(found["seconds"] for found in results.values())
    return "\n".join([*lines, f"{kept} of {len(results)} held, in {seconds // 60} min"])


def _flat(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {n}" for name, n in value.items())
    return str(value)


def one(name: str, short: bool) -> None:
    """Runs a trial here, and prints what it saw as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        print(f"\n{json.dumps(TRIALS[name](Path(folder), short))}")


def main(arguments: list[str]) -> int:
    """Runs the trials; 0 if all went as it must."""
    short = "--short" in arguments
    names = [name for name in arguments if not name.startswith("--")] or list(TRIALS)
    if unknown := set(names) - TRIALS.keys():
        print(f"No such trials: {', '.join(unknown)}. There are: {', '.join(TRIALS)}.")
        return 2
    if "--list" in arguments:
        print("\n".join(TRIALS))
        return 0
    if "--one" in arguments:
        one(names[0], short)
        return 0
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    results = {}
    for name in names:
        results[name] = run(name, short)
        state = "held" if results[name]["held"] else "NOT HELD"
        print(f"{name}: {state}, {results[name]['seconds']} s", file=sys.stderr, flush=True)
        if not results[name]["held"]:
            print(json.dumps(results[name], indent=2), file=sys.stderr, flush=True)
    print(json.dumps(results, indent=2) if "--json" in arguments else table(results))
    return 0 if all(found["held"] for found in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
