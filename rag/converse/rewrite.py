"""History + follow-up -> what asks an LLM to write the follow-up out, and its reply checked."""

import re
from collections.abc import Sequence

from rag.converse.rules import leans, standalone
from rag.datatypes import Message
from rag.mentions import names
from rag.words import tokens

_TURNS = 6  # messages that are shown to the LLM
_SHOWN = 600  # characters of each
_LONGEST = 300  # characters that a reply may have beyond the question's own
_ORDER = (
    "Rewrite the user's last question so that it can be understood without the conversation. "
    "Replace pronouns by what they stand for and fill in what is left out, with words of the "
    "conversation only. Keep every name and number of the question. Do not answer it. If it can be "
    "understood already, repeat it unchanged. Reply with the question alone, on one line."
)


def rewrite_prompt(question: str, history: Sequence[Message]) -> tuple[Message, ...]:
    """The messages for an LLM whose reply is a question that stands alone (see ``rewritten``)."""
    said = "\n".join(
        f"{message.role}: {' '.join(message.content.split())[:_SHOWN]}"
        for message in history[-_TURNS:]
        if message.role != "system"
    )
    asked = f"Conversation:\n{said}\n\nLast question: {question}"
    return (Message("system", _ORDER), Message("user", asked))


def rewritten(reply: str, question: str, history: Sequence[Message]) -> str:
    """The question that an LLM wrote out, or the one by the rules where its reply cannot be used.

    It cannot where it is empty, too long or more than a line, where it lost a number or name of
    the question, or has a number that nobody mentioned. A question that stands alone is kept.
    """
    if not history or not leans(question):
        return question
    reply = reply.strip().strip("\"“”'")
    if not reply or "\n" in reply or len(reply) > len(question) + _LONGEST:
        return standalone(question, history)
    said = " ".join([question, *(message.content for message in history)])
    lost = _fixed(question) - {word for word, _ in tokens(reply)}
    invented = _numbers(reply) - _numbers(said)
    return standalone(question, history) if lost or invented else reply


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:[.,]\d+)*", text))


def _fixed(text: str) -> set[str]:
    """The words of a question that no rewriting may lose."""
    named = " ".join(name for name, _ in names(text))
    return _numbers(text) | {word for word, _ in tokens(named)}
