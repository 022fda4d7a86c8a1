"""The contract of every loader: exact offsets, unicode kept, bad files refused with a reason."""

import io
import re
import zipfile
from collections.abc import Callable

import pytest
from loading import (
    load,
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

from rag.load import LOADERS, CannotLoad
from rag.sentences import sentence_spans

FIRST = "The naïve café in Köln sold 1,204 cakes — “too many”, they said."
SECOND = "Nobody knows why."


def html(*paragraphs: str) -> bytes:
    inside = "".join(f"<p>{p}</p>" for p in paragraphs)
    return f"<html><head><meta charset=utf-8></head><body>{inside}</body></html>".encode()


def text(of: str) -> str:
    return f"<text:p>{of}</text:p>"


def cell(of: str) -> str:
    return f"<table:table-row><table:table-cell>{text(of)}</table:table-cell></table:table-row>"


def page(of: str) -> str:
    return (
        f"<draw:page><draw:frame><draw:text-box>{text(of)}</draw:text-box></draw:frame></draw:page>"
    )


# A maker for each suffix: two sentences, each a paragraph -> a file.
MAKERS: dict[str, Callable[[str, str], bytes]] = {
    ".txt": lambda a, b: f"{a}\n\n{b}".encode(),
    ".md": lambda a, b: f"{a}\n\n{b}".encode(),
    ".html": html,
    ".pdf": lambda a, b: make_pdf([text_page(a), text_page(b)]),
    ".docx": make_docx,
    ".pptx": lambda a, b: make_pptx(("One", a), ("Two", b)),
    ".xlsx": lambda a, b: make_xlsx(("Name", "Note"), ("x", a), ("y", b)),
    ".odt": lambda a, b: make_open_document(text(a) + text(b)),
    ".ods": lambda a, b: make_open_document(
        f"<table:table>{cell(a)}{cell(b)}</table:table>", "spreadsheet"
    ),
    ".odp": lambda a, b: make_open_document(page(a) + page(b), "presentation"),
    ".epub": lambda a, b: make_epub([f"<p>{a}</p>", f"<p>{b}</p>"]),
    ".ipynb": lambda a, b: make_notebook(*({"source": said} for said in (a, b))),
    ".vtt": lambda a, b: make_vtt(a, b, apart=9),
    ".csv": lambda a, b: 'Name,Note\nx,"{}"\ny,{}\n'.format(a.replace('"', '""'), b).encode(),
    ".tsv": lambda a, b: f"Name\tNote\nx\t{a}\ny\t{b}\n".encode(),
    ".eml": lambda a, b: make_eml(f"{a}\n\n{b}\n"),
}
ALIASES = {".text", ".log", ".adoc", ".org", ".markdown", ".rst", ".htm", ".xhtml", ".xlsm", ".srt"}
every = pytest.mark.parametrize("suffix", MAKERS)


def test_every_loader_is_under_this_contract() -> None:
    assert MAKERS.keys() | ALIASES == LOADERS.keys()


@every
def test_text_is_whole_and_its_sentences_are_its_characters(suffix: str) -> None:
    document, notes = load(MAKERS[suffix](FIRST, SECOND), f"a{suffix}")
    said = [document.text[start:end] for start, end in sentence_spans(document.text)]
    assert any(sentence.endswith(FIRST) for sentence in said)
    assert any(sentence.endswith(SECOND) for sentence in said)
    assert "\r" not in document.text and "\x00" not in document.text
    assert notes == []


@every
def test_the_same_file_gives_the_same_document(suffix: str) -> None:
    data = MAKERS[suffix](FIRST, SECOND)
    assert load(data, f"a{suffix}") == load(data, f"a{suffix}")


@every
def test_empty_file(suffix: str) -> None:
    with pytest.raises(CannotLoad, match="no text|not one"):
        load(b"", f"a{suffix}")


@every
def test_file_of_noise(suffix: str) -> None:
    with pytest.raises(CannotLoad):
        load(bytes(range(256)) * 40, f"a{suffix}")


@every
def test_a_file_cut_in_the_middle_is_read_in_part_or_refused(suffix: str) -> None:
    data = MAKERS[suffix](FIRST * 20, SECOND * 20)
    for share in (0.1, 0.5, 0.9):
        try:
            document, _ = load(data[: int(len(data) * share)], f"a{suffix}")
        except CannotLoad as reason:
            assert str(reason)
        else:
            assert any(c.isalnum() for c in document.text)


@every
def test_very_long_line(suffix: str) -> None:
    most = 6_000 if suffix in (".pdf", ".xlsx") else 40_000  # strings of at most 32,767 bytes
    document, _ = load(MAKERS[suffix]("word " * most, SECOND), f"a{suffix}")
    assert len(re.findall(r"\bword\b", document.text)) == most
    assert SECOND in document.text


@pytest.mark.parametrize("named", [".txt", ".md", ".csv", ".html", ".docx", ".xlsx", ".pdf"])
@pytest.mark.parametrize("is_one", [".pdf", ".docx", ".pptx", ".xlsx", ".odt", ".epub"])
def test_a_wrong_suffix_is_noticed(named: str, is_one: str) -> None:
    document, notes = load(MAKERS[is_one](FIRST, SECOND), f"a{named}")
    assert SECOND in document.text
    assert named == is_one or re.search("whatever its name", notes[0])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "an image"),
        (b"{\\rtf1 Hello}", "rich text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old or encrypted Office"),
        (make_zip({"xl/workbook.bin": "x"}), "a binary Excel file; save it as .xlsx"),
        (make_zip({"a.txt": "x"}), "an archive"),
        (b"PK\x03\x04 cut off", "damaged archive"),
    ],
)
@pytest.mark.parametrize("named", [".txt", ".pdf", ".docx", ".xlsx", ".csv"])
def test_what_is_not_read_is_said_whatever_its_name(data: bytes, reason: str, named: str) -> None:
    with pytest.raises(CannotLoad, match=reason):
        load(data, f"a{named}")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("a.doc", "save it as .docx"), ("a.xls", "as .xlsx"), ("a.JPG", "image"), ("a.zip", ".zip")],
)
def test_kinds_that_are_not_read(name: str, reason: str) -> None:
    with pytest.raises(CannotLoad, match=reason):
        load(b"x", name)


