"""Bytes of a file -> Documents: text, title, date, url, pages.

``LOADERS`` maps a suffix to a loader. Offsets count characters of ``Document.text``; for plain
text and Markdown that is the decoded file without byte-order mark, with ``\\n`` line ends. Front
matter is part of the text and of no passage. Formats whose files can be made to harm a reader are
read in a child process (child.py); every kind that is not read is said, with the reason.

::

    document.py   Content -> Document, or CannotLoad      decode.py     bytes -> text
    kinds.py      what kind of file it is                 facts.py      title, date, address
    text.py       plain text, Markdown, and the like      corpus.py     JSONL
    child.py      the process for the kinds below         reading.py    what runs in it
    web_page/     HTML                                    book.py       EPUB
    pdf/          PDF                                     mail.py       e-mail
    word.py       Word                                    slides.py     PowerPoint
    drawings.py   their charts, diagrams -> lines         merged_cells.py  rows of equal cells
    table.py      CSV, TSV; rows -> lines                 archive.py    zip files with limits
    workbook.py   Excel: its sheets -> rows               number_format.py  a value -> as shown
    sheet_tables.py  rows of a sheet -> paragraphs        open_document/  ODT, ODS, ODP
    notebook.py   Jupyter                                 subtitles.py  WebVTT, SRT
    headings.py   which paragraphs are, or may be, headings
"""

import functools
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from rag.datatypes import Document
from rag.load.child import Child
from rag.load.corpus import load_corpus
from rag.load.document import CannotLoad, Loader, Notes, Reader, document_of
from rag.load.kinds import KIND_BY_SUFFIX, kind_by_content, telling_suffix
from rag.load.reading import READERS as RISKY
from rag.load.text import read_asciidoc, read_markdown, read_org, read_rst, read_text

__all__ = [
    "CORPUS",
    "LOADERS",
    "CannotLoad",
    "Notes",
    "largest",
    "load_corpus",
    "loader_for",
]

CORPUS = "corpus.jsonl"  # the name by which a file is a corpus wherever it lies
_child = Child()
_READERS: Mapping[str, Reader] = {
    "text": read_text,
    "markdown": read_markdown,
    "reStructuredText": read_rst,
    "AsciiDoc": read_asciidoc,
    "Org": read_org,
} | {kind: _child.reader(kind) for kind in RISKY}


def _load(kind: str, name: str, data: bytes, notes: list[str]) -> Iterator[Document]:
    """The one document of a file that is named as one of ``kind``."""
    kind = kind_by_content(kind, data, notes)
    yield document_of(name, data, _READERS[kind](data, notes))


LOADERS: Mapping[str, Loader] = {
    suffix: functools.partial(_load, kind) for suffix, kind in KIND_BY_SUFFIX.items()
}


def loader_for(path: str, named: bool) -> Loader:
    """The loader of a file; a ``.jsonl`` is a corpus if it was ``named`` or is ``corpus.jsonl``.

    Raises CannotLoad for a kind that is not read.
    """
    pure = PurePosixPath(path)
    if pure.suffix.lower() != ".jsonl":
        return LOADERS[telling_suffix(path)]
    if named or pure.name == CORPUS:
        return load_corpus
    raise CannotLoad(f"a .jsonl file is read as a corpus only if named or called {CORPUS}")


def largest(loader: Loader) -> int:
    """The most bytes of a file that a loader is given."""
    return 2**30 - 1 if loader is load_corpus else 64 * 2**20
