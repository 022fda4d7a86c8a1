"""Changes to a catalog, inside one transaction at a time."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.clean import encodable
from rag.datatypes import Document, Passage, in_place
from rag.errors import IndexMissing
from rag.store import FileRow
from rag.store.local.catalog import LocalStore
from rag.store.local.rows import (
    FILES,
    PASSAGE_TYPES,
    checked,
    digest,
    file_row,
    pack_above,
    pack_offsets,
    pack_spans,
    pack_text,
    pack_vector,
    typed,
    unpack_above,
    unpack_text,
)
from rag.store.local.segments import Segments
from rag.store.local.state import (
    acknowledge,
    acknowledged,
    check_counts,
    check_words,
    read_state,
    write_state,
)
from rag.store.local.vector_files import VectorFiles


class Writer:
    """The one connection that writes; it is used under the index's lock."""

    def __init__(self, store: LocalStore, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._path = store.path
        self._note = store.note
        self._segments = Segments(connection, store.path, VectorFiles(store.folder))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def known_embeddings(self, contents: Sequence[bytes]) -> dict[bytes, int]:
        """The keys of those contents that are embedded already."""
        found = {}
        for content in contents:
            row = self._connection.execute(
                "SELECT key, vector, hash FROM embeddings WHERE content = ?", (content,)
            ).fetchone()
            if row:
                key, vector, expected = row
                checked(self._path, f"embedding {key}", expected, key, content, vector)
                found[content] = int(key)
        return found

    def add_embedding(self, content: bytes, vector: NDArray[np.float32]) -> int:
        """Stores a vector under the hash of what was embedded."""
        key, data = self._next_key("embeddings"), pack_vector(vector)
        self._connection.execute(
            "INSERT INTO embeddings (key, content, vector, hash) VALUES (?, ?, ?, ?)",
            (key, content, data, digest(key, content, data)),
        )
        return key

    def _next_key(self, table: str) -> int:
        """The next of the keys that are never used again; each row's hash covers its key."""
        row = self._connection.execute(
            "SELECT seq + 1 FROM sqlite_sequence WHERE name = ?", (table,)
        ).fetchone()
        return int(row[0]) if row else 1

    def state(self) -> dict[str, Any] | None:
        """The state of the last commit, on which others can build; None if there is none yet."""
        try:
            state = read_state(self._connection, self._path, acknowledged(self._note))
        except IndexMissing:
            return None
        check_counts(self._connection, self._path, state)
        check_words(self._connection, self._path, state)
        return state

    def files(self) -> list[FileRow]:
        """Every file that a sync saw, checked."""
        return [file_row(self._path, row) for row in self._connection.execute(FILES)]

    def sources(self) -> set[tuple[str, str]]:
        """Root and path of every file that a document is from.

        After a run that was killed some of these are not among ``files``.
        """
        rows = self._connection.execute("SELECT DISTINCT root, path FROM documents")
        return {(unpack_text(root), unpack_text(path)) for root, path in rows}

    def documents_of(self, root: str, path: str) -> dict[str, tuple[str, int]]:
        """The documents of a file: id -> content hash and number of passages."""
        rows = self._connection.execute(
            "SELECT id, sha256, passages FROM documents WHERE root = ? AND path = ?",
            (pack_text(root), pack_text(path)),
        )
        return {unpack_text(id): (sha256, passages) for id, sha256, passages in rows}

    def owners_outside(self, roots: Sequence[str]) -> dict[str, str]:
        """The root of each document that is in none of the given roots."""
        rows = self._connection.execute("SELECT id, root FROM documents")
        owners = {unpack_text(id): unpack_text(root) for id, root in rows}
        return {id: root for id, root in owners.items() if root not in roots}

    def put_document(
        self,
        root: str,
        path: str,
        document: Document,
        passages: Sequence[Passage],
        embeddings: Sequence[int],
    ) -> None:
        """Adds a document with its passages, replacing one of the same id."""
        self.remove_document(document.id)
        self._connection.execute("DELETE FROM forgotten WHERE id = ?", (pack_text(document.id),))
        key = self._next_key("documents")
        row = (key, *_document_fields(root, path, document, len(passages)))
        self._connection.execute(
            "INSERT INTO documents (key, id, root, path, title, titled, date, url, sha256, body, "
            "pages, passages, text_hash, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, digest(*row)),
        )
        self._connection.execute("INSERT INTO texts VALUES (?, ?)", (key, document.text))
        title = document.title if document.titled else ""
        for passage, embedding in zip(passages, embeddings, strict=True):
            fields = (
                self._next_key("passages"), key, passage.start, passage.end, passage.text,
                pack_spans(passage.sentences), pack_above(passage.above), embedding,
            )  # fmt: skip
            self._connection.execute(
                "INSERT INTO passages (key, document, start, end, text, sentences, above, "
                "embedding, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*fields, digest(*fields)),
            )
            self._connection.execute(
                "INSERT INTO words (rowid, title, text) VALUES (?, ?, ?)",
                (fields[0], title, passage.in_place),
            )

    def remove_document(self, id: str) -> bool:
        """Removes a document and its passages; False if there is none of that id."""
        row = self._connection.execute(
            "SELECT key, title, titled FROM documents WHERE id = ?", (pack_text(id),)
        ).fetchone()
        if row is None:
            return False
        key, title, titled = row
        for number, expected, *fields in self._connection.execute(
            "SELECT key, hash, document, start, end, text, sentences, above, embedding "
            "FROM passages WHERE document = ?",
            (key,),
        ).fetchall():
            # FTS5 takes a row out by its words, so they must be those that were put in.
            what = f"passage {number}"
            checked(self._path, what, expected, number, *fields)
            typed(self._path, what, (number, *fields), PASSAGE_TYPES)
            _, start, _, text, _, lines, _ = fields
            text = in_place(text, unpack_above(self._path, what, lines, start))
            self._connection.execute(
                "INSERT INTO words (words, rowid, title, text) VALUES ('delete', ?, ?, ?)",
                (number, title if titled else "", text),
            )
        self._connection.execute("DELETE FROM passages WHERE document = ?", (key,))
        self._connection.execute("DELETE FROM texts WHERE document = ?", (key,))
        self._connection.execute("DELETE FROM documents WHERE key = ?", (key,))
        return True

    def roots(self) -> dict[str, str]:
        """Absolute path -> name ('' for an unnamed root), in the order they were added."""
        rows = self._connection.execute("SELECT path, name FROM roots ORDER BY rowid")
        return {unpack_text(path): name for path, name in rows}

    def put_root(self, path: str, name: str) -> None:
        """Remembers a root."""
        self._connection.execute(
            "INSERT OR REPLACE INTO roots (path, name) VALUES (?, ?)", (pack_text(path), name)
        )

    def remove_root(self, path: str) -> list[str]:
        """Forgets a root with its files and documents; returns the ids."""
        rows = self._connection.execute(
            "SELECT id FROM documents WHERE root = ?", (pack_text(path),)
        )
        ids = sorted(unpack_text(id) for (id,) in rows)
        for id in ids:
            self.remove_document(id)
        self._connection.execute("DELETE FROM roots WHERE path = ?", (pack_text(path),))
        self._connection.execute("DELETE FROM files WHERE root = ?", (pack_text(path),))
        return ids

    def forget_document(self, id: str) -> list[str]:
        """Removes a document and notes that it stays out; returns its id, if there was one."""
        packed = pack_text(id)
        row = self._connection.execute(
            "SELECT root, path FROM documents WHERE id = ?", (packed,)
        ).fetchone()
        if row is None:
            return []
        self.remove_document(id)
        self._connection.execute("INSERT OR IGNORE INTO forgotten VALUES (?)", (packed,))
        # The next sync must look at the file again, to say that a document of it stays out.
        left = bool(self.documents_of(*map(unpack_text, row)))
        reason = encodable(f"{id} was removed; naming the file brings it back")
        for file in self.files():
            if (pack_text(file.root), pack_text(file.path)) == row:
                self.put_file(replace(file, sha256="", indexed=left, reason=reason))
        return [id]

    def put_file(self, row: FileRow) -> None:
        """Notes a file as it was when it was read."""
        fields = (
            pack_text(row.root), pack_text(row.path), row.size, row.mtime_ns, row.sha256,
            int(row.indexed), row.reason,
        )  # fmt: skip
        self._connection.execute(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*fields, digest(*fields)),
        )

    def remove_file(self, root: str, path: str) -> None:
        """Forgets a file with its documents."""
        for id in self.documents_of(root, path):
            self.remove_document(id)
        self._connection.execute(
            "DELETE FROM files WHERE root = ? AND path = ?", (pack_text(root), pack_text(path))
        )

    def forgotten(self) -> set[str]:
        """Ids that were removed by name and stay out until they are named again."""
        rows = self._connection.execute("SELECT id FROM forgotten")
        return {unpack_text(id) for (id,) in rows}

    def clear(self) -> None:
        """Removes everything but the roots and what stays forgotten."""
        self._connection.execute("INSERT INTO words (words) VALUES ('delete-all')")
        self._connection.execute("INSERT OR IGNORE INTO dead SELECT key FROM embeddings")
        for table in ("documents", "texts", "passages", "embeddings", "files"):
            self._connection.execute(f"DELETE FROM {table}")

    def remove_unused_embeddings(self) -> None:
        """Removes embeddings that no passage uses any more; vector files still hold them."""
        unused = "SELECT key FROM embeddings WHERE key NOT IN (SELECT embedding FROM passages)"
        self._connection.execute(f"INSERT INTO dead {unused}")
        self._connection.execute("DELETE FROM embeddings WHERE key IN (SELECT embedding FROM dead)")

    def finish(self, state: dict[str, Any], generation: int) -> dict[str, Any]:
        """Writes the next generation's state, and a new vector file where the old one is stale."""
        state = dict(state, generation=generation)
        for table in ("documents", "passages"):
            (state[table],) = self._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        state["segment"] = self._segments.following(
            state.get("segment"), generation, state["fingerprint"]["dimension"]
        )
        write_state(self._connection, state)
        return state

    def acknowledge(self, state: Mapping[str, Any]) -> None:
        """Notes the committed generation, and removes the vector files that it does not name."""
        acknowledge(self._note, state["generation"])
        self._segments.remove_others(state["segment"])


def _document_fields(root: str, path: str, document: Document, passages: int) -> tuple[Any, ...]:
    """A document's row without its hash, in the order in which it is hashed."""
    return (
        pack_text(document.id), pack_text(root), pack_text(path), document.title,
        int(document.titled), document.date, document.url, document.sha256, document.body,
        pack_offsets(document.pages), passages, digest(document.text),
    )  # fmt: skip