def test_a_page_named_as_pdf_is_read_and_text_named_so_is_not() -> None:
    document, notes = load(html(FIRST), "a.pdf")
    assert FIRST in document.text and "web page" in notes[0]
    with pytest.raises(CannotLoad, match="named as a PDF file, and is not one"):
        load("Just text.", "a.pdf")
    with pytest.raises(CannotLoad, match="named as an Excel file, and is not one"):
        load("Just text.", "a.xlsx")
    with pytest.raises(CannotLoad, match="named as an OpenDocument file, and is not one"):
        load("Just text.", "a.odt")


def test_the_source_of_a_page_named_as_text_stays_text() -> None:
    assert load("<html><b>x</b>", "a.txt")[0].text == "<html><b>x</b>"


# Built in two steps on a heading's, without a type; on one, but outside the outline; on each other.
STYLES = (
    'w:styleId="firm"><w:basedOn w:val="berschrift2"/>',
    'w:styleId="blue"><w:name w:val="Blue"/><w:basedOn w:val="firm"/>',
    'w:styleId="contents" w:type="paragraph"><w:basedOn w:val="berschrift2"/>'
    '<w:pPr><w:outlineLvl w:val="9"/></w:pPr>',
    """w:styleId="round"><w:name/><w:basedOn w:val="it's"/>""",
    """w:styleId="it's"><w:basedOn w:val="round"/>""",
)


def word_file() -> bytes:
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    file = docx.Document()
    heading = file.styles["Heading 3"].element
    heading.getparent().remove(heading)  # used and not defined
    file.add_paragraph("Rules", style="Title")
    file.styles["Heading 2"].element.styleId = "berschrift2"  # as a German Word has it
    for style in STYLES:
        file.styles.element.append(parse_xml(f"<w:style {nsdecls('w')} {style}</w:style>"))
    file.add_paragraph("Fees")._p.style = "blue"
    file.add_paragraph("All is free.")._p.style = "contents"
    file.add_paragraph("You know.")._p.style = "round"
    file.add_paragraph("Gear")._p.style = "Heading3"
    file.add_paragraph("a tent", style="List Bullet")
    cell = file.add_table(1, 2).cell(0, 0)
    cell.paragraphs[0].text, cell.paragraphs[0].style = "Part", "Heading 2"
    file.tables[0].cell(0, 1).text = "# 5"
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


