"""Files of each kind, made as small as they can be."""

import io
import json
import zipfile
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from rag.datatypes import Document
from rag.load import loader_for


def load(data: bytes | str, name: str = "a.txt") -> tuple[Document, list[str]]:
    """The one document of a file, and the notes."""
    notes: list[str] = []
    data = data.encode() if isinstance(data, str) else data
    (document,) = loader_for(name, named=False)(name, data, notes)
    return document, notes


# What the fonts here print for some codes: the hyphens that break a word, as browsers write them,
# and a character beyond the first 65,536.
HYPHEN, SOFT_HYPHEN, SMILE = "\x01", "\x02", "\x04"
_TO_UNICODE = (
    "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> "
    "endcodespacerange 3 beginbfchar <01> <2010> <02> <00AD> <04> <D83DDE00> endbfchar "
    "endcmap end"
)


def make_pdf(
    pages: Sequence[Sequence[tuple[float, float, str]]],
    title: str = "",
    font: str = "Helvetica",
    sizes: Mapping[str, float] = MappingProxyType({}),
    bold: Collection[str] = (),
    drawn: str = "",
    fields: Sequence[str] = (),
) -> bytes:
    """A PDF whose pages hold lines of (left, bottom, text), in 10 points but for some ``sizes``.

    On each page it is ``drawn``, in PDF's operators, and the ``fields`` are filled in, entries of
    their dictionaries.
    """
    form = [f"<< /Type /Annot {field} >>" for field in fields]
    shown_on = " ".join(f"{7 + number} 0 R" for number in range(len(form)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{shown_on}] >> >>"
        if form
        else "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding "
        "/ToUnicode 5 0 R >>",
        f"<< /Title ({title}) /CreationDate (D:20240229120000Z) >>",
        f"<< /Length {len(_TO_UNICODE)} >>\nstream\n{_TO_UNICODE}\nendstream",
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{font}-Bold /Encoding /WinAnsiEncoding "
        "/ToUnicode 5 0 R >>",
        *form,
    ]
    kids = []
    for page in pages:
        shown = f"{drawn}\n" + "".join(
            f"BT /F{1 + (text in bold)} {sizes.get(text, 10)} Tf {left} {bottom} Td "
            f"({_escaped(text)}) Tj ET\n"
            for left, bottom, text in page
        )
        objects.append(f"<< /Length {len(shown)} >>\nstream\n{shown}endstream")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            f"/Resources << /Font << /F1 3 0 R /F2 6 0 R >> >> /Annots [{shown_on}] "
            f"/Contents {len(objects)} 0 R >>"
        )
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("cp1252")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    return (
        out
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
        ).encode()
    )


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def text_page(*lines: str, top: float = 700) -> list[tuple[float, float, str]]:
    """A page of lines below each other; an empty line parts paragraphs."""
    return [(72, top - 12 * number, line) for number, line in enumerate(lines) if line]


def make_zip(files: Mapping[str, str | bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def make_epub(chapters: Sequence[str], title: str = "A book", entity: str = "") -> bytes:
    """An EPUB of chapters given as the HTML of their bodies."""
    names = [f"c{n}.xhtml" for n in range(len(chapters))]
    items = "".join(
        f'<item id="{n}" href="{n}" media-type="application/xhtml+xml"/>' for n in names
    )
    spine = "".join(f'<itemref idref="{n}"/>' for n in names)
    files = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": "<container "
        'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": f'{entity}<package xmlns="http://www.idpf.org/2007/opf" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f"<dc:title>{title}</dc:title><dc:date>2019-05-06</dc:date></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    for name, chapter in zip(names, chapters, strict=True):
        files[f"OEBPS/{name}"] = f"<html><head><title>t</title></head><body>{chapter}</body></html>"
    return make_zip(files)


def make_docx(*paragraphs: str, title: str = "") -> bytes:
    """A Word file of plain paragraphs."""
    import docx

    file = docx.Document()
    file.core_properties.title = title
    for paragraph in paragraphs:
        file.add_paragraph(paragraph)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def make_xlsx(*rows: Sequence[object]) -> bytes:
    """An Excel workbook of one sheet."""
    import openpyxl

    file = openpyxl.Workbook()
    for row in rows:
        file["Sheet"].append([*row])
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def make_pptx(*slides: tuple[str, str]) -> bytes:
    """A PowerPoint file of slides with a title and a text."""
    import pptx

    file = pptx.Presentation()
    for title, text in slides:
        slide = file.slides.add_slide(file.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = text
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


_OPEN = "urn:oasis:names:tc:opendocument:xmlns:"
_OPEN_NAMES = {
    "office": "office", "style": "style", "text": "text", "table": "table", "draw": "drawing",
    "fo": "xsl-fo-compatible", "svg": "svg-compatible", "presentation": "presentation",
    "manifest": "manifest", "meta": "meta",
}  # fmt: skip


def make_open_document(
    body: str, kind: str = "text", own: str = "", named: str = "", title: str = "", **parts: str
) -> bytes:
    """An OpenDocument file: a body of that kind, its own styles, those with a name."""
    spaces = "".join(f' xmlns:{short}="{_OPEN}{name}:1.0"' for short, name in _OPEN_NAMES.items())
    spaces += ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    files = {
        "mimetype": f"application/vnd.oasis.opendocument.{kind}",
        "content.xml": f"{head}<office:document-content{spaces}><office:automatic-styles>{own}"
        f"</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}>"
        "</office:body></office:document-content>",
        "styles.xml": f"{head}<office:document-styles{spaces}><office:styles>{named}"
        "</office:styles></office:document-styles>",
        "meta.xml": f"{head}<office:document-meta{spaces}><office:meta><dc:title>{title}</dc:title>"
        "</office:meta></office:document-meta>",
        "META-INF/manifest.xml": f"{head}<manifest:manifest{spaces}/>",
    }
    return make_zip(files | parts)


def make_notebook(*cells: Mapping[str, object], **more: object) -> bytes:
    """A notebook of cells, of version 4, in Python."""
    facts = {"language_info": {"name": "python"}}
    notebook = {"cells": cells, "metadata": facts, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook | more, ensure_ascii=False).encode()


def make_vtt(*said: str, apart: int = 1) -> bytes:
    """Captions of two seconds each, so many seconds apart."""
    step = 2 + apart
    cues = (f"00:{n * step // 60:02}:{n * step % 60:02}" for n in range(len(said)))
    shown = (f"{at}.000 --> {at}.999\n{text}\n\n" for at, text in zip(cues, said, strict=True))
    return f"WEBVTT\n\n{''.join(shown)}".encode()


def make_eml(body: str, subject: str = "Minutes", **headers: str) -> bytes:
    """An e-mail with a plain body in quoted-printable."""
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"] = "Ada Brandt <ada@quay.example>"
    message["To"] = "bo@quay.example"
    message["Subject"] = subject
    message["Date"] = "Mon, 06 May 2024 23:30:00 -0200"
    for name, value in headers.items():
        message[name] = value
    message.set_content(body, cte="quoted-printable")
    return message.as_bytes()
