"""The clauses of a sentence, each as a sentence of its own."""

from collections.abc import Iterator
from dataclasses import replace

from rag.cite.grammar import (
    CONCESSIVE,
    CONDITIONS,
    DOUBTS,
    NEGATIONS,
    PREPOSITIONS,
    REPORTING,
    SUBORDINATORS,
)
from rag.cite.lemma import is_participle
from rag.cite.names import is_region
from rag.cite.runs import is_framed
from rag.cite.shape import OPENERS, Tokens, fronted, is_barrier, is_report
from rag.cite.tokens import Token
from rag.cite.verbs import (
    MODALS,
    Tells,
    auxiliary,
    determined,
    finite_verb,
    is_finite,
    seems_to_have_verb,
    tells,
)

_ASSERTING = frozenset(["although", "though", "while", "whereas", "because", "since", "after"])
_WAS = Token("was", "be", frozenset(["be:past"]), frozenset(["be:past", "be:present"]))


def clauses(tokens: Tokens) -> list[Tokens]:
    """The clauses that are joined by semicolons, or by a comma and "and" or "but"."""
    if is_framed(tokens) or any(
        is_report(tokens, i) or token.text in CONDITIONS | {"not"} and i < 2
        for i, token in enumerate(tokens)
    ):
        return []
    cuts = [
        i
        for i, token in enumerate(tokens)
        if i and (";" in token.mark or (token.text in ("and", "but") and "," in token.mark))
    ]
    found = [tokens[a:b] for a, b in zip([0, *cuts], [*cuts, len(tokens)], strict=True)]
    found = [clause[1:] if clause[0].text in ("and", "but") else clause for clause in found]
    if len(found) < 2 or not all(map(seems_to_have_verb, found)):
        return []
    return [(replace(clause[0], mark=""), *clause[1:]) for clause in found]


def asserted_clauses(tokens: Tokens) -> Iterator[Tokens]:
    """``Although A came, B left because C called`` as ``A came`` and ``C called``."""
    if is_framed(tokens):
        return
    for i, token in enumerate(tokens):
        if is_report(tokens, i) or token.text in CONDITIONS | NEGATIONS:
            return
        if token.text in _ASSERTING and finite_verb(tokens[i + 1 :]) > 0:
            rest = tokens[i + 1 :]
            end = next((j for j, other in enumerate(rest) if j and "," in other.mark), len(rest))
            clause, main = (rest, tokens[:i]) if i else (rest[:end], rest[end:])
            if _is_fact(token, main, leads=not i):
                yield (replace(clause[0], mark=""), *clause[1:])


def _is_fact(joining: Token, main: Tokens, *, leads: bool) -> bool:
    """Whether a clause behind a joining word is told as a fact beside what the main clause says.

    What may have failed because a valve stuck, does not tell that it stuck; what is paid after
    the keys are returned, not that they are.
    """
    if joining.text in CONCESSIVE and joining.text != "while":
        return True
    if any(token.text in MODALS | DOUBTS for token in main):
        return False
    contrasts = joining.text == "while" and (leads or "," in joining.mark)
    timed = joining.text in ("after", "since", "while") and not contrasts
    return not timed or tells(main) is not Tells.RULE


def second_verbs(tokens: Tokens) -> Iterator[Tokens]:
    """``A came and saw B`` as ``A saw B``."""
    start = fronted(tokens)
    verb = start + finite_verb(tokens[start:])
    if verb <= start or (not start and tokens[0].text in PREPOSITIONS | SUBORDINATORS):
        return
    subject = tokens[start:verb]
    none = any(token.text in NEGATIONS | {"only", "few"} for token in subject)
    if none or any(token.mark for token in subject[1:]):
        return
    if any(is_barrier(tokens, i) for i in range(start, verb + 1)):
        return
    for i in range(verb + 2, len(tokens) - 1):
        if tokens[i].text in ("and", "but") and _is_second(tokens, verb, i):
            yield (*tokens[:start], *subject, replace(tokens[i + 1], mark=""), *tokens[i + 2 :])
            return
        if is_barrier(tokens, i) and tokens[i].text != "and":
            return


def _is_second(tokens: Tokens, first: int, i: int) -> bool:
    """Whether the token behind the "and" at ``i`` is a verb of the same subject as the first."""
    following = tokens[i + 1]
    if following.mark or not is_finite(tokens, i + 1) or following.text in ("be", "been", "being"):
        return False
    if following.kind == "be" or auxiliary(following) or following.text in MODALS:
        return True
    if tokens[first].text in MODALS and not following.text.endswith("s"):
        return False
    if any(token.text in NEGATIONS for token in tokens[first:i]):
        return False
    if not is_participle(following.text):
        return True
    if tokens[first].kind == "word" and any(_describes(t) for t in tokens[first + 1 : i]):
        return False
    shared = tokens[first].kind == "be" or auxiliary(tokens[first])
    describes = determined(tokens[i - 1]) and not tokens[i].mark
    return not shared and not describes


def _describes(token: Token) -> bool:
    """Whether a participle may describe the noun before it: "mines closed in 1990 and reopened"."""
    return token.kind == "word" and is_participle(token.text) and not (token.free or token.mark)


def relative_clause(tokens: Tokens) -> Iterator[Tokens]:
    """``A, who came, saw B`` as ``A came``, ``A, built in May, ...`` as ``A was built in May``."""
    at = next((i for i, token in enumerate(tokens) if i and token.mark), 0)
    subject = tokens[:at]
    if not at or "," not in tokens[at].mark or finite_verb(subject) >= 0:
        return
    if subject[0].text in PREPOSITIONS | SUBORDINATORS | OPENERS:
        return
    end = next((i for i in range(at + 1, len(tokens)) if tokens[i].mark), len(tokens))
    first = tokens[at]
    if all(token.kind == "name" for token in tokens[at:end]) and end < len(tokens):
        if is_finite(tokens, end) and not is_region(tokens, at, end):  # "The mayor, Ann Lee, left"
            yield (replace(first, mark=""), *tokens[at + 1 :])
    elif first.text in ("who", "which") and at + 1 < end and is_finite(tokens, at + 1):
        yield (*subject, *tokens[at + 1 : end])
    elif is_participle(first.text) and not (first.free or first.own & REPORTING):
        yield (*subject, _WAS, replace(first, mark=""), *tokens[at + 1 : end])
