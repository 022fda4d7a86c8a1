"""Sentences that are quoted -> the few words in them that answer, and whether these are sure."""

import re
from collections.abc import Sequence

from rag.asked import asks_whether, is_open, kind_asked, sides_asked
from rag.choose import asked_alike, short_cell
from rag.chronology import of_another_time
from rag.datatypes import Citation, ShortAnswer, Span
from rag.denial import denied_of, denies
from rag.extract import LONGEST_READ, Candidate
from rag.framing import asked_alone
from rag.kinds import counts_asked, may_be, names_counted, short_answer
from rag.marks import label_end, states, words_of
from rag.mentions import TIME, identifiers, names
from rag.quantities import quantities
from rag.tables import in_table, told
from rag.words import stem, stems, tokens

_FIGURE = re.compile(r"(?<![\w.,:/-])[$€£]?\d")  # and not the 5 of R5, nor a time or a version
_CELLS = re.compile(r" {3}|\|")  # of a row in print or of a table: words of several answer nothing
_FIGURES = re.compile(r"\d+(?:[.,]\d+)*")
_BETWEEN_PARTS = re.compile(r"[,;]\s+(?:(?:and|but|or)\s+)?|\s+(?:and|but|or)\s+(?!\d)")
_WORDS_OF_PART = 7
_ITEM = r"[^,.;:]{1,40}"
_GOES_ON = re.compile(
    rf",?\s(?:and|or)\b|,\s(?!(?:at|but|by|for|in|which|who|with)\b)(?:{_ITEM},\s)*{_ITEM}\s(?:and|or)\s"
)
_ASKS_SEVERAL = re.compile(
    r"\b(?:what|which) (?:are|were) (?:the )?(?:two|three|four|five|six|seven|\d+)\b", re.I
)
_OF_ONE = re.compile(r"['’]s?\s")
_EMPHASIS = "*_`"
_SURELY = 0.5  # how sure the reader is, in [0, 1], of the words that are in bold
_CLEARLY = 1.0  # logits by which one reading outdoes another
_POINTED_AT = -5.0  # the margin from which on words are shown; the whole sentence is quoted anyway


def in_few_words(
    question: str, found: Sequence[Candidate], citations: Sequence[Citation]
) -> ShortAnswer | None:
    """The words that are sure, or else those of the best sentence, where they can be told.

    ``found`` are the candidates, best first; those that are cited may hold them.
    """
    if is_open(question):
        return None
    ids = {(c.document, (c.start, c.end)): c.id for c in citations}
    places = {c.place: (c.place[0], words_of(c.hit.passage, c.span)) for c in found}
    cited = [c for c in found if places[c.place] in ids]
    surer = [
        c for c in cited if c.read == 1.0 and cited[0].read == 0 and not in_table(cited[0].text)
    ]
    words = [_told(question, c, ids[places[c.place]], found, cited) for c in (*surer, *cited[:1])]
    return next((short for short in words if short), None)


def _told(
    question: str,
    candidate: Candidate,
    citation: int,
    found: Sequence[Candidate],
    cited: Sequence[Candidate],
) -> ShortAnswer | None:
    """The few words of a sentence that answer, where they can be told."""
    if not states(candidate.text):
        return None
    row = in_table(candidate.text)
    span = short_cell(question, candidate) if row else _pointed_at(question, candidate)
    if span is None:
        return None
    part = None if row else _part_asked_about(question, candidate, span)
    span = _whole(candidate, _within_part(candidate, span, part) if part else span)
    words = candidate.hit.passage.quote(span)
    if _CELLS.search(words):
        return None
    sure = (
        (row or candidate.read >= _SURELY and _alone(question, candidate, span, part))
        and not _outdone(candidate, cited)
        and names_counted(question, " ".join([*candidate.headings, candidate.text]))
        and may_be(question, words, candidate.hit.passage.quote((candidate.span[0], span[0])))
        and not _cut_off(question, candidate, span)
        and not denied_of(question, candidate.text, _within(candidate, span))
        and _fits(question, candidate, found)
        and not any(_excludes(question, other.text, candidate, span) for other in cited)
        and not any(asked_alike(question, c, candidate) for c in cited if c is not candidate)
    )
    return ShortAnswer(words, citation, *span, sure=sure)


