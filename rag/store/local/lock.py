"""One writer at a time. The only import of filelock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import MachineRefused


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Holds the index's lock; it frees itself when its process dies.

    Raises MachineRefused, naming the process, if another one writes, or if the folder cannot be
    written.
    """
    from filelock import FileLock, Timeout

    note = folder / "LOCK.pid"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "LOCK")
        lock.acquire(timeout=0)
    except Timeout:
        who = note.read_text(encoding="utf-8") if note.is_file() else "unknown"
        raise MachineRefused(
            f"Another process ({who}) is writing the index in {folder}; wait until it is done."
        ) from None
    except OSError as error:
        raise MachineRefused(
            f"The index folder {folder} cannot be written: {error.strerror}."
        ) from error
    try:
        note.write_text(str(os.getpid()), encoding="utf-8")
        yield
    finally:
        lock.release()
