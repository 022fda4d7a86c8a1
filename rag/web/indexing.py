"""One run of indexing at a time, beside the chat, watched by any page."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.errors import MachineRefused, RagError
from rag.store.local import SyncReport

_WATCHING = 16  # at once: each holds one of the 40 threads that answer everything
Progress = Callable[[int, int], None]
Work = Callable[[Sequence[str], Progress], SyncReport]


@dataclass(frozen=True, slots=True)
class Run:
    """How far a run is: bytes ``done`` of ``total``, then its report or what went wrong."""

    done: int = 0
    total: int = 0
    running: bool = True
    report: SyncReport | None = None
    trouble: str = ""


class Indexing:
    """Runs ``work`` in a thread of its own."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._run = Run(running=False)
        self._changed = threading.Condition()
        self._seats = threading.BoundedSemaphore(_WATCHING)

    @property
    def run(self) -> Run:
        """The run that goes on, or the last one."""
        return self._run

    def start(self, named: Sequence[str]) -> None:
        """Begins to index the named paths, or all roots. Raises MachineRefused if one runs."""
        with self._changed:
            if self._run.running:
                raise MachineRefused("Indexing is running already; wait until it is done.")
            self._run = Run()
        threading.Thread(target=self._do, args=(named,), daemon=True).start()

    def watch(self) -> Iterator[Run]:
        """Each change of the run until it is over. Raises MachineRefused if too many watch."""
        if not self._seats.acquire(blocking=False):
            raise MachineRefused("Too many pages watch the indexing; look again in a moment.")
        try:
            shown: Run | None = None
            while shown is None or shown.running:
                with self._changed:
                    while self._run is shown:
                        self._changed.wait()
                    shown = self._run
                yield shown
        finally:
            self._seats.release()

    def _do(self, named: Sequence[str]) -> None:
        run = Run(running=False, trouble="Indexing ended without a word; see the terminal.")
        try:
            run = Run(running=False, report=self._work(named, self._advance))
        except RagError as error:
            run = Run(running=False, trouble=str(error))
        finally:
            self._set(run)

    def _advance(self, done: int, total: int) -> None:
        self._set(Run(done, total))

    def _set(self, run: Run) -> None:
        with self._changed:
            self._run = run
            self._changed.notify_all()
