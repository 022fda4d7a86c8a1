"""Rows of tables, with the names of their columns."""

import pytest

from rag.beside import beside
from rag.datatypes import Passage
from rag.sentences import sentence_spans
from rag.tables import asked_cell, cells, in_table, is_head, row_and_others, told

TEXT = r"""Turnover and staff:

| | 2020 | 2021 |
|---|---|---|
| Turnover | 10 | 12 |
| Loss \| gain | | 3 |
| Room | Floor |
| --- | --: |
| blue | 2. Ask there. |
| - | - |

town | heaters
---|---
Newby | 12

Name: Adam; Price: 3 euros; Days: 4
Name: Eve; Price: 5 euros

Dementia wing; 2023: £1,490; 2024: £1,590

It is as follows: run `a | b`.
"""


def passage(text: str) -> Passage:
    spans = tuple(sentence_spans(text))
    return Passage("a", "a", False, None, None, "", 0, len(text), text, spans)


def test_what_a_row_says() -> None:
    table = passage(TEXT)
    assert [told(table, span) for span in table.sentences if not is_head(table, span)] == [
        "Turnover and staff:",
        "Turnover; 2020: 10; 2021: 12",
        r"Loss \| gain; 2021: 3",
        "Room: blue; Floor: 2. Ask there.",
        "Room: -; Floor: -",
        "town: Newby; heaters: 12",
        "Name: Adam; Price: 3 euros; Days: 4",
        "Name: Eve; Price: 5 euros",
        "Dementia wing; 2023: £1,490; 2024: £1,590",
        "It is as follows: run `a | b`.",
    ]


def test_a_row_and_the_others_of_its_table() -> None:
    table = passage(TEXT)
    rows = {
        table.quote(span): [table.quote(other) for other in row_and_others(table, span)]
        for span in table.sentences
    }
    assert rows["Turnover and staff:"] == rows["town | heaters"] == []
    assert rows["| Turnover | 10 | 12 |"] == ["| Turnover | 10 | 12 |", r"| Loss \| gain | | 3 |"]
    assert rows["| - | - |"] == ["| blue | 2. Ask there. |", "| - | - |"]
    assert rows["Newby | 12"] == ["Newby | 12"]
    assert rows["Name: Eve; Price: 5 euros"] == [
        "Name: Adam; Price: 3 euros; Days: 4",
        "Name: Eve; Price: 5 euros",
        "Dementia wing; 2023: £1,490; 2024: £1,590",
    ]
    assert rows["It is as follows: run `a | b`."] == []


def test_a_table_that_goes_on_has_the_columns_of_the_line_above() -> None:
    text = "| green | 3 |\n| red | 4 |\n\n| x | y |\n|---|---|\n| 1 | 2 |\n"
    spans = tuple((a + 50, b + 50) for a, b in sentence_spans(text))
    above = (((0, 7), "## Room"), ((9, 25), "| Room | Floor |"))
    goes_on = Passage("a", "a", False, None, None, "", 50, 50 + len(text), text, spans, (), above)
    rows = [span for span in spans if not is_head(goes_on, span)]
    assert [told(goes_on, row) for row in rows] == [
        "Room: green; Floor: 3", "Room: red; Floor: 4", "x: 1; y: 2",
    ]  # fmt: skip
    assert [goes_on.quote(row) for row in row_and_others(goes_on, rows[0])] == [
        "| green | 3 |", "| red | 4 |",
    ]  # fmt: skip
    assert [goes_on.quote(span) for span in beside(goes_on, rows[1])] == ["| Room | Floor |"]
    assert [goes_on.quote(span) for span in beside(goes_on, rows[2])] == ["| x | y |"]
    assert beside(goes_on, (9, 25)) == []


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        (  # of reStructuredText
            "+-------+----------+\n| Size  | Price    |\n+=======+==========+\n"
            "| Small | 12 euros |\n+-------+----------+\n"
            "| Large | 20 euros |\n+-------+----------+",
            ["Size: Small; Price: 12 euros", "Size: Large; Price: 20 euros"],
        ),
        (  # without names
            "+-------+------+\n| Chair | Ann  |\n+-------+------+\n| Clerk | Ben  |\n"
            "+-------+------+\n| Cook  | Cleo |\n+-------+------+",
            ["| Chair | Ann  |", "| Clerk | Ben  |", "| Cook  | Cleo |"],
        ),
        (  # of MySQL, two of them
            "+----+-----+\n| id | who |\n+----+-----+\n|  1 | Ann |\n|  2 | Ben |\n+----+-----+\n"
            "+----+------+\n| id | town |\n+----+------+\n|  7 | Rome |\n+----+------+",
            ["id: 1; who: Ann", "id: 2; who: Ben", "id: 7; town: Rome"],
        ),
        (" id | who\n----+-----\n  1 | Ann\n", ["id: 1; who: Ann"]),  # of PostgreSQL
        (  # no rule at all
            "| Line | Colour | Length |\n| A | red | 12 km |\n| B | blue | 7 km |",
            ["Line: A; Colour: red; Length: 12 km", "Line: B; Colour: blue; Length: 7 km"],
        ),
        (  # nor names
            "| Ann | Chair | Rome |\n| Ben | Clerk | Oslo |\n| Cleo | Cook | Bonn |",
            ["| Ann | Chair | Rome |", "| Ben | Clerk | Oslo |", "| Cleo | Cook | Bonn |"],
        ),
    ],
)
def test_tables_of_other_tools(table: str, rows: list[str]) -> None:
    text = passage(f"It is told below.\n\n{table}\n\nThat is all.")
    found = [told(text, span) for span in text.sentences if not is_head(text, span)]
    assert found == ["It is told below.", *rows, "That is all."]


