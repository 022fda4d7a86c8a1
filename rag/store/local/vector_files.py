"""The vector files of an index folder, each hashed before it is read.

A vector file is immutable and named by the generation that wrote it. What was added since is a
small tail, searched beside it; what was removed since is filtered out. FAISS notices truncation
but no flipped bit, so a file's bytes are hashed before FAISS reads them: once a process, because
what was read is held in memory. Mapping the file instead would save that memory, and would kill the
process where somebody cuts the file short.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, Thread
from typing import Any, BinaryIO

import numpy as np

from rag.errors import MachineRefused
from rag.files import NOFOLLOW, NONBLOCK
from rag.store.local import vectors
from rag.store.local.durable import flush_folder
from rag.store.local.structure import Segment

_NAME = re.compile(r"vectors-\d{1,18}\.faiss")


class VectorFiles:
    """The vector files of an index folder; the one in use is kept open between questions."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._opening = Lock()
        self._written: tuple[Segment, Any] | None = None
        self._index: tuple[tuple[str, int], vectors.VectorIndex] | None = None
        self._hashed: dict[tuple[str, int, int, int], str] = {}

    def prepare(self, segment: Segment | None) -> None:
        """Begins to read a vector file, beside what else a first search has to wait for."""
        if segment and (self._written is None or self._written[0] != segment):
            Thread(target=self._hold, args=(segment,)).start()

    def open(
        self,
        segment: Segment | None,
        generation: int,
        rows_after: Callable[[int], vectors.Blocks],
        dead: Callable[[], vectors.Keys],
    ) -> vectors.VectorIndex:
        """The search structures of a generation.

        ``rows_after`` gives the catalog's rows whose keys are greater than one. A vector file that
        is missing or not what was written is not used: all rows become the tail.
        """
        identity = (segment.sha256 if segment else "", generation)
        with self._opening:
            if self._index and self._index[0] == identity:
                return self._index[1]
            written = self._held(segment)
            usable = segment if written is not None else None
            index = vectors.VectorIndex(
                segment=usable,
                written=written,
                tail=vectors.tail_of(rows_after(usable.last if usable else 0)),
                dead=dead() if usable else np.empty(0, np.int64),
            )
            self._index = (identity, index)
            return index

    def _hold(self, segment: Segment) -> None:
        with self._opening:
            self._held(segment)

    def _held(self, segment: Segment | None) -> Any | None:
        """The structure in a vector file, read if it is not the one that is held."""
        if segment is None or self._written is None or self._written[0] != segment:
            self._index = self._written = None  # frees the old one before the next is read
            written = self.read(segment) if segment else None
            self._written = (segment, written) if segment and written is not None else None
        return self._written[1] if self._written else None

    def read(self, segment: Segment) -> Any | None:
        """The structure in a vector file; None if the file is not what was written."""
        with self._opened(segment) as file:
            return vectors.read(file, segment) if file is not None else None

    def intact(self, segment: Segment) -> bool:
        """Whether the file is what was written."""
        with self._opened(segment) as file:
            return file is not None

    @contextmanager
    def _opened(self, segment: Segment) -> Iterator[BinaryIO | None]:
        """The file, if its bytes are those that were written; hashed once while it stays as is."""
        flags = os.O_RDONLY | NOFOLLOW | NONBLOCK
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
            file.seek(0)
            yield file if same else None

    def write(self, generation: int, index: Any, last: int, clusters: int, trained: int) -> Segment:
        """Writes and flushes a new vector file."""
        path = self._folder / f"vectors-{generation}.faiss"
        new = path.with_name(path.name + ".new")
        try:
            new.unlink(missing_ok=True)
            with new.open("x+b") as file:
                vectors.write(file, index)
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
