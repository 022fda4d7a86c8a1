"""A server that runs LLMs: its address, its key, and its failures in words."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar
from urllib.parse import urlsplit

from rag.datatypes import Delta, Prompt
from rag.errors import InvalidInput, LLMFailed
from rag.llms.connections import Cancellable, Connections
from rag.tokens import count_tokens

# What the client packages raise on bytes that are no reply: they let the parsers' errors through.
GARBAGE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
CONNECT = 10.0  # seconds
_BUSY = (408, 409, 425, 429)
_NOT_ACCEPTED = (400, 413, 422)
_RETRIES = 2


@dataclass(frozen=True, slots=True)
class Server:
    """Where an LLM is asked. ``address_name`` and ``key_name`` are environment variables."""

    spec: str
    address: str
    address_name: str
    key_name: str

    @property
    def host(self) -> str:
        """Its host and port, as in the address."""
        return urlsplit(self.address).netloc

    @property
    def here(self) -> bool:
        """Whether it runs on this machine: then no proxy is asked."""
        name = urlsplit(self.address).hostname or ""
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name == "localhost" or name.endswith(".localhost")

    def unreachable(self, timed_out: bool = False) -> LLMFailed:
        """It could not be connected to, or the connection was lost."""
        return LLMFailed(
            f"{self._who()}: the connection was refused or lost; see whether the server runs "
            f"there ({self.address_name} says where).",
            retries=0 if timed_out else _RETRIES,
        )

    def refused(self, status: int, headers: Mapping[str, str]) -> LLMFailed:
        """It answered with an HTTP status that is not 200."""
        advice = f"see that server's log (HTTP {status})"
        if 300 <= status < 400:
            advice = (
                "it redirects elsewhere, which is not followed so that nothing goes to another "
                f"host; set {self.address_name} to where it is"
            )
        elif status in (401, 403):
            advice = f"it refused the key; see {self.key_name} (HTTP {status})"
        elif status == 404:
            advice = f"it has no such model or no such path; see {self.address_name} (HTTP 404)"
        elif status in _NOT_ACCEPTED:
            advice = (
                "it did not accept the request; if the prompt is too long for the model, use a "
                f"smaller -k (HTTP {status})"
            )
        elif status in _BUSY:
            advice = f"it is busy or the quota is used up; try again later (HTTP {status})"
        return LLMFailed(
            f"{self._who()} did not answer: {advice}.",
            retries=_RETRIES if status in _BUSY else 1 if status >= 500 else 0,
            retry_after=_retry_after(headers.get("retry-after")),
            too_long=status in _NOT_ACCEPTED,
        )

    def garbled(self) -> LLMFailed:
        """What it sent is not what such a server sends."""
        return LLMFailed(
            f"{self._who()} sent something that is not a reply; see whether {self.address_name} is "
            "the address of such a server."
        )

    def withheld(self) -> LLMFailed:
        """It ended the reply for a reason of its own."""
        return LLMFailed(f"{self._who()} refused to answer or filtered its answer; ask otherwise.")

    def _who(self) -> str:
        return f"{self.spec} ({self.host})"


class ServedLLM:
    """A model of a server; each kind of server says in ``_deltas`` how it is asked."""

    rewrites: ClassVar[bool] = True

    def __init__(self, model: str, server: Server, key: str = "") -> None:
        self.spec = server.spec
        self.host = server.host
        self._model = model
        self._server = server
        self._key = key

    def count(self, text: str) -> int:
        """Tokens of a text, by an encoding that is near to the model's."""
        return count_tokens(text)

    def stream(self, prompt: Prompt) -> Iterator[Delta]:
        """The reply in pieces; reasoning is an empty one. Closing it cuts the connection."""
        connections = Connections()
        return Cancellable(self._deltas(prompt, connections), connections.close)

    def _deltas(self, prompt: Prompt, connections: Connections) -> Iterator[Delta]:
        raise NotImplementedError


def read_address(environment: Mapping[str, str], name: str, default: str) -> str:
    """The base URL in an environment variable. Raises InvalidInput for one that is none."""
    address = environment.get(name, "").strip().rstrip("/") or default
    trouble = f"{name} must be an address like {default}"
    if not address.isprintable() or " " in address:
        raise InvalidInput(f"{trouble}, on one line and without spaces.")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput(f"{trouble}, not {address!r}.") from None
    if parts.username is not None or parts.password is not None:
        raise InvalidInput(f"{trouble}, without a user or password in it.")
    if parts.scheme not in ("http", "https") or not host or parts.query or parts.fragment:
        raise InvalidInput(f"{trouble}, not {address!r}.")
    return address


def read_key(environment: Mapping[str, str], name: str) -> str:
    """The key in an environment variable, "" if there is none. It is never shown."""
    key = environment.get(name, "").strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise InvalidInput(f"{name} holds characters that no key has; set it anew.")
    return key


def _retry_after(told: str | None) -> float | None:
    """Seconds, from a header that holds seconds or a date."""
    if not told:
        return None
    try:
        seconds = float(told)
    except ValueError:
        try:
            when = parsedate_to_datetime(told)
        except ValueError:
            return None
        seconds = (when.astimezone(UTC) - datetime.now(UTC)).total_seconds()
    return max(seconds, 0.0) if seconds == seconds else None
