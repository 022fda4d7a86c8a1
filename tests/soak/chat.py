"""`rag chat` as a user runs it, in front of a fake LLM server, and clients that speak its API."""

import http.client
import json
import os
import re
import secrets
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fake_llm_server import Conversation, FakeServer, serving

ROOT = Path(__file__).parents[2]
QUESTION = "How many aid trucks a day entered Gaza in April?"
REPLY = "About 225 trucks per day entered Gaza in April [1]. "
KEY = "sk-canary-of-the-soak-91b7"
_START = 120  # seconds that a chat may take to begin to listen


@dataclass
class Seen:
    """What a client was told of one question; times in seconds since it asked."""

    status: int = 200
    first: float = 0.0
    end: float = 0.0
    events: list[dict[str, Any]] = field(default_factory=list)
    bytes: bytes = b""

    @property
    def trouble(self) -> str:
        """Why it was not answered; '' if it was."""
        last = self.events[-1] if self.events else {}
        if "error" in last:
            return str(last["error"]["message"])
        if last.get("state") == "failed":
            notice = re.search(r'class="notice failed"[^>]*>(.*?)</', last["turn"])
            return notice.group(1) if notice else "failed"
        return "" if last.get("state") == "done" else f"HTTP {self.status}, no end"


@dataclass
class Chat:
    """A running chat; ``log`` holds its stderr."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def resources(self) -> dict[str, int]:
        """Resident memory in MB, threads and open files of the process."""
        folder = Path(f"/proc/{self.process.pid}")
        status = (folder / "status").read_text()
        found = dict(re.findall(r"^(VmRSS|Threads):\s+(\d+)", status, re.M))
        return {
            "MB": int(found["VmRSS"]) // 1024,
            "threads": int(found["Threads"]),
            "files": len(list((folder / "fd").iterdir())),
        }

    def post(self, path: str, body: bytes, **headers: str) -> tuple[int, bytes]:
        """Status and body of a response."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("POST", path, body, {"content-type": "application/json", **headers})
            response = connection.getresponse()
            return response.status, response.read()

    def join(self, question: str, **more: Any) -> tuple[int, str]:
        """Asks without listening: the status, and the id of what would be heard."""
        sent = {name: secrets.token_hex(16) for name in ("visitor", "conversation", "turn")}
        data = {"data": [sent | {"question": question} | more]}
        status, body = self.post("/gradio_api/call/ask", json.dumps(data).encode())
        return status, json.loads(body)["event_id"] if status == 200 else ""

    @contextmanager
    def listening(self, id: str) -> Iterator[http.client.HTTPResponse]:
        """The stream of events of a question."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=400)) as connection:
            connection.request("GET", f"/gradio_api/call/ask/{id}")
            yield connection.getresponse()

    def ask(self, question: str, **more: Any) -> Seen:
        """Asks and listens to the end."""
        began, seen = time.monotonic(), Seen()
        seen.status, id = self.join(question, **more)
        seen.end = time.monotonic() - began
        if seen.status != 200:
            return seen
        with self.listening(id) as response:
            for event in events_of(response, seen):
                seen.first = seen.first or time.monotonic() - began
                seen.events.append(event)
        seen.end = time.monotonic() - began
        return seen


def events_of(response: http.client.HTTPResponse, seen: Seen) -> Iterator[dict[str, Any]]:
    """The events of a stream as they come."""
    kind = ""
    for line in response:
        seen.bytes += line
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "event":
            kind = value
        elif name == "data" and kind == "generating":
            yield json.loads(value)[0]


@contextmanager
def chatting(folder: Path, home: Path) -> Iterator[tuple[Chat, "LLMServer"]]:
    """A chat over ``seeds/`` in a folder of its own, and the LLM server that it asks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "seeds").mkdir()
    for path in (ROOT / "seeds").iterdir():
        (folder / "seeds" / path.name).write_bytes(path.read_bytes())
    log = folder / "log"
    with serving(as_the_question_says) as server, log.open("wb") as errors:
        llm = LLMServer(server)
        rag = [sys.executable, "-m", "rag"]
        environment = {
            **os.environ,
            **server.environment("openai", KEY),
            **{"RAG_HOME": str(home), "RAG_THRESHOLD": "0", "PYTHONPATH": str(ROOT)},
            **{"OPENAI_LOG": "debug", "HF_HUB_OFFLINE": "1"},
        }
        subprocess.run(
            [*rag, "index"], cwd=folder, env=environment, capture_output=True, check=True
        )
        process = subprocess.Popen(
            [*rag, "chat", "--port", str(port), "--llm", "openai:tiny"],
            cwd=folder,
            env=environment,
            stderr=errors,
        )
        try:
            _wait_for(process, log)
            yield Chat(process, port, log), llm
        finally:
            process.terminate()
            try:
                process.wait(30)
            finally:
                process.kill()
                process.wait()


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> None:
    began = time.monotonic()
    while b"rag chat: http" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() - began > _START:
            raise AssertionError(f"rag chat does not start: {log.read_text()}")
        time.sleep(0.05)


# -- the LLM


@dataclass
class LLMServer:
    """The fake server, and what it saw."""

    server: FakeServer

    @property
    def asked(self) -> list[str]:
        """The prompts, in the order in which they came."""
        return [body["messages"][-1]["content"] for _, body in self.server.requests]

    @property
    def left(self) -> Mapping[str, float]:
        """Marker of a question -> when its client left, on the monotonic clock."""
        return self.server.left


def as_the_question_says(conversation: Conversation) -> None:
    """Answers at once, or misbehaves as a word of the question asks: ``#stuck7`` and the like.

    ``#slowN`` sends a piece every 0.1 seconds, ``#endlessN`` for 20 seconds; ``#stuckN`` stays
    silent, ``#muteN`` says a little first; both wait for the client to leave, and N tells whose.
    """
    prompt = conversation.body["messages"][-1]["content"]
    mark = re.search(r"#([a-z]+)(\w*)", prompt.rpartition("Question:")[2])
    act, name = (mark.group(1), mark.group()) if mark else ("", "")
    if act == "error":
        conversation.answer(500, b"INTERNAL-DETAIL " + KEY.encode())
    elif act == "reset":
        conversation.reset()
    elif act in ("stuck", "mute"):
        if act == "mute":
            conversation.begin()
            conversation.text(REPLY)
        conversation.hang()
        conversation.server.left[name] = time.monotonic()
    else:
        pieces = {"slow": 25, "endless": 200}.get(act, 1)
        try:
            conversation.begin()
            for _ in range(pieces):
                conversation.text(REPLY)
                if pieces > 1 and select.select([conversation.connection], [], [], 0.1)[0]:
                    raise BrokenPipeError
        except (BrokenPipeError, ConnectionResetError):
            conversation.server.left[name] = time.monotonic()
            raise
        conversation.end()
