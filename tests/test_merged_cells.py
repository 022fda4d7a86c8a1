"""Tables of Word files and slides in which cells are merged."""

import io
from collections.abc import Sequence
from typing import Any

import docx
import pptx
import pytest
from docx.oxml import OxmlElement
from loading import load

from rag.load.merged_cells import Cell, Merged, spread

UP, LEFT = Merged.ABOVE, Merged.LEFT
Rows = Sequence[Sequence[str]]
Places = Sequence[tuple[int, int, int, int]]  # first row and column, last row and column

SPANS: tuple[Rows, Places, list[str]] = (
    [["Region", "Sold", "", "Town"], ["", "2023", "2024", ""], ["North", "12", "15", "Kiel"],
     ["", "3", "4", "Oslo"], ["South", "7", "8", "Bonn"]],
    [(0, 0, 1, 0), (0, 1, 0, 2), (0, 3, 1, 3), (2, 0, 3, 0)],
    ["Region: North; 2023 Sold: 12; 2024 Sold: 15; Town: Kiel",
     "Region: North; 2023 Sold: 3; 2024 Sold: 4; Town: Oslo",
     "Region: South; 2023 Sold: 7; 2024 Sold: 8; Town: Bonn"],
)  # fmt: skip
CORNER: tuple[Rows, Places, list[str]] = (
    [["", "Sold", "", "Lent"], ["Region", "2023", "2024", "2024"], ["North", "12", "15", "9"]],
    [(0, 1, 0, 2)],
    ["Region: North; 2023 Sold: 12; 2024 Sold: 15; 2024 Lent: 9"],
)
TITLE: tuple[Rows, Places, list[str]] = (
    [["Bolts\nsold", "", ""], ["Region", "2023", "2024"], ["North", "12", "15"],
     ["South", "3", "4"]],
    [(0, 0, 0, 2)],
    ["Bolts sold", "Region: North; 2023: 12; 2024: 15", "Region: South; 2023: 3; 2024: 4"],
)  # fmt: skip
WITHIN: tuple[Rows, Places, list[str]] = (
    [["Region", "2023", "2024"], ["Abroad", "", ""], ["North", "12", "15"], ["South", "3", ""]],
    [(1, 0, 1, 2), (2, 2, 3, 2)],
    ["Region: Abroad", "Region: North; 2023: 12; 2024: 15", "Region: South; 2023: 3; 2024: 15"],
)


@pytest.mark.parametrize(("rows", "merged", "told"), [SPANS, CORNER, TITLE, WITHIN])
@pytest.mark.parametrize("name", ["a.docx", "a.pptx"])
def test_rows_of_equal_cells(name: str, rows: Rows, merged: Places, told: list[str]) -> None:
    out = io.BytesIO()
    file: Any
    if name == "a.docx":
        file = docx.Document()
        table = file.add_table(len(rows), len(rows[0]))
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        table.rows[len(merged) == 1]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    else:
        file = pptx.Presentation()
        slide = file.slides.add_slide(file.slide_layouts[6])
        table = slide.shapes.add_table(len(rows), len(rows[0]), 0, 0, 1, 1).table
    for top, left, bottom, right in merged:
        table.cell(top, left).merge(table.cell(bottom, right))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                table.cell(number, column).text = text
    file.save(out)
    assert load(out.getvalue(), name)[0].text.split("\n\n") == told


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([["a", "b"], [UP, "c"]], [["a", "b"], ["", "c"]]),
        ([["a", "b"], ["c", "d"], [UP, UP], [UP, "e"]],
         [["a", "b"], ["c", "d"], ["", ""], ["c", "e"]]),
        ([["a", "b"], ["c" * 151, "d"], [UP, "e"]], [["a", "b"], ["c" * 151, "d"], ["", "e"]]),
        ([["a", LEFT]], [["a", ""]]),
        ([[UP, LEFT, "b"]], [["", "", "b"]]),
        ([["a", LEFT, "b"], ["c", "d"]], [["a", "", "b"], ["c", "d"]]),
        ([], []),
    ],
)  # fmt: skip
def test_what_is_merged_with_what(rows: list[list[Cell]], told: list[list[str]]) -> None:
    assert spread(rows).rows == told


def test_names_of_columns_below_which_nothing_is_written_stay() -> None:
    file = docx.Document()
    table = file.add_table(3, 2)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    table.cell(0, 0).text, table.cell(0, 1).text = "Visitor", "Signature"
    out = io.BytesIO()
    file.save(out)
    assert load(out.getvalue(), "a.docx")[0].text == "Visitor | Signature"
