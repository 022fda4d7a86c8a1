"""Documents on their way into a catalog: split, embedded and written a batch at a time."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from rag.datatypes import Document, Passage
from rag.embed import Embedder
from rag.split import split
from rag.store import FileRow
from rag.store.local.background import Background
from rag.store.local.rows import digest
from rag.store.local.writer import Writer

# Some embedders read whole books at once; a passage is still what one looks through for a sentence.
_LONGEST_PASSAGE = 512  # tokens


@dataclass(frozen=True, slots=True)
class _Queued:
    """A document that is split, with what is embedded for each passage; or a file's end."""

    row: FileRow
    document: Document | None
    passages: list[Passage]
    texts: list[str]
    ids: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Batch:
    """What is queued, embedded and written together.

    ``new`` are the contents that have to be embedded, ``keys`` the embeddings that are kept.
    """

    items: list[_Queued] = field(default_factory=list)
    passages: int = 0
    new: list[bytes] = field(default_factory=list)
    embedded: int = 0
    keys: dict[bytes, int] = field(default_factory=dict)


class Intake:
    """Documents and file ends: add, then embed, then write (in a transaction).

    While a batch is embedded in the background, which ``keep`` looks after, the next one is added
    and the last one written.
    ``advance`` is told the share of a batch's new passages that was just embedded, and
    ``transaction`` makes the one in which they are kept: what is embedded once is not embedded
    again, even if the run is killed before the passages are written.
    """

    def __init__(
        self,
        writer: Writer,
        embedder: Embedder,
        advance: Callable[[float], None],
        transaction: Callable[[], AbstractContextManager[None]],
    ) -> None:
        self._writer = writer
        self._transaction = transaction
        self._embedder = embedder
        self._background = Background(embedder)
        self._advance = advance
        self._window = min(embedder.window, _LONGEST_PASSAGE)
        self._queue, self._embedding, self._ready = _Batch(), _Batch(), _Batch()
        self._fingerprint = json.dumps(embedder.fingerprint, sort_keys=True)
        self.embedded = 0
        self.reused = 0

    @property
    def waiting(self) -> int:
        """Passages that were added since ``embed``."""
        return self._queue.passages

    def add(self, row: FileRow, document: Document) -> int:
        """Queues a document; returns how many passages it has."""
        head, passages = split(document, self._embedder.count, self._window)
        texts = [head + passage.in_place for passage in passages]
        self._queue.items.append(_Queued(row, document, passages, texts))
        self._queue.passages += len(passages)
        return len(passages)

    def end_file(self, row: FileRow, ids: frozenset[str]) -> None:
        """Queues the end of a file: its row, and the removal of documents it no longer holds."""
        self._queue.items.append(_Queued(row, None, [], [], ids))

    def embed(self) -> None:
        """Begins to embed what is new in the queue. What was begun before must be finished."""
        batch, self._queue = self._queue, _Batch()
        texts = {self._content(text): text for item in batch.items for text in item.texts}
        batch.keys = self._writer.known_embeddings(list(texts))
        batch.new = [content for content in texts if content not in batch.keys]
        batch.new.sort(key=lambda content: len(texts[content]))  # like lengths: less padding
        self.reused += batch.passages - len(batch.new)
        self._embedding = batch
        if batch.new:
            self._background.begin([texts[content] for content in batch.new])

    def finish(self) -> None:
        """Waits until what was begun is embedded and kept; then it can be written."""
        self.keep(wait=True)
        self._ready, self._embedding = self._embedding, _Batch()

    def write(self) -> bool:
        """Writes what is finished; False if there is nothing."""
        batch, self._ready = self._ready, _Batch()
        for item in batch.items:
            self._write(item, batch.keys)
        return bool(batch.items)

    def close(self) -> None:
        """Gives up what is under way; it ends by itself."""
        self._background.close()

    def keep(self, wait: bool = False) -> None:
        """Keeps the vectors that the background has brought; to ``wait`` for, all of them."""
        batch = self._embedding
        for vectors in self._background.parts(wait):
            part = batch.new[batch.embedded : batch.embedded + len(vectors)]
            with self._transaction():
                for content, vector in zip(part, vectors, strict=True):
                    batch.keys[content] = self._writer.add_embedding(content, vector)
            batch.embedded += len(part)
            self.embedded += len(part)
            self._advance(len(part) / len(batch.new))

    def _write(self, item: _Queued, keys: dict[bytes, int]) -> None:
        row = item.row
        if item.document is not None:
            embeddings = [keys[self._content(text)] for text in item.texts]
            self._writer.put_document(row.root, row.path, item.document, item.passages, embeddings)
            return
        self._writer.put_file(row)
        for id in self._writer.documents_of(row.root, row.path).keys() - item.ids:
            self._writer.remove_document(id)

    def _content(self, text: str) -> bytes:
        return digest(self._fingerprint, text)
