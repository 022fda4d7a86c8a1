"""A thread that embeds passages while the next ones are read and the last ones written."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Event

from rag.embed import Embedder, Vectors

_AT_ONCE = 64  # passages that are embedded and kept together, at first
_SECONDS = 1.0  # a part that takes less is followed by one twice as large


class Background:
    """Embeds one run of texts after another, each a part at a time."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._thread = ThreadPoolExecutor(1)
        self._running: Future[None] | None = None
        self._parts: SimpleQueue[Vectors | None] = SimpleQueue()
        self._closed = Event()
        self._at_once = _AT_ONCE

    def begin(self, texts: Sequence[str]) -> None:
        """Begins with a run of texts; the one before it must be done."""
        self._running = self._thread.submit(self._embed, texts)

    def parts(self, wait: bool) -> Iterator[Vectors]:
        """The vectors of the run's next texts: those there are, or, to ``wait`` for, all of them.

        Raises what the embedder raised.
        """
        while self._running:
            try:
                part = self._parts.get(wait)
            except Empty:
                return
            if part is not None:
                yield part
                continue
            ended, self._running = self._running, None
            ended.result()

    def close(self) -> None:
        """Lets the thread end with the part that it is at, and waits for nothing."""
        self._closed.set()
        self._thread.shutdown(wait=False)

    def _embed(self, texts: Sequence[str]) -> None:
        try:
            self._embedder.expect(len(texts))
            at = 0
            while not self._closed.is_set() and (part := texts[at : at + self._at_once]):
                began = time.perf_counter()
                vectors = self._embedder.embed_passages(part)
                if len(vectors) != len(part):
                    raise ValueError(f"{len(vectors)} vectors came for {len(part)} passages")
                self._parts.put(vectors)
                at += len(part)
                if time.perf_counter() - began < _SECONDS:
                    self._at_once *= 2
        finally:
            self._parts.put(None)
