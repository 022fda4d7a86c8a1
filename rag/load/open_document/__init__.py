"""ODT, ODS and ODP -> the text of a document, of sheets, of slides.

::

    styles.py   what styles say of text and cells    blocks.py   elements -> paragraphs, rows
    values.py   what a cell's text does not tell     sheets.py   sheets -> rows
"""

import math
import re
import zipfile
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from rag.load.archive import open_archive
from rag.load.document import CannotLoad, Content, join_slides
from rag.load.facts import one_line
from rag.load.headings import without_bold
from rag.load.open_document.blocks import Blocks
from rag.load.open_document.sheets import sheet_rows
from rag.load.open_document.styles import DRAW, OFFICE, TABLE, Styles
from rag.load.sheet_tables import paragraphs
from rag.wording import listed

_MANIFEST = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
_SHOWN = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_KIND = f"{_SHOWN}class"
_PLACE = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_FURNITURE = ("date-time", "footer", "header", "page-number")  # stands on every slide
_LENGTH = re.compile(r"(-?[0-9.]{1,12})(cm|mm|in|pt|pc|px)")
_POINTS = {"cm": 28.35, "mm": 2.835, "in": 72.0, "pt": 1.0, "pc": 12.0, "px": 0.75}


def read_open_document(data: bytes, notes: list[str]) -> Content:
    """An OpenDocument text, its notes at the end; sheets; or slides, a slide a page.

    Headers, footers, comments and what is hidden are left out; hidden sheets are noted. Expat opens
    nothing outside and stops entities that multiply.
    """
    archive = open_archive(data)
    if _part(archive, "META-INF/manifest.xml").find(f".//{_MANIFEST}encryption-data") is not None:
        raise CannotLoad("encrypted; it opens only with a password")
    content = _part(archive, "content.xml")
    blocks = Blocks(styles := Styles(content, _part(archive, "styles.xml")))
    title = one_line(_part(archive, "meta.xml").findtext(f".//{_TITLE}"))

    if (document := content.find(f"{OFFICE}body/{OFFICE}text")) is not None:
        found = without_bold(list(blocks.below(document)))
        heading = next((one_line(block[2:]) for block in found if block.startswith("# ")), None)
        return Content("\n\n".join([*found, *blocks.noted]), title or heading)
    if (slides := content.find(f"{OFFICE}body/{OFFICE}presentation")) is not None:
        pages = ["\n\n".join(_slide(slide, blocks)) for slide in slides.iter(f"{DRAW}page")]
        text, offsets = join_slides(pages, notes)
        return Content(text, title or _first_title(pages), pages=offsets)
    if (sheets := content.find(f"{OFFICE}body/{OFFICE}spreadsheet")) is not None:
        return Content("\n\n".join(_sheets(sheets, blocks, styles, notes)), title)
    raise CannotLoad("an OpenDocument file that holds no text, sheets or slides")


def _part(archive: zipfile.ZipFile, name: str) -> Element:
    """An XML file of the archive; an element of nothing where it is missing."""
    try:
        return ElementTree.fromstring(archive.read(name))
    except KeyError:
        return Element("nothing")
    except ElementTree.ParseError:
        raise CannotLoad("a damaged OpenDocument file; its XML cannot be read") from None


def _slide(slide: Element, blocks: Blocks) -> Iterator[str]:
    """The title of a slide, its other shapes from the top, and the speaker's notes."""
    for title in _shapes(slide, "title"):
        yield from (f"# {' '.join(text.split())}" for text in blocks.of(title, headed=False))
    for shape in sorted(slide, key=_place):
        if shape.get(_KIND) not in (*_FURNITURE, "title") and shape.tag != f"{_SHOWN}notes":
            yield from blocks.of(shape, headed=False)
    for page in slide.iterfind(f"{_SHOWN}notes"):
        for shape in _shapes(page, "notes"):
            yield from blocks.of(shape, headed=False)


def _shapes(page: Element, kind: str) -> Iterator[Element]:
    return (shape for shape in page if shape.get(_KIND) == kind)


def _place(shape: Element) -> tuple[float, float]:
    """How far from the top, and from the left, the first part of a shape stands that tells."""
    for part in shape.iter():
        if f"{_PLACE}y" in part.attrib:
            return _points(part.get(f"{_PLACE}y", "")), _points(part.get(f"{_PLACE}x", ""))
    return math.inf, math.inf


def _points(length: str) -> float:
    told = _LENGTH.fullmatch(length)
    try:
        return float(told[1]) * _POINTS[told[2]] if told else math.inf
    except ValueError:
        return math.inf


def _first_title(pages: Sequence[str]) -> str | None:
    titles = (page.partition("\n")[0] for page in pages if page.startswith("# "))
    return next((one_line(title[2:]) for title in titles), None)


def _sheets(sheets: Element, blocks: Blocks, styles: Styles, notes: list[str]) -> Iterator[str]:
    """The lines of each sheet that is shown; below its name where several have any."""
    found: list[tuple[str, list[str]]] = []
    hidden: list[str] = []
    for sheet in sheets.iterfind(f"{TABLE}table"):
        name = one_line(sheet.get(f"{TABLE}name")) or "unnamed"
        if styles.hides(sheet):
            hidden.append(name)
            continue
        shapes = (text for part in sheet.iterfind(f"{TABLE}shapes") for text in blocks.of(part))
        if told := [*paragraphs(sheet_rows(sheet, blocks)), *shapes]:
            found.append((name, told))
    if hidden:
        notes.append(f"hidden sheets are not read: {listed(hidden)}")
    for name, told in found:
        yield from [f"# {name}"] * (len(found) > 1) + told
