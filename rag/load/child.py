"""Reads risky files in a child process that can be killed, so that no file can harm the run.

The child is started when it is first needed and reads one file after another. It has no more than
``MEMORY`` and a file has no more than ``SECONDS``; what needs more is skipped with that reason. A
child that dies is replaced. Requests and replies are JSON and plain bytes on its pipes.
"""

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from rag.load.document import CannotLoad, Content, Reader

MEMORY = 512 * 2**20  # bytes
SECONDS = 30.0
_LONGEST_REPLY = 2**28  # bytes
_START = (
    "import sys; sys.path[:] = sys.argv.pop().split({!r}); import rag.load.reading as r; r.main()"
)


class _Died(Exception):
    """The child ended, or spent its memory, before it answered."""


class Child:
    """One child process, made when it is needed. Safe to use from several threads."""

    def __init__(self, memory: int = MEMORY, seconds: float = SECONDS) -> None:
        self._memory = memory
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def reader(self, kind: str) -> Reader:
        """A reader of ``kind`` (see rag.load.reading) that runs in the child."""

        def read(data: bytes, notes: list[str]) -> Content:
            reply = self._reply(kind, data)
            notes.extend(reply["notes"])
            if reply["reason"] is not None:
                raise CannotLoad(reply["reason"])
            content = reply["content"]
            return Content(**content | {"pages": tuple(content["pages"])})

        return read

    def close(self) -> None:
        """Ends the child, if there is one."""
        with self._lock:
            self._end()

    def _reply(self, kind: str, data: bytes) -> dict[str, Any]:
        with self._lock:
            deadline = time.monotonic() + self._seconds  # of the file, also where it is asked twice
            used_before = self._process is not None
            try:
                return self._ask(kind, data, deadline)
            except _Died as died:
                if not used_before:
                    raise CannotLoad(str(died)) from None
            try:  # what the files before it left behind may have been the cause
                return self._ask(kind, data, deadline)
            except _Died as died:
                raise CannotLoad(str(died)) from None

    def _ask(self, kind: str, data: bytes, deadline: float) -> dict[str, Any]:
        """One request. Raises _Died, or CannotLoad when the time is up."""
        process = self._process = self._process or self._started()
        late = threading.Event()

        def stop() -> None:
            late.set()  # before the pipe ends, or it would look like a crash
            process.kill()

        timer = threading.Timer(deadline - time.monotonic(), stop)
        timer.start()
        whole = False
        try:
            reply = _exchange(process, {"kind": kind, "size": len(data)}, data)
            whole = reply.get("reason") != "memory"
        except (OSError, ValueError):
            if late.is_set():
                raise CannotLoad(f"reading it took over {self._seconds:.0f} seconds") from None
            raise _Died("its reader crashed; the file may be damaged") from None
        finally:  # also when interrupted: a half-read reply must not be taken for the next one's
            timer.cancel()
            if not whole:
                self._end()
        if not whole:
            raise _Died(f"reading it takes over {self._memory // 2**20} MB of memory")
        return reply

    def _started(self) -> subprocess.Popen[bytes]:
        here = str(Path(__file__).resolve().parents[2])
        path = [here, *(os.path.abspath(p) for p in sys.path if p)]  # noqa: PTH100 resolves no link
        return subprocess.Popen(
            [
                sys.executable, "-I", "-c", _START.format(os.pathsep),
                str(self._memory), str(self._seconds), os.pathsep.join(path),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is the parent's to handle
        )  # fmt: skip

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):  # of what it had not read yet
                pipe.close()  # type: ignore[union-attr]
        process.wait()


def _exchange(
    process: subprocess.Popen[bytes], request: dict[str, Any], data: bytes
) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write(json.dumps(request).encode() + b"\n")
    process.stdin.write(data)
    process.stdin.flush()
    size = int.from_bytes(_exactly(process.stdout, 8), "big")
    if size > _LONGEST_REPLY:
        raise ValueError("the reply is too long")
    reply = json.loads(_exactly(process.stdout, size))
    assert isinstance(reply, dict)
    return reply


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    """``size`` bytes of a pipe. Raises OSError if it ends before."""
    data = pipe.read(size)
    if len(data) < size:
        raise OSError("the pipe ended early")
    return data
