"""The sentences that answer -> an Answer that quotes them, each with a citation of its own."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.choose import choose, contradicting, in_time, undisputed
from rag.clean import flowing
from rag.datatypes import Answer, Citation, Hit, Sentence, Span, Status
from rag.extract import Candidate
from rag.marks import is_item, words_of
from rag.short import in_few_words

SOURCES_DISAGREE = "The sources disagree:"
NOT_SAID = "The documents do not say:"
_LIKELY = 0.5  # answerability; what hardly answers is no disagreement, and its words are not sure
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
        short = in_few_words(draft.query, found, answer.citations)
        answer = replace(answer, short=short and replace(short, sure=short.sure and likely))
    asked = (_MARKER.sub(r"(\1)", part) for part in missing)  # what looks like one cites nothing
    text = "\n".join([answer.text, *(f"{NOT_SAID} {part}" for part in asked)])
    return replace(answer, text=text)


def quoted(
    draft: Answer, quotes: Sequence[tuple[Hit, Span]], opening: str, status: Status, before: int = 0
) -> Answer:
    """An answer that quotes whole sentences, headings without their marks, each with a citation.

    The ``opening`` introduces those that follow the first ``before``.
    """
    sentences: list[Sentence] = []
    citations, texts = [], []  # one text a quote
    for number, (hit, sentence) in enumerate(quotes, start=1):
        span = words_of(hit.passage, sentence)
        quote = hit.passage.quote(span)
        # An item, a heading, a row or a line of code is no part of a paragraph.
        near = (quote, *(last.text for last in sentences[-1:]))
        apart = (opening and number > before) or any(
            is_item(text) or not _ENDS.search(text) for text in near
        )
        citations.append(Citation.of(number, hit, span))
        sentences.append(Sentence(quote, (number,), "quoted"))
        between = "\n" if apart else " "
        texts.append(f"{between}{flowing(quote)} [{number}]")
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
