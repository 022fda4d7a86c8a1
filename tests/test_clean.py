"""Text from anywhere is made safe to store, to embed and to show."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rag.clean import clean_question, clean_text, flowing, printable

ODD = "\x00\r\n\t\x0b\x1b\x7f\x85\xa0\u061c\u200b\u200f\u2028\u202e\u2066\ufeff\ufffd\ud83d\ude00a"
ANY = st.text(st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=())), max_size=60)
BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@given(ANY.filter(lambda text: "\x00" not in text))
@example("\ud83d\x00\ude00")
@example("\r\x00\n")
def test_clean_text_encodes_and_is_stable(text: str) -> None:
    cleaned = clean_text(text)
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert clean_text(cleaned) == cleaned
    assert "\x00" not in cleaned
    assert "\r" not in cleaned
    assert not cleaned.startswith("\ufeff")


def test_clean_text_repairs() -> None:
    assert clean_text("\ufeffa\r\nb\rc\x00d") == "a\nb\ncd"
    assert clean_text("\ud83d\ude00 \ud83d") == "\U0001f600 \ufffd"
    assert clean_text("Naïve — 東京 😀\n") == "Naïve — 東京 😀\n"


@pytest.mark.parametrize(
    "text", ["", " \t\n", "\u200b\u200d\ufeff", "\u202e\u2066", "\x00\x1b\x7f", "\u3000\xa0\u2028"]
)
def test_question_with_nothing_to_see_is_empty(text: str) -> None:
    assert clean_question(text) == ""


def test_question_is_one_trimmed_line() -> None:
    assert clean_question("  Who\n said\x1b[2J\tso? ") == "Who said [2J so?"
    assert clean_question("?") == "?"
    assert clean_question("❤") == "❤"


@given(ANY)
def test_question_has_no_control_characters(text: str) -> None:
    question = clean_question(text)
    assert all(unicodedata.category(c) != "Cc" for c in question)
    assert question == question.strip()
    assert clean_question(question) == question


@given(ANY, st.booleans())
def test_printable_shows_no_control_or_bidi_character(text: str, keep_lines: bool) -> None:
    shown = printable(text, keep_lines)
    kept = "\n\t" if keep_lines else ""
    assert all(unicodedata.category(c) not in ("Cc", "Cs") or c in kept for c in shown)
    assert all(unicodedata.bidirectional(c) not in BIDI for c in shown)
    assert not set(shown) & set("\u061c\u200b\u200e\u200f\u2028\u2029\ufeff")
    assert shown.encode("utf-8").decode("utf-8") == shown


def test_printable_escapes() -> None:
    assert printable("a\x1b[2J\u202eb\nc\td") == "a\\x1b[2J\\u202eb\\nc d"
    assert printable("a\nb\tc\r", keep_lines=True) == "a\nb\tc\\r"
    assert printable("Naïve — 東京 😀") == "Naïve — 東京 😀"


def test_a_quotation_flows_without_the_marks_of_its_lines() -> None:
    assert flowing("> the\n> garden\n  > > room\n is 5 > 4") == "> the garden room is 5 > 4"
