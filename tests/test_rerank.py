"""What raises a passage beyond its cosine and its BM25 score."""

import gc

from rag import rerank as reranking
from rag.datatypes import Passage
from rag.rerank import rerank
from rag.sentences import sentence_spans


def passage(id: str, text: str, title: str = "", date: str | None = None) -> Passage:
    spans = tuple(sentence_spans(text))
    return Passage(id, title or id, bool(title), date, None, "", 0, len(text), text, spans)


def scores(query: str, *passages: Passage) -> list[float]:
    return rerank(query, passages, [0.5] * len(passages), [0.5] * len(passages))


def difference(query: str, high: Passage, low: Passage) -> float:
    first, second = scores(query, high, low)
    return round(first - second, 6)


def test_words_in_one_sentence_count_more_than_scattered_ones() -> None:
    together = passage("a", "Red, they say, were that old harbour and its bridge. It closed.")
    apart = passage("b", "They say it is red. That old harbour is closed. Its bridge too.")
    assert difference("red bridge", together, apart) == 0.1  # both words, not one of two


def test_words_next_to_each_other_count_more() -> None:
    pair = passage("a", "The prime minister spoke of a city.")
    swapped = passage("b", "The minister spoke of a prime city.")
    apart = passage("c", "The minister of state spoke long and well in a prime old city.")
    assert difference("prime minister", pair, swapped) == 0.05
    assert difference("prime minister", swapped, apart) == 0.125


def test_a_word_that_begins_alike_counts_half() -> None:
    alike = passage("a", "The explanation began.")
    other = passage("b", "The parade began.")
    assert difference("Who explained?", alike, other) == 0.0375


def test_a_title_in_the_query() -> None:
    titled = passage("a", "It is far away.", "Ostrava Zoo")
    other = passage("b", "It is far away.", "Brno Castle")
    # 0.15 for its words, 0.1 for all of them, 0.075 because they stand somewhere.
    assert difference("Ostrava Zoo", titled, other) == 0.325


def test_the_day_that_is_asked_about() -> None:
    query = "What did it say on November 7, 2023?"
    same = passage("a", "It was said.", date="2023-11-07")
    other = passage("b", "It was said.", date="2022-11-07")
    undated = passage("c", "It was said.")
    assert difference(query, same, other) == 0.15
    assert difference(query, other, undated) == 0
    assert difference("What did it say in November?", same, undated) == 0.15
    assert difference("What may it say?", same, undated) == 0


def test_what_the_best_passage_names_is_raised() -> None:
    best = passage("a", "The film was directed by Mira Holt.", "Some Film")
    named = passage("b", "Born in Leeds in 1950.", "Mira Holt")
    other = passage("c", "Born in Leeds in 1950.", "Carl Bohm")
    _, high, low = scores("Where was the director of Some Film born?", best, named, other)
    assert round(high - low, 6) == 0.025


def test_nothing_to_hold() -> None:
    assert scores("the of", passage("a", "Some text.")) == [0.55 * 0.5 + 0.075 * 0.5]
    assert rerank("query", [], [], []) == []


def test_each_place_of_a_word_is_known() -> None:
    kept = reranking._words_of(passage("a", "Rivers flood. The river, river town! A flood."))
    assert kept.places(["river", "flood", "sea"]) == [
        (0, "river"), (1, "flood"), (2, "river"), (3, "river"), (5, "flood"),
    ]  # fmt: skip


def test_what_is_kept_of_passages_is_nothing_that_the_garbage_collector_goes_through() -> None:
    text = "The river floods the lower town. Nobody lives there. Old maps show the floods."
    kept = reranking._words_of(passage("a", text, "Floods of the river"))
    gc.collect()
    gc.collect()  # a tuple is let go of once its own are
    assert kept.ends == (4, 6, 10) and kept.title == ("flood", "river")
    assert not any(map(gc.is_tracked, (kept.title, kept.ends)))