def test_a_grid_that_goes_on_has_the_columns_of_the_line_above() -> None:
    text = "|  2 | Ben |\n|  3 | Eve |\n+----+-----+\n"
    spans = tuple((a + 50, b + 50) for a, b in sentence_spans(text))
    above = (((9, 21), "| id | who |"),)
    goes_on = Passage("a", "a", False, None, None, "", 50, 50 + len(text), text, spans, (), above)
    rows = [told(goes_on, span) for span in spans if not is_head(goes_on, span)]
    assert rows == ["id: 2; who: Ben", "id: 3; who: Eve"]


@pytest.mark.parametrize(
    ("question", "row", "cell"),
    [
        ("What was the turnover in 2021?", "| Turnover | 10 | 12 |", "12"),
        ("What was the turnover?", "| Turnover | 10 | 12 |", None),
        ("Which room is blue?", "| blue | 2. Ask there. |", None),  # told by the question
        ("On which floor is the blue room?", "| blue | 2. Ask there. |", "2. Ask there."),
        ("What is the price?", "Name: Eve; Price: 5 euros", "5 euros"),
        ("Who named the price?", "Name: Eve; Price: 5 euros", "Eve"),
        (
            "What is the dementia wing in 2024?",
            "Dementia wing; 2023: £1,490; 2024: £1,590",
            "£1,590",
        ),
        ("What follows?", "It is as follows: run `a | b`.", None),
    ],
)
def test_the_cell_of_the_column_that_is_named(question: str, row: str, cell: str | None) -> None:
    table = passage(TEXT)
    (span,) = (span for span in table.sentences if table.quote(span) == row)
    found = asked_cell(question, table, span)
    assert (found and table.quote(found)) == cell


def test_rows_without_the_names_of_their_columns() -> None:
    rows = passage("| Adult | 4 euros |\n| Child | 2 euros |")
    assert [cells(rows, span) for span in rows.sentences] == [[], []]
    assert all(in_table(rows.quote(span)) for span in rows.sentences)
    assert not any(is_head(rows, span) for span in rows.sentences)


def test_rows_of_an_asciidoc_table() -> None:
    text = (
        "|===\n|Item |2023 |Late\n\n|Books\n|3\n|20p. At most 2\n|CDs |1 |\n2+|x |y\n|===\nOn.\n"
        "|===\n|Newby |12\n|Old |5\n|==="
    )
    table = passage(text)
    assert [told(table, span) for span in table.sentences if not is_head(table, span)] == [
        "Item: Books; 2023: 3; Late: 20p. At most 2",
        "Item: CDs; 2023: 1",
        "2+|x |y",
        "On.",
        "|Newby |12",
        "|Old |5",
    ]
