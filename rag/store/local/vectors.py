"""FAISS structures over the catalog's embeddings. The only import of faiss.

A vector file is immutable and named by the generation that wrote it. What was added since is a
small tail, searched beside it; what was removed since is filtered out. FAISS notices truncation
but no flipped bit, so a file's bytes are hashed before FAISS reads them: once a process, because
what was read is held in memory. Mapping the file instead would save that memory, and would kill the
process where somebody cuts the file short.
"""

import hashlib
import math
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rag.errors import MachineRefused
from rag.store.local.durable import flush_folder

_NAME = re.compile(r"vectors-\d{1,18}\.faiss")
Keys = NDArray[np.int64]
Vectors = NDArray[np.float32]
Blocks = Iterable[tuple[Keys, Vectors]]

# Exact search over this many takes about 5 ms and 75 MB at 384 dimensions, and both grow with them.
FLAT_MOST = 50_000
# Filters that keep no more than this many are searched through every cluster: about 10 ms.
_SEARCH_ALL = 100_000
_SEED = 20_240_229


@dataclass(frozen=True, slots=True)
class Segment:
    """What the catalog notes of a vector file.

    ``last`` is its greatest key; ``count`` vectors are in it; its ``clusters`` (0: exact search)
    were found when there were ``trained`` vectors.
    """

    name: str
    size: int
    sha256: str
    dimension: int
    count: int
    last: int
    clusters: int
    trained: int

    @property
    def searched(self) -> int:
        """The clusters that a question looks at."""
        return max(16, self.clusters // 16)


def describe(segment: Segment | None, passages: int) -> dict[str, str]:
    """The kind of structure that serves, and why."""
    if segment is None or not segment.clusters:
        why = f"exact search over {passages:,} passages; up to {FLAT_MOST:,} vectors it is as quick"
        return {"kind": "flat", "why": why}
    return {
        "kind": "ivf-sq8",
        "why": f"{segment.count:,} vectors are more than {FLAT_MOST:,}: {segment.clusters:,} "
        f"clusters of 8-bit vectors, of which a question searches {segment.searched:,}; the "
        "scores of hits are computed from the exact ones",
    }


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


class VectorFiles:
    """The vector files of an index folder; the one in use is kept open between questions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._written: tuple[Segment, Any] | None = None
        self._index: tuple[tuple[str, int], VectorIndex] | None = None
        self._hashed: dict[tuple[str, int, int, int], str] = {}

    def open(
        self,
        segment: Segment | None,
        generation: int,
        rows_after: Callable[[int], Blocks],
        dead: Callable[[], Keys],
    ) -> VectorIndex:
        """The search structures of a generation.

        ``rows_after`` gives the catalog's rows whose keys are greater than one. A vector file that
        is missing or not what was written is not used: all rows become the tail.
        """
        identity = (segment.sha256 if segment else "", generation)
        if self._index and self._index[0] == identity:
            return self._index[1]
        if segment is None or self._written is None or self._written[0] != segment:
            self._index = self._written = None  # frees the old one before the next is read
            written = self.read(segment) if segment else None
            self._written = (segment, written) if segment and written is not None else None
        usable = segment if self._written else None
        index = VectorIndex(
            segment=usable,
            written=self._written[1] if self._written else None,
            tail=_tail(rows_after(usable.last if usable else 0)),
            dead=dead() if usable else np.empty(0, np.int64),
        )
        self._index = (identity, index)
        return index

    def read(self, segment: Segment) -> Any | None:
        """The structure in a vector file; None if the file is not what was written."""
        with self._opened(segment) as file:
            if file is None:
                return None
            import faiss

            file.seek(0)
            # FAISS would read any kind of structure, of any declared size: a forged file gets none.
            head = file.read(41)
            if (head[:4], head[37:41]) != (b"IxMp", b"IxFI") and head[:4] != b"IwSq":
                return None
            file.seek(0)
            faiss.set_deserialization_vector_byte_limit(segment.size)
            reader = faiss.PyCallbackIOReader(file.read, 1 << 24)  # type: ignore[attr-defined]
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

    def intact(self, segment: Segment) -> bool:
        """Whether the file is what was written."""
        with self._opened(segment) as file:
            return file is not None

    @contextmanager
    def _opened(self, segment: Segment) -> Iterator[BinaryIO | None]:
        """The file, if its bytes are those that were written; hashed once while it stays as is."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        try:
            if not _NAME.fullmatch(segment.name):
                raise FileNotFoundError  # a name that leads out of the folder is not one of ours
            descriptor = os.open(self._folder / segment.name, flags)
        except OSError:
            yield None
            return
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            identity = (segment.name, status.st_ino, status.st_size, status.st_mtime_ns)
            if not stat.S_ISREG(status.st_mode) or status.st_size != segment.size:
                yield None
                return
            try:
                if identity not in self._hashed:
                    self._hashed[identity] = hashlib.file_digest(file, "sha256").hexdigest()
                same = self._hashed[identity] == segment.sha256
            except OSError:
                same = False
            yield file if same else None

    def write(self, generation: int, index: Any, last: int, clusters: int, trained: int) -> Segment:
        """Writes and flushes a new vector file."""
        import faiss

        path = self._folder / f"vectors-{generation}.faiss"
        new = path.with_name(path.name + ".new")
        try:
            new.unlink(missing_ok=True)
            with new.open("x+b") as file:
                writer = faiss.PyCallbackIOWriter(file.write, 1 << 24)  # type: ignore[attr-defined]
                faiss.write_index(index, writer)
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
                size = file.tell()
            new.replace(path)
            flush_folder(self._folder)
        except OSError as error:
            raise MachineRefused(f"{path} cannot be written: {error.strerror}.") from error
        return Segment(path.name, size, sha256, index.d, index.ntotal, last, clusters, trained)

    def remove_others(self, name: str | None) -> None:
        """Removes vector files of older generations, and what a killed writer left."""
        for path in self._folder.glob("vectors-*"):
            if path.name != name:
                path.unlink(missing_ok=True)


def clusters_for(count: int) -> int:
    """How many clusters that many vectors are divided into; 0 where exact search is as good."""
    return 0 if count <= FLAT_MOST else round(4 * math.sqrt(count))


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


def _tail(blocks: Blocks) -> Any:
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
