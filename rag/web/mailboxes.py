"""What Gradio keeps for who asked and has not listened yet: a mailbox for each question.

It would keep those of the last 2,000 questions, each with every picture of its growing answer. A
client that asks and never listens, or does not take what it is sent, would cost 50 megabytes a
time; one that listens to what it heard before would wait for ever.
"""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol


class _Queue(Protocol):
    """The part of Gradio's queue that is used here."""

    pending_messages_per_session: Any  # id of a session -> its mailbox
    pending_event_ids_session: dict[str, set[str]]  # id of a session -> what it waits for
    event_ids_to_events: dict[str, Any]  # of what is not over


class Mailbox(asyncio.Queue[Any]):
    """Messages to a page. Each picture is a whole one: the next takes the place of one unheard."""

    _queue: deque[Any]

    def _put(self, item: Any) -> None:
        if self._queue and type(self._queue[-1]) is type(item):
            self._queue.pop()
        self._queue.append(item)


class Mailboxes(dict[str, Mailbox]):
    """Keeps the mailboxes of what goes on or is heard, and the ``most`` newest of what is over."""

    def __init__(self, queue: _Queue, most: int) -> None:
        super().__init__()
        self._queue, self._most = queue, most
        self._heard: set[str] = set()

    def __setitem__(self, session: str, _: Any) -> None:
        """Makes a mailbox of ours in the place of Gradio's."""
        for old in list(self._over())[: -self._most]:
            del self[old]
        super().__setitem__(session, Mailbox())

    def __delitem__(self, session: str) -> None:
        super().__delitem__(session)
        self._queue.pending_event_ids_session.pop(session, None)

    @contextmanager
    def hearing(self, session: str) -> Iterator[None]:
        """While somebody listens; what was heard to its end is forgotten."""
        self._heard.add(session)
        try:
            yield
        finally:
            self._heard.discard(session)
            if session in self and not self._queue.pending_event_ids_session.get(session):
                del self[session]

    def _over(self) -> Iterator[str]:
        """The sessions in which nothing goes on and that nobody hears, the oldest first."""
        waiting, going_on = self._queue.pending_event_ids_session, self._queue.event_ids_to_events
        return (
            session
            for session in self
            if session not in self._heard and going_on.keys().isdisjoint(waiting.get(session, ()))
        )
