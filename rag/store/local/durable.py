"""Files of an index folder, written whole or not at all, and never through a link."""

import os
from pathlib import Path

from rag.files import NOFOLLOW


def write_durably(path: Path, data: bytes) -> None:
    """A file that is there whole or not at all, flushed with its folder."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Makes the names in a folder last: what was created, renamed and removed."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_note(path: Path, text: str) -> None:
    """A few words for people, which need not last."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o666), "w", encoding="utf-8") as file:
        file.write(text)


def read_note(path: Path) -> str:
    """The first hundred characters of a regular file; nothing from any other."""
    if path.is_symlink() or not path.is_file():
        return ""
    with path.open(encoding="utf-8", errors="replace") as file:
        return file.read(100)
