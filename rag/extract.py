"""Question + Hits -> the sentences that may answer it, without a language model.

A sentence is scored by how near it is to the question (cosine), how much of the question's words it
and its surroundings hold (weighted by rarity), whether it holds the kind of thing asked for, and
whether the reader points at words in it.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.asked import holds_kind, is_open, kind_asked, may_be, parts
from rag.beside import leads_elsewhere, list_below, states
from rag.chronology import of_another_time, untold, words_of_times
from rag.datatypes import Hit, Passage, Span
from rag.mentions import identifiers
from rag.outline import headings
from rag.reader import Reading
from rag.tables import is_head, told
from rag.words import stems

EmbedSentences = Callable[[Sequence[str]], NDArray[np.float32]]

NEARLY = 0.8  # of the best score: a second sentence as good as this is quoted too
_HITS = 8  # passages whose sentences are looked at
_EMBEDDED = 8  # sentences that are embedded, 3 to 10 ms each; with 12 hardly another one is chosen
_READ = 0.25  # of the score is won by a sentence that the reader points into, if it is sure
SURE = 4.0  # the margin, in logits, from which on the reader is sure; below 0, that it is not said
_UNKNOWN = 0.5  # of the answerability is lost where nothing that is named is there
_UNHEARD_OF = 0.95  # of it, where the code that is asked about is in no hit
_UNSAID = 0.95  # of it, where the reader is sure that the sentences do not say
_UNTOLD = 0.95  # of it, where what may be quoted is of other times than the question's
LONGEST_READ = 20  # words of a question that the reader understands, if it is only one
_TRUSTED = 3  # hits in which what is named is looked for
_POOR = 0.3  # of the score is lost by what is no statement
_OTHER_TIME = 0.05  # of the score is lost by a sentence of another time than the question's
_OTHER_NAME = 0.06  # by one of a document without the names of the question that another one has
_OTHER_SECTION = 0.25  # by one of another section than those that the question names
_UNREAD: Mapping[tuple[str, Span], Reading] = {}
_CODE = re.compile(r"(?<!\S)--?[A-Za-z][\w-]*|\b\w*[^\W_]_+[^\W_]\w*\b|\b[\w.]+\(\)|`[^`\s]+`")
_DASHES = re.compile("[\u2010-\u2015\u2212]")  # as they are printed
_MODEL = re.compile(r"\b(?!(?:FY|H|Q)\d)([A-Za-z]{1,4})-?(\d{1,4})\b", re.I)  # and no quarter


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit, the headings that it stands under, and what speaks for it.

    ``elsewhere`` speaks against it: how much better the question names another section.
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
    found: dict[tuple[str, Span], tuple[Hit, int]] = {}
    for hit in hits[:_HITS]:
        for i, span in enumerate(hit.passage.sentences):
            if not (leads_elsewhere(hit.passage.quote(span)) or is_head(hit.passage, span)):
                found.setdefault((hit.passage.document, span), (hit, i))
    entries = [(hit, i, span) for (_, span), (hit, i) in found.items()]
    texts = [told(hit.passage, span) for hit, _, span in entries]
    own = [set(stems(text)) for text in texts]
    wanted = list(dict.fromkeys(stems(question)))
    counts = Counter(word for words in own for word in words)
    weight = {w: math.log(1 + len(entries) / (1 + counts[w])) for w in wanted}
    total = sum(weight.values()) or 1.0
    read = [readings.get((hit.passage.document, span)) for hit, _, span in entries]
    at = {(hit.passage.document, span): i for i, (hit, _, span) in enumerate(entries)}

    def held(words: Collection[str]) -> float:
        return sum(weight[w] for w in wanted if w in words) / total

    above = [headings(hit.passage)[span] for hit, _, span in entries]
    under = [set(stems(" ".join(lines))) for lines in above]
    elsewhere = _elsewhere(wanted, [hit.passage.document for hit, *_ in entries], own, under)
    lists = [list_below(hit.passage, span) for hit, _, span in entries]
    unnamed = _unnamed(question, [hit.passage for hit in hits[:_HITS]])
    rows = []
    for j, (hit, i, _) in enumerate(entries):
        near = own[j] | under[j] | set(stems(hit.passage.title if hit.passage.titled else ""))
        for span in (*_beside_in_section(hit.passage, i), *lists[j]):
            place = at.get((hit.passage.document, span))
            near |= own[place] if place is not None else set()
        rows.append((held(own[j]), held(near)))
    kinds = [holds_kind(question, text) for text in texts]
    first = sorted(
        range(len(entries)),
        key=lambda j: (
            -(rows[j][0] + 0.5 * rows[j][1] + 0.3 * kinds[j] + entries[j][0].score)
            - _sureness(read[j])
        ),
    )[:_EMBEDDED]
    if not first:
        return []
    cosines = embed([texts[j] for j in first]) @ query
    result = []
    for j, cosine in zip(first, cosines.tolist(), strict=True):
        hit, _, span = entries[j]
        coverage, nearby = rows[j]
        score = 0.5 * cosine + 0.42 * coverage + 0.32 * nearby + 0.12 * kinds[j] + 0.3 * hit.score
        answers = states(texts[j]) or (lists[j] and (texts[j].endswith(":") or is_open(question)))
        score -= _OTHER_SECTION * elsewhere[j] if answers else _POOR
        score -= _OTHER_TIME if of_another_time(question, texts[j]) else 0
        score -= _OTHER_NAME * unnamed[hit.passage.document]
        score += _READ * _sureness(read[j])
        text = hit.passage.quote(span)
        result.append(
            Candidate(
                hit,
                span,
                text,
                cosine,
                coverage,
                nearby,
                kinds[j],
                score,
                read[j],
                above[j],
                elsewhere[j],
            )  # fmt: skip
        )
    # Of sentences that say the same, in twin files or passages, the one that quotes no other.
    best: dict[str, Candidate] = {}
    for candidate in sorted(result, key=lambda c: (c.text.startswith(">"), -c.score)):
        said = told(candidate.hit.passage, candidate.span)
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


def _elsewhere(
    wanted: Sequence[str],
    documents: Sequence[str],
    own: Sequence[set[str]],
    under: Sequence[set[str]],
) -> list[float]:
    """How much better the question names another section of its document than each sentence's.

    In [0, 1]: the share of the question's words that only the headings of the other one hold.
    ``own`` are the words of each sentence, ``under`` those of the headings that it stands under.
    """
    best = [0.0] * len(own)
    for document in set(documents):
        inside = [i for i, of in enumerate(documents) if of == document]
        heads = [under[i] for i in inside]
        named = {w for w in wanted if 0 < sum(w in words for words in heads) < len(heads)}
        most = max(len(named & words) for words in heads)
        for i in inside:
            lacks = most - len(named & (own[i] | under[i]))
            best[i] = max(0, lacks) / max(1, len(wanted))
    return best


def _sureness(reading: Reading | None) -> float:
    """How much the reader speaks for a sentence, in [0, 1]; none speaks against one."""
    return min(max(reading.margin, 0.0), SURE) / SURE if reading else 0.0


def answerability(question: str, hits: Sequence[Hit], found: Sequence[Candidate]) -> float:
    """How likely it is that the passages answer at all, in [0, 1].

    A logistic regression on the best sentence's cosine and the best hit's score, fitted on the
    answerable questions of ten sets against questions of other sets, of passages that were taken
    away, and unanswerable ones. It is halved where the best passages hold none of the names, times
    and numbers that the question mentions, less where the reader finds no answer in them, and next
    to none where it is sure of that, where all that may be quoted is of other times, or where no
    hit holds the option, function or variable that it asks about.
    """
    if not hits or not found:
        return 0.0
    cosine = max(candidate.cosine for candidate in found)
    read = max(candidate.read for candidate in found)
    likely = 1 / (1 + math.exp(6.0 - 2.0 * cosine - 11.0 * hits[0].score - SURE * read))
    likely *= 1 - _UNKNOWN * _unknown(question, hits)
    if len(question.split()) <= LONGEST_READ and len(parts(question)) == 1:
        likely *= 1 - _UNSAID * _unsaid(question, found)
        likely *= 1 - _UNTOLD * (read == 0 and _untold(question, found))
    return likely * (1 - _UNHEARD_OF) if _asks_about_other_code(question, hits) else likely


def _unknown(question: str, hits: Sequence[Hit]) -> float:
    """The share of the names, times and numbers of a question that the best passages lack."""
    wanted = identifiers(question) | words_of_times(question)
    texts = [
        f"{hit.passage.title} {hit.passage.date or ''} {hit.passage.in_place}"
        for hit in hits[:_TRUSTED]
    ]
    held = {word for text in texts for word in (*stems(text), *words_of_times(text))}
    return len(wanted - held) / len(wanted) if wanted else 0.0


def _unsaid(question: str, found: Sequence[Candidate]) -> float:
    """How sure the reader is, in [0, 1], that no sentence which was looked at answers.

    Not at all where it has not read the best one, as a row of a table, nor of a question that asks
    for no kind of thing, which it does not know. As good as sure where nothing that it points at,
    not being sure of it, may be what is asked for: how many there are, how long it takes, when.
    """
    read = [(c.reading.margin, c.hit.passage.quote(c.reading.span)) for c in found if c.reading]
    best = max(found, key=lambda candidate: candidate.score)
    if best.reading is None or kind_asked(question) is None:
        return 0.0
    margin, words = max(read)
    told = [words, *(other for at, other in read if at > 0)]
    fits = margin > SURE or any(may_be(question, words) for words in told)
    return min(max(-margin, 0.0), SURE) / SURE if fits else 1.0


def _untold(question: str, found: Sequence[Candidate]) -> bool:
    """Whether all sentences that may be quoted are of other times than the one it names."""
    best = max(candidate.score for candidate in found)
    near = [c for c in found if c.score >= NEARLY * best or c.score == best]
    return kind_asked(question) != "time" and untold(
        question, [(candidate.text, candidate.hit.passage) for candidate in near]
    )


def _holds(text: str, name: str) -> bool:
    """Whether a text holds a name; an option as a whole, with its dashes: "encrypted" is none."""
    if not name.startswith("-"):
        return name in text
    return bool(re.search(rf"(?<![\w-])--?{re.escape(name.lstrip('-'))}(?![\w-])", text))


def _asks_about_other_code(question: str, hits: Sequence[Hit]) -> bool:
    """Whether the question names an option, function or variable that no hit holds.

    Or only models (R6) of which the hits hold none, but others of their kind (R5).
    """
    held = "\n".join(f"{hit.passage.title}\n{hit.passage.in_place}" for hit in hits).lower()
    dashed = _DASHES.sub("-", held)
    named = (match.group().strip("`()").lower() for match in _CODE.finditer(question))
    if any(not _holds(dashed if name.startswith("-") else held, name) for name in named):
        return True
    models = {
        (m[1].lower(), m[2])
        for m in _MODEL.finditer(question)
        if "-" not in m[0] or m[1].isupper()  # and not "over-65"
    }
    others = {(m[1], m[2]) for m in _MODEL.finditer(re.sub(r"(?<=[a-z])\s(?=\d)", "", held))}
    kinds = {letters for letters, _ in others}
    return bool(models) and not models & others and any(letters in kinds for letters, _ in models)
