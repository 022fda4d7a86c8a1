"""A question set -> Examples: JSONL of our own or with other names, or a BEIR folder."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag.clean import clean_question, clean_text
from rag.datatypes import Message, Span
from rag.errors import InvalidInput
from rag.evaluate.matching import normalise
from rag.files import read_named

_KNOWN = {
    "id", "question", "answers", "parts", "evidence", "answerable", "type", "history", "standalone",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evidence:
    """A gold quote: in the document named, or in any (""); or a gold span of the document."""

    document: str
    quote: str = ""
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A question with what is known of its right answer.

    ``parts`` are the pieces an answer must hold, each with alternatives. ``judged`` gives the gain
    of whole documents. ``answerable`` is None where nothing tells.
    """

    id: str
    question: str
    answers: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    judged: Mapping[str, int] | None = None
    answerable: bool | None = None
    type: str = ""
    history: tuple[Message, ...] = ()
    standalone: str = ""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The examples of a file or folder; ``corpus`` is the one that came with them, if any."""

    path: Path
    examples: tuple[Example, ...]
    corpus: Path | None = None
    notes: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        """A hash of all that is asked and all that is held to be right."""
        rows = [asdict(example) for example in self.examples]
        data = json.dumps(rows, sort_keys=True).encode()
        return hashlib.sha256(data).hexdigest()

    def select(self, type: str | None, limit: int | None) -> "QuestionSet":
        """Only the examples of a type, at most ``limit`` of them."""
        chosen = [e for e in self.examples if type is None or e.type == type][:limit]
        if not chosen:
            types = ", ".join(sorted({e.type for e in self.examples if e.type})) or "none"
            raise InvalidInput(
                f"{self.path} has no questions of the type {type!r}; its types: {types}."
            )
        return replace(self, examples=tuple(chosen))


def read_questions(path: Path) -> QuestionSet:
    """The question set in a JSONL file or a BEIR folder.

    Raises InvalidInput, with the line, for a row that cannot be used, and for an empty set.
    """
    from rag.evaluate.beir import read_beir

    found = read_beir(path) if path.is_dir() else _read_jsonl(path)
    if not found.examples:
        raise InvalidInput(f"{path} holds no questions.")
    return found


def _read_jsonl(path: Path) -> QuestionSet:
    examples: dict[str, Example] = {}
    ignored: set[str] = set()
    for where, row in json_rows(path):
        if "_id" in row and "text" in row and "question" not in row:
            raise InvalidInput(
                f"{where}: a row of a BEIR folder or corpus; name the folder that holds "
                "queries.jsonl and qrels.tsv instead."
            )
        if "user_input" in row:
            example = _renamed(row, where, str(len(examples) + 1))
        else:
            ignored |= row.keys() - _KNOWN
            example = example_of(row, where)
        if example.id in examples:
            raise InvalidInput(f"{where}: the id {example.id!r} is there twice.")
        examples[example.id] = example
    notes = [f"{path} has names that are not read: {', '.join(sorted(ignored))}"] * bool(ignored)
    return QuestionSet(path, tuple(examples.values()), notes=tuple(notes))


def json_rows(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Where each row of a JSONL file is ("FILE, line N"), and the row."""
    try:
        lines = read_named(path).removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"{where}: not JSON ({error}).") from error
        if not isinstance(row, dict):
            raise InvalidInput(f"{where}: not a JSON object.")
        yield where, row


def _renamed(row: Mapping[str, Any], where: str, number: str) -> Example:
    """A row with the names user_input, reference and reference_contexts."""
    contexts = row.get("reference_contexts") or []
    reference = row.get("reference")
    if not isinstance(contexts, list):
        raise InvalidInput(f"{where}: reference_contexts is not a list of texts.")
    return example_of(
        {
            "id": row.get("id", number),
            "question": row["user_input"],
            "answers": [] if reference in (None, "") else [reference],
            "evidence": [{"file": "", "quote": context} for context in contexts],
            "type": row.get("type") or row.get("synthesizer_name"),
            **{name: row[name] for name in ("answerable", "history", "standalone") if name in row},
        },
        where,
    )


def example_of(
    row: Mapping[str, Any], where: str, judged: Mapping[str, int] | None = None
) -> Example:
    """An Example from a row with the names of our own JSONL. Raises InvalidInput."""
    id = row.get("id")
    if isinstance(id, bool) or not isinstance(id, str | int) or not str(id).strip():
        raise InvalidInput(f"{where}: `id` is missing or not a text.")
    question = _text(row, "question", where)
    if not clean_question(question):
        raise InvalidInput(f"{where}: `question` is missing or empty.")
    answers = tuple(_texts(row.get("answers"), "answers", where))
    documents, evidence = _evidence(row.get("evidence"), where)
    judged = judged or dict.fromkeys(documents, 1) or None
    parts = _parts(row.get("parts"), where)
    answerable = row.get("answerable")
    if answerable is None and (answers or parts or evidence or judged):
        answerable = True
    if not isinstance(answerable, bool | None):
        raise InvalidInput(f"{where}: `answerable` is neither true nor false.")
    return Example(
        id=clean_text(str(id)),
        question=question,
        answers=answers,
        parts=parts,
        evidence=evidence,
        judged=judged,
        answerable=answerable,
        type=_text(row, "type", where),
        history=tuple(_history(row.get("history"), where)),
        standalone=_text(row, "standalone", where),
    )


def _text(row: Mapping[str, Any], name: str, where: str) -> str:
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"{where}: `{name}` is not a text.")
    return clean_text(value)


def _texts(value: Any, name: str, where: str) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise InvalidInput(f"{where}: `{name}` is not a list of texts.")
    return [clean_text(text) for text in value]


def _parts(value: Any, where: str) -> tuple[tuple[str, ...], ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise InvalidInput(f"{where}: `parts` is not a list of lists of texts.")
    parts = []
    for part in value:
        alternatives = _texts(part, "parts", where) if isinstance(part, list) else []
        if not any(normalise(text) for text in alternatives):
            raise InvalidInput(
                f"{where}: {part!r} in `parts` is not a list of texts with a word in one of them."
            )
        parts.append(tuple(alternatives))
    return tuple(parts)


def _evidence(value: Any, where: str) -> tuple[list[str], tuple[Evidence, ...]]:
    """Gold documents where no quotes are given, else gold quotes."""
    entries = [] if value is None else value
    if not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise InvalidInput(f'{where}: `evidence` is not a list of {{"file", "quote"}}.')
    files = [_text(entry, "file", where) for entry in entries]
    quotes = [_text(entry, "quote", where) for entry in entries]
    if any(not file and not quote for file, quote in zip(files, quotes, strict=True)):
        raise InvalidInput(f"{where}: an entry of `evidence` has neither file nor quote.")
    if any(quote.strip() for quote in quotes):
        if not all(quote.strip() for quote in quotes):
            raise InvalidInput(f"{where}: some entries of `evidence` have a quote, others none.")
        return [], tuple(map(Evidence, files, quotes))
    return files, ()


def _history(value: Any, where: str) -> Sequence[Message]:
    turns = [] if value is None else value
    ok = isinstance(turns, list) and all(
        isinstance(turn, dict)
        and turn.get("role") in ("user", "assistant")
        and isinstance(turn.get("content"), str)
        for turn in turns
    )
    if not ok:
        raise InvalidInput(
            f'{where}: `history` is not a list of {{"role", "content"}} with the roles user and '
            "assistant."
        )
    return [Message(turn["role"], clean_text(turn["content"])) for turn in turns]
