"""One writer at a time. The only import of filelock."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import MachineRefused
from rag.store.local.durable import read_note, write_note


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
        who = read_note(note) or "unknown"
        raise MachineRefused(
            f"Another process ({who}) is writing the index in {folder}; wait until it is done."
        ) from None
    except OSError as error:
        raise _refused(folder, error) from error
    try:
        try:
            write_note(note, str(os.getpid()))
        except OSError as error:
            raise _refused(folder, error) from error
        yield
    finally:
        lock.release()


def _refused(folder: Path, error: OSError) -> MachineRefused:
    return MachineRefused(
        f"The index folder {folder} cannot be written: {error.strerror}; choose another with "
        "--index."
    )
