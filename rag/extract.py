"""Question + Hits -> the sentences that may answer it, without a language model.

A sentence is scored by how near it is to the question (cosine), how much of the question's words it
and its surroundings hold (weighted by rarity), whether it holds the kind of thing asked for, and
whether the reader points at words in it.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.asked import is_open
from rag.beside import list_below
from rag.chronology import of_another_time
from rag.datatypes import Hit, Passage, Span
from rag.disagree import names_the_other
from rag.kinds import holds_kind
from rag.marks import leads_elsewhere, states
from rag.mentions import identifiers
from rag.outline import headings
from rag.reader import Reading
from rag.tables import is_head, told
from rag.words import stems

EmbedSentences = Callable[[Sequence[str]], NDArray[np.float32]]

ABLE = 0.7  # of the best score: a sentence as good as this may contradict it
NEARLY = 0.8  # of the best score: a second sentence as good as this is quoted too
_HITS = 8  # passages whose sentences are looked at
_EMBEDDED = 8  # sentences that are embedded, 3 to 10 ms each; with 12 hardly another one is chosen
_READ = 0.25  # of the score is won by a sentence that the reader points into, if it is sure
SURE = 4.0  # the margin, in logits, from which on the reader is sure; below 0, that it is not said
LONGEST_READ = 20  # words of a question that the reader understands, if it is only one
_POOR = 0.3  # of the score is lost by what is no statement
_OTHER_TIME = 0.05  # of the score is lost by a sentence of another time than the question's
_OTHER_NAME = 0.06  # by one of a document without the names of the question that another one has
_OTHER_SECTION = 0.25  # by one of another section or edition than those that the question names
_UNREAD: Mapping[tuple[str, Span], Reading] = {}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit, the headings that it stands under, and what speaks for it.

    ``elsewhere`` speaks against it: how much better the question names another section or edition.
    """

    hit: Hit
    span: Span
    text: str
    cosine: float
    coverage: float
    nearby: float
    kind: float
    score: float
    reading: Reading | None = None
    headings: tuple[str, ...] = ()
    elsewhere: float = 0.0

    @property
    def place(self) -> tuple[str, Span]:
        """Where it stands: document and span."""
        return self.hit.passage.document, self.span

    @property
    def read(self) -> float:
        """How sure the reader is, in [0, 1], that the sentence answers."""
        return _sureness(self.reading)


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of a hit, with what is told with it."""

    hit: Hit
    at: int  # among those of its passage
    span: Span
    told: str  # with the names of its columns
    words: frozenset[str]
    headings: tuple[str, ...]
    under: frozenset[str]  # the words of these
    listed: Sequence[Span]  # the items of the list that it opens

    @property
    def place(self) -> tuple[str, Span]:
        return self.hit.passage.document, self.span


def candidates(
    question: str,
    hits: Sequence[Hit],
    query: NDArray[np.float32],
    embed: EmbedSentences,
    readings: Mapping[tuple[str, Span], Reading] = _UNREAD,
) -> list[Candidate]:
    """The sentences of the best hits, best first.

    ``query`` is the question's embedding, ``readings`` what the reader says of their sentences.
    """
    sentences = _sentences(hits[:_HITS])
    wanted = list(dict.fromkeys(stems(question)))
    held = _held(wanted, sentences)
    kinds = [holds_kind(question, sentence.told) for sentence in sentences]
    read = [readings.get(sentence.place) for sentence in sentences]

    def promise(i: int) -> float:
        (coverage, nearby), sureness = held[i], _sureness(read[i])
        return coverage + 0.5 * nearby + 0.3 * kinds[i] + sentences[i].hit.score + sureness

    first = sorted(range(len(sentences)), key=promise, reverse=True)[:_EMBEDDED]
    if not first:
        return []
    cosines = embed([sentences[i].told for i in first]) @ query
    elsewhere = _elsewhere(wanted, sentences)
    editions = _other_editions(question, [hit.passage for hit in hits[:_HITS]])
    unnamed = _unnamed(question, [hit.passage for hit in hits[:_HITS]])
    found = []
    for i, cosine in zip(first, cosines.tolist(), strict=True):
        sentence, (coverage, nearby) = sentences[i], held[i]
        hit, span = sentence.hit, sentence.span
        away = 1.0 if hit.passage.document in editions else elsewhere[sentence.place]
        score = 0.5 * cosine + 0.42 * coverage + 0.32 * nearby + 0.12 * kinds[i] + 0.3 * hit.score
        score += _READ * _sureness(read[i]) - _against(question, sentence, away)
        score -= _OTHER_NAME * unnamed[hit.passage.document]
        candidate = Candidate(
            hit, span, hit.passage.quote(span), cosine, coverage, nearby, kinds[i], score, read[i],
            sentence.headings, away,
        )  # fmt: skip
        found.append((candidate, sentence.told))
    return _each_once(found)


def _sentences(hits: Sequence[Hit]) -> list[_Sentence]:
    """The sentences of hits, each once, but for heads of tables and lines that lead elsewhere."""
    found: dict[tuple[str, Span], _Sentence] = {}
    for hit in hits:
        passage, above = hit.passage, headings(hit.passage)
        for at, span in enumerate(passage.sentences):
            left_out = leads_elsewhere(passage.quote(span)) or is_head(passage, span)
            if left_out or (passage.document, span) in found:
                continue
            text, lines = told(passage, span), above[span]
            words, under = frozenset(stems(text)), frozenset(stems(" ".join(lines)))
            listed = list_below(passage, span)
            sentence = _Sentence(hit, at, span, text, words, lines, under, listed)
            found[sentence.place] = sentence
    return list(found.values())


def _held(wanted: Sequence[str], sentences: Sequence[_Sentence]) -> list[tuple[float, float]]:
    """How much of the question's words each sentence holds, and it and its surroundings, in [0, 1].

    A word counts the more the fewer sentences hold it.
    """
    counts = Counter(word for sentence in sentences for word in sentence.words)
    weight = {word: math.log(1 + len(sentences) / (1 + counts[word])) for word in wanted}
    total = sum(weight.values()) or 1.0
    words_at = {sentence.place: sentence.words for sentence in sentences}

    def share(words: Collection[str]) -> float:
        return sum(weight[word] for word in wanted if word in words) / total

    found = []
    for sentence in sentences:
        passage = sentence.hit.passage
        near = {*sentence.words, *sentence.under, *stems(passage.title if passage.titled else "")}
        for span in (*_beside_in_section(passage, sentence.at), *sentence.listed):
            near |= words_at.get((passage.document, span), frozenset())
        found.append((share(sentence.words), share(near)))
    return found


def _against(question: str, sentence: _Sentence, elsewhere: float) -> float:
    """The score that is lost by what is no statement, or of another section or time."""
    opens = bool(sentence.listed) and (sentence.told.endswith(":") or is_open(question))
    lost = _OTHER_SECTION * elsewhere if states(sentence.told) or opens else _POOR
    return lost + (_OTHER_TIME if of_another_time(question, sentence.told) else 0)


def _each_once(found: Sequence[tuple[Candidate, str]]) -> list[Candidate]:
    """The candidates, best first; of those that say the same the best one that quotes no other.

    They stand in twin files or passages. With each comes its text as it is told.
    """
    best: dict[str, Candidate] = {}
    for candidate, said in sorted(found, key=lambda c: (c[0].text.startswith(">"), -c[0].score)):
        best.setdefault(" ".join(said.lstrip("> ").split()), candidate)
    return sorted(best.values(), key=lambda c: -c.score)


def _beside_in_section(passage: Passage, i: int) -> Iterator[Span]:
    """Two sentences before one and one after it, as far as they stand in its section."""
    sentences, above = passage.sentences, headings(passage)
    under = above[sentences[i]]
    for k in (i - 2, i - 1, i + 1):
        same = (under, (*under, passage.quote(sentences[i])))  # or what it heads itself
        if 0 <= k < len(sentences) and above[sentences[k]] in same:
            yield sentences[k]


def _unnamed(question: str, passages: Sequence[Passage]) -> dict[str, float]:
    """For each document the share of the question's names that only other ones hold."""
    held: dict[str, set[str]] = {}
    for passage in passages:
        words = stems(f"{passage.document} {passage.title} {passage.in_place}")
        held.setdefault(passage.document, set()).update(words)
    known = identifiers(question) & set().union(*held.values())
    return {of: len(known - words) / max(1, len(known)) for of, words in held.items()}


