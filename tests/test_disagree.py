"""Statements that cannot both hold, and those that only differ."""

import json
import math
from pathlib import Path

import pytest

from rag.chronology import in_order, of_another_time
from rag.datatypes import Statement
from rag.disagree import conflicts
from rag.quantities import quantities

FOLDER = Path(__file__).parent


@pytest.mark.parametrize(
    "name",
    ["statement_pairs.jsonl", "statement_pairs_held_out.jsonl", "statement_pairs_fresh.jsonl"],
)
def test_pairs_written_by_hand(name: str) -> None:
    """The rules were made on the first file; the second was written before them.

    When they first saw the third, 11 of 13 found were right and 11 of 15 were found.
    """
    right = found = expected = 0
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        row = json.loads(line)
        pairs = conflicts(row["question"], [Statement(**s) for s in row["statements"]])
        conflicting = row["expected"] == "conflicting"
        right += bool(pairs) and conflicting
        found += bool(pairs)
        expected += conflicting
    assert expected >= 10
    assert right / found >= 0.9
    assert right / expected >= 0.7


@pytest.mark.parametrize(
    ("a", "b", "disagree"),
    [
        ("The tower is 120 metres high.", "The tower is 150 metres high.", True),
        ("The tower is 120 metres high.", "The tower is 0.12 kilometres high.", False),
        ("The tower was built in 3 months.", "The tower was built in 90 days.", False),
        ("The tower was built in 3 months.", "The tower was built in 100 days.", True),
        ("The tower was built in 90 days.", "The tower was built in 91 days.", True),
        ("The tower is at least 120 metres high.", "The tower is 150 metres high.", False),
        ("The tower is about 150 metres high.", "The tower is 145 metres high.", False),
        ("The tower is 120 metres high.", "The tower should be 150 metres high.", False),
        ("The tower is 120 metres high.", "The tower of Graz is 150 metres high.", False),
        ("The tower is 120 metres high.", "With its mast the tower is 150 metres high.", False),
        ("The tower is 120 metres high.", "The spire of the tower is 50 metres high.", False),
        ("Towers may be up to 120 metres high.", "Towers may be up to 150 metres high.", True),
        ("A tower must be at least 20 metres.", "A tower must be at least 30 metres.", True),
        ("A tower must be at least 1 mile.", "A tower must be at least 1.6 km.", False),
        ("A tower must be at least 20 metres.", "A tower may be up to 30 metres.", False),
        ("A tower is at least 20 metres high.", "A tower is at least 30 metres high.", False),
        ("A tower is more than 20 metres high.", "A tower is more than 30 metres high.", False),
        ("Tower 3 is 120 metres high.", "Tower 5 is 150 metres high.", False),
        ("| room 3 | 120 metres |", "| room 5 | 150 metres |", False),
        ("1.2 The tower is 120 metres high.", "7. The tower is 150 metres high.", True),
        ("Clip 04:33 - Source: News", "Clip 02:58 - Source: News", False),
    ],
)
def test_values_that_exclude_each_other(a: str, b: str, disagree: bool) -> None:
    statements = [Statement(a, None, "a.txt"), Statement(b, None, "b.txt")]
    expected = [(0, 1)] if disagree else []
    assert conflicts("How high is the tower?", statements) == expected


