"""Flipped bytes and cut files: an index refuses them by name, repairs them, or is not touched."""

import os
import random
import resource
import shutil
import signal
import traceback
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from rag.datatypes import Hit, Mode
from rag.errors import IndexUnusable
from rag.retrieve import retrieve
from rag.store.local import LocalStore, sync
from soak.world import EMBEDDER, World, Wrong

WORLD = World(files=8, sentences=12)
_QUESTIONS = ("ships and version3", "marker0x3 sentence tells")
_MODES: tuple[Mode, ...] = ("dense", "lexical", "hybrid")
_MOST_MEMORY = 4 * 2**30
_SECONDS = 60  # of one damage's questions
_AT_ONCE = 25

Answers = dict[str, Any]
Damage = tuple[str, int, int]  # file, offset, bits to flip (0: cut there)


def damage(folder: Path, flips: int, cuts: int, seed: int, blind: bool = False) -> dict[str, Any]:
    """Damages copies of an index, one place at a time; how its answers changed.

    One half is done to an index at rest, the other to one whose writer was killed, so that the
    log is still there. ``blind`` switches the guards of the rows off: then it must be caught.
    """
    chance = random.Random(seed)
    ends: Counter[str] = Counter()
    trouble: list[str] = []
    for name, make in (("at rest", _at_rest), ("writer killed", _with_log)):
        base = folder / name
        _forked(lambda: make(base, folder / "docs"))  # noqa: B023 - called at once
        plan = _plan(base, flips // 2, cuts // 2, chance)
        for at in range(0, len(plan), _AT_ONCE):
            part = plan[at : at + _AT_ONCE]
            for end in _forked(lambda: _try(base, folder / "copy", part, blind)):  # noqa: B023
                verdict, _, told = end.partition("\t")
                ends[f"{name}: {verdict}"] += 1
                if verdict == "WRONG":
                    trouble.append(told)
    return {**dict(sorted(ends.items())), "trouble": trouble}


def _plan(base: Path, flips: int, cuts: int, chance: random.Random) -> list[Damage]:
    """Every file is damaged; the larger the more often."""
    files = {path.name: path.stat().st_size for path in base.iterdir() if path.stat().st_size}
    names = sorted(files)
    weights = [files[name] ** 0.5 for name in names]
    chosen = names * 3 + chance.choices(names, weights, k=flips + cuts)
    plan = []
    for number, name in enumerate(chosen[: flips + cuts]):
        bits = chance.randint(1, 255) if number % (flips + cuts) < flips else 0
        plan.append((name, chance.randrange(files[name]), bits))
    return plan


def _try(base: Path, copy: Path, plan: list[Damage], blind: bool) -> list[str]:
    before = _answers(_copy(base, copy))
    if blind:
        _without_guards()
    return [_verdict(base, copy, damaged, before) for damaged in plan]


def _verdict(base: Path, copy: Path, damaged: Damage, before: Answers) -> str:
    name, offset, bits = damaged
    _copy(base, copy)
    with (copy / name).open("r+b") as file:
        if bits:
            file.seek(offset)
            (byte,) = file.read(1)
            file.seek(offset)
            file.write(bytes([byte ^ bits]))
        else:
            file.truncate(offset)
    signal.alarm(_SECONDS)
    try:
        after = _answers(copy)
    except IndexUnusable as error:
        named = str(copy) in str(error) and "\n" not in str(error)
        return f"refused ({name})" if named else f"WRONG\t{damaged}: does not name it: {error}"
    except BaseException:  # noqa: BLE001 - whatever it is, it is what we look for
        return f"WRONG\t{damaged}: {traceback.format_exc()}"
    finally:
        signal.alarm(0)
    if after == before:
        return f"the same ({name})"
    known = {_fields(hit) for key, hits in before.items() if key.startswith("ask") for hit in hits}
    asked = {_fields(hit) for key, hits in after.items() if key.startswith("ask") for hit in hits}
    rest = {key for key in before if not key.startswith("ask") and before[key] != after[key]}
    if rest or not asked <= known:
        return f"WRONG\t{damaged}: {rest or asked - known}"
    return f"true, but fewer ({name})"


def _fields(hit: Hit) -> Any:
    return hit.passage, hit.cosine


def _answers(folder: Path) -> Answers:
    """All that can be read from an index, and hits for each question in each mode."""
    found: Answers = {}
    with LocalStore(folder).snapshot() as snapshot:
        found["info"] = snapshot.info
        found["roots"], found["files"] = snapshot.roots(), snapshot.files()
        rows = snapshot.document_keys()
        found["documents"] = rows
        found["texts"] = {row.id: snapshot.document(row.id) for row in rows.values()}
        found["first"] = {row.id: snapshot.leading_sentences(row.id, 2) for row in rows.values()}
        some = frozenset(list(rows)[:3])
        for only in (None, some):
            for question in _QUESTIONS:
                vector = EMBEDDER.embed_query(question)
                for mode in _MODES:
                    hits = retrieve(snapshot, question, vector, 100, mode, only)
                    found[f"ask {question} {mode} {only}"] = hits
                    inside = {rows[key].id for key in only or rows}
                    if not {hit.passage.document for hit in hits} <= inside:
                        raise Wrong("a hit outside the chosen documents")
    return found


def _at_rest(index: Path, docs: Path) -> list[str]:
    for run in (2, 3):
        WORLD.put(docs, run)
        sync(LocalStore(index), [str(docs)], EMBEDDER)
    return []


def _with_log(index: Path, docs: Path) -> list[str]:
    """The index as it is left when a writer and a reader are killed after an acknowledged run."""
    _at_rest(index, docs)
    WORLD.put(docs, 4)
    store = LocalStore(index)
    with store.snapshot():  # as long as it is read, the log stays
        sync(store, [str(docs)], EMBEDDER)
        os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def _without_guards() -> None:
    for name in ("reader", "rows", "search", "state", "catalog"):
        module = vars(import_module(f"rag.store.local.{name}"))
        for guard in ("checked", "typed", "check_words", "check_schema"):
            if guard in module:
                module[guard] = lambda *_: None


def _copy(base: Path, copy: Path) -> Path:
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(base, copy)
    return copy


def _forked(work: Callable[[], list[str]]) -> list[str]:
    """The lines that ``work`` gives in a process of its own, with little memory."""
    reading, end = os.pipe()
    child = os.fork()
    if not child:
        result = ["WRONG\tstopped"]
        try:
            resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
            result = work()
        except BaseException:  # noqa: BLE001 - told to the parent
            result = [f"WRONG\t{traceback.format_exc()}"]
        finally:
            with os.fdopen(end, "w") as pipe:
                pipe.write("\0".join(result))
            os._exit(0)
    os.close(end)
    with os.fdopen(reading) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and not told:
        return [f"WRONG\tsignal {os.WTERMSIG(status)}"]
    return told.split("\0")
