"""`scripted:FILE`: replies from a file, for tests and for trying things out.

The file is JSONL. Rows of ``{"reply"}`` are used in order, the last one again and again; rows of
``{"question", "reply"}`` are matched by the question asked.
"""

import json
import re
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from rag.clean import clean_question
from rag.datatypes import Delta, Prompt
from rag.errors import InvalidInput, LLMFailed
from rag.files import expanded, read_named
from rag.tokens import count_tokens

_LARGEST_FILE = 100_000_000  # bytes
_PIECE = re.compile(r"\s*\S+\s*")


class ScriptedLLM:
    """Says what its rows say; ``rows`` are (question, reply), or (None, reply) for all of them."""

    host = None
    window = 8192
    rewrites = False

    def __init__(self, spec: str, rows: list[tuple[str | None, str]]) -> None:
        self.spec = spec
        self._replies: dict[str | None, list[str]] = defaultdict(list)
        for question, reply in rows:
            self._replies[question].append(reply)
        self._lock = threading.Lock()

    def count(self, text: str) -> int:
        """Tokens of a text."""
        return count_tokens(text)

    def stream(self, prompt: Prompt) -> Iterator[Delta]:
        """The next reply, word by word. Raises LLMFailed for a question that has no row."""
        reply = self._next_reply(prompt)
        for piece in _PIECE.findall(reply):
            yield Delta(piece)
        yield Delta("", "stop", prompt.tokens, count_tokens(reply))

    def _next_reply(self, prompt: Prompt) -> str:
        with self._lock:
            for question in (None, clean_question(prompt.question)):
                if replies := self._replies.get(question):
                    return replies.pop(0) if len(replies) > 1 else replies[0]
        raise LLMFailed(
            f"{self.spec} has no reply to the question {prompt.question!r}; add a row for it."
        )


def open_scripted(argument: str, environment: Mapping[str, str]) -> ScriptedLLM:
    """The LLM of a file of rows."""
    return ScriptedLLM(f"scripted:{argument}", _read_rows(expanded(argument)))


def _read_rows(path: Path) -> list[tuple[str | None, str]]:
    """(question or None, reply) of each row. Raises InvalidInput with the line at fault."""
    try:
        lines = read_named(path, _LARGEST_FILE).decode("utf-8-sig").split("\n")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path} is not UTF-8.") from error
    rows = [
        _row(line, f"{path}, line {number}")
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not rows:
        raise InvalidInput(f'{path} holds no rows; write one like {{"reply": "..."}}.')
    if len({question is None for question, _ in rows}) == 2:
        raise InvalidInput(f"{path} has rows with a question and rows without; use one kind.")
    return rows


def _row(line: str, where: str) -> tuple[str | None, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{where}: not JSON.") from error
    question = row.get("question") if isinstance(row, dict) else None
    if (
        not isinstance(row, dict)
        or not isinstance(row.get("reply"), str)
        or not isinstance(question, str | None)
    ):
        raise InvalidInput(f'{where}: not {{"reply": "..."}} or {{"question", "reply"}}.')
    return (clean_question(question) if question is not None else None), row["reply"]
