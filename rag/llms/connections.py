"""Lets one thread cut the network connections that another one reads a reply from."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from rag.datatypes import Delta

_LONGEST_BODY = 8_000_000  # bytes


class Connections:
    """The connections of one reply. ``hooks`` are event hooks for its httpx or httpx2 client.

    They remember each socket that is opened, leave out headers that describe this machine, and
    end a response that goes on beyond all reason with ValueError. ``headers`` are those of the
    last response.
    """

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._closed = False
        self._lock = threading.Lock()
        self.headers: Mapping[str, str] = {}
        self.hooks: dict[str, list[Callable[[Any], None]]] = {
            "request": [self._prepare],
            "response": [self._begin],
        }

    def close(self) -> None:
        """Shuts the connections down, those that are yet to be opened too, from any thread."""
        with self._lock:
            self._closed = True
            for opened in self._sockets:
                _shut(opened)

    def _prepare(self, request: Any) -> None:
        request.extensions["trace"] = self._remember
        for name in [name for name in request.headers if name.lower().startswith("x-stainless")]:
            del request.headers[name]

    def _begin(self, response: Any) -> None:
        self.headers = response.headers
        response.iter_bytes = _limited(response.iter_bytes)

    def _remember(self, event: str, info: dict[str, Any]) -> None:
        if not event.endswith(("connect_tcp.complete", "start_tls.complete")):
            return
        opened = info["return_value"].get_extra_info("socket")
        with self._lock:
            self._sockets.append(opened)
            if self._closed:
                _shut(opened)


def _shut(opened: socket.socket) -> None:
    with suppress(OSError):  # it has ended by itself
        opened.shutdown(socket.SHUT_RDWR)


def _limited(pieces: Callable[..., Iterator[bytes]]) -> Callable[..., Iterator[bytes]]:
    def limited(*arguments: Any, **options: Any) -> Iterator[bytes]:
        total = 0
        for piece in pieces(*arguments, **options):
            total += len(piece)
            if total > _LONGEST_BODY:
                raise ValueError(f"more than {_LONGEST_BODY:,} bytes")
            yield piece

    return limited


class Cancellable:
    """An iterator of deltas whose ``close`` works while another thread waits in it."""

    def __init__(self, deltas: Iterator[Delta], cancel: Callable[[], None]) -> None:
        self._deltas = deltas
        self.close = cancel

    def __iter__(self) -> Iterator[Delta]:
        return self

    def __next__(self) -> Delta:
        return next(self._deltas)
