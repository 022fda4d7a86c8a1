"""What stands before every request: who may come in, by which door, with how much.

A page of another site must not read or steer the chat (cross-site requests, DNS rebinding), and of
Gradio's many routes only those that the page uses are open: no file is served but the page's own.
"""

import json
import re
import socket
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import AbstractContextManager
from http.cookies import CookieError, SimpleCookie
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol

from rag.web.brake import Brake

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_REQUEST = 256 * 1024  # bytes; an upload has its own limit
_FOLDER = Path(__file__).parent
_SCRIPTS = ("page.js", "talk.js", "keep.js", "library.js", "wire.js", "words.js", "login.js")
_STATIC = {
    "/": ("page.html", "text/html"),
    "/style.css": ("style.css", "text/css"),
    "/icon.svg": ("icon.svg", "image/svg+xml"),
    **{f"/{name}": (name, "text/javascript") for name in _SCRIPTS},
}
_DOORS = re.compile(
    r"POST /login|GET /logout|POST /upload|GET /gradio_api/startup-events"
    r"|POST /gradio_api/run/(?!(?:ask|index)$)[a-z_]+|POST /gradio_api/call/(?:ask|index)"
    r"|GET /gradio_api/call/(?:ask|index)/[0-9a-f]{32}"
)
_ASK = "/gradio_api/call/ask"
_STREAM = re.compile(r"/gradio_api/call/[a-z]+/([0-9a-f]{32})")
_WITHOUT_LOGIN = ("/login", "/gradio_api/startup-events")
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
}


class Streams(Protocol):
    """The streams that a page may listen to, by their ids."""

    def __contains__(self, stream: object, /) -> bool: ...

    def hearing(self, stream: str, /) -> AbstractContextManager[None]:
        """While somebody listens."""
        ...


class Gate:
    """Lets a request through to ``inside``, or answers it.

    ``host`` is the one that is listened on; ``user_of`` gives the name behind the cookies of a
    request, or None; without ``login`` everyone may come in. ``upload`` takes POST /upload;
    ``brake`` slows down POST /login; ``admit`` says whether there is room for a question, so that
    a crowd is refused at the door; ``streams`` gives those that are kept.
    """

    def __init__(
        self,
        host: str,
        login: bool,
        user_of: Callable[[dict[str, str]], str | None],
        upload: Application,
        brake: Brake,
        admit: Callable[[], bool],
        streams: Callable[[], Streams],
    ) -> None:
        self._names = {host.lower(), "localhost", socket.gethostname().lower()}
        self._login = login
        self._user_of = user_of
        self._upload = upload
        self._brake = brake
        self._admit = admit
        self._streams = streams

    async def __call__(
        self, inside: Application, scope: Scope, receive: Receive, send: Send
    ) -> None:
        """Handles one request, as an ASGI application around another."""
        if scope["type"] == "lifespan":
            await inside(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # no door for web sockets
        send = _with_headers(send)
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        method, path = scope["method"], scope["path"]
        if refusal := self._refusal(method, path, headers):
            await answer(send, *refusal)
        elif path in _STATIC:
            name, type = _STATIC[path]
            if path == "/" and not self._is_known(headers):
                name = "login.html"
            body = b"" if method == "HEAD" else (_FOLDER / name).read_bytes()
            await answer(send, 200, body, type)
        elif path == "/upload":
            await self._upload(scope, receive, send)
        else:
            body_or_none = await _body(receive)
            if body_or_none is None:
                await answer(send, 413, f"At most {LARGEST_REQUEST:,} bytes.")
                return
            receive = _again(_only_data(body_or_none), receive)
            if path == "/login":
                await self._log_in(inside, scope, receive, send)
            elif stream := _STREAM.fullmatch(path):
                with self._streams().hearing(stream[1]):
                    await inside(scope, receive, send)
            else:
                await inside(scope, receive, send)

    async def _log_in(
        self, inside: Application, scope: Scope, receive: Receive, send: Send
    ) -> None:
        address = str((scope.get("client") or ("",))[0])

        async def wrapped(message: MutableMapping[str, Any]) -> None:
            if message.get("status") == 200:
                self._brake.release(address)
            await send(message)

        if wait := self._brake.take(address):
            told = "Too many wrong passwords; wait."
            await answer(send, 429, told, more=((b"retry-after", str(wait).encode()),))
        else:
            await inside(scope, receive, wrapped)

    def _refusal(self, method: str, path: str, headers: dict[str, str]) -> tuple[int, str] | None:
        """Why a request is refused, as status and words."""
        host = headers.get("host", "")
        if not self._is_ours(host):
            return 421, "This is not the host that was asked for."
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2] != host:
            return 403, "Another site may not use this chat."
        entering = path == "/" and method in ("GET", "HEAD")
        if not entering and headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return 403, "Another site may not use this chat."
        if path in _STATIC and method in ("GET", "HEAD"):
            return None
        if not _DOORS.fullmatch(f"{method} {path}"):
            return 404, "There is nothing here."
        kind = headers.get("content-type", "").partition(";")[0]
        if method == "POST" and path.startswith("/gradio_api/") and kind != "application/json":
            return 415, "Only JSON is taken here."
        if path not in _WITHOUT_LOGIN and not self._is_known(headers):
            return 401, "Log in first."
        if (method, path) == ("POST", _ASK) and not self._admit():
            return 503, "Too many questions are being answered; ask again in a moment."
        if (stream := _STREAM.fullmatch(path)) and stream[1] not in self._streams():
            return 404, "There is no such answer, or it was kept long enough; ask again."
        return None

    def _is_known(self, headers: dict[str, str]) -> bool:
        return not self._login or self._user_of(_cookies(headers)) is not None

    def _is_ours(self, host: str) -> bool:
        """A name that another site can point at this machine is refused, an address cannot be."""
        name = re.sub(r":\d*$", "", host).lower()
        if name in self._names:
            return True
        try:
            ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return True


async def answer(
    send: Send,
    status: int,
    body: str | bytes,
    type: str = "text/plain",
    more: Sequence[tuple[bytes, bytes]] = (),
) -> None:
    """A whole response, with ``more`` headers."""
    data = body.encode() if isinstance(body, str) else body
    headers = [
        (b"content-type", f"{type}; charset=utf-8".encode()),
        (b"content-length", str(len(data)).encode()),
        *more,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": data})


def _cookies(headers: dict[str, str]) -> dict[str, str]:
    try:
        return {
            name: found.value for name, found in SimpleCookie(headers.get("cookie", "")).items()
        }
    except CookieError:
        return {}


def _with_headers(send: Send) -> Send:
    async def wrapped(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            own = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
            kept = [
                (name, value)
                for name, value in message.get("headers", [])
                if not name.lower().startswith(b"access-control-")
                and name.lower().decode() not in HEADERS
            ]
            message = {**message, "headers": kept + own}
        await send(message)

    return wrapped


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None if it is too large."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_REQUEST:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _only_data(body: bytes) -> bytes:
    """Without what else Gradio takes: its client could name a session, to gather answers in."""
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return body  # Gradio says what is wrong with it
    known = isinstance(sent, dict) and "data" in sent
    return json.dumps({"data": sent["data"]}).encode() if known else body


def _again(body: bytes, receive: Receive) -> Receive:
    """Gives the body once more, then what comes after it."""
    given = False

    async def wrapped() -> MutableMapping[str, Any]:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return wrapped
