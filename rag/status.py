"""What is indexed, in what state its files are, and the settings with their sources."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rag.embed import open_embedder
from rag.errors import RagError
from rag.files import read_below, scan
from rag.settings import Settings
from rag.store import FileRow
from rag.store.local import LocalStore
from rag.store.local.roots import Root


def collect_status(store: LocalStore, settings: Settings) -> dict[str, Any]:
    """The object that ``rag status --json`` prints. Raises IndexMissing or IndexDamaged."""
    with store.snapshot() as snapshot:
        info = snapshot.info
        roots = snapshot.roots()
        rows = list(snapshot.document_keys().values())
        files = {(file.root, file.path): file for file in snapshot.files()}
    states = dict(_states(store, roots, files))
    documents = [
        {
            "document": row.id,
            "title": row.title,
            "date": row.date,
            "passages": row.passages,
            "state": states.get((row.root, row.path), ("missing", None))[0],
            "reason": states.get((row.root, row.path), ("missing", None))[1],
        }
        for row in rows
    ]
    known = {(row.root, row.path) for row in rows}
    for (root, path), (state, reason) in states.items():
        if (root, path) not in known:
            id = Root(Path(root), roots[root]).id_of(path)
            documents.append(
                {"document": id, "title": id, "date": None, "passages": 0}
                | {"state": state, "reason": reason}
            )
    try:
        queries = open_embedder(info.spec, settings.home).describe()
    except RagError as error:
        queries = str(error)
    return {
        "index": settings.index,
        "generation": info.generation,
        "complete": info.complete,
        "roots": [f"{name}={path}" if name else path for path, name in roots.items()],
        "embedder": info.spec,
        "queries": queries,
        "passages": info.passages,
        "vectors": info.vectors,
        "documents": documents,
        "settings": settings.describe(),
    }


def status_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """The same for a person."""
    documents = found["documents"]
    indexed = [d for d in documents if d["passages"]]
    yield f"{found['index']}: {len(indexed):,} documents, {found['passages']:,} passages"
    if not found["complete"]:
        yield "indexing was interrupted; `rag index` goes on"
    yield f"roots: {', '.join(found['roots'])}"
    yield f"embedder: {found['embedder']}; questions by {found['queries']}"
    yield f"vectors: {found['vectors']['kind']}, {found['vectors']['why']}"
    for d in documents:
        date = f" ({d['date']})" if d["date"] else ""
        reason = f": {d['reason']}" if d["reason"] else ""
        yield f"  {d['state']:<8} {d['document']}{date}, {d['passages']} passages{reason}"
    for name, setting in found["settings"].items():
        yield f"{name} = {setting['value']} ({setting['source']})"


def _states(
    store: LocalStore, roots: Mapping[str, str], files: Mapping[tuple[str, str], FileRow]
) -> Iterator[tuple[tuple[str, str], tuple[str, str | None]]]:
    """(root, path) -> state and reason, for every file that is there now."""
    without = frozenset({store.folder.resolve(), *map(Path, roots)})
    for root in map(Path, roots):
        try:
            listing = list(scan(root, without - {root}))
        except OSError:
            continue
        for found in listing:
            key = (str(root), found.path)
            row = files.get(key)
            if row is None:
                yield key, ("skipped", found.left_out) if found.left_out else ("new", None)
            elif (row.size, row.mtime_ns) != (found.size, found.mtime_ns) and _changed(root, row):
                yield key, ("changed", None)
            else:
                yield key, ("current" if row.indexed else "skipped", row.reason)


def _changed(root: Path, row: FileRow) -> bool:
    try:
        data = read_below(root, row.path, 2**30)
    except (OSError, ValueError):
        return True
    return hashlib.sha256(data).hexdigest() != row.sha256
