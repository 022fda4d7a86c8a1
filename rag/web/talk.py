"""The conversation behind the page: a question in, the growing turn out, and what is kept of it."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.datatypes import EXTRACTIVE, Answer
from rag.errors import InvalidInput, LLMFailed, MachineRefused, RagError
from rag.pipeline import DEFAULT_K, Pipeline
from rag.web import export, feedback
from rag.web.answer import announcement, turn_html
from rag.web.conversations import Conversation, Conversations, State, Turn, checked_id, now
from rag.web.sent import selection_of, text_of
from rag.web.sources import sources_html

AT_ONCE = 16  # questions; a later one is refused rather than kept waiting
_ON_ITS_WAY = 2.0  # seconds that a question takes at most from the door to here
_LONGEST = 300.0  # seconds an answer may take
_EVERY = 0.06  # seconds between two pictures of a growing answer
Sent = Mapping[str, Any]
Event = dict[str, Any]


class Talk:
    """Asks pipelines on behalf of pages; ``open_pipeline`` gives the one of an LLM's spec.

    ``llms`` maps the specs that may be chosen to the host that gets the passages (None: nobody).
    """

    def __init__(
        self,
        home: Path,
        open_pipeline: Callable[[str], Pipeline],
        llms: Mapping[str, str | None],
        k: int | None = None,
    ) -> None:
        self._home = home
        self._open = open_pipeline
        self._llms = llms
        self._k = DEFAULT_K if k is None else k
        self._pipelines: dict[str, Pipeline] = {}
        self._opening = threading.Lock()
        self._seats = threading.BoundedSemaphore(AT_ONCE)
        self._running: dict[str, Turn] = {}
        self._stopped: deque[str] = deque(maxlen=AT_ONCE * 8)
        self._expected: list[float] = []  # when they were let in

    def pipeline(self, llm: str) -> Pipeline:
        """The pipeline of an LLM that may be chosen, opened when it is first asked for."""
        with self._opening:
            if llm not in self._pipelines:
                self._pipelines[llm] = self._open(llm)
            return self._pipelines[llm]

    def admit(self) -> bool:
        """Whether a seat is free for a question that is on its way; it is kept for a moment."""
        now = time.monotonic()
        self._expected = [since for since in self._expected if now - since < _ON_ITS_WAY]
        free = len(self._running) + len(self._expected) < AT_ONCE
        self._expected += [now] * free
        return free

    def ask(self, sent: Sent, user: str) -> Iterator[Event]:
        """Answers a question; each event has the turn and its sources as HTML.

        ``turn`` is the id that the page gives it; ``instead_of`` names the last turn, which this
        one replaces; ``query`` is searched as it stands, where the page's user has changed it.
        """
        question = text_of(sent, "question").strip()
        if not question:
            raise InvalidInput("The question is empty; ask something.")
        llm = text_of(sent, "llm", 300) or next(iter(self._llms))
        if llm not in self._llms:
            raise InvalidInput(f"The LLM {llm!r} is not offered here; choose another.")
        if not self._seats.acquire(blocking=False):
            raise MachineRefused("Too many questions are being answered; ask again in a moment.")
        try:
            id = checked_id(sent.get("turn"))
            turn = Turn(id, question, now(), llm=llm, host=self._llms[llm])
            yield from self._answer(sent, self._kept(sent, user), turn)
        finally:
            self._seats.release()

    def _answer(self, sent: Sent, kept: Conversations, turn: Turn) -> Iterator[Event]:
        id = checked_id(sent.get("conversation"))
        conversation = kept.put(id, turn, text_of(sent, "instead_of", 32))
        before = replace(conversation, turns=conversation.turns[:-1])
        follow_up = bool(before.turns)
        self._running[turn.id] = turn
        del self._expected[:1]
        state: State = "stopped"  # unless it comes to an end: the page may leave
        trouble, shown = "", 0.0
        try:
            yield _event(turn, follow_up)
            for answer in self._answers(sent, before, turn):
                self._running[turn.id] = turn = replace(turn, answer=answer)
                # The words of a quoted answer are there before its passages could be painted.
                grows = turn.llm != EXTRACTIVE
                if grows and time.monotonic() - shown > _EVERY:
                    shown = time.monotonic()
                    yield _event(turn, follow_up)
            state = "done"
        except RagError as error:
            state, trouble = "failed", _told(error)
        finally:
            if turn.id in self._stopped:
                state, trouble = "stopped", ""
            turn = replace(turn, state=state, trouble=trouble)
            kept.settle(id, turn)
            self._running.pop(turn.id, None)  # its page may give two the same id
        yield _event(turn, follow_up) | {"announce": announcement(turn)}

    def _answers(self, sent: Sent, before: Conversation, turn: Turn) -> Iterator[Answer]:
        """What the pipeline yields, until it is stopped or takes too long."""
        query, began = text_of(sent, "query").strip(), time.monotonic()
        for answer in self.pipeline(turn.llm).stream(
            query or turn.question,
            history=() if query else before.history(),
            selection=selection_of(sent),
            k=self._k,
        ):
            if turn.id in self._stopped:
                return
            if time.monotonic() - began > _LONGEST:
                raise LLMFailed(f"The answer took longer than {_LONGEST:.0f} seconds; retry it.")
            yield answer

    def stop(self, sent: Sent, user: str) -> Event:
        """Ends an answer at once, whatever its LLM is waiting for; what there is of it is kept."""
        id = checked_id(sent.get("turn"))
        self._stopped.append(id)
        if turn := self._running.get(id):
            self._kept(sent, user).settle(
                checked_id(sent.get("conversation")), replace(turn, state="stopped")
            )
        return {}

    def conversations(self, sent: Sent, user: str) -> Event:
        """The id and title of each conversation of this browser."""
        return {"conversations": self._kept(sent, user).list()}

    def conversation(self, sent: Sent, user: str) -> Event:
        """A conversation's turns as HTML; one that is being answered as far as it is."""
        found = self._kept(sent, user).open(checked_id(sent.get("conversation")))
        return {"turns": [_event(self._live(turn), n > 0) for n, turn in enumerate(found.turns)]}

    def _live(self, turn: Turn) -> Turn:
        return turn if turn.id in self._stopped else self._running.get(turn.id, turn)

    def delete(self, sent: Sent, user: str) -> Event:
        """Forgets a conversation."""
        self._kept(sent, user).delete(checked_id(sent.get("conversation")))
        return {}

    def rate(self, sent: Sent, user: str) -> Event:
        """Notes a thumb up or down, with an optional note, in ``feedback.jsonl``."""
        rating = sent.get("rating")
        if rating not in ("", "up", "down"):
            raise InvalidInput("A rating is up, down or none; reload the page.")
        id = checked_id(sent.get("conversation"))
        turn = self._kept(sent, user).rate(id, text_of(sent, "turn", 32), rating)
        feedback.note_rating(self._home, turn, text_of(sent, "note", 2000))
        return {"rating": rating}

    def test_question(self, sent: Sent, user: str) -> Event:
        """Adds a turn to ``questions.jsonl``, a question set for ``rag eval``."""
        found = self._kept(sent, user).open(checked_id(sent.get("conversation")))
        turn = found.turn(text_of(sent, "turn", 32))
        path, added = feedback.add_test_question(self._home, found, turn)
        told = "Added to" if added else "It is already in"
        return {"told": f"{told} {path}; `rag eval {path.name}` there scores it."}

    def export(self, sent: Sent, user: str) -> Event:
        """A conversation, or one answer of it, as a file: its name, type and content."""
        found = self._kept(sent, user).open(checked_id(sent.get("conversation")))
        kind = text_of(sent, "kind", 10)
        if kind == "answer":
            return export.answer_file(found.turn(text_of(sent, "turn", 32)))
        return export.conversation_file(found, kind)

    def _kept(self, sent: Sent, user: str) -> Conversations:
        return Conversations(self._home, checked_id(sent.get("visitor")), user)


def _told(error: RagError) -> str:
    unreachable = "The language model did not answer. " if isinstance(error, LLMFailed) else ""
    return f"{unreachable}{error}"


def _event(turn: Turn, follow_up: bool) -> Event:
    sources = sources_html(turn.id, turn.answer) if turn.answer else ""
    return {
        "id": turn.id,
        "state": turn.state,
        "question": turn.question,
        "turn": turn_html(turn, follow_up),
        "sources": sources,
    }
