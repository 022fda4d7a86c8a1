"""What Gradio keeps for who asked and has not listened yet: a mailbox for each question.

It would keep those of the last 2,000 questions, each with every picture of its growing answer. A
client that asks and never listens would cost a third of a megabyte a time.
"""

from collections.abc import Iterator
from typing import Any, Protocol


class _Queue(Protocol):
    """The part of Gradio's queue that is used here."""

    pending_messages_per_session: Any  # id of a session -> its mailbox
    pending_event_ids_session: dict[str, set[str]]  # id of a session -> what it waits for
    event_ids_to_events: dict[str, Any]  # of what is not over


class Mailboxes(dict[str, Any]):
    """Keeps the mailboxes of what goes on, and the ``most`` newest of what is over."""

    def __init__(self, queue: _Queue, most: int) -> None:
        super().__init__()
        self._queue, self._most = queue, most

    def __setitem__(self, session: str, mailbox: Any) -> None:
        for old in list(self._over())[: -self._most]:
            del self[old]
            self._queue.pending_event_ids_session.pop(old, None)
        super().__setitem__(session, mailbox)

    def _over(self) -> Iterator[str]:
        """The sessions in which nothing goes on, the oldest first."""
        waiting, going_on = self._queue.pending_event_ids_session, self._queue.event_ids_to_events
        return (session for session in self if going_on.keys().isdisjoint(waiting.get(session, ())))
