"""How rows are packed and guarded."""

import hashlib
import json
import sqlite3
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.clean import encodable
from rag.datatypes import Above, Span
from rag.errors import IndexDamaged
from rag.store import FileRow

FILES = "SELECT root, path, size, mtime_ns, sha256, indexed, reason, hash FROM files"
FORMAT = 6  # of the catalog; another number is not read
REBUILD = "`rag index --rebuild` makes it anew from the documents"
TEXT = (str,)
NUMBER = (int,)
BYTES = (bytes,)
OPTIONAL_TEXT = (str, type(None))
# Of the fields of a row, without its hash, its key first.
DOCUMENT_TYPES = (
    NUMBER, BYTES, BYTES, BYTES, TEXT, NUMBER, OPTIONAL_TEXT, OPTIONAL_TEXT, TEXT, NUMBER, BYTES,
    NUMBER, BYTES,
)  # fmt: skip
PASSAGE_TYPES = (NUMBER, NUMBER, NUMBER, NUMBER, TEXT, BYTES, TEXT, NUMBER)
FILE_TYPES = (BYTES, BYTES, NUMBER, NUMBER, TEXT, NUMBER, OPTIONAL_TEXT)


def damaged(path: Path, what: str) -> IndexDamaged:
    """The error that names the file and says what is wrong in it."""
    return IndexDamaged(f"{path} is damaged ({what}); {REBUILD}.")


def digest(*fields: Any) -> bytes:
    """16 bytes that change with any field of a row (text, bytes, number or None)."""
    hasher = hashlib.blake2b(digest_size=16)
    for field in fields:
        data = field if isinstance(field, bytes) else repr(field).encode("utf-8", "surrogatepass")
        hasher.update(len(data).to_bytes(8, "little") + data)
    return hasher.digest()


def checked(path: Path, what: str, expected: bytes, *fields: Any) -> None:
    """Raises IndexDamaged, naming the file, if a row is not what was written."""
    if digest(*fields) != expected:
        raise damaged(path, f"{what} is not what was written")


def typed(path: Path, what: str, fields: Sequence[Any], types: Sequence[tuple[type, ...]]) -> None:
    """Raises IndexDamaged if a field is of another type; a forged row can have a right hash."""
    if not all(map(isinstance, fields, types)):
        raise damaged(path, f"{what} has a field of another type")


def whole(path: Path, what: str, data: bytes, size: int) -> None:
    """Raises IndexDamaged if bytes are not a whole number of items of that size."""
    if len(data) % size:
        raise damaged(path, f"{what} has a part of an offset")


def pack_text(text: str) -> bytes:
    """A path or an id, which may hold bytes that are not UTF-8."""
    return text.encode("utf-8", "surrogateescape")


def unpack_text(data: bytes) -> str:
    """The inverse of ``pack_text``."""
    return data.decode("utf-8", "surrogateescape")


def pack_spans(spans: tuple[Span, ...]) -> bytes:
    """Spans as little-endian 64-bit pairs."""
    return np.array(spans, dtype="<i8").tobytes()


def unpack_spans(data: bytes) -> tuple[Span, ...]:
    """The inverse of ``pack_spans``."""
    return tuple(struct.iter_unpack("<qq", data))


def pack_above(above: Above) -> str:
    """The lines above a passage, in JSON: ``[[start, end, line], ...]``."""
    return json.dumps([[*span, line] for span, line in above])


def unpack_above(path: Path, what: str, data: str, start: int) -> Above:
    """The inverse of ``pack_above``. Raises IndexDamaged for what is above no passage at start."""
    try:
        found = tuple(((first, last), line) for first, last, line in json.loads(data))
    except (ValueError, TypeError, RecursionError):
        found = (((start, start), None),)
    if not all(_stands_above(span, line, start) for span, line in found):
        raise damaged(path, f"{what} has lines above it that are none")
    return found


def _stands_above(span: Span, line: object, start: int) -> bool:
    if not (all(type(offset) is int for offset in span) and isinstance(line, str)):
        return False
    first, last = span
    return first >= 0 and first + len(line) == last <= start and encodable(line) == line


def pack_offsets(offsets: tuple[int, ...]) -> bytes:
    """Offsets as little-endian 64-bit numbers."""
    return np.array(offsets, dtype="<i8").tobytes()


def unpack_offsets(data: bytes) -> tuple[int, ...]:
    """The inverse of ``pack_offsets``."""
    return tuple(np.frombuffer(data, dtype="<i8").tolist())


def pack_vector(vector: NDArray[np.float32]) -> bytes:
    """A vector as little-endian 32-bit numbers."""
    return vector.astype("<f4").tobytes()


# The columns that ``unpack_embeddings`` takes.
EMBEDDING = "SELECT key, vector, content, hash FROM embeddings"
_BLOCK = 10_000  # rows: 15 MB at 384 dimensions


def unpack_embeddings(
    path: Path, dimension: int, rows: Sequence[tuple[int, bytes, bytes, bytes]]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Keys and (len(rows), dimension) vectors of rows of ``EMBEDDING``, checked."""
    for key, vector, content, expected in rows:
        what = f"embedding {key}"
        checked(path, what, expected, key, content, vector)
        typed(path, what, (vector,), (BYTES,))
        if len(vector) != 4 * dimension:
            raise damaged(path, f"{what} has another length")
    keys = np.fromiter((row[0] for row in rows), np.int64, len(rows))
    vectors = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
    if not np.isfinite(vectors).all():
        raise damaged(path, "an embedding holds what is no number")
    return keys, vectors.reshape(len(rows), dimension).astype(np.float32)


def embeddings_after(
    connection: sqlite3.Connection, path: Path, dimension: int, key: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Keys and vectors of the rows behind a key, ascending, a block at a time."""
    cursor = connection.execute(f"{EMBEDDING} WHERE key > ? ORDER BY key", (key,))
    while rows := cursor.fetchmany(_BLOCK):
        yield unpack_embeddings(path, dimension, rows)


def file_row(catalog: Path, row: tuple[Any, ...]) -> FileRow:
    """A row of ``FILES``, checked."""
    *fields, expected = row
    checked(catalog, "the row of a file", expected, *fields)
    typed(catalog, "the row of a file", fields, FILE_TYPES)
    root, path, size, mtime_ns, sha256, indexed, reason = fields
    return FileRow(
        unpack_text(root), unpack_text(path), size, mtime_ns, sha256, bool(indexed), reason
    )
