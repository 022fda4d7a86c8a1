"""One generation of a local index, read and checked."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Document, Passage, Span
from rag.store import DocumentRow, FileRow, StoreInfo
from rag.store.local.rows import (
    BYTES,
    DOCUMENT_TYPES,
    FILES,
    PASSAGE_TYPES,
    TEXT,
    checked,
    damaged,
    file_row,
    pack_text,
    typed,
    unpack_offsets,
    unpack_spans,
    unpack_text,
    unpack_vector,
    whole,
)
from rag.store.local.state import check_words
from rag.store.local.vectors import VectorFiles, VectorIndex

# BM25 weighs a word in the title as this many in the text.
_TITLE_WEIGHT = 1.0
_DOCUMENT = (
    "id, root, path, title, titled, date, url, sha256, body, pages, passages, text_hash, hash"
)


class LocalSnapshot:
    """See the protocol ``rag.store.Snapshot``."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        state: dict[str, Any],
        vectors: VectorFiles,
        sound_words: set[str],
    ) -> None:
        self._connection = connection
        self._path = path
        self._state = state
        self._vector_files = vectors
        self._sound_words = sound_words

    @property
    def info(self) -> StoreInfo:
        """What this generation holds."""
        state = self._state
        return StoreInfo(
            generation=state["generation"],
            documents=state["documents"],
            passages=state["passages"],
            spec=state["spec"],
            fingerprint=state["fingerprint"],
            complete=state["complete"],
            vectors={"kind": "flat", "why": f"exact search over {state['passages']:,} passages"},
        )

    def dense(
        self, query: NDArray[np.float32], n: int, only: Collection[int] | None
    ) -> dict[int, float]:
        """The ``n`` nearest passages: key -> exact cosine, from checked rows."""
        allowed = None
        if only is not None:
            rows = self._in("SELECT DISTINCT embedding FROM passages WHERE document IN", only)
            allowed = [key for (key,) in rows]
            if not allowed:
                return {}
        nearest = self._vectors.search(query, n, allowed)
        cosines = dict(zip(nearest, (self._embeddings(nearest) @ query).tolist(), strict=True))
        sql = "SELECT key, embedding, document FROM passages WHERE embedding IN"
        found = {
            key: cosines[embedding]
            for key, embedding, document in self._in(sql, nearest)
            if only is None or document in only
        }
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0]))[:n])

    def lexical(
        self, terms: Sequence[str], n: int, only: Collection[int] | None
    ) -> dict[int, float]:
        """The ``n`` best passages by BM25 over any of the terms: key -> score above 0."""
        if not terms:
            return {}
        self._check_words()
        where, values = "", [_TITLE_WEIGHT, _match(terms)]
        if only is not None:
            where = (
                " AND rowid IN (SELECT key FROM passages WHERE document IN"
                " (SELECT value FROM json_each(?)))"
            )
            values.append(json.dumps(sorted(only)))
        rows = self._connection.execute(
            f"SELECT rowid, -bm25(words, ?, 1.0) AS score FROM words WHERE words MATCH ?{where} "
            "ORDER BY score DESC, rowid LIMIT ?",
            (*values, n),
        )
        found = {key: score for key, score in rows if score > 0}
        if only is not None:  # the index that found them is not checked, the rows are
            pairs = self._in("SELECT key, document FROM passages WHERE key IN", found)
            inside = {key for key, document in pairs if document in only}
            found = {key: score for key, score in found.items() if key in inside}
        return found

    def complete_scores(
        self, query: NDArray[np.float32], terms: Sequence[str], keys: Collection[int]
    ) -> tuple[dict[int, float], dict[int, float]]:
        """The exact cosine and BM25 score of each of the passages."""
        pairs = self._in("SELECT key, embedding FROM passages WHERE key IN", keys)
        vectors = self._embeddings([embedding for _, embedding in pairs])
        if len(pairs) != len(keys):
            raise damaged(self._path, "passages that were found are gone")
        cosines = {key: float(v @ query) for (key, _), v in zip(pairs, vectors, strict=True)}
        scores: dict[int, float] = {}
        if terms:
            self._check_words()
            rows = self._connection.execute(
                "SELECT rowid, -bm25(words, ?, 1.0) FROM words WHERE words MATCH ? "
                "AND rowid IN (SELECT value FROM json_each(?))",
                (_TITLE_WEIGHT, _match(terms), json.dumps(sorted(keys))),
            )
            scores = {key: score for key, score in rows if score > 0}
        return cosines, scores

    def passages(self, keys: Sequence[int]) -> list[Passage]:
        """The passages, checked, in the order of the keys."""
        sql = "SELECT key, document, start, end, text, sentences, embedding, hash FROM passages"
        rows = {row[0]: row for row in self._in(sql + " WHERE key IN", keys)}
        documents = self._document_rows({row[1] for row in rows.values()})
        result = []
        for key in keys:
            if key not in rows or rows[key][1] not in documents:
                raise damaged(self._path, f"passage {key} is gone")
            _, document, start, end, text, sentences, _, expected = rows[key]
            what = f"passage {key}"
            checked(self._path, what, expected, *rows[key][:-1])
            typed(self._path, what, rows[key], PASSAGE_TYPES)
            whole(self._path, what, sentences, 16)
            spans = unpack_spans(sentences)
            if len(text) != end - start or any(not start <= a <= b <= end for a, b in spans):
                raise damaged(self._path, f"{what} has offsets that are not its own")
            row = documents[document]
            result.append(
                Passage(
                    row.id, row.title, row.titled, row.date, row.url, row.sha256,
                    start, end, text, spans, row.pages,
                )
            )  # fmt: skip
        return result

    def document_keys(self) -> dict[int, DocumentRow]:
        """Every document by its key, in the order of their ids."""
        rows = self._document_rows(None)
        return dict(sorted(rows.items(), key=lambda item: item[1].id))

    def document(self, id: str) -> Document | None:
        """A document with its text, checked; None if there is none of that id."""
        listed = self._row_of(id)
        if listed is None:
            return None
        key, row = listed
        found = self._connection.execute(
            "SELECT body, text_hash, text FROM documents JOIN texts ON document = key "
            "WHERE key = ?",
            (key,),
        ).fetchone()
        body, text_hash, text = found or (0, b"", "")
        what = f"the text of document {key}"
        checked(self._path, what, text_hash, text)
        typed(self._path, what, (text,), (TEXT,))
        return Document(
            row.id, text, row.title, row.titled, row.date, row.url, row.sha256, body, row.pages
        )  # fmt: skip

    def document_passages(self, id: str) -> list[Passage]:
        """All passages of a document, checked, in its order."""
        found = self._row_of(id)
        if found is None:
            return []
        key, row = found
        rows = self._connection.execute("SELECT key FROM passages WHERE document = ?", (key,))
        passages = self.passages([passage for (passage,) in rows])
        if len(passages) != row.passages or any(passage.document != id for passage in passages):
            raise damaged(self._path, f"passages of document {key} are gone")
        return sorted(passages, key=lambda passage: passage.start)

    def leading_sentences(self, id: str, n: int) -> tuple[Passage, list[Span]] | None:
        """A document's first passage and its first ``n`` sentences."""
        passages = self.document_passages(id)
        return (passages[0], list(passages[0].sentences[:n])) if passages else None

    def roots(self) -> dict[str, str]:
        """Absolute path -> name ('' for an unnamed root)."""
        rows = self._connection.execute("SELECT path, name FROM roots ORDER BY rowid")
        return {unpack_text(path): name for path, name in rows}

    def files(self) -> list[FileRow]:
        """Every file that a sync saw."""
        return [file_row(self._path, row) for row in self._connection.execute(FILES)]

    def _check_words(self) -> None:
        """Once for each generation of a store."""
        if self._state["words"] not in self._sound_words:
            check_words(self._connection, self._path, self._state)
            self._sound_words.add(self._state["words"])

    @cached_property
    def _vectors(self) -> VectorIndex:
        state = self._state
        return self._vector_files.open(
            state["segment"], state["generation"], self._embedding_keys, self._embeddings
        )

    def _embedding_keys(self) -> NDArray[np.int64]:
        rows = self._connection.execute("SELECT DISTINCT embedding FROM passages ORDER BY 1")
        return np.fromiter((key for (key,) in rows), np.int64)

    def _embeddings(self, keys: Sequence[int]) -> NDArray[np.float32]:
        """(len(keys), dimension) vectors, checked, in the order of the keys."""
        dimension = self._state["fingerprint"]["dimension"]
        result = np.empty((len(keys), dimension), np.float32)
        rows = {
            key: (vector, content, expected)
            for key, vector, content, expected in self._in(
                "SELECT key, vector, content, hash FROM embeddings WHERE key IN", set(keys)
            )
        }
        for i, key in enumerate(keys):
            vector, content, expected = rows.get(key, (b"", b"", b""))
            what = f"embedding {key}"
            checked(self._path, what, expected, key, content, vector)
            typed(self._path, what, (vector,), (BYTES,))
            if len(vector) != 4 * dimension:
                raise damaged(self._path, f"{what} has another length")
            result[i] = unpack_vector(vector)
        return result

    def _row_of(self, id: str) -> tuple[int, DocumentRow] | None:
        """A document's key and its row, checked."""
        found = self._connection.execute(
            "SELECT key FROM documents WHERE id = ?", (pack_text(id),)
        ).fetchone()
        if found is None:
            return None
        row = self._document_rows(found).get(found[0])
        if row is None or row.id != id:
            raise damaged(self._path, f"document {found[0]} is gone")
        return found[0], row

    def _document_rows(self, keys: Iterable[int] | None) -> dict[int, DocumentRow]:
        sql = f"SELECT key, {_DOCUMENT} FROM documents"
        rows = (
            self._connection.execute(sql).fetchall()
            if keys is None
            else self._in(sql + " WHERE key IN", keys)
        )
        result = {}
        for key, *fields, expected in rows:
            checked(self._path, f"document {key}", expected, key, *fields)
            typed(self._path, f"document {key}", (key, *fields), DOCUMENT_TYPES)
            whole(self._path, f"document {key}", fields[9], 8)
            id, root, path, title, titled, date, url, sha256, _, pages, passages, _ = fields
            result[key] = DocumentRow(
                unpack_text(id), title, bool(titled), date, url, sha256, passages,
                unpack_text(root), unpack_text(path), unpack_offsets(pages),
            )  # fmt: skip
        return result

    def _in(self, sql: str, values: Iterable[int]) -> list[Any]:
        """The rows of ``sql ... IN`` for any number of values."""
        listed = json.dumps(sorted(values))
        return self._connection.execute(
            f"{sql} (SELECT value FROM json_each(?))", (listed,)
        ).fetchall()


def _match(terms: Sequence[str]) -> str:
    """An FTS5 query for any of the terms, each taken literally."""
    return " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
