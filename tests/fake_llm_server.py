"""A server on the loopback that speaks as LLM servers do, and misbehaves on demand."""

import gzip
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

DIALECTS = ("openai", "ollama", "anthropic")
Act = Callable[["Conversation"], None]


def _sse(data: Any) -> bytes:
    event = f"event: {data['type']}\n".encode() if "type" in data else b""
    return event + b"data: " + json.dumps(data).encode() + b"\n\n"


def _ndjson(data: Any) -> bytes:
    return json.dumps(data).encode() + b"\n"


class Conversation(BaseHTTPRequestHandler):
    """One request and what is sent back, in the dialect that its path tells."""

    protocol_version = "HTTP/1.1"
    server: "FakeServer"

    def log_message(self, format: str, *args: Any) -> None: ...

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path == "/api/show":
            self.answer(200, _ndjson({"model_info": {"llama.context_length": 4096}}))
            return
        self.server.paths.append(self.path)
        self.dialect = "ollama" if self.path == "/api/chat" else "anthropic"
        if self.path.endswith("/chat/completions"):
            self.dialect = "openai"
        self.close_connection = True
        acts = self.server.acts
        self.server.requests.append((dict(self.headers), body))
        self.body = body
        act = acts[min(len(self.server.requests), len(acts)) - 1]
        try:
            act(self)
        except (BrokenPipeError, ConnectionResetError):
            self.server.client_left.set()

    def do_GET(self) -> None:
        models = [("tiny:1b", "llama"), ("some-embedder:latest", "nomic-bert")]
        told = [{"model": name, "details": {"family": family}} for name, family in models]
        self.answer(200, _ndjson({"models": told}))

    def answer(self, status: int, body: bytes, *headers: tuple[str, str]) -> None:
        """A whole response."""
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def begin(self, kind: str = "", encoding: str = "") -> None:
        """The head of a stream, which goes on until the connection ends."""
        stream = "application/x-ndjson" if self.dialect == "ollama" else "text/event-stream"
        self.send_response(200)
        self.send_header("Content-Type", kind or stream)
        self.send_header("Connection", "close")
        if encoding:
            self.send_header("Content-Encoding", encoding)
        self.end_headers()
        if self.dialect == "anthropic" and not kind and not encoding:
            self.start()

    def start(self) -> None:
        """What the messages API sends before its first piece."""
        if self.dialect == "anthropic":
            usage = {"input_tokens": 7, "output_tokens": 1}
            self.raw(_sse({"type": "message_start", "message": {"usage": usage, "content": []}}))

    def raw(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def text(self, *pieces: str) -> None:
        """Pieces of the reply."""
        for piece in pieces:
            self.raw(self.encoded(piece))

    def encoded(self, piece: str) -> bytes:
        if self.dialect == "openai":
            return _sse({"choices": [{"index": 0, "delta": {"content": piece}}]})
        if self.dialect == "ollama":
            return _ndjson({"message": {"role": "assistant", "content": piece}, "done": False})
        delta = {"type": "text_delta", "text": piece}
        return _sse({"type": "content_block_delta", "index": 0, "delta": delta})

    def reasoning(self, piece: str) -> None:
        """A piece of reasoning in the field that the dialect has for it."""
        if self.dialect == "openai":
            self.raw(_sse({"choices": [{"index": 0, "delta": {"reasoning_content": piece}}]}))
        elif self.dialect == "ollama":
            message = {"role": "assistant", "content": "", "thinking": piece}
            self.raw(_ndjson({"message": message, "done": False}))
        else:
            delta = {"type": "thinking_delta", "thinking": piece}
            self.raw(_sse({"type": "content_block_delta", "index": 0, "delta": delta}))

    def end(self, cut: bool = False) -> None:
        """The end of a whole reply: 7 tokens were read and 3 written."""
        if self.dialect == "openai":
            reason = "length" if cut else "stop"
            self.raw(_sse({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]}))
            self.raw(_sse({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 3}}))
            self.raw(b"data: [DONE]\n\n")
        elif self.dialect == "ollama":
            end = {"done": True, "done_reason": "length" if cut else "stop"}
            counts = {"prompt_eval_count": 7, "eval_count": 3}
            self.raw(_ndjson({"message": {"role": "assistant", "content": ""}} | end | counts))
        else:
            delta = {"stop_reason": "max_tokens" if cut else "end_turn"}
            usage = {"output_tokens": 3}
            self.raw(_sse({"type": "message_delta", "delta": delta, "usage": usage}))
            self.raw(_sse({"type": "message_stop"}))

    def tool_call(self) -> None:
        """A call of a tool that nobody offered."""
        function = {"name": "search", "arguments": "{}"}
        if self.dialect == "openai":
            calls = {"tool_calls": [{"index": 0, "id": "1", "type": "function"}]}
            calls["tool_calls"][0]["function"] = function
            self.raw(_sse({"choices": [{"index": 0, "delta": calls}]}))
        elif self.dialect == "ollama":
            called = [{"function": {"name": "search", "arguments": {}}}]
            message = {"role": "assistant", "content": "", "tool_calls": called}
            self.raw(_ndjson({"message": message, "done": False}))
        else:
            delta = {"type": "input_json_delta", "partial_json": "{}"}
            self.raw(_sse({"type": "content_block_delta", "index": 0, "delta": delta}))

    def error(self, told: str) -> None:
        """An error within the stream, whose status was 200."""
        error = {"type": "api_error", "message": told}
        if self.dialect == "ollama":
            self.raw(_ndjson({"error": told}))
        elif self.dialect == "openai":
            self.raw(_sse({"error": error}))
        else:
            self.raw(_sse({"type": "error", "error": error}))

    def hang(self) -> None:
        """Says nothing until the client leaves, whatever it left unread."""
        with suppress(ConnectionResetError):
            while self.connection.recv(1000):
                pass
        self.server.client_left.set()

    def reset(self) -> None:
        """Breaks the connection off."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


class FakeServer(ThreadingHTTPServer):
    """Plays ``acts``, one a request, the last one again and again."""

    daemon_threads = True

    def __init__(self, *acts: Act, host: str = "127.0.0.1") -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), Conversation)
        self.acts = acts
        self.requests: list[tuple[dict[str, str], Any]] = []
        self.paths: list[str] = []
        self.client_left = threading.Event()
        self.left: dict[str, float] = {}  # for acts: by a name, when a client left

    @property
    def address(self) -> str:
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"

    def environment(self, dialect: str, key: str = "key") -> dict[str, str]:
        """What makes a back end ask this server."""
        name, key_name, path = {
            "openai": ("OPENAI_BASE_URL", "OPENAI_API_KEY", "/v1"),
            "ollama": ("OLLAMA_HOST", "OLLAMA_API_KEY", ""),
            "anthropic": ("ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", ""),
        }[dialect]
        return {name: self.address + path, key_name: key}

    def handle_error(self, request: Any, client_address: Any) -> None: ...


@contextmanager
def serving(*acts: Act) -> Iterator[FakeServer]:
    """A server in a thread of its own."""
    with running(FakeServer(*acts)) as server:
        yield server


@contextmanager
def running(server: FakeServer) -> Iterator[FakeServer]:
    """A server that answers, in a thread of its own."""
    with server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


def says(*pieces: str) -> Act:
    """A whole reply in these pieces."""

    def act(conversation: Conversation) -> None:
        conversation.begin()
        conversation.text(*pieces)
        conversation.end()

    return act


def writes(how: str, *pieces: str) -> Act:
    """A whole reply, written in one of the other ways that streams may be written in."""

    def act(conversation: Conversation) -> None:
        written: list[bytes] = []
        conversation.begin(encoding="gzip" if how == "gzip" else "")
        send, conversation.raw = conversation.raw, written.append  # type: ignore[method-assign,assignment]
        if how == "gzip":
            conversation.start()
        conversation.text(*pieces)
        conversation.end()
        if how == "crlf":
            send(b"".join(written).replace(b"\n", b"\r\n"))
        elif how == "no space":
            send(b"".join(written).replace(b"data: ", b"data:").replace(b"event: ", b"event:"))
        elif how == "comments" and conversation.dialect != "ollama":
            send(b": ping\n\n".join(written))
        else:
            whole = b"".join(written)
            send(gzip.compress(whole) if how == "gzip" else whole)

    return act


def fails(status: int, body: bytes = b"INTERNAL-DETAIL", *headers: tuple[str, str]) -> Act:
    """A response of an HTTP status."""
    return lambda conversation: conversation.answer(status, body, *headers)
