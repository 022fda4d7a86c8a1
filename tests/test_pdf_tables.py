"""PDF: tables with rules between their cells."""

from collections.abc import Sequence

import pytest
from loading import HYPHEN, load, make_pdf, text_page

Placed = list[tuple[float, float, str]]
XS = (70, 170, 250, 350)
YS = (700, 680, 640, 620)
PRICES: Placed = [
    (75, 685, "Plan"), (175, 685, "Users"), (255, 685, "Price"),
    (75, 665, "Team with a"), (75, 653, "long name"), (175, 665, "50"), (255, 665, "79 euro"),
    (75, 625, "Firm"), (175, 625, "any number"), (255, 625, "on request"),
]  # fmt: skip
ROWS = [
    "Plan: Team with a long name; Users: 50; Price: 79 euro",
    "Plan: Firm; Users: any number; Price: on request",
]


def boxes(xs: Sequence[float] = XS, ys: Sequence[float] = YS, how: str = "S") -> str:
    """A box around each cell; "S" strokes them, "f" fills the whole."""
    corners = [(left, low) for left in xs[:-1] for low in ys[1:]]
    sizes = [(b - a, d - c) for a, b in zip(xs, xs[1:], strict=False)
             for d, c in zip(ys, ys[1:], strict=False)]  # fmt: skip
    return "".join(
        f"{x} {y} {w} {h} re {how}\n" for (x, y), (w, h) in zip(corners, sizes, strict=True)
    )


def rules(xs: Sequence[float], ys: Sequence[float]) -> str:
    """Thin filled boxes, upright at ``xs`` and level at ``ys``, as long as the whole table."""
    upright = "".join(f"{x} {YS[-1]} 0.5 {YS[0] - YS[-1]} re f\n" for x in xs)
    return upright + "".join(f"{XS[0]} {y} {XS[-1] - XS[0]} 0.5 re f\n" for y in ys)


def paragraphs(
    *pages: Placed, drawn: str, bold: Sequence[str] = ("Plan", "Users", "Price")
) -> list[str]:
    return load(make_pdf(pages, drawn=drawn, bold=bold), "a.pdf")[0].text.split("\n\n")


@pytest.mark.parametrize(
    "drawn",
    [
        boxes(),
        rules(XS, YS),
        rules(XS[1:-1], YS[1:-1]),  # no frame
        rules(XS[1:-1], YS),
        " ".join(f"{x} {YS[0]} m {x} {YS[-1]} l" for x in XS)
        + "".join(f" {XS[0]} {y} m {XS[-1]} {y} l" for y in YS) + " S",
    ],
    ids=["boxes", "thin boxes", "inner rules", "no sides", "one path"],
)  # fmt: skip
def test_cells_are_read_with_the_names_of_their_columns(drawn: str) -> None:
    page = [*text_page("Before.", top=740), *PRICES, *text_page("After.", top=560)]
    assert paragraphs(page, drawn=drawn) == ["Before.", *ROWS, "After."]


def test_rows_are_joined_where_no_row_names_the_columns() -> None:
    assert paragraphs(PRICES, drawn=boxes(), bold=()) == [
        "Plan | Users | Price",
        "Team with a long name | 50 | 79 euro",
        "Firm | any number | on request",
    ]


def test_a_table_goes_on_over_the_page() -> None:
    drawn = boxes(ys=(700, 680, 660))
    heads: Placed = [(75, 685, "Plan"), (175, 685, "Users"), (255, 685, "Price")]
    first = [*heads, (75, 665, "A"), (175, 665, "5"), (255, 665, "7 euro"), (75, 40, "1")]
    second: Placed = [(75, 685, "Beta"), (175, 685, "6"), (255, 685, "8 euro"),
                      (75, 665, "C"), (175, 665, "7"), (255, 665, "9 euro")]  # fmt: skip
    told = ["Plan: A; Users: 5; Price: 7 euro", "1", "Plan: Beta; Users: 6; Price: 8 euro",
            "Plan: C; Users: 7; Price: 9 euro"]  # fmt: skip
    assert paragraphs(first, second, drawn=drawn) == told
    again = [*heads, *second[3:]]  # the names once more
    assert paragraphs(first, again, drawn=drawn) == [*told[:2], told[3]]
    between = [*text_page("One.", "", "Two.", "", "Three.", "", "Four.", top=780), *second]
    assert "Beta | 6 | 8 euro" in paragraphs(first, between, drawn=drawn)


def test_what_spans_rows_stands_in_each_and_what_spans_columns_in_the_first() -> None:
    drawn = rules(XS[:1] + XS[3:], YS[:2] + YS[3:]) + (
        f"{XS[1]} {YS[1]} 0.5 20 re f {XS[2]} {YS[1]} 0.5 20 re f\n"
        f"{XS[1]} {YS[3]} 0.5 60 re f {XS[1]} {YS[2]} {XS[3] - XS[1]} 0.5 re f\n"
    )
    page: Placed = [(75, 685, "Plan"), (175, 685, "Users"), (255, 685, "Price"),
                    (75, 650, "Team"), (175, 650, "50"), (175, 625, "ask for it")]  # fmt: skip
    assert paragraphs(page, drawn=drawn) == [
        "Plan: Team; Users: 50",
        "Plan: Team; Users: ask for it",
    ]


def test_a_word_broken_in_a_cell_is_mended() -> None:
    page = [*PRICES[:5], (175, 665, f"unlim{HYPHEN}"), (175, 653, "ited"), *PRICES[6:]]
    told = "Plan: Team with a long name; Users: unlimited; Price: 79 euro"
    assert paragraphs(page, drawn=boxes()) == [told, ROWS[1]]