@pytest.mark.parametrize(
    ("a", "b", "disagree"),
    [
        ("The office opens at 8 am.", "The office opens at 9 a.m.", True),
        ("The office opens at 8:30.", "The office opens at 8.30 am.", False),
        ("Hours: 8 am to 5 pm.", "Hours: 9 am to 5 pm.", True),
        ("The office opens at 12 a.m.", "The office opens at 12 p.m.", True),
        ("The office opens at 8 am.", "On Sundays the office opens at 9 am.", False),
        ("The office opens at 8 am.", "The office opens at 9 am in winter.", False),
        ("The office opens at 8 am.", "The office closes at 5 pm.", False),
        ("The train leaves at 8:05.", "The train leaves at 9:05.", False),
        ("The office closes at 5:30.", "The office closes at 5:30 pm.", False),
        ("Hours: 8:00-5:00.", "Hours: 8 am-5 pm.", False),
        ("Hours: 8:00-17:00.", "Hours: 9:00-17:00.", True),
        ("The office opens at 8 am.", "The office opens before 9 am.", False),
        ("The office opens before 9 am.", "The office opens before 10 am.", False),
        ("Gate 3 opens at 8 am.", "Gate 5 opens at 9 am.", False),
        ("The office opens at 0:00.", "The office opens at 24:00.", False),
        (
            "The office is open 9 am to 12 pm, 1 pm to 5 pm.",
            "The office is open 1 pm to 5 pm and 9 am to 12 pm.",
            False,
        ),
        ("The mass opens with John 3:16.", "The mass opens with John 4:16.", False),
        ("The match ended 3:10.", "The match ended 2:10.", False),
        ("The office opens on Monday at 8 am.", "The office opens on Tuesday at 9 am.", False),
        ("The office opens at 8 am.", "The office opens at 8 am and closes at 5 pm.", False),
    ],
)
def test_times_of_day_that_exclude_each_other(a: str, b: str, disagree: bool) -> None:
    statements = [Statement(a, None, "a.txt"), Statement(b, None, "b.txt")]
    expected = [(0, 1)] if disagree else []
    assert conflicts("When does the office open?", statements) == expected
    one_document = [Statement(a, None, "a.txt"), Statement(b, None, "a.txt")]
    assert conflicts("When does the office open?", one_document) == []


def test_two_things_do_not_disagree() -> None:
    def told(text: str, title: str, document: str = "a.txt") -> Statement:
        return Statement(text, None, document, title)

    a100 = told("The tank holds 0.8 litres.", "Kettle A100", "a.txt")
    b300 = told("The tank holds 1.7 litres.", "Kettle B300", "b.txt")
    assert conflicts("How much does the tank of the B300 hold?", [a100, b300]) == []
    assert conflicts("How much does the tank hold?", [a100, b300]) == [(0, 1)]
    news = [
        told("The flood in Oldby killed 12 people.", "The flood: how it came, what helps", "a.txt"),
        told("The flood in Oldby killed 15 people.", "Flood in Oldby", "b.txt"),
    ]
    assert conflicts("How many people did the flood in Oldby kill?", news) == [(0, 1)]
    rows = [told(f"Ticket: day; Price: {n} euros; Sold: here", "Prices") for n in (4, 5)]
    assert conflicts("What is the price of a day ticket?", rows) == []
    other = [rows[0], told(rows[1].text, "More prices", "b.txt")]
    assert conflicts("What is the price of a day ticket?", other) == [(0, 1)]


def test_what_is_no_more_and_no_less_than() -> None:
    for limit in ("at most", "no more than", "not more than", "up to"):
        (most,) = quantities(f"They bring {limit} 10 books.")
        assert (most.low, most.high) == (-math.inf, 10)
    for limit in ("at least", "no fewer than", "not less than"):
        (least,) = quantities(f"They bring {limit} 10 books.")
        assert (least.low, least.high) == (10, math.inf)


def test_a_development_is_told_in_order() -> None:
    def told(text: str, date: str | None = None) -> Statement:
        return Statement(text, date, "a.txt")

    october = told("About 35 trucks per day entered in October.")
    april = told("About 225 trucks per day entered in April.")
    assert conflicts("How many trucks?", [october, april]) == []
    assert in_order([october, april]) == [1, 0]
    late, early = told("It has 90 members.", "2021-05-01"), told("It has 40 members.", "2015-05-01")
    assert conflicts("How many members?", [late, early]) == []
    assert in_order([late, early]) == [1, 0]
    assert in_order([late, told("It has 40 members.")]) == [0, 1]
    assert in_order([late, told("It is old.", "2015-05-01")]) == [0, 1]


