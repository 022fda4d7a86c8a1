"""The ways to read one sentence that say the same: passive as active, the speaker put first."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.cite.grammar import (
    CONDITIONS,
    COORDINATORS,
    OTHER_PREPOSITIONS,
    PREPOSITIONS,
    PRONOUNS,
    RELATIVES,
    REPORTING,
    SAYING,
    SUBORDINATORS,
    TIME_NOUNS,
    WEEKDAYS,
)
from rag.cite.lemma import is_participle
from rag.cite.tokens import Token

Tokens = tuple[Token, ...]
_INTO_TIME = frozenset("on in at during since until by".split())  # noqa: SIM905
_OF_TIME = frozenset(
    "last next this early late previous following second third fourth same earlier later".split()  # noqa: SIM905
)


def readings(tokens: Tokens) -> list[Tokens]:
    """The sentence as it stands, then as it reads with the speaker first, then active."""
    found = [tokens]
    if inverted := _speaker_first(tokens):
        found.append(inverted)
    return found + [active for reading in found for active in _active(reading)]


def is_barrier(tokens: Sequence[Token], i: int) -> bool:
    """Whether another clause may begin at ``i``, so that nothing is moved over it."""
    token = tokens[i]
    if token.text == "and" and 0 < i < len(tokens) - 1:
        return not (tokens[i - 1].kind == "name" and tokens[i + 1].kind == "name")
    return (
        bool(token.own & REPORTING)
        or token.text in SUBORDINATORS | RELATIVES | COORDINATORS | CONDITIONS
        or "that" in token.free
        or ";" in token.mark
    )


def is_boundary(tokens: Sequence[Token], i: int) -> bool:
    """Whether a phrase has ended before ``i``."""
    if i >= len(tokens) or tokens[i].mark:
        return True
    return tokens[i].text in PREPOSITIONS | SUBORDINATORS | COORDINATORS | {"to", "by", "as"}


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
        more = at + 1 < len(tokens) and tokens[at + 1].kind == "date" and token.text in WEEKDAYS
        return at + 1 + more
    year = token.kind == "number" and token.text.isdigit() and 1000 <= int(token.text) <= 2100
    if year and began > i and at == began:
        return at + 1
    if token.own & TIME_NOUNS and (at > began or (began > i and "the" in token.free)):
        return at + 1
    return i


def fronted(tokens: Tokens) -> int:
    """How many tokens a phrase put first, with a comma behind it, has; 0 if there is none."""
    if not tokens or tokens[0].text not in PREPOSITIONS | SUBORDINATORS | {"according", "as"}:
        return 0
    return next((i for i, token in enumerate(tokens) if i and "," in token.mark), 0)


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
            end = verb + 1
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
        return (replace(speaker[0], mark=""), *speaker[1:], said, *content, *tokens[end:])
    return None


def _marked(tokens: Tokens) -> Iterator[int]:
    return (i for i in range(1, len(tokens)) if '"' in tokens[i].mark or "," in tokens[i].mark)


def _active(tokens: Tokens) -> Iterator[Tokens]:
    """``A was paused by B`` as ``B paused A``; nothing where it is not plain who did it."""
    for be, token in enumerate(tokens):
        if token.kind != "be" or be == 0:
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
        if tokens[i].mark or tokens[i].text in stops or is_barrier(tokens, i):
            yield i
            if tokens[i].text != "of":
                return
    yield len(tokens)
