"""Prompt -> a reply as it streams, from a language model.

``open_llm(spec)`` gives an :class:`LLM`. Its spec is a kind and what that kind needs,
``KIND:ARGUMENT``: the kinds are the table below and the entry points of the group ``rag.llms``,
whose values are callables like a :class:`Factory`. Nothing of a kind is imported before it is
named. Every LLM is handed out by way of ``guard.Guarded``, which holds it to the same deadlines,
retries and limits, so that a back end is little more than a call.

::

    local_gguf.py     llama.cpp in this process   openai_compatible.py  OpenAI, vLLM and others
    ollama_server.py  Ollama                      anthropic_api.py      Anthropic
    scripted.py       replies from a file
    server.py         a server's address, its key, and its failures in words
    connections.py    lets one thread cut what another one reads from
    guard.py          deadlines, retries and limits
    reply_text.py     pieces of raw text -> safe ones, without reasoning
"""

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.metadata import entry_points
from typing import Protocol

from rag.datatypes import Delta, Prompt
from rag.errors import InvalidInput

KINDS = {
    "local": "rag.llms.local_gguf:open_local",
    "openai": "rag.llms.openai_compatible:open_openai",
    "ollama": "rag.llms.ollama_server:open_ollama",
    "anthropic": "rag.llms.anthropic_api:open_anthropic",
    "scripted": "rag.llms.scripted:open_scripted",
}
_EXAMPLES = "extractive, local:smollm2, ollama:MODEL, openai:MODEL, anthropic:MODEL"


class LLM(Protocol):
    """What the other stages need of a language model."""

    @property
    def spec(self) -> str:
        """How the user names it."""

    @property
    def host(self) -> str | None:
        """Who gets the passages: the server's host, with its port; None for this process."""

    @property
    def window(self) -> int:
        """The most tokens of prompt and reply together."""

    @property
    def rewrites(self) -> bool:
        """Whether follow-up questions may be put to it to be rewritten."""

    def count(self, text: str) -> int:
        """Tokens of a text, by its own tokenizer or by one that is near to it."""

    def stream(self, prompt: Prompt) -> Iterator[Delta]:
        """The reply in pieces; the last one has a finish. Closing the iterator cancels it.

        What the iterator's ``close`` does, it may do while another thread waits in the iterator;
        a generator, which cannot, ends at its next piece. Raises LLMFailed, in the midst of a
        reply too: the pieces before it stand.
        """


class Factory(Protocol):
    """What opens the LLMs of one kind."""

    def __call__(self, argument: str, environment: Mapping[str, str], /) -> LLM:
        """The LLM of ``KIND:argument``. Raises InvalidInput for one that cannot be used."""


def open_llm(spec: str, environment: Mapping[str, str] = os.environ) -> LLM:
    """The LLM that ``spec`` names; no model is loaded and no server asked yet.

    Raises InvalidInput for a spec that is unknown or cannot be used on this machine.
    """
    from rag.llms.guard import Guarded

    kind, colon, argument = spec.partition(":")
    if not colon or not argument.strip():
        raise InvalidInput(f"{spec!r} is not the name of an LLM; name one like {_EXAMPLES}.")
    return Guarded(_factory(kind, spec)(argument.strip(), environment), spec)


def _factory(kind: str, spec: str) -> Factory:
    if place := KINDS.get(kind):
        module, _, name = place.partition(":")
        factory: Factory = getattr(import_module(module), name)
        return factory
    found = {point.name: point for point in entry_points(group="rag.llms")}
    if kind not in found:
        kinds = ", ".join([*KINDS, *found])
        raise InvalidInput(f"There is no LLM {spec!r}; the kinds are extractive, {kinds}.")
    try:
        loaded: Factory = found[kind].load()
    except (ImportError, AttributeError) as error:
        raise InvalidInput(
            f"The LLM {spec!r} cannot be loaded: {error}; reinstall the package that brings it."
        ) from error
    return loaded
