"""Law 3: what an LLM's reply says, held against the sentences of the passages it cites.

::

    reply.py     a raw reply -> its sentences and the markers of each
    check.py     a sentence + the passages it cites -> how well they support it, and where
    carry.py     whether one sentence carries a claim: only licensed edits lead from it to the claim
    match.py     whether one token carries another: the same word, as many, in the same time
    omission.py  what a claim may leave out of a sentence without saying something else
    asides.py    what is set off by a comma or brackets: whether it only adds
    scope.py     what a claim tells, and whether a phrase of its source narrows that
    names.py     what belongs to a name: first names, titles, places
    runs.py      what a run of tokens is: a phrase, a condition, a denial, a report
    readings.py  ways to read a sentence that say the same: the speaker first, its clauses
    passives.py  passives, read as active
    clauses.py   the clauses of a sentence, each as a sentence of its own
    shape.py     where the phrases and clauses of a sentence begin and end
    verbs.py     the finite verb, and whether it tells an event, a state or a rule
    tokens.py    a sentence -> words by lemma, names, numbers and dates
    figures.py   numbers and dates as they are written, brought to one form each
    lemma.py     the lemmas that a word form may belong to
    grammar.py   the small words of English, by what they may do to a claim

Measured (tests/test_cite.py) on pairs and sentences when they were first seen, before anything was
mended for them: of five sets of 397 unsupported pairs written by hand one was verified ("generally"
left out), of their 217 supported ones that are no paraphrases 63%, which is 88% now; of 281 that
were written against the rules 126 were, none is now; of 10,066 changed sentences of the last two
draws four were, none with another number, unit, date, name, negation or role (of 7,075: at most
0.05%).

How a sentence is marked: ``quoted``, it is a sentence of a cited passage word for word;
``verified``, law 3 holds; ``weak``, plausible; ``unsupported``, it has no valid marker, or what it
cites does not say it. An unsupported sentence keeps a citation of the sentence nearest to it in
each passage that its markers name: they show where the LLM pointed, ``support`` says that it does
not hold. A sentence that is quoted or verified keeps only the citations that carry it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.cite.check import Finding, check
from rag.cite.reply import marked_numbers, read_growing, read_pieces, tells_missing
from rag.clean import as_shown, clean_text
from rag.datatypes import NOT_IN_DOCUMENTS, Citation, Hit, Sentence, Span

__all__ = ["CheckedReply", "read_pieces", "read_reply"]


@dataclass(frozen=True, slots=True)
class CheckedReply:
    """A reply with its sentences checked.

    ``text`` has ``[n]`` markers: n is the id of a citation, numbered by first use. ``abstained``:
    the reply only says that the documents do not say, or ``strict`` left nothing of it;
    ``partial``: it says so of a part of what was asked. ``invalid_markers`` counts the markers
    that named no passage.
    """

    text: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    abstained: bool
    partial: bool = False
    invalid_markers: int = 0


def read_reply(
    reply: str, hits: Sequence[Hit], *, question: str = "", finished: bool, strict: bool = False
) -> CheckedReply:
    """Checks a reply, or the beginning of one, against the passages its markers name (by rank).

    While it is not ``finished``, what stands behind its last complete sentence is shown but not
    checked, so that no verdict is ever taken back. ``strict`` drops what is neither quoted nor
    verified. Markers that name no passage are left out; nothing in a reply raises.
    """
    reply = clean_text(reply)
    pieces, tail = (read_pieces(reply), "") if finished else read_growing(reply)
    book = _Citations(hits)
    invalid = sum(not book.cited([number]) for number in marked_numbers(reply))
    sentences, parts, missing = [], [], False
    for piece in pieces:
        if tells_missing(piece.text, question):
            missing = True
            parts.append(piece.lead + piece.text)
            continue
        if not piece.claims:
            if not strict:
                parts.append(piece.lead + piece.text)
            continue
        finding = check(piece.text, book.passages, book.cited(piece.numbers))
        if strict and finding.support not in ("quoted", "verified"):
            continue
        ids = book.cite(finding)
        sentences.append(Sentence(finding.text, ids, finding.support))
        shown = as_shown(finding.text, finding.support)
        parts.append(
            piece.lead + " ".join([shown, *(["".join(f"[{n}]" for n in ids)] if ids else [])])
        )
    if finished and not sentences and (strict or missing):
        return CheckedReply(NOT_IN_DOCUMENTS, (), (), True, invalid_markers=invalid)
    text = "".join([*parts, "" if strict else tail]).strip()
    citations = tuple(book.citations)
    return CheckedReply(text, tuple(sentences), citations, False, missing, invalid)


class _Citations:
    """Numbers the cited spans of one reply by first use."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._hits = tuple(hits)
        self.passages = tuple(hit.passage for hit in hits)
        self.citations: list[Citation] = []
        self._ids: dict[tuple[str, Span], int] = {}

    def cited(self, numbers: Sequence[int]) -> tuple[int, ...]:
        """Where in ``passages`` those are that the numbers of markers name."""
        at = {hit.rank: i for i, hit in enumerate(self._hits)}
        return tuple(at[n] for n in numbers if n in at)

    def cite(self, finding: Finding) -> tuple[int, ...]:
        """The ids of the spans of a finding."""
        return tuple(dict.fromkeys(self._cite(self._hits[i], span) for i, span in finding.spans))

    def _cite(self, hit: Hit, span: Span) -> int:
        key = (hit.passage.document, span)
        if key not in self._ids:
            self._ids[key] = len(self.citations) + 1
            self.citations.append(Citation.of(self._ids[key], hit, span))
        return self._ids[key]
