"""What raises a passage beyond its cosine and its BM25 score."""

from rag.datatypes import Passage
from rag.rerank import rerank
from rag.sentences import sentence_spans


def passage(id: str, text: str, title: str = "") -> Passage:
    spans = tuple(sentence_spans(text))
    return Passage(id, title or id, bool(title), None, None, "", 0, len(text), text, spans)


def scores(query: str, *passages: Passage) -> list[float]:
    return rerank(query, passages, [0.5] * len(passages), [0.5] * len(passages))


def test_words_in_one_sentence_count_more_than_scattered_ones() -> None:
    together = passage("a", "The red harbour bridge closed early. Rain fell on the town.")
    apart = passage("b", "The bridge is old. A red boat came. The harbour froze. Shops closed.")
    high, low = scores("When was the red harbour bridge closed?", together, apart)
    assert high > low + 0.1


def test_words_next_to_each_other_count_more() -> None:
    pair = passage("a", "The prime minister spoke of a city.")
    swapped = passage("b", "The minister spoke of a prime city.")
    high, low = scores("prime minister", pair, swapped)
    assert high == low + 0.1  # all of the weight of pairs


def test_a_title_in_the_query() -> None:
    titled = passage("a", "It was founded long ago.", "Ostrava Zoo")
    other = passage("b", "It was founded long ago.", "Ostrava Castle")
    high, low = scores("Who founded the Ostrava Zoo?", titled, other)
    assert round(high - low, 6) == 0.05


def test_what_the_best_passage_names_is_raised() -> None:
    best = passage("a", "The film was directed by Mira Holt.", "Some Film")
    named = passage("b", "Born in Leeds in 1950.", "Mira Holt")
    other = passage("c", "Born in Leeds in 1950.", "Carl Bohm")
    _, high, low = scores("Where was the director of Some Film born?", best, named, other)
    assert round(high - low, 6) == 0.05


def test_nothing_to_hold() -> None:
    assert scores("the of", passage("a", "Some text.")) == [0.45 * 0.5 + 0.25 * 0.5]
    assert rerank("query", [], [], []) == []
