"""The last conversation of `rag ask`, kept between two commands in ``$RAG_HOME/conversations``."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rag.converse.history import messages
from rag.datatypes import Message
from rag.errors import InvalidInput, MachineRefused
from rag.files import read_named, write_whole

_TURNS = 20  # a question and its answer are one
_FILE = Path("conversations") / "last.json"


def last_conversation(home: Path) -> Sequence[Message]:
    """The messages kept last, oldest first; none where there was no conversation.

    Raises InvalidInput for a file that is none of ours.
    """
    path = home / _FILE
    try:
        return read_history(path)
    except FileNotFoundError:
        return []
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error


def read_history(path: Path) -> Sequence[Message]:
    """The messages of a JSON list of ``{"role", "content"}``.

    Raises OSError where it cannot be read and InvalidInput for anything else in it.
    """
    try:
        found = json.loads(read_named(path))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f'{path} is not JSON, a list of {{"role", "content"}}.') from error
    # Nothing at all is a history for a caller; a file that says so was meant otherwise.
    return messages(found if isinstance(found, list) else {}, str(path))


def keep(home: Path, history: Sequence[Message]) -> None:
    """Writes the last turns of a conversation for its owner alone, whole or not at all.

    Raises MachineRefused.
    """
    path = home / _FILE
    rows = [asdict(message) for message in history[-2 * _TURNS :]]
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, json.dumps(rows).encode(), 0o600)
    except OSError as error:
        raise MachineRefused(f"{path} cannot be written: {error.strerror}.") from error
