"""Which sentences are taken to answer, and when none is."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.abstain import answerability
from rag.beside import beside
from rag.choose import answers_another, choose, contradicting, in_time, named_first
from rag.chronology import untold
from rag.compose import answered, quoted
from rag.datatypes import Answer, Hit, Passage, Span
from rag.extract import Candidate, candidates
from rag.marks import leads_elsewhere, states
from rag.reader import Reading
from rag.sentences import sentence_spans

ROWS = ["| Family | 9 euros |", "| Adult | 4 euros |", "| Group | 20 euros |"]


def hit(rank: int, text: str, title: str = "") -> Hit:
    spans = tuple(sentence_spans(text))
    id = f"{rank}.txt"
    passage = Passage(id, title or id, bool(title), None, None, "", 0, len(text), text, spans)
    return Hit(passage, rank, 0.6, 0.6)


def alike(texts: Sequence[str]) -> NDArray[np.float32]:
    """Every sentence as near to the question as any other."""
    return np.full((len(texts), 1), 0.6, np.float32)


def found(question: str, *hits: Hit) -> list[str]:
    query = np.ones(1, np.float32)
    return [c.text for c in choose(question, candidates(question, hits, query, alike))]


def test_a_heading_does_not_answer() -> None:
    text = "What is ownership\n\nOwnership is a set of rules that governs memory."
    assert found("What is ownership?", hit(1, text))[0].startswith("Ownership is a set")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How long is the warranty of an e-bike?", "It is two years."),
        ("How long is the warranty of a child seat?", "It is three months."),
    ],
)
@pytest.mark.parametrize("misread", [False, True])
def test_a_sentence_has_the_words_of_the_headings_it_stands_under(
    misread: bool, question: str, expected: str
) -> None:
    text = (
        "## Child seats\n\nThey fit all frames. Ask us first. We mount them at no cost.\n\n"
        "### Warranty\n\nIt is three months.\n\n## E-bikes\n\nThey are lent, too. Ask us first. "
        "Bring your card.\n\n### Warranty\n\nIt is two years."
    )
    (others,) = {"It is two years.", "It is three months."} - {expected}
    at = text.index(others)
    span = (at, at + len(others))
    readings = {("1.txt", span): Reading(span, 6.0)} if misread else {}
    ranked = candidates(question, [hit(1, text)], np.ones(1, np.float32), alike, readings)
    assert ranked[0].text == expected
    assert [c.text for c in choose(question, ranked)] == [expected]


def test_sections_of_a_document_do_not_disagree() -> None:
    text = "## Summer\n\nThe entry costs 5 euros.\n\n## Winter\n\nThe entry costs 7 euros."
    hits, question = [hit(1, text)], "How much is the entry?"
    ranked = candidates(question, hits, np.ones(1, np.float32), alike)
    assert contradicting(question, ranked, ranked) == []
    flat = candidates(question, [hit(1, text.replace("## ", "In "))], np.ones(1, np.float32), alike)
    assert contradicting(question, flat, flat) != []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What is in the minibar?", ["## What is in the minibar", "- water", "- cola"]),
        ("What was added in 2.3.0?", ["## 2.3.0", "### Added", "- `verify` checks an archive."]),
        ("What are the error codes?", ["## Error codes", "| Code | Meaning |", "| E1 | leak |"]),
        ("What about the pool?", ["## The pool"]),
    ],
)
def test_a_heading_comes_with_what_it_heads(question: str, expected: list[str]) -> None:
    text = (
        "## What is in the minibar\n\n- water\n- cola\n\n## The pool\n\n## 2.3.0\n\n### Added\n\n"
        "- `verify` checks an archive.\n\n## Error codes\n\n| Code | Meaning |\n|---|---|\n"
        "| E1 | leak |\n"
    )
    told = found(question, hit(1, text))
    at = told.index(expected[0])
    assert told[at : at + len(expected)] == expected


def test_an_item_may_have_more_lines_than_one() -> None:
    text = (
        "To start the pump:\n\n1. Open the valve.\n   The valve is red.\n2. Press the button.\n\n"
        "   It is green.\n3. Wait.\nIt hums.\n4. Never.\n"
    )
    told = found("How do I start the pump?", hit(1, text))
    assert told == ["To start the pump:", "1. Open the valve.", "2. Press the button.", "3. Wait."]


def test_a_sentence_that_a_reply_quotes_is_quoted_once() -> None:
    said = "The offsite will be in Lisbon."
    texts = (f"Fine with me.\n\n> {said}", said)
    assert found("Where is the offsite?", *map(hit, (1, 2), texts))[0] == said
    assert sum(said in c for c in found("Where is the offsite?", *map(hit, (1, 2), texts))) == 1


def test_a_term_comes_with_the_statement_below_it() -> None:
    text = "/srv/local\n    Programs of this place go there.\n\n/srv/share\n    All others."
    assert found("What is /srv/local for?", hit(1, text))[:2] == [
        "/srv/local",
        "Programs of this place go there.",
    ]


@pytest.mark.parametrize(
    ("question", "statement"),
    [
        ("What is the warranty period?", "It is covered for 2 years."),
        ("What is the refund rule?", "Money is given back at once."),
        ("What is the delivery time?", "Within a week it is brought to you."),
        ("How do I reset the router?", "Hold the button down."),
    ],
)
def test_a_numbered_heading_is_no_answer_of_its_own(question: str, statement: str) -> None:
    text = (
        "3.1 Warranty period\n\nIt is covered for 2 years.\n\n§ 4 Refunds:\n\nMoney is given back "
        "at once.\n\nDelivery time:\n\nWithin a week it is brought to you.\n\nStep 4: Reset the "
        "router\n\nHold the button down.\n"
    )
    assert statement in found(question, hit(1, text))


@pytest.mark.parametrize(
    ("sentence", "stated"),
    [
        ("2 Cleaning the pump", False),
        ("Chapter 12. The pump", False),
        ("35 trucks a day", True),
        ("4 May 1871", True),
        ("Price: 3 dollars", True),
        ("The museum of the town sells:", True),
        ("1. Press the button.", True),
    ],
)
def test_what_states_something(sentence: str, stated: bool) -> None:
    assert states(sentence) == stated


def test_a_table_of_contents_does_not_answer() -> None:
    text = (
        "2 Cleaning the pump ........ 7\n3 Oil change interval of the pump . . . . . . 9\n\nOil\n\n"
        "The oil of the pump is changed every 400 hours."
    )
    assert found("What is the oil change interval of the pump?", hit(1, text)) == [
        "The oil of the pump is changed every 400 hours."
    ]


def test_dots_at_the_end_of_a_sentence_lead_nowhere() -> None:
    text = "The oil of the pump is changed now and then....."
    assert found("When is the oil of the pump changed?", hit(1, text)) == [text]


@pytest.mark.parametrize(
    "text",
    [
        "A pump that leaks ........ is changed in 10 days, if it is not repaired",
        "The change of a pump ........ 12 EUR",
    ],
)
def test_dots_that_lead_to_no_page_may_answer(text: str) -> None:
    assert found("What of the change of a pump that leaks?", hit(1, text)) == [text]


@pytest.mark.parametrize("page", ["7", "A-3", "xiv", "112 3.1 Hoses", ""])
def test_dots_lead_to_a_page(page: str) -> None:
    text = f"2 Change of the pump ........ {page}"
    assert leads_elsewhere(text)


def test_a_question_does_not_answer() -> None:
    text = "So, what does the Copy trait do? The Copy trait lets a value be copied bit by bit."
    assert found("What does the Copy trait do?", hit(1, text))[0].startswith("The Copy trait lets")


@pytest.mark.parametrize("mark", ["**", "## ", "", "Q: "])
def test_a_question_in_a_document_comes_with_its_whole_answer(mark: str) -> None:
    end = mark if mark == "**" else ""
    asked = f"{mark}Can I freeze my membership?{end}"
    text = f"{asked}\n{{}}Yes, if you are ill. There is no fee. Write to us.\n\nLockers are free."
    expected = [asked, "Yes, if you are ill.", "There is no fee.", "Write to us."]
    for between in ("", "\n"):
        assert found("Can I freeze my membership?", hit(1, text.format(between))) == expected
    long = f"{asked}\n\nYes. It is free. It is quick. It is easy. It is done."
    assert len(found("Can I freeze my membership?", hit(1, long))) == 5


def test_a_list_comes_with_the_sentence_that_opens_it() -> None:
    text = (
        "The heater can be switched off in these ways:\n\n- Press the red button. It is at the "
        "back.\n- Pull the plug.\n2) Wait.\n\nOther things follow. - This is none."
    )
    assert found("How can the heater be switched off?", hit(1, text)) == [
        "The heater can be switched off in these ways:",
        "- Press the red button.",
        "- Pull the plug.",
        "2) Wait.",
    ]
    alone = "The heater can be switched off in these ways:\n\nOther things follow."
    assert found("How can the heater be switched off?", hit(1, alone))[0] == alone[:45]


def test_an_item_that_opens_a_list_brings_only_the_items_below_it() -> None:
    text = (
        "Labels are set by hand.\n\n* The heater label has these kinds:\n  * Red.\n    * Dark.\n"
        "  * Blue.\n* Guests wear one.\n  * All day.\n"
    )
    assert found("Which kinds does the heater label have?", hit(1, text)) == [
        "* The heater label has these kinds:",
        "* Red.",
        "* Dark.",
        "* Blue.",
    ]
    inner = "* The heater label has these kinds:\n    * Red.\n  * Guests wear one.\n"
    assert found("Which kinds does the heater label have?", hit(1, inner))[:2] == [
        "* The heater label has these kinds:",
        "* Red.",
    ]
    flat = "(1) The heater label has these kinds:\n(a) Red.\n(b) Blue.\n(2) Guests wear one.\n"
    assert found("Which kinds does the heater label have?", hit(1, flat)) == [
        "(1) The heater label has these kinds:",
        "(a) Red.",
        "(b) Blue.",
    ]


OPENER = "To install the heater with its parts, run:"


@pytest.mark.parametrize(
    ("below", "lines"),
    [
        (
            "\n\n```bash\n$ get heater\n.\n$ get parts\n```\n\nIt takes an hour.\n\n"
            "```\n$ wait\n```\n",
            ["$ get heater", "$ get parts"],
        ),
        (
            "\n\n\t$ get heater. Wait.\n    $ get parts\n\nIt takes an hour.\n\n    $ wait\n",
            ["$ get heater.", "Wait.", "$ get parts"],
        ),
        ("\n\nIt takes an hour.", []),
        ("\n\nIt takes an hour.\n\n    $ wait\n", []),
    ],
)
def test_code_comes_with_the_sentence_that_opens_it(below: str, lines: list[str]) -> None:
    texts = found(
        "How do I install the heater with its parts?", hit(1, f"It is old. {OPENER}{below}")
    )
    assert texts == [OPENER, *lines]


def test_a_block_whose_opener_begins_the_passage_ends_where_it_stands_less_far_right() -> None:
    text = (
        "The heater has these modes:\n      Slow is for the night.\n      Fast is for the day.\n"
        "    Oil is poured in from above.\n"
    )
    assert found("Which modes does the heater have?", hit(1, text)) == [
        "The heater has these modes:",
        "Slow is for the night.",
        "Fast is for the day.",
    ]


def test_a_row_is_looked_at_with_the_names_of_its_columns() -> None:
    table = "| Ticket | Price |\n|---|---|\n| Family | 9 euros |\n| Adult | 4 euros |\n"
    looked_at: list[str] = []

    def noted(texts: Sequence[str]) -> NDArray[np.float32]:
        looked_at.extend(texts)
        return alike(texts)

    hits = [hit(1, f"Tickets are sold there.\n\n{table}")]
    best, *_ = candidates("Price of a family ticket?", hits, np.ones(1, np.float32), noted)
    assert (best.text, best.coverage) == ("| Family | 9 euros |", 1.0)
    assert {"Ticket: Family; Price: 9 euros", "Tickets are sold there."} < set(looked_at)


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("What is the price of the family ticket?", ROWS[:1]),
        ("Compare the price of the family and of the group ticket.",
         [ROWS[0], ROWS[2]]),
        ("What are the prices of the tickets?",
         ROWS),
        ("What is the price of a ticket?",
         ROWS),
    ],
)  # fmt: skip
def test_of_a_table_the_rows_are_told_that_are_asked_for(question: str, rows: list[str]) -> None:
    table = "\n".join(["| Ticket | Price |", "|---|---|", *ROWS])
    told = found(question, hit(1, f"The hall has forty rooms.\n\n{table}\n\nIt is old."))
    assert told == ["| Ticket | Price |", *rows]


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("What does a parcel cost?", "Parcel"),
        ("What does a small parcel cost?", "Small parcel"),
        ("Compare a small parcel and a heavy parcel.", "Small parcel Heavy parcel"),
    ],
)
def test_a_row_that_is_named_by_the_questions_words_alone_goes_first(
    question: str, named: str
) -> None:
    names = ["Small parcel", "Parcel", "Heavy parcel", "Letter"]
    rows = [f"| {name} | {number} euros |" for number, name in enumerate(names)]
    table = "\n".join(["| Service | Cost |", "|---|---|", *rows])
    told = choose(
        question,
        named_first(question, candidates(question, [hit(1, table)], np.ones(1, np.float32), alike)),
    )
    assert " ".join(c.text.split(" | ")[0].lstrip("| ") for c in told[1:]) == named


def test_a_row_comes_with_the_names_of_its_columns() -> None:
    for row, rule in (("| {} | {} |", "|---|--:|"), ("{} | {}", "--- | ---")):
        rows = [row.format(*cells) for cells in (("Town", "Heaters"), ("Oldby", 35), ("Newby", 12))]
        text = "\n".join(["All heaters.", "", rows[0], rule, *rows[1:]])
        named = found("How many heaters are in Newby?", hit(1, text))
        assert named[-2:] == [rows[0], rows[2]] and rule not in named
        bare = "\n".join(rows[1:])
        assert rows[2] in found("How many heaters are in Newby?", hit(1, bare))


def test_a_sentence_of_another_time_stands_back() -> None:
    october = "In October 35 trucks entered the town a day, it is estimated."
    april = "In April 225 trucks entered the town a day, it is estimated."
    for question, first in (("In October?", october), ("In April?", april)):
        query = np.ones(1, np.float32)
        asked = f"How many trucks entered the town a day? {question}"
        best, other = candidates(asked, [hit(1, f"{october} {april}")], query, alike)[:2]
        assert best.text == first
        assert round(best.score - other.score, 2) >= 0.05


OCTOBER = "In October 35 trucks entered the town a day."


@pytest.mark.parametrize(
    ("question", "text", "title", "date", "refused"),
    [
        ("How many trucks entered in May?", OCTOBER, "", None, True),
        ("How many trucks entered in October?", OCTOBER, "", None, False),
        ("How many trucks entered a day?", OCTOBER, "", None, False),
        ("How many trucks entered in May?", OCTOBER, "", "2024-05-07", False),
        ("How many trucks entered in May?", OCTOBER, "", "2024-13-07", True),
        ("How many trucks entered in May?", OCTOBER, "May", None, False),
        ("How many trucks entered in May?", "35 trucks entered on Monday.", "", None, True),
        ("How many trucks enter in May?", "Monday to Friday 35 trucks enter.", "", None, False),
        ("Who enters in May?", "35 trucks enter on Monday.", "", None, False),
        ("How many trucks entered in May?", f"{OCTOBER} 2024-05-12: 35.", "", None, False),
        ("How many trucks entered in May?", f"{OCTOBER} On 12.05.24 35.", "", None, False),
        ("When was the town, bombed in 2022, freed?", "It was freed in 2024.", "", None, False),
        ("May trucks enter?", "Trucks entered in October.", "", None, False),
        ("Does it hold 1800 people?", "In 2000 it held 1500 people.", "", None, False),
        ("Who was mayor in 2021?", "Ann (2019-present) is the mayor.", "", None, False),
        ("What is the fee in 2024?", "As of 1 May 2023 the fee is 5 euros.", "", None, False),
        ("What was the fee in 2024?", "In 2023 the fee was 5 euros.", "", None, True),
        ("What was the profit in 2023?", "In FY23 it was 5, in 2022 4.", "", None, False),
        ("What was the profit in 2023?", "It was 5, against 4 in 2022.", "", None, False),
        ("Is the hall open in July?", "It is open April to October.", "", None, False),
        ("Is the hall open in July?", "It is open April-October.", "", None, False),
        ("How many trucks entered in 2023?", OCTOBER, "", None, False),
        ("How many trucks entered in 2023?", f"{OCTOBER[:10]} 2022{OCTOBER[10:]}", "", None, True),
        ("How many trucks entered in May?", f"{OCTOBER} May was calmer.", "", None, False),
        ("How many trucks entered in May?", "35 trucks entered the town.", "", None, False),
        (f"How many trucks entered in May{' and May' * 10}?", OCTOBER, "", None, False),
        ("How much is a locker in 2026?", "A locker is 5 euros.", "Prices 2025", None, True),
        ("How much is a locker in 2025?", "A locker is 5 euros.", "Prices 2025", None, False),
        ("How much is a locker in 2026?", "A locker is 5 euros.", "Prices 2025-27", None, False),
        ("Are lockers allowed in 2026?", "Lockers are allowed.", "Rules 2025", None, False),
        ("When does the Mill Run 2024 begin?", "It begins on 3 May.", "Mill Run 2025", None, True),
        ("When does the 2024 run begin?", "It begins on 3 May.", "Mill Run 2025", None, True),
        ("When does the Mill Run 2025 begin?", "It begins on 3 May.", "Mill Run 2025", None, False),
        ("When did the run of May 2024 begin?", "It began at 9.", "Fair of May 2025", None, False),
        ("Where did the Run 2024 end?", "As in 2024, at the mill.", "Mill Run 2025", None, False),
    ],
)
def test_what_is_only_told_of_other_times_is_not_answered(
    question: str, text: str, title: str, date: str | None, refused: bool
) -> None:
    one = hit(1, text, title)
    hits = [replace(one, passage=replace(one.passage, date=date))]
    found = candidates(question, hits, np.ones(1, np.float32), alike)
    assert (answerability(question, hits, found) < 0.05) == refused


COURSES = """\
Course: Knots; Day: Monday; Teacher: Ann Lee

