"""OpenDocument texts, sheets and slides, as LibreOffice writes them, to exact text."""

import io
import zipfile

import pytest
from loading import load, make_open_document, make_zip

from rag.load import CannotLoad

NAMED = (
    '<style:style style:name="Heading" style:family="paragraph"/>'
    '<style:style style:name="Heading_20_2" style:display-name="Heading 2" '
    'style:family="paragraph" style:parent-style-name="Heading">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="Title" style:family="paragraph"/>'
    '<style:style style:name="Titel" style:display-name="Title" style:family="paragraph"/>'
    '<style:style style:name="Table_20_Heading" style:family="paragraph">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="Strong" style:family="text">'
    '<style:text-properties fo:font-weight="700"/></style:style>'
    '<style:style style:name="Round" style:family="paragraph" style:parent-style-name="Round"/>'
)
OWN = (
    '<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>'
    '<style:style style:name="P2" style:family="paragraph" style:parent-style-name="Heading_20_2"/>'
    '<style:style style:name="P3" style:family="paragraph">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="P4" style:family="paragraph">'
    '<style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="T1" style:family="text" style:parent-style-name="Strong"/>'
    '<style:style style:name="T2" style:family="text">'
    '<style:text-properties fo:font-weight="normal"/></style:style>'
    '<style:style style:name="T3" style:family="text">'
    '<style:text-properties text:display="none"/></style:style>'
    '<style:style style:name="grey" style:family="table-cell">'
    '<style:table-cell-properties fo:background-color="#dddddd"/></style:style>'
    '<style:style style:name="plain" style:family="table-cell">'
    '<style:table-cell-properties fo:background-color="transparent"/></style:style>'
    '<style:style style:name="white" style:family="table-cell">'
    '<style:table-cell-properties fo:background-color="#FFFFFF"/></style:style>'
    '<style:style style:name="bold" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="off" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)


def p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def span(text: str, style: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def items(*inside: str) -> str:
    return (
        "<text:list>"
        + "".join(f"<text:list-item>{i}</text:list-item>" for i in inside)
        + ("</text:list>")
    )


def frame(inside: str, kind: str = "", y: str = "1cm", x: str = "1cm") -> str:
    named = f' presentation:class="{kind}"' if kind else ""
    return (
        f'<draw:frame svg:x="{x}" svg:y="{y}"{named}><draw:text-box>{inside}</draw:text-box>'
        "<svg:title>Never said</svg:title></draw:frame>"
    )


def cell(text: str, style: str = "", more: str = "") -> str:
    said = "".join(map(p, text.split("\n"))) if text else ""
    return f'<table:table-cell table:style-name="{style}"{more}>{said}</table:table-cell>'


def row(*cells: str, more: str = "") -> str:
    inside = "".join(c if c.startswith("<") else cell(c) for c in cells)
    return f"<table:table-row{more}>{inside}</table:table-row>"


def table(*rows: str, more: str = "") -> str:
    return f"<table:table{more}><table:table-column/>{''.join(rows)}</table:table>"


def sheet(name: str, *rows: str, style: str = "") -> str:
    return table(*rows, more=f' table:name="{name}" table:style-name="{style}"')


def blank(rows: int) -> str:
    empty = '<table:table-cell table:number-columns-repeated="16384"/>'
    return row(empty, more=f' table:number-rows-repeated="{rows}"')


def blocks(body: str, kind: str = "text") -> list[str]:
    """The blocks of a file's text; with several words a line may hold each is told apart."""
    document, notes = load(make_open_document(body, kind, OWN, NAMED), "a.odt")
    assert notes == []
    return document.text.split("\n\n")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (p("A  <text:s/>b<text:s text:c='3'/>c<text:tab/>d\n e"), ["A  b   c\td e"]),
        (p("One<text:line-break/>two"), ["One\ntwo"]),
        (p("<text:s text:c='999999999'/>x"), ["x"]),
        (p(f"One {span('<text:a>two</text:a>', 'T1')} three"), ["One two three"]),
        (p("Of <text:ruby><text:ruby-base>漢</text:ruby-base><text:ruby-text>kan</text:ruby-text>"
           "</text:ruby>."), ["Of 漢."]),
        (p("\ufeffA"), ["A"]),
        (p("A") + p("") + p("<text:soft-page-break/>B"), ["A", "B"]),
        (
            p(f"Text{frame(p('Boxed') + items(p('one')))} goes on.") + p("Last."),
            ["Text goes on.", "Boxed", "- one", "Last."],
        ),
        (frame(p("On the page")) + p("A."), ["On the page", "A."]),
        (p("<draw:g><draw:custom-shape><text:p>Drawn</text:p></draw:custom-shape></draw:g>"),
         ["Drawn"]),
        ("<text:section>" + p("Inside.") + "</text:section>", ["Inside."]),
    ],
)  # fmt: skip
def test_paragraphs(body: str, said: list[str]) -> None:
    assert blocks(body) == said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<text:h text:outline-level='3'>Fees<text:line-break/>and dues</text:h>",
         ["### Fees and dues"]),
        ("<text:h text:outline-level='10'>Deep</text:h>" + p("All of it is here."),
         ["###### Deep", "All of it is here."]),
        ("<text:h text:outline-level='x'>Odd</text:h><text:h>No level</text:h>",
         ["# Odd", "# No level"]),
        ("<text:h/>" + p("A"), ["A"]),
        (p("Rules", "P1") + p("Ours", "Titel") + p("Fees", "P2") + p("x", "Heading"),
         ["# Rules", "# Ours", "## Fees", "x"]),
        (items("<text:h text:outline-level='2'><text:number>1.</text:number>Fees</text:h>"),
         ["## Fees"]),
        (p("Opening times", "P3") + p("From nine to five on each day."),
         ["###### Opening times", "From nine to five on each day."]),
        (p(span("All bold", "T1")) + p("From nine to five on each day."),
         ["###### All bold", "From nine to five on each day."]),
        (p(f"{span('Half', 'T1')} bold") + p("From nine to five on each day."),
         ["Half bold", "From nine to five on each day."]),
        (p(f"Bold {span('and not', 'T2')}", "P3") + p("From nine to five on each day."),
         ["Bold and not", "From nine to five on each day."]),
        (p("Is bold, as all", "P3") + p("else here", "P3"), ["Is bold, as all", "else here"]),
        (p("It is bold.", "P3") + p("From nine to five on each day."),
         ["It is bold.", "From nine to five on each day."]),
        (p("Round", "Round"), ["Round"]),
    ],
)  # fmt: skip
def test_headings(body: str, said: list[str]) -> None:
    assert blocks(body) == said