def _pointed_at(question: str, best: Candidate) -> Span | None:
    """The words that the reader points at, or what the rules find around them.

    Where it points at "225" that is "about 225 trucks", but not "225 trucks" where the question
    asks how many trucks: what it says itself is not said again.
    """
    read = best.reading
    span = read.span if read and read.margin > _POINTED_AT else None
    if told := short_answer(question, best.text):
        start, end = (best.span[0] + offset for offset in told)
        if read is None:
            return start, end
        if start <= read.span[0] and read.span[1] <= end:
            quote = best.hit.passage.quote
            around = f"{quote((start, read.span[0]))} {quote((read.span[1], end))}"
            if span is None or not _words(around) <= _words(question):
                return start, end
    return span


def _words(text: str) -> set[str]:
    return {stem(word) for word, _ in tokens(text)}


def _listed(candidate: Candidate) -> list[Span]:
    """The parts of a sentence that lists values, each with one figure that is no time; else none.

    "Bolts are tightened with 25 Nm, volumes with 15 Nm": such parts have few words.
    """
    start = candidate.span[0]
    text = TIME.sub(lambda time: " " * len(time.group()), candidate.text)
    between = [match.span() for match in _BETWEEN_PARTS.finditer(text)]
    starts, ends = [0, *(b for _, b in between)], [*(a for a, _ in between), len(text)]
    parts = [(a, b) for a, b in zip(starts, ends, strict=True) if _FIGURE.search(text, a, b)]
    short = all(
        len(text[a:b].split()) <= _WORDS_OF_PART and len(_FIGURES.findall(text[a:b])) == 1
        for a, b in parts
    )
    return [(start + a, start + b) for a, b in parts] if short and len(parts) > 1 else []


def _part_asked_about(question: str, candidate: Candidate, span: Span) -> Span | None:
    """The part of a sentence that lists values which the question names: "volumes with 15 Nm".

    The question's words that no other part holds tell it. None where the words that are pointed at
    are no figure, or where they stand in another part that the question names.
    """
    passage = candidate.hit.passage
    if not _FIGURE.search(passage.quote(span)):
        return None
    listed = _listed(candidate)
    words = [set(stems(passage.quote(part))) & set(stems(question)) for part in listed]
    named = [
        part
        for i, (own, part) in enumerate(zip(words, listed, strict=True))
        if own.difference(*words[:i], *words[i + 1 :])
    ]
    return named[0] if len(named) == 1 else None


def _within_part(candidate: Candidate, span: Span, part: Span) -> Span:
    """The words that are pointed at as far as they stand in a part, else the quantity in it."""
    start, end = max(span[0], part[0]), min(span[1], part[1])
    if start < end:
        return start, end
    found = list(quantities(candidate.hit.passage.quote(part)))
    return (part[0] + found[0].span[0], part[0] + found[0].span[1]) if len(found) == 1 else span


def _whole(candidate: Candidate, span: Span) -> Span:
    """The words without the mark that ends the sentence, with whole names, brackets and emphasis.

    The full stop of "a.m." is no such mark.
    """
    first, text = candidate.span[0], candidate.text
    start, end = span[0] - first, span[1] - first
    bare = text[start:end].rstrip(".,;:")
    if bare and "." not in bare.split()[-1]:
        end = start + len(bare)
    for name, (a, b) in names(text):
        if a < end and start < b and not _OF_ONE.search(name):
            start, end = min(start, a), max(end, b)
    start, end = _in_brackets(text, start, end)
    while end < len(text) and text[end] in _EMPHASIS:
        if text[start:end].count(text[end]) % 2 == 0:
            break
        end += 1
    return start + first, end + first


