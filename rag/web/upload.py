"""Takes a file from the page into the folder of uploads, checking name, kind and size."""

import asyncio
import json
import os
import secrets
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs

from rag.clean import clean_text, printable
from rag.errors import InvalidInput
from rag.load import loader_for
from rag.web.gate import Receive, Scope, Send, answer

LARGEST_FILE = 64 * 2**20
LARGEST_FOLDER = 2 * 2**30
ROOT_NAME = "uploads"
_ABANDONED = 24 * 60 * 60  # seconds without a byte
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL


class _TooLarge(InvalidInput):
    """There is no room for a file."""


class Uploads:
    """The folder of what was uploaded to one index, in the user's data folder."""

    def __init__(self, home: Path, index: Path) -> None:
        key = sha256(str(index.resolve()).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self.folder = home / "uploads" / key
        self._taken = 0  # bytes, of all uploads that were not given up

    def path_of(self, document: str) -> Path | None:
        """The file of a document's id, if it was uploaded."""
        name = document.removeprefix(f"{ROOT_NAME}/")
        path = self.folder / name
        here = name != document and "/" not in name and path.is_file()
        return path if here else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """POST /upload?name=NAME with the bytes of the file as body; answers with JSON."""
        sent = parse_qs(scope["query_string"].decode("latin-1"), errors="replace")
        try:
            name = checked_name(sent.get("name", [""])[0])
            await self._take(name, receive)
        except InvalidInput as error:
            await _tell(send, 413 if isinstance(error, _TooLarge) else 400, str(error))
        except OSError as error:
            await _tell(send, 507, f"The file cannot be kept: {error.strerror}.")
        else:
            await _tell(send, 200, None, name)

    async def _take(self, name: str, receive: Receive) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._forget_abandoned()
        room = LARGEST_FOLDER - sum(path.stat().st_size for path in self.folder.iterdir())
        draft = self.folder / f".{secrets.token_hex(8)}"  # hidden: a sync leaves it out
        size, more, before = 0, True, self._taken
        try:
            with os.fdopen(os.open(draft, _NEW, 0o600), "wb") as file:
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise InvalidInput("The upload was broken off.")
                    body = message.get("body", b"")
                    size += len(body)
                    self._taken += len(body)
                    if size > LARGEST_FILE:
                        raise _TooLarge(
                            f"{name} is too large; the limit is {LARGEST_FILE // 2**20} MB a file."
                        )
                    if self._taken - before > room:
                        raise _TooLarge(
                            "The uploads are too large together; remove some documents first."
                        )
                    await asyncio.to_thread(file.write, body)
                    more = message.get("more_body", False)
            draft.replace(self.folder / name)
        except BaseException:
            self._taken -= size
            raise
        finally:
            draft.unlink(missing_ok=True)

    def _forget_abandoned(self) -> None:
        """Removes drafts that a chat left behind which was killed."""
        for path in self.folder.glob(".*"):
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - _ABANDONED:
                    path.unlink()


def checked_name(name: str) -> str:
    """The name to keep a file under: no path, not hidden, of a kind that is read.

    Raises InvalidInput.
    """
    name = clean_text(name).replace("\\", "/").rpartition("/")[2].strip()
    if not name or name.startswith(".") or len(name.encode("utf-8", "replace")) > 200:
        raise InvalidInput(
            "The file needs a name of 1 to 200 bytes that does not begin with a dot."
        )
    if any(ord(c) < 32 or ord(c) == 127 for c in name):
        raise InvalidInput(f"The name {printable(name)} holds control characters; rename the file.")
    try:
        loader_for(name, named=False)
    except ValueError as error:
        raise InvalidInput(f"{printable(name)} cannot be indexed: {error}.") from error
    return name


async def _tell(send: Send, status: int, trouble: str | None, name: str = "") -> None:
    told = {"error": {"message": trouble}} if trouble else {"name": name}
    await answer(send, status, json.dumps(told), "application/json")
