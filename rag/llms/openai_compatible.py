"""`openai:MODEL`: OpenAI, or any server that speaks its chat completions (vLLM, llama-server, LM
Studio) at ``OPENAI_BASE_URL``."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rag.datatypes import Delta, Prompt
from rag.errors import InvalidInput
from rag.llms.connections import Connections
from rag.llms.server import CONNECT, GARBAGE, ServedLLM, Server, read_address, read_key

if TYPE_CHECKING:
    import openai

_OPENAI = "https://api.openai.com/v1"
_NO_KEY = "none"  # servers of one's own often want none, the package wants one


class OpenAILLM(ServedLLM):
    """A model behind chat completions; ``window`` is what such models have at the least."""

    window = 8192

    def _deltas(self, prompt: Prompt, connections: Connections) -> Iterator[Delta]:
        import openai

        try:
            with self._client(connections) as client:
                yield from self._read(client, prompt, connections)
        except openai.APIStatusError as error:
            raise self._server.refused(error.status_code, connections.headers) from None
        except openai.APIConnectionError as error:
            timed_out = isinstance(error, openai.APITimeoutError)
            raise self._server.unreachable(timed_out) from None
        except (openai.APIResponseValidationError, *GARBAGE):
            raise self._server.garbled() from None
        except openai.OpenAIError:  # an error told within the stream
            raise self._server.refused(500, connections.headers) from None

    def _client(self, connections: Connections) -> "openai.OpenAI":
        import openai

        return openai.OpenAI(
            base_url=self._server.address,
            api_key=self._key or _NO_KEY,
            max_retries=0,
            http_client=openai.DefaultHttpxClient(
                event_hooks=connections.hooks,
                follow_redirects=False,
                timeout=openai.Timeout(None, connect=CONNECT),
                trust_env=not self._server.here,
            ),
        )

    def _read(
        self, client: "openai.OpenAI", prompt: Prompt, connections: Connections
    ) -> Iterator[Delta]:
        messages: Any = [asdict(message) for message in prompt.messages]
        stream = client.chat.completions.create(
            model=self._model,
            messages=messages,
            stream=True,
            stream_options={"include_usage": True},
        )
        if "html" in connections.headers.get("content-type", ""):
            raise self._server.garbled()
        last: Delta | None = None
        for chunk in stream:
            delta = self._delta(chunk)
            if last or delta.finish:  # token counts may come in a chunk of their own, after it
                last = _merged(last, delta)
            else:
                yield delta
        if last:
            yield last

    def _delta(self, chunk: Any) -> Delta:
        text, finish = "", None
        choice = next((choice for choice in chunk.choices or () if not choice.index), None)
        if choice:
            text = (choice.delta.content if choice.delta else None) or ""
            finish = choice.finish_reason
            if not isinstance(text, str):
                raise TypeError("content is not text")
        elif chunk.choices is None and not chunk.usage:
            raise TypeError("no choices")
        if finish == "content_filter":
            raise self._server.withheld()
        return Delta(
            text,
            None if finish is None else "length" if finish == "length" else "stop",
            chunk.usage.prompt_tokens or 0 if chunk.usage else 0,
            chunk.usage.completion_tokens or 0 if chunk.usage else 0,
        )


def _merged(last: Delta | None, delta: Delta) -> Delta:
    if last is None:
        return delta
    return Delta(
        last.text + delta.text,
        delta.finish or last.finish,
        delta.prompt_tokens or last.prompt_tokens,
        delta.completion_tokens or last.completion_tokens,
    )


def open_openai(argument: str, environment: Mapping[str, str]) -> OpenAILLM:
    """The model at ``OPENAI_BASE_URL`` with ``OPENAI_API_KEY``."""
    server = Server(
        f"openai:{argument}",
        read_address(environment, "OPENAI_BASE_URL", _OPENAI),
        "OPENAI_BASE_URL",
        "OPENAI_API_KEY",
    )
    key = read_key(environment, "OPENAI_API_KEY")
    if not key and server.address == _OPENAI:
        raise InvalidInput(
            f"{server.spec} needs a key: set OPENAI_API_KEY, or OPENAI_BASE_URL to another server."
        )
    return OpenAILLM(argument, server, key)
