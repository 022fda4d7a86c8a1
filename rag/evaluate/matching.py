"""SQuAD's rules: what a text holds, and how near a prediction comes to a gold answer.

After the official evaluation script of SQuAD 2.0 (Rajpurkar et al. 2018); beyond it, typographic
quotes and dashes count as punctuation too, and each ideograph is a word.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = set(string.punctuation) | set("‘’‚‛“”„‟′″«»‹›‐‑‒–−…¿¡")
_BREAK = re.compile("[—―]")  # set without blanks between words, so it parts them
_IDEOGRAPH = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")


def normalise(text: str) -> str:
    """Lower case, no punctuation, no articles, single blanks."""
    text = _BREAK.sub(" ", unicodedata.normalize("NFC", text).lower())
    text = "".join(c for c in text if c not in _PUNCTUATION)
    text = _IDEOGRAPH.sub(r" \1 ", text)
    return " ".join(_ARTICLES.sub(" ", text).split())


def holds(text: str, alternatives: Sequence[str]) -> bool:
    """Whether any of the alternatives is in the text as whole tokens; an empty one never is."""
    padded = f" {normalise(text)} "
    wanted = (normalise(alternative) for alternative in alternatives)
    return any(f" {alternative} " in padded for alternative in wanted if alternative)


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1 if the prediction is one of the gold answers; no answer at all is the answer ""."""
    return float(any(normalise(prediction) == normalise(gold) for gold in answers or [""]))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """The best F1 of tokens over the gold answers; no answer at all is the answer ""."""
    return max(_f1(normalise(prediction), normalise(gold)) for gold in answers or [""])


def _f1(prediction: str, gold: str) -> float:
    ours, theirs = prediction.split(), gold.split()
    if not ours or not theirs:  # no answer counts only against no answer
        return float(ours == theirs)
    shared = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * shared / (len(ours) + len(theirs))
