"""What a question asks for."""

import pytest

from rag.asked import asks_whether, is_open, kind_asked, parts, sides_asked


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (
            "How long was it, and did Blinken agree?",
            ["How long was it", "did Blinken agree?"],
        ),
        (
            "When did it open? How much did it cost?",
            ["When did it open", "How much did it cost?"],
        ),
        (
            "How high is it, and who built it?",
            ["How high is it", "who built it?"],
        ),
        (
            "Who built it, how high is it and what did it cost?",
            ["Who built it", "how high is it", "what did it cost?"],
        ),
        (
            "When it began, how many fled and what did they take?",
            ["When it began, how many fled", "what did they take?"],
        ),
        (
            "What is he called who came and who stayed?",
            ["What is he called who came and who stayed?"],
        ),
        (
            "Which firm was sold, and who was its owner?",
            [
                "Which firm was sold, and who was its owner?",
            ],
        ),
        (
            "When did it begin and who won and how many died?",
            ["When did it begin and who won", "how many died?"],
        ),
        (
            "When is the meeting, where is it held and how long does it last?",
            ["When is the meeting", "where is it held", "how long does it last?"],
        ),
        (
            "How much is the trip, and by when must it be paid?",
            ["How much is the trip", "by when must it be paid?"],
        ),
        (
            "What was he given as a present, and by whom was it paid?",
            ["What was he given as a present", "by whom was it paid?"],
        ),
        ("What law did he sign and why?", ["What law did he sign and why?"]),
        (
            "How much is the room and is breakfast included?",
            ["How much is the room", "is breakfast included?"],
        ),
        ("What is cheap and is now available?", ["What is cheap and is now available?"]),
        ("Which is cheap and is easily available?", ["Which is cheap and is easily available?"]),
        (
            "Who was born there and is known for jazz?",
            ["Who was born there and is known for jazz?"],
        ),
        ("It pays. How? I wonder about it.", ["It pays. How? I wonder about it."]),
    ],
)
def test_questions_in_a_question(question: str, found: list[str]) -> None:
    assert parts(question) == found


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many trucks?", "number"),
        ("In which year did it open?", "time"),
        ("Where is it?", "name"),
        ("It has to be careful. How come?", "reason"),
        ("For what reason did it close?", "reason"),
        ("Tell me about whales.", None),
        ("When did the number of trucks fall?", "time"),
        ("Who owns 51 percent of the company?", "name"),
        ("What percentage of the voters came?", "number"),
        ("number of trucks in april", "number"),
        ("How long ago was it built?", "time"),
        ("What happens when the battery is low?", None),
        ("What happened to those who fled?", None),
        ("When the war began, how many fled?", "number"),
        ("Of the people who fled, how many came back?", "number"),
        ("What does a ticket for two cost?", "number"),
        ("What did the committee say of costs?", None),
        ("Do the doors open when the alarm rings?", None),
        ("Is it forbidden to park where the buses turn?", None),
        ("May a guest who has no card come in?", None),
        ("Does the letter say when the lease ends?", "time"),
        ("Is it known who painted the ceiling?", "name"),
        ("Did they tell anybody how many came?", "number"),
        ("Is it open today, and when does it close?", "time"),
    ],
)
def test_kind(question: str, kind: str | None) -> None:
    assert kind_asked(question) == kind


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How do I install it?", True),
        ("How did the hall burn down?", False),
        ("What are sandboxes?", True),
        ("What is a safe room?", True),
        ("What is a large barrel at Heidelberg?", False),
        ("What were the halls built by monks?", True),
        ("What were the halls made of?", False),
        ("What are the two halls called?", False),
        ("What are two-stroke engines?", True),
        ("What are 3D halls?", True),
        ("What are sixties halls?", True),
        ("What are the halls? And what is one for?", True),
        ("What's ownership?", True),
        ("Describe the hall.", True),
        ("How many rooms are there?", False),
        ("What is the colour of the hall?", False),
        ("Why was the hall closed?", False),
        ("Who built it?", False),
        ("Who was Carl Bohm?", True),
        ("who's sinwar", True),
        ("Who is the keeper?", False),
        ("Who is Bohm's wife?", False),
    ],
)
def test_what_asks_for_an_account(question: str, expected: bool) -> None:
    assert is_open(question) is expected


@pytest.mark.parametrize(
    ("question", "whether"),
    [
        ("Can we get a cat?", True),
        ("and is it open on Sunday?", True),
        ("Doesn't it cost more?", True),
        ("Is it red or blue?", False),
        ("Can you tell me how many there are?", False),
        ("May 2024: how many came?", False),
        ("When is it open?", False),
    ],
)
def test_questions_for_yes_or_no(question: str, whether: bool) -> None:
    assert asks_whether(question) is whether


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("Which is older, the mill or the inn?", ("mill", "the inn")),
        ("Which mill is older: Ash Mill, or Oak Mill", ("Ash Mill", "Oak Mill")),
        ("what's the difference between the mill and the inn", ("mill", "the inn")),
        ("Compare the mill with the inn.", ("mill", "the inn")),
        ("Which mill or inn is older?", None),
        ("In 1950, was it a mill or an inn?", None),
    ],
)
def test_two_things_of_which_one_is_asked_for(question: str, sides: tuple[str, str] | None) -> None:
    assert sides_asked(question) == sides
