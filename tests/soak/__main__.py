"""``python -m soak [NAME]...`` runs all trials or the named ones, and prints what they saw as JSON.

With ``--short`` they are as long as a test may be. Exit code 1 if anything went wrong, or if a
writer or reader that is broken on purpose was not caught.
"""

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from soak.disk import catches_sqlite
from soak.faults import fail_everywhere, fill_disk, trace
from soak.flips import damage
from soak.kills import soak

_SEED = 1
Trial = Callable[[Path, bool], Any]
TRIALS: dict[str, Trial] = {
    "kills": lambda folder, short: soak(folder, 30 if short else 300, _SEED),
    "kills, no transactions": lambda folder, _: soak(folder, 30, _SEED, "no transactions"),
    "kills, early word": lambda folder, _: soak(folder, 30, _SEED, "early word"),
    "faults": lambda folder, short: fail_everywhere(
        folder,
        [("EIO", "ENOSPC", "interrupt")]
        if short
        else [("EIO",), ("ENOSPC",), ("interrupt",), ("kill",)],
    ),
    "full disk": lambda folder, _: fill_disk(folder),
    "order": lambda folder, _: {"steps": trace(folder), "trouble": []},
    "flips": lambda folder, short: damage(
        folder, 100 if short else 2000, 20 if short else 200, _SEED
    ),
    "flips, no guards": lambda folder, _: damage(folder, 60, 0, _SEED, blind=True),
}
# These are broken on purpose.
_CAUGHT = {"kills, no transactions", "kills, early word", "flips, no guards"}


def main(arguments: list[str]) -> int:
    """Runs the trials; 0 if all went as it must."""
    short = "--short" in arguments
    names = [name for name in arguments if name != "--short"] or list(TRIALS)
    if not catches_sqlite():
        print("This Python's SQLite cannot be watched; use one that links it dynamically.")
        return 2
    results, good = {}, True
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            results[name] = TRIALS[name](Path(folder), short)
        good &= bool(results[name]["trouble"]) == (name in _CAUGHT)
    print(json.dumps(results, indent=2))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
