"""FAISS structures over the catalog's embeddings. The only import of faiss."""

import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rag.store.local.structure import FLAT_MOST, Segment

Keys = NDArray[np.int64]
Vectors = NDArray[np.float32]
Blocks = Iterable[tuple[Keys, Vectors]]

# Filters that keep no more than this many are searched through every cluster: about 10 ms.
_SEARCH_ALL = 100_000
_SEED = 20_240_229
_BUFFER = 1 << 24  # bytes that FAISS reads or writes at once


@dataclass(frozen=True)
class VectorIndex:
    """Searches the embeddings of one generation by inner product."""

    segment: Segment | None
    written: Any
    tail: Any
    dead: Keys

    def search(self, query: Vectors, n: int, only: Keys | None) -> list[int]:
        """Keys of about the ``n`` nearest embeddings, best first; ``only`` restricts them."""
        import faiss

        faiss.omp_set_num_threads(1)  # a search takes too little time to be worth dividing
        selector = self._alive if only is None else _selector(only)
        found: dict[int, float] = {}
        for index in (self.written, self.tail):
            if index is None or index.ntotal == 0:
                continue
            parameters = self._parameters(index, selector, None if only is None else len(only))
            scores, keys = index.search(query[None, :], min(n, index.ntotal), params=parameters)
            for key, score in zip(keys[0].tolist(), scores[0].tolist(), strict=True):
                if key >= 0:  # FAISS fills up with -1 when it has no more
                    found[key] = score
        return sorted(found, key=lambda key: -found[key])[:n]

    @cached_property
    def _alive(self) -> Any:
        """None where nothing is dead."""
        import faiss

        return faiss.IDSelectorNot(_selector(self.dead)) if len(self.dead) else None

    def _parameters(self, index: Any, selector: Any, kept: int | None) -> Any:
        import faiss

        segment = self.segment
        if index is not self.written or segment is None or not segment.clusters:
            return None if selector is None else faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
        clusters = segment.searched
        if kept is not None:  # as many vectors as without a filter
            clusters = math.ceil(clusters * segment.count / max(kept, 1))
            if kept <= _SEARCH_ALL:
                clusters = segment.clusters
        clusters = min(clusters, segment.clusters)
        return faiss.SearchParametersIVF(sel=selector, nprobe=clusters)  # type: ignore[call-arg]


def read(file: BinaryIO, segment: Segment) -> Any | None:
    """The structure in a vector file; None if it is not the one that the catalog notes.

    FAISS would read any kind of structure, of any declared size: a forged file gets none.
    """
    import faiss

    head = file.read(41)
    if (head[:4], head[37:41]) != (b"IxMp", b"IxFI") and head[:4] != b"IwSq":
        return None
    file.seek(0)
    faiss.set_deserialization_vector_byte_limit(segment.size)
    reader = faiss.PyCallbackIOReader(file.read, _BUFFER)  # type: ignore[attr-defined]
    try:
        index: Any = faiss.read_index(reader)
    except (RuntimeError, MemoryError):
        return None
    sound = (
        (index.d, index.ntotal) == (segment.dimension, segment.count)
        and (head[:4] == b"IwSq") == bool(segment.clusters)
        and (index.nlist if segment.clusters else len(faiss.vector_to_array(index.id_map)))
        == (segment.clusters or segment.count)
    )
    return index if sound else None


def write(file: BinaryIO, index: Any) -> None:
    """Writes a structure as ``read`` reads it."""
    import faiss

    writer = faiss.PyCallbackIOWriter(file.write, _BUFFER)  # type: ignore[attr-defined]
    faiss.write_index(index, writer)


def empty(dimension: int, clusters: int, sample: Vectors) -> Any:
    """A structure to add vectors to; where it has clusters, they are found in the sample."""
    import faiss

    faiss.omp_set_num_threads(os.cpu_count() or 1)
    if not clusters:
        return faiss.IndexIDMap(faiss.IndexFlatIP(dimension))
    index: Any = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimension), dimension, clusters,
        faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT,
    )  # fmt: skip
    index.cp.seed = _SEED
    index.cp.niter = 10
    index.cp.spherical = True
    index.train(sample)
    return index


def remove(index: Any, dead: Keys) -> None:
    """Takes vectors out of a structure."""
    if len(dead):
        index.remove_ids(_selector(dead))


def tail_of(blocks: Blocks) -> Any:
    """Exact, unless so much lacks a vector file that it would not fit in memory."""
    import faiss

    blocks, kept, count = iter(blocks), [], 0
    for keys, vectors in blocks:
        kept.append((keys, vectors))
        count += len(keys)
        if count > FLAT_MOST:
            break
    if not kept:
        return None
    dimension = kept[0][1].shape[1]
    index: Any
    if count <= FLAT_MOST:
        index = faiss.IndexFlatIP(dimension)
    else:
        kind = faiss.ScalarQuantizer.QT_8bit
        index = faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)
        index.train(np.concatenate([vectors for _, vectors in kept]))
    index = faiss.IndexIDMap(index)
    for keys, vectors in chain(kept, blocks):
        index.add_with_ids(vectors, keys)
    return index


def _selector(keys: Keys) -> Any:
    import faiss

    chosen = np.zeros(int(keys.max(initial=0)) + 1, bool)
    chosen[keys] = True
    bits: Any = np.packbits(chosen, bitorder="little")
    return faiss.IDSelectorBitmap(bits)  # type: ignore[call-arg]
