"""Examples -> what was answered; an interrupted run goes on where it stopped."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from rag.datatypes import Answer, Hit, Message
from rag.errors import InvalidInput, LLMFailed, MachineRefused
from rag.evaluate.questions import Example
from rag.files import write_whole
from rag.render import answer_json, error_json
from rag.retrieve import PASSAGES_A_DOCUMENT, by_document

_DOCUMENTS = 10
_CUT_SHORT = {"kind": "llm_failed", "message": "The answer was cut short."}
_CHECKPOINT = "checkpoint.jsonl"


class Asks(Protocol):
    """What a question set is put to; ``Pipeline`` is one."""

    def ask(self, question: str, *, history: Sequence[Message] = ..., k: int = ...) -> Answer:
        """The final answer."""

    def search(self, query: str, *, k: int = ...) -> list[Hit]:
        """Passages only, best first."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a question: the answer's JSON, or an error.

    An answer that was cut short comes with an error. ``documents`` are the ten best ones, where
    the gold is whole documents.
    """

    id: str
    answer: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    answerability: float | None = None
    invalid_markers: int = 0
    documents: tuple[str, ...] = ()

    @property
    def counted(self) -> Mapping[str, Any]:
        """The answer's JSON as far as it counts: empty for a question that failed."""
        return {} if self.error else self.answer or {}


def ask(pipeline: Asks, example: Example, k: int) -> Asked:
    """Puts one question. What an LLM or the question itself is to blame for is data."""
    try:
        answer = pipeline.ask(example.question, history=example.history, k=k)
        documents: list[Hit] = []
        if example.judged and not example.evidence:
            hits = pipeline.search(answer.query, k=PASSAGES_A_DOCUMENT * _DOCUMENTS)
            documents = by_document(hits)[:_DOCUMENTS]
    except (LLMFailed, InvalidInput) as error:
        return Asked(example.id, error=error_json(error)["error"])
    return Asked(
        example.id,
        answer=answer_json(answer),
        error=None if answer.complete else _CUT_SHORT,
        answerability=answer.answerability,
        invalid_markers=answer.invalid_markers,
        documents=tuple(hit.passage.document for hit in documents),
    )


def ask_all(
    pipeline: Asks,
    examples: Sequence[Example],
    k: int,
    jobs: int,
    done: Mapping[str, Asked],
    record: Callable[[Asked], None],
) -> dict[str, Asked]:
    """Puts the questions that are not ``done``, ``jobs`` at a time, and records each."""
    found = dict(done)
    left = [example for example in examples if example.id not in found]
    if jobs == 1:
        for example in left:
            found[example.id] = asked = ask(pipeline, example, k)
            record(asked)
    else:
        pool = ThreadPoolExecutor(jobs)
        try:
            for future in as_completed([pool.submit(ask, pipeline, e, k) for e in left]):
                asked = future.result()
                found[asked.id] = asked
                record(asked)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return {example.id: found[example.id] for example in examples}


class Checkpoint:
    """What an unfinished run has answered, one line a question, in the run's folder."""

    def __init__(self, folder: Path, identity: str) -> None:
        self._path = folder / _CHECKPOINT
        self._identity = identity

    def load(self) -> dict[str, Asked]:
        """The answers of the same run, if it was interrupted; failed questions are asked again.

        None of a damaged file.
        """
        with contextlib.suppress(OSError, ValueError, TypeError):
            lines = self._path.read_bytes().split(b"\n")
            if lines[0] == self._first:
                # The last piece is empty, or a line that was being written.
                rows = [Asked(**json.loads(line)) for line in lines[1:-1]]
                return {asked.id: asked for asked in rows if asked.error is None}
        return {}

    @contextlib.contextmanager
    def recorder(self, done: Mapping[str, Asked]) -> Iterator[Callable[[Asked], None]]:
        """Gives what writes each question down at once, after what is already ``done``."""
        with self._translated():
            self._path.parent.mkdir(parents=True, exist_ok=True)
            lines = [self._first, *map(_line, done.values())]
            write_whole(self._path, b"\n".join(lines) + b"\n")
            file = self._path.open("ab", buffering=0)

        def record(asked: Asked) -> None:
            with self._translated():
                file.write(_line(asked) + b"\n")

        with file:
            yield record

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise MachineRefused(f"{self._path} cannot be written: {error.strerror}.") from error

    def remove(self) -> None:
        """The run is whole."""
        self._path.unlink(missing_ok=True)

    @property
    def _first(self) -> bytes:
        return json.dumps({"run": self._identity}).encode()


def _line(asked: Asked) -> bytes:
    return json.dumps(asdict(asked)).encode()
