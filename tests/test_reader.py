"""What the reader points at, exactly, and what it leaves alone."""

import pytest

import rag.reader
from rag.datatypes import Passage
from rag.embed.model_folder import DEFAULT_SPEC, find_model_folder
from rag.onnx_model import Tokenizer
from rag.reader import Reader, Reading
from rag.sentences import sentence_spans

PASSAGE = (
    "The lighthouse of Oldby was built in 1871 by the engineer Anna Berg. Its lamp, which burned "
    "whale oil for the first forty years, can be seen from 23 miles away. Naïve visitors climb "
    "the 199 steps; the keeper’s café sells “lemon cake” on Sundays."
)


def passage(text: str, start: int = 0, name: str = "a.txt") -> Passage:
    spans = tuple((a + start, b + start) for a, b in sentence_spans(text))
    return Passage(name, name, False, None, None, "", start, start + len(text), text, spans)


def best(reader: Reader, question: str, text: str) -> Reading:
    return max(reader.read(question, [passage(text)]).values(), key=lambda r: r.margin)


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
    start, end = best(reader, question, PASSAGE).span
    assert answer in PASSAGE[start:end]
    assert end - start <= len(answer) + 20


def test_it_points_into_every_sentence_in_the_offsets_of_the_document(reader: Reader) -> None:
    own = passage(PASSAGE, start=700)
    found = reader.read("When was the lighthouse built?", [own])
    assert list(found) == [("a.txt", span) for span in own.sentences]
    for (_, sentence), reading in found.items():
        assert sentence[0] <= reading.span[0] < reading.span[1] <= sentence[1]
    first, *others = (reading for reading in found.values())
    assert own.quote(first.span) == "1871"
    assert first.margin > 0 > max(reading.margin for reading in others)


def test_of_a_sentence_in_two_passages_the_surer_reading_counts(reader: Reader) -> None:
    question, end = "Who built the lighthouse?", len(PASSAGE)
    both = [passage(PASSAGE[: end // 3]), passage(PASSAGE)]
    place = ("a.txt", both[0].sentences[0])
    one, other = (reader.read(question, [each])[place] for each in both)
    assert one != other
    for order in (both, both[::-1]):
        assert reader.read(question, order)[place] == max(one, other, key=lambda r: r.margin)


def test_a_passage_that_answers_outdoes_one_that_does_not(reader: Reader) -> None:
    other = "The harbour of Newby was closed for a year, and the ships had to sail to the north."
    question = "Who built the lighthouse?"
    assert best(reader, question, PASSAGE).margin > best(reader, question, other).margin + 3


def test_words_are_whole_and_never_beyond_the_sentence(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "It is the antidisestablishmentarianismist's 🜂 of the Zu\u0308richbergstraße 1,300.5 was "
        "1 300 000 and 24\u202f300, 3/4 in 2020 300 men."
    )
    seen = set()
    tokenizer = Tokenizer(find_model_folder(DEFAULT_SPEC).tokenizer)
    for token in range(len(tokenizer.pair("Where is it?", text, 512).spans)):
        monkeypatch.setattr(rag.reader, "best_run", lambda starts, ends, at=token: (at, at, 0.0))
        start, end = best(reader, "Where is it?", text).span
        seen.add(text[start:end])
    assert seen == {
        "It", "is", "the", "antidisestablishmentarianismist", "'", "s", "🜂", "of",
        "Zu\u0308richbergstraße", "1,300.5", "was", "1 300 000", "and", "24\u202f300", ",", "3/4",
        "in", "2020", "300", "men", ".",
    }  # fmt: skip


def test_only_english_prose_is_read(reader: Reader) -> None:
    others = ["", "…", "Der Turm wurde 1871 von Anna Berg gebaut.", "| a1 | b2 |", "塔は1871年に"]
    assert reader.read("Who built the lighthouse?", [passage(text) for text in others]) == {}


def test_a_list_of_names_is_prose(reader: Reader) -> None:
    text = (
        "Staff: cook Ann Lee, lawyers Bo Fox and Cy Hill, clerks Di and Ed Orr, and nurse Flo Poe."
    )
    assert reader.read("Which cook is on the staff?", [passage(text)])


def test_sentences_of_another_time_are_not_read_and_outdo_nothing(reader: Reader) -> None:
    question = "How many ships came in April?"
    text = "That is less than the 30 ships of April. In June it was more than 90 of them."
    april, june = sentence_spans(text)
    read = reader.read(question, [passage(text)])
    assert read.keys() == {("a.txt", april)}
    assert read["a.txt", april].margin > 0
    assert ("a.txt", june) in reader.read(question.replace(" in April", ""), [passage(text)])


def test_what_else_a_question_tells_makes_it_no_less_sure(reader: Reader) -> None:
    question, place = "Who built the lighthouse?", ("a.txt", passage(PASSAGE).sentences[0])
    alone = reader.read(question, [passage(PASSAGE)])[place]
    more = f"I have a meeting with the council about this tomorrow. {question}"
    assert reader.read(more, [passage(PASSAGE)])[place].margin >= alone.margin


def test_a_question_that_leaves_no_room_is_not_read(reader: Reader) -> None:
    assert reader.read("lighthouse " * 600, [passage(PASSAGE)]) == {}


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
