"""What is indexed, in what state its files are, and the settings with their sources."""

from collections.abc import Iterator, Mapping
from typing import Any

from rag.embed import open_embedder
from rag.errors import RagError
from rag.freshness import Current, compare
from rag.settings import Settings
from rag.store import DocumentRow
from rag.store.local import LocalStore


def collect_status(store: LocalStore, settings: Settings) -> dict[str, Any]:
    """The object that ``rag status --json`` prints. Raises IndexMissing or IndexDamaged."""
    with store.snapshot() as snapshot:
        info = snapshot.info
        roots = snapshot.roots()
    documents = collect_documents(store)
    try:
        queries = open_embedder(info.spec, settings.home, download=False).describe()
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


def collect_documents(store: LocalStore) -> list[dict[str, Any]]:
    """Each document and each other file below the roots, in the state that it is in now."""
    with store.snapshot() as snapshot:
        rows = list(snapshot.document_keys().values())
        files = {(file.root, file.path): file for file in compare(snapshot, store.folder)}
    documents = [
        _entry(row.id, row, files.get((row.root, row.path), _missing(row))) for row in rows
    ]
    known = {(row.root, row.path) for row in rows}
    documents += [_entry(file.id, None, file) for key, file in files.items() if key not in known]
    return documents


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


def _entry(id: str, row: DocumentRow | None, file: Current) -> dict[str, Any]:
    return {
        "document": id,
        "title": row.title if row else id,
        "date": row.date if row else None,
        "passages": row.passages if row else 0,
        "state": file.state,
        "reason": file.reason,
    }


def _missing(row: DocumentRow) -> Current:
    return Current(row.root, row.path, row.id, "missing")
