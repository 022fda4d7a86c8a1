"""Keeps an index in step with its roots, by content.

Changed files are read, split, embedded and committed a batch at a time, so that memory stays flat
and an interrupted run goes on where it was; while a batch is embedded the next one is read.
Removals, and vectors that nothing uses any more, come last, so that what only moved is not
embedded again.
"""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.clean import encodable
from rag.datatypes import Document
from rag.embed import DEFAULT_SPEC, Embedder
from rag.errors import EmbedderMismatch, InvalidInput, NothingIndexed
from rag.files import Found, read_below
from rag.language import documents_warning, foreign_script
from rag.load import CannotLoad, Notes, largest, loader_for
from rag.store import FileRow, FileState
from rag.store.local.catalog import LocalStore
from rag.store.local.intake import Intake
from rag.store.local.listing import Listing, list_files, refuse_clashes
from rag.store.local.lock import writing
from rag.store.local.report import FileReport, SyncReport
from rag.store.local.roots import Root, resolve_roots
from rag.store.local.rows import FORMAT
from rag.store.local.writer import Writer
from rag.wording import listed

# Raise it when load, split or the embedded header make something else of a file: all are read anew.
_RECIPE = 10
_BATCH = 1024  # passages a commit: like lengths to embed together, and 1 MB of text in memory

Progress = Callable[[int, int], None]


def sync(
    store: LocalStore,
    named: Sequence[str],
    embedder: Embedder,
    rebuild: bool = False,
    progress: Progress = lambda done, total: None,
) -> SyncReport:
    """Adds the named paths to the roots and brings them, or all roots, up to date.

    ``progress`` is told the bytes done and in all. Raises InvalidInput for paths that cannot be
    roots, NothingIndexed if no file could be indexed, EmbedderMismatch for an index of another
    embedder unless ``rebuild``, and MachineRefused if another process writes.
    """
    if not store.exists():
        resolve_roots(named, {}, store.folder)  # a wrong path must leave no folder behind
    with writing(store.folder), store.writer(repair=rebuild) as (connection, fresh):
        writer = Writer(store, connection)
        known = writer.roots()
        try:
            with closing(_Sync(store, writer, embedder, progress)) as run:
                return run.run(named, known, rebuild)
        except InvalidInput:
            if fresh:
                store.delete()
            raise