Rows = list[list[str]]
FEES: Rows = [["Room", "Fee"], ["Standard", "£1,095"], ["Garden", "£1,175"]]
YEARS: Rows = [["", "2023", "2024"], ["Standard", "£1,095", "£1,160"], ["Dementia", "12", "14"]]
PEOPLE: Rows = [["Topic", "Person"], ["Payroll", "Marcus"], ["Post", "Gemma"]]
TASKS: Rows = [["Task", "Person", "Room"], ["Payroll", "Marcus", "blue"], ["Post", "Gemma", "red"]]
SIZES: Rows = [["Room", "Size", "Fee"], ["Lake", "12 m", "£1,095"], ["Garden", "14 m", "£1,175"]]
FORM: Rows = [["Name", "Ada Brandt"], ["Born", "3 May 1990"], ["Phone", "0431 12"]]
DATED: Rows = [["Ada", "Kiel", "2019"], ["Bo", "Ulm", "2020"]]
CLUBS: Rows = [["Monday", "Chess", "Hall"], ["Tuesday", "Chess", "Shed"]]


def word_table(rows: Rows, style: str = "Table Grid", look: str = "", shown: str = "") -> bytes:
    """A table of which python-docx, as Word does, asks to have its first row set off."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls, qn

    file = docx.Document()
    table = file.add_table(len(rows), len(rows[0]), style)
    for row, cells in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    for cell in table.rows[0].cells:
        if shown == "bold":
            cell.paragraphs[0].runs[0].bold = True
        elif shown:
            shade = f"<w:shd {nsdecls('w')} w:val='clear' w:fill='{shown}'/>"
            cell._tc.get_or_add_tcPr().append(parse_xml(shade))
    if look:
        asked = table._tbl.tblPr.find(qn("w:tblLook"))
        asked.attrib.clear()
        asked.set(qn("w:val"), look)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "last"),
    [
        (word_table(FEES), "Garden: £1,175"),  # may as well be names and values
        (word_table(SIZES), "Room: Garden; Size: 14 m; Fee: £1,175"),  # figures alike in kind
        (word_table(SIZES, look="0600"), "Room: Garden; Size: 14 m; Fee: £1,175"),
        (word_table(YEARS), "Dementia; 2023: 12; 2024: 14"),
        (word_table(TASKS), "Post | Gemma | red"),  # may as well be another task
        (word_table(TASKS, shown="bold"), "Task: Post; Person: Gemma; Room: red"),
        (
            word_table(TASKS, "Light Grid Accent 1", look="04A0"),
            "Task: Post; Person: Gemma; Room: red",
        ),
        (word_table(TASKS, "Light Grid Accent 1", look="odd"), "Post | Gemma | red"),
        (word_table(PEOPLE), "Post: Gemma"),
        (word_table(PEOPLE, shown="bold"), "Topic: Post; Person: Gemma"),
        (word_table(PEOPLE, shown="D9D9D9"), "Topic: Post; Person: Gemma"),
        (word_table(PEOPLE, shown="FFFFFF"), "Post: Gemma"),
        (word_table(PEOPLE, "Light Grid Accent 1"), "Topic: Post; Person: Gemma"),
        (word_table(PEOPLE, "Light Grid Accent 1", look="0600"), "Post: Gemma"),
        (word_table(FORM), "Phone: 0431 12"),
        (word_table(DATED, shown="bold"), "Bo | Ulm | 2020"),  # a year above a year is no name
        (word_table(CLUBS), "Tuesday | Chess | Shed"),
        (word_table([["Task:", "Payroll", "Day:"], ["a", "b", "c"]]), "a | b | c"),
        (word_table([["Task", "", "Day"], ["a", "b", "c"]], shown="D9D9D9"), "a | b | c"),
        (word_table([["Task", "Person"]], shown="D9D9D9"), "Task | Person"),
    ],
)
def test_the_first_row_of_a_word_table_names_its_columns(data: bytes, last: str) -> None:
    assert load(data, "a.docx")[0].text.split("\n\n")[-1] == last


def test_a_word_file_whose_text_has_a_number() -> None:
    with zipfile.ZipFile(io.BytesIO(make_docx(FIRST))) as archive:
        parts = {
            name.replace("document.xml", "document2.xml"): archive.read(name).replace(
                b"word/document.xml", b"word/document2.xml"
            )
            for name in archive.namelist()
        }
    assert load(make_zip(parts), "a.docx")[0].text == FIRST


def test_cells_that_span_columns_of_a_word_table() -> None:
    import docx

    file = docx.Document(io.BytesIO(word_table(YEARS)))
    table = file.tables[0]
    table.cell(1, 0).merge(table.cell(1, 1))
    out = io.BytesIO()
    file.save(out)
    assert load(out.getvalue(), "a.docx")[0].text == (
        "Standard £1,095; 2024: £1,160\n\nDementia; 2023: 12; 2024: 14"
    )


def test_columns_that_a_row_of_a_word_table_leaves_out() -> None:
    import docx
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    file = docx.Document(io.BytesIO(word_table(YEARS)))
    row = file.tables[0].rows[1]._tr
    row.remove(row.tc_lst[1])
    before = OxmlElement("w:gridBefore")
    before.set(qn("w:val"), "1")
    row.get_or_add_trPr().append(before)
    out = io.BytesIO()
    file.save(out)
    text = load(out.getvalue(), "a.docx")[0].text
    assert text.split("\n\n")[0] == "2023: Standard; 2024: £1,160"


PAGE = (
    b"<h1></h1><p>Hi.<h2><div>Fees</div></h2><ul><li></li><p>All is free.</p><ul>"
    b"<li><p>a tent</p><p>or two</p></li></ul></ul><h3>A <em>new</em> part</h3><div>Rest.</div>"
)


@pytest.mark.parametrize(
    ("name", "data", "text"),
    [
        (
            "a.docx",
            word_file(),
            "# Rules\n\n## Fees\n\nAll is free.\n\nYou know.\n\n### Gear\n\n- a tent\n\nPart | # 5",
        ),
        ("a.pptx", make_pptx(("One", "a"), ("Two", "b")), "# One\n\na\n\n# Two\n\nb"),
        (
            "a.html",
            PAGE,
            "Hi.\n\n## Fees\n\nAll is free.\n\n  - a tent\n\nor two\n\n### A new part\n\nRest.",
        ),
        (
            "a.epub",
            make_epub([PAGE.decode()]),
            "Hi.\n\n## Fees\n\nAll is free.\n\n  - a tent\n\nor two\n\n### A new part\n\nRest.",
        ),
    ],
)
def test_headings_and_items_are_marked(name: str, data: bytes, text: str) -> None:
    assert load(data, name)[0].text == text


TERMS = (
    "<h1>Guide</h1><p>What the things of the house are, and who decides about each of them.</p><dl>"
    "<dt>Wifi</dt><dd>fjord</dd><dt>-v</dt> <dt><code>--verbose</code>:</dt><dd>be <b>loud</b></dd>"
    "<dt>Coffee</dt><dd>a drink</dd><dd><p>a <i>break</i> at ten.</p><p>In the yard.</p></dd>"
    "<dt>Bring</dt><dd><ul><li>a tent</li></ul></dd><dt>What is it?</dt><dd>Odd.</dd>"
    "<dt><h3>Stay</h3></dt><dd>Three nights.</dd><dt>Unknown</dt><dd></dd>"
    f"<dt>{'Long ' * 20}one</dt><dd>Short.</dd><dt></dt><dd>No term.</dd></dl>"
    "<dl><div><dt>Sea</dt><dd>cold<dl><dt>Lake</dt><dd>warm</dd></dl></dd></div>"
    "<div><dt>Who decides</dt><dd><div hidden>Bo</div>Ada</dd></div></dl>"
)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.html", f"<body>{TERMS}</body>".encode()),
        ("a.epub", make_epub([TERMS])),
        (
            "a.eml",
            make_eml("x").replace(b"text/plain", b"text/html").replace(b"\nx", TERMS.encode()),
        ),
    ],
)
def test_a_definition_stands_behind_its_terms(name: str, data: bytes) -> None:
    text = load(data, name)[0].text
    assert text[text.index("Wifi") :].split("\n\n") == [
        "Wifi: fjord",
        "-v, --verbose: be loud",
        "Coffee: a drink",
        "Coffee: a break at ten.",
        "In the yard.",
        "Bring:",
        "- a tent",
        "What is it?",
        "Odd.",
        "### Stay",
        "Three nights.",
        "Unknown",
        f"{'Long ' * 20}one",
        "Short.",
        "No term.",
        "Sea: cold",
        "Lake: warm",
        "Who decides: Ada",
    ]


def mail(kind: str, *parts: str) -> bytes:
    """A mail of parts, each with its own headers."""
    inside = "".join(f"--B\n{part}\n" for part in parts)
    return (
        "From: ada@quay.example\nSubject: Gulls\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/{kind}; boundary=B\n\n{inside}--B--\n"
    ).encode()


PLAIN, RICH = "Content-Type: text/plain; charset=utf-8\n\n", "Content-Type: text/html\n\n"
GULLS = f"{RICH}<p>Ada counted <b>37</b> gulls on the pier.</p>"
PDF = "Content-Type: application/pdf; name=a.pdf\n\nx"


@pytest.mark.parametrize(
    ("data", "body", "notes"),
    [
        (mail("alternative", PLAIN, GULLS), "Ada counted 37 gulls on the pier.", []),
        (
            mail("alternative", f"{PLAIN}Your program shows no HTML.", GULLS),
            "Ada counted 37 gulls on the pier.",
            [],
        ),
        (
            mail("alternative", f"{PLAIN}Ada counted *37* gulls on\nthe pier [1].", GULLS),
            "Ada counted *37* gulls on\nthe pier [1].",
            [],
        ),
        (mail("alternative", f"{PLAIN}37 gulls.", RICH), "37 gulls.", []),
        (
            mail("alternative", PLAIN, GULLS, PDF),
            "Ada counted 37 gulls on the pier.",
            ["attachments are not read: a.pdf"],
        ),
        (
            mail("mixed", f"{PLAIN}First.", PDF, GULLS, f"{PLAIN}Last."),
            "First.\n\nAda counted 37 gulls on the pier.\n\nLast.",
            ["attachments are not read: a.pdf"],
        ),
        (
            mail(
                "mixed",
                f"{PLAIN}See below.",
                "Content-Type: message/rfc822\n\nSubject: The  count\n\nOf others.",
                "Content-Disposition: attachment; filename=b.txt\n\nOf a file.",
                "Content-Type: message/rfc822\n\nFrom: a@b.c\n\nOf others.",
            ),
            "See below.",
            ['attachments are not read: the e-mail "The count", b.txt, an e-mail'],
        ),
    ],
)
def test_a_mail_is_read_as_it_is_shown(data: bytes, body: str, notes: list[str]) -> None:
    document, found = load(data, "a.eml")
    assert document.text == f"Gulls\n\nFrom: ada@quay.example\n\n{body}"
    assert found == notes


def test_the_encoding_of_a_mail_is_the_one_that_its_header_names() -> None:
    head = "From: ada@quay.example\nSubject: x\nContent-Type: text/html; charset=windows-1251\n\n"
    page = "<html><head><meta charset=iso-8859-1></head><body><p>Метро открыто.</p></body></html>"
    document, notes = load((head + page).encode("cp1251"), "a.eml")
    assert document.text.endswith("\n\nМетро открыто.")
    assert notes == ["read as cp1251"]


@pytest.mark.parametrize(
    ("data", "text", "notes"),
    [
        ("sep=;\nTown;Gulls\nKiel;3,5\n", "Town: Kiel; Gulls: 3,5", []),
        ('"sep=,"\r\nTown,Gulls\r\nKiel,3\r\n', "Town: Kiel; Gulls: 3", []),
        (
            "Gulls of 2023\n\nTown,Gulls\nKiel,3\nBonn,4\n",
            "Gulls of 2023|Town: Kiel; Gulls: 3|Town: Bonn; Gulls: 4",
            [],
        ),
        (
            "Gulls of 2023,,\nCounted by Ada,,\nTown,Gulls,Rooks\nKiel,3,1\n",
            "Gulls of 2023|Counted by Ada|Town: Kiel; Gulls: 3; Rooks: 1",
            [],
        ),
        ("Town,2019,2020\nKiel,17,\n", "Town: Kiel; 2019: 17", []),
        (
            "Kiel,1871,1955\nBonn,1786,1818\n",
            "Kiel ¦ 1871 ¦ 1955|Bonn ¦ 1786 ¦ 1818",
            ["its first row holds no headers"],
        ),
        (
            "Kiel,2019,red\nBonn,black,white\n",
            "Kiel ¦ 2019 ¦ red|Bonn ¦ black ¦ white",
            ["its first row holds no headers"],
        ),
        (
            'Note\nGulls came.\nHello, "you"; there\nBye\n',
            'Note|Gulls came.|Hello, "you"; there|Bye',
            ["no delimiter cuts its lines alike; they are read whole"],
        ),
        ('Note\nGulls came.\n"Hello, you"\n', "Note: Gulls came.|Note: Hello, you", []),
    ],
)
def test_a_table_s_headers_and_delimiter(data: str, text: str, notes: list[str]) -> None:
    document, found = load(data, "a.csv")
    assert document.text.replace(" | ", " ¦ ").split("\n\n") == text.split("|")
    assert found == notes
