"""The documents behind the page: list, open, search, remove, upload and sync."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.clean import encodable
from rag.datatypes import EXTRACTIVE
from rag.embed import open_embedder
from rag.errors import IndexMissing, InvalidInput, RagError
from rag.settings import Settings
from rag.status import collect_documents
from rag.store import Snapshot
from rag.store.local import LocalStore, SyncReport, forget, sync
from rag.web.documents import document_html, list_html, report_text, summary_text
from rag.web.examples import example_questions
from rag.web.indexing import Indexing, Progress, Run
from rag.web.sent import UNTOLD, spans_of, text_of
from rag.web.talk import Event, Sent, Talk
from rag.web.upload import ROOT_NAME, Uploads, checked_name

_MOST_CHOICES = 1000


class Library:
    """What is indexed, and what changes it."""

    def __init__(self, settings: Settings, talk: Talk) -> None:
        self._settings = settings
        self._store = LocalStore(Path(settings.index))
        self._talk = talk
        self._indexing = Indexing(self._sync)
        self._examples: tuple[int, list[str]] = (-1, [])
        self._making = threading.Lock()
        self.uploads = Uploads(settings.home, Path(settings.index))

    def overview(self, sent: Sent, user: str) -> Event:
        """The state of the index in words: what the page shows before a question is asked."""
        running = self._indexing.run.running
        try:
            with self._store.snapshot() as snapshot:
                info = snapshot.info
        except IndexMissing:
            state = "indexing" if running else "none"
            return {"state": state, "documents": 0, "passages": 0}
        state = "indexing" if running else "ready"
        return {"state": state, "documents": info.documents, "passages": info.passages}

    def examples(self, sent: Sent, user: str) -> Event:
        """Example questions, made once for each generation of the index."""
        with self._making, self._store.snapshot() as snapshot:
            generation = snapshot.info.generation
            if self._examples[0] != generation:
                pipeline = self._talk.pipeline(EXTRACTIVE)
                self._examples = (generation, example_questions(pipeline, snapshot))
        return {"examples": self._examples[1]}

    def documents(self, sent: Sent, user: str) -> Event:
        """The list as HTML, and what can be chosen in a filter."""
        rows = collect_documents(self._store) if self._store.exists() else []
        choices = [
            {"document": row["document"], "title": row["title"], "date": row["date"]}
            for row in rows
            if row["passages"]
        ]
        return {
            "html": list_html(rows, text_of(sent, "search", 200)),
            "summary": summary_text(rows),
            "choices": choices[:_MOST_CHOICES],
        }

    def document(self, sent: Sent, user: str) -> Event:
        """One whole document as HTML, spans of it marked."""
        with self._store.snapshot() as snapshot:
            id = _told_id(sent, snapshot)
            found = snapshot.document(id)
        if found is None:
            raise InvalidInput(f"{id} is not in the index any more.")
        return {"html": document_html(found, spans_of(sent))}

    def remove(self, sent: Sent, user: str) -> Event:
        """Forgets a document; an uploaded file goes with it."""
        with self._store.snapshot() as snapshot:
            id = _told_id(sent, snapshot)
            if not snapshot.documents([id]):
                raise InvalidInput(f"{id} is not in the index any more.")
        forget(self._store, id)
        if uploaded := self.uploads.path_of(id):
            uploaded.unlink(missing_ok=True)
        return {"told": f"Removed {id}. It stays out until it is named or uploaded again."}

    def index(self, sent: Sent, user: str) -> Iterator[Event]:
        """Syncs all roots, or what was uploaded, and tells how far it is; ``watch`` looks on."""
        uploaded = sent.get("uploaded") or []
        if not isinstance(uploaded, list) or not all(isinstance(name, str) for name in uploaded):
            raise InvalidInput("The page sent uploads that are none; reload it.")
        if sent.get("watch") is not True:
            self._indexing.start(self._named([checked_name(name) for name in uploaded]))
        for run in self._indexing.watch():
            yield _progress(run)

    def _named(self, names: Sequence[str]) -> list[str]:
        folder = self.uploads.folder
        paths = [folder / name for name in names if (folder / name).is_file()]
        return [f"{ROOT_NAME}={folder}", *map(str, paths)] if paths else []

    def _sync(self, named: Sequence[str], progress: Progress) -> SyncReport:
        spec = self._settings.embedder
        if not spec and self._store.exists():
            with self._store.snapshot() as snapshot:
                spec = snapshot.info.spec
        embedder = open_embedder(spec, self._settings.home, download=False)
        return sync(self._store, named, embedder, progress=progress)


def _told_id(sent: Sent, snapshot: Snapshot) -> str:
    """The id of the document that a page names, which may know it with signs for odd bytes."""
    told = text_of(sent, "document", 4096)
    if UNTOLD not in told:
        return told
    ids = (row.id for row in snapshot.document_keys().values())
    return next((id for id in ids if encodable(id) == told), told)


def _progress(run: Run) -> Event:
    told = run.trouble or (report_text(run.report) if run.report else "")
    return {
        "running": run.running,
        "done": run.done,
        "total": run.total,
        "told": told,
        "failed": bool(run.trouble),
    }


def failure(error: RagError) -> Event:
    """An error as a page is told it."""
    return {"error": {"kind": error.kind, "message": str(error)}}
