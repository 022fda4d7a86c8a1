"""`anthropic:MODEL`, with ``ANTHROPIC_API_KEY``."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rag.datatypes import Delta, Prompt
from rag.errors import InvalidInput
from rag.llms.connections import Connections
from rag.llms.server import CONNECT, GARBAGE, ServedLLM, Server, read_address, read_key

if TYPE_CHECKING:
    import anthropic

_ANTHROPIC = "https://api.anthropic.com"


class AnthropicLLM(ServedLLM):
    """A model behind the messages API; the window is far below what its models have."""

    window = 32_768

    def _deltas(self, prompt: Prompt, connections: Connections) -> Iterator[Delta]:
        import anthropic
        import httpx2

        try:
            with self._client(connections) as client:
                yield from self._read(client, prompt, connections)
        except anthropic.APIStatusError as error:
            raise self._server.refused(error.status_code, connections.headers) from None
        except anthropic.APIConnectionError as error:
            timed_out = isinstance(error, anthropic.APITimeoutError)
            raise self._server.unreachable(timed_out) from None
        except httpx2.HTTPError:  # in mid-stream the package lets it through
            raise self._server.unreachable() from None
        except (anthropic.AnthropicError, *GARBAGE):
            raise self._server.garbled() from None

    def _client(self, connections: Connections) -> "anthropic.Anthropic":
        import anthropic
        import httpx2

        return anthropic.Anthropic(
            base_url=self._server.address,
            api_key=self._key,
            max_retries=0,
            open_telemetry=False,
            http_client=httpx2.Client(  # the package's own asks a proxy for this machine too
                event_hooks=connections.hooks,
                follow_redirects=False,
                timeout=httpx2.Timeout(None, connect=CONNECT),
                trust_env=not self._server.here,
            ),
        )

    def _read(
        self, client: "anthropic.Anthropic", prompt: Prompt, connections: Connections
    ) -> Iterator[Delta]:
        system = [message.content for message in prompt.messages if message.role == "system"]
        others: Any = [asdict(message) for message in prompt.messages if message.role != "system"]
        stream = client.messages.create(
            model=self._model,
            system="\n\n".join(system),
            messages=others,
            max_tokens=prompt.reply_tokens,
            stream=True,
        )
        if "html" in connections.headers.get("content-type", ""):
            raise self._server.garbled()
        read = 0
        for event in stream:
            if event.type == "message_start":
                read = event.message.usage.input_tokens
            elif event.type == "content_block_delta":
                yield Delta(event.delta.text if event.delta.type == "text_delta" else "")
            elif event.type == "message_delta" and (reason := event.delta.stop_reason):
                if reason == "refusal":
                    raise self._server.withheld()
                cut = reason == "max_tokens"
                yield Delta("", "length" if cut else "stop", read, event.usage.output_tokens)


def open_anthropic(argument: str, environment: Mapping[str, str]) -> AnthropicLLM:
    """The model at ``ANTHROPIC_BASE_URL`` (by default Anthropic's) with ``ANTHROPIC_API_KEY``."""
    server = Server(
        f"anthropic:{argument}",
        read_address(environment, "ANTHROPIC_BASE_URL", _ANTHROPIC),
        "ANTHROPIC_BASE_URL",
        "ANTHROPIC_API_KEY",
    )
    key = read_key(environment, "ANTHROPIC_API_KEY")
    if not key:
        raise InvalidInput(f"{server.spec} needs a key: set ANTHROPIC_API_KEY.")
    return AnthropicLLM(argument, server, key)
