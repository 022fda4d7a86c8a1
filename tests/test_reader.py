"""What the reader points at, exactly, and what it leaves alone."""

import pytest

from rag.embed.model_folder import DEFAULT_SPEC, find_model_folder
from rag.onnx_model import Tokenizer
from rag.reader import Reader

PASSAGE = (
    "The lighthouse of Oldby was built in 1871 by the engineer Anna Berg. Its lamp, which burned "
    "whale oil for the first forty years, can be seen from 23 miles away. Naïve visitors climb "
    "the 199 steps; the keeper’s café sells “lemon cake” on Sundays."
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When was the lighthouse built?", "1871"),
        ("Who built the lighthouse?", "Anna Berg"),
        ("From how far away can the lamp be seen?", "23 miles"),
        ("How many steps are there?", "199"),
        ("What does the café sell on Sundays?", "lemon cake"),
    ],
)
def test_it_points_at_the_answer(question: str, answer: str, reader: Reader) -> None:
    (reading,) = reader.read(question, [PASSAGE])
    assert reading is not None
    start, end = reading.span
    assert answer in PASSAGE[start:end]
    assert end - start <= len(answer) + 20


def test_a_passage_that_answers_outdoes_one_that_does_not(reader: Reader) -> None:
    other = "The harbour of Newby was closed for a year, and the ships had to sail to the north."
    own, none = reader.read("Who built the lighthouse?", [PASSAGE, other])
    assert own is not None and none is not None
    assert own.margin > none.margin + 3


def test_words_are_whole_and_never_beyond_the_text(reader: Reader) -> None:
    text = "It is the antidisestablishmentarianismist's 🜂 of the Zürichbergstraße that was it"
    for question in ("Whose is it?", "Where is it?", "?", "é" * 300):
        (reading,) = reader.read(question, [text])
        assert reading is not None
        start, end = reading.span
        assert 0 <= start < end <= len(text)
        assert start == 0 or not (text[start - 1].isalnum() and text[start].isalnum())
        assert end == len(text) or not (text[end - 1].isalnum() and text[end].isalnum())


def test_only_english_prose_is_read(reader: Reader) -> None:
    others = ["", "…", "Der Turm wurde 1871 von Anna Berg gebaut.", "| a1 | b2 |", "塔は1871年に"]
    assert reader.read("Who built the lighthouse?", others) == [None] * len(others)


def test_a_question_that_leaves_no_room_is_not_read(reader: Reader) -> None:
    assert reader.read("lighthouse " * 600, [PASSAGE]) == [None]


def test_the_end_of_a_long_text_gives_way() -> None:
    tokenizer = Tokenizer(find_model_folder(DEFAULT_SPEC).tokenizer)
    text = "One two three four."
    whole = tokenizer.pair("Who?", text, 100)
    assert [text[a:b] for a, b in whole.spans] == ["One", "two", "three", "four", "."]
    assert whole.types == [0] * whole.first + [1] * (len(whole.ids) - whole.first)
    cut = tokenizer.pair("Who?", text, len(whole.ids) - 2)
    assert cut.spans == whole.spans[:-2]
    assert cut.ids == [*whole.ids[:-3], whole.ids[-1]]
    with pytest.raises(ValueError, match="no room"):
        tokenizer.pair("Who?", text, 5)
