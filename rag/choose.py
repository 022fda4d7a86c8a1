"""Candidates -> as few of them as answer the question, with what belongs to them.

And the other sides, where the sources disagree.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.beside import beside, table_rows, told
from rag.chronology import in_order
from rag.datatypes import Statement
from rag.disagree import conflicts
from rag.extract import SURE, Candidate
from rag.words import stems

_NEARLY = 0.8  # of the best score: a second sentence as good as this is quoted too
_MOST = 4
_ABLE = 0.7  # of the best score: a sentence as good as this may contradict it
_ASKS_SEVERAL = re.compile(
    r"\b(?:compare|difference|both|list|versus|vs|respectively|which of|what are|"
    r"how did .* (?:change|differ))\b"
    r"|\?.*\?|\band (?:how|what|who|when|why|where)\b",
    re.I,
)


def answers_another(best: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether the best sentence for one question is there for another, whose best it is too.

    So it is where the reader is sure that the one is not answered, or where it points at the words
    that answer the other and doubts them.
    """
    known = [other.reading for other in others if other.place == best.place]
    own = best.reading
    if own is None or own.margin >= 0 or not known:
        return False
    surer = any(read and read.span == own.span and read.margin > own.margin for read in known)
    return surer or own.margin <= -SURE


def choose(
    question: str, found: Sequence[Candidate], each: Sequence[Sequence[Candidate]] = ()
) -> list[Candidate]:
    """As few of the candidates as answer the question, in an order that reads.

    The best one; the next one if it is nearly as good; the one that the reader is sure of; more
    only where several things are asked for, and the best one of ``each`` question in the question.
    Each brings what stands ``beside`` it and belongs to it.
    """
    if not found:
        return []
    several = bool(_ASKS_SEVERAL.search(question))
    bar = _NEARLY * found[0].score
    near = [found[0], *(c for c in found[1 : _MOST if several else 2] if c.score >= bar)]
    named = [_cells_hold(question, c) for c in near]
    chosen = [found[0]]
    for c, own in zip(near[1:], named[1:], strict=True):
        if own is not False or (several and True not in named):
            chosen.append(c)
    chosen += [c for c in found if c.read == 1.0][:1]
    chosen += [row for c in chosen if _cells_hold(question, c) is False for row in _rows(c)]
    return _with_what_belongs([*chosen, *(own[0] for own in each if own)])


def _cells_hold(question: str, candidate: Candidate) -> bool | None:
    """Whether a row of a table holds a word of the question in a cell; None for other sentences.

    Where only the names of its columns do, it answers no better than the other rows.
    """
    if told(candidate.hit.passage, candidate.span) == candidate.text:
        return None
    return not set(stems(question)).isdisjoint(stems(candidate.text))


def _rows(candidate: Candidate) -> list[Candidate]:
    """All rows of the table that a candidate is a row of."""
    passage = candidate.hit.passage
    spans = table_rows(passage, candidate.span)
    return [replace(candidate, span=span, text=passage.quote(span)) for span in spans]


def contradicting(
    question: str, chosen: Sequence[Candidate], ranked: Sequence[Candidate]
) -> list[list[Candidate]]:
    """The sides of each disagreement that a chosen candidate is a side of; none as a rule.

    ``ranked`` are the question's candidates, best first.
    """
    own = {c.place for c in chosen}
    able = [c for c in ranked if c.place in own or c.score >= _ABLE * ranked[0].score]
    found: list[set[int]] = []
    for pair in conflicts(question, [_statement(c) for c in able]):
        if any(able[i].place in own for i in pair):
            sides = set(pair).union(*(known for known in found if known & set(pair)))
            found = [*(known for known in found if not known & sides), sides]
    return [[able[i] for i in sorted(sides)] for sides in found]


def undisputed(each: Sequence[Sequence[Candidate]], rivals: Sequence[Candidate]) -> list[Candidate]:
    """What answers the questions in a question on which the sources do not disagree."""
    disputed = {c.place for c in rivals}
    best = [own[0] for own in each if own and own[0].place not in disputed]
    return [c for c in _with_what_belongs(best) if c.place not in disputed]


def _with_what_belongs(chosen: Sequence[Candidate]) -> list[Candidate]:
    """Each with what stands ``beside`` it, document by document, in the order of their texts."""
    more = [
        replace(c, span=span, text=c.hit.passage.quote(span))
        for c in chosen
        for span in beside(c.hit.passage, c.span)
    ]
    once = {c.place: c for c in (*chosen, *more)}
    documents = list(dict.fromkeys(document for document, _ in once))
    return [once[at] for at in sorted(once, key=lambda at: (documents.index(at[0]), at[1]))]


def in_time(chosen: Sequence[Candidate]) -> list[Candidate]:
    """The chosen ones as they follow one another in time, where all that is known.

    Those of a document stay together, as they stand there, where one belongs to another.
    """
    blocks: list[list[Candidate]] = []
    for document in dict.fromkeys(c.hit.passage.document for c in chosen):
        own = [c for c in chosen if c.hit.passage.document == document]
        together = any(beside(c.hit.passage, c.span) for c in own)
        blocks += [own] if together else [[c] for c in own]
    order = in_order([_statement(block[0]) for block in blocks])
    return [candidate for i in order for candidate in blocks[i]]


def _statement(candidate: Candidate) -> Statement:
    passage = candidate.hit.passage
    return Statement(candidate.text, passage.date, passage.document)
