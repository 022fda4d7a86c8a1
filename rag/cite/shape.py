"""Where the phrases and clauses of a sentence begin and end."""

from collections.abc import Sequence

from rag.cite.grammar import (
    CONDITIONS,
    COORDINATORS,
    PREPOSITIONS,
    RELATIVES,
    REPORTING,
    SUBORDINATORS,
    TIME_NOUNS,
    WEEKDAYS,
)
from rag.cite.tokens import Token
from rag.cite.verbs import is_finite

Tokens = tuple[Token, ...]
OPENERS = frozenset(["according", "as", "if", "unless", "when", "once", "unlike", "to"])
_SELDOM_REPORTING = frozenset(
    "add find show call state report promise write note propose describe record expect".split()
)
_INTO_TIME = frozenset("on in at during since until by".split())
_OF_TIME = frozenset(
    "last next this early late previous following second third fourth same earlier later".split()
)


def is_report(tokens: Sequence[Token], i: int) -> bool:
    """Whether a token reports what is said; verbs like "add" do if what is said stands behind."""
    if not tokens[i].own & REPORTING:
        return False
    if not tokens[i].own & _SELDOM_REPORTING or i + 1 == len(tokens) or tokens[i + 1].mark:
        return True
    for j in range(i + 1, len(tokens)):
        if '"' in tokens[j].mark or ":" in tokens[j].mark or "that" in tokens[j].free:
            return True
        if tokens[j].mark or tokens[j].text in SUBORDINATORS | RELATIVES | CONDITIONS:
            return False
        if is_finite(tuple(tokens), j):
            return True
    return False


def is_barrier(tokens: Sequence[Token], i: int) -> bool:
    """Whether another clause may begin at ``i``, so that nothing is moved over it."""
    token = tokens[i]
    if token.text == "and" and 0 < i < len(tokens) - 1:
        return not (tokens[i - 1].kind == "name" and tokens[i + 1].kind == "name")
    return (
        is_report(tokens, i)
        or token.text in SUBORDINATORS | RELATIVES | COORDINATORS | CONDITIONS
        or "that" in token.free
        or ";" in token.mark
    )


def is_boundary(tokens: Sequence[Token], i: int) -> bool:
    """Whether a phrase has ended before ``i``."""
    if i >= len(tokens) or tokens[i].mark:
        return True
    return tokens[i].text in PREPOSITIONS | SUBORDINATORS | COORDINATORS | {"to", "by", "as"}


def fronted(tokens: Tokens) -> int:
    """How many tokens a phrase put first has; 0 if no comma shows its end, nor is it a time."""
    if not tokens:
        return 0
    if tokens[0].text in PREPOSITIONS | SUBORDINATORS | OPENERS:
        comma = next((i for i, token in enumerate(tokens) if i and "," in token.mark), 0)
        return comma or time_end(tokens, 0)
    return 0


def time_end(tokens: Sequence[Token], i: int) -> int:
    """Where the time phrase that begins at ``i`` ends; ``i`` if none does."""
    at = i + 1 if tokens[i].text in _INTO_TIME else i
    began = at
    while at < len(tokens) and at < began + 3 and tokens[at].text in _OF_TIME:
        at += 1
    if at >= len(tokens) or (at > began and tokens[at].mark):
        return i
    token = tokens[at]
    if token.kind == "date" or token.text in WEEKDAYS:
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        dated = following is not None and (
            following.kind == "date" or (not following.mark and bool(following.own & TIME_NOUNS))
        )
        return at + 1 + (dated and token.text in WEEKDAYS)
    year = token.kind == "number" and token.text.isdigit() and 1000 <= int(token.text) <= 2100
    if year and began > i and at == began:
        return at + 1
    if token.own & TIME_NOUNS and (at > began or (began > i and "the" in token.free)):
        return at + 1
    return i


def without_times(tokens: Tokens) -> tuple[Tokens, list[Tokens]]:
    """The sentence without the times of its main clause, and these."""
    rest: list[Token] = []
    times: list[Tokens] = []
    i = 0
    while i < len(tokens):
        if rest and (is_barrier(tokens, i) or "," in tokens[i].mark):
            return (*rest, *tokens[i:]), times
        end = time_end(tokens, i)
        if end > i:
            phrase = tokens[i:end]
            times.append(phrase[1:] if phrase[0].text == "on" else phrase)
            i = end
        else:
            rest.append(tokens[i])
            i += 1
    return tuple(rest), times
