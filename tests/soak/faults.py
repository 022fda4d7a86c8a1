"""An error at every write, flush, rename and removal in turn, until a run passes without one."""

import os
import random
import resource
import shutil
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rag.errors import IndexMissing, MachineRefused
from rag.store.local import LocalStore, sync
from soak.disk import Disk, Fault
from soak.world import EMBEDDER, World, litter

WORLD = World(files=2, sentences=4)


def fail_everywhere(folder: Path, rounds: Sequence[Sequence[Fault]]) -> dict[str, Any]:
    """A fault at each step of making an index, and of changing one; how the runs ended.

    In each round the steps get its faults in turn. ``trouble`` lists where an index lost or mixed
    something, or where the next run did not put all in order.
    """
    figures: dict[str, Any] = {"trouble": []}
    for begun in (False, True):
        base = folder / f"base-{begun}"
        WORLD.put(folder / "docs", 1)
        if begun:
            assert _ended(base, folder / "docs") == "done"
        WORLD.put(folder / "docs", 2)
        for faults in rounds:
            at, reached = 1, True
            while reached:
                fault = faults[at % len(faults)]
                index = folder / "index"
                shutil.rmtree(index, ignore_errors=True)
                if begun:
                    shutil.copytree(base, index)
                ended, reached = _with_fault(index, folder / "docs", at, fault)
                if reached:
                    work = "changing" if begun else "making"
                    figures.setdefault(f"{fault}, {work} an index", Counter())[ended] += 1
                    if wrong := _wrong(index, folder / "docs", begun, ended):
                        figures["trouble"].append(f"{fault} at {at} (begun: {begun}): {wrong}")
                at += 1
    return figures


def _wrong(index: Path, docs: Path, begun: bool, ended: str) -> str | None:
    """What is not as it must be after a run that had a fault."""
    if ended not in ("done", "exit 7", "interrupted", "killed"):
        return ended
    store, chance = LocalStore(index), random.Random(1)
    try:
        generation, complete = WORLD.check(store, int(begun), chance)
        if ended == "done" and not (complete and generation == begun + 1):
            return "acknowledged and not there"
    except IndexMissing:
        if begun or ended == "done":
            return "the index is lost"
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        return traceback.format_exc()
    if (again := _ended(index, docs)) != "done":
        return f"the next run: {again}"
    if not WORLD.check(store, begun + 1, chance)[1]:
        return "the next run is incomplete"
    return litter(index)


def trace(folder: Path) -> str:
    """The steps, as letters, of changing an index without any fault."""
    index, docs = folder / "index", folder / "docs"
    WORLD.put(docs, 1)
    assert _ended(index, docs) == "done"
    WORLD.put(docs, 2)
    reading, end = os.pipe()
    assert _ended(index, docs, Disk(end).install) == "done"
    os.close(end)
    with os.fdopen(reading, "rb") as pipe:
        return pipe.read().decode()


def _with_fault(index: Path, docs: Path, at: int, fault: Fault) -> tuple[str, bool]:
    """How a sync ended that had a fault at a step, and whether it came that far."""
    reading, end = os.pipe()

    ended = _ended(index, docs, Disk(end, at, fault).install)
    os.close(end)
    with os.fdopen(reading, "rb") as pipe:
        return ended, len(pipe.read().replace(b"R", b"")) >= at


def _ended(index: Path, docs: Path, prepare: Callable[[], None] = lambda: None) -> str:
    """How a sync in a process of its own ended."""
    reading, end = os.pipe()
    child = os.fork()
    if not child:
        result = "stopped"
        try:
            prepare()
            sync(LocalStore(index), [str(docs)], EMBEDDER)
            result = "done"
        except KeyboardInterrupt:
            result = "interrupted"
        except MachineRefused as error:
            one_sentence = "\n" not in str(error) and str(error).endswith(".")
            result = "exit 7" if one_sentence else f"not a sentence: {error}"
        except BaseException:  # noqa: BLE001 - told to the parent
            result = traceback.format_exc()
        finally:
            sys.setprofile(None)
            os.write(end, result.encode())
            os._exit(0)
    os.close(end)
    with os.fdopen(reading, "rb") as pipe:
        result = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return "killed" if os.WIFSIGNALED(status) else result


def fill_disk(folder: Path) -> dict[str, Any]:
    """Syncs more than fits: file sizes are limited, a stand-in for a full disk without mounting."""
    index, docs = folder / "index", folder / "docs"
    WORLD.put(docs, 1)
    assert _ended(index, docs) == "done"
    large = "\n".join(f"Sentence {n} of a file that does not fit." for n in range(20_000))
    (docs / "large.txt").write_text(large, encoding="utf-8")
    limit = 2 * (index / "catalog.sqlite").stat().st_size

    def limited() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    ended = _ended(index, docs, limited)
    (docs / "large.txt").unlink()
    again = _ended(index, docs)
    generation, complete = WORLD.check(LocalStore(index), 1, random.Random(1))
    assert complete
    trouble = [] if (ended, again, litter(index)) == ("exit 7", "done", None) else [litter(index)]
    return {"ended": ended, "next run": again, "trouble": trouble}
