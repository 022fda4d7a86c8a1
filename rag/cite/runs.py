"""What a run of tokens is: a phrase, an apposition, a condition, a denial, a report."""

import re

from rag.cite.figures import YEAR
from rag.cite.grammar import (
    CONDITIONS,
    COORDINATORS,
    FRAMES,
    FREE_ADVERBS,
    LIMITING,
    NEGATIONS,
    PLURALS,
    PREPOSITIONS,
    RELATIVES,
    REPORTING,
    SUBORDINATORS,
)
from rag.cite.lemma import is_participle
from rag.cite.shape import Tokens, fronted, time_end
from rag.cite.tokens import Token
from rag.cite.verbs import determined, finite_verb, has_verb


def is_passive(claim: Tokens) -> bool:
    """Whether a claim's verb is a passive: "was built"."""
    verb = finite_verb(claim)
    following = claim[verb + 1 : verb + 2]
    return claim[verb].kind == "be" and any(is_participle(token.text) for token in following)


def is_count(token: Token) -> bool:
    """Whether a number counts or measures: neither a year nor "a four-year contract"."""
    counts = token.kind == "number" and not determined(token)
    return counts and not re.fullmatch(YEAR, token.text)


def is_phrase(run: Tokens) -> bool:
    """Whether tokens are phrases opened by prepositions, with no clause among them."""
    return (
        run[0].text in PREPOSITIONS
        and not any(t.text in COORDINATORS | RELATIVES | SUBORDINATORS - PREPOSITIONS for t in run)
        and not has_verb(run)
    )


def is_adverb(token: Token) -> bool:
    """Whether an adverb says nothing that the sentence hangs on."""
    return token.text in FREE_ADVERBS


def is_apposition(run: Tokens) -> bool:
    """Whether what stands between two marks only adds to what is before it."""
    first = run[0]
    return (
        "(" in first.mark
        or "—" in first.mark
        or first.text in RELATIVES | PREPOSITIONS
        or first.text.endswith("ing")
        or determined(first)
        or first.kind == "name"
        or (first.kind == "number" and len(run) > 1 and bool(run[1].mark))
        or [token.kind for token in run] == ["number"]
        or (is_participle(first.text) and not first.free)
    )


def has_condition(run: Tokens) -> bool:
    """Whether tokens hold a condition or a doubt that the rest hangs on."""
    return any(
        token.kind != "date"
        and (
            (token.text in CONDITIONS and (token.text != "once" or has_verb(run[i + 1 :])))
            or token.text in ("according", "doubt")
            or (token.text == "least" and i + 1 < len(run) and run[i + 1].text in PREPOSITIONS)
        )
        for i, token in enumerate(run)
    )


def denies(run: Tokens) -> bool:
    """Whether tokens hold a negation."""
    return any(token.text in NEGATIONS for token in run)


def reports(run: Tokens) -> bool:
    """Whether tokens hold a verb of saying."""
    return any(token.own & REPORTING for token in run)


def is_framed(run: Tokens) -> bool:
    """Whether a phrase put first says in whose eyes, or in what story, the rest is so."""
    phrase = run[: fronted(run)]
    judged = bool(phrase) and phrase[0].text == "for" and not time_end(phrase, 0)
    return judged or any(token.own & (FRAMES | LIMITING) for token in phrase)


def is_plural(token: Token) -> bool:
    """Whether a noun, if a token is one, means several."""
    return token.kind == "word" and (token.text.endswith("s") or token.text in PLURALS)