Course: Ropes; Day: Friday; Teacher: Ann Lee

Course: Falls; Day: Sunday; Teacher: Bo Orr

Course: Waves; Day: Tuesday; Teacher: Ann Lee"""


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which courses does Ann Lee teach?", ["Knots", "Ropes", "Waves"]),
        ("Which courses does Bo Orr teach?", ["Falls"]),
        ("When does Ann Lee teach ropes?", ["Ropes"]),
    ],
)
def test_all_rows_answer_that_are_asked_for_in_the_same_words(
    question: str, rows: list[str]
) -> None:
    found = candidates(question, [hit(1, COURSES)], np.ones(1, np.float32), alike)
    chosen = choose(question, found)
    assert [c.text.split(";")[0].removeprefix("Course: ") for c in chosen] == rows
    short = answered(Answer(question, question, "not_in_documents", ""), found).short
    assert short is None or short.sure == (len(rows) == 1)


def test_of_two_things_to_choose_from_each_gets_its_sentence() -> None:
    rows = ["Course: Rescue by rope; Cost: 65", "Course: Falls; Cost: 20", "Course: Lead; Cost: 79"]
    hits = [hit(1, "\n\n".join(rows))]

    def first_alike(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[0.9 if "Rescue" in text else 0.2] for text in texts], np.float32)

    def chosen(question: str) -> list[str]:
        found = candidates(question, hits, np.ones(1, np.float32), first_alike)
        return [c.text for c in choose(question, found)]

    assert chosen("Which one is harder, rescue by rope or lead?") == [rows[0], rows[2]]
    assert chosen("Which one is harder, rescue by rope or sailing?") == [rows[0]]


def test_of_how_two_things_differ_each_gets_what_stands_under_its_name() -> None:
    text = (
        "## Flash\n\nIt is climbed at once, after others have told how.\n\n## Falls\n\n"
        "The rope holds.\n\n## Redpoint\n\nIt is climbed freely after practice."
    )

    def last_alike(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[0.9 if "practice" in text else 0.4] for text in texts], np.float32)

    question = "What is the difference between a flash and a redpoint?"
    found = candidates(question, [hit(1, text)], np.ones(1, np.float32), last_alike)
    chosen = [c.text for c in choose(question, found)]
    assert chosen[-1] == "It is climbed freely after practice."
    assert "It is climbed at once, after others have told how." in chosen
    assert "The rope holds." not in chosen


def test_the_last_day_of_a_year_is_no_later_year() -> None:
    text = "Valid from 1 January 2025 to 31 December 2025. A locker is 5 euros."
    one = hit(1, text, "Prices 2025")
    assert untold("How much is a locker in 2026?", [("A locker is 5 euros.", one.passage)])
    spans = hit(1, "Valid 2025 to 31. A locker is 5 euros.", "Prices 2025")
    assert not untold("How much is a locker in 2026?", [("A locker is 5 euros.", spans.passage)])


def test_of_two_editions_the_one_that_is_named_answers() -> None:
    older = hit(1, "A locker is 5 euros. It is valid all year.", "Prices 2024")
    newer = hit(2, "A locker is 7 euros. It replaces the prices of 2024.", "Prices 2025")
    question = "What does a locker cost in the prices of 2024?"
    found = candidates(question, [newer, older], np.ones(1, np.float32), alike)
    assert found[0].text == "A locker is 5 euros."
    assert {c.elsewhere for c in found if c.hit == newer} == {1.0}
    both = "What does a locker cost in the prices of 2024 and 2025?"
    found = candidates(both, [newer, older], np.ones(1, np.float32), alike)
    assert {c.elsewhere for c in found} == {0.0}


def test_the_reader_doubts_nothing_that_it_has_not_read() -> None:
    hits, question = [hit(1, "Two heaters warm the hall. It rains.")], "How many heaters warm it?"

    def able(*read: int) -> float:
        places = [("1.txt", hits[0].passage.sentences[i]) for i in read]
        readings = {place: Reading(place[1], -20.0) for place in places}
        found = candidates(question, hits, np.ones(1, np.float32), alike, readings)
        return answerability(question, hits, found)

    assert able(1) == able() > 10 * able(0, 1)


@pytest.mark.parametrize(
    ("question", "words", "margin", "refused"),
    [
        ("How many heaters warm the hall?", "heaters", 3.0, True),
        ("How many heaters warm the hall?", "heaters", 9.0, True),
        ("How many heaters warm the hall?", "two heaters", 3.0, False),
        ("How many heaters warm the hall?", "heaters and a stove", 3.0, False),
        ("Who says how many heaters warm the hall?", "The hall", 3.0, False),
        ("How much warms the hall?", "heaters", 3.0, True),
        ("How long do the heaters warm the hall?", "two heaters", 3.0, True),
        ("How long ago was the hall warmed?", "two heaters", 3.0, True),
        ("Which year was the hall warmed in?", "warmed by two", 9.0, True),
        ("When was the hall warmed?", "heaters", 3.0, True),
        ("When was the hall warmed?", "heaters", 9.0, False),
        ("When was the hall warmed?", "warmed by two", 3.0, False),
        ("What warms the hall?", "heaters", 3.0, False),
    ],
)
def test_what_cannot_be_asked_for_is_no_answer(
    question: str, words: str, margin: float, refused: bool
) -> None:
    text = "The hall is warmed by two heaters and a stove."
    hits = [hit(1, text)]
    start = text.index(words)
    readings = {("1.txt", (0, len(text))): Reading((start, start + len(words)), margin)}
    found = candidates(question, hits, np.ones(1, np.float32), alike, readings)
    assert (answerability(question, hits, found) < 0.1) == refused


@pytest.mark.parametrize(
    ("question", "text", "refused"),
    [
        ("What is not included?", "Tea is included.", True),
        ("What is not included?", "Tea is included. Cakes are not included.", False),
        (
            "What is not included?",
            "Tea is included. Lunch is included. No cakes are included.",
            False,
        ),
        ("What is not included?", "Tea is included. Lunch is included. Ask Ann.", True),
        ("What is included?", "Tea is included.", False),
    ],
)
def test_what_only_affirms_what_is_denied_is_no_answer(
    question: str, text: str, refused: bool
) -> None:
    hits = [hit(1, text)]
    found = candidates(question, hits, np.ones(1, np.float32), alike)
    assert (answerability(question, hits, found) < 0.1) == refused


def test_a_score_below_nothing_is_of_no_time() -> None:
    hits = [hit(1, "Ferries")]
    (one,) = candidates("How many boats?", hits, np.ones(1, np.float32), alike)
    low = replace(one, score=-0.1)
    assert answerability("How many boats?", hits, [low]) > 0.5


def test_twins_are_quoted_once() -> None:
    text = "The port of the server is 22 by default."
    assert found("What is the port of the server?", hit(1, text), hit(2, text)) == [text]


def test_a_name_that_is_nowhere_lowers_the_answerability() -> None:
    hits = [hit(1, "The company reported a revenue of 90 billion dollars in the third quarter.")]

    def able(question: str) -> float:
        query = np.ones(1, np.float32)
        return answerability(question, hits, candidates(question, hits, query, alike))

    known = able("What was the revenue in the third quarter?")
    unknown = able("What was the revenue of Zentrix Motors in the third quarter?")
    assert round(unknown / known, 6) == 0.75  # half of what is named is nowhere


@pytest.mark.parametrize("code", ["--keep-warm", "`warmth`", "set_heat", "heater.start()"])
def test_code_that_no_hit_holds_is_not_answered_about(code: str) -> None:
    query = np.ones(1, np.float32)

    def able(*hits: Hit) -> float:
        question = f"What does {code} do to the heater?"
        return answerability(question, hits, candidates(question, hits, query, alike))

    other = hit(1, "What --cold does to the heater: it stops.")
    own = hit(2, f"What {code} does to the heater: it starts.")
    assert able(other) < 0.05 < 0.1 < able(other, own)


def test_a_blank_to_fill_in_is_no_code() -> None:
    question, query = "The heater stops at ____ in the night?", np.ones(1, np.float32)
    hits = [hit(1, "The heater stops at ten in the night.")]
    assert answerability(question, hits, candidates(question, hits, query, alike)) > 0.5


@pytest.mark.parametrize(
    ("text", "with_next"),
    [
        ("- The heater. It broke twice.", True),
        ("It broke. It was old.", True),
        ("The heater broke. It was old.", False),
        ("東京塔。 It was old.", False),
        ("- It broke.\n- It was old.", False),
        ("It broke.\nIt was old.", False),
        ("It broke.", False),
    ],
)
def test_a_sentence_of_few_words_brings_the_next_one(text: str, with_next: bool) -> None:
    passage = hit(1, text).passage
    first, *others = passage.sentences
    assert beside(passage, first) == (others[:1] if with_next else [])


def test_only_what_is_all_quotation_brings_its_speaker() -> None:
    told = "It was said by many that the hall is old."
    text = f'"Cold mode" is the state in which the heater warms nothing. {told}'
    assert told not in found("What is the cold mode of the heater?", hit(1, text))
    quoted = f'"In cold mode the heater warms nothing." {told}'
    assert told in found("What is the cold mode of the heater?", hit(1, quoted))


def test_what_is_told_of_an_earlier_time_comes_first() -> None:
    text = "The price of the heater was 45 dollars in 2022. In 2019 it was 30 dollars."
    question = "What was the price of the heater in 2019 and in 2022?"
    found = candidates(question, [hit(1, text)], np.ones(1, np.float32), alike)
    assert [c.text[-8:] for c in in_time(found)] == ["dollars.", "in 2022."]


def test_a_list_stays_below_what_opens_it_whatever_the_times_in_it() -> None:
    text = (
        "The price of the heater changed as follows:\n\n- In 2019 it was 30 dollars.\n"
        "- In 2022 it was 45 dollars.\n"
    )
    one = hit(1, text)
    dated = replace(one, passage=replace(one.passage, date="2024-06-01"))
    question = "How did the price of the heater change?"
    chosen = choose(question, candidates(question, [dated], np.ones(1, np.float32), alike))
    assert [c.text for c in in_time(chosen)] == text.split("\n")[:1] + text.split("\n")[2:4]


def test_what_the_reader_points_at_speaks_for_a_sentence() -> None:
    text = "A heater warms the hall of the house. A heater warms the room of the house."
    question, hits, query = "What does a heater warm?", [hit(1, text)], np.ones(1, np.float32)
    at = text.index("the room")
    place = ("1.txt", hits[0].passage.sentences[1])

    def read(margin: float) -> list[Candidate]:
        return candidates(question, hits, query, alike, {place: Reading((at, at + 8), margin)})

    unread = candidates(question, hits, query, alike)
    assert [c.text for c in read(-1.0)] == [c.text for c in unread]
    assert [c.read for c in read(-1.0)] == [0.0, 0.0]
    best, other = read(8.0)
    assert best.reading == Reading((at, at + 8), 8.0)
    assert best.read == 1.0 and other.reading is None
    assert best.text.startswith("A heater warms the room")
    assert round(best.score - other.score, 6) == 0.25
    assert answerability(question, hits, unread) < answerability(question, hits, read(2.0))
    assert answerability(question, hits, read(2.0)) < answerability(question, hits, read(4.0))
    assert answerability(question, hits, read(4.0)) == answerability(question, hits, read(8.0))


@pytest.mark.parametrize(("margin", "shown"), [(2.0, True), (-4.9, True), (-5.0, False)])
def test_words_that_the_reader_is_unsure_of_are_shown(margin: float, shown: bool) -> None:
    hits = [hit(1, "A heater warms the hall.")]
    place = ("1.txt", hits[0].passage.sentences[0])
    readings = {place: Reading((15, 23), margin)}
    question = "What does a heater warm?"
    known = candidates(question, hits, np.ones(1, np.float32), alike, readings)
    short = answered(Answer(question, question, "not_in_documents", ""), known).short
    assert (short and short.text) == ("the hall" if shown else None)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("How many stairs does the house have?", "about 40 steep wooden stairs"),
        ("Who built the house of the heater?", "Anna Maria Berg"),
    ],
)
def test_words_around_those_that_the_reader_points_at(question: str, words: str) -> None:
    text = "The house has about 40 steep wooden stairs and was built by Anna Maria Berg."
    hits = [hit(1, text)]
    at = text.index("Maria" if words.startswith("Anna") else "40")
    readings = {("1.txt", hits[0].passage.sentences[0]): Reading((at, at + 2), 3.0)}
    known = candidates(question, hits, np.ones(1, np.float32), alike, readings)
    short = answered(Answer(question, question, "not_in_documents", ""), known).short
    assert short and short.text == words


def test_what_the_reader_does_not_find_speaks_against_no_sentence_but_for_doubt() -> None:
    hits, query = [hit(1, "A heater warms the hall.")], np.ones(1, np.float32)
    place = ("1.txt", hits[0].passage.sentences[0])

    def read(question: str, margin: float) -> Candidate:
        readings = {place: Reading((0, 1), margin)}
        (found,) = candidates(question, hits, query, alike, readings)
        return found

    for question, share in (("Who warms it?", 0.05), ("What?", 1.0), ("Who " * 21, 1.0)):
        (unread,) = candidates(question, hits, query, alike)
        assert read(question, -20.0).score == unread.score
        whole = answerability(question, hits, [unread])
        doubted = answerability(question, hits, [read(question, -4.0)])
        assert doubted == pytest.approx(share * whole)
        assert answerability(question, hits, [read(question, -20.0)]) == doubted
        assert answerability(question, hits, [read(question, 0.0)]) == whole


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ((-1.0, (4, 8)), (2.0, (4, 8)), True),  # the words that answer the other one
        ((-1.0, (4, 8)), (-2.0, (4, 8)), False),
        ((1.0, (4, 8)), (2.0, (4, 8)), False),
        ((-1.0, (10, 12)), (2.0, (4, 8)), False),
        ((-4.0, (10, 12)), (2.0, (4, 8)), True),
        ((-4.0, (10, 12)), (-5.0, (4, 8)), False),
        ((-4.0, (10, 12)), None, False),
        (None, (2.0, (4, 8)), False),
    ],
)
def test_whether_a_sentence_is_there_for_another_question(
    own: tuple[float, Span] | None, other: tuple[float, Span] | None, expected: bool
) -> None:
    hits = [hit(1, "The hall was built in 1871. It is made of red bricks.")]
    known = candidates("When was the hall built?", hits, np.ones(1, np.float32), alike)

    def read(candidate: Candidate, told: tuple[float, Span] | None) -> Candidate:
        return replace(candidate, reading=told and Reading(told[1], told[0]))

    one, another = known
    asked = "When did it burn down?"
    assert answers_another(asked, [read(one, own)], [read(one, other)]) is expected
    assert not answers_another(asked, [read(one, own)], [read(another, other)])
    assert not answers_another("How did it burn?", [read(one, own)], [read(one, other)])
    answered = read(another, (0.5, (30, 33)))
    assert not answers_another(asked, [read(one, own), answered], [read(one, other)])


def test_nothing_is_not_answerable() -> None:
    assert candidates("What?", [], np.ones(1, np.float32), alike) == []
    assert answerability("What?", [], []) == 0.0


def test_what_ends_no_sentence_stands_on_a_line_of_its_own() -> None:
    one = hit(1, "Heating\n\nIt is warm. It is “dry.”\n\n| a | 1 |\n\nSo it is.\n\n- One.\n\nEnd.")
    quotes = [(one, span) for span in one.passage.sentences]
    draft = Answer("q", "q", "answered", "", True, llm="", embedder="", index={})
    assert quoted(draft, quotes, "", "answered").text == (
        "Heating [1]\nIt is warm. [2] It is “dry.” [3]\n| a | 1 | [4]\nSo it is. [5]\n- One. [6]\n"
        "End. [7]"
    )


def test_headings_and_quoted_lines_are_quoted_without_their_marks() -> None:
    one = hit(1, "## What to bring ##\n\n- a tent\n\n= Fees =\n\n> > It is free.")
    quotes = [(one, span) for span in one.passage.sentences]
    draft = Answer("q", "q", "answered", "", True, llm="", embedder="", index={})
    answer = quoted(draft, quotes, "", "answered")
    assert answer.text == "What to bring [1]\n- a tent [2]\nFees [3]\nIt is free. [4]"
    assert [one.passage.quote((c.start, c.end)) for c in answer.citations] == [
        "What to bring", "- a tent", "Fees", "It is free.",
    ]  # fmt: skip


PACKING = (
    "## Trip\n\nWe are glad that your child comes to the lake. Please bring:\n\n"
    "- waterproofs\n- a torch\n\n## Side effects\n\n- nausea\n- a dry mouth\n\n"
    "## Rules\n\nNobody swims alone, by day or by night, whatever the weather may be."
)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What should my child bring?", ["Please bring:", "- waterproofs", "- a torch"]),
        ("What are the side effects?", ["## Side effects", "- nausea", "- a dry mouth"]),
    ],
)
def test_what_opens_a_list_is_quoted_with_it(question: str, expected: list[str]) -> None:
    told = found(question, hit(1, PACKING))
    at = told.index(expected[0])
    assert told[at : at + len(expected)] == expected


PEOPLE = (
    "Name: Ann Berg; Vaccine: tetanus; Due: 2033\n\nName: Ben Berg; Vaccine: tetanus; Due: 2026\n\n"
    "Name: Ben Berg; Vaccine: rabies; Due: 2029"
)


def test_of_rows_the_one_that_holds_all_that_is_named_answers() -> None:
    told = found("When is the tetanus vaccine of Ben Berg due?", hit(1, PEOPLE))
    assert told == ["Name: Ben Berg; Vaccine: tetanus; Due: 2026"]


def test_what_a_document_says_that_names_what_is_asked_about_goes_first() -> None:
    terms = "You may cancel within 14 days and get a refund."
    mail = "You may ask for a refund until 4 May."
    question = "Is there a refund for the Skybridge flight?"
    assert found(question, hit(1, terms), hit(2, f"{mail} We rely on the bus."))[0] == terms
    assert found(question, hit(1, terms), hit(2, f"{mail} Skybridge Air"))[0] == mail
