"""Excel workbooks: what becomes of the sheets, their rows and cells."""

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

import openpyxl
import pytest
from hostile_formats import xlsx_of
from loading import load, make_zip
from openpyxl.chart import BarChart
from openpyxl.comments import Comment
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904

Rows = Sequence[Sequence[object]]
NONE: Mapping[str, str] = MappingProxyType({})


def save(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(
    rows: Rows,
    bold: Collection[int] = (),
    shaded: Collection[int] = (),
    formats: Mapping[str, str] = NONE,
    merged: Collection[str] = (),
    name: str = "Sheet1",
) -> bytes:
    """A workbook of one sheet, some of whose rows are bold or shaded."""
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    sheet.title = name
    for number, row in enumerate(rows, 1):
        sheet.append([*row])
        for cell in sheet[number] if row else ():
            if number in bold:
                cell.font = Font(bold=True)
            if number in shaded:
                cell.fill = PatternFill("solid", fgColor="FFDDEBF7")
    for place, number_format in formats.items():
        sheet[place].number_format = number_format
    for cells in merged:
        sheet.merge_cells(cells)
    return save(book)


def told(data: bytes) -> list[str]:
    document, notes = load(data, "a.xlsx")
    assert notes == []
    return document.text.split("\n\n")


STOCK: Rows = [
    ["Stock"],
    ["Counted by Jonas"],
    [],
    [None, "Item", None, "Pieces", "Price"],
    [None, "Bolts", None, 12500, 0.04],
    [None, "Clamps", None, 340, 1.5],
    [],
    [None, "Total", None, 12840],
    [],
    [None, "Clamps are bought in May."],
]


def test_titles_headers_rows_totals_and_notes() -> None:
    assert told(workbook(STOCK, formats={"D5": "#,##0", "E5": "$0.00", "E6": "$0.00"})) == [
        "## Stock",
        "Counted by Jonas",
        "Item: Bolts; Pieces: 12,500; Price: $0.04",
        "Item: Clamps; Pieces: 340; Price: $1.50",
        "Item: Total; Pieces: 12840",
        "Clamps are bought in May.",
    ]


TWO: Rows = [
    ["Rooms"], ["Room", "Floor", "Seats"], ["Baltic", 2, 12], [],
    ["Parking"], ["Bay", "Level", "For"], ["P1", -1, "Visitors"],
]  # fmt: skip


def test_two_tables_one_below_the_other() -> None:
    assert told(workbook(TWO)) == [
        "## Rooms",
        "Room: Baltic; Floor: 2; Seats: 12",
        "## Parking",
        "Bay: P1; Level: -1; For: Visitors",
    ]


TOOLS: Rows = [["Tool", "Of", "Place"], ["Saw", "Steel", "Left"], [], ["Mallet", "Wood", "Right"]]


@pytest.mark.parametrize(
    ("rows", "bold", "last"),
    [
        (TOOLS, [1], "Tool: Mallet; Of: Wood; Place: Right"),
        (TOOLS, [], "Mallet | Wood | Right"),  # may as well be the names of other columns
        (TOOLS, [1, 4], "Mallet | Wood | Right"),
        ([*TOOLS[:3], ["Mallet", None, "3"]], [1], "Tool: Mallet; Place: 3"),
        ([*TOOLS[:3], ["Mallet", "3"]], [1], "Tool: Mallet; Of: 3"),
        ([*TOOLS[:3], ["Made by", "Ada"]], [1], "Made by: Ada"),
        ([*TOOLS[:3], ["Saws", "3", "Left", "x"]], [1], "Saws | 3 | Left | x"),
        ([["A", "B", "C", "D"], [1, 2, 3, 4], [], ["At", "8:30"]], [1], "At: 8:30"),
        ([["A", "B", "C", "D", "E"], [1, 2, 3, 4, 5], [], ["Sum", None, None, 4]], [1],
         "A: Sum; D: 4"),
        ([["Topic", "Of"], ["Post", "Ada"], [], ["Bin", "Ada"], ["Bin", "Bo"]], [1],
         "Topic: Bin; Of: Bo"),
        ([["Tool", "Of", "Place"], [], ["Saw", "Steel", "Left"]], [1], "Tool: Saw; Of: Steel; "
         "Place: Left"),
        ([["Tool", "Of", "Place"], [], ["The end of it."]], [1], "The end of it."),
    ],
)  # fmt: skip
def test_a_block_goes_on_below_the_headers_of_another(
    rows: Rows, bold: list[int], last: str
) -> None:
    assert told(workbook(rows, bold))[-1] == last


def test_headers_without_rows_stay() -> None:
    rows = [["Tool", "Of", "Place"], [], ["The end of it."], [], ["a", "b", "c", "d"]]
    assert told(workbook(rows, bold=[1])) == [
        "Tool | Of | Place",
        "The end of it.",
        "a | b | c | d",
    ]


PHASES: Rows = [
    ["Phase", "Task", "Days"], ["Wood"], ["Saw", "cut", 2], ["Plane", None, 3], ["Metal"],
    ["File", "edges", 1], [None, "by the end of the week"], ["All of it is done in two weeks."],
]  # fmt: skip


@pytest.mark.parametrize(
    ("bold", "shaded", "sections"),
    [
        ([1, 2, 5], [], ["### Wood", "### Metal"]),
        ([1], [2, 5], ["### Wood", "### Metal"]),
        ([1], [], ["Phase: Wood", "Phase: Metal"]),
        ([1, 2, 3, 4, 5, 6, 7, 8], [], ["Phase: Wood", "Phase: Metal"]),
    ],
)
def test_what_is_set_off_within_a_table_heads_the_rows_below(
    bold: list[int], shaded: list[int], sections: list[str]
) -> None:
    assert told(workbook(PHASES, bold, shaded)) == [
        sections[0],
        "Phase: Saw; Task: cut; Days: 2",
        "Phase: Plane; Days: 3",
        sections[1],
        "Phase: File; Task: edges; Days: 1",
        "Task: by the end of the week",
        "All of it is done in two weeks.",
    ]


def test_the_last_row_of_a_table_heads_nothing() -> None:
    assert told(workbook([["Task", "Of", "Days"], ["Saw", "Ada", 2], ["Rest"]], [1, 3])) == [
        "Task: Saw; Of: Ada; Days: 2",
        "Task: Rest",
    ]


@pytest.mark.parametrize(
    ("rows", "bold", "paragraphs"),
    [
        (
            [["Project", "Apollo"], ["Manager", "Ada"], ["Start", date(2025, 2, 3)]],
            [],
            ["Project: Apollo", "Manager: Ada", "Start: 2025-02-03"],
        ),
        (
            [["Project:", "Apollo", "Manager:", "Ada"], ["Start:", 2, "End:", 3]],
            [],
            ["Project: Apollo; Manager: Ada", "Start: 2; End: 3"],
        ),
        ([["Topic", "Person"], ["Post", "Ada"]], [1], ["Topic: Post; Person: Ada"]),
        ([["Topic", "Person"], ["Post", "Ada"]], [], ["Topic: Person", "Post: Ada"]),
        ([["Topic", "Person"], ["Post", 5]], [], ["Topic: Person", "Post: 5"]),
        ([["Aims"], [None, "Less noise"]], [1], ["## Aims", "Less noise"]),
        (
            [["Item", "Price"], ["Tea", 2], ["Cake", 3.5]],
            [],
            ["Item: Tea; Price: 2", "Item: Cake; Price: 3.5"],
        ),
        (
            [["Topic", "Person"], ["Post", "Ada"], ["Post", "Bo"]],
            [],
            ["Topic: Post; Person: Ada", "Topic: Post; Person: Bo"],
        ),
        ([["Day", date(2025, 5, 5)], ["Ada", 8], ["Bo", 7]], [], ["Day: Ada; 2025-05-05: 8",
                                                                  "Day: Bo; 2025-05-05: 7"]),
        (
            [["Ada", date(2025, 5, 5), "x"], ["Bo", date(2025, 5, 6), "y"]],
            [],
            ["Ada | 2025-05-05 | x", "Bo | 2025-05-06 | y"],
        ),
        ([["#", "Name", "Of"], [1, "Ada", "Kiel"]], [], ["1; Name: Ada; Of: Kiel"]),
        ([["№", "Name", "Of"], [1, "Ada", "Kiel"]], [], ["№: 1; Name: Ada; Of: Kiel"]),
        ([["Week", 1, 2], ["Ada", 8, 7]], [1], ["Week: Ada; 1: 8; 2: 7"]),
        ([["Week", 1, 2], ["Ada", 8, 7]], [], ["Week | 1 | 2", "Ada | 8 | 7"]),
        ([["Total", "$5"], ["Ada", "$2"]], [1], ["Total: $5", "Ada: $2"]),
        (
            [["Name", None, None, "Of", "Is"], ["Ada", "x", "y", "Kiel", 1]],
            [1],
            ["Name: Ada; x; y; Of: Kiel; Is: 1"],
        ),
        ([["A", "B", "A", "B"], [1, 2, 3, 4]], [1], ["A: 1; B: 2; A: 3; B: 4"]),
        ([["Flow", None, None, "EUR"], ["In", "a", "b", "c"], ["x", 1, 2, 3]], [2], ["Flow: EUR",
          "In: x; a: 1; b: 2; c: 3"]),
        ([["Aims"], ["Less noise"], ["More trees"]], [1], ["## Aims", "Less noise", "More trees"]),
        ([["*not yet"], [], ["x", "y", "z"]], [], ["*not yet", "x | y | z"]),
        ([["It is."], [], ["Aims"], ["Less noise"]], [3], ["It is.", "## Aims", "Less noise"]),
        ([["It is."], [], ["Aims"], ["Less noise"]], [], ["It is.", "Aims", "Less noise"]),
    ],
)  # fmt: skip
def test_which_rows_are_headers(rows: Rows, bold: list[int], paragraphs: list[str]) -> None:
    assert told(workbook(rows, bold)) == paragraphs


REGIONS: Rows = [
    ["Region", 2023, None, 2024, None],
    [None, "Plan", "Actual", "Plan", "Actual"],
    ["North", 120, 131, 140, 138],
]
GROUPS = ["A1:A2", "B1:C1", "D1:E1"]
# As pandas writes columns and an index of two levels each.
LEVELS: Rows = [
    [None, None, "Sales", None], [None, None, "Web", "Shop"], ["City", "Quarter"],
    ["Kiel", "Q1", 10, 12], [None, "Q2", 11, 13],
]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "merged", "bold", "paragraphs"),
    [
        (REGIONS, GROUPS, [1, 2], ["Region: North; Plan 2023: 120; Actual 2023: 131; "
                                   "Plan 2024: 140; Actual 2024: 138"]),
        (REGIONS, GROUPS, [], ["Region: North; Plan 2023: 120; Actual 2023: 131; "
                               "Plan 2024: 140; Actual 2024: 138"]),
        (LEVELS, ["C1:D1", "A4:A5"], [1, 2, 3],
         ["City: Kiel; Quarter: Q1; Web Sales: 10; Shop Sales: 12",
          "City: Kiel; Quarter: Q2; Web Sales: 11; Shop Sales: 13"]),
        ([[None, None, "Sales", None], ["City", "Quarter", "Web", "Shop"], ["Kiel", "Q1", "a", "b"],
          ["Ulm", "Q2", "c", "d"]], ["C1:D1"], [],
         ["City: Kiel; Quarter: Q1; Web Sales: a; Shop Sales: b",
          "City: Ulm; Quarter: Q2; Web Sales: c; Shop Sales: d"]),
        ([[None, *REGIONS[0][1:]], REGIONS[1], ["Europe"], REGIONS[2]], GROUPS[1:], [],
         ["Europe", "North; Plan 2023: 120; Actual 2023: 131; Plan 2024: 140; Actual 2024: 138"]),
        ([["Stock", None, None, "in May", None], ["Item", "Of", "Is", "A", "B"], ["x", 1, 2, 3, 4]],
         ["D1:E1"], [2], ["Stock: in May", "Item: x; Of: 1; Is: 2; A: 3; B: 4"]),
        ([["Plan of the year"], ["Name", "Of"], ["Ada", "1"], ["Bo", "2"]], ["A1:B1"], [],
         ["## Plan of the year", "Name: Ada; Of: 1", "Name: Bo; Of: 2"]),
        ([["Name", "Home", None], ["Ada", "Kiel", "DE"], ["Bo", "Lund", "SE"]], ["B1:C1"], [1],
         ["Name: Ada; Home: Kiel; DE", "Name: Bo; Home: Lund; SE"]),
        ([["Name", "Of", "Is"], ["Ada", "x" * 151, 1], ["Bo", None, 2]], ["B2:B3"], [1],
         [f"Name: Ada; Of: {'x' * 151}; Is: 1", "Name: Bo; Is: 2"]),
        ([["Name", "Of", "Is"], ["Ada", "x" * 150, 1], ["Bo", None, 2]], ["B2:B3"], [1],
         [f"Name: Ada; Of: {'x' * 150}; Is: 1", f"Name: Bo; Of: {'x' * 150}; Is: 2"]),
    ],
)  # fmt: skip
def test_merged_cells(
    rows: Rows, merged: list[str], bold: list[int], paragraphs: list[str]
) -> None:
    assert told(workbook(rows, bold, merged=merged)) == paragraphs


