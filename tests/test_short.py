"""The few words that answer, and when they are sure."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.abstain import answerability
from rag.compose import answered
from rag.datatypes import Answer, Hit, Passage, ShortAnswer
from rag.extract import candidates
from rag.reader import Reading
from rag.sentences import sentence_spans


def found_in(text: str) -> Hit:
    spans = tuple(sentence_spans(text))
    passage = Passage("camera.txt", "", False, None, None, "0", 0, len(text), text, spans)
    return Hit(passage, 1, 0.9, 0.9)


def alike(texts: Sequence[str]) -> NDArray[np.float32]:
    """Every sentence as near to the question as any other."""
    return np.full((len(texts), 1), 0.9, np.float32)


def told(question: str, text: str, *pointed: tuple[str, float]) -> ShortAnswer | None:
    """The short answer where the reader points at words, with these margins."""
    hits = [found_in(text)]
    readings = {}
    for words, margin in pointed:
        at = text.index(words)
        (span,) = [s for s in hits[0].passage.sentences if s[0] <= at < s[1]]
        readings["camera.txt", span] = Reading((at, at + len(words)), margin)
    known = candidates(question, hits, np.ones(1, np.float32), alike, readings)
    return answered(Answer(question, question, "not_in_documents", ""), known).short


CAKES = "## Walnut cake\n\nIt bakes for 40 minutes in all.\n\n## Tart\n\nIt rests in the cold."
TORQUES = "Bolts are tightened with 25 Nm, wooden volumes with 15 Nm."
HIRE = "Shoes £4.00, harness £3.00, chalk bag £2.00 and the full kit £7.50."
PUPILS = "Pupils are students, apprentices and anybody in a course."
BATTERY = "The R5 takes about 380 pictures on one charge."


@pytest.mark.parametrize(
    ("question", "text", "words", "sure"),
    [
        ("How many pictures does the R5 take?", BATTERY, "380", True),
        ("How many pictures does the Optix R6 take?", BATTERY, "380", False),
        ("Does the R5 take many pictures on one charge?", BATTERY, "380", False),
        ("What takes pictures, the R5 or not?", BATTERY, "R5", True),
        (
            "How many pictures does the R5 take?",
            f"{BATTERY[:-1]}, the R5 Pro about 520.",
            "380",
            False,
        ),
        ("How much is the fee?", "2.1 The fee is £35 from 1 May 2024.", "£35", True),
        ("How much is the fee?", "The fee is £35, for members £20.", "£35", False),
        ("How much was the fee in June 2023?", "The fee was £35 in May 2024.", "£35", False),
        ("How long does the tart bake?", CAKES, "40 minutes", False),
        ("How long does the cake bake?", CAKES, "40 minutes", True),
        (
            "How many trucks came in May?",
            "In May some 225 trucks came. In June some 35 trucks came.",
            "225",
            True,
        ),
        (
            "How much did the repairs of the pump cost?",
            "In May the repairs of the pump cost £640. In June the repairs of the pump cost £460.",
            "£640",
            False,
        ),
        ("How much is breakfast?", "> Breakfast is 11 EUR a day.", "11 EUR", True),
        ("Who was not elected?", "Some five persons were not elected.", "five persons", False),
        (
            "How many days a week may I work from home?",
            "In the six-month trial you may work from home on one day a week.",
            "six-month",
            False,
        ),
        (
            "How many days a week may I work from home?",
            "In the trial you may work from home on one day a week.",
            "one day",
            True,
        ),
        ("Who counts as a pupil?", PUPILS, "students, apprentices", False),
        ("Who counts as a pupil?", PUPILS, "students, apprentices and anybody in a course", True),
        ("When was it held?", "It was held on May 2, 1916, in town.", "May 2, 1916", True),
        (
            "Who counts the votes?",
            "The chair, Ann Lee, counts them, in May.",
            "The chair, Ann Lee",
            True,
        ),
        (
            "How is it cut?",
            "It is cut by first-in, first-out, but may be cut by age or size.",
            "first-in, first-out",
            True,
        ),
        ("Who may not swim?", "Only who holds a card may swim.", "who holds a card", False),
        ("Who may not swim?", "Dogs may not swim.", "Dogs", True),
        ("Which is longer, the ash or the oak?", "The ash is 5 m long.", "5 m", False),
        ("What are the three quotes?", "They are Ann £4, Bo £5 and Cy £6.", "Ann £4", False),
        ("What are the two quotes?", "They are Ann £4,100 and Bo £5,200.", "Ann £4,100", False),
        ("Who can swim?", "Children cannot swim.", "Children", False),
        ("Which pets may not be kept?", "Cats may; dogs may not.", "Cats may; dogs", False),
        ("Who can swim?", "Adults can swim, children cannot swim.", "Adults", True),
        ("How many members are there?", "The club has five courts.", "five", False),
        ("How many people came?", "Some 80 guests came.", "80", True),
        ("What torque for bolts?", TORQUES, "25 Nm", True),
        ("What torque?", TORQUES, "25 Nm", False),
        ("What torque for steel bolts and volumes?", TORQUES, "25 Nm", False),
    ],
)
def test_words_are_sure_where_nothing_speaks_against_them(
    question: str, text: str, words: str, sure: bool
) -> None:
    short = told(question, text, (words, 3.0))
    assert short is not None and words in short.text
    assert short.sure is sure


@pytest.mark.parametrize(
    ("question", "text", "pointed", "words", "sure"),
    [
        ("What torque for wooden volumes?", TORQUES, "25 Nm", "15 Nm", True),
        ("What torque for bolts?", TORQUES, "15 Nm", "25 Nm", True),
        ("How much is the harness?", HIRE, "£3.00, chalk bag £2.00", "£3.00", False),
        ("What to pay for the chalk bag?", HIRE, "£3.00, chalk bag £2.00", "chalk bag £2.00", True),
        ("What to pay for the kit?", HIRE, "£4.00", "£7.50", True),
        ("When is it due?", "It is due by 15 May.", "15 May.", "15 May", True),
        ("When does it open?", "It opens at 9 a.m.", "9 a.m.", "9 a.m.", True),
        (
            "What is it called then?",
            "It is an *on-sight* then.",
            "an *on-sight",
            "an *on-sight*",
            True,
        ),
        ("What is it called then?", "It is *on-sight* then.", "on-sight", "on-sight", True),
        ("How many museums are there?", "There are 60 museums.", "60", "60", True),
        ("How many are there?", "There are 60 museums.", "60", "60 museums", True),
        ("How many trucks came?", "About 225 trucks, all full.", "225", "About 225 trucks", True),
        ("How many has Oslo?", "Oslo's 60 are free.", "60", "60", True),
        ("Which pope came?", "Then John Paul II came.", "John Paul", "John Paul II", True),
        ("Which writer?", "It is Ann Lee's Plain Bread.", "Ann Lee", "Ann Lee", True),
        (
            "Which park?",
            "Saski (the Garden) it is.",
            "Saski (the Garden",
            "Saski (the Garden)",
            True,
        ),
        ("What remains then?", "It came (in May), a loaf remains.", "May), a loaf", "a loaf", True),
        ("What remains then?", "A whole loaf (of ten).", "A whole loaf (of", "A whole loaf", True),
    ],
)
def test_the_words_that_answer_are_shown_whole_and_alone(
    question: str, text: str, pointed: str, words: str, sure: bool
) -> None:
    short = told(question, text, (pointed, 3.0))
    assert short is not None
    assert (short.text, short.sure) == (words, sure)


def test_words_of_another_quoted_sentence_are_shown_where_the_reader_is_sure_of_them() -> None:
    text = "Davies used to call his system a network. He named it packet switching."
    question = "What did Davies call his system?"
    where = ("a network", -9.0)
    for margin, words in ((4.0, "packet switching"), (3.9, None)):
        short = told(question, text, where, ("packet switching", margin))
        assert (short and short.text) == words
    short = told(question, text, ("a network", 1.0), ("packet switching", 4.0))
    assert short is not None and (short.citation, short.text) == (1, "a network")
    assert not short.sure
    short = told(question, text, ("a network", 3.5), ("packet switching", 4.0))
    assert short is not None and short.sure


@pytest.mark.parametrize(("margin", "sure"), [(2.0, True), (1.9, False)])
def test_words_are_sure_where_the_reader_is(margin: float, sure: bool) -> None:
    short = told("Where is the key?", "The key hangs in the office.", ("office", margin))
    assert short is not None and short.sure is sure


def test_no_words_are_sure_where_the_passages_hardly_answer() -> None:
    text = "The key hangs in the office."
    question = "Which printer does the office use?"
    found = candidates(question, [found_in(text)], np.ones(1, np.float32), alike)
    span = text.index("key"), text.index("key") + 3
    known = [replace(found[0], reading=Reading(span, 2.0))]
    for answerable, sure in ((None, True), (0.5, True), (0.49, False)):
        draft = Answer(question, question, "not_in_documents", "", answerability=answerable)
        short = answered(draft, known).short
        assert short is not None and (short.text, short.sure) == ("key", sure)


def test_words_across_cells_answer_nothing() -> None:
    row = "Excess per claim   £250   £150   none"
    assert told("What is the excess per claim?", row, ("£250   £150", 3.0)) is None


@pytest.mark.parametrize(
    ("question", "answers"),
    [
        ("How many pictures does the R6 take?", False),
        ("How many pictures does the r 5 take?", True),
        ("How many pictures does the R-5 take?", True),
        ("How many pictures does the X6 take?", True),
        ("How many pictures do over-65 people take with it in mid-2023?", True),
        ("How many pictures do the R5 and the R6 take?", True),
    ],
)
def test_a_model_beside_those_that_are_told_of_is_not_answered(
    question: str, answers: bool
) -> None:
    hits = [found_in(f"{BATTERY} In 5 years, mid 2021, over 80 were made.")]
    known = candidates(question, hits, np.ones(1, np.float32), alike)
    assert (answerability(question, hits, known) > 0.1) is answers


@pytest.mark.parametrize(
    ("option", "answers"),
    [
        ("--keyed", True),
        ("-k", True),
        ("--key", False),
        ("--encrypt", False),
        ("-e", False),
        ("--quiet", True),
        ("`keyed`", True),
    ],
)
def test_an_option_is_held_as_a_whole(option: str, answers: bool) -> None:
    hits = [found_in("With -k or --keyed=NAME what is stored is encrypted; −−quiet, -q is quiet.")]
    question = f"What does the option {option} of the store do?"
    known = candidates(question, hits, np.ones(1, np.float32), alike)
    assert (answerability(question, hits, known) > 0.1) is answers
