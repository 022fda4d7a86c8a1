"""Candidates -> as few of them as answer the question, with what belongs to them.

And the other sides, where the sources disagree.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.asked import kind_asked, sides_asked
from rag.beside import beside
from rag.chronology import in_order
from rag.datatypes import Span, Statement
from rag.disagree import conflicts, names_the_other
from rag.extract import ABLE, NEARLY, SURE, Candidate
from rag.tables import asked_cell, cells, row_and_others, told
from rag.words import stems

_MOST = 4
_LEAD = 0.1  # of score: a row of a table that leads its others so far answers alone
_ASKS_SEVERAL = re.compile(
    r"\b(?:compare|difference|both|list|versus|vs|respectively|which of|what are|"
    r"how did .* (?:change|differ))\b"
    r"|\?.*\?|\band (?:how|what|who|when|why|where)\b",
    re.I,
)
_SHARE_OF_SIDE = 0.5  # of the best score, that the sentence for one of two has at least


def answers_another(question: str, own: Sequence[Candidate], others: Sequence[Candidate]) -> bool:
    """Whether the best sentence of a question's ``own`` is there for another one, whose best it is.

    So it is where a kind of thing is asked for and the reader finds none in any of its own, and in
    that sentence denies it or points at the words that answer the other. ``others`` are the best
    sentences of the others.
    """
    read = own[0].reading
    found = any(c.reading and c.reading.margin > 0 for c in own)
    if read is None or found or kind_asked(question) is None:
        return False
    surer = [
        other.reading
        for other in others
        if other.place == own[0].place and other.reading and other.reading.margin > read.margin
    ]
    return any(read.margin <= -SURE or rival.span == read.span for rival in surer)


def named_first(question: str, found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates; if the best one is a row of a table, first the rows that are asked for.

    Those that hold more of the question's words than it does, if it stands out, or that are named
    by them alone: of "Parcel" and "Small parcel" the first one where a parcel is asked about.
    """
    if not found or (leads := _stands_out(question, found[0], found)) is None:
        return list(found)
    if leads and not _asked_of(question, found[0]):
        return list(found)
    return sorted(found, key=lambda row: not _outdoes(question, row, found[0]))


def choose(
    question: str,
    found: Sequence[Candidate],
    each: Sequence[tuple[str, Sequence[Candidate]]] = (),
) -> list[Candidate]:
    """As few of the candidates as answer the question, in an order that reads.

    The best one; the next one if it is nearly as good; the one that the reader is sure of; more
    only where several things are asked for, and the best one of ``each`` question in the question.
    Of two things to choose from the best one for each. Of a table all rows that the question names
    as well as the best one, or all where it names none. Each brings what stands ``beside`` it and
    belongs to it.
    """
    if not found:
        return []
    several = bool(_ASKS_SEVERAL.search(question))
    bar = NEARLY * found[0].score
    near = [c for c in found[: _MOST if several else 2] if c.score >= bar or c is found[0]]
    alike = [c for c in found if c.score >= bar and asked_alike(question, c, found[0])]
    near += [row for row in alike if row not in near]
    near = [c for c in near if not _about_another(question, found[0], c)]
    told_apart = {c.place: _stands_out(question, c, found) for c in near}
    any_row = several and True not in told_apart.values()
    chosen = [c for c in near if c is found[0] or any_row or told_apart[c.place] is not False]
    chosen = [c for c in chosen if not _outdoes(question, found[0], c)]
    sure = [c for c in found if c.read == 1.0][:1]
    chosen += [c for c in sure if not _about_another(question, found[0], c)]
    chosen += _sides(question, found)
    asked = [(question, c, found) for c in chosen]
    asked += [(part, own[0], own) for part, own in each if own]
    whole = [c for part, c, others in asked if _stands_out(part, c, others) is False]
    rows = [row for c in whole for row in _rows(c)]
    return _with_what_belongs([*(c for _, c, _ in asked), *rows])


def _sides(question: str, found: Sequence[Candidate]) -> list[Candidate]:
    """The best sentence for each of two things: of "Which is older, A or B?" one for each of these.

    That which holds, with what it stands under, most of the words that only this one has.
    """
    if (sides := sides_asked(question)) is None:
        return []
    one, other = (set(stems(side)) for side in sides)
    held = [
        set(stems(" ".join([c.hit.passage.title, *c.headings, told(c.hit.passage, c.span)])))
        for c in found
    ]
    chosen = []
    for words in (one - other, other - one):
        most, best = max(
            ((len(words & own), c) for c, own in zip(found, held, strict=True)),
            key=lambda each: (each[0], each[1].score),
        )
        if most and best.score >= _SHARE_OF_SIDE * found[0].score:
            chosen.append(best)
    return chosen


