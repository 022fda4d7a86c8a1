"""What runs in the child process: requests on stdin, replies on stdout, one file at a time.

A request is a line of JSON (``kind``, ``size``) and the file's bytes; a reply is eight bytes of
length and JSON (``content``, ``notes``, ``reason``). A reader is imported when it is first
used.
"""

import dataclasses
import importlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from xml.etree.ElementTree import ParseError

from rag.load.document import CannotLoad, Reader

READERS: Mapping[str, tuple[str, str]] = {
    "web page": ("rag.load.web_page", "read_web_page"),
    "PDF": ("rag.load.pdf", "read_pdf"),
    "Word": ("rag.load.word", "read_word"),
    "PowerPoint": ("rag.load.slides", "read_slides"),
    "Excel": ("rag.load.workbook", "read_workbook"),
    "OpenDocument": ("rag.load.open_document", "read_open_document"),
    "EPUB": ("rag.load.book", "read_book"),
    "table": ("rag.load.table", "read_table"),
    "notebook": ("rag.load.notebook", "read_notebook"),
    "subtitles": ("rag.load.subtitles", "read_subtitles"),
    "e-mail": ("rag.load.mail", "read_mail"),
}
_FORBIDDEN = ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec")
_MOST_NOTES = 20
_LIBXML2_NO_MEMORY, _EXPAT_NO_MEMORY = 2, 1  # codes of errors of the two readers of XML
_IDLE = 60  # seconds until an idle child ends itself


def main() -> None:
    """Serves until stdin ends. Arguments: bytes of memory, seconds a file."""
    requests, replies = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not write into a reply
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    _limit_memory(memory)
    sys.addaudithook(_forbid)
    while True:
        _alarm(_IDLE)
        line = requests.readline()
        if not line:
            return
        _alarm(seconds + 5)  # the parent is quicker, unless it is gone
        request = json.loads(line)
        data = requests.read(request["size"])
        if len(data) < request["size"]:
            return
        reply = json.dumps(_reply(request["kind"], data)).encode()
        del data
        replies.write(len(reply).to_bytes(8, "big") + reply)
        replies.flush()


def _reply(kind: str, data: bytes) -> dict[str, Any]:
    notes: list[str] = []
    content, reason = None, None
    try:
        content = dataclasses.asdict(_reader(kind)(data, notes))
    except CannotLoad as error:
        reason = str(error)
    except MemoryError:
        reason = "memory"
    except ImportError as error:
        reason = f"what reads a {kind} is not installed whole ({error}); install rag anew"
    except Exception as error:  # noqa: BLE001 on a damaged file a library may raise anything
        reason = f"it cannot be read as {kind} ({type(error).__name__}); it may be damaged"
        expat = isinstance(error, ParseError)
        if getattr(error, "code", None) == (_EXPAT_NO_MEMORY if expat else _LIBXML2_NO_MEMORY):
            reason = "memory"
    return {"content": content, "notes": notes[:_MOST_NOTES], "reason": reason}


def _reader(kind: str) -> Reader:
    module, name = READERS[kind]
    reader: Reader = getattr(importlib.import_module(module), name)
    return reader


def _limit_memory(most: int) -> None:
    """Private memory that the process may have, where the system knows such a limit."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _alarm(seconds: float) -> None:
    """Ends the process without fuss after that time, be it in the middle of foreign code."""
    with suppress(AttributeError):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _forbid(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _FORBIDDEN:
        raise PermissionError(f"{event} while reading a file")
