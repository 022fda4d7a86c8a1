"""question -> Answer: the one core call, and the only place that composes the stages."""

import os
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from copy import copy
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Lock, Thread

import numpy as np

from rag.abstain import answerability
from rag.choose import named_first
from rag.converse import Told, messages, standalone
from rag.datatypes import EXTRACTIVE, NOT_IN_DOCUMENTS, Answer, Hit, Mode
from rag.draft import begun, checked_question, left_out, overview_of
from rag.each import answered_each
from rag.embed import Embedder, Vectors, open_embedder
from rag.errors import EmbedderMismatch
from rag.extract import Candidate, candidates
from rag.framing import asked_alone, unframed
from rag.freshness import stale
from rag.llms import LLM, open_llm
from rag.reader import Reader
from rag.retrieve import Selection, best_of_both, place, retrieve
from rag.settings import home_folder
from rag.spelling import corrected
from rag.store import Snapshot, StoreInfo
from rag.store.local import LocalStore
from rag.write import write, write_out

_LONGEST_TOLD = 16_000  # characters of a message before it that a follow-up may lean on
DEFAULT_K = 10
# Below this answerability the documents are said not to answer: at 0.1 about eight in ten
# questions of other collections are refused, and one in a hundred that the documents answer.
DEFAULT_THRESHOLD = 0.1
_READ = 2  # hits that the reader reads; a third one made nothing better
_EVERYTHING = Selection()