def test_quantities_are_intervals_of_what_is_counted() -> None:
    (found,) = quantities("The U.S. plan called for up to 350 aid trucks per day.")
    assert (found.high, found.rate) == (350.0, "day")
    assert found.counted == {"aid", "truck"}
    (row,) = quantities("| Adult | 80 euros |")
    assert row.span == (10, 18)
    (money,) = quantities("It cost $1.2 million.")
    assert money.low < 1.2e6 < money.high and money.counted == {"$"}
    (grouped,) = quantities("In 2020 they burned 1 300 000.5 tonnes of waste.")
    assert grouped.low < 1_300_000.5 * 1000 < grouped.high
    for said, value in (
        ("twenty-five", 25), ("Forty six", 46), ("a hundred and twenty", 120), ("two hundred", 200),
        ("three hundred thousand", 300_000), ("nineteen", 19), ("ninety-nine thousand", 99_000),
        ("three hundred twenty-five", 325),
    ):  # fmt: skip
        (one,) = quantities(f"{said} members came.")
        assert one.low < value < one.high < 1.02 * value, said
    (between,) = quantities("It has twenty to thirty members.")
    assert (round(between.low), round(between.high)) == (20, 30)
    (two,) = quantities("In 2020 300\u202f000 men came.")
    assert two.low < 300_000 < two.high
    changed = "They lowered the limit from 120 to 90 requests, and raised the fee from £62 to £68."
    now = [changed[slice(*found.span)] for found in quantities(changed)]
    assert now == ["90 requests", "£68"]
    (span,) = quantities("There were 62 to 68 guests, or more.")
    assert span.low < 62 and span.high > 68
    (named,) = quantities("There were two kinds of X.25 networks.")
    assert named.span == (11, 37)
    for text in (
        "The cut heals in from 5 to 7 days.",
        "The lower pool is for children from 5 to 7 years.",
        "The movie runs from 5 to 7 hours.",
    ):
        (span,) = quantities(text)
        assert span.low < span.high / 1.3, text
    assert [q.low < 500 < q.high for q in quantities("On day 3 500 people came.")] == [True]
    assert not list(quantities("On 4 May 1871 at 10:30, model X 200 and No. 5."))
    assert not list(quantities("From 9 a.m. to 5 pm or 17:30."))


def test_a_statement_of_another_time_than_the_question_s() -> None:
    asked = "How many trucks entered in April?"
    assert of_another_time(asked, "From June 1 to 7 there were 300.")
    assert of_another_time(asked, "In May there were 300.")
    assert not of_another_time("How many entered in May?", "Between May 1 and 23 there were 35.")
    assert not of_another_time(asked, "In April 2024 there were 225.")
    assert not of_another_time(asked, "There were 225.")
    assert not of_another_time("How many in October?", "Between Oct. 1 and 23 there were 35.")
    assert not of_another_time("How many in Sept.?", "In September there were 35.")
    assert of_another_time("How many in October?", "In the last decade there were 35.")
    assert not of_another_time("How many trucks entered?", "In May there were 300.")


@pytest.mark.parametrize(
    ("year", "statement", "apart"),
    [
        ("1995", "He was mayor from 1993 to 2001.", False),
        ("1993", "Mayors: A. Lee (1993–2001), B. Ray (2001–05).", False),
        ("2004", "Mayors: A. Lee (1993–2001), B. Ray (2001–05).", False),
        ("2006", "Mayors: A. Lee (1993–2001), B. Ray (2001–05).", True),
        ("1995", "The town grew in the 1990s.", False),
        ("2021", "Since 2019 the fee is 5 euros.", False),
        ("2021", "Until the 2023 reform the fee was 5 euros.", False),
        ("2021", "In 2019 the fee was 5 euros.", True),
        ("January", "Between November and February it snows.", False),
        ("April", "Between November and February it snows.", True),
        ("the 1990s", "It opened in 1995.", False),
        ("2020", "It was open from 2019 to 1920.", True),
    ],
)
def test_a_span_of_time_holds_what_lies_within(year: str, statement: str, apart: bool) -> None:
    assert of_another_time(f"What was there in {year}?", statement) == apart
