"""The generation's own row, what it vouches for, and the note of what was acknowledged.

The tables of the word index have no hash in each row, so the state holds one of them all. It is
checked when a generation's words are first searched; tests/benchmarks/million.py tells what that
takes.
"""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from rag.errors import IndexDamaged, IndexMissing
from rag.store.local.durable import read_note, write_durably
from rag.store.local.rows import FORMAT, REBUILD, checked, damaged, digest

_LONGEST = 100_000  # characters of the row
_WIDEST = 65_536  # numbers of a vector
_FIELDS: dict[str, type | tuple[type, ...]] = {
    "format": int,
    "generation": int,
    "documents": int,
    "passages": int,
    "complete": bool,
    "spec": str,
    "fingerprint": dict,
    "segment": (dict, type(None)),
    "words": str,
    "roots": str,
}
_SEGMENT = {
    "name": str, "size": int, "sha256": str, "dimension": int, "count": int, "last": int,
    "clusters": int, "trained": int,
}  # fmt: skip
# What is short is joined by SQLite, 2 MB at a million passages: so many rows would cost time in
# Python. It is joined in the order of the tables' keys, for they have no other index.
_WORDS = (
    "SELECT count(*), group_concat(id) FROM words_data",
    "SELECT block FROM words_data ORDER BY id",
    "SELECT count(*), group_concat(segid || ' ' || hex(term) || ' ' || pgno) FROM words_idx",
    "SELECT count(*), min(id), max(id), sum(id), CAST(group_concat(sz, '') AS BLOB)"
    " FROM words_docsize",
    "SELECT k, v FROM words_config ORDER BY k",
)
_AT_ONCE = 500  # rows, 2 MB of words
_ROOTS = ("SELECT path, name FROM roots ORDER BY path", "SELECT id FROM forgotten ORDER BY id")


def read_state(connection: sqlite3.Connection, path: Path, least: int) -> dict[str, Any]:
    """Format, generation, counts, embedder, vector file and hashes of one generation.

    Raises IndexDamaged if it is not what was written, or it is older than the one that was
    acknowledged, ``least``.
    """
    row = connection.execute(
        "SELECT json, hash FROM state WHERE length(json) < ?", (_LONGEST,)
    ).fetchone()
    if row is None:
        if least:
            raise damaged(path, f"generation {least} is gone")
        raise IndexMissing(
            f"{path} was begun and never finished; `rag index` with the same paths goes on."
        )
    checked(path, "state", row[1], row[0])
    state = _parsed(row[0], path)
    if state["generation"] < least:
        raise damaged(path, f"generation {least} is gone, {state['generation']} is there")
    if _hash(connection, _ROOTS) != state["roots"]:
        raise damaged(path, "the roots are not what was written")
    return state


def check_counts(connection: sqlite3.Connection, path: Path, state: dict[str, Any]) -> None:
    """Raises IndexDamaged if rows are gone, or there are more than were written."""
    for table in ("documents", "passages"):
        (count,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        if count != state[table]:
            raise damaged(path, f"it holds {count} {table}, not {state[table]}")


def _parsed(text: str, path: Path) -> dict[str, Any]:
    """The state's fields; a forged one can have a right hash and any value."""
    try:
        state = json.loads(text)
        if state["format"] != FORMAT:
            raise IndexDamaged(f"{path} has format {state['format']}, not {FORMAT}; {REBUILD}.")
        segment = state["segment"] or {name: kind() for name, kind in _SEGMENT.items()}
        sound = (
            all(isinstance(state[name], kind) for name, kind in _FIELDS.items())
            and segment.keys() == _SEGMENT.keys()
            and all(isinstance(segment[name], kind) for name, kind in _SEGMENT.items())
            and 0 < int(state["fingerprint"]["dimension"]) <= _WIDEST
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise damaged(path, "the state cannot be read") from error
    if not sound:
        raise damaged(path, "the state has a field of another type")
    return dict(state)


def write_state(connection: sqlite3.Connection, state: dict[str, Any]) -> None:
    """Replaces the generation's own row; it counts once the transaction is committed."""
    # FTS5 keeps new words in memory until the next savepoint.
    connection.execute("SAVEPOINT words")
    connection.execute("RELEASE words")
    state = state | {"words": _hash(connection, _WORDS), "roots": _hash(connection, _ROOTS)}
    text = json.dumps(state, sort_keys=True)
    connection.execute(
        "INSERT OR REPLACE INTO state (one, json, hash) VALUES (1, ?, ?)", (text, digest(text))
    )


def check_words(connection: sqlite3.Connection, path: Path, state: dict[str, Any]) -> None:
    """Raises IndexDamaged if the word index is not what was written."""
    if _hash(connection, _WORDS) != state["words"]:
        raise damaged(path, "the word index is not what was written")


def _hash(connection: sqlite3.Connection, queries: tuple[str, ...]) -> str:
    """One hash of all the rows of some queries."""
    hasher = hashlib.sha256()
    for number, query in enumerate(queries):
        rows = connection.execute(query)
        while some := rows.fetchmany(_AT_ONCE):
            hasher.update(b"".join(_framed(number, chain.from_iterable(some))))
    return hasher.hexdigest()


def _framed(number: int, fields: Iterable[Any]) -> Iterator[bytes]:
    """The fields of a query's rows, each told from the next."""
    for field in fields:
        data = field if isinstance(field, bytes) else repr(field).encode()
        yield b"%d %d " % (number, len(data))
        yield data


def acknowledge(note: Path, generation: int) -> None:
    """Notes a committed generation, so that falling back to an older one is noticed.

    SQLite takes a damaged log for the end of a log, and would go on from what was before.
    """
    if acknowledged(note) != generation:
        text = str(generation)
        write_durably(note, f"{text} {digest(text).hex()}\n".encode())


def acknowledged(note: Path) -> int:
    """The newest generation that was acknowledged; 0 if the note is missing or damaged."""
    try:
        text, _, expected = read_note(note).strip().partition(" ")
    except OSError:
        return 0
    return int(text) if text.isdigit() and digest(text).hex() == expected else 0
