"""Takes a document or a root out of an index, by name."""

from rag.errors import InvalidInput
from rag.files import expanded
from rag.store.local.catalog import LocalStore
from rag.store.local.lock import writing
from rag.store.local.writer import Writer


def forget(store: LocalStore, name: str) -> list[str]:
    """Removes a document by its id, or a root by its path or name; returns the ids removed.

    A document stays out until its file is named again. Raises InvalidInput if the index has no
    such thing, IndexMissing or IndexDamaged where there is no index.
    """
    if not store.exists():
        raise store.missing()
    with writing(store.folder), store.writer() as (connection, _):
        writer = Writer(store, connection)
        state = writer.state()
        roots, path = writer.roots(), str(expanded(name).resolve())
        root = next((p for p, own in roots.items() if p == path or (own and own == name)), None)
        with writer.transaction():
            ids = writer.remove_root(root) if root else writer.forget_document(name)
            if not ids and root is None:
                raise InvalidInput(f"The index holds neither a document nor a root {name!r}.")
            writer.remove_unused_embeddings()
            state = writer.finish(state or {}, generation=(state or {})["generation"] + 1)
        writer.acknowledge(state)
    return ids
