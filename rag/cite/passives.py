"""Passives: read as active where they name who did it, found in an active sentence where not."""

from collections.abc import Iterator
from dataclasses import replace

from rag.cite.grammar import (
    CONDITIONS,
    DEGREES,
    NEGATIONS,
    OTHER_PREPOSITIONS,
    PARTS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    SUBORDINATORS,
)
from rag.cite.lemma import is_participle
from rag.cite.runs import is_plural
from rag.cite.shape import Tokens, fronted, is_barrier
from rag.cite.tokens import Token
from rag.cite.verbs import determined, finite_verb, indefinite


def active(tokens: Tokens) -> Iterator[Tokens]:
    """``A was paused by B`` as ``B paused A``; nothing where it is not plain who did it."""
    for be, token in enumerate(tokens):
        if token.kind != "be" or be == 0 or token.text == "being":
            continue
        start = fronted(tokens[:be])
        if any(is_barrier(tokens, j) for j in range(start, be)):
            return
        verb = be + 1
        if verb >= len(tokens) or tokens[verb].mark or not is_participle(tokens[verb].text):
            return
        by = next((j for j in range(verb + 1, len(tokens)) if tokens[j].text == "by"), -1)
        if by < 0 or by + 1 >= len(tokens):
            return
        if any(tokens[j].mark or is_barrier(tokens, j) for j in range(verb + 1, by + 1)):
            return
        subject, done = tokens[start:be], (replace(tokens[verb], free=_tense(token)),)
        for end in _phrase_ends(tokens, by + 1):
            agent = tokens[by + 1 : end]
            if agent[0].kind in ("number", "date") or agent[0].text in PRONOUNS:
                return
            rest = tokens[verb + 1 : by] + tokens[end:]
            yield (*tokens[:start], *agent, *done, *subject, *rest)
        return


def _phrase_ends(tokens: Tokens, start: int) -> Iterator[int]:
    """Where the phrase that begins at ``start`` may end: "by the king", "by the king of Spain"."""
    stops = PREPOSITIONS | SUBORDINATORS | RELATIVES | OTHER_PREPOSITIONS
    for i in range(start + 1, len(tokens)):
        if tokens[i].mark or is_barrier(tokens, i):
            yield i
            return
        if tokens[i].text in stops:
            yield i
    yield len(tokens)


def agentless(tokens: Tokens) -> Tokens:
    """``A was paused in May`` as ``paused A in May``; empty where that is no plain passive."""
    verb = finite_verb(tokens)
    if verb < 1 or verb + 1 >= len(tokens) or tokens[verb].text not in ("was", "were"):
        return ()
    subject, done = tokens[:verb], tokens[verb + 1]
    if done.mark or not is_participle(done.text) or any(token.mark for token in subject[1:]):
        return ()
    if any(is_barrier(subject, i) for i in range(len(subject))) or fronted(tokens):
        return ()
    return (replace(done, mark="", free=""), replace(subject[0], mark=""), *subject[1:],
            *tokens[verb + 2 :])  # fmt: skip


def _tense(be: Token) -> str:
    """What is kept of a passive's tense: "is owned by" owns now."""
    return be.text if "be:present" in be.own and "be:past" not in be.own else ""


def is_whole(agent: Tokens) -> bool:
    """Whether what an agent did was done: "the jury acquitted him", not "one juror", "almost".

    What some of a body do, the body may not do; and an adverb before the verb may take it back.
    """
    if any(_takes_part(token) or (i and token.mark) for i, token in enumerate(agent)):
        return False
    if any(is_barrier(agent, i) for i in range(len(agent))):
        return False
    first = agent[0]
    if any(token.text == "of" for token in agent) and not (
        determined(first) or first.kind == "name"
    ):
        return False
    alone = len(agent) == 1 or agent[1].kind == "name"
    return "the" in first.free.split() or first.kind == "name" or alone or is_plural(agent[-1])


def _takes_part(token: Token) -> bool:
    """Whether a word of an agent makes it some of many, none, or the doing of it less."""
    adverb = token.kind == "word" and token.text.endswith("ly")
    one = token.kind == "number" or indefinite(token)
    return adverb or one or token.text in NEGATIONS | CONDITIONS | DEGREES | PARTS
