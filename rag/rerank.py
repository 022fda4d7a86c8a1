"""Query + passages -> how well each one holds the query together.

Cosine and BM25 take a passage as a whole. What they miss is whether the words of the question stand
together, whether the passage's document is the thing that is asked about or is of the day that is
asked about, and whether a better passage names it (the second step of "who founded the company
that ...").
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise
from typing import TypeVar

from rag.datatypes import Passage
from rag.mentions import dates
from rag.words import stems

# Chosen by nDCG@10 on seven public sets and three made of ../shared/training together, none of them
# to fall below 0.6 cosine + 0.4 BM25: see README.md.
_COSINE, _BM25 = 0.55, 0.075
_SENTENCE = 0.2  # words of the query in one sentence
_NEXT = 0.05  # neighbours in the query that are neighbours in the passage
_NEAR = 0.125  # neighbours in the query that stand near each other in the passage
_ANYWHERE = 0.075  # words of the query, or words that begin like them, in the passage or its title
_TITLE_WORDS = 0.15  # words of the query in the title
_TITLE = 0.1  # the whole title is in the query
_DATE = 0.15  # the document is of a day or month that the query names
_NAMED = 0.025  # the whole title is in one of the best passages of other documents
_BEST = 3
_WINDOW = 4  # words
_BEGINNING = 5  # letters that "explain" and "explanation" share

Key = TypeVar("Key", str, tuple[str, str])
Weights = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Words:
    """The stems of a passage: of its title and of each sentence.

    ``in_title`` and ``in_text`` are all of them in order with a space around each: so a beginning
    or a run of them is found without a loop. Tuples, for thousands are kept, and Python's garbage
    collector would go through lists and sets again and again.
    """

    title: tuple[str, ...]
    sentences: tuple[tuple[str, ...], ...]
    in_title: str
    in_text: str

    def has(self, spaced: str) -> bool:
        """Whether it stands in the passage or in its title."""
        return spaced in self.in_text or spaced in self.in_title


def rerank(
    query: str, passages: Sequence[Passage], cosines: Sequence[float], bm25: Sequence[float]
) -> list[float]:
    """A score for each passage, up to 1.4.

    ``bm25`` is relative to the best score of the query. Words weigh by their rarity among the
    passages.
    """
    wanted = stems(query)
    words = [_words_of(passage) for passage in passages]
    counts = {w: sum(own.has(f" {w} ") for own in words) for w in set(wanted)}
    weights = {w: math.log(1 + len(passages) / (0.5 + counts[w])) for w in wanted}
    pairs = {pair: weights[pair[0]] + weights[pair[1]] for pair in pairwise(wanted)}
    days = list(dates(query))
    scores = [
        _COSINE * cosine
        + _BM25 * score
        + _together(weights, pairs, own)
        + _titled(weights, own)
        + _DATE * any(day.fullmatch(passage.date or "") for day in days)
        for passage, own, cosine, score in zip(passages, words, cosines, bm25, strict=True)
    ]
    return _with_named(scores, passages, words)


def _together(weights: Weights, pairs: Mapping[tuple[str, str], float], own: _Words) -> float:
    """What it counts that words of the query stand in the passage, and that they stand together.

    ``pairs`` weighs the neighbours in the query.
    """
    held = [weights.keys() & words for words in own.sentences]
    text = enumerate(chain(*own.sentences))
    places = [(place, word) for place, word in text if word in weights]
    following, near = set(), set()
    for i, (place, word) in enumerate(places):
        for other, next_word in places[i + 1 : i + 1 + _WINDOW]:
            if other - place > _WINDOW:
                break
            near |= {(word, next_word), (next_word, word)}
            if other == place + 1:
                following.add((word, next_word))
    return (
        _SENTENCE * max((_held(weights, words) for words in held if words), default=0.0)
        + _NEXT * _held(pairs, following)
        + _NEAR * _held(pairs, near)
        + _ANYWHERE * _held_or_alike(weights, own)
    )


def _titled(weights: Weights, own: _Words) -> float:
    """What it counts that the query is about what the title says."""
    if not own.title:
        return 0.0
    whole = all(word in weights for word in own.title)
    return _TITLE_WORDS * _held(weights, set(own.title)) + _TITLE * whole


def _with_named(
    scores: list[float], passages: Sequence[Passage], words: Sequence[_Words]
) -> list[float]:
    """The scores, raised where the title is named by the best passages of other documents."""
    best = sorted(range(len(scores)), key=lambda i: -scores[i])[:_BEST]
    raised = list(scores)
    for i, own in enumerate(words):
        for j in best:
            apart = passages[i].document != passages[j].document
            if own.title and apart and own.in_title in words[j].in_text:
                raised[i] += _NAMED
    return raised


@lru_cache(maxsize=2_000)  # 12 MB; in a chat the same passages come up again and again
def _words_of(passage: Passage) -> _Words:
    title = tuple(stems(passage.title)) if passage.titled else ()
    lines = [*(line for _, line in passage.above), *map(passage.quote, passage.sentences)]
    sentences = tuple(tuple(stems(line)) for line in lines)
    return _Words(title, sentences, _spaced(title), _spaced(chain(*sentences)))


def _spaced(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _held(weights: Mapping[Key, float], found: Collection[Key]) -> float:
    """The share of the weights whose keys are found."""
    total = sum(weights.values())
    return sum(weight for key, weight in weights.items() if key in found) / total if total else 0.0


def _held_or_alike(weights: Weights, own: _Words) -> float:
    """The share of the weights whose words are found; half for one that begins like one found."""
    found = {word for word in weights if own.has(f" {word} ")}
    alike = {
        word for word in weights if len(word) >= _BEGINNING and own.has(f" {word[:_BEGINNING]}")
    }
    return (_held(weights, found) + _held(weights, found | alike)) / 2
