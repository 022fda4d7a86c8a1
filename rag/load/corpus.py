"""A corpus: a document a row of a JSONL file."""

import hashlib
import json
from collections.abc import Iterator

from rag.clean import clean_text
from rag.datatypes import Document
from rag.load.document import CannotLoad, check_text
from rag.load.facts import date_in_path, one_line, parse_date, web_address

_LONGEST_ROW = 64 * 2**20  # bytes


def load_corpus(name: str, data: bytes, notes: list[str]) -> Iterator[Document]:
    """A JSONL corpus: a document a row (``_id``, ``title``, ``text``, ``metadata``).

    A row that cannot be read is left out with a note; a file without a readable row raises.
    """
    start, number, good = 0, 0, 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        row, start, number = data[start:end].strip(), end + 1, number + 1
        if not row:
            continue
        try:
            if len(row) > _LONGEST_ROW:
                raise ValueError(f"too large ({len(row):,} bytes)")
            yield _corpus_row(row)
            good += 1
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            notes.append(f"line {number}: {_row_trouble(error)}")
    if not good:
        raise CannotLoad("no row can be read" if notes else "no text")


def _corpus_row(row: bytes) -> Document:
    found = json.loads(row)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    name, text = found["_id"], found["text"]
    if not isinstance(name, str) or not name.strip() or not isinstance(text, str):
        raise ValueError("_id and text must be texts")
    text = clean_text(text)
    check_text(text)
    metadata = found.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    url = web_address(metadata.get("url"))
    title = one_line(found.get("title"))
    name = clean_text(name)
    return Document(
        id=name,
        text=text,
        title=title or name,
        titled=title is not None,
        date=parse_date(metadata.get("date")) or date_in_path(url),
        url=url,
        sha256=hashlib.sha256(row).hexdigest(),
    )


def _row_trouble(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no {error.args[0]}"
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | RecursionError):
        return "not valid JSON"
    return str(error)
