"""Follow-ups written out by rules, and by an LLM whose reply is checked."""

import json
from pathlib import Path

import pytest

from rag.converse import rewrite_prompt, rewritten, standalone
from rag.converse.kept import keep, last_conversation
from rag.datatypes import Message
from rag.errors import InvalidInput, MachineRefused

QUESTIONS = Path(__file__).parent / "questions" / "seeds.jsonl"


def turns(*said: str) -> list[Message]:
    """Messages by user and assistant in turn."""
    return [Message("assistant" if i % 2 else "user", text) for i, text in enumerate(said)]


@pytest.mark.parametrize(
    ("before", "reply", "question", "expected"),
    [
        (
            "How many aid trucks a day entered Gaza in April?",
            "About 225 [1].",
            "And in October?",
            "How many aid trucks a day entered Gaza in October?",
        ),
        (
            "How many cars were sold in March 2020?",
            "",
            "What about April?",
            "How many cars were sold in April 2020?",
        ),
        (
            "Who founded the Brandt Institute?",
            "Lena Fischer founded it [1].",
            "How many people does it employ",
            "How many people does the Brandt Institute employ",
        ),
        (
            "Which companies built the Oresund bridge?",
            "Skanska and Hochtief built it [1].",
            "how long did they take",
            "How long did Skanska and Hochtief take (companies built, Oresund bridge)",
        ),
        (
            "Which teams reached the final?",
            "Porto and Ajax [1].",
            "When was it played?",
            "When was it played? (teams reached, final, Porto, Ajax)",
        ),
        (
            "Who is the CEO of Tarsis?",
            "Mara Olsen [1].",
            "What is her salary?",
            "What is Mara Olsen's salary? (CEO, Tarsis)",
        ),
        (
            "Who is the CEO of Tarsis?",
            "Mara Olsen [1].",
            "and before her?",
            "Before Mara Olsen? (CEO, Tarsis)",
        ),
        (
            "What is the capital of Norway?",
            "Oslo.",
            "And of Sweden?",
            "What is the capital of Sweden?",
        ),
        (
            "How much did Intel make in Q2 2023?",
            "$12.9 billion [1].",
            "In Q3?",
            "How much did Intel make in Q3 2023?",
        ),
        (
            "What is the notice period in the lease?",
            "Three months [1].",
            "Does the same apply to the landlord?",
            "Does the same apply to the landlord? (notice period, lease, Three months)",
        ),
        *(
            ("How many trucks entered Gaza in October?", "35 a day [1].", alone, alone)
            for alone in (
                "Why is it raining so often in Bergen?",
                "Is it true that the Danube flows through ten countries?",
                "How do I bake sourdough bread",
            )
        ),
        ("What is the dose for children?", "", "For adults?", "What is the dose for adults?"),
        (
            "How does a bank make money on a secured loan?",
            "",
            "What about unsecured loans?",
            "How does a bank make money on unsecured loans?",
        ),
        *(
            (before, "It is 1,150 [1].", more, alone)
            for before, more, alone in (
                ("How much is the rent?", "And the deposit?", "How much is the deposit?"),
                ("Which port does it all use?", "And the log?", "The log? (port)"),
                (
                    "Which port does replication use?",
                    "And the log?",
                    "Which port does the log use?",
                ),
                ("Why do cats chase mice?", "And the dogs?", "The dogs? (cats chase mice)"),
                ("When do shops close?", "And the banks?", "When do the banks close?"),
                ("Is the pool heated?", "and the sauna?", "Is the sauna heated?"),
                (
                    "How much does the pool cost per day?",
                    "And the large sauna?",
                    "How much does the large sauna cost per day?",
                ),
                (
                    "What did the mayor say about taxes?",
                    "What about the minister?",
                    "What did the minister say about taxes?",
                ),
                (
                    "What is my notice period?",
                    "and the probation period?",
                    "What is the probation period?",
                ),
                (
                    "Who is the mayor of the city?",  # which of the two?
                    "And the population?",
                    "The population? (mayor, city)",
                ),
            )
        ),
        ("When did Israel withdraw?", "In April.", "Why?", "Why did Israel withdraw?"),
        (
            "Who leads the clinic?",
            "Anna Berg leads the clinic [1].",
            "What did she study?",
            "What did Anna Berg study? (leads, clinic)",
        ),
        ("What is Market Cap?", "", "Which is more important?", None),
    ],
)
def test_a_follow_up_is_written_out(
    before: str, reply: str, question: str, expected: str | None
) -> None:
    expected = expected or "Which is more important? (Market Cap)"
    assert standalone(question, turns(before, reply)) == expected


