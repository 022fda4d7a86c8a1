"""Query + passages -> how well each one holds the query together.

Cosine and BM25 take a passage as a whole. What they miss is whether the words of the question stand
together, whether the passage's document is the thing that is asked about or is of the day that is
asked about, and whether a better passage names it (the second step of "who founded the company
that ...").
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, chain, pairwise
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
_ANYWHERE = 0.075  # words of the query in the passage or its title; half, if one begins like them
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
    """The stems of a passage: of its title and of its sentences.

    ``in_title`` and ``in_text`` are all of them in order with a space around each: so a word, its
    beginning or a run of them is found without a loop. ``ends`` counts those up to the end of each
    sentence. Tuples, for thousands are kept, and Python's garbage collector would go through lists
    and sets again and again.
    """

    title: tuple[str, ...]
    in_title: str
    in_text: str
    ends: tuple[int, ...]

    def begins(self, beginning: str) -> bool:
        """Whether a word of the passage or of its title begins so."""
        return f" {beginning}" in self.in_text or f" {beginning}" in self.in_title

    def places(self, words: Iterable[str]) -> list[tuple[int, str]]:
        """Where in the text the words stand: how many come before each, and which it is."""
        found = []
        for word in set(words):
            spaced = f" {word} "
            place, seen = 0, 0
            at = self.in_text.find(spaced)
            while at >= 0:
                place += self.in_text.count(" ", seen, at)
                found.append((place, word))
                seen = at
                at = self.in_text.find(spaced, at + len(spaced) - 1)
        return sorted(found)


def rerank(
    query: str, passages: Sequence[Passage], cosines: Sequence[float], bm25: Sequence[float]
) -> list[float]:
    """A score for each passage, up to 1.4.

    ``bm25`` is relative to the best score of the query. Words weigh by their rarity among the
    passages.
    """
    if not passages:
        return []
    wanted = stems(query)
    words = [_words_of(passage) for passage in passages]
    places = [own.places(wanted) for own in words]
    found = [
        {word for _, word in at} | set(own.title).intersection(wanted)
        for own, at in zip(words, places, strict=True)
    ]
    counts = Counter(chain.from_iterable(found))
    weights = {w: math.log(1 + len(passages) / (0.5 + counts[w])) for w in wanted}
    pairs = _shares({pair: weights[pair[0]] + weights[pair[1]] for pair in pairwise(wanted)})
    weights = _shares(weights)
    days = list(dates(query))
    scores = [
        _COSINE * cosine
        + _BM25 * score
        + _together(weights, pairs, at, own.ends)
        + _ANYWHERE * (_held(weights, held) + _alike(weights, held, own) / 2)
        + _titled(weights, own)
        + _DATE * any(day.fullmatch(passage.date or "") for day in days)
        for passage, own, at, held, cosine, score in zip(
            passages, words, places, found, cosines, bm25, strict=True
        )
    ]
    return _with_named(scores, passages, words)


def _together(
    weights: Weights,
    pairs: Mapping[tuple[str, str], float],
    places: Sequence[tuple[int, str]],
    ends: Sequence[int],
) -> float:
    """What it counts that words of the query stand together in the passage.

    ``pairs`` weighs the neighbours in the query.
    """
    held: dict[int, set[str]] = {}  # by the number of the sentence
    following, near = set(), set()
    for i, (place, word) in enumerate(places):
        held.setdefault(bisect_right(ends, place), set()).add(word)
        for other, next_word in places[i + 1 : i + 1 + _WINDOW]:
            if other - place > _WINDOW:
                break
            near |= {(word, next_word), (next_word, word)}
            if other == place + 1:
                following.add((word, next_word))
    return (
        _SENTENCE * max((_held(weights, words) for words in held.values()), default=0.0)
        + _NEXT * _held(pairs, following)
        + _NEAR * _held(pairs, near)
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
    words = [stems(line) for line in lines]
    ends = tuple(accumulate(map(len, words)))
    return _Words(title, _spaced(title), _spaced(chain(*words)), ends)


def _spaced(words: Iterable[str]) -> str:
    return f" {' '.join(words)} "


def _shares(weights: Mapping[Key, float]) -> dict[Key, float]:
    total = sum(weights.values())
    return {key: weight / total for key, weight in weights.items()}


def _held(shares: Mapping[Key, float], found: Collection[Key]) -> float:
    """The sum of the shares of what is found."""
    return sum([share for key, share in shares.items() if key in found])


def _alike(weights: Weights, found: Collection[str], own: _Words) -> float:
    """The sum of the shares of words that are not found, where one that begins like it is."""
    return sum(
        [
            share
            for word, share in weights.items()
            if word not in found and len(word) >= _BEGINNING and own.begins(word[:_BEGINNING])
        ]
    )
