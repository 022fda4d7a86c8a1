"""The SQLite file that holds an index: its tables, how it is opened, and what guards its rows.

SQLite does not notice a flipped bit, so each row that an answer rests on carries a hash of its
fields, which is checked whenever the row is read.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import IndexDamaged, IndexMissing, IndexUnusable, MachineRefused
from rag.files import CATALOG
from rag.store.local.reader import LocalSnapshot
from rag.store.local.rows import FORMAT, checked, digest
from rag.store.local.search import Kept
from rag.store.local.vectors import VectorFiles

_SCHEMA = """
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT NOT NULL, hash BLOB NOT NULL
);
CREATE TABLE roots (path BLOB PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE files (
    root BLOB NOT NULL, path BLOB NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, indexed INTEGER NOT NULL, reason TEXT, PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE TABLE forgotten (id BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE documents (
    key INTEGER PRIMARY KEY AUTOINCREMENT, id BLOB NOT NULL UNIQUE, root BLOB NOT NULL,
    path BLOB NOT NULL, title TEXT NOT NULL, titled INTEGER NOT NULL, date TEXT, url TEXT,
    sha256 TEXT NOT NULL, body INTEGER NOT NULL, pages BLOB NOT NULL,
    passages INTEGER NOT NULL, text_hash BLOB NOT NULL, hash BLOB NOT NULL
);
CREATE INDEX documents_by_file ON documents (root, path);
CREATE TABLE texts (document INTEGER PRIMARY KEY, text TEXT NOT NULL);
CREATE TABLE embeddings (
    key INTEGER PRIMARY KEY AUTOINCREMENT, content BLOB NOT NULL UNIQUE, vector BLOB NOT NULL,
    hash BLOB NOT NULL
);
CREATE TABLE passages (
    key INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, start INTEGER NOT NULL,
    end INTEGER NOT NULL, text TEXT NOT NULL, sentences BLOB NOT NULL, embedding INTEGER NOT NULL,
    hash BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document, embedding);
CREATE INDEX passages_by_embedding ON passages (embedding);
CREATE TABLE dead (embedding INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE words USING fts5 (
    title, text, content='', tokenize='porter unicode61 remove_diacritics 2'
);
"""


class LocalStore:
    """An index folder. Each reading has a connection, and keeps its generation until it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / CATALOG
        self._kept = Kept(VectorFiles(folder))

    def exists(self) -> bool:
        """Whether there is a catalog, whole or not."""
        return self.path.is_file()

    @contextmanager
    def snapshot(self) -> Iterator[LocalSnapshot]:
        """The newest generation, until the context ends.

        Raises IndexMissing where there is none and IndexDamaged, with the file's name, where
        what is read is not what was written.
        """
        if not self.exists():
            if self.folder.is_dir() and any(self.folder.glob("vectors-*.faiss")):
                raise IndexDamaged(f"{self.path} is gone though its vectors are there; {REBUILD}.")
            raise IndexMissing(
                f"There is no index in {self.folder}; `rag index PATH... --index {self.folder}` "
                "makes one."
            )
        with translated(self.path):
            connection = connect(self.path, write=False)
            try:
                connection.execute("BEGIN")
                state = read_state(connection, self.path)
                generation = (self.path.stat().st_ino, digest(json.dumps(state)))
                if self._kept.turn_to(generation):
                    check_counts(connection, self.path, state)
                yield LocalSnapshot(connection, self.path, state, self._kept)
            finally:
                connection.close()

    @contextmanager
    def writer(self, repair: bool = False) -> Iterator[tuple[sqlite3.Connection, bool]]:
        """A connection that writes, to be used under the lock, and whether the catalog is new.

        With ``repair`` a catalog that cannot be read is replaced by an empty one that knows its
        roots, as far as they can still be read.
        """
        fresh = not self.exists()
        with translated(self.path):
            roots = self._roots_if_damaged() if repair and not fresh else None
            if roots is not None:
                self.delete()
            connection = connect(self.path, write=True)
            try:
                if not connection.execute("SELECT 1 FROM sqlite_schema").fetchone():
                    create_tables(connection, roots or [])
                yield connection, fresh
            finally:
                connection.close()

    def delete(self) -> None:
        """Removes the catalog and its vector files."""
        for path in [*self.folder.glob(f"{CATALOG}*"), *self.folder.glob("vectors-*")]:
            path.unlink()

    def _roots_if_damaged(self) -> list[tuple[bytes, str]] | None:
        """None if the catalog can be read, else those of its roots that still can."""
        roots: list[tuple[bytes, str]] = []
        try:
            connection = connect(self.path, write=False)
        except sqlite3.Error:
            return roots
        try:
            roots = connection.execute("SELECT path, name FROM roots").fetchall()
            check_counts(connection, self.path, read_state(connection, self.path))
            (verdict,) = connection.execute("PRAGMA quick_check").fetchone()
            return None if verdict == "ok" else roots
        except (sqlite3.Error, IndexUnusable):
            return roots
        finally:
            connection.close()


REBUILD = "`rag index --rebuild` makes it anew from the documents"


def connect(path: Path, write: bool) -> sqlite3.Connection:
    """A connection to a catalog; read-only ones also work where the folder cannot be written."""
    uri = f"{path.resolve().as_uri()}?mode={'rwc' if write else 'rw'}"
    try:
        return _opened(uri, write)
    except sqlite3.OperationalError:
        if write or path.with_name(path.name + "-wal").exists():
            raise
        return _opened(f"{path.resolve().as_uri()}?mode=ro&immutable=1", write)


def _opened(uri: str, write: bool) -> sqlite3.Connection:
    connection = sqlite3.connect(
        uri,
        uri=True,
        isolation_level=None,
        timeout=30,
        check_same_thread=False,  # a stream may be drawn from several threads, one after the other
    )
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        if write:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        else:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def create_tables(connection: sqlite3.Connection, roots: list[tuple[bytes, str]]) -> None:
    """The tables of an empty catalog that knows its roots."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in _SCHEMA.split(";\n"):
        connection.execute(statement)
    connection.executemany("INSERT INTO roots VALUES (?, ?)", roots)
    connection.execute("COMMIT")


def read_state(connection: sqlite3.Connection, path: Path) -> dict[str, Any]:
    """The generation's own row: format, generation, counts, embedder, vector file.

    Raises IndexDamaged if it is not what was written.
    """
    try:
        row = connection.execute("SELECT json, hash FROM state").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        raise IndexDamaged(f"{path} is not a catalog of rag's; {REBUILD}.") from error
    if row is None:
        raise IndexMissing(
            f"{path} was begun and never finished; `rag index` with the same paths goes on."
        )
    checked(path, "state", row[1], row[0])
    state: dict[str, Any] = json.loads(row[0])
    if state["format"] != FORMAT:
        raise IndexDamaged(f"{path} has format {state['format']}, not {FORMAT}; {REBUILD}.")
    return state


def check_counts(connection: sqlite3.Connection, path: Path, state: dict[str, Any]) -> None:
    """Raises IndexDamaged if rows are gone, or there are more than were written."""
    for table in ("documents", "passages"):
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        if count != state[table]:
            raise IndexDamaged(f"{path} holds {count} {table}, not {state[table]}; {REBUILD}.")


def write_state(connection: sqlite3.Connection, state: dict[str, Any]) -> None:
    """Replaces the generation's own row; it counts once the transaction is committed."""
    text = json.dumps(state, sort_keys=True)
    connection.execute(
        "INSERT OR REPLACE INTO state (one, json, hash) VALUES (1, ?, ?)", (text, digest(text))
    )


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Says what SQLite's and the file system's errors mean for the user."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "malformed" in text or "no such" in text or "disk I/O" in text:
            raise IndexDamaged(f"{path} is damaged ({text}); {REBUILD}.") from error
        raise MachineRefused(f"{path} cannot be used: {text}.") from error
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(f"{path} is damaged ({error}); {REBUILD}.") from error
    except (UnicodeDecodeError, OverflowError) as error:
        raise IndexDamaged(f"{path} is damaged ({error}); {REBUILD}.") from error
