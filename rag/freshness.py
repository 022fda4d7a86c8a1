"""The indexed files against the files as they are now: what changed, is new, or is gone."""

import hashlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rag.files import Found, read_below, scan
from rag.load import loader_for
from rag.store import DocumentRow, FileRow, Snapshot
from rag.store.local.roots import Root

CurrentState = Literal["current", "changed", "new", "missing", "skipped"]
_LARGEST = 2**30  # bytes of a file that are read to compare it
# Above this many files a question does not wait for a look at all of them (about 10 us each).
_MOST_FILES = 20_000
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Current:
    """A file below a root as it is now; ``id`` is its document's, or the path of a corpus."""

    root: str
    path: str
    id: str
    state: CurrentState
    reason: str | None = None


def compare(snapshot: Snapshot, index: Path) -> Iterator[Current]:
    """Every file of the roots, and every indexed one that is not there any more.

    A file with the size and time that it had when it was read is current; any other is read.
    """
    roots = snapshot.roots()
    rows = {(row.root, row.path): row for row in snapshot.files()}
    without = frozenset({index.resolve(), *map(Path, roots)})
    seen = set()
    for path, name in roots.items():
        root = Root(Path(path), name)
        with suppress(OSError):  # the root is gone, and each file of it is missing
            for found in scan(root.path, without - {root.path}):
                seen.add((path, found.path))
                yield _current(root, found, rows.get((path, found.path)))
    for (path, file), row in rows.items():
        if (path, file) not in seen and row.indexed:
            yield Current(path, file, Root(Path(path), roots.get(path, "")).id_of(file), "missing")


def stale(snapshot: Snapshot, index: Path, cited: Collection[str]) -> Iterator[str]:
    """What a user must know before trusting an answer that cites the documents ``cited``.

    Cited files are compared by content. The others are looked at by size and time, unless there
    are very many.
    """
    rows = snapshot.documents(cited)
    for id in cited:
        if trouble := _trouble(rows[id], snapshot.file(rows[id].root, rows[id].path)):
            yield f"{id} {trouble}"
    if snapshot.file_count() > _MOST_FILES:
        return
    named = {(row.root, row.path) for row in rows.values()}
    by_state: dict[str, list[str]] = {"changed": [], "new": [], "missing": []}
    for looked_at, file in enumerate(compare(snapshot, index)):
        if looked_at > _MOST_FILES:
            return
        if file.state in by_state and (file.root, file.path) not in named:
            by_state[file.state].append(file.id)
    if changed := by_state["changed"]:
        yield f"{_listed(changed)} changed since {_it(changed)} indexed"
    if missing := by_state["missing"]:
        yield f"{_listed(missing)} {_is(missing)} gone since {_it(missing)} indexed"
    if new := by_state["new"]:
        yield f"{_listed(new)} {_is(new)} not indexed yet; `rag index` takes in what is new"


def _current(root: Root, found: Found, row: FileRow | None) -> Current:
    id = root.id_of(found.path)
    state: CurrentState
    reason: str | None
    if found.left_out:
        state, reason = "skipped", found.left_out
    elif row is None:
        state, reason = _new(found.path, root.path.is_file())
    elif _looks_same(row, found) or _hash(root.path, row.path) == row.sha256:
        state, reason = "current" if row.indexed else "skipped", row.reason
    else:
        state, reason = "changed", None
    return Current(str(root.path), found.path, id, state, reason)


def _new(path: str, named: bool) -> tuple[CurrentState, str | None]:
    """A file that no sync saw: new, unless it will be skipped for what its name says."""
    try:
        loader_for(path, named=named)
    except ValueError as error:
        return "skipped", str(error)
    return "new", None


def _looks_same(row: FileRow, found: Found) -> bool:
    return (row.size, row.mtime_ns) == (found.size, found.mtime_ns)


def _hash(root: Path, path: str) -> str | None:
    """The hash of a file as it is now; None where it cannot be read."""
    try:
        return hashlib.sha256(read_below(root, path, _LARGEST)).hexdigest()
    except (OSError, ValueError):
        return None


def _trouble(row: DocumentRow, file: FileRow | None) -> str | None:
    """What became of a cited document's file; None if it is what was indexed."""
    found = _hash(Path(row.root), row.path)
    if found is None:
        return "is gone or cannot be read since it was indexed"
    return None if file and found == file.sha256 else "changed since it was indexed"


def _listed(ids: list[str]) -> str:
    shown = ", ".join(ids[:_NAMED])
    return shown if len(ids) <= _NAMED else f"{shown} and {len(ids) - _NAMED:,} more"


def _is(ids: list[str]) -> str:
    return "is" if len(ids) == 1 else "are"


def _it(ids: list[str]) -> str:
    return "it was" if len(ids) == 1 else "they were"
