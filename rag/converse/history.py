"""What was said before, as a caller or a file gives it -> Messages."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rag.datatypes import Message
from rag.errors import InvalidInput

Told = Message | Mapping[str, str]
_ROLES = ("system", "user", "assistant")
_NONE_OF_OURS = 'The history must be a list of {"role", "content"}.'


def messages(history: Iterable[Told] | None) -> Sequence[Message]:
    """The messages of a history, none for None. Raises InvalidInput for what is no message."""
    if isinstance(history, Mapping | str | bytes):
        raise InvalidInput(_NONE_OF_OURS)
    try:
        return [_message(told) for told in (() if history is None else history)]
    except (TypeError, KeyError) as error:
        raise InvalidInput(_NONE_OF_OURS) from error


def _message(told: Any) -> Message:
    message = told if isinstance(told, Message) else Message(told["role"], told["content"])
    if message.role not in _ROLES or not isinstance(message.content, str):
        raise TypeError
    return message
