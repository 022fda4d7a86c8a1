"""Hostile files of the formats that are read in a child process, made anew each time.

``SMALL`` are quick to refuse or to read; ``SLOW`` spend the whole time or memory of a file.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from loading import (
    make_docx,
    make_eml,
    make_epub,
    make_notebook,
    make_open_document,
    make_pdf,
    make_pptx,
    make_vtt,
    make_xlsx,
    make_zip,
    text_page,
)

Make = Callable[[str], bytes]  # a sentence that the file holds if it is read -> its bytes

_DAMAGED = "damaged|cannot be read|no text"
_ENTITIES = "<!DOCTYPE x [" + '<!ENTITY a0 "lol">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
) + "]>"  # fmt: skip
_FILE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
_HTML = b"<!doctype html><html><head><meta charset=utf-8></head><body>"


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of objects 1, 2, ...; the first is its catalog."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return out + head + table + trailer % (len(objects) + 1, len(out))


def _pdf_of_stream(stream: bytes, box: bytes = b"0 0 612 792") -> bytes:
    packed = zlib.compress(stream)
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%b] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>" % box,
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%b\nendstream" % (len(packed), packed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )


def _shown(text: str) -> bytes:
    return b"BT /F1 10 Tf 72 700 Td (%b) Tj ET\n" % text.encode("ascii")


def _deep_pages(depth: int) -> bytes:
    return raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        *(b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (n + 1) for n in range(2, depth)),
        b"<< /Type /Page /MediaBox [0 0 10 10] >>",
    )


def docx_of(body: bytes, **parts: bytes) -> bytes:
    """A Word file with this inside its body element, and more files beside it."""
    with zipfile.ZipFile(io.BytesIO(make_docx("BODY"))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    start, _, _ = files["word/document.xml"].partition(b"<w:body>")
    files["word/document.xml"] = start + b"<w:body>" + body + b"</w:body></w:document>"
    return make_zip(files | parts)


def _word(text: str) -> bytes:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>".encode()


_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_STRINGS = (
    b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-'
    b'officedocument.spreadsheetml.sharedStrings+xml"/></Types>'
)


def xlsx_of(
    rows: str, text: str = "", before: str = "", parts: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """An Excel workbook whose sheet has these rows, and string 0 this text; ``parts`` by name.

    What is ``before`` stands above the rows, in the sheet's XML.
    """
    with zipfile.ZipFile(io.BytesIO(make_xlsx())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    types = files["[Content_Types].xml"]
    files["[Content_Types].xml"] = types.replace(b"</Types>", _STRINGS)
    files["xl/sharedStrings.xml"] = f'<sst xmlns="{_SHEET}"><si><t>{text}</t></si></sst>'.encode()
    files["xl/worksheets/sheet1.xml"] = (
        f'<worksheet xmlns="{_SHEET}">{before}<sheetData>{rows}</sheetData></worksheet>'.encode()
    )
    return make_zip({**files, **parts})


def _of_sheets(count: int, text: str) -> bytes:
    """A workbook that names its one sheet again and again."""
    with zipfile.ZipFile(io.BytesIO(make_xlsx())) as archive:
        start, one, end = archive.read("xl/workbook.xml").partition(b"<sheets>")
    named = one + end.partition(b"</sheets>")[0] * count + b"</sheets>"
    parts = {"xl/workbook.xml": start + named + end.partition(b"</sheets>")[2]}
    return xlsx_of(_TEXT, text, parts=parts)


def _inline(text: str) -> str:
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


_TEXT = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'


def _nested(head: bytes, inside: bytes, tail: bytes, depth: int) -> bytes:
    return head * depth + inside + tail * depth


def _open_line(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def _open_nested(tag: str, text: str, depth: int) -> bytes:
    inside = _nested(f"<{tag}>".encode(), text.encode(), f"</{tag}>".encode(), depth).decode()
    return make_open_document(inside if "<text:p>" in inside else _open_line(inside))


def _open_sheet(rows: str, repeated: int = 1) -> bytes:
    row = f"<table:table-row table:number-rows-repeated='{repeated}'>{rows}</table:table-row>"
    return make_open_document(f"<table:table>{row}</table:table>", "spreadsheet")


def _open_cell(text: str, repeated: object = 1) -> str:
    attribute = f"table:number-columns-repeated='{repeated}'"
    return f"<table:table-cell {attribute}>{_open_line(text)}</table:table-cell>"


def archive_of_many(count: int) -> bytes:
    """An archive that is nothing but a list of ``count`` files, as small as entries can be."""
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    size = len(entry) * count
    record = struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, size, 4)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 4 + size, 1)
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    return b"PK\x03\x04" + entry * count + b"PK\x06\x06" + record + locator + end


def book_of_one_chapter_again_and_again(times: int) -> bytes:
    """An EPUB whose reading order names a chapter of 200 KB many times."""
    spine = '<itemref idref="0"/>' * times
    chapter = "<p>The same text again.</p>" * 8_000
    with zipfile.ZipFile(io.BytesIO(make_epub([chapter]))) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    book = files["OEBPS/book.opf"]
    files["OEBPS/book.opf"] = book.replace("<spine>", f"<spine>{spine}")
    return make_zip(files)


def _mail(body: str) -> bytes:
    return b"From: ada@quay.example\nSubject: Parts\nMIME-Version: 1.0\n" + body.encode()


def _mail_in_mail(depth: int, text: str) -> bytes:
    parts = (f"Content-Type: multipart/mixed; boundary=B{n}\n\n--B{n}\n" for n in range(depth))
    return _mail("".join(parts) + f"Content-Type: text/plain\n\n{text}\n")


def _cut(data: bytes, share: float) -> bytes:
    return data[: int(len(data) * share)]


def _overwritten(data: bytes, step: int) -> bytes:
    """Every ``step``-th byte of the later part replaced."""
    changed = bytearray(data)
    for at in range(len(data) // 3, len(data), step):
        changed[at] = 0xAA
    return bytes(changed)


def _html(text: str) -> bytes:
    return _HTML + f"<p>{text}</p>".encode()


def _pages(*lines: Sequence[str]) -> bytes:
    return make_pdf([text_page(*page) for page in lines])


# Name -> how it is made, and a pattern: of the reason for which it is skipped, or, after "read:",
# of what is noted where it is read ("" for nothing).
SMALL: Mapping[str, tuple[Make, str]] = {
    # PDF
    "page tree loop.pdf": (lambda _: raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R] /Count 1000 >>"), "."),
    "two thousand million pages.pdf": (lambda _: raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 10 10] >>"), "."),
    "deep page tree.pdf": (lambda _: _deep_pages(5_000), "."),
    "deep array.pdf": (lambda _: raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 500_000), _DAMAGED),
    "huge page.pdf": (lambda s: _pdf_of_stream(_shown(s), b"0 0 1e9 1e9"), "read:"),
    "page without size.pdf": (lambda s: _pdf_of_stream(_shown(s), b"0 0 0 0"), "read:"),
    "stream of spaces.pdf": (lambda s: _pdf_of_stream(b" " * 5_000_000 + _shown(s)), "read:"),
    "no xref.pdf": (lambda s: _pages([s]).partition(b"xref")[0], _DAMAGED),
    "cut.pdf": (lambda s: _cut(_pages([s]), 0.3), _DAMAGED),
    "head only.pdf": (lambda _: b"%PDF-1.7\n", _DAMAGED),
    "overwritten.pdf": (lambda s: _overwritten(_pages([s]), 3), _DAMAGED),
    "scan.pdf": (lambda _: _pages([], []), "no text on any page"),
    "text.pdf": (lambda s: s.encode(), "named as a PDF file, and is not one"),
    "page in truth.pdf": (_html, "read:web page"),
    # Word, PowerPoint, EPUB
    "entities.docx": (lambda _: docx_of(
        b"", **{"word/document.xml": f"{_ENTITIES}<x>&a11;</x>".encode()}), _DAMAGED),
    "entity of a file.docx": (lambda _: docx_of(
        b"", **{"word/document.xml": f"{_FILE}<x>&e;</x>".encode()}), _DAMAGED),
    "tables in tables.docx": (lambda s: docx_of(_nested(
        b"<w:tbl><w:tr><w:tc>", _word(s), b"</w:tc></w:tr></w:tbl>", 1_000)), "."),
    "tables in a few tables.docx": (lambda s: docx_of(_nested(
        b"<w:tbl><w:tr><w:tc>", _word(s), b"</w:tc></w:tr></w:tbl>", 12)), "read:"),
    "boxes in boxes.docx": (lambda s: docx_of(_nested(
        b"<w:p><w:r><w:txbxContent>", _word(s), b"</w:txbxContent></w:r></w:p>", 70)), "read:"),
    "unpacks to much.docx": (lambda _: make_zip(
        {"word/document.xml": b"", "word/media/a.bin": bytes(301 * 2**20)}), "unpacks to more"),
    "unpacks to much XML.docx": (lambda _: make_zip(
        {"word/document.xml": b" " * 65 * 2**20}), "unpacks to more"),
    "no body.docx": (lambda _: make_zip({"word/document.xml": b""}), _DAMAGED),
    "cut.docx": (lambda s: _cut(make_docx(s), 0.6), "damaged archive"),
    "overwritten.docx": (lambda s: _overwritten(make_docx(s), 7), _DAMAGED),
    "many files.docx": (lambda _: archive_of_many(20_000), "more than 10,000 files"),
    "book in truth.docx": (lambda s: make_epub([f"<p>{s}</p>"]), "read:EPUB"),
    "archive.docx": (lambda _: make_zip({"a.txt": "x"}), "an archive"),
    "old.docx": (lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "old or encrypted"),
    "cut.pptx": (lambda s: _cut(make_pptx(("Gulls", s)), 0.5), "damaged archive"),
    "entities.pptx": (lambda _: make_zip({
        "ppt/presentation.xml": f"{_ENTITIES}<x>&a11;</x>",
        "[Content_Types].xml": f"{_ENTITIES}<x>&a11;</x>"}), _DAMAGED),
    "entities.epub": (lambda s: make_epub([f"<p>{s}</p>"], "&a11;", _ENTITIES), _DAMAGED),
    "entity of a file.epub": (lambda s: make_epub([f"<p>{s}</p>"], "&e;", _FILE), "read:|damaged"),
    "chapter outside.epub": (lambda s: make_zip({
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:'
        'container"><rootfiles><rootfile full-path="../../etc/passwd"/></rootfiles></container>',
    }), _DAMAGED),
    "false dimension.xlsx": (lambda s: xlsx_of(
        _TEXT, s, '<dimension ref="A1:XFD1048576"/>'), "read:"),
    "hiding dimension.xlsx": (lambda s: xlsx_of(
        '<row r="9"><c r="C9" t="s"><v>0</v></c></row>', s, '<dimension ref="A1"/>'), "read:"),
    "last cell.xlsx": (lambda s: xlsx_of(
        f'{_TEXT}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', s), "read:"),
    "row beyond.xlsx": (lambda s: xlsx_of(
        f'{_TEXT}<row r="99999999999"><c r="A1"><v>1</v></c></row>', s), "read:"),
    "column beyond.xlsx": (lambda s: xlsx_of(
        '<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>', s), _DAMAGED),
    "empty rows.xlsx": (lambda s: xlsx_of(
        _TEXT + "<row/>" * 100_000, s, '<dimension ref="A1"/>'), "read:"),
    "empty cells.xlsx": (lambda s: xlsx_of(
        _TEXT + f'<row>{"<c/>" * 16_384}</row>' * 5, s, '<dimension ref="A1"/>'), "read:"),
    "sheets.xlsx": (lambda s: _of_sheets(500, s), "read:"),
    "no sheets.xlsx": (lambda s: _of_sheets(0, s), "no text"),
    "unknown string.xlsx": (lambda s: xlsx_of(
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>', s), _DAMAGED),
    "unknown style.xlsx": (lambda s: xlsx_of(
        '<row r="1"><c r="A1" s="999"><v>7</v></c></row>', s), _DAMAGED),
    "long number.xlsx": (lambda s: xlsx_of(
        f'<row r="1"><c r="A1"><v>{"9" * 5_000}</v></c></row>', s), _DAMAGED),
    "no sheet in truth.xlsx": (lambda s: xlsx_of(
        _TEXT, s, parts={"xl/worksheets/sheet1.xml": s.encode()}), _DAMAGED),
    "entities.xlsx": (lambda s: xlsx_of(_TEXT, s, parts={
        "xl/sharedStrings.xml": f"{_ENTITIES}<x>&a11;</x>".encode()}), _DAMAGED),
    "entities of the book.xlsx": (lambda s: xlsx_of(_TEXT, s, parts={
        "xl/workbook.xml": f"{_ENTITIES}<x>&a11;</x>".encode()}), _DAMAGED),
    "entity of a file.xlsx": (lambda s: xlsx_of(_TEXT, s, parts={
        "xl/sharedStrings.xml": f'{_FILE}<sst xmlns="{_SHEET}"><si><t>{s} &e;</t></si></sst>'
        .encode()}), _DAMAGED),
    "unpacks to many strings.xlsx": (lambda s: xlsx_of(_TEXT, s, parts={
        "xl/sharedStrings.xml": b" " * 200 * 2**20}), "unpacks to more"),
    "strict.xlsx": (lambda s: xlsx_of(_TEXT, s, parts={
        "xl/workbook.xml": b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'}),
        "a strict Open XML workbook"),
    "binary.xlsx": (lambda _: make_zip({"xl/workbook.bin": b"x"}), "save it as .xlsx"),
    "cut.xlsx": (lambda s: _cut(make_xlsx([s]), 0.5), "damaged archive"),
    "overwritten.xlsx": (lambda s: _overwritten(make_xlsx([s]), 7), _DAMAGED),
    "document in truth.xlsx": (make_docx, "read:Word"),
    "text.xlsx": (lambda s: s.encode(), "named as an Excel file, and is not one"),
    "cut.epub": (lambda s: _cut(make_epub([f"<p>{s}</p>"]), 0.7), "damaged archive"),
    # OpenDocument
    "entities.odt": (lambda _: make_zip({
        "content.xml": f"{_ENTITIES}<x>&a11;</x>"}), _DAMAGED),
    "entity of a file.odt": (lambda _: make_zip({
        "content.xml": f"{_FILE}<x>&e;</x>"}), _DAMAGED),
    "spans in spans.odt": (lambda s: _open_nested("text:span", s, 100_000), "."),
    "spans in a few spans.odt": (lambda s: _open_nested("text:span", s, 100), "read:"),
    "sections in sections.odt": (
        lambda s: _open_nested("text:section", _open_line(s), 100_000), "."),
    "boxes in boxes.odt": (
        lambda s: _open_nested("draw:text-box", _open_line(s), 100), "read:"),
    "spaces.odt": (lambda s: make_open_document(
        _open_line(f"{s}<text:s text:c='999999999'/>" * 2)), "read:"),
    "styles in a ring.odt": (lambda s: make_open_document(
        f"<text:p text:style-name='a'>{s}</text:p>", named="".join(
            f"<style:style style:family='paragraph' style:name='{name}' "
            f"style:parent-style-name='{base}'/>" for name, base in ("ab", "ba"))), "read:"),
    "no names.odt": (lambda s: make_open_document(f"{_open_line(s)}<other:x/>"), _DAMAGED),
    "drawing.odt": (lambda s: make_open_document(_open_line(s), "drawing"), "holds no text"),
    "cut.odt": (lambda s: _cut(make_open_document(_open_line(s)), 0.7), "damaged archive"),
    "overwritten.odt": (lambda s: _overwritten(make_open_document(_open_line(s)), 7), _DAMAGED),
    "repeated for ever.ods": (lambda s: _open_sheet(
        _open_cell(s) + _open_cell("", 10**9) + "<table:table-cell/>"), "read:"),
    "a thousand cells.ods": (lambda s: _open_sheet(_open_cell(s, 10), 100), "read:"),
    "a million cells.ods": (
        lambda s: _open_sheet(_open_cell(s, 1_000), 1_000), "more than 200,000 repeated cells"),
    "row of a million cells.ods": (
        lambda s: _open_sheet(_open_cell(s, 1_000_000)), "more than 200,000 repeated cells"),
    "odd numbers.ods": (lambda s: _open_sheet(
        _open_cell(s, "-5") + _open_cell("x", "1e9") + _open_cell("y", "9" * 5_000)), "read:"),
    "merged for ever.ods": (lambda s: _open_sheet(
        "<table:table-cell table:number-columns-spanned='999999999' "
        f"table:number-rows-spanned='999999999'>{_open_line(s)}</table:table-cell>"), "read:"),
    "many sheets.ods": (lambda s: make_open_document(
        "<table:table/>" * 50_000 + f"<table:table><table:table-row>{_open_cell(s)}"
        "</table:table-row></table:table>", "spreadsheet"), "read:"),
    "places.odp": (lambda s: make_open_document("<draw:page>" + "".join(
        f"<draw:frame svg:y='{y}'>{_open_line(s)}</draw:frame>"
        for y in ("1..5cm", "9" * 400 + "cm", "", "cm", "-1cm", "1furlong")) + "</draw:page>",
        "presentation"), "read:"),
    # web pages
    "deep.html": (lambda s: _HTML + b"<div>" * 100_000 + s.encode(), "no text"),
    "deep spans.html": (lambda s: _html(s) + b"<span>" * 200 + s.encode(), "read:"),
    "lists in lists.html": (lambda s: _html(s) + b"<ul><li>" * 100 + s.encode(), "read:"),
    "attributes.html": (lambda s: _HTML + b"<p " + b"a=b " * 100_000 + f">{s}".encode(), "read:"),
    "comments.html": (lambda s: _html(s) + b"<!--" * 100_000, "read:"),
    "unclosed script.html": (lambda s: _html(s) + b"<script>" + b"alert(1);" * 9_999, "read:"),
    "script.html": (lambda s: _html(f"{s}<script>alert('x')</script><img src=x onerror=alert(1)>"),
                    "read:"),
    "entity of a file.html": (lambda s: _FILE.encode() + _html(f"{s} &e;"), "read:"),
    "frames.html": (lambda _: _HTML + b"<iframe src=file:///etc/passwd></iframe>", "no text"),
    "wrong charset.html": (lambda s: _html(s).replace(b"utf-8", b"utf-16"), "read:"),
    "codec of no text.html": (lambda s: _html(s).replace(b"utf-8", b"zlib"), "read:"),
    "numeric references.html": (lambda s: _html(s + "&#0;&#xD800;&#x110000;&#x202e;"), "read:"),
    "cut.html": (lambda s: _html(s)[:-3] + b"<p clas", "read:"),
    # e-mail
    "parts.eml": (lambda s: _mail("Content-Type: multipart/mixed; boundary=B\n\n" + (
        f"--B\nContent-Type: text/plain\n\n{s}\n" * 500) + "--B--\n"), "read:"),
    "mail in mail.eml": (lambda s: _mail_in_mail(5_000, s), _DAMAGED),
    "mail in a few mails.eml": (lambda s: _mail_in_mail(50, s), "read:"),
    "brackets.eml": (lambda s: b"To: " + b"(" * 50_000 + b"\n" + make_eml(s), _DAMAGED),
    "headers.eml": (lambda s: b"X-A: b\n" * 20_000 + make_eml(s), "read:"),
    "wrong base64.eml": (lambda s: _mail(
        f"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n!!{s}"), "read:|binary"),
    "unknown charset.eml": (lambda s: _mail(
        f"Content-Type: text/plain; charset=klingon\n\n{s}\n"), "read:"),
    "no boundary.eml": (lambda s: _mail(f"Content-Type: multipart/mixed\n\n{s}\n"), "read:"),
    "no mail.eml": (lambda s: s.encode(), "named as an e-mail"),
    "cut.eml": (lambda s: _cut(make_eml(s * 9), 0.8), "read:"),
    # notebooks
    "deep.ipynb": (lambda _: b'{"cells":' * 100_000, "not one, or a damaged one"),
    "deep outputs.ipynb": (lambda s: make_notebook(
        {"source": s}, metadata=[[]]).replace(b"[[]]", b"[" * 900 + b"]" * 900), "read:"),
    "list.ipynb": (lambda s: f'["{s}"]'.encode(), "not one, or a damaged one"),
    "types.ipynb": (lambda s: make_notebook(*({"source": s, "cell_type": odd, "outputs": odd}
        for odd in (5, [[5]], {"data": 5}, None))), "read:"),
    "empty cells.ipynb": (lambda s: make_notebook(*[{}] * 100_000, {"source": s}), "read:"),
    "page in a cell.ipynb": (lambda s: make_notebook({"cell_type": "code", "source": s, "outputs": [
        {"data": {"text/html": "<div>" * 10_000 + "x"}}]}), "read:"),
    "numbers.ipynb": (lambda _: b'{"cells": [], "x": ' + b"9" * 5_000 + b"}",
                      "not one, or a damaged one"),
    "cut.ipynb": (lambda s: _cut(make_notebook({"source": s}), 0.9), "not one, or a damaged one"),
    # subtitles
    "no times.vtt": (lambda s: f"WEBVTT\n\n{s}".encode(), "named as a file of subtitles"),
    "text.srt": (lambda s: s.encode(), "named as a file of subtitles"),
    "cp1252.srt": (lambda s: make_vtt(s, "Élan, été.").decode().encode("cp1252"), "read:cp1252"),
    "utf-16.srt": (lambda s: make_vtt(s).decode().encode("utf-16"), "read:utf-16"),
    "damaged.vtt": (
        lambda s: make_vtt(s, "Élan à Paris, été.") + b"\xff\xc3", "read:invalid bytes"),
    "binary.vtt": (lambda s: make_vtt(s) + bytes(999), "binary"),
    "image.srt": (lambda _: b"\x89PNG\r\n\x1a\n" + bytes(999), "an image"),
    "tags.vtt": (lambda s: make_vtt(s + "<v" * 100_000 + "<c" * 100_000), "read:"),
    "spaces.vtt": (lambda s: make_vtt(s, "<v" + " " * 200_000, "A" + " " * 200_000), "read:"),
    "names.vtt": (lambda s: make_vtt(s, "A " * 50_000, "Al " * 50_000 + ":"), "read:"),
    "lines in a cue.vtt": (lambda s: make_vtt(s, "a\n" * 100_000, "a\n" * 100_000), "read:"),
    "times above times.srt": (
        lambda s: b"00:00:01,000 --> 00:00:02,000\n" * 50_000 + s.encode(), "read:"),
    "backwards.srt": (lambda s: b"9999:99:99,999 --> 00:00:00,000\n" + s.encode(), "read:"),
    "entities.vtt": (lambda s: make_vtt(s, "&#0;&#xd800;&#x202e;&#99999999999;&amp;lt;"), "read:"),
    "cut.vtt": (lambda s: make_vtt(s) + b"00:00:03.0", "read:"),
    # tables
    "columns.csv": (lambda s: b",".join(b"c%d" % n for n in range(20_000)) + f"\n{s}".encode(),
                    "read:"),
    "open quote.csv": (lambda s: f'Name,Note\n"{s}'.encode() + b"\nx,y" * 500, "read:"),
    "one long cell.csv": (lambda _: b"Name,Note\nx," + b"y" * 2**21, "rows cannot be told apart"),
    "uneven.csv": (lambda s: b"a,b\n1\n1,2,3,4,5\n,,,,\n" + f'x,"{s}"\n'.encode(), "read:"),
    "numbers only.csv": (lambda s: f'1,2\n3,"{s}"\n'.encode(),
                         "read:its first row holds no headers"),
}  # fmt: skip

SLOW: Mapping[str, tuple[Make, str]] = {
    "tags.html": (lambda _: _HTML + b"<p>x</p>" * 1_000_000, "512 MB|30 seconds"),
    "tables.html": (lambda _: _HTML + b"<table><tr><td>a<td>b</table>" * 50_000, "512 MB|30 sec"),
    "lists.ipynb": (lambda _: b'{"cells": [' + b"[]," * 15_000_000 + b"[]]}", "512 MB|30 seconds"),
    "paragraphs.odt": (lambda _: make_open_document(_open_line("x") * 3_000_000),
                       "512 MB|30 seconds|1,000,000 lines"),
    "parts.eml": (lambda _: _mail("Content-Type: multipart/mixed; boundary=B\n\n" + (
        "--B\nContent-Type: text/plain\n\nhello\n" * 100_000) + "--B--\n"), "30 seconds|512 MB"),
    "receivers.eml": (lambda _: b"From: " + b"a@b.c, " * 300_000 + b"\nSubject: x\n\nhello",
                      "30 seconds|512 MB"),
    "same chapter.epub": (lambda _: book_of_one_chapter_again_and_again(10_000),
                          "512 MB|30 seconds"),
    "paragraphs.docx": (lambda _: docx_of(_word("x") * 600_000), "512 MB|30 seconds"),
    "rows.xlsx": (lambda s: xlsx_of(_TEXT + "<row/>" * 1_048_575, s), "read:"),
    "wide rows.xlsx": (lambda s: xlsx_of(
        f'<row>{"<c><v>1</v></c>" * 16_384}</row>' * 250, s), "30 seconds|512 MB"),
    "last cells.xlsx": (lambda s: xlsx_of("".join(
        f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 300_000)), s),
        "30 seconds|512 MB"),
    "merged cells.xlsx": (lambda s: xlsx_of(
        _TEXT * 1000 + '</sheetData><mergeCells>'
        + '<mergeCell ref="A1:XFD1048576"/>' * 100_000 + "</mergeCells><sheetData>", s),
        "30 seconds|512 MB"),
    "strings.xlsx": (lambda s: xlsx_of(_TEXT, s, parts={
        "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}">{"<si><t>x</t></si>" * 3_300_000}</sst>'
        .encode()}), "30 seconds|512 MB"),
    "one string.xlsx": (lambda _: xlsx_of(
        '<row><c t="s"><v>0</v></c></row>' * 600_000, "x y" * 10_000), "512 MB|30 seconds"),
    "names of columns.xlsx": (lambda _: xlsx_of(
        f'<row>{"".join(_inline(c * 30_000) for c in "abc")}</row>'
        + f'<row>{"<c><v>1</v></c>" * 3}</row>' * 20_000), "512 MB|30 seconds"),
    "sheets.xlsx": (lambda s: _of_sheets(400_000, s), "512 MB|30 seconds"),
    "styles.xlsx": (lambda s: xlsx_of(_TEXT, s, parts={"xl/styles.xml":
        f'<styleSheet xmlns="{_SHEET}"><cellXfs>{"<xf/>" * 3_000_000}</cellXfs></styleSheet>'
        .encode()}), "512 MB|30 seconds"),
    "text.pdf": (lambda _: _pdf_of_stream(_shown("hello world") * 2_000_000),
                 "512 MB|30 seconds|reader crashed"),
    "long line.csv": (lambda _: b"x" * 50_000_000, "rows cannot be told apart"),
    "columns.csv": (lambda _: b",".join(b"c%d" % n for n in range(1_000_000)), "read:|512 MB"),
    "page tree of loops.pdf": (lambda _: raw_pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000 >>"), "30 seconds|no text"),
    "list of files.docx": (lambda _: archive_of_many(1_300_000), "more than 10,000 files"),
}  # fmt: skip