def test_the_rows_of_a_long_table_stay_in_order() -> None:
    rows: Rows = [["Id", "Of", "Is"], *([n, "a", "b"] for n in range(2_500))]
    assert told(workbook(rows)) == [f"Id: {n}; Of: a; Is: b" for n in range(2_500)]


def test_sheets_are_sections_but_for_hidden_ones_and_charts() -> None:
    book = openpyxl.Workbook()
    book["Sheet"].append(["Spring is cheap."])
    book.create_sheet("Summer").append(["Summer is not."])
    book.create_sheet("Empty")
    book.create_sheet("Margins").append(["CANARY"])
    book["Margins"].sheet_state = "hidden"
    book.create_sheet("Rebates").append(["CANARY"])
    book["Rebates"].sheet_state = "veryHidden"
    book.create_chartsheet("Sales").add_chart(BarChart())
    book.properties.title = "Prices\n of 2025"
    document, notes = load(save(book), "a.xlsx")
    assert document.text == "# Sheet\n\nSpring is cheap.\n\n# Summer\n\nSummer is not."
    assert document.title == "Prices of 2025"
    assert notes == ["hidden sheets are not read: Margins, Rebates", "charts are not read: Sales"]


@pytest.mark.parametrize(
    ("name", "heading"),
    [("Sheet1", ""), ("Tabelle2", ""), ("sheet", ""), ("2024", "# 2024"), ("Sheets", "# Sheets")],
)
def test_the_name_of_an_only_sheet_is_told_if_it_says_something(name: str, heading: str) -> None:
    assert told(workbook([["It is so."]], name=name)) == [*filter(None, [heading]), "It is so."]