class _Sync:
    """One run of ``sync``, under the lock."""

    def __init__(
        self, store: LocalStore, writer: Writer, embedder: Embedder, progress: Progress
    ) -> None:
        self._store = store
        self._writer = writer
        self._embedder = embedder
        self._progress = progress
        self._intake = Intake(writer, embedder, self._advance, self._transaction)
        self._state: dict[str, Any] = {}
        self._roots: list[Root] = []
        self._files: dict[tuple[str, str], FileRow] = {}
        self._seen: set[str] = set()
        self._forgotten: set[str] = set()
        self._reports: list[FileReport] = []
        self._foreign: list[str] = []
        self._done = self._total = self._kept = 0
        self._batch, self._share = (0, 0), 0.0  # the bytes of what is embedded, and how far it is
        self._changed = self._again = self._between = False

    def run(self, named: Sequence[str], known: Mapping[str, str], rebuild: bool) -> SyncReport:
        """Does it all; ``known`` are the roots of the index, path -> name."""
        began = time.perf_counter()
        self._begin(rebuild)
        self._roots, singled = resolve_roots(named, known, self._store.folder)
        paths = [*map(Path, known), *(root.path for root in self._roots)]
        self._changed |= any(str(root.path) not in known for root in self._roots)
        listing = list_files(self._roots, frozenset([*paths, self._store.folder.resolve()]))
        outside = self._writer.owners_outside([str(root.path) for root in self._roots])
        refuse_clashes(self._roots, listing, outside)
        with self._writer.transaction() if rebuild else nullcontext():
            if rebuild:
                self._writer.clear()
            self._take_all(listing, frozenset(singled), between=not rebuild)
            self._finish(listing, nullcontext() if rebuild else self._writer.transaction())
        self._writer.acknowledge(self._state)
        return SyncReport(
            generation=self._state["generation"],
            documents=self._state["documents"],
            passages=self._state["passages"],
            embedded=self._intake.embedded,
            reused=self._intake.reused + self._kept,
            seconds=time.perf_counter() - began,
            files=tuple(self._reports),
            warnings=(documents_warning(self._foreign),) if self._foreign else (),
        )

    def close(self) -> None:
        """Ends what runs in the background."""
        self._intake.close()

    def _transaction(self) -> AbstractContextManager[None]:
        """One of its own, where the whole run is not one already."""
        return self._writer.transaction() if self._between else nullcontext()

    def _begin(self, rebuild: bool) -> None:
        """The state to go on from. Raises EmbedderMismatch."""
        state = self._writer.state() or {"generation": 0, "segment": None, "complete": False}
        mine = self._embedder.fingerprint
        if state.get("fingerprint", mine) != mine and not rebuild:
            raise EmbedderMismatch(
                f"The index in {self._store.folder} was made with another embedder "
                f"({state['spec']}) than {self._embedder.spec} as it is now; "
                "`rag index --rebuild` embeds all documents anew."
            )
        self._again = rebuild or state.get("recipe") != _RECIPE
        self._changed = rebuild or not state["complete"]
        self._forgotten = self._writer.forgotten()
        rows = [] if rebuild else self._writer.files()
        self._files = {(row.root, row.path): row for row in rows}
        self._state = state | {
            "format": FORMAT,
            "spec": self._embedder.spec,
            "fingerprint": mine,
        }

    def _take_all(self, listing: Listing, singled: frozenset[Path], between: bool) -> None:
        """Takes every file, with a commit ``between`` batches."""
        self._between = between
        self._total = sum(found.size for _, found in listing)
        for root, found in listing:
            path = root.path if root.path.is_file() else root.path / found.path
            named = path in singled
            for _ in self._take(root, found, named):
                self._intake.keep()
                if between and self._intake.waiting >= _BATCH:
                    self._embed()
                    self._commit()
            self._done += found.size
        self._embed()
        if between:
            self._commit()
        self._intake.finish()

    def _take(self, root: Root, found: Found, named: bool) -> Iterator[None]:
        """Reads one file and, if it changed, takes its documents; comes back after each."""
        before = self._files.get((str(root.path), found.path))
        row = FileRow(str(root.path), found.path, found.size, found.mtime_ns, "", False, None)
        notes = Notes()
        documents: dict[str, int] = {}
        try:
            if found.left_out:
                raise CannotLoad(found.left_out)
            loader = loader_for(found.path, named=root.path.is_file())
            data = read_below(root.path, found.path, largest(loader))
            row = replace(row, sha256=hashlib.sha256(data).hexdigest())
            if before and before.sha256 == row.sha256 and not (named or self._again):
                self._keep(root, row, before)
                return
            known = self._writer.documents_of(row.root, row.path)
            for document in loader(found.path, data, notes):
                document = replace(document, id=root.id_of(document.id))
                if document.id in self._forgotten and not named:
                    notes.append(f"{document.id} was removed; naming the file brings it back")
                elif document.id in documents or document.id in self._seen:
                    notes.append(f"{document.id} is there twice; the first one stays")
                else:
                    there = known.get(document.id, ("", 0))
                    documents[document.id] = self._queue(row, document, *there)
                    yield
        except OSError as error:
            notes.insert(0, f"cannot be read: {error.strerror}")
        except ValueError as error:
            notes.insert(0, str(error))
        self._seen |= documents.keys()
        row = replace(row, indexed=bool(documents), reason=encodable(notes.told()) or None)
        if row != before:
            self._intake.end_file(row, frozenset(documents))
        if documents:
            state: FileState = "updated" if before and before.indexed else "added"
            if before and before.sha256 == row.sha256 and before.indexed and not self._again:
                state = "unchanged"
            self._report(root, row, state, sum(documents.values()))
        else:
            self._report(root, row, "skipped", 0)

    def _queue(self, row: FileRow, document: Document, sha256: str, passages: int) -> int:
        """Queues a document; returns how many passages it has.

        One that is in the index with the same hash stays, with the ``passages`` that it has there.
        """
        if sha256 == document.sha256 and not self._again:
            self._kept += passages
            return passages
        queued = self._intake.add(row, document)
        if self._embedder.spec == DEFAULT_SPEC and foreign_script(document.text):
            self._foreign.append(document.id)
        return queued

    def _keep(self, root: Root, row: FileRow, before: FileRow) -> None:
        """A file with the content that it had: its documents stay."""
        documents = self._writer.documents_of(row.root, row.path)
        row = replace(row, indexed=before.indexed, reason=before.reason)
        if row != before:  # another time stamp
            self._intake.end_file(row, frozenset(documents))
        self._seen |= documents.keys()
        passages = sum(n for _, n in documents.values())
        self._kept += passages
        self._report(root, row, "unchanged" if before.indexed else "skipped", passages)

    def _report(self, root: Root, row: FileRow, state: FileState, passages: int) -> None:
        self._reports.append(FileReport(root.id_of(row.path), state, passages, row.reason))

    def _embed(self) -> None:
        """Begins to embed what was taken, once the batch before is embedded."""
        self._intake.finish()
        self._batch, self._share = (self._batch[1], self._done), 0.0
        self._intake.embed()

    def _commit(self) -> None:
        """Makes what is embedded a generation of its own, marked as incomplete."""
        with self._writer.transaction():
            if not self._intake.write():
                return
            self._next_generation(complete=False)
        self._writer.acknowledge(self._state)
        self._changed = True

    def _finish(self, listing: Listing, transaction: AbstractContextManager[None]) -> None:
        """Writes the rest, removes what is gone, and makes the generation complete."""
        with transaction:
            self._changed |= self._intake.write()
            present = {(str(root.path), found.path) for root, found in listing}
            roots = {str(root.path): root for root in self._roots}
            known = self._files.keys() | self._writer.sources()
            for path, name in sorted(known - present):
                if path in roots:
                    self._remove(roots[path], name)
            if all(report.state == "skipped" for report in self._reports):
                raise NothingIndexed(self._why_nothing())
            if self._changed:
                self._writer.remove_unused_embeddings()
                self._next_generation(complete=True)

    def _remove(self, root: Root, name: str) -> None:
        """A file that is gone, with its documents, which a run that was killed may have left."""
        path = str(root.path)
        row = self._files.get((path, name))
        self._writer.remove_file(path, name)
        self._changed = True
        if row is None or row.indexed:
            self._reports.append(FileReport(root.id_of(name), "removed", 0, None))

    def _next_generation(self, complete: bool) -> None:
        for root in self._roots:
            self._writer.put_root(str(root.path), root.name)
        state = self._state | {"complete": complete, "recipe": _RECIPE}
        self._state = self._writer.finish(state, self._state["generation"] + 1)

    def _advance(self, share: float) -> None:
        self._share += share
        began, ended = self._batch
        self._progress(round(began + (ended - began) * min(self._share, 1.0)), self._total)

    def _why_nothing(self) -> str:
        reasons = [f"{r.document} ({r.reason})" for r in self._reports if r.reason]
        where = ", ".join(str(root.path) for root in self._roots)
        why = listed(reasons, 3) or "no files there"
        return f"Nothing in {where} could be indexed: {why}."
