"""Which kind of file this is: by its suffix, and by its first bytes where they are certain."""

import re
from pathlib import PurePosixPath

from rag.load.archive import list_archive
from rag.load.document import CannotLoad

KIND_BY_SUFFIX = {
    ".txt": "text",
    ".text": "text",
    ".log": "text",
    ".adoc": "AsciiDoc",
    ".org": "Org",
    ".md": "markdown",
    ".markdown": "markdown",
    ".rst": "reStructuredText",
    ".ipynb": "notebook",
    ".vtt": "subtitles",
    ".srt": "subtitles",
    ".html": "web page",
    ".htm": "web page",
    ".xhtml": "web page",
    ".pdf": "PDF",
    ".docx": "Word",
    ".pptx": "PowerPoint",
    ".odt": "OpenDocument",
    ".ods": "OpenDocument",
    ".odp": "OpenDocument",
    ".epub": "EPUB",
    ".xlsx": "Excel",
    ".xlsm": "Excel",
    ".csv": "table",
    ".tsv": "table",
    ".eml": "e-mail",
}
# Files that have no suffix by custom, or one that tells whose they are (README.Debian).
_TEXTS = frozenset(
    """
    authors changelog changes contributing contributors copying copyright faq history install
    licence license news notice readme thanks todo
    """.split()
)
_NOT_READ = {
    ".doc": "an old Word file; save it as .docx",
    ".ppt": "an old PowerPoint file; save it as .pptx",
    ".xls": "an old Excel file; save it as .xlsx",
    ".xlsb": "a binary Excel file; save it as .xlsx",
    ".rtf": "a rich text file; save it as .docx",
    ".msg": "an Outlook message; save it as .eml",
    ".mobi": "a Kindle book; convert it to .epub",
    ".azw3": "a Kindle book; convert it to .epub",
    ".json": "data, not a document",
    ".xml": "data, not a document",
}
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".tif", ".tiff", ".bmp", ".svg", ".heic")
_MAGIC = (
    (b"{\\rtf", ".rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE"),
    (b"\x89PNG\r\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"GIF87a", ".gif"),
    (b"GIF89a", ".gif"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
)
_NUMBERED = re.compile(r"word/document\d+\.xml")  # as Word on the web writes it
_BINARY_KINDS = {"PDF", "Word", "PowerPoint", "Excel", "OpenDocument", "EPUB"}


def telling_suffix(path: str) -> str:
    """The suffix that tells a file's kind, ".txt" for a README; CannotLoad for what is not read."""
    name = PurePosixPath(path)
    suffix = name.suffix.lower()
    if suffix in KIND_BY_SUFFIX:
        return suffix
    by_custom = name.stem.lower() in _TEXTS and (not suffix or name.stem.isupper())
    if by_custom and not _described(suffix):
        return ".txt"
    raise CannotLoad(f"not a kind that is read ({_described(suffix) or suffix or 'no suffix'})")


def kind_by_content(promised: str, data: bytes, notes: list[str]) -> str:
    """The kind that a file is, noted where its name promised another one.

    Raises CannotLoad for one that is not read, and where the content is not what was promised and
    does not tell what else it is.
    """
    found = _found(data)
    if found is None and promised in _BINARY_KINDS:
        article = "an" if promised[0] in "AEIOU" else "a"
        raise CannotLoad(
            f"named as {article} {promised} file, and is not one" if data else "no text"
        )
    if found is None or found == promised:
        return promised
    if found not in _BINARY_KINDS | {"web page"}:
        raise CannotLoad(f"not a kind that is read ({found})")
    if found == "web page" and promised not in _BINARY_KINDS:
        return promised  # the source of a page may be meant as text
    notes.append(f"read as {found}, whatever its name")
    return found


def _described(suffix: str) -> str | None:
    return "an image; there is no text recognition" if suffix in _IMAGES else _NOT_READ.get(suffix)


def _found(data: bytes) -> str | None:
    """A kind, or what a file of another kind is; None where the first bytes do not tell."""
    if b"%PDF-" in data[:1024] and not data[:1024].lstrip()[:1].isalnum():
        return "PDF"
    if data.startswith(b"PK\x03\x04"):
        return _zipped(data)
    for magic, suffix in _MAGIC:
        if data.startswith(magic):
            if suffix == "OLE":
                return "an old or encrypted Office file"
            return _described(suffix)
    start = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "web page" if start.startswith((b"<!doctype html", b"<html")) else None


def _zipped(data: bytes) -> str:
    """What a zip archive is, by the names in it."""
    with list_archive(data) as archive:
        names = {_NUMBERED.sub("word/document.xml", name) for name in archive.namelist()}
    for name, kind in (
        ("word/document.xml", "Word"),
        ("ppt/presentation.xml", "PowerPoint"),
        ("META-INF/container.xml", "EPUB"),
        ("xl/workbook.xml", "Excel"),
        ("xl/workbook.bin", _NOT_READ[".xlsb"]),
        ("content.xml", "OpenDocument"),
        ("encrypted-package", "OpenDocument"),
    ):
        if name in names:
            return kind
    return "an archive; unpack it"