def test_of_many_hidden_sheets_some_are_named() -> None:
    book = openpyxl.Workbook()
    book["Sheet"].append(["It is so."])
    for n in range(12):
        book.create_sheet(f"h{n}").sheet_state = "hidden"
    names = ", ".join(f"h{n}" for n in range(10))
    assert load(save(book), "a.xlsx")[1] == [f"hidden sheets are not read: {names}, ..."]


def formulas(*cells: str, calculated: bool) -> tuple[str, list[str]]:
    """The text and the notes of a workbook of a name and these cells."""
    book = (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r='
        '"http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet '
        'name="Sheet1" sheetId="1" r:id="rId1"/></sheets>'
        f'<calcPr fullCalcOnLoad="{int(not calculated)}"/></workbook>'
    )
    row = f'<row r="1"><c r="A1" t="s"><v>0</v></c>{"".join(cells)}</row>'
    data = xlsx_of(row, "Sum:", parts={"xl/workbook.xml": book.encode()})
    document, notes = load(data, "a.xlsx")
    return document.text, notes


NO_VALUE = "no stored value; open and save it in a spreadsheet program"


@pytest.mark.parametrize("calculated", [True, False])
@pytest.mark.parametrize(
    ("cells", "text", "note"),
    [
        (['<c r="B1"><f>1+1</f><v>2</v></c>'], "Sum: 2", ""),
        (['<c r="B1" t="str"><f>IF(1,"")</f><v></v></c>'], "Sum:", ""),
        (['<c r="B1"><v>0</v></c>'], "Sum: 0", ""),
        (['<c r="B1"><f>1+1</f><v></v></c>'], "Sum:", f"1 formula has {NO_VALUE}"),
        (
            ['<c r="B1"><f>1+1</f><v/></c>', '<c s="0" r="C1"><f t="shared" si="0"/></c>'],
            "Sum:",
            f"2 formulas have {NO_VALUE}",
        ),
    ],
)
def test_formulas_without_a_stored_value_are_counted(
    calculated: bool, cells: list[str], text: str, note: str
) -> None:
    assert formulas(*cells, calculated=calculated) == (text, [note] if note else [])


