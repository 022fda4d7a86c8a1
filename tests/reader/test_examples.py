"""The examples that the reader is trained on: an answer is where it is said to be, or nowhere."""

import random

import pytest
from examples import Asked, Example, examples, usual

PASSAGE = (
    "The lighthouse of Oldby was built in 1871 by Anna Berg. Its lamp can be seen from 23 miles "
    "away on most nights. The first keeper was Carl Bohm, who lived there with his wife for 40 "
    "years. They kept goats, grew beans and wrote down the weather of every day. A storm broke "
    "the windows in their last winter, and the stones of the wall still show where the sea came "
    "in. Visitors may climb all the steps on Sundays, and those who do are given a slice of cake."
)
NEAR = "The harbour of Newby was closed for a year."


def asked(question: str, answer: str) -> Asked:
    start = PASSAGE.index(answer)
    return Asked("new_wiki", question, PASSAGE, (start, start + len(answer)), [answer])


QUESTIONS = [
    asked("When was the lighthouse of Oldby built?", "1871"),
    asked("Who was the first keeper?", "Carl Bohm"),
    asked("What can be seen from 23 miles away?", "Its lamp"),
    asked("On what days may visitors climb the steps?", "Sundays"),
    asked("What is given to those who climb the lighthouse of Oldby?", "a slice of cake"),
]


def drawn() -> list[Example]:
    many = QUESTIONS * 100
    return examples(many, [[NEAR]] * len(many), random.Random(1))


def test_an_answer_is_where_it_is_said_to_be() -> None:
    answers = {one.answers[0] for one in QUESTIONS}
    told = [e.passage[slice(*e.answer)] for e in drawn() if e.answer]
    assert set(told) == answers
    assert len(told) == 500


def test_what_has_no_answer_differs_from_what_was_asked() -> None:
    known = {one.question: one.answers[0] for one in QUESTIONS}
    without = [e for e in drawn() if e.answer is None]
    assert len(without) > 400
    kinds = set()
    for example in without:
        answer = known.get(example.question)
        if answer is None:
            kinds.add("question")
        elif example.passage == NEAR:
            kinds.add("near")
        elif answer not in example.passage:
            kinds.add("answer gone")
        else:
            kinds.add("passage")
            assert example.passage not in PASSAGE  # the change was not cropped away
    assert kinds == {"question", "near", "answer gone", "passage"}


def test_the_same_change_on_both_sides_keeps_the_answer() -> None:
    changed = [e for e in drawn() if e.answer and e.question not in {q.question for q in QUESTIONS}]
    assert changed
    assert all(e.passage not in PASSAGE and e.question not in PASSAGE for e in changed)


def test_the_answer_that_is_most_like_the_others_is_taken() -> None:
    def given(*texts: str) -> list[dict[str, str]]:
        return [{"text": text} for text in texts]

    answers = given("his wife", "with his wife", "with his wife for 40 years")
    answer, agreed = usual(answers)
    assert answer["text"] == "with his wife"
    assert agreed == pytest.approx((0.8 + 2 / 3) / 2)
    assert usual(given("goats", "the goats")) == ({"text": "goats"}, 1.0)
    assert usual(given("goats", "a storm")) == ({"text": "goats"}, 0.0)
    assert usual(given("goats")) == ({"text": "goats"}, 1.0)