@pytest.mark.parametrize(
    ("page", "drawn", "told"),
    [
        ([(75, 665, "Only"), (75, 625, "one column")], boxes(), ["Only", "one column"]),
        ([(75, 665, "Only"), (175, 665, "one row")], boxes(), ["Only   one row"]),
        ([(75, 705, "One"), (200, 705, "Two"), (75, 685, "Alpha"), (200, 685, "Beta"),
          (75, 655, "Gamma"), (200, 655, "Delta"), (75, 625, "Omega")],
         "70 620 280 100 re S 70 680 280 0.5 re f 70 700 280 0.5 re f "
         "170 640 0.5 80 re f 70 640 100 0.5 re f",
         ["One   Two", "Alpha   Beta", "Gamma   Delta", "Omega"]),
        ([(75, 705, "Form"), (75, 685, "Name"), (200, 685, "Ann"), (75, 665, "Town"),
          (200, 665, "York"), (75, 645, "Signed"), (75, 625, "Sealed")],
         boxes((70, 170, 350), (720, 700, 680, 660, 640, 620)),
         ["Form", "Name   Ann", "Town   York", "Signed", "Sealed"]),
    ],
    ids=["column", "row", "a corner is no cell", "few are filled"],
)  # fmt: skip
def test_what_is_no_table_stays_as_it_is_printed(page: Placed, drawn: str, told: list[str]) -> None:
    assert paragraphs(page, drawn=drawn) == told


def test_a_long_text_in_a_frame_is_no_cell() -> None:
    page: Placed = [(75, 690 - 11 * n, f"Line {n} of a column.") for n in range(30)]
    page += [(355, 690 - 11 * n, f"Line {n} of another.") for n in range(30)]
    page += [(75, 707, "Left"), (355, 707, "Right")]
    found = paragraphs(page, drawn=boxes((70, 350, 600), (720, 702, 340)))
    assert not any(" | " in one or ": " in one for one in found)


def test_drawings_of_many_lines_are_no_tables() -> None:
    ticks = "".join(f"{x / 6} {y} 0.1 5 re f\n" for x in range(3000) for y in (50,))
    assert paragraphs(PRICES, drawn=boxes()) == ROWS
    assert not set(ROWS) & set(paragraphs(PRICES, drawn=boxes() + ticks))


# -- without rules


def spaced(*rows: Sequence[str], top: float = 700, xs: Sequence[float] = (70, 200, 280)) -> Placed:
    return [
        (x, top - 14 * n, cell)
        for n, row in enumerate(rows)
        for x, cell in zip(xs, row, strict=False)
        if cell
    ]


YEARS = [
    ("Region", "2024", "2025"),
    ("North and east", "$ 1,200", "$ 1,310"),
    ("South", "900", "88"),
]
NAMED = [
    "Region: North and east; 2024: $ 1,200; 2025: $ 1,310",
    "Region: South; 2024: 900; 2025: 88",
]


def test_cells_below_names_are_told_with_them() -> None:
    page = [*text_page("Before it.", top=740), *spaced(*YEARS), *text_page("After it.", top=600)]
    assert paragraphs(page, drawn="") == ["Before it.", *NAMED, "After it."]


def test_names_and_figures_that_stand_close_are_told_apart() -> None:
    assert paragraphs(spaced(*YEARS, xs=(70, 150, 196)), drawn="") == NAMED


def test_a_cell_may_be_empty_and_a_line_may_name_a_group_of_rows() -> None:
    page = spaced(*YEARS, ("Overseas:",), ("West", "", "77"))
    assert paragraphs(page, drawn="") == [*NAMED, "Region: Overseas:", "Region: West; 2025: 77"]


@pytest.mark.parametrize(
    "rows",
    [
        YEARS[1:],  # no names
        [("Region", "2024", ""), *YEARS[1:]],  # one is missing
        [("Region", "2024 and 2025, in thousands", ""), *YEARS[1:]],  # one is for two
        [("Region", "Sold within the year", " " * 16 + "Left"),
         ("North", "900", "88 and 9 thousand"), ("East", "800", "77 and 6 thousand")],
        [*YEARS, ("A long name that goes on to 2024", "", "77")],
        [("Region", "2024"), ("North", "about twelve hundred"), ("South", "900", "88")],
        [("Left part", "Right part"), ("of a column of", "of a column of"),
         ("prose that goes", "prose that goes"), ("on below it.", "on below it.")],
    ],
)  # fmt: skip
def test_no_cell_is_given_a_name_that_may_be_another_s(rows: list[Sequence[str]]) -> None:
    assert ": " not in " ".join(paragraphs(spaced(*rows), drawn="", bold=rows[0]))


def test_names_far_above_are_none() -> None:
    page = [*spaced(YEARS[0], top=740), *spaced(*YEARS[1:])]
    assert not any(": " in one for one in paragraphs(page, drawn=""))


def test_rows_below_a_table_with_rules_stay_by_themselves() -> None:
    last: Placed = [(75, 625, "Firm"), (175, 625, "many"), (255, 625, "much")]
    below = spaced(("South", "900", "88"), ("West", "800", "99"), top=611, xs=(75, 175, 255))
    found = paragraphs([*PRICES[:7], *last, *below], drawn=boxes())
    told = "Plan: Firm; Users: many; Price: much"
    assert found == [ROWS[0], told, "South   900   88", "West   800   99"]
