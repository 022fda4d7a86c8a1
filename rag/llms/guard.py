"""Holds every LLM to deadlines, retries and limits, and its text to what is safe."""

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING

from rag.datatypes import Delta, Prompt
from rag.errors import LLMFailed
from rag.llms.reply_text import ReplyText

if TYPE_CHECKING:
    from rag.llms import LLM

_LONGEST_WAIT = 30.0  # seconds: a server that asks for more is not waited for
_LONGEST_REPLY = 64_000  # characters
_LONGEST_RAW_REPLY = 1_000_000  # characters, reasoning included
_FAREWELL = 2.0  # seconds that a cancelled back end is given to end
_BEAT = 0.5  # seconds: while the back end is silent, empty deltas let the reader of a stream leave
_SILENCE = Delta("")


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds: to the first sign of life, between two, and in all. ``pause``: before a retry."""

    first: float = 120.0
    between: float = 30.0
    whole: float = 600.0
    pause: float = 0.5


class Guarded:
    """An LLM whose stream ends in time: with a finish, or with LLMFailed.

    The back end is read in a thread of its own, so that whatever it waits for, the reader of this
    stream waits no longer than half a second for a delta, if only an empty one, and can cancel.
    """

    def __init__(self, llm: "LLM", spec: str, deadlines: Deadlines | None = None) -> None:
        self._llm = llm
        self.spec = spec
        self._deadlines = deadlines or Deadlines()

    @property
    def host(self) -> str | None:
        """Who gets the passages; None for this process."""
        return self._llm.host

    @property
    def window(self) -> int:
        """The most tokens of prompt and reply together."""
        return self._llm.window

    @property
    def rewrites(self) -> bool:
        """Whether follow-up questions may be put to it to be rewritten."""
        return self._llm.rewrites

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return self._llm.count(text)

    def stream(self, prompt: Prompt) -> Iterator[Delta]:
        """The reply without its reasoning. Raises LLMFailed; closing it cancels upstream."""
        text = ReplyText()
        length = 0
        said = ""
        try:
            for delta in self._raw_stream(prompt):
                kept = text.feed(delta.text, last=delta.finish is not None)
                length += len(delta.text)
                said = kept if text.restarted else said + kept
                too_long = max(len(said) - _LONGEST_REPLY, 0)
                if too_long or length > _LONGEST_RAW_REPLY:
                    yield Delta(kept[: len(kept) - too_long], "length", restart=text.restarted)
                    return
                if delta.finish and not said.strip():
                    raise LLMFailed(f"{self._who()} gave an empty answer; ask again.")
                yield replace(delta, text=kept, restart=text.restarted)
                if delta.finish:
                    return
            raise LLMFailed(f"{self._who()} stopped before its answer was finished; ask again.")
        except LLMFailed:
            if rest := text.feed("", last=True):
                yield Delta(rest, restart=text.restarted)
            raise

    def _raw_stream(self, prompt: Prompt) -> Iterator[Delta]:
        """What the back end says; asked again where it failed before it began."""
        began = time.monotonic()
        for retry in count():
            reading = _Reading(self._llm, prompt)
            heard: float | None = None  # when there was a sign of life
            try:
                while (delta := self._next(reading, began, heard)) is not None:
                    if delta is not _SILENCE:
                        heard = time.monotonic()
                    yield delta
                return
            except LLMFailed as failure:
                if heard or retry >= failure.retries:
                    raise
                wait = failure.retry_after
                wait = self._deadlines.pause * 2**retry if wait is None else wait
                left = began + self._deadlines.first - time.monotonic()
                if wait > min(_LONGEST_WAIT, left):
                    raise
            finally:
                reading.close()
            yield from _pause(wait)

    def _next(self, reading: "_Reading", began: float, heard: float | None) -> Delta | None:
        """What comes next, _SILENCE if nothing comes now. Raises LLMFailed past a deadline."""
        limits = self._deadlines
        until = heard + limits.between if heard else began + limits.first
        left = min(until, began + limits.whole) - time.monotonic()
        try:
            return reading.next(max(min(left, _BEAT), 0.0))
        except queue.Empty:
            if left > _BEAT:
                return _SILENCE
        if began + limits.whole <= until:
            told = f"did not finish within {limits.whole:g} seconds"
        elif heard:
            told = f"fell silent for {limits.between:g} seconds in mid-answer"
        else:
            told = f"did not begin to answer within {limits.first:g} seconds"
        raise LLMFailed(f"{self._who()} {told}; ask again, or use another --llm.")

    def _who(self) -> str:
        return f"{self.spec} ({self.host})" if self.host else self.spec


def _pause(seconds: float) -> Iterator[Delta]:
    """Waits, and lets the reader leave meanwhile."""
    while seconds > 0:
        time.sleep(min(seconds, _BEAT))
        seconds -= _BEAT
        yield _SILENCE


class _Reading:
    """One reply, read in a thread of its own."""

    def __init__(self, llm: "LLM", prompt: Prompt) -> None:
        self._arrived: queue.SimpleQueue[Delta | BaseException | None] = queue.SimpleQueue()
        self._cancelled = threading.Event()
        self._source = llm.stream(prompt)
        self._thread = threading.Thread(target=self._read, name="llm", daemon=True)
        self._thread.start()

    def next(self, timeout: float) -> Delta | None:
        """The next delta, None after the last. Raises what the back end raised; queue.Empty."""
        arrived = self._arrived.get(timeout=timeout)
        if isinstance(arrived, BaseException):
            raise arrived
        return arrived

    def close(self) -> None:
        """Cancels, and waits a moment for the back end to end."""
        self._cancelled.set()
        self._close_source()
        self._thread.join(_FAREWELL)

    def _read(self) -> None:
        length = 0
        try:
            for delta in self._source:
                self._arrived.put(delta)
                length += len(delta.text)
                if self._cancelled.is_set() or length > _LONGEST_RAW_REPLY:
                    break
            self._arrived.put(None)
        except BaseException as error:  # noqa: BLE001 - handed to the reader, which raises it
            self._arrived.put(error)
        finally:
            self._close_source()

    def _close_source(self) -> None:
        # A generator that another thread is in cannot be closed: it ends at its next piece.
        with suppress(AttributeError, ValueError):
            self._source.close()  # type: ignore[attr-defined]
