"""The ways to read one sentence that say the same: passive as active, the speaker put first."""

from collections.abc import Iterator
from dataclasses import replace

from rag.cite.clauses import asserted_clauses, clauses, relative_clause, second_verbs
from rag.cite.grammar import COORDINATORS, RELATIVES, SAYING, SUBORDINATORS
from rag.cite.passives import active
from rag.cite.shape import Tokens, is_report, time_end

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
    return found + [turned for reading in found for turned in active(reading)]


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


def _as_said(tokens: Tokens) -> Tokens:
    """The sentence with what it reports in the tense of the saying: "said it was" for "is"."""
    start = next((i for i in range(len(tokens)) if is_report(tokens, i)), len(tokens))
    return tokens[: start + 1] + tuple(
        replace(token, own=token.own | _BACKSHIFTED.get(token.text, frozenset()))
        for token in tokens[start + 1 :]
    )