def test_lists() -> None:
    inner = items(p("") + p("a tent") + p("or two"), items(p("pegs")))
    assert blocks(
        f"<text:list><text:list-header>{p('Bring')}</text:list-header></text:list>"
        + items(p("clothes") + inner, p("Bold", "P3"))
        + f"<text:numbered-paragraph>{p('food')}</text:numbered-paragraph>"
    ) == ["Bring", "- clothes", "- a tent", "or two", "- pegs", "- Bold", "- food"]


def test_notes_stand_at_the_end() -> None:
    noted = "<text:note><text:note-citation>{}</text:note-citation><text:note-body>{}{}".format
    first = noted(1, p("In euros.", "P3"), "</text:note-body></text:note>")
    second = noted(2, p("Or later."), "</text:note-body></text:note>")
    body = p(f"It costs 5{first} now{second}.") + table(row(f"{p('a')}", "b")) + p("Last.")
    assert blocks(body) == ["It costs 5 now.", "b", "Last.", "In euros.", "Or later."]


COMMENT = "<office:annotation><text:p>CANARY</text:p></office:annotation>"


@pytest.mark.parametrize(
    "hidden",
    [
        f"<text:tracked-changes><text:changed-region><text:deletion>{p('CANARY')}"
        "</text:deletion></text:changed-region></text:tracked-changes>",
        p("CANARY", "P4"),
        "<text:h text:style-name='P4'>CANARY</text:h>",
        "<table:table/>",
        p(f"CANARY<text:hidden-paragraph text:is-hidden='true'/>{frame(p('CANARY'))}"),
        f"<text:section text:display='none'>{p('CANARY')}</text:section>",
        f"<office:forms>{p('CANARY')}</office:forms>",
        *(f"<text:{name}><text:index-body>{p('CANARY')}</text:index-body></text:{name}>"
          for name in ("table-of-content", "alphabetical-index", "illustration-index",
                       "object-index", "table-index", "user-index")),
    ],
)  # fmt: skip
def test_what_is_hidden_or_made_by_the_program_is_left_out(hidden: str) -> None:
    assert blocks(p("A.") + hidden + p("B.")) == ["A.", "B."]


