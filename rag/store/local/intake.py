"""Documents on their way into a catalog: split, embedded and written a batch at a time."""

import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from rag.datatypes import Document, Passage
from rag.embed import Embedder
from rag.split import split
from rag.store import FileRow
from rag.store.local.rows import digest
from rag.store.local.writer import Writer

# Some embedders read whole books at once; a passage is still what one looks through for a sentence.
_LONGEST_PASSAGE = 512  # tokens
_AT_ONCE = 64  # passages that are embedded and kept together, at first
_SECONDS = 1.0  # a part that takes less is followed by one twice as large


@dataclass(frozen=True, slots=True)
class _Queued:
    """A document that is split, with what is embedded for each passage; or a file's end."""

    row: FileRow
    document: Document | None
    passages: list[Passage]
    texts: list[str]
    ids: frozenset[str] = frozenset()


class Intake:
    """A queue of documents and file ends: add, then embed, then write (in a transaction).

    ``advance`` is told the share of the queue's new passages that was just embedded, and
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
        self._advance = advance
        self._window = min(embedder.window, _LONGEST_PASSAGE)
        self._queue: list[_Queued] = []
        self._keys: dict[bytes, int] = {}
        self._fingerprint = json.dumps(embedder.fingerprint, sort_keys=True)
        self._at_once = _AT_ONCE
        self.waiting = 0
        self.embedded = 0
        self.reused = 0

    def add(self, row: FileRow, document: Document) -> int:
        """Queues a document; returns how many passages it has."""
        head, passages = split(document, self._embedder.count, self._window)
        texts = [head + passage.text for passage in passages]
        self._queue.append(_Queued(row, document, passages, texts))
        self.waiting += len(passages)
        return len(passages)

    def end_file(self, row: FileRow, ids: frozenset[str]) -> None:
        """Queues the end of a file: its row, and the removal of documents it no longer holds."""
        self._queue.append(_Queued(row, None, [], [], ids))

    def embed(self) -> None:
        """Embeds what is new in the queue."""
        texts = {self._content(text): text for item in self._queue for text in item.texts}
        self._keys = self._writer.known_embeddings(list(texts))
        new = [content for content in texts if content not in self._keys]
        new.sort(key=lambda content: len(texts[content]))  # like lengths: less padding
        self.reused += self.waiting - len(new)
        self._embedder.expect(len(new))
        at = 0
        while part := new[at : at + self._at_once]:
            began = time.perf_counter()
            vectors = self._embedder.embed_passages([texts[content] for content in part])
            with self._transaction():
                for content, vector in zip(part, vectors, strict=True):
                    self._keys[content] = self._writer.add_embedding(content, vector)
            at += len(part)
            self.embedded += len(part)
            self._advance(len(part) / len(new))
            if time.perf_counter() - began < _SECONDS:
                self._at_once *= 2

    def write(self) -> bool:
        """Writes and empties the queue; False if there was nothing in it."""
        if not self._queue:
            return False
        for item in self._queue:
            self._write(item)
        self._queue, self.waiting = [], 0
        return True

    def _write(self, item: _Queued) -> None:
        row = item.row
        if item.document is not None:
            embeddings = [self._keys[self._content(text)] for text in item.texts]
            self._writer.put_document(row.root, row.path, item.document, item.passages, embeddings)
            return
        self._writer.put_file(row)
        for id in self._writer.documents_of(row.root, row.path).keys() - item.ids:
            self._writer.remove_document(id)

    def _content(self, text: str) -> bytes:
        return digest(self._fingerprint, text)
