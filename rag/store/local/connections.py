"""Connections to a catalog: how it is opened, and which stay open for the next question.

The file may be a stranger's: nothing is opened through a link, and no value is longer than the
longest that we write.
"""

import sqlite3
import stat
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.store.local.rows import damaged

_LONGEST_VALUE = 2**28  # bytes; the longest text of a document is some 200 MB
_MOST_IDLE = 4
_Identity = tuple[int, ...]
_Idle = list[tuple[_Identity, sqlite3.Connection]]


class Readers:
    """The connections that read a catalog.

    Some stay open: to open one takes as long as half a search, for SQLite reads the tables'
    definitions and the head of the word index anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: _Idle = []
        weakref.finalize(self, _close, self._idle)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one generation. It is used again unless the context fails."""
        identity = _checked(self._path)
        connection = self._opened_before(identity) or connect(self._path, write=False)
        try:
            connection.execute("BEGIN")
            yield connection
            connection.rollback()
        except BaseException:
            connection.close()
            raise
        self._idle.append((identity, connection))
        _close(self._idle, but=_MOST_IDLE)

    def close(self) -> None:
        """Closes those that are not in use."""
        _close(self._idle)

    def _opened_before(self, identity: _Identity) -> sqlite3.Connection | None:
        """One that stayed open, if the file has not changed since."""
        while idle := _taken(self._idle):
            known, connection = idle
            if known == identity:
                return connection
            connection.close()
        return None


def connect(path: Path, write: bool) -> sqlite3.Connection:
    """A connection to a catalog; read-only ones also work where the folder cannot be written.

    Raises IndexDamaged for a link, or for a rollback journal, which we never leave behind and
    which could name other files.
    """
    _checked(path)
    uri = path.resolve().as_uri()
    try:
        return _opened(f"{uri}?mode=rw", write)
    except sqlite3.OperationalError:
        if write or _size(path.with_name(path.name + "-wal")):
            raise
        return _opened(f"{uri}?mode=ro&immutable=1", write)


def _checked(path: Path) -> _Identity:
    """What tells the file from others and from itself before a change, if it can be opened."""
    found: _Identity = ()
    for suffix in ("", "-wal", "-shm", "-journal"):
        side = path.with_name(path.name + suffix)
        try:
            status = side.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISREG(status.st_mode) or suffix == "-journal":
            raise damaged(side, "it is not a file that rag leaves in an index")
        if not suffix:
            found = (status.st_dev, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)
    return found


def _taken(idle: _Idle) -> tuple[_Identity, sqlite3.Connection] | None:
    """The last one, which is not idle any more; other threads take some as well."""
    try:
        return idle.pop()
    except IndexError:
        return None


def _close(idle: _Idle, but: int = 0) -> None:
    while len(idle) > but and (last := _taken(idle)):
        last[1].close()


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _opened(uri: str, write: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        timeout=30,
        check_same_thread=False,  # a stream may be drawn from several threads, one after the other
    )
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        if write:
            connection.execute("PRAGMA synchronous = FULL")
        else:
            connection.execute(
                "CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, words, row)"
            )
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection
