"""The files below the roots, before any of them is read for the index."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rag.errors import InvalidInput
from rag.files import Found, read_below, scan
from rag.load import Notes, largest, load_corpus, loader_for
from rag.store.local.roots import Root

Listing = list[tuple[Root, Found]]


def list_files(roots: Sequence[Root], apart: frozenset[Path]) -> Listing:
    """Every file below the roots; what is in ``apart`` is another root's, or the index itself.

    Raises InvalidInput, naming it, for a root that cannot be read.
    """
    listing: Listing = []
    for root in roots:
        try:
            listing += [(root, found) for found in scan(root.path, apart - {root.path})]
        except OSError as error:
            raise InvalidInput(f"{root.path} cannot be read: {error.strerror}.") from error
    return listing


def refuse_clashes(roots: Sequence[Root], listing: Listing, outside: Mapping[str, str]) -> None:
    """Raises InvalidInput where documents of two roots would have the same id.

    ``outside`` are the documents of the other roots of the index: id -> root.
    """
    owners = dict(outside)
    if len(roots) == 1 and not owners:
        return
    for root, found in listing:
        for id in _ids(root, found):
            if owners.setdefault(id, str(root.path)) != str(root.path):
                raise InvalidInput(
                    f"{root.path} and {owners[id]} both hold a document {id!r}; name one of "
                    f"them, as in `rag index NAME={root.path}`."
                )


def _ids(root: Root, found: Found) -> Iterator[str]:
    try:
        loader = loader_for(found.path, named=root.path.is_file())
        if found.left_out:
            return
        if loader is not load_corpus:
            yield root.id_of(found.path)
            return
        for document in loader(
            found.path, read_below(root.path, found.path, largest(loader)), Notes()
        ):
            yield root.id_of(document.id)
    except (OSError, ValueError):
        return  # it will be skipped with this reason when it is taken
