"""One generation of a local index, read and checked."""

from collections.abc import Collection, Iterable, Sequence

from rag.datatypes import Document, Passage, Span
from rag.store import DocumentRow, FileRow, StoreInfo
from rag.store.local.rows import (
    DOCUMENT_TYPES,
    FILES,
    PASSAGE_TYPES,
    TEXT,
    checked,
    damaged,
    file_row,
    pack_text,
    typed,
    unpack_above,
    unpack_offsets,
    unpack_spans,
    unpack_text,
    whole,
)
from rag.store.local.search import Search, remembered
from rag.store.local.structure import describe

_DOCUMENT = (
    "id, root, path, title, titled, date, url, sha256, body, pages, passages, text_hash, hash"
)


class LocalSnapshot(Search):
    """See the protocol ``rag.store.Snapshot``."""

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
            vectors=describe(self._segment, state["passages"]),
        )

    def passages(self, keys: Sequence[int]) -> list[Passage]:
        """The passages, checked, in the order of the keys."""
        known = self._read.passages
        unknown = [key for key in keys if key not in known]
        if unknown:
            new = self._checked_passages(unknown)
            self._read.passages = remembered(known, new)
            known = known | new
        return [known[key] for key in keys]

    def document_keys(self) -> dict[int, DocumentRow]:
        """Every document by its key, in the order of their ids."""
        rows = self._document_rows(None)
        return dict(sorted(rows.items(), key=lambda item: item[1].id))

    def dates(self) -> Sequence[tuple[int, str, str | None]]:
        """Key, id and date of every document, in the order of their ids; kept for the next one."""
        if self._read.dates is None:
            rows = self.document_keys().items()
            self._read.dates = [(key, row.id, row.date) for key, row in rows]
        return self._read.dates

    def documents(self, ids: Collection[str]) -> dict[str, DocumentRow]:
        """Those of the documents that are there, by their ids."""
        return {id: found[1] for id in ids if (found := self._row_of(id))}

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

    def file(self, root: str, path: str) -> FileRow | None:
        """A file as a sync saw it; None if none did."""
        row = self._connection.execute(
            f"{FILES} WHERE root = ? AND path = ?", (pack_text(root), pack_text(path))
        ).fetchone()
        return file_row(self._path, row) if row else None

    def file_count(self) -> int:
        """How many files a sync saw."""
        (count,) = self._connection.execute("SELECT count(*) FROM files").fetchone()
        return int(count)

    def _checked_passages(self, keys: Sequence[int]) -> dict[int, Passage]:
        sql = (
            "SELECT key, document, start, end, text, sentences, above, "
            "embedding, hash FROM passages"
        )
        rows = {row[0]: row for row in self._in(sql + " WHERE key IN", keys)}
        documents = self._document_rows({row[1] for row in rows.values()})
        result = {}
        for key in keys:
            if key not in rows or rows[key][1] not in documents:
                raise damaged(self._path, f"passage {key} is gone")
            _, document, start, end, text, sentences, lines, _, expected = rows[key]
            what = f"passage {key}"
            checked(self._path, what, expected, *rows[key][:-1])
            typed(self._path, what, rows[key], PASSAGE_TYPES)
            whole(self._path, what, sentences, 16)
            spans = unpack_spans(sentences)
            if len(text) != end - start or any(not start <= a <= b <= end for a, b in spans):
                raise damaged(self._path, f"{what} has offsets that are not its own")
            above = unpack_above(self._path, what, lines, start)
            row = documents[document]
            result[key] = Passage(
                row.id, row.title, row.titled, row.date, row.url, row.sha256,
                start, end, text, spans, row.pages, above,
            )  # fmt: skip
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