def _about_another(question: str, best: Candidate, other: Candidate) -> bool:
    """Whether the question names what the best one's document or section is about, not another."""
    if best.headings and other.headings:
        sections = [set(stems(" ".join(c.headings))) for c in (best, other)]
        asked = set(stems(question)) & (sections[0] ^ sections[1])
        if asked and asked <= sections[0]:
            return True
    return names_the_other(question, other.hit.passage.title, best.hit.passage.title)


def _stands_out(question: str, candidate: Candidate, found: Sequence[Candidate]) -> bool | None:
    """Whether a row of a table answers better than its others do; None for other sentences."""
    rows = row_and_others(candidate.hit.passage, candidate.span)
    if not rows:
        return None
    document, _ = candidate.place
    others = [
        c.score
        for c in found
        if c.place[0] == document and c.span in rows and c.span != candidate.span
    ]
    leads = candidate.score - max(others, default=0.0) >= _LEAD
    return leads or _named(question, candidate)


def asked_alike(question: str, row: Candidate, best: Candidate) -> bool:
    """Whether a row of the best one's document is asked for in the same words as that one."""
    if row.place[0] != best.place[0] or not _is_row(row) or not _is_row(best):
        return False
    words = _asked_of(question, best)
    return bool(words) and _asked_of(question, row) == words


def _is_row(candidate: Candidate) -> bool:
    return bool(row_and_others(candidate.hit.passage, candidate.span))


def _outdoes(question: str, row: Candidate, other: Candidate) -> bool:
    """Whether a row is asked for rather than another one of its table, which is of someone else.

    That holds only some of the question's words that it holds, as Ann's flat where Ben's is asked
    about, or is not named by them alone, as it is.
    """
    if not _in_one_table(row, other):
        return False
    words, others = _asked_of(question, row), _asked_of(question, other)
    alone = _named_alone(question, row) and not _named_alone(question, other)
    return others < words or (others == words and alone)


def _named_alone(question: str, row: Candidate) -> bool:
    """Whether a cell holds nothing but words of the question."""
    passage, asked = row.hit.passage, set(stems(question))
    held = [set(stems(passage.quote(cell))) for _, cell in cells(passage, row.span)]
    return any(words and words <= asked for words in held)


def _in_one_table(row: Candidate, other: Candidate) -> bool:
    rows = row_and_others(other.hit.passage, other.span)
    return row.place[0] == other.place[0] and row.span in rows


def _named(question: str, row: Candidate) -> bool:
    return bool(_asked_of(question, row))


def _asked_of(question: str, row: Candidate) -> set[str]:
    """The question's words in a row's cells, but those of a column's name or of all rows."""
    passage = row.hit.passage
    found = [cells(passage, span) for span in row_and_others(passage, row.span)]
    words = [{w for _, cell in each for w in stems(passage.quote(cell))} for each in found]
    common = set.intersection(*words) if len(words) > 1 else set()
    named = {word for each in found for name, _ in each for word in stems(name)}
    own = {w for _, cell in cells(passage, row.span) for w in stems(passage.quote(cell))}
    return (own - common - named).intersection(stems(question))


def short_cell(question: str, row: Candidate) -> Span | None:
    """The cell that answers, where the question names the row and the column."""
    cell = asked_cell(question, row.hit.passage, row.span)
    return cell if cell and _named(question, row) else None


def _rows(candidate: Candidate) -> list[Candidate]:
    """All rows of the table that a candidate is a row of, as far as they stand in its passage."""
    passage = candidate.hit.passage
    rows = row_and_others(passage, candidate.span)
    return [replace(candidate, span=row, text=passage.quote(row)) for row in rows]


def contradicting(
    question: str, chosen: Sequence[Candidate], ranked: Sequence[Candidate]
) -> list[list[Candidate]]:
    """The sides of each disagreement that a chosen candidate is a side of; none as a rule.

    ``ranked`` are the question's candidates, best first.
    """
    own = {c.place for c in chosen}
    able = [c for c in ranked if c.place in own or c.score >= ABLE * ranked[0].score]
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
    return Statement(
        candidate.text, passage.date, passage.document, passage.title, candidate.headings
    )
