"""EPUB -> the text of its chapters in reading order."""

import posixpath
import urllib.parse
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from rag.load.archive import open_archive
from rag.load.document import CannotLoad, Content
from rag.load.facts import one_line, parse_date
from rag.load.web_page import blocks_of_page

_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_PACKAGE = "{http://www.idpf.org/2007/opf}"
_DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"


def read_book(data: bytes, notes: list[str]) -> Content:
    """An EPUB book; its table of contents is left out. Chapters that cannot be read are noted."""
    archive = open_archive(data)
    try:
        container = _parsed(archive, "META-INF/container.xml")
        place = container.find(f".//{_CONTAINER}rootfile")
        path = (place.get("full-path") if place is not None else None) or ""
        package = _parsed(archive, path)
    except (KeyError, zipfile.BadZipFile, ElementTree.ParseError, OSError):
        raise CannotLoad("a damaged EPUB file; its list of chapters cannot be read") from None
    texts: list[str] = []
    for name in _chapters(package, posixpath.dirname(path)):
        try:
            texts += blocks_of_page(archive.read(name), notes)
        except (KeyError, zipfile.BadZipFile, CannotLoad):
            notes.append(f"{name} cannot be read")
    return Content(
        "\n\n".join(texts),
        title=one_line(package.findtext(f".//{_DUBLIN_CORE}title")),
        date=parse_date(package.findtext(f".//{_DUBLIN_CORE}date")),
    )


def _parsed(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """An XML file of the archive. Expat opens nothing outside and stops entities that multiply."""
    return ElementTree.fromstring(archive.read(name))


def _chapters(package: ElementTree.Element, folder: str) -> Iterator[str]:
    items = {
        item.get("id"): item
        for item in package.iter(f"{_PACKAGE}item")
        if "html" in (item.get("media-type") or "")
        and "nav" not in (item.get("properties") or "").split()
    }
    for reference in package.iter(f"{_PACKAGE}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None:
            href = urllib.parse.unquote((item.get("href") or "").partition("#")[0])
            yield posixpath.normpath(posixpath.join(folder, href))
