"""Answers as text for a terminal."""

from dataclasses import replace

import pytest

from rag.datatypes import Answer, Citation, Sentence, ShortAnswer
from rag.render import Terminal

QUOTE = "In May 225 trucks came, which is about 225 trucks a day."


@pytest.fixture
def answer() -> Answer:
    citation = Citation(1, 1, "a.txt", "Aid", None, None, 1, 100, 100 + len(QUOTE), QUOTE, "0")
    short = ShortAnswer("about 225 trucks", 1, 133, 149, sure=True)
    sentence = Sentence(QUOTE, (1,), "quoted")
    return Answer("Q", "Q", "answered", f"{QUOTE} [1]", sentences=(sentence,),
                  citations=(citation,), short=short)  # fmt: skip


@pytest.mark.parametrize("width", [40, 100])
def test_words_that_are_sure_are_bold_on_a_terminal(answer: Answer, width: int) -> None:
    told = Terminal(True, width).answer(answer).split("\n\n")[0]
    assert " ".join(told.split()) == (
        "In May 225 trucks came, which is \x1b[1mabout 225 trucks\x1b[0m a day. [1]"
    )


def test_others_are_not(answer: Answer) -> None:
    assert answer.short is not None
    unsure = replace(answer, short=replace(answer.short, sure=False))
    elsewhere = replace(answer, short=replace(answer.short, citation=2))
    for told in (
        Terminal(True, 100).answer(unsure),
        Terminal(True, 100).answer(elsewhere),
        Terminal(False, 100).answer(answer),
    ):
        assert told.split("\n\n")[0] == f"{QUOTE} [1]"


def test_options_and_addresses_are_not_broken(answer: Answer) -> None:
    lines = [
        "Use the option called",
        "--exclude-larger-than or write to",
        "the-owners-of-the-very-list@bugs.example.org.",
    ]
    told = Terminal(False, 40).answer(replace(answer, text=" ".join(lines)))
    assert told.split("\n\n")[0].split("\n") == lines
