"""What a question denies, and whether a sentence affirms it."""

import re

from rag.asked import asks_whether, kind_asked
from rag.datatypes import Span
from rag.words import stems

_DENIES = re.compile(
    r"\b(?:cannot|neither|never|no|nobody|none|nor|(?<!or )not|nothing|without)\b|n['’]t\b", re.I
)
_LEAVES_OUT = re.compile(
    r"\b(?:only|hardly|rarely|unless|instead|rather|extra|separately|(?:except|exclu|exempt|forbid|prohibit|refus|"
    r"reject|lack|fail)\w*|un(?!der|i|til)\w+|bans?|banned|den(?:y|ies|ied))\b",
    re.I,
)
_BETWEEN_CLAUSES = re.compile(r"[,;:]\s|\s(?:and|but|while)\s")
_WHERE = re.compile(r"\bwhere\b", re.I)
_DENIED = re.compile(
    r"(?:\b(?<!or )(?:cannot|can not|never|not(?! only\b))|n['’]t)\s((?:[\w'’-]+\s*){1,4})", re.I
)


def denies(text: str) -> bool:
    """Whether a text says that something is not so."""
    return bool(_DENIES.search(text))


def leaves_out(text: str) -> bool:
    """Whether a text denies something, or tells of what is no part of it: but this, only, extra."""
    return denies(text) or bool(_LEAVES_OUT.search(text))


def affirms(question: str, sentence: str) -> bool:
    """Whether a sentence says only that what a question denies is so.

    "Tea is included" does not answer what is not included. When or where a thing is not so can be
    told from when or where it is, and why it is not so from much else.
    """
    if kind_asked(question) in ("time", "reason") or _WHERE.search(question):
        return False
    word = _denied(question) if not asks_whether(question) else None
    return word in stems(sentence) and not leaves_out(sentence)


def denied_of(question: str, sentence: str, span: Span) -> bool:
    """Whether the clause around a span of a sentence denies what a question takes to be so.

    "Children cannot swim, members can" tells of children who cannot swim, not who can.
    """
    starts = [match.end() for match in _BETWEEN_CLAUSES.finditer(sentence, 0, span[0])]
    end = _BETWEEN_CLAUSES.search(sentence, span[1])
    clause = sentence[max(starts, default=0) : end.start() if end else len(sentence)]
    return not denies(question) and _denied(clause) in stems(question)


def _denied(text: str) -> str | None:
    """The stem of the word behind the first "not" of a text."""
    denied = _DENIED.search(text)
    return next(iter(stems(denied[1])), None) if denied else None
