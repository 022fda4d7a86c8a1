"""A disk that announces each write, flush, rename and removal, and fails or dies at a chosen one.

What Python does is caught in ``os``. What SQLite does is caught in a copy of its default VFS, whose
files have methods of ours for write, truncate and sync; both only in the process that installs it.
"""

import _sqlite3
import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, Literal

Fault = Literal["EIO", "ENOSPC", "interrupt", "kill"]
# What is announced, one letter each; the harness adds "e" (embeds) and "d" (done).
STEPS = {
    "w": "writing the log",
    "s": "flushing the log",
    "c": "writing the catalog",
    "C": "flushing the catalog",
    "v": "writing another file",
    "f": "flushing another file",
    "r": "renaming",
    "R": "vectors renamed, not yet committed",
    "u": "removing",
    "e": "embedding",
    "d": "done",
    "": "starting",
}
_POINTER = ctypes.sizeof(ctypes.c_void_p)
_VFS_SIZE, _X_OPEN = 16 + 19 * _POINTER, 16 + 3 * _POINTER
_METHODS_SIZE = 19 * _POINTER
_X_WRITE, _X_TRUNCATE, _X_SYNC = (n * _POINTER for n in (3, 4, 5))
_LOG = 0x80000  # SQLITE_OPEN_WAL
_FULL, _WRITE_FAILED, _TRUNCATE_FAILED, _SYNC_FAILED = 13, 778, 1546, 1034
_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
_WRITE = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64
)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class Disk:
    """Counts steps; at number ``at`` there is a ``fault``."""

    def __init__(self, pipe: int, at: int = 0, fault: Fault = "kill") -> None:
        self.steps = 0
        self._pipe = pipe
        self._at = at
        self._fault = fault
        self._kept: list[Any] = []  # what C still points to

    def announce(self, letter: str) -> None:
        """Tells the harness; a byte in a pipe outlives this process."""
        os.write(self._pipe, letter.encode())

    def install(self) -> None:
        """From now on this process writes through this disk."""
        self._install_in_os()
        self._install_in_sqlite()

    def _due(self, letter: str) -> bool:
        self.steps += 1
        self.announce(letter)
        return self.steps == self._at

    def _interrupt(self, frame: FrameType, event: str, _: object) -> None:
        """A profiler that raises once Python is back in code that is not of this module."""
        if event in ("return", "c_return", "c_exception") and frame.f_globals is not globals():
            sys.setprofile(None)
            raise KeyboardInterrupt

    def _python(self, letter: str, half: Callable[[], object] = lambda: None) -> None:
        """A step of Python's; ``half`` does a part of it before the end."""
        if not self._due(letter):
            return
        if self._fault == "kill":
            half()
            os.kill(os.getpid(), signal.SIGKILL)
        elif self._fault == "interrupt":
            raise KeyboardInterrupt
        else:
            number = getattr(errno, self._fault)
            raise OSError(number, os.strerror(number))

    def _sqlite(self, letter: str, failed: int, half: Callable[[], object] = lambda: None) -> int:
        """A step of SQLite's: the code with which it fails, or 0."""
        if not self._due(letter):
            return 0
        if self._fault == "kill":
            half()
            os.kill(os.getpid(), signal.SIGKILL)
        if self._fault == "interrupt":
            sys.setprofile(self._interrupt)
            return 0
        return _FULL if self._fault == "ENOSPC" and failed == _WRITE_FAILED else failed

    def _install_in_os(self) -> None:
        disk, fdopen, fsync, replace, unlink = self, os.fdopen, os.fsync, os.replace, os.unlink

        class File:
            def __init__(self, file: Any) -> None:
                self._file = file

            def write(self, data: Any) -> None:
                disk._python("v", lambda: self._file.write(data[: len(data) // 2]) and self.flush())
                self._file.write(data)

            def flush(self) -> Any:
                return self._file.flush()

            def __getattr__(self, name: str) -> Any:
                return getattr(self._file, name)

            def __enter__(self) -> "File":
                return self

            def __exit__(self, *_: object) -> None:
                self._file.close()

        def opened(descriptor: int, mode: str = "r", *rest: Any, **named: Any) -> Any:
            file = fdopen(descriptor, mode, *rest, **named)
            return File(file) if "w" in mode else file

        def flushed(descriptor: int) -> None:
            disk._python("f")
            fsync(descriptor)

        def renamed(source: Any, target: Any) -> None:
            disk._python("r")
            replace(source, target)
            if "vectors-" in os.fspath(target):
                disk.announce("R")

        def removed(path: Any, **named: Any) -> None:
            disk._python("u")
            unlink(path, **named)

        os.fdopen, os.fsync, os.replace, os.unlink = opened, flushed, renamed, removed  # type: ignore[assignment]

    def _install_in_sqlite(self) -> None:
        library = ctypes.CDLL(_sqlite3.__file__)
        library.sqlite3_vfs_find.restype = ctypes.c_void_p
        found = library.sqlite3_vfs_find(None)
        vfs = ctypes.create_string_buffer(ctypes.string_at(found, _VFS_SIZE), _VFS_SIZE)
        name = ctypes.create_string_buffer(b"announcing")
        _put(ctypes.addressof(vfs), 16 + _POINTER, ctypes.addressof(name))
        open_file = _OPEN(_pointer(found, _X_OPEN))
        logs: dict[int, bool] = {}

        def opened(vfs: int, path: int, file: int, flags: int, out: int) -> int:
            code = int(open_file(vfs, path, file, flags, out))
            if code == 0:
                logs[file] = bool(flags & _LOG)
                _put(file, 0, self._methods(_pointer(file, 0), logs))
            return code

        callback = _OPEN(opened)
        _put(ctypes.addressof(vfs), _X_OPEN, ctypes.cast(callback, ctypes.c_void_p).value or 0)
        self._kept += [vfs, name, callback]
        library.sqlite3_vfs_register(ctypes.byref(vfs), 1)

    def _methods(self, old: int, logs: dict[int, bool]) -> int:
        """The address of a copy of a file's methods, three of them ours."""
        table = ctypes.create_string_buffer(ctypes.string_at(old, _METHODS_SIZE), _METHODS_SIZE)
        write = _WRITE(_pointer(old, _X_WRITE))
        truncate = _TRUNCATE(_pointer(old, _X_TRUNCATE))
        sync = _SYNC(_pointer(old, _X_SYNC))

        def written(file: int, data: int, amount: int, offset: int) -> int:
            letter = "w" if logs[file] else "c"
            code = self._sqlite(
                letter, _WRITE_FAILED, lambda: write(file, data, amount // 2, offset)
            )
            return code or int(write(file, data, amount, offset))

        def truncated(file: int, size: int) -> int:
            code = self._sqlite("w" if logs[file] else "c", _TRUNCATE_FAILED)
            return code or int(truncate(file, size))

        def synced(file: int, flags: int) -> int:
            return self._sqlite("s" if logs[file] else "C", _SYNC_FAILED) or int(sync(file, flags))

        for offset, callback in (
            (_X_WRITE, _WRITE(written)),
            (_X_TRUNCATE, _TRUNCATE(truncated)),
            (_X_SYNC, _SYNC(synced)),
        ):
            address = ctypes.cast(callback, ctypes.c_void_p).value or 0
            _put(ctypes.addressof(table), offset, address)
            self._kept.append(callback)
        self._kept += [table, write, truncate, sync]
        return ctypes.addressof(table)


def catches_sqlite() -> bool:
    """Whether this Python's SQLite lets its VFS be found (a statically linked one may not)."""
    return hasattr(ctypes.CDLL(_sqlite3.__file__), "sqlite3_vfs_find")


def _pointer(address: int, offset: int) -> int:
    return ctypes.c_void_p.from_address(address + offset).value or 0


def _put(address: int, offset: int, value: int) -> None:
    ctypes.c_void_p.from_address(address + offset).value = value
