"""Query + passages -> how well each one holds the query together.

Cosine and BM25 take a passage as a whole. What they miss is whether the words of the question stand
in one sentence, next to each other, and whether the passage's document is the thing that is asked
about, or one that a better passage names (the second step of "who founded the company that ...").
"""

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from rag.datatypes import Passage
from rag.words import stems

# Chosen by nDCG@10 on squad2, multihop_rag_excerpts and hotpotqa_sample together:
# 0.6 cosine + 0.4 BM25 gives .904, .849, .842; these weights the figures in the README.
_COSINE, _BM25, _SENTENCE, _PAIRS = 0.45, 0.25, 0.2, 0.1
_TITLE = 0.05  # the whole title is in the query
_NAMED = 0.05  # the whole title is in one of the best passages of other documents
_BEST = 3
_RARITY = 1.5  # a rare name outweighs all the common words around it

Key = TypeVar("Key", str, tuple[str, str])


@dataclass(frozen=True, slots=True)
class _Words:
    """The stems of a passage: of its title, of each sentence, and of all of it in order."""

    title: list[str]
    sentences: list[set[str]]
    all: list[str]


def rerank(
    query: str, passages: Sequence[Passage], cosines: Sequence[float], bm25: Sequence[float]
) -> list[float]:
    """A score for each passage, up to 1.2.

    ``bm25`` is relative to the best score of the query. Words weigh by their rarity among the
    passages.
    """
    wanted = stems(query)
    words = [_words_of(passage) for passage in passages]
    counts = Counter(word for own in words for word in {*own.all, *own.title})
    weight = {w: math.log(1 + len(passages) / (0.5 + counts[w])) ** _RARITY for w in wanted}
    pairs = {pair: weight[pair[0]] + weight[pair[1]] for pair in pairwise(wanted)}
    asked = set(wanted)
    scores = [
        _COSINE * cosine
        + _BM25 * score
        + _SENTENCE * max((_held(weight, sentence) for sentence in own.sentences), default=0.0)
        + _PAIRS * _held(pairs, set(pairwise(own.all)))
        + _TITLE * (bool(own.title) and asked.issuperset(own.title))
        for own, cosine, score in zip(words, cosines, bm25, strict=True)
    ]
    return _with_named(scores, passages, words)


def _with_named(
    scores: list[float], passages: Sequence[Passage], words: Sequence[_Words]
) -> list[float]:
    """The scores, raised where the title is named by the best passages of other documents."""
    best = sorted(range(len(scores)), key=lambda i: -scores[i])[:_BEST]
    raised = list(scores)
    for i, own in enumerate(words):
        for j in best:
            if passages[i].document != passages[j].document and _follows(own.title, words[j].all):
                raised[i] += _NAMED
    return raised


def _words_of(passage: Passage) -> _Words:
    sentences = [stems(passage.quote(span)) for span in passage.sentences]
    return _Words(
        stems(passage.title) if passage.titled else [],
        [set(sentence) for sentence in sentences],
        [word for sentence in sentences for word in sentence],
    )


def _held(weights: dict[Key, float], found: Collection[Key]) -> float:
    """The share of the weights whose keys are found."""
    total = sum(weights.values())
    return sum(weight for key, weight in weights.items() if key in found) / total if total else 0.0


def _follows(title: list[str], words: list[str]) -> bool:
    """Whether the title stands in the words, in one piece."""
    n = len(title)
    return bool(n) and any(words[i : i + n] == title for i in range(len(words) - n + 1))