class Pipeline:
    """Asks an index. It may be kept open: each question sees the newest generation."""

    def __init__(
        self,
        store: LocalStore,
        home: Path,
        embedder: str = "",
        threshold: float | None = None,
        llm: LLM | None = None,
        download: bool = True,
    ) -> None:
        self._store = store
        self._home = home
        self._spec = embedder
        self._download = download and bool(embedder)
        self._threshold = DEFAULT_THRESHOLD if threshold is None else threshold
        self._embedder: Embedder | None = None
        self._opening = Lock()
        self._llm = llm
        self._reader = Reader()

    @classmethod
    def open(
        cls,
        index: str | Path = "index",
        *,
        home: Path | None = None,
        embedder: str = "",
        threshold: float | None = None,
        llm: str = EXTRACTIVE,
        download: bool = True,
    ) -> "Pipeline":
        """The pipeline over an index folder.

        ``embedder`` must be the one that the index was made with (default: that one); with
        ``download`` one that is not here is had from the model hub; below the ``threshold`` on
        answerability, in [0, 1], it abstains; ``llm`` names who writes the answers. Raises
        InvalidInput for an LLM that cannot be used, IndexMissing, with the command that makes one,
        IndexDamaged or EmbedderMismatch.
        """
        home = home or home_folder(os.environ)
        written_by = None if llm == EXTRACTIVE else open_llm(llm)
        pipeline = cls(LocalStore(Path(index)), home, embedder, threshold, written_by, download)
        with pipeline._store.snapshot() as snapshot:
            pipeline._embedder_of(snapshot.info)
        return pipeline

    def with_llm(self, llm: str) -> "Pipeline":
        """The same with another LLM, or ``extractive``: index and networks are loaded once.

        Raises InvalidInput for an LLM that cannot be used.
        """
        if llm == (self._llm.spec if self._llm else EXTRACTIVE):
            return self
        other = copy(self)
        other._llm = None if llm == EXTRACTIVE else open_llm(llm)
        return other

    def prepare(self) -> None:
        """Begins to load the networks, which the first question would wait for."""
        self._reader.prepare()
        if self._embedder:
            Thread(target=self._embedder.prepare).start()

    @property
    def host(self) -> str | None:
        """Who gets the passages of a question; None if they stay in this process."""
        return self._llm.host if self._llm else None

    def stream(
        self,
        question: str,
        *,
        history: Iterable[Told] | None = (),
        k: int = DEFAULT_K,
        selection: Selection = _EVERYTHING,
        strict: bool = False,
    ) -> Generator[Answer]:
        """Growing snapshots of an answer: the hits first, the checked citations last.

        A follow-up is searched as the question that it is with its ``history``, of Messages or of
        mappings with ``role`` and ``content``: ``Answer.query``. Of what an LLM writes, ``strict``
        keeps only sentences that are quoted or verified. Raises InvalidInput for a question that is
        empty or too long or a history of anything else, what ``open`` raises, and LLMFailed if the
        LLM said nothing; if it failed later, the last answer is not ``complete``.
        """
        began = time.perf_counter()
        question = checked_question(question)
        before = [replace(m, content=m.content[:_LONGEST_TOLD]) for m in messages(history)]
        with self._store.snapshot() as snapshot:
            info = snapshot.info
            embedder = self._embedder_of(info)
            draft = begun(question, info, self._llm.spec if self._llm else EXTRACTIVE)
            if overview := overview_of(draft, snapshot):
                yield self._final(overview, snapshot, began, began)
                return
            self._reader.prepare()
            llm = self._llm
            if llm:
                query = unframed((yield from write_out(draft, before, llm)))
            else:
                query = standalone(unframed(question), before)
            query = corrected(query, snapshot, embedder.count)
            draft = replace(draft, query=query)
            only, undated = selection.keys(snapshot)
            draft = draft.warned(*left_out(only, undated))
            vector = embedder.embed_query(query)
            search = partial(retrieve, snapshot, k=k, only=only)
            hits = search(query, vector)
            if (alone := asked_alone(query)) != query:
                vector_alone = embedder.embed_query(alone)
                hits = best_of_both(hits, search(alone, vector_alone))
                vector = _between(vector, vector_alone)
            retrieved = time.perf_counter()
            draft = replace(draft, passages=tuple(hits))
            yield draft
            found = self._candidates(query, hits, vector, embedder)
            answerable = answerability(alone, hits, found)
            draft = replace(draft, answerability=answerable)
            if not found or answerable < self._threshold:
                answer = replace(draft, complete=True, text=NOT_IN_DOCUMENTS)
            elif llm:
                for answer in write(draft, hits, llm, strict):
                    yield answer
            else:
                answer = self._quoted(draft, found, embedder, search)
            yield self._final(answer, snapshot, began, retrieved)

    def ask(
        self,
        question: str,
        *,
        history: Iterable[Told] | None = (),
        k: int = DEFAULT_K,
        selection: Selection = _EVERYTHING,
        strict: bool = False,
    ) -> Answer:
        """The last snapshot of ``stream``."""
        *_, answer = self.stream(question, history=history, k=k, selection=selection, strict=strict)
        return answer

    def search(
        self,
        query: str,
        *,
        k: int = DEFAULT_K,
        mode: Mode = "hybrid",
        selection: Selection = _EVERYTHING,
    ) -> list[Hit]:
        """Passages only, best first."""
        query = checked_question(query)
        with self._store.snapshot() as snapshot:
            embedder = self._embedder_of(snapshot.info)
            only, _ = selection.keys(snapshot)
            vector = embedder.embed_query(query)
            return retrieve(snapshot, query, vector, k, mode, only)

    def left_out(self, selection: Selection) -> tuple[str, ...]:
        """What is to be said of a search among these documents (see ``left_out`` in draft.py)."""
        with self._store.snapshot() as snapshot:
            return left_out(*selection.keys(snapshot))

    def _embedder_of(self, info: StoreInfo) -> Embedder:
        """The embedder, if it is the one that the index was made with."""
        spec = self._spec or info.spec
        with self._opening:
            embedder = self._embedder
            if embedder is None or embedder.spec != spec:
                embedder = open_embedder(spec, self._home, self._download)
                self._embedder = embedder
        if embedder.fingerprint != info.fingerprint:
            raise EmbedderMismatch(
                f"The index in {self._store.folder} was made with the embedder {info.spec} and "
                f"cannot be asked with {spec} as it is now; `rag index --rebuild` embeds all "
                "documents anew."
            )
        return embedder

    def _candidates(
        self, question: str, hits: Sequence[Hit], vector: Vectors, embedder: Embedder
    ) -> list[Candidate]:
        """The sentences that may answer; the reader reads the best hits."""
        readings = self._reader.read(question, [hit.passage for hit in hits[:_READ]])
        found = candidates(question, hits, vector, embedder.embed_sentences, readings)
        return named_first(question, found)

    def _quoted(
        self,
        draft: Answer,
        found: Sequence[Candidate],
        embedder: Embedder,
        search: Callable[[str, Vectors], list[Hit]],
    ) -> Answer:
        """An answer without an LLM, from the hits of the whole question.

        Of these, a question in it is answered from those that it finds itself, if there are any.
        """
        ranks = {place(hit): hit.rank for hit in draft.passages}  # by which citations go

        def judge(question: str) -> Sequence[Candidate]:
            vector = embedder.embed_query(question)
            hits = search(question, vector)
            known = [replace(hit, rank=ranks[place(hit)]) for hit in hits if place(hit) in ranks]
            own = self._candidates(question, known or draft.passages, vector, embedder)
            likely = answerability(asked_alone(question), hits, own)
            return own if likely >= self._threshold else ()

        return answered_each(draft, found, judge)

    def _final(self, answer: Answer, snapshot: Snapshot, began: float, retrieved: float) -> Answer:
        cited = list(dict.fromkeys(citation.document for citation in answer.citations))
        answer = answer.warned(*stale(snapshot, self._store.folder, cited))
        now = time.perf_counter()
        timings = {
            "retrieve": round((retrieved - began) * 1e3, 1),
            "answer": round((now - retrieved) * 1e3, 1),
            "total": round((now - began) * 1e3, 1),
        }
        return replace(answer, timings_ms=timings)


def _between(one: Vectors, other: Vectors) -> Vectors:
    """The unit vector that is as near to one vector as to the other."""
    middle = one + other
    return middle / np.linalg.norm(middle)
