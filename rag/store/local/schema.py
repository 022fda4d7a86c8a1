"""The tables of a catalog: how they are made, and the refusal of a file that holds others."""

import os
import sqlite3
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from rag.store.local.durable import flush_folder
from rag.store.local.rows import damaged

_SCHEMA = """
CREATE TABLE state (
    one INTEGER PRIMARY KEY CHECK (one = 1), json TEXT NOT NULL, hash BLOB NOT NULL
);
CREATE TABLE roots (path BLOB PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE files (
    root BLOB NOT NULL, path BLOB NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL, indexed INTEGER NOT NULL, reason TEXT, hash BLOB NOT NULL,
    PRIMARY KEY (root, path)
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
    end INTEGER NOT NULL, text TEXT NOT NULL, sentences BLOB NOT NULL, above TEXT NOT NULL,
    embedding INTEGER NOT NULL, hash BLOB NOT NULL
);
CREATE INDEX passages_by_document ON passages (document, embedding);
CREATE INDEX passages_by_embedding ON passages (embedding, document);
CREATE TABLE dead (embedding INTEGER PRIMARY KEY);
CREATE VIRTUAL TABLE words USING fts5 (
    title, text, content='', tokenize='porter unicode61 remove_diacritics 2'
);
"""
_OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
# Bytes. Vectors and blocks of words fit: a million passages take a tenth less disk than with pages
# of 4,096, and their words are checked a fifth faster.
_PAGE = 8192
_LONGEST_DEFINITION = 10_000  # characters
_MOST_OBJECTS = 100


def create_catalog(path: Path, roots: Sequence[tuple[bytes, str]]) -> None:
    """A catalog without documents that knows its roots, in place of what is there.

    It is made beside and renamed, so that a killed process leaves no half-made one and no
    rollback journal; a log of the old one is removed first, because it would be replayed.
    """
    new = path.with_name(path.name + ".new")
    for left in path.parent.glob(f"{path.name}.new*"):
        left.unlink()
    connection = sqlite3.connect(new, isolation_level=None)
    try:
        connection.execute(f"PRAGMA page_size = {_PAGE}")
        connection.execute("PRAGMA journal_mode = MEMORY")
        _create_tables(connection)
        connection.executemany("INSERT INTO roots VALUES (?, ?)", roots)
        connection.execute("PRAGMA journal_mode = WAL")
    finally:
        connection.close()
    descriptor = os.open(new, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    for suffix in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    new.replace(path)
    flush_folder(path.parent)


def check_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Raises IndexDamaged unless the file holds the tables of a catalog and nothing else.

    A stranger's file could hold views, triggers, computed columns or other kinds of tables under
    our names; nothing is read from one that does.
    """
    found = connection.execute(
        f"{_OBJECTS} WHERE length(sql) IS NULL OR length(sql) < ? LIMIT ?",
        (_LONGEST_DEFINITION, _MOST_OBJECTS),
    )
    if frozenset(found) != _expected_objects():
        raise damaged(path, "its tables are not those of this version of rag")


def is_ours(connection: sqlite3.Connection, table: str) -> bool:
    """Whether a table is as we make it, whatever else the file holds."""
    row = connection.execute(f"{_OBJECTS} WHERE name = ?", (table,)).fetchone()
    return row in _expected_objects()


@lru_cache(maxsize=1)
def _expected_objects() -> frozenset[tuple[str, str, str, str | None]]:
    connection = sqlite3.connect(":memory:")
    try:
        _create_tables(connection)
        return frozenset(connection.execute(_OBJECTS))
    finally:
        connection.close()


def _create_tables(connection: sqlite3.Connection) -> None:
    for statement in _SCHEMA.split(";\n"):
        connection.execute(statement)
