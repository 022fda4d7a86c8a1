"""What a question denies, and whether a sentence affirms it."""

import re

from rag.asked import asks_whether, kind_asked
from rag.words import stems

_DENIES = re.compile(
    r"\b(?:cannot|neither|never|no|nobody|none|nor|(?<!or )not|nothing|without)\b|n['’]t\b", re.I
)
_LEAVES_OUT = re.compile(
    r"\b(?:only|hardly|rarely|unless|instead|rather|(?:except|exclu|exempt|forbid|prohibit|refus|"
    r"reject|lack|fail|un)\w*|bann?(?:ed|s)|den(?:y|ies|ied))\b",
    re.I,
)
_DENIED = re.compile(
    r"(?:\b(?<!or )(?:cannot|can not|never|not(?! only\b))|n['’]t)\s((?:[\w'’-]+\s*){1,4})", re.I
)


def denies(text: str) -> bool:
    """Whether a text says that something is not so."""
    return bool(_DENIES.search(text))


def affirms(question: str, sentence: str) -> bool:
    """Whether a sentence says only that what a question denies is so.

    "Tea is included" does not answer what is not included. When a thing is not so can be told from
    when it is, and why it is not so from much else.
    """
    denied = _DENIED.search(question)
    if not denied or asks_whether(question) or kind_asked(question) in ("time", "reason"):
        return False
    word = next(iter(stems(denied[1])), None)
    return word in stems(sentence) and not denies(sentence) and not _LEAVES_OUT.search(sentence)
