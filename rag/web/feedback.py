"""Thumbs and test questions, each a row of a JSONL file in the user's data folder."""

import json
import os
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.errors import InvalidInput, MachineRefused
from rag.web.conversations import Conversation, Turn, now

_writing = threading.Lock()
_LARGEST = 64 * 2**20  # bytes of a file
_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND


def note_rating(home: Path, turn: Turn, note: str) -> None:
    """Appends a rating of an answer to ``feedback.jsonl``."""
    answer = turn.answer
    row = {
        "when": now(),
        "rating": turn.rating or None,
        "note": note.strip() or None,
        "turn": turn.id,
        "question": turn.question,
        "query": answer.query if answer else None,
        "status": answer.status if answer else None,
        "text": answer.text if answer else None,
        "citations": [
            {"document": c.document, "start": c.start, "end": c.end}
            for c in (answer.citations if answer else ())
        ],
        "llm": turn.llm,
        "index": dict(answer.index) if answer else None,
    }
    _append(home / "feedback.jsonl", row)


def add_test_question(home: Path, conversation: Conversation, turn: Turn) -> tuple[Path, bool]:
    """Appends a turn to the question set ``questions.jsonl``; False if it is there already."""
    answer = turn.answer
    if answer is None or turn.state != "done":
        raise InvalidInput("Only a question with a whole answer can become a test question.")
    path = home / "questions.jsonl"
    row: dict[str, Any] = {
        "id": f"chat-{turn.id[:12]}",
        "question": turn.question,
        "answerable": answer.status != "not_in_documents",
        "type": "chat",
        "evidence": [{"file": c.document, "quote": c.quote} for c in answer.citations],
    }
    if answer.short and answer.short.sure:
        row["answers"] = [answer.short.text]
    before = conversation.turns[: conversation.turns.index(turn)]
    history = Conversation(conversation.id, before).history()
    if history:
        row["history"] = [asdict(message) for message in history]
        row["standalone"] = answer.query
    if _holds(path, row["id"]):
        return path, False
    _append(path, row)
    return path, True


def _holds(path: Path, id: str) -> bool:
    try:
        return f'"id": "{id}"' in path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
    except (OSError, UnicodeDecodeError) as error:
        raise MachineRefused(f"{path} cannot be read: {error}.") from error


def _append(path: Path, row: dict[str, Any]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _writing, os.fdopen(os.open(path, _APPEND, 0o600), "w") as file:
            if os.fstat(file.fileno()).st_size >= _LARGEST:
                raise MachineRefused(f"{path} is full; move it elsewhere.")
            file.write(json.dumps(row) + "\n")
    except OSError as error:
        raise MachineRefused(f"{path} cannot be written: {error.strerror}.") from error
