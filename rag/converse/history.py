"""What was said before, as a caller or a file gives it -> Messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rag.datatypes import Message
from rag.errors import InvalidInput

Told = Message | Mapping[str, str]
_ROLES = ("system", "user", "assistant")


def messages(history: Iterable[Told] | None, name: str = "The history") -> Sequence[Message]:
    """The messages of a history, none for None.

    Raises InvalidInput, which calls it by its ``name``, for what is no message.
    """
    none_of_ours = InvalidInput(f'{name} must be a list of {{"role", "content"}}.')
    if isinstance(history, Mapping | str | bytes):
        raise none_of_ours
    try:
        found = [_message(told) for told in (() if history is None else history)]
    except (TypeError, KeyError) as error:
        raise none_of_ours from error
    for message in found:
        if message.role not in _ROLES:
            raise InvalidInput(f"{name} has a role other than {', '.join(_ROLES)}.")
    return found


def _message(told: Any) -> Message:
    message = told if isinstance(told, Message) else Message(told["role"], told["content"])
    if not (isinstance(message.role, str) and isinstance(message.content, str)):
        raise TypeError
    return message
