"""Conversations in files, so that they outlive the page, the browser and the server.

A browser is known by a secret that it keeps; the folder of its conversations is named after the
secret's hash, and after the user's name where there is a login, so that nobody opens another's.
"""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from rag.datatypes import (
    EXTRACTIVE,
    Answer,
    Citation,
    Hit,
    Message,
    Passage,
    Sentence,
    ShortAnswer,
)
from rag.errors import InvalidInput, MachineRefused
from rag.files import write_whole

State = Literal["asking", "done", "stopped", "failed"]
_MOST_TURNS = 200
_MOST_CONVERSATIONS = 500
LARGEST = 8 * 2**20  # bytes; 200 usual turns are 4 MB, and a page gets them all at once
_BEFORE_TITLE = '{"title": '
_LONGEST_TITLE = 60_000  # characters, as JSON
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what became of it; ``trouble`` says why it failed."""

    id: str
    question: str
    asked: str
    state: State = "asking"
    answer: Answer | None = None
    trouble: str = ""
    llm: str = EXTRACTIVE
    host: str | None = None
    rating: Literal["", "up", "down"] = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """The turns of one conversation; it is called what was asked first."""

    id: str
    turns: tuple[Turn, ...] = ()

    @property
    def title(self) -> str:
        """The first question."""
        return self.turns[0].question if self.turns else ""

    def history(self) -> tuple[Message, ...]:
        """What was said, as a pipeline is told it; what failed was not said."""
        said: list[Message] = []
        for turn in self.turns:
            if turn.answer and turn.answer.text:
                said += [
                    Message("user", turn.question),
                    Message("assistant", turn.answer.told),
                ]
        return tuple(said)

    def turn(self, id: str) -> Turn:
        """The turn of that id. Raises InvalidInput."""
        found = next((turn for turn in self.turns if turn.id == id), None)
        if found is None:
            raise InvalidInput("That answer is not in this conversation any more; reload the page.")
        return found


def now() -> str:
    """The time as ISO 8601 in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def checked_id(value: Any) -> str:
    """An id as the page makes them. Raises InvalidInput for anything else."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidInput("The page sent an id that is none; reload it.")
    return value


class Conversations:
    """The conversations of one browser, and of one user where there is a login."""

    # Taken again by the same thread where its garbage collector ends an answer that was let go.
    _writing = threading.RLock()

    def __init__(self, home: Path, visitor: str, user: str = "") -> None:
        owner = hashlib.sha256(f"{user}\n{checked_id(visitor)}".encode()).hexdigest()[:32]
        self._folder = home / "conversations" / owner

    def open(self, id: str) -> Conversation:
        """The conversation of that id, without turns if there is none yet."""
        try:
            found = json.loads(self._path(id).read_text(encoding="utf-8"))
            return Conversation(id, tuple(_turn(turn) for turn in found["turns"]))
        except FileNotFoundError:
            return Conversation(id)
        except OSError as error:
            raise MachineRefused(
                f"The conversation {self._path(id)} cannot be read: {error.strerror}."
            ) from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise InvalidInput(
                f"The conversation {self._path(id)} is damaged or from another version; delete it."
            ) from error

    def put(self, id: str, turn: Turn, instead_of: str = "") -> Conversation:
        """Adds a turn, at the end or, if it is ``instead_of`` the last one, in its place."""
        with self._writing:
            turns = self.open(id).turns
            if turns and turns[-1].id == instead_of:
                turns = turns[:-1]
            if any(old.id == turn.id for old in turns):
                raise InvalidInput("That question was asked already; reload the page.")
            if len(turns) >= _MOST_TURNS:
                raise InvalidInput(
                    f"A conversation holds at most {_MOST_TURNS} questions; begin a new one."
                )
            if turns and self._size(id) > LARGEST:
                raise InvalidInput("This conversation is too long to go on; begin a new one.")
            return self._write(Conversation(id, (*turns, turn)))

    def settle(self, id: str, turn: Turn) -> None:
        """Writes what became of a turn, unless it was deleted meanwhile."""
        with self._writing:
            turns = self.open(id).turns
            if any(old.id == turn.id for old in turns):
                settled = tuple(turn if old.id == turn.id else old for old in turns)
                self._write(Conversation(id, settled))

    def rate(self, id: str, turn: str, rating: Literal["", "up", "down"]) -> Turn:
        """Remembers a thumb up or down."""
        rated = replace(self.open(id).turn(turn), rating=rating)
        self.settle(id, rated)
        return rated

    def delete(self, id: str) -> None:
        """Forgets a conversation."""
        with self._writing, _refusals(self._path(id)):
            self._path(id).unlink(missing_ok=True)

    def list(self) -> list[tuple[str, str]]:
        """Id and title of each, the one last written first."""
        try:
            paths = [path for path in self._folder.iterdir() if path.suffix == ".json"]
            paths.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
        except OSError:
            return []
        return [(path.stem, self._title(path)) for path in paths if _ID.fullmatch(path.stem)]

    def _title(self, path: Path) -> str:
        """The title, which is written first, so that the rest need not be read."""
        try:
            with path.open(encoding="utf-8") as file:
                head = file.read(_LONGEST_TITLE)
            return str(json.JSONDecoder().raw_decode(head, len(_BEFORE_TITLE))[0])
        except (OSError, ValueError, IndexError):
            return "(cannot be read)"

    def _size(self, id: str) -> int:
        with _refusals(self._path(id)):
            return self._path(id).stat().st_size

    def _path(self, id: str) -> Path:
        return self._folder / f"{checked_id(id)}.json"

    def _write(self, conversation: Conversation) -> Conversation:
        path = self._path(conversation.id)
        data = {"title": conversation.title, "turns": conversation.turns}
        with _refusals(path):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists() and len(self.list()) >= _MOST_CONVERSATIONS:
                raise InvalidInput(
                    f"This browser keeps {_MOST_CONVERSATIONS} conversations already; delete some."
                )
            write_whole(path, json.dumps(data, default=_fields).encode(), 0o600)
        return conversation


@contextmanager
def _refusals(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MachineRefused(f"{path} cannot be written: {error.strerror}.") from error


def _fields(part: Any) -> dict[str, Any]:
    """What JSON keeps of a dataclass; ``asdict`` would copy all that is in it first."""
    return {field.name: getattr(part, field.name) for field in fields(part)}


def _turn(found: dict[str, Any]) -> Turn:
    answer = found["answer"]
    state = "stopped" if found["state"] == "asking" else found["state"]  # the server went away
    return Turn(**found | {"answer": answer and _answer(answer), "state": state})


def _answer(found: dict[str, Any]) -> Answer:
    """An answer from what was kept of it."""
    return Answer(
        **found
        | {
            "short": ShortAnswer(**found["short"]) if found["short"] else None,
            "sentences": tuple(
                Sentence(**sentence | {"citations": tuple(sentence["citations"])})
                for sentence in found["sentences"]
            ),
            "citations": tuple(Citation(**citation) for citation in found["citations"]),
            "passages": tuple(
                Hit(**hit | {"passage": _passage(hit["passage"])}) for hit in found["passages"]
            ),
            "warnings": tuple(found["warnings"]),
            "left_out": tuple(found.get("left_out", ())),
        }
    )


def _passage(found: dict[str, Any]) -> Passage:
    spans = tuple((start, end) for start, end in found["sentences"])
    above = tuple(((start, end), line) for (start, end), line in found.get("above", ()))
    lists = {"sentences": spans, "pages": tuple(found["pages"]), "above": above}
    return Passage(**found | lists)
