"""``kill -9`` at random moments of syncs, with readers asking all the while."""

import contextlib
import mmap
import os
import random
import signal
import struct
import time
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from rag.errors import IndexMissing, IndexUnusable
from rag.store.local import LocalStore, background, sync, writer
from soak.disk import STEPS, Disk
from soak.world import EMBEDDER, World, litter

DAMAGED = 4  # the exit code of a writer that found the index so
WORLD = World(files=12, sentences=12)
READERS = 2


class Shared:
    """Numbers that all processes see: what was acknowledged, whether to stop, counts by reader."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 4096)

    def __getitem__(self, at: int) -> int:
        return int(struct.unpack_from("<q", self._memory, 8 * at)[0])

    def __setitem__(self, at: int, value: int) -> None:
        struct.pack_into("<q", self._memory, 8 * at, value)


ACKNOWLEDGED, STOP, ASKED, WHOLE = 0, 1, 2, 2 + READERS


def soak(folder: Path, kills: int, seed: int, broken: str = "") -> dict[str, Any]:
    """Kills writers that often; what was seen. Stops at the first wrong answer."""
    chance = random.Random(seed)
    shared, trouble = Shared(), folder / "trouble"
    trouble.mkdir()
    readers = [_reader(folder, shared, trouble, n, seed) for n in range(READERS)]
    figures: Counter[str] = Counter()
    phases: Counter[str] = Counter()
    run, steps, seconds = 0, 100, 0.1
    try:
        while sum(phases.values()) < kills and not any(trouble.iterdir()):
            run += 1
            WORLD.put(folder / "docs", run)
            rebuild = chance.random() < 0.1
            plan = {"at": chance.randint(1, steps)} if chance.random() < 0.5 else {}
            child, pipe = _writer(folder, rebuild, broken, **plan)
            began = time.perf_counter()
            if not plan and chance.random() < 0.9:
                time.sleep(chance.uniform(0, 1.2 * seconds))
                os.kill(child, signal.SIGKILL)
            seen = _all_of(pipe)
            _, status = os.waitpid(child, 0)
            if "d" in seen:
                shared[ACKNOWLEDGED] = max(
                    shared[ACKNOWLEDGED], int(seen.partition("d")[2].partition(";")[0])
                )
            if os.WIFSIGNALED(status):
                phases[_phase(seen)] += 1
                continue
            figures["runs to the end"] += 1
            seconds = time.perf_counter() - began
            steps = len(seen)
            code = os.WEXITSTATUS(status)
            if code == DAMAGED or (code and not broken):  # one broken on purpose may fail otherwise
                (trouble / "writer").write_text(f"run {run} ended with {code}", "utf-8")
        child, pipe = _writer(folder, False, "")
        last = _all_of(pipe)
        os.waitpid(child, 0)
    finally:
        shared[STOP] = 1
        for reader in readers:
            os.waitpid(reader, 0)
    if not any(trouble.iterdir()) and not broken:
        least = int(last.partition("d")[2].partition(";")[0])
        generation, complete = WORLD.check(LocalStore(folder / "index"), least, chance)
        assert complete
        # Looked at last: of two readers that close at once none may remove the log, the next does.
        assert not litter(folder / "index"), litter(folder / "index")
        figures["generations"] = generation
    return {
        **figures,
        "kills": sum(phases.values()),
        "kills by phase": dict(phases.most_common()),
        "snapshots checked": sum(shared[ASKED + n] for n in range(READERS)),
        "of them incomplete": sum(shared[WHOLE + n] for n in range(READERS)),
        "trouble": sorted(path.read_text("utf-8") for path in trouble.iterdir()),
    }


def _phase(seen: str) -> str:
    tail = seen.rpartition("s")[2]
    return STEPS["R" if "R" in tail else "d" if "d" in seen else seen[-1:]]


def _all_of(pipe: int) -> str:
    with os.fdopen(pipe, "rb") as file:
        return file.read().decode()


def _writer(folder: Path, rebuild: bool, broken: str, at: int = 0) -> tuple[int, int]:
    """A process that syncs, and a pipe that says how far it is; at step ``at`` it kills itself."""
    pipe, end = os.pipe()
    child = os.fork()
    if child:
        os.close(end)
        return child, pipe
    os.close(pipe)
    with _leaving():
        disk = Disk(end, at)
        disk.install()
        announced = type("Announcing", (type(EMBEDDER),), {"embed_passages": _announcing(disk)})()
        # So that a run has several commits.
        vars(import_module("rag.store.local.sync"))["_BATCH"] = 8
        background._AT_ONCE = 4
        store = LocalStore(folder / "index")
        if broken:
            BROKEN[broken](disk, store)
        report = sync(store, [str(folder / "docs")], announced, rebuild)
        disk.announce(f"d{report.generation};")
    raise AssertionError


def _announcing(disk: Disk) -> Any:
    def embed_passages(self: Any, texts: list[str]) -> Any:
        disk.announce("e")
        return type(EMBEDDER).embed_passages(self, texts)

    return embed_passages


def _without_transactions(disk: Disk, store: LocalStore) -> None:
    writer.Writer.transaction = lambda self: contextlib.nullcontext()  # type: ignore


def _acknowledging_early(disk: Disk, store: LocalStore) -> None:
    with contextlib.suppress(IndexMissing), store.snapshot() as snapshot:
        disk.announce(f"d{snapshot.info.generation + 1};")


# Writers that must be caught.
BROKEN = {"no transactions": _without_transactions, "early word": _acknowledging_early}


def _reader(folder: Path, shared: Shared, trouble: Path, number: int, seed: int) -> int:
    """A process that asks until it is told to stop, or gets a wrong answer, which it notes."""
    child = os.fork()
    if child:
        return child
    with _leaving():
        chance = random.Random(seed * 100 + number)
        store, last = LocalStore(folder / "index"), 0
        while not shared[STOP]:
            if chance.random() < 0.2:
                store = LocalStore(folder / "index")
            least = max(last, shared[ACKNOWLEDGED])
            try:
                last, complete = WORLD.check(store, least, chance)
            except IndexMissing as error:
                if least:
                    (trouble / str(number)).write_text(f"lost: {error}", encoding="utf-8")
                    break
                continue
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
                (trouble / str(number)).write_text(f"{type(error).__name__}: {error}", "utf-8")
                break
            shared[ASKED + number] += 1
            shared[WHOLE + number] += not complete
    raise AssertionError


@contextlib.contextmanager
def _leaving() -> Iterator[None]:
    """Leaves a forked process without running what belongs to its parent."""
    code = 1
    try:
        yield
        code = 0
    except BaseException as error:  # noqa: BLE001 - the exit code tells
        import traceback

        traceback.print_exc()
        code = DAMAGED if isinstance(error, IndexUnusable) else 1
    finally:
        os._exit(code)
