"""Dense and lexical search of one generation of a local index."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Passage
from rag.store.local.rows import EMBEDDING, damaged, embeddings_after, unpack_embeddings
from rag.store.local.state import check_words
from rag.store.local.structure import Segment
from rag.store.local.vector_files import VectorFiles
from rag.store.local.vectors import VectorIndex
from rag.store.local.word_index import WordIndex

_MOST_KNOWN = 4_000  # rows of each kind; 6 MB of embeddings at 384 dimensions


@dataclass(slots=True)
class Read:
    """What was read of one generation and checked, for the next question."""

    generation: tuple[int, bytes]
    dates: Sequence[tuple[int, str, str | None]] | None = None
    passages: dict[int, Passage] = field(default_factory=dict)
    embeddings: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    chosen: tuple[Collection[int], NDArray[np.int64]] | None = None  # by the last filter


@dataclass(slots=True)
class Kept:
    """What the readers of an index share, and what stays open from one question to the next."""

    vectors: VectorFiles
    read: Read | None = None
    sound_words: set[str] = field(default_factory=set)


Row = TypeVar("Row")


def remembered(known: dict[int, Row], new: dict[int, Row]) -> dict[int, Row]:
    """What to keep of both; ``known`` is not changed, for others may be reading it."""
    if len(new) > _MOST_KNOWN:
        return known
    return known | new if len(known) + len(new) <= _MOST_KNOWN else new


class Search:
    """The searching part of the protocol ``rag.store.Snapshot``."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        state: dict[str, Any],
        kept: Kept,
        read: Read,
    ) -> None:
        self._connection = connection
        self._path = path
        self._state = state
        self._kept = kept
        self._read = read
        self._embedding_of: dict[int, int] = {}

    def dense(
        self, query: NDArray[np.float32], n: int, only: Collection[int] | None
    ) -> dict[int, float]:
        """The ``n`` nearest passages: key -> exact cosine, from checked rows."""
        allowed = None
        if only is not None:
            allowed = np.unique(self._of(only)[:, 1])
            if not len(allowed):
                return {}
        wanted = n
        nearest = self._vectors.search(query, wanted, allowed)
        found = self._passages_of(nearest, only)
        while len(found) < n and len(nearest) == wanted:  # no passage has some of them any more
            wanted *= 2
            nearest = self._vectors.search(query, wanted, allowed)
            found = self._passages_of(nearest, only)
        cosines = dict(zip(nearest, (self._embeddings(nearest) @ query).tolist(), strict=True))
        scored = {key: cosines[embedding] for key, embedding in found.items()}
        return dict(sorted(scored.items(), key=lambda item: (-item[1], item[0]))[:n])

    def lexical(
        self, terms: Sequence[str], n: int, only: Collection[int] | None
    ) -> dict[int, float]:
        """The ``n`` best passages by BM25 over any of the terms: key -> score above 0."""
        allowed = None if only is None else self._of(only)[:, 0]
        found = self._words.best(terms, n, allowed)
        if only is not None:  # the index that found them is not checked, the rows are
            pairs = self._in("SELECT key, document FROM passages WHERE key IN", found)
            inside = {key for key, document in pairs if document in only}
            found = {key: score for key, score in found.items() if key in inside}
        return found

    def vocabulary(self, begin: str) -> list[str]:
        """The stems in the word index that begin so."""
        return self._words.beginning(begin)

    def complete_scores(
        self, query: NDArray[np.float32], terms: Sequence[str], keys: Collection[int]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """The exact cosine and BM25 score of each of the passages."""
        unknown = [key for key in keys if key not in self._embedding_of]
        pairs = self._in("SELECT key, embedding FROM passages WHERE key IN", unknown)
        if len(pairs) != len(unknown):
            raise damaged(self._path, "passages that were found are gone")
        self._embedding_of.update(pairs)
        listed = sorted(keys)
        vectors = self._embeddings([self._embedding_of[key] for key in listed])
        cosines = dict(zip(listed, (vectors @ query).tolist(), strict=True))
        return cosines, self._words.scores(terms, listed)

    @property
    def _segment(self) -> Segment | None:
        noted = self._state["segment"]
        return Segment(**noted) if noted else None

    @cached_property
    def _vectors(self) -> VectorIndex:
        dimension = self._state["fingerprint"]["dimension"]
        return self._kept.vectors.open(
            self._segment,
            self._state["generation"],
            lambda key: embeddings_after(self._connection, self._path, dimension, key),
            self._dead,
        )

    def _of(self, documents: Collection[int]) -> NDArray[np.int64]:
        """(passages, 2): the keys of the documents' passages, and of their embeddings."""
        chosen = self._read.chosen
        if chosen is None or chosen[0] != documents:
            rows = self._in("SELECT key, embedding FROM passages WHERE document IN", documents)
            if not all(isinstance(number, int) for row in rows for number in row):
                raise damaged(self._path, "a passage has no number of an embedding")
            chosen = documents, np.array(rows, np.int64).reshape(len(rows), 2)
            self._read.chosen = chosen
        return chosen[1]

    @cached_property
    def _words(self) -> WordIndex:
        """Checked once for each generation of a store; who searches words searches vectors next."""
        if self._state["words"] not in self._kept.sound_words:
            self._kept.vectors.prepare(self._segment)
            check_words(self._connection, self._path, self._state)
            self._kept.sound_words.add(self._state["words"])
        if len(self._read.counts) > _MOST_KNOWN:
            self._read.counts = {}
        return WordIndex(self._connection, self._state["passages"], self._read.counts)

    def _dead(self) -> NDArray[np.int64]:
        rows = self._connection.execute("SELECT embedding FROM dead").fetchall()
        return np.fromiter((key for (key,) in rows), np.int64, len(rows))

    def _passages_of(
        self, embeddings: Sequence[int], only: Collection[int] | None
    ) -> dict[int, int]:
        """The passages with these embeddings, those of other documents left out."""
        sql = "SELECT key, embedding, document FROM passages WHERE embedding IN"
        found = {
            key: embedding
            for key, embedding, document in self._in(sql, embeddings)
            if only is None or document in only
        }
        self._embedding_of |= found
        return found

    def _embeddings(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """(len(keys), dimension) vectors, checked, in the order of the keys."""
        dimension = self._state["fingerprint"]["dimension"]
        known = self._read.embeddings
        unknown = set(keys) - known.keys()
        if unknown:
            rows = self._in(f"{EMBEDDING} WHERE key IN", unknown)
            found, vectors = unpack_embeddings(self._path, dimension, rows)
            new = dict(zip(found.tolist(), vectors, strict=True))
            for key in unknown - new.keys():
                raise damaged(self._path, f"embedding {key} is gone")
            self._read.embeddings = remembered(known, new)
            known = known | new
        result = np.array([known[key] for key in keys], np.float32)
        return result.reshape(len(keys), dimension)

    def _in(self, sql: str, values: Iterable[int]) -> list[Any]:
        """The rows of ``sql ... IN`` for any number of values."""
        try:
            listed = json.dumps(sorted(values))
        except TypeError:  # a row that was read before said so
            raise damaged(self._path, "it has other values than numbers for keys") from None
        return self._connection.execute(
            f"{sql} (SELECT value FROM json_each(?))", (listed,)
        ).fetchall()