def test_the_0_of_a_program_that_does_not_calculate_is_no_value() -> None:
    cell = '<c r="B1"><f>1+1</f><v>0</v></c>'
    assert formulas(cell, calculated=True) == ("Sum: 0", [])
    assert formulas(cell, calculated=False) == ("Sum:", [f"1 formula has {NO_VALUE}"])


def test_formulas_and_merged_cells_of_a_sheet_with_another_prefix() -> None:
    sheet = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<x:sheetData><x:row r="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c><x:c r="B1"><x:v>1</x:v>'
        '</x:c></x:row><x:row r="2"><x:c r="A2"><x:v>9</x:v></x:c><x:c r="B2"><x:v>2</x:v>'
        '</x:c><x:c r="C2"><x:f>1</x:f></x:c>'
        '</x:row></x:sheetData><x:mergeCells><x:mergeCell ref="A1:A2"/></x:mergeCells>'
        "</x:worksheet>"
    )
    data = xlsx_of("", "Kiel", parts={"xl/worksheets/sheet1.xml": sheet.encode()})
    document, notes = load(data, "a.xlsx")
    assert document.text == "Kiel | 1\n\nKiel | 2"
    assert notes == [f"1 formula has {NO_VALUE}"]


@pytest.mark.parametrize(
    ("whole", "part"),
    [
        (b'<cellStyle name="Normal" ', b"<cellStyle "),
        (b"<fill><patternFill/></fill>", b"<fill/>"),
        (b"<fill><patternFill/></fill>", b"<fill> </fill>"),
    ],
)
def test_styles_that_other_programs_write_in_part(whole: bytes, part: bytes) -> None:
    data = workbook([["Item", "On"], ["Bolts", date(2024, 5, 6)], ["Clamps", date(2024, 5, 7)]])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert whole in files["xl/styles.xml"]
    files["xl/styles.xml"] = files["xl/styles.xml"].replace(whole, part)
    assert told(make_zip(files)) == ["Item: Bolts; On: 2024-05-06", "Item: Clamps; On: 2024-05-07"]


