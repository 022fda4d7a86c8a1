"""What only frames a question."""

import pytest

from rag.framing import asked_alone, same_but_for_marks, unframed


@pytest.mark.parametrize(
    ("asked", "bare"),
    [
        ("When does the pool open?", "When does the pool open?"),
        ("when does the pool open", "when does the pool open?"),
        ("Is it open on Sundays.", "Is it open on Sundays?"),
        ("pool opening hours", "pool opening hours"),  # asks nothing: words to search for
        ("What a pool!", "What a pool!"),
        ("Hi! When does the pool open? Thanks.", "When does the pool open?"),
        ("Good morning everyone, when does it open?", "When does it open?"),
        ("Can you tell me when the pool opens?", "When the pool opens?"),
        ("Could you please tell me, at what time it opens?", "At what time it opens?"),
        ("Please tell me: is the pool open?", "Is the pool open?"),
        ("I'd like to know how much it costs.", "How much it costs?"),
        ("I was wondering who built it", "Who built it?"),
        ("Do you know who built it?", "Who built it?"),
        ("any idea who built it", "Who built it?"),
        ("Quick question: who built it?", "Who built it?"),
        ("OK, so who built it?", "So who built it?"),
        ("According to the documents, who built it?", "Who built it?"),
        ("Based on the provided context, who built it?", "Who built it?"),
        ("In this article, who is named?", "Who is named?"),
        ("Who built it according to the text?", "Who built it?"),
        ("Who built it, please?", "Who built it?"),
        ("Who built it? Please answer briefly.", "Who built it?"),
        ("Who built it? Answer in one sentence.", "Who built it?"),
        # What is asked for stays:
        ("According to the New York Times, who built it?",) * 2,
        ("What did he say in the text?",) * 2,
        ("Can you explain why it failed?",) * 2,
        ("Please explain how it works",) * 2,
        ("Tell me about Rome",) * 2,
        ("Who built it? The old bridge, not the new one.",) * 2,
        ("Can you tell me if it is open?",) * 2,
        ("Which song did they call Please Please?",) * 2,
        ("Hi",) * 2,
        ("Thanks!",) * 2,
        ("?",) * 2,
    ],
)
def test_unframed(asked: str, bare: str) -> None:
    assert unframed(asked) == bare


def test_a_long_question_takes_no_time() -> None:
    assert unframed("tell me " * 500) == ("tell me " * 500).strip()
    assert unframed("Hi, " * 999 + "who?") == "Who?"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("When does the pool open?", "When does the pool open?"),
        ("I am new here. When does the pool open?", "When does the pool open?"),
        ("I am new here. when does the pool open", "when does the pool open?"),
        ("I am new here. Can you tell me when the pool opens?", "When the pool opens?"),
        (
            "Who built the mill? Who paid for it? I write a book.",
            "Who built the mill? Who paid for it?",
        ),
        ("What is 3.5 m deep? I ask for St. Mary's.", "What is 3.5 m deep?"),
        ("The pump leaks. How do I mend it?", "How do I mend it? (pump leaks)"),
        ("Who built it? (about the letter of May 3)", "Who built it?"),
        ("Who built it? (See “The old mill”.)", "Who built it?"),
        ("In “The old mill”, who built the wheel?", "who built the wheel?"),
        # All of it asks, or none:
        ("Who built it (the wheel)?",) * 2,
        ("Who built it? (wheel, mill)",) * 2,
        ("Who built it? (Wheel, mill)",) * 2,
        ("In 1871, who built it?",) * 2,
        ("He said “Who built it?” in the film.",) * 2,
        ("I am new here. Tell me all.",) * 2,
        ("(about it)",) * 2,
        ("pool",) * 2,
    ],
)
def test_what_is_asked_alone(question: str, asked: str) -> None:
    assert asked_alone(question) == asked


def test_same_but_for_marks() -> None:
    assert same_but_for_marks("who built it?", " who built it")
    assert not same_but_for_marks("Who built it?", "Can you tell me who built it?")
