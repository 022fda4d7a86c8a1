"""The sentences that answer -> an Answer that quotes them, each with a citation of its own."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.asked import is_open, may_be, short_answer
from rag.beside import is_item, states
from rag.choose import choose, contradicting, in_time, short_cell, undisputed
from rag.datatypes import Answer, Citation, Hit, Sentence, ShortAnswer, Span, Status
from rag.extract import Candidate
from rag.tables import in_table

SOURCES_DISAGREE = "The sources disagree:"
NOT_SAID = "The documents do not say:"
_POINTED_AT = -5.0  # the margin from which on words are shown; the whole sentence is quoted anyway
_LIKELY = 0.5  # answerability; what hardly answers is no disagreement about the answer
_MARKER = re.compile(r"\[(\d+)\]")
_ENDS = re.compile(r"[.!?…。！？][\W_]*$")


def answered(
    draft: Answer,
    found: Sequence[Candidate],
    each: Sequence[tuple[str, Sequence[Candidate]]] = (),
    missing: Sequence[str] = (),
) -> Answer:
    """The sentences that answer in the order of time; where others contradict them, both sides.

    ``found`` are the candidates for the question, ``each`` the questions in it with theirs, and
    ``missing`` those of them that the documents do not answer.
    """
    parts = [own for _, own in each]
    chosen = choose(draft.query, found, each)
    likely = draft.answerability is None or draft.answerability >= _LIKELY
    disagreements = [
        in_time(sides)
        for question, ranked in each or [(draft.query, found)]
        for sides in (contradicting(question, chosen, ranked) if likely else ())
    ]
    rivals = list({c.place: c for sides in disagreements for c in sides}.values())
    if rivals:
        told = in_time(undisputed(parts, rivals))
        quotes = [(c.hit, c.span) for c in (*told, *rivals)]
        answer = quoted(draft, quotes, SOURCES_DISAGREE, "conflicting", len(told))
    else:
        quotes = [(c.hit, c.span) for c in in_time(chosen)]
        answer = quoted(draft, quotes, "", "partial" if missing else "answered")
        answer = replace(answer, short=_short(draft.query, found[0], answer.citations))
    asked = (_MARKER.sub(r"(\1)", part) for part in missing)  # what looks like one cites nothing
    text = "\n".join([answer.text, *(f"{NOT_SAID} {part}" for part in asked)])
    return replace(answer, text=text)


def _short(question: str, best: Candidate, citations: Sequence[Citation]) -> ShortAnswer | None:
    """The few words of the best sentence that answer, where they can be told."""
    place = (best.hit.passage.document, *best.span)
    cited = [c.id for c in citations if (c.document, c.start, c.end) == place]
    if not states(best.text) or is_open(question):
        return None
    row = in_table(best.text)
    span = short_cell(question, best) if row else _pointed_at(question, best)
    if span is None or not cited:
        return None
    words = best.hit.passage.quote(span)
    return ShortAnswer(
        words, cited[0], *span, sure=row or (best.read > 0 and may_be(question, words))
    )


def _pointed_at(question: str, best: Candidate) -> Span | None:
    """The words that the reader points at, or what the rules find around them."""
    read = best.reading
    span = read.span if read and read.margin > _POINTED_AT else None
    if told := short_answer(question, best.text):
        start, end = (best.span[0] + offset for offset in told)
        if read is None or (start <= read.span[0] and read.span[1] <= end):
            span = start, end  # "about 225 trucks" where the reader points at "225"
    return span


def quoted(
    draft: Answer, quotes: Sequence[tuple[Hit, Span]], opening: str, status: Status, before: int = 0
) -> Answer:
    """An answer that quotes whole sentences, each with a citation of its own.

    The ``opening`` introduces those that follow the first ``before``.
    """
    sentences: list[Sentence] = []
    citations, texts = [], []  # one text a quote
    for number, (hit, span) in enumerate(quotes, start=1):
        quote = hit.passage.quote(span)
        # An item, a heading, a row or a line of code is no part of a paragraph.
        near = (quote, *(sentence.text for sentence in sentences[-1:]))
        apart = (opening and number > before) or any(
            is_item(text) or not _ENDS.search(text) for text in near
        )
        citations.append(Citation.of(number, hit, span))
        sentences.append(Sentence(quote, (number,), "quoted"))
        between = "\n" if apart else " "
        texts.append(f"{between}{' '.join(quote.split())} [{number}]")
    texts.insert(before, f"\n{opening}")
    text = "".join(texts).strip()
    return replace(
        draft,
        complete=True,
        status=status,
        text=text,
        sentences=tuple(sentences),
        citations=tuple(citations),
    )