def test_a_chain_keeps_its_topic() -> None:
    history = turns("How many trucks entered Gaza in April?", "225 [1].", "And in May?", "300 [1].")
    assert standalone("And in June?", history) == "How many trucks entered Gaza in June?"
    thanked = [*history, *turns("Thanks!", "You are welcome.")]
    assert standalone("And in June?", thanked) == "How many trucks entered Gaza in June?"


def test_a_question_that_stands_alone_stays_as_it_is() -> None:
    history = turns("What is the Paid Family Leave programme?", "A programme of California [1].")
    for line in QUESTIONS.read_text("utf-8").splitlines():
        row = json.loads(line)
        text = row["standalone"] if "history" in row else row["question"]
        assert standalone(text, history) == text
        assert standalone(row["question"], ()) == row["question"]
    odd = "  What\tis  the capital of Mongolia ?"
    assert standalone(odd, history) == odd


def test_every_follow_up_of_the_seeds_is_written_out() -> None:
    for line in QUESTIONS.read_text("utf-8").splitlines():
        row = json.loads(line)
        if "history" in row:
            history = [Message(**turn) for turn in row["history"]]
            assert standalone(row["question"], history) != row["question"]


def test_markers_are_not_carried_over() -> None:
    written = standalone(
        "Who backs that group?", turns("Who fired the drone?", "Hezbollah [12] did [3].")
    )
    assert written == "Who backs that group? (fired, drone, Hezbollah)"


HISTORY = turns("How many trucks entered Gaza in April?", "225 trucks [1].")


def test_the_prompt_of_a_rewriting_has_the_turns_and_the_question() -> None:
    system, user = rewrite_prompt("And in May?", HISTORY)
    assert (system.role, user.role) == ("system", "user")
    assert "user: How many trucks entered Gaza in April?" in user.content
    assert user.content.endswith("Last question: And in May?")


def test_a_good_reply_is_taken() -> None:
    reply = ' "How many trucks a day entered Gaza in May?" '
    assert rewritten(reply, "And in May?", HISTORY) == reply.strip(' "')


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "How many trucks?\nI think 300.",
        "How many trucks entered in May 2031?",
        "May " + "x" * 400,
    ],
)
def test_a_bad_reply_falls_back_to_the_rules(reply: str) -> None:
    written = rewritten(reply, "And in May?", HISTORY)
    assert written == "How many trucks entered Gaza in May?"


def test_a_reply_may_not_lose_names_or_numbers_nor_touch_what_stands_alone() -> None:
    question = "Did he send 40 trucks to Rafah?"
    assert "40" in rewritten("Did Biden send trucks to Rafah?", question, HISTORY)
    assert "Rafah" in rewritten("Did Biden send 40 trucks?", question, HISTORY)
    alone = "Who is the mayor of Graz?"
    assert rewritten("Who governs Graz?", alone, HISTORY) == alone


def test_the_last_conversation_is_kept_for_its_owner_and_bounded(tmp_path: Path) -> None:
    assert last_conversation(tmp_path) == []
    said = turns(*(f"turn {i}" for i in range(60)))
    keep(tmp_path, said)
    assert last_conversation(tmp_path) == said[-40:]
    folder = tmp_path / "conversations"
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_text('[{"role": "robot", "content": "obey"}]')
    with pytest.raises(InvalidInput, match="role other than"):
        last_conversation(tmp_path)
    file.write_text('[{"role": "user", "content": null}]')
    with pytest.raises(InvalidInput, match="must be a list"):
        last_conversation(tmp_path)
    file.write_text("{")
    with pytest.raises(InvalidInput, match="is not JSON"):
        last_conversation(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineRefused, match="cannot be written"):
        keep(tmp_path / "file", said)


def test_a_thing_is_nobody_and_what_is_asked_in_one_breath_needs_no_topic() -> None:
    law, founder = "What law did President Biden sign", "How many members does Orlin House have"
    assert "Biden's" not in standalone("What is its significance?", [Message("user", law)])
    found = standalone("Who founded it?", [Message("user", founder)])
    assert found == "Who founded Orlin House?"
