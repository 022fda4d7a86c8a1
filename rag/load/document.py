"""What a file gives: a Document, or the reason why there is none."""

import hashlib
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from rag.clean import clean_text
from rag.datatypes import Document
from rag.load.facts import date_in_path
from rag.wording import listed

# A 64 MB book has fewer sentences; so many cost more memory and time than one file may.
_MOST_SENTENCES = 1_000_000
_MOST_NOTES = 5
_MAY_END_SENTENCE = re.compile(r"\S\n|[.!?]\s|[。！？]")


class CannotLoad(ValueError):
    """Why a file holds no document; a reason for the report, not an error of the run."""


class Notes(list[str]):
    """What is to be said of a file: the first few notes, and how many more there were."""

    _more = 0

    def append(self, note: str) -> None:
        """Keeps a note, or counts it: a corpus may have millions of rows that cannot be read."""
        if len(self) < _MOST_NOTES:
            super().append(note)
        else:
            self._more += 1

    def told(self) -> str:
        """All of them, in one line."""
        more = len(self[_MOST_NOTES:]) + self._more
        return "; ".join([*self[:_MOST_NOTES], *([f"and {more:,} more"] if more else [])])


@dataclass(frozen=True, slots=True)
class Content:
    """What a reader finds in a file's bytes; see Document for the fields.

    ``text`` is clean (``rag.clean.clean_text``), and ``body`` and ``pages`` are offsets into it.
    """

    text: str
    title: str | None = None
    date: str | None = None
    url: str | None = None
    body: int = 0
    pages: tuple[int, ...] = ()


# Bytes, and a list for notes -> content. Raises CannotLoad.
Reader = Callable[[bytes, list[str]], Content]
# The file's name, its bytes, and a list for notes -> documents. Raises CannotLoad.
Loader = Callable[[str, bytes, list[str]], Iterator[Document]]


def document_of(name: str, data: bytes, content: Content) -> Document:
    """The document of a file. Raises CannotLoad for a text that is none."""
    check_text(content.text[content.body :])
    return Document(
        id=name,
        text=content.text,
        title=content.title or clean_text(PurePosixPath(name).name),
        titled=content.title is not None,
        date=content.date or date_in_path(PurePosixPath(name).name),
        url=content.url,
        sha256=hashlib.sha256(data).hexdigest(),
        body=content.body,
        pages=content.pages,
    )


def check_text(text: str) -> None:
    """Raises CannotLoad if there is no letter or digit in a text, or far more lines than in one."""
    if not any(c.isalnum() for c in text):
        raise CannotLoad("no text")
    ends = itertools.islice(_MAY_END_SENTENCE.finditer(text), _MOST_SENTENCES + 1)
    if sum(1 for _ in ends) > _MOST_SENTENCES:
        raise CannotLoad(f"more than {_MOST_SENTENCES:,} lines or sentences; data, not a document")


def _join_pages(pages: list[str]) -> tuple[str, tuple[int, ...]]:
    """Pages as one text with a blank line between them, and the offsets at which they begin."""
    offsets, at = [], 0
    for page in pages:
        offsets.append(at)
        at += len(page) + 2
    return "\n\n".join(pages), tuple(offsets)


def join_slides(slides: list[str], notes: list[str]) -> tuple[str, tuple[int, ...]]:
    """The same for slides; those without text are noted. Raises CannotLoad where all are so."""
    empty = [number for number, slide in enumerate(slides, 1) if not slide]
    if len(empty) == len(slides):
        raise CannotLoad("no text on any slide")
    if empty:
        notes.append(f"{'slides' if len(empty) > 1 else 'slide'} without text: {listed(empty)}")
    return _join_pages(slides)
