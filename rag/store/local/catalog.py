"""The SQLite file that holds an index: how it is opened, by whom, and what its errors mean.

It may be a stranger's. Nothing is opened through a link, nothing but our own tables is read, and
no value is longer than the longest that we write.
"""

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import IndexDamaged, IndexMissing, IndexUnusable, MachineRefused
from rag.files import CATALOG
from rag.store.local.reader import LocalSnapshot
from rag.store.local.rows import damaged, digest
from rag.store.local.schema import check_schema, create_catalog, is_ours
from rag.store.local.search import Kept, Read
from rag.store.local.state import acknowledged, check_counts, check_words, read_state
from rag.store.local.vector_files import VectorFiles

_LONGEST_VALUE = 2**28  # bytes; the longest text of a document is some 200 MB
# What SQLite says of the machine; all else that it can say of a catalog is damage.
_MACHINE = {
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}


class LocalStore:
    """An index folder. Each reading has a connection, and keeps its generation until it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / CATALOG
        self.note = folder / "GENERATION"
        self._kept = Kept(VectorFiles(folder))

    def exists(self) -> bool:
        """Whether there is a catalog, whole or not."""
        return os.path.lexists(self.path)

    def missing(self) -> IndexUnusable:
        """What to raise where there is no catalog: one that was there is not taken for none."""
        makes = f"`rag index PATH... --index {self.folder}` makes"
        if acknowledged(self.note) or any(self.folder.glob("vectors-*.faiss")):
            return IndexDamaged(f"{self.path} is gone; {makes} the index anew.")
        return IndexMissing(f"There is no index in {self.folder}; {makes} one.")

    @contextmanager
    def snapshot(self) -> Iterator[LocalSnapshot]:
        """The newest generation, until the context ends.

        Raises IndexMissing where there is none and IndexDamaged, with the file's name, where
        what is read is not what was written.
        """
        if not self.exists():
            raise self.missing()
        with _translated(self.path):
            least = acknowledged(self.note)  # before the reading begins, or it could be too new
            connection = connect(self.path, write=False)
            try:
                connection.execute("BEGIN")
                check_schema(connection, self.path)
                state = read_state(connection, self.path, least)
                generation = (self.path.stat().st_ino, digest(json.dumps(state)))
                read = self._kept.read
                if read is None or read.generation != generation:
                    check_counts(connection, self.path, state)
                    read = self._kept.read = Read(generation)
                yield LocalSnapshot(connection, self.path, state, self._kept, read)
            finally:
                connection.close()

    @contextmanager
    def writer(self, repair: bool = False) -> Iterator[tuple[sqlite3.Connection, bool]]:
        """A connection that writes, to be used under the lock, and whether the catalog is new.

        With ``repair`` a catalog that cannot be read is replaced by an empty one that knows its
        roots, as far as they can still be read.
        """
        fresh = not self.exists()
        with _translated(self.path), _machine_errors(self.folder):
            roots = self._roots_if_damaged() if repair and not fresh else None
            if fresh or roots is not None:
                self.note.unlink(missing_ok=True)
                create_catalog(self.path, roots or [])
            connection = connect(self.path, write=True)
            try:
                check_schema(connection, self.path)
                connection.execute("PRAGMA journal_mode = WAL")  # changes the file: it is ours
                yield connection, fresh
            finally:
                connection.close()

    def delete(self) -> None:
        """Removes the catalog and what belongs to it."""
        for pattern in (self.note.name, f"{CATALOG}*", "vectors-*"):
            for path in self.folder.glob(pattern):
                path.unlink()

    def _roots_if_damaged(self) -> list[tuple[bytes, str]] | None:
        """None if the catalog can be read, else those of its roots that still can."""
        roots: list[tuple[bytes, str]] = []
        try:
            connection = connect(self.path, write=False)
        except (sqlite3.Error, IndexUnusable):
            return roots
        try:
            if is_ours(connection, "roots"):
                roots = connection.execute("SELECT path, name FROM roots").fetchall()
            check_schema(connection, self.path)
            state = read_state(connection, self.path, acknowledged(self.note))
            check_counts(connection, self.path, state)
            check_words(connection, self.path, state)
            (verdict,) = connection.execute("PRAGMA quick_check").fetchone()
            return None if verdict == "ok" else roots
        except (sqlite3.Error, IndexUnusable):
            return roots
        finally:
            connection.close()


def connect(path: Path, write: bool) -> sqlite3.Connection:
    """A connection to a catalog; read-only ones also work where the folder cannot be written.

    Raises IndexDamaged for a link, or for a rollback journal, which we never leave behind and
    which could name other files.
    """
    for suffix in ("", "-wal", "-shm", "-journal"):
        side = path.with_name(path.name + suffix)
        try:
            plain = stat.S_ISREG(side.lstat().st_mode)
        except FileNotFoundError:
            continue
        if not plain or suffix == "-journal":
            raise damaged(side, "it is not a file that rag leaves in an index")
    uri = path.resolve().as_uri()
    try:
        return _opened(f"{uri}?mode=rw", write)
    except sqlite3.OperationalError:
        if write or _size(path.with_name(path.name + "-wal")):
            raise
        return _opened(f"{uri}?mode=ro&immutable=1", write)


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


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Says what SQLite's errors mean for the user."""
    try:
        yield
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        if code & 0xFF in _MACHINE and code != sqlite3.SQLITE_IOERR_SHORT_READ:
            raise MachineRefused(f"{path} cannot be used: {error}.") from error
        # What Python says of a text that is no text quotes it at length.
        what = str(error) if hasattr(error, "sqlite_errorcode") else "a text is not UTF-8"
        raise damaged(path, what) from error


@contextmanager
def _machine_errors(folder: Path) -> Iterator[None]:
    """Says which file the machine would not write or read."""
    try:
        yield
    except OSError as error:
        raise MachineRefused(f"{error.filename or folder}: {error.strerror}.") from error
