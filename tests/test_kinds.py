"""Where a sentence holds the kind of thing that a question asks for, and what may be one."""

import pytest

from rag.kinds import holds_kind, may_be, short_answer

TRUCKS = "That is compared to about 225 trucks per day that entered Gaza in April with 9 drivers."


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("How many trucks a day entered Gaza?", TRUCKS, "about 225 trucks"),
        ("When did 225 trucks enter Gaza?", TRUCKS, "April"),
        ("How long may I play?", "Play for no more than 2 hours.", "no more than 2 hours"),
        ("Who painted the ceiling?", "The ceiling was painted by Ada Marsh.", "Ada Marsh"),
        ("Who met whom?", "Then Ada Marsh met Carl Bohm in the hall.", None),  # it may be either
        ("Who painted the ceiling?", "*Note:* the ceiling was painted.", None),
        ("Who painted the ceiling?", "- Then paint the ceiling.", None),
        ("Who painted the ceiling?", "- Ada Marsh painted the ceiling.", "Ada Marsh"),
        ("How many pies did they bake?", "There were 3 cooks and 40 ovens.", None),
        ("Why did the bridge close?", "It closed because of the flood in 1953.", None),
        ("When did the flood of 1953 end?", "The flood of 1953 ended after days.", None),
    ],
)
def test_short_answer(question: str, sentence: str, short: str | None) -> None:
    span = short_answer(question, sentence)
    assert (sentence[slice(*span)] if span else None) == short


def test_a_version_is_no_time() -> None:
    asked = "When was the archiver released?"
    assert not holds_kind(asked, "The archiver reads the format of 1.13 too.")
    assert holds_kind(asked, "The archiver is released at 10.30 am and 5:15.")


def test_whether_a_sentence_holds_what_is_asked_for() -> None:
    assert holds_kind("How many trucks?", "Two trucks came.") == 1
    assert holds_kind("How many trucks?", "Trucks came.") == 0
    assert holds_kind("Tell me about whales.", "Trucks came.") == 0.5


@pytest.mark.parametrize(
    ("question", "words", "may"),
    [
        ("How long did the audit take?", "May 2023", False),
        ("How long did the audit take?", "until May 2023", True),
        ("How long did the audit take?", "three weeks", True),
        ("How long is the bridge?", "260 m", True),
        ("How long is the bridge?", "5-7 h", True),
        ("How long ago was it?", "in 1990", True),
        ("How much is the grant?", "10 euros", True),
        ("How much is the grant?", "the fund", False),
        ("When does it open?", "the fund", False),
        ("When does it open?", "after the speech", True),
        ("When does it open?", "noon", True),
        ("When does it open?", "first seven calendar days", True),
        ("When does it open?", "June", True),
        ("Who opens it?", "the fund", True),
        ("Who opens it?", "five persons", False),
        ("Who opens it?", "five Rangers", True),
        ("What is the phone number of the keeper?", "Horak", False),
        ("What is the phone number of the keeper?", "0151 9876", True),
        ("What is the number of keepers?", "five", True),
        ("What opens?", "the fund", True),
        ("What percentage are women?", "the kitchen", False),
        ("What percentage are women?", "a third", True),
        ("How many prisoners were freed?", "a six-week cease-fire", False),
        ("How many prisoners were freed?", "30 in six weeks", True),
        ("How many staff are women?", "35%", True),
        ("How many days was it open?", "six weeks", True),
        ("In what year was it?", "Monday evening", False),
        ("In what year was it?", "their decades-long friendship", False),
        ("In what year was it?", "the year before the war", True),
        ("In what year was it?", "1998", True),
        ("In what year was it?", "summer of '98", True),
        ("In what year was it?", "04:33", False),
        ("On what day was it?", "Monday evening", True),
    ],
)
def test_what_words_may_be_what_is_asked_for(question: str, words: str, may: bool) -> None:
    assert may_be(question, words) == may


@pytest.mark.parametrize(
    ("question", "before", "may"),
    [
        ("Who killed Ann?", "Ann was killed in ", False),
        ("Whom did Ann meet?", "Ann spoke near the ", False),
        ("Who killed Ann?", "Ann was killed by ", True),
        ("Where and by whom was Ann killed?", "Ann was killed in ", True),
    ],
)
def test_nobody_is_who_it_happened_in(question: str, before: str, may: bool) -> None:
    assert may_be(question, "Paris", before) == may
