"""When a vector file is written anew, and from which rows.

A file serves until more than a tenth of it is missing or dead. Then it is written again with what
is missing, without what is dead; its clusters are found anew only when the index has doubled since.
"""

import json
import sqlite3
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.store.local.rows import EMBEDDING, embeddings_after, unpack_embeddings
from rag.store.local.structure import Segment, clusters_for
from rag.store.local.vector_files import VectorFiles
from rag.store.local.vectors import empty, remove

_STALE = 0.1
_GROWN = 2
_PER_CLUSTER = 40  # vectors that k-means sees; FAISS wants 39 at least
_SEED = 20_240_229
_BLOCK = 10_000  # rows read at once: 15 MB at 384 dimensions


class Segments:
    """Derives vector files from the rows of a catalog, within the transaction that changes them."""

    def __init__(self, connection: sqlite3.Connection, path: Path, files: VectorFiles) -> None:
        self._connection = connection
        self._path = path
        self._files = files

    def following(
        self, noted: dict[str, Any] | None, generation: int, dimension: int
    ) -> dict[str, Any] | None:
        """What the next generation notes of its vector file: the same one, if it still serves."""
        segment = Segment(**noted) if noted else None
        live = self._count("SELECT count(DISTINCT embedding) FROM passages")
        if not live:
            return None
        if segment and self._fresh(segment) and self._files.intact(segment):
            return noted
        written = self._extended(segment, live, generation) if segment else None
        written = written or self._made(live, generation, dimension)
        self._connection.execute("DELETE FROM dead")
        return asdict(written)

    def remove_others(self, noted: dict[str, Any] | None) -> None:
        """Removes vector files that the committed state does not name."""
        self._files.remove_others(noted["name"] if noted else None)

    def _fresh(self, segment: Segment) -> bool:
        missing = self._count(
            "SELECT count(DISTINCT embedding) FROM passages WHERE embedding > ?", segment.last
        )
        dead = self._count("SELECT count(*) FROM dead WHERE embedding <= ?", segment.last)
        return missing + dead <= _STALE * segment.count

    def _extended(self, segment: Segment, live: int, generation: int) -> Segment | None:
        """The same structure brought up to date; None if another one is due."""
        rows = self._connection.execute(
            "SELECT embedding FROM dead WHERE embedding <= ?", (segment.last,)
        )
        dead = np.fromiter((key for (key,) in rows), np.int64)
        same_kind = bool(clusters_for(live)) == bool(segment.clusters)
        grown = segment.clusters and live > _GROWN * segment.trained
        if not same_kind or grown or 2 * len(dead) > segment.count:
            return None
        index = self._files.read(segment)
        if index is None:
            return None
        remove(index, dead)
        last = self._add(index, segment.last)
        return self._files.write(generation, index, last, segment.clusters, segment.trained)

    def _made(self, live: int, generation: int, dimension: int) -> Segment:
        """A new structure of the kind that suits the size."""
        clusters = clusters_for(live)
        index = empty(dimension, clusters, self._sample(_PER_CLUSTER * clusters, dimension))
        return self._files.write(generation, index, self._add(index, 0), clusters, live)

    def _add(self, index: Any, after: int) -> int:
        """Adds the rows behind a key; returns the last key."""
        for keys, vectors in embeddings_after(self._connection, self._path, index.d, after):
            index.add_with_ids(vectors, keys)
            after = int(keys[-1])
        return after

    def _sample(self, n: int, dimension: int) -> NDArray[np.float32]:
        rows = self._connection.execute("SELECT DISTINCT embedding FROM passages ORDER BY 1")
        keys = np.fromiter((key for (key,) in rows), np.int64)
        keys = np.sort(np.random.default_rng(_SEED).choice(keys, min(n, len(keys)), replace=False))
        sample = np.empty((len(keys), dimension), np.float32)
        for at in range(0, len(keys), _BLOCK):
            part = json.dumps(keys[at : at + _BLOCK].tolist())
            found = self._connection.execute(
                f"{EMBEDDING} WHERE key IN (SELECT value FROM json_each(?))", (part,)
            ).fetchall()
            sample[at : at + _BLOCK] = unpack_embeddings(self._path, dimension, found)[1]
        return sample

    def _count(self, sql: str, *values: int) -> int:
        (count,) = self._connection.execute(sql, values).fetchone()
        return int(count)
