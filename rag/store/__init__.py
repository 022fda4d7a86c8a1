"""Where an index is kept: the protocols that the other stages rely on.

``local`` keeps it in a folder: SQLite is the truth, FAISS structures are derived from it. Another
engine can take the whole of it by giving the same two protocols.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Document, Passage, Span

FileState = Literal["added", "updated", "unchanged", "removed", "skipped"]


@dataclass(frozen=True, slots=True)
class StoreInfo:
    """What one generation of an index holds."""

    generation: int
    documents: int
    passages: int
    spec: str
    fingerprint: dict[str, Any]
    complete: bool
    vectors: dict[str, str]


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of the index without its text; ``root`` and ``path`` say which file it is in."""

    id: str
    title: str
    titled: bool
    date: str | None
    url: str | None
    sha256: str
    passages: int
    root: str
    path: str
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file below a root as it was when it was indexed (``reason``: why it was skipped, notes)."""

    root: str
    path: str
    size: int
    mtime_ns: int
    sha256: str
    indexed: bool
    reason: str | None


class Snapshot(Protocol):
    """One generation of an index, whatever is written meanwhile.

    Passages are known by ``key`` here. ``only`` restricts a search to documents by their keys.
    """

    @property
    def info(self) -> StoreInfo:
        """What this generation holds."""

    def dense(
        self, query: NDArray[np.float32], n: int, only: Collection[int] | None
    ) -> dict[int, float]:
        """The ``n`` nearest passages: key -> exact cosine."""

    def lexical(
        self, terms: Sequence[str], n: int, only: Collection[int] | None
    ) -> dict[int, float]:
        """The ``n`` best passages by BM25 over any of the terms: key -> score above 0.

        In a large index the most common of the terms may be left out.
        """

    def vocabulary(self, begin: str) -> list[str]:
        """The stems in the word index that begin so."""

    def complete_scores(
        self, query: NDArray[np.float32], terms: Sequence[str], keys: Collection[int]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """The exact cosine and BM25 score of each of the passages."""

    def passages(self, keys: Sequence[int]) -> list[Passage]:
        """The passages, checked, in the order of the keys."""

    def document_keys(self) -> dict[int, DocumentRow]:
        """Every document by its key, in the order of their ids."""

    def dates(self) -> Sequence[tuple[int, str, str | None]]:
        """Key, id and date of every document, in the order of their ids."""

    def documents(self, ids: Collection[str]) -> dict[str, DocumentRow]:
        """Those of the documents that are there, by their ids."""

    def document(self, id: str) -> Document | None:
        """A document with its text, checked; None if there is none of that id."""

    def document_passages(self, id: str) -> list[Passage]:
        """All passages of a document, checked, in its order."""

    def leading_sentences(self, id: str, n: int) -> tuple[Passage, list[Span]] | None:
        """A document's first passage and its first ``n`` sentences."""

    def roots(self) -> dict[str, str]:
        """Absolute path -> name ('' for an unnamed root)."""

    def files(self) -> list[FileRow]:
        """Every file that a sync saw."""

    def file(self, root: str, path: str) -> FileRow | None:
        """A file as a sync saw it; None if none did."""

    def file_count(self) -> int:
        """How many files a sync saw."""


class Store(Protocol):
    """An index that can be read at any moment."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """The newest generation. Raises IndexMissing or IndexDamaged."""
