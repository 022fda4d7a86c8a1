"""FAISS structures over the catalog's embeddings. The only import of faiss.

A vector file is immutable and named by the generation that wrote it. What was added since is a
small tail, searched beside it; what was deleted since is filtered out. The file's bytes are hashed
before FAISS reads them, because FAISS notices truncation but no flipped bit.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import MachineRefused
from rag.files import read_below
from rag.store.local.durable import write_durably

_NAME = re.compile(r"vectors-\d{1,18}\.faiss")
Keys = Callable[[], NDArray[np.int64]]
Rows = Callable[[Sequence[int]], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """Searches the embeddings of one generation by inner product."""

    written: Any
    tail: Any
    dead: NDArray[np.int64]

    def search(self, query: NDArray[np.float32], n: int, only: Collection[int] | None) -> list[int]:
        """Keys of about the ``n`` nearest embeddings, best first; ``only`` restricts them."""
        import faiss

        found: dict[int, float] = {}
        for index in (self.written, self.tail):
            if index is None or index.ntotal == 0:
                continue
            selector: Any = None
            if only is not None:
                selector = faiss.IDSelectorBatch(np.fromiter(only, np.int64, len(only)))
            elif index is self.written and len(self.dead):
                selector = faiss.IDSelectorNot(faiss.IDSelectorBatch(self.dead))
            parameters = None
            if selector is not None:
                parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
            scores, keys = index.search(query[None, :], min(n, index.ntotal), params=parameters)
            for key, score in zip(keys[0].tolist(), scores[0].tolist(), strict=True):
                if key >= 0:  # FAISS fills up with -1 when it has no more
                    found[key] = score
        return sorted(found, key=lambda key: -found[key])[:n]


class VectorFiles:
    """The vector files of an index folder; the one in use is kept open between questions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: tuple[tuple[str, int], VectorIndex] | None = None

    def open(
        self, segment: dict[str, Any] | None, generation: int, live_keys: Keys, rows: Rows
    ) -> VectorIndex:
        """The search structures of a generation; ``live_keys`` gives its keys, ascending.

        A vector file that is missing or not what was written is not used: all rows become the
        tail, read from the catalog, which is exact.
        """
        name = segment["sha256"] if segment else ""
        if self._kept and self._kept[0] == (name, generation):
            return self._kept[1]
        live = live_keys()
        written, inside = self._read(segment)
        tail_keys = np.setdiff1d(live, inside, assume_unique=True)
        tail = None
        if len(tail_keys):
            tail = _flat(tail_keys, rows([int(k) for k in tail_keys]))
        index = VectorIndex(written, tail, np.setdiff1d(inside, live, assume_unique=True))
        self._kept = ((name, generation), index)
        return index

    def _read(self, segment: dict[str, Any] | None) -> tuple[Any | None, NDArray[np.int64]]:
        nothing = np.empty(0, np.int64)
        if segment is None:
            return None, nothing
        if not _NAME.fullmatch(segment["name"]):
            return None, nothing  # a name that leads out of the folder is not one of ours
        try:
            data = read_below(self._folder, segment["name"], segment["size"])
        except (OSError, ValueError):
            return None, nothing
        if hashlib.sha256(data).hexdigest() != segment["sha256"]:
            return None, nothing
        return _parsed(data) or (None, nothing)

    def keys(self, segment: dict[str, Any] | None) -> NDArray[np.int64]:
        """The keys in a vector file, ascending; none if it cannot be used."""
        return self._read(segment)[1]

    def write(
        self, generation: int, keys: NDArray[np.int64], vectors: NDArray[np.float32]
    ) -> dict[str, Any]:
        """Writes and flushes a new vector file; returns what the catalog notes of it."""
        import faiss

        data = faiss.serialize_index(_flat(keys, vectors)).tobytes()
        name = f"vectors-{generation}.faiss"
        try:
            write_durably(self._folder / name, data)
        except OSError as error:
            raise MachineRefused(
                f"{self._folder / name} cannot be written: {error.strerror}."
            ) from error
        return {
            "name": name,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "count": len(keys),
        }

    def remove_others(self, name: str | None) -> None:
        """Removes vector files of older generations, and what a killed writer left."""
        for path in self._folder.glob("vectors-*"):
            if path.name != name:
                path.unlink(missing_ok=True)


def _flat(keys: NDArray[np.int64], vectors: NDArray[np.float32]) -> Any:
    import faiss

    index = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
    index.add_with_ids(np.ascontiguousarray(vectors), keys)
    return index


def _parsed(data: bytes) -> tuple[Any, NDArray[np.int64]] | None:
    """A flat index and its keys, ascending; None for what is no file of ours, forged ones too."""
    import faiss

    # FAISS would read any kind of index, of any declared size: only flat ones are handed to it.
    if (data[:4], data[37:41]) != (b"IxMp", b"IxFI"):
        return None
    faiss.set_deserialization_vector_byte_limit(len(data))
    try:
        index: Any = faiss.deserialize_index(np.frombuffer(data, np.uint8))
    except (RuntimeError, MemoryError):
        return None
    keys = faiss.vector_to_array(index.id_map)
    if not len(keys) == index.ntotal == index.index.ntotal or index.d != index.index.d:
        return None
    return index, np.sort(keys)