def _in_brackets(text: str, start: int, end: int) -> Span:
    """The words with a bracket that ends behind them; of another one those on its longer side."""
    for opening, closing in ("()", "[]"):
        words = text[start:end]
        lacks = words.count(opening) - words.count(closing)
        if lacks == 1 and text.startswith(closing, end):
            end += 1
        elif lacks:
            before, _, after = words.rpartition(opening if lacks > 0 else closing)
            before, after = before.rstrip(), after.lstrip(",;: ")
            if len(before) < len(after):
                start = end - len(after)
            elif before:
                end = start + len(before)
    return start, end


def _cut_off(question: str, candidate: Candidate, span: Span) -> bool:
    """Whether the words are only some of those of a list, one of several, or of two clauses."""
    words = candidate.hit.passage.quote(span)
    listed = ", " in TIME.sub(" ", words) and not re.search(r"\b(?:and|or)\b", words)
    rest = candidate.text[span[1] - candidate.span[0] :]
    several = _ASKS_SEVERAL.search(question) and not re.search(r",\s|\band\b", words)
    return bool(";" in words or several or (listed and _GOES_ON.match(rest)))


def _alone(question: str, candidate: Candidate, span: Span, part: Span | None) -> bool:
    """Whether a number that is asked for is the only one of its sentence, times left out.

    Of two prices the reader hardly tells which one is asked for. Of days and months it is the days,
    where these are asked for. Where nothing tells that it is a number, it may be one of several, if
    it stands in the ``part`` of its sentence that the question names.
    """
    text, (start, end) = candidate.text, _within(candidate, span)
    others = f"{text[:start]} {text[end:]}"
    alone = not _FIGURE.search(TIME.sub(" ", others), label_end(others))
    if kind_asked(question) != "number":
        one_of = [a for a, b in _listed(candidate) if a < span[1] and span[0] < b]
        return alone or not one_of or bool(part and part[0] <= span[0] and span[1] <= part[1])
    counted = counts_asked(question, text)
    return alone and not (counted and not any(a < end and start < b for a, b in counted))


def _within(candidate: Candidate, span: Span) -> Span:
    """Where a span stands in its sentence."""
    return span[0] - candidate.span[0], span[1] - candidate.span[0]


def _outdone(candidate: Candidate, cited: Sequence[Candidate]) -> bool:
    """Whether the reader is clearly surer of what another sentence says."""
    margins = [c.reading.margin for c in cited if c.reading]
    own = candidate.reading.margin if candidate.reading else None
    return own is not None and max(margins) > own + _CLEARLY


def _excludes(question: str, other: str, candidate: Candidate, span: Span) -> bool:
    """Whether another sentence gives another value for what the words of a sentence give.

    One of another time than the question's does not.
    """
    if other == candidate.text or of_another_time(question, other):
        return False
    start, end = _within(candidate, span)
    shown = [q for q in quantities(candidate.text) if q.span[0] < end and start < q.span[1]]
    return any(
        value.comparable(one) and value.excludes(one)
        for value in quantities(other)
        for one in shown
    )


def _fits(question: str, candidate: Candidate, found: Sequence[Candidate]) -> bool:
    """Whether nothing speaks against it that a sentence answers the question.

    It is no question for yes or no, nor for one of two things, the sentence denies something where
    the question does, it is of no other section or time, and its document speaks of all names and
    figures of the question; a long one may name other sources too.
    """
    passage = candidate.hit.passage
    return (
        not asks_whether(asked_alone(question))
        and sides_asked(question) is None
        and not (denies(question) and not denies(candidate.text))
        and not of_another_time(question, told(passage, candidate.span))
        and not candidate.elsewhere
        and (
            len(question.split()) > LONGEST_READ
            or identifiers(question) <= _mentioned(passage.document, found)
        )
    )


def _mentioned(document: str, found: Sequence[Candidate]) -> set[str]:
    """The words of a document, as far as it was found."""
    own = [c.hit.passage for c in found if c.hit.passage.document == document]
    texts = {f"{document} {p.title} {p.date or ''} {p.in_place}" for p in own}
    return {word for text in texts for word in stems(text)}
