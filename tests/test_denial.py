"""What a question denies, and whether a sentence affirms it."""

import pytest

from rag.denial import affirms, denies


@pytest.mark.parametrize(
    ("question", "sentence", "affirmed"),
    [
        ("What is not included?", "Tea is included.", True),
        ("What isn’t allowed in the gym?", "Chalk is allowed.", True),
        ("How many were not gained?", "Some 80 were gained.", True),
        ("Which fee does not include shoes?", "The day fee includes shoes.", True),
        ("What is included?", "Tea is included.", False),
        ("What is not included?", "Tea is excluded.", False),
        ("What is not included?", "Tea is free.", False),
        ("What can't be returned?", "Cut cloth cannot be returned.", False),
        ("Who may not swim?", "Only members may swim.", False),
        ("What is not only included?", "Tea is included.", False),
        ("Is tea not included?", "Tea is included.", False),
        ("When is it not open?", "It is open on Sunday.", False),
        ("Where can't I pay by card?", "You can pay by card at the desk.", False),
        ("Why is it not open?", "It is open when the pump works.", False),
        ("May it rain or not rain?", "It may rain.", False),
    ],
)
def test_sentences_that_say_that_what_is_denied_is_so(
    question: str, sentence: str, affirmed: bool
) -> None:
    assert affirms(question, sentence) is affirmed


def test_what_denies() -> None:
    assert denies("It can’t be.") and denies("Nobody came.")
    assert not denies("Knots hold.") and not denies("Will it rain or not?")
