"""What lies below a root, and its bytes, read without ever leaving it; files of our own, written.

Symbolic links are not followed, only regular files are opened, and what is left out is said.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.errors import InvalidInput

_LARGEST_NAMED = 2**29  # bytes
CATALOG = "catalog.sqlite"  # the file that makes a folder an index
_NOT_DOCUMENTS = {"node_modules", "__pycache__", "site-packages"}
NOFOLLOW = getattr(os, "O_NOFOLLOW", 0)
NONBLOCK = getattr(os, "O_NONBLOCK", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_DIRECTORY = getattr(os, "O_DIRECTORY", 0)


@dataclass(frozen=True, slots=True)
class Found:
    """A file below a root (``path`` is relative, with ``/``), or what was left out and why."""

    path: str
    size: int = 0
    mtime_ns: int = 0
    left_out: str | None = None


def scan(root: Path, without: frozenset[Path] = frozenset()) -> Iterator[Found]:
    """Every file below ``root`` in a fixed order; folders in ``without`` (resolved) are left out.

    A root that is a file yields itself under its name. Raises OSError if the root cannot be read.
    """
    if not root.is_dir():
        status = root.stat()
        yield Found(root.name, status.st_size, status.st_mtime_ns)
        return
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            entries = sorted(os.scandir(root / folder), key=lambda e: e.name)
        except OSError as error:
            if not folder:
                raise
            yield Found(folder, left_out=f"a folder that cannot be read: {error.strerror}")
            continue
        deeper = []
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if reason := _reason_to_leave_out(entry, without):
                yield Found(path, left_out=reason)
            elif entry.is_dir(follow_symlinks=False):
                deeper.append(path)
            else:
                status = entry.stat(follow_symlinks=False)
                yield Found(path, status.st_size, status.st_mtime_ns)
        pending.extend(reversed(deeper))


def read_named(path: Path, most: int = _LARGEST_NAMED) -> bytes:
    """The bytes of a file, or what a pipe gives, that the user named.

    Raises OSError (what the machine says), or InvalidInput for more than ``most`` bytes.
    """
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise InvalidInput(
            f"{path} holds more than {most:,} bytes, too many to be read as a whole."
        )
    return data


def write_whole(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Writes a file that is there whole or not at all. Raises OSError."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY
    try:
        with os.fdopen(os.open(beside, flags, mode), "wb") as file:
            file.write(data)
        beside.replace(path)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def expanded(text: str) -> Path:
    """The path that the user wrote; ``~`` is a home folder where there is such a user."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path's own raises where there is none


def _reason_to_leave_out(entry: os.DirEntry[str], without: frozenset[Path]) -> str | None:
    if entry.is_symlink():
        return "a symbolic link"
    folder = entry.is_dir(follow_symlinks=False)
    if not folder and not entry.is_file(follow_symlinks=False):
        return "not a regular file"
    if entry.name.startswith("."):
        return "hidden"
    path = Path(entry.path)
    if path in without:
        return "an index or a root of its own"
    if not folder:
        return None
    if _holds(path, "pyvenv.cfg"):
        return "a virtual environment"
    if entry.name in _NOT_DOCUMENTS:
        return "installed packages, not documents"
    if _holds(path, CATALOG):
        return "an index"
    return None


def _holds(folder: Path, name: str) -> bool:
    """Whether a folder holds a file; no where it may not be looked into."""
    try:
        return (folder / name).is_file()
    except OSError:
        return False


def read_below(root: Path, path: str, most: int) -> bytes:
    """The bytes of a regular file below ``root``, at most its size when it was opened.

    Each folder on the way is opened without following links, so that a path swapped for a link
    meanwhile leads nowhere. Raises OSError (what the machine says) or ValueError (not a regular
    file, or more than ``most`` bytes).
    """
    flags = os.O_RDONLY | NOFOLLOW | NONBLOCK | _BINARY
    if not root.is_dir():
        descriptor = os.open(root, flags)
    elif os.open not in os.supports_dir_fd:
        descriptor = os.open(root / path, flags)
    else:
        folder = os.open(root, os.O_RDONLY | _DIRECTORY)
        try:
            *folders, name = path.split("/")
            for step in folders:
                deeper = os.open(step, os.O_RDONLY | _DIRECTORY | NOFOLLOW, dir_fd=folder)
                os.close(folder)
                folder = deeper
            descriptor = os.open(name, flags, dir_fd=folder)
        finally:
            os.close(folder)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise ValueError("not a regular file")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > most:
            raise ValueError(f"too large ({status.st_size:,} bytes; the limit is {most:,})")
        return file.read(status.st_size)