@pytest.mark.parametrize(
    "hidden",
    [
        COMMENT,
        span("CANARY", "T3"),
        "<text:hidden-text text:is-hidden='true'>CANARY</text:hidden-text>",
        "<text:variable-set text:display='none'>CANARY</text:variable-set>",
        "<text:script>CANARY</text:script>",
    ],
)
def test_hidden_parts_of_a_line(hidden: str) -> None:
    assert blocks(p(f"A{hidden} b.")) == ["A b."]


def test_what_is_shown_under_a_condition_stays() -> None:
    shown = "<text:hidden-text text:is-hidden='false'>b</text:hidden-text>"
    assert blocks(p(f"A {shown}<text:hidden-paragraph text:is-hidden='false'/>.")) == ["A b."]


def parts(data: bytes) -> dict[str, bytes]:
    """The files in an archive."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_styles_of_headers_are_not_those_of_the_text() -> None:
    own = '<style:style style:name="P9" style:family="paragraph" style:parent-style-name="Title"/>'
    styles = parts(make_open_document("", own=own, named=NAMED))["content.xml"]
    files = parts(make_open_document(p("Plain.", "P9"), named=NAMED)) | {"styles.xml": styles}
    assert load(make_zip(files), "a.odt")[0].text == "Plain."


PART = "<text:h text:outline-level='1'>Part</text:h>"
HEAD = "<table:table-header-rows>{}</table:table-header-rows>".format
TASKS = (row("Payroll", "Marcus", "blue"), row("Post", "Gemma", "red"))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((HEAD(row("Task", "Who")), row("Post", "Gemma")), ["Task: Post; Who: Gemma"]),
        ((row("Task", "Person"), row("Post", "Gemma")), ["Task: Person", "Post: Gemma"]),
        (
            (row("Task", "Person", "Room"), *TASKS),
            ["Task | Person | Room", "Payroll | Marcus | blue", "Post | Gemma | red"],
        ),
        (
            (row(*(cell(t, "grey") for t in ("Task", "Person", "Room"))), *TASKS),
            ["Task: Payroll; Person: Marcus; Room: blue", "Task: Post; Person: Gemma; Room: red"],
        ),
        (
            (row(cell("Task", "plain"), cell("Person", "white"), cell("Room", "plain")), *TASKS),
            ["Task | Person | Room", "Payroll | Marcus | blue", "Post | Gemma | red"],
        ),
        (
            (row("", "", ""), row(f"<table:table-cell>{COMMENT}{p('')}</table:table-cell>",
                                  *(cell(t, "grey") for t in ("Person", "Room"))), *TASKS),
            ["Payroll; Person: Marcus; Room: blue", "Post; Person: Gemma; Room: red"],
        ),
        (
            (row(*(f"<table:table-cell>{p(t, 'Table_20_Heading')}</table:table-cell>"
                   for t in ("Task", f"{span('Person', 'T1')} "))), row("Post", "Gemma")),
            ["Task: Post; Person: Gemma"],
        ),
        (
            (row(cell(f"{span('Task', 'T1')} "), cell("Who", "bold")), row("Post", "Gemma")),
            ["Task: Post; Who: Gemma"],
        ),
        ((row(cell("Task", "bold"), cell("Who", "bold")),), ["Task | Who"]),
        (
            (row(cell("Task", "bold"), cell("Who", "bold")),
             row(cell("Post", "bold"), cell("Bo", "bold"))),
            ["Task: Who", "Post: Bo"],
        ),
        (
            (row("", "2023", "2024", "2025"), row("Lake\nroom", cell("12", "", ' table:number-'
             'columns-spanned="2"') + "<table:covered-table-cell><text:p>CANARY</text:p>"
             "</table:covered-table-cell>", "13"), row("Garden", "", "14")),
            ["Lake room; 2023: 12; 2025: 13", "Garden; 2024: 14"],
        ),
        (
            (row("A", cell("5", "", ' table:number-columns-repeated="3"')),),
            ["A | 5 | 5 | 5"],
        ),
        ((row("A", cell("5", "", ' table:number-columns-repeated="0"')),), ["A | 5"]),
        (
            ("<table:table-rows><table:table-row-group>" + row("A", "5")
             + "</table:table-row-group></table:table-rows>"
             + row("B", "6", more=' table:number-rows-repeated="2"'),),
            ["A | 5", "B | 6", "B | 6"],
        ),
        ((row(cell("a") + COMMENT, f"<table:table-cell>{COMMENT}{p('b')}</table:table-cell>"),),
         ["a | b"]),
        ((row(f"<table:table-cell>{PART}{items(p('x'), PART)}</table:table-cell>"),),
         ["Part - x Part"]),
    ],
)  # fmt: skip
def test_tables(rows: tuple[str, ...], said: list[str]) -> None:
    assert blocks(table(*rows)) == said


def test_rows_to_be_repeated_on_each_page_are_told_where_they_are_the_first() -> None:
    assert blocks(table(row("a", "b"), HEAD(row("Task", "Who")))) == ["a: b", "Task: Who"]


SPANS = "number-columns-spanned"
COVERED = "<table:covered-table-cell/>"
BUDGET = sheet(
    "Budget",
    row(cell("Budget of 2025", "bold")),
    row("in euros"),
    row("Post", "2024", "2025"),
    row("Water", "1,340", "1,500"),
    blank(1),
    row("Shed", "", "8,200"),
    blank(1_048_570),
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            BUDGET + sheet("Empty", blank(1_048_576)),
            ["## Budget of 2025", "in euros", "Post: Water; 2024: 1,340; 2025: 1,500",
             "Post: Shed; 2025: 8,200"],
        ),
        (
            sheet("One", row("a")) + sheet("", row("b")),
            ["# One", "a", "# unnamed", "b"],
        ),
        # not at the edge, and a row that is wider than the names
        (
            sheet("One", row("", "", "Plot", "Tenant", "Rent"), row("", "", "1", "Ines", "84"),
                  row("", "", "2", "Tom", "72", "", "moves out"), blank(1),
                  row("", "", "3", "Hana", "78"), blank(1), row("Sum", "", "", "", "84")),
            ["Plot: 1; Tenant: Ines; Rent: 84", "Plot: 2; Tenant: Tom; Rent: 72; moves out",
             "Plot: 3; Tenant: Hana; Rent: 78", "Sum: 84"],
        ),
        # two columns: figures, or names with their values
        (
            sheet("One", row("Month", "Sales"), row("May", "€12"), row("June", "9 kg")),
            ["Month: May; Sales: €12", "Month: June; Sales: 9 kg"],
        ),
        (
            sheet("One", row("Who", "Room"), row("Ada", "red"), row("Bo", "tan")),
            ["Who: Room", "Ada: red", "Bo: tan"],
        ),
        # what is set off
        (
            sheet("One", row(cell("Who", "bold"), cell("Room", "bold")), row("Ada", "red")),
            ["Who: Ada; Room: red"],
        ),
        (
            sheet("One", row(cell("Who", "grey"), cell("Room", "grey")), row("Ada", "red")),
            ["Who: Ada; Room: red"],
        ),
        # merged cells
        (
            sheet("One",
                  row("", cell("Plan", "bold", f' table:{SPANS}="2"') + COVERED,
                      cell("Real", "bold", f' table:{SPANS}="2"') + COVERED),
                  row(*(cell(name, "bold") for name in ("Post", "2023", "2024", "2023", "2024"))),
                  row("Water", "1", "2", "3", "4")),
            ["Post: Water; 2023 Plan: 1; 2024 Plan: 2; 2023 Real: 3; 2024 Real: 4"],
        ),
        (
            sheet("One", row("Town", "Kind", "Count"),
                  row(cell("Kiel", "", ' table:number-rows-spanned="6"'), "Gulls", "7"),
                  row(COVERED, "Rooks", "9", more=' table:number-rows-repeated="2"'), blank(2),
                  row(COVERED, "Terns", "2"), row("", "Gulls", "1")),
            ["Town: Kiel; Kind: Gulls; Count: 7", *["Town: Kiel; Kind: Rooks; Count: 9"] * 2,
             "Town: Kiel; Kind: Terns; Count: 2", "Kind: Gulls; Count: 1"],
        ),
        (
            sheet("One", row("Town", "Kind", "Count"),
                  row(cell("x" * 151, "", ' table:number-rows-spanned="2"'), "Gulls", "7"),
                  row(COVERED, "Rooks", "9")),
            [f"Town: {'x' * 151}; Kind: Gulls; Count: 7", "Kind: Rooks; Count: 9"],
        ),
        # another table, which what is above it names
        (
            sheet("One", row("Plot", "Rent", "Size"), row("1", "84", "210"), blank(2),
                  row(cell("Waiting list", "bold")), blank(1), row("Name", "Since", "For"),
                  row("Leo", "2024", "a plot"), blank(1), row("Done.")),
            ["Plot: 1; Rent: 84; Size: 210", "## Waiting list",
             "Name: Leo; Since: 2024; For: a plot", "Done."],
        ),
        (
            sheet("One", row("a"), f"<table:shapes>{frame(p('Boxed'))}</table:shapes>"),
            ["a", "Boxed"],
        ),
        (
            sheet("One", row(f"<table:table-cell office:value='7'>{p('7.00 €')}</table:table-cell>",
                             "<table:table-cell office:value='8'/>")),
            ["7.00 €"],
        ),
    ],
)  # fmt: skip
def test_sheets(body: str, said: list[str]) -> None:
    assert blocks(body, "spreadsheet") == said


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ('float" office:value="1.0"', "1"),
        ('float" office:value="0.30000000000000004"', "0.3"),
        ('currency" office:value="-12.5"', "-12.5"),
        ('percentage" office:value="0.52"', "52%"),
        ('float" office:value="1e999"', "1e999"),
        ('boolean" office:boolean-value="true"', "TRUE"),
        ('string" office:string-value="007"', "007"),
        ('date" office:date-value="2024-05-06"', "2024-05-06"),
        ('date" office:date-value="2024-05-06T07:08:09"', "2024-05-06 07:08:09"),
    ],
)
def test_a_value_that_nobody_wrote_is_told(told: str, text: str) -> None:
    assert blocks(sheet("One", row("a", f'<table:table-cell office:value-type="{told}/>')),
                  "spreadsheet") == [f"a: {text}"]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("06/05/24", "2024-05-06"),
        ("6.5.24 07:08", "2024-05-06 07:08"),
        ("Mon 06-05-2024", "Mon 2024-05-06"),
        ("6 May 2024", "6 May 2024"),
        ("May 24", "May 24"),
        ("07:08", "07:08"),
    ],
)
def test_a_date_in_figures_is_told_as_iso_has_it(written: str, text: str) -> None:
    dated = ' office:value-type="date" office:date-value="2024-05-06T07:08:00"'
    body = sheet("One", row("a", cell(written, more=dated), cell("1.2.34")))
    assert blocks(body, "spreadsheet") == [f"a | {text} | 1.2.34"]


def test_hidden_sheets_are_left_out_and_noted() -> None:
    many = "".join(sheet(f"S{n}", row("CANARY"), style="off") for n in range(12))
    data = make_open_document(sheet("One", row("a")) + many, "spreadsheet", OWN)
    document, notes = load(data, "a.ods")
    assert document.text == "a"
    assert notes == ["hidden sheets are not read: S0, S1, S2, S3, S4, S5, S6, S7, S8, S9, ..."]


def test_repeated_cells_are_said_as_often_and_too_many_are_refused() -> None:
    wide = cell("x", "", ' table:number-columns-repeated="16384"')
    document, _ = load(make_open_document(sheet("a", row(wide)), "spreadsheet"), "a.ods")
    assert document.text.count("x") == 16_384
    for rows in (
        row(wide, more=' table:number-rows-repeated="13"'),
        row(cell("x", "", ' table:number-columns-repeated="999999999"')),
        row(cell("", "", ' table:number-columns-repeated="999999999"'), "x"),
        row("x", more=' table:number-rows-repeated="200002"'),
    ):
        data = make_open_document(sheet("a", rows), "spreadsheet")
        with pytest.raises(
            CannotLoad, match="more than 200,000 repeated cells; data, not a document"
        ):
            load(data, "a.ods")


def slide(*shapes: str, noted: str = "") -> str:
    notes = f"<presentation:notes>{frame(p('CANARY'), 'footer')}{frame(p(noted), 'notes')}"
    return f"<draw:page>{''.join(shapes)}{notes}</presentation:notes></draw:page>"


def test_slides() -> None:
    names = row("Part", "Cost")
    costs = f'<table:table table:use-first-row-styles="true">{names}{row("Piles", "5")}'
    data = make_open_document(
        slide(
            frame(p("Below"), "subtitle", "2.5cm"),
            frame(p("Right"), "outline", "2in", "9cm"),
            frame(p("Left"), "", "144pt", "1cm"),
            *(
                frame(p("CANARY"), kind)
                for kind in ("date-time", "footer", "header", "page-number")
            ),
            frame(p("Third"), "", "11pc") + frame(p("Second"), "", "170px"),
            f"<draw:custom-shape>{p('Nowhere')}</draw:custom-shape>",
            f"<draw:g>{frame(p('In a group'), '', '20mm')}</draw:g>",
            frame(p("The east<text:line-break/>pier"), "title", "9cm"),
            noted="Thank the divers.",
        )
        + slide(f"<draw:frame><draw:image>{p('')}</draw:image></draw:frame>")
        + slide(f"<draw:frame>{costs}</table:table></draw:frame>", frame(items(p("one")))),
        "presentation",
    )
    document, notes = load(data, "a.odp")
    assert document.text.split("\n\n") == [
        "# The east pier", "In a group", "Below", "Second", "Third", "Left", "Right", "Nowhere",
        "Thank the divers.", "", "- one", "Part: Piles; Cost: 5",
    ]  # fmt: skip
    assert [document.text[at : at + 4] for at in document.pages] == ["# Th", "\n\n- ", "- on"]
    assert (document.title, notes) == ("The east pier", ["slide without text: 2"])


def test_slides_without_text_are_no_document() -> None:
    with pytest.raises(CannotLoad, match="no text on any slide"):
        load(make_open_document(slide() + slide(), "presentation"), "a.odp")


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (make_open_document(p("Rules", "P1"), own=OWN, named=NAMED, title=" The\nrules "),
         "The rules"),
        (make_open_document(p("A.") + p("Rules", "P1"), own=OWN, named=NAMED), "Rules"),
        (make_open_document("<text:h text:outline-level='2'>Fees</text:h>"), None),
        (make_open_document(sheet("One", row("a")) + sheet("Two", row("b")), "spreadsheet"), None),
        (make_open_document(slide(frame(p("A."))), "presentation"), None),
        (make_open_document(slide(frame(p("A."))) + slide(frame(p("Cost"), "title")),
                            "presentation"), "Cost"),
        (make_open_document(slide(frame(p("Cost"), "title")), "presentation", title="The pier"),
         "The pier"),
    ],
)  # fmt: skip
def test_titles(data: bytes, title: str | None) -> None:
    document, _ = load(data, "a.odt")
    assert (document.title, document.titled) == (title or "a.odt", title is not None)


ENCRYPTED = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/>'
    "</manifest:file-entry></manifest:manifest>"
)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"content.xml": "\x00\x01", "META-INF/manifest.xml": ENCRYPTED}, "only with a password"),
        (
            {"encrypted-package": "\x00\x01", "META-INF/manifest.xml": ENCRYPTED},
            "only with a password",
        ),
        ({"content.xml": "<math/>"}, "holds no text, sheets or slides"),
        ({"content.xml": "<cut"}, "a damaged OpenDocument file"),
        ({"content.xml": "Text."}, "a damaged OpenDocument file"),
    ],
)
def test_what_cannot_be_read(files: dict[str, str], reason: str) -> None:
    with pytest.raises(CannotLoad, match=reason):
        load(make_zip(files), "a.odt")


def test_a_file_of_its_content_alone_is_read() -> None:
    content = parts(make_open_document(p("Text.")))["content.xml"]
    assert load(make_zip({"content.xml": content}), "a.odt")[0].text == "Text."