def test_formulas_of_several_sheets_are_counted_together() -> None:
    book = openpyxl.Workbook()
    for name in ("Sheet", "Other"):
        sheet = book[name] if name in book.sheetnames else book.create_sheet(name)
        sheet.append(["Sum", "=1+1"])
    assert load(save(book), "a.xlsx")[1] == [f"2 formulas have {NO_VALUE}"]


@pytest.mark.parametrize(
    ("font", "fill", "headed"),
    [
        (Font(bold=True), PatternFill(), True),
        (Font(), PatternFill("solid", fgColor="FFDDEBF7"), True),
        (Font(), PatternFill("solid", fgColor="FFFFFFFF"), False),
        (Font(), PatternFill("solid", fgColor=Color(theme=0)), False),
        (Font(), PatternFill("solid", fgColor=Color(theme=0, tint=-0.15)), True),
        (Font(italic=True), PatternFill(), False),
    ],
)
@pytest.mark.parametrize("cells", [2, 1])
def test_what_sets_a_row_off(font: Font, fill: PatternFill, headed: bool, cells: int) -> None:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    sheet.append(["Topic", "Person"])
    sheet.append(["Post", "Ada"])
    for cell in sheet[1][:cells]:
        cell.font, cell.fill = font, fill
    last = "Topic: Post; Person: Ada" if headed and cells == 2 else "Post: Ada"
    assert told(save(book))[-1] == last


def test_what_is_in_a_cell_beside_its_text() -> None:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    sheet.append(["Risk", "Link", "Chance"])
    sheet.append(["Fire\nand  smoke", "the plan", "#N/A"])
    sheet["A2"].comment = Comment("CANARY", "Ada")
    sheet["B2"].hyperlink = "https://canary.example"
    assert sheet["C2"].data_type == "e"
    assert told(save(book)) == ["Risk: Fire and smoke; Link: the plan"]


def test_rich_text_is_its_text() -> None:
    rich = "<is><r><t>no </t></r><r><rPr><b/></rPr><t>smoke</t></r></is>"
    cell = f'<c r="B1" t="inlineStr">{rich}</c>'
    assert formulas(cell, calculated=True) == ("Sum: no smoke", [])


def test_dates_of_the_other_calendar() -> None:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book["Sheet"].append(["Born:", date(2024, 2, 29)])
    assert told(save(book)) == ["Born: 2024-02-29"]