def _other_editions(question: str, passages: Sequence[Passage]) -> set[str]:
    """The documents that are about another thing than the one that the question names."""
    titles = {passage.document: passage.title for passage in passages}
    return {
        document
        for document, title in titles.items()
        if any(names_the_other(question, title, other) for other in titles.values())
    }


def _elsewhere(
    wanted: Sequence[str], sentences: Sequence[_Sentence]
) -> dict[tuple[str, Span], float]:
    """How much better the question names another section of its document than each sentence's.

    In [0, 1]: the share of the question's words that only the headings of the other one hold.
    """
    documents: dict[str, list[_Sentence]] = defaultdict(list)
    for sentence in sentences:
        documents[sentence.hit.passage.document].append(sentence)
    found = {}
    for own in documents.values():
        heads = [sentence.under for sentence in own]
        named = {w for w in wanted if 0 < sum(w in words for words in heads) < len(heads)}
        most = max(len(named & words) for words in heads)
        for sentence in own:
            lacks = most - len(named & (sentence.words | sentence.under))
            found[sentence.place] = max(0, lacks) / max(1, len(wanted))
    return found


def _sureness(reading: Reading | None) -> float:
    """How much the reader speaks for a sentence, in [0, 1]; none speaks against one."""
    return min(max(reading.margin, 0.0), SURE) / SURE if reading else 0.0
