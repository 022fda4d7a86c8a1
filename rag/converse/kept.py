"""The last conversation of `rag ask`, kept between two commands in ``$RAG_HOME/conversations``."""

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rag.datatypes import Message
from rag.errors import InvalidInput, MachineRefused
from rag.files import read_named

_TURNS = 20  # a question and its answer are one
_FILE = Path("conversations") / "last.json"


def last_conversation(home: Path) -> list[Message]:
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


def read_history(path: Path) -> list[Message]:
    """The messages of a JSON list of ``{"role", "content"}``.

    Raises OSError where it cannot be read and InvalidInput for anything else in it.
    """
    try:
        found = json.loads(read_named(path))
        if not isinstance(found, list):  # an empty object would do for an empty list
            raise TypeError
        messages = [Message(turn["role"], turn["content"]) for turn in found]
        if not all(isinstance(message.content, str) for message in messages):
            raise TypeError
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InvalidInput(f'{path} is not a JSON list of {{"role", "content"}}.') from error
    if any(message.role not in ("user", "assistant") for message in messages):
        raise InvalidInput(f"{path} has a role other than user and assistant.")
    return messages


def keep(home: Path, history: Sequence[Message]) -> None:
    """Writes the last turns of a conversation for its owner alone, whole or not at all.

    Raises MachineRefused.
    """
    path = home / _FILE
    rows = [{"role": m.role, "content": m.content} for m in history[-2 * _TURNS :]]
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)  # mode 600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(rows, file)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MachineRefused(f"{path} cannot be written: {error.strerror}.") from error
