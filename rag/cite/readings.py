"""The ways to read one sentence that say the same: passive as active, the speaker put first."""

from collections.abc import Iterator
from dataclasses import replace

from rag.cite.clauses import asserted_clauses, clauses, relative_clause, second_verbs
from rag.cite.grammar import (
    COORDINATORS,
    OTHER_PREPOSITIONS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    SAYING,
    SUBORDINATORS,
)
from rag.cite.lemma import is_participle
from rag.cite.shape import Tokens, fronted, is_barrier, is_report, time_end
from rag.cite.verbs import finite_verb

_BACKSHIFTED = {
    "was": frozenset(["be:present"]), "were": frozenset(["be:present"]),
    "would": frozenset(["will"]), "could": frozenset(["can"]),
}  # fmt: skip


def readings(tokens: Tokens, *, parts: bool = False) -> list[Tokens]:
    """The sentence as it stands, then as it reads with the speaker first, then active.

    With ``parts``, for a source, also each of its clauses, and what it says of its subject in a
    second verb and in a relative clause.
    """
    found = [tokens]
    if inverted := _speaker_first(tokens):
        found.append(inverted)
    if not parts:
        found = [_as_said(reading) for reading in found]
    else:
        found += clauses(tokens)
        found += [
            part for clause in found for part in (*second_verbs(clause), *relative_clause(clause))
        ]
        found += asserted_clauses(tokens)
    return found + [active for reading in found for active in _active(reading)]


def _speaker_first(tokens: Tokens) -> Tokens | None:
    """``CONTENT, SPEAKER said`` or ``CONTENT, said SPEAKER`` as ``SPEAKER said CONTENT``."""
    for i in _marked(tokens):
        if tokens[i].own & SAYING:
            verb, first = i, i + 1
            end = next((j for j in range(first, len(tokens)) if tokens[j].mark), len(tokens))
            speaker = tokens[first:end]
        else:
            found = (j for j in range(i + 1, min(i + 7, len(tokens))) if tokens[j].own & SAYING)
            verb = next(found, -1)
            if verb < 0 or any(token.mark for token in tokens[i + 1 : verb + 1]):
                continue
            end = time_end(tokens, verb + 1) if verb + 1 < len(tokens) else verb + 1
            if end < len(tokens) and not tokens[end].mark:
                continue
            speaker = tokens[i:verb]
        first_word = speaker[0].text if speaker else ""
        if (
            not speaker
            or len(speaker) > 8
            or first_word in COORDINATORS | RELATIVES | SUBORDINATORS
        ):
            continue
        said = replace(tokens[verb], mark="", free="")
        content = (replace(tokens[0], mark=":"), *tokens[1:i])
        when = tokens[verb + 1 : end] if verb > i else ()
        return (replace(speaker[0], mark=""), *speaker[1:], said, *when, *content, *tokens[end:])
    return None


def _marked(tokens: Tokens) -> Iterator[int]:
    return (i for i in range(1, len(tokens)) if '"' in tokens[i].mark or "," in tokens[i].mark)


def _active(tokens: Tokens) -> Iterator[Tokens]:
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
        subject, done = tokens[start:be], (tokens[verb],)
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


def _as_said(tokens: Tokens) -> Tokens:
    """The sentence with what it reports in the tense of the saying: "said it was" for "is"."""
    start = next((i for i in range(len(tokens)) if is_report(tokens, i)), len(tokens))
    return tokens[: start + 1] + tuple(
        replace(token, own=token.own | _BACKSHIFTED.get(token.text, frozenset()))
        for token in tokens[start + 1 :]
    )
