"""`ollama:MODEL`, at ``OLLAMA_HOST``.

By its own API, because its OpenAI route ignores the context window: then a longer prompt is cut
silently and passages vanish from it.
"""

import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.datatypes import Delta, Prompt
from rag.llms.connections import Connections
from rag.llms.server import CONNECT, GARBAGE, ServedLLM, Server, read_address

if TYPE_CHECKING:
    import ollama

_OLLAMA = "http://127.0.0.1:11434"
_WINDOW = 8192  # tokens
_SHOW = 5.0  # seconds to tell what the model has
_LIST = 1.0  # seconds to tell what models there are


class OllamaLLM(ServedLLM):
    """A model of an Ollama server, which is asked for a window of ``window`` tokens."""

    @cached_property
    def window(self) -> int:
        """The most tokens that are asked for, or that the model has."""
        import httpx
        import ollama

        try:
            with self._client(Connections(), _SHOW) as client:
                told = client.show(self._model).modelinfo or {}
        except (ollama.ResponseError, ConnectionError, httpx.HTTPError, *GARBAGE):
            return _WINDOW  # whatever is wrong is told when it is asked for a reply
        own = [n for name, n in told.items() if name.endswith(".context_length")]
        return min([_WINDOW, *(n for n in own if isinstance(n, int) and n > 0)])

    def siblings(self) -> tuple[str, ...]:
        """The names of the models that the server has to chat with; one elsewhere is not asked.

        Raises LLMFailed where nothing answers, or something that is no Ollama.
        """
        if not self._server.here:
            return ()
        parts = urlsplit(self._server.address)
        try:  # most machines have none: then its client need not be imported
            socket.create_connection((parts.hostname, parts.port or 443), _LIST).close()
        except OSError:
            raise self._server.unreachable() from None
        import httpx
        import ollama

        try:
            with self._client(Connections(), _LIST) as client:
                found = client.list().models
        except (ollama.ResponseError, ConnectionError, httpx.HTTPError):
            raise self._server.unreachable() from None
        except GARBAGE:
            raise self._server.garbled() from None
        return tuple(m.model for m in found if m.model and not _only_embeds(m))

    def _deltas(self, prompt: Prompt, connections: Connections) -> Iterator[Delta]:
        import httpx
        import ollama

        try:
            with self._client(connections) as client:
                yield from self._read(client, prompt)
        except ollama.ResponseError as error:
            status = error.status_code if error.status_code > 0 else 500  # told within the stream
            raise self._server.refused(status, connections.headers) from None
        except httpx.HTTPError as error:
            timed_out = isinstance(error, httpx.TimeoutException)
            raise self._server.unreachable(timed_out) from None
        except GARBAGE:
            raise self._server.garbled() from None

    def _client(self, connections: Connections, patience: float | None = None) -> "ollama.Client":
        import httpx
        import ollama

        return ollama.Client(
            self._server.address,
            event_hooks=connections.hooks,
            follow_redirects=False,
            timeout=httpx.Timeout(patience, connect=patience or CONNECT),
            trust_env=not self._server.here,
        )

    def _read(self, client: "ollama.Client", prompt: Prompt) -> Iterator[Delta]:
        messages: Any = [asdict(message) for message in prompt.messages]
        left = max(self.window - prompt.tokens, 1)  # its thinking counts too
        options = {"num_ctx": self.window, "num_predict": left, "temperature": 0}
        for part in client.chat(self._model, messages, stream=True, options=options):
            text = part.message.content or ""
            if part.done:
                cut = part.done_reason == "length"
                read, written = part.prompt_eval_count or 0, part.eval_count or 0
                yield Delta(text, "length" if cut else "stop", read, written)
            else:
                yield Delta(text)


def _only_embeds(model: "ollama.ListResponse.Model") -> bool:
    return "bert" in ((model.details and model.details.family) or "")


def open_ollama(argument: str, environment: Mapping[str, str]) -> OllamaLLM:
    """The model at ``OLLAMA_HOST``, which may lack the scheme and the port."""
    told = environment.get("OLLAMA_HOST", "").strip()
    if told and "://" not in told:
        told = f"http://{told}"
    address = read_address({"OLLAMA_HOST": told}, "OLLAMA_HOST", _OLLAMA)
    parts = urlsplit(address)
    if parts.scheme == "http" and parts.port is None:
        address = parts._replace(netloc=f"{parts.netloc}:11434").geturl()
    # 0.0.0.0 is where a server listens, not where it is asked.
    address = address.replace("//0.0.0.0", "//127.0.0.1", 1)
    return OllamaLLM(
        argument, Server(f"ollama:{argument}", address, "OLLAMA_HOST", "OLLAMA_API_KEY")
    )
