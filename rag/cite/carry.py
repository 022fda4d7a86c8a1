"""Whether one sentence carries a claim: only licensed edits lead from the one to the other.

The claim must be found in the sentence, in its order, token by token; what it leaves out must be of
a kind that can be left out without changing what the rest says. Everything else fails closed.
"""

from rag.cite.grammar import CONCLUDING, CONNECTIVES
from rag.cite.lemma import is_participle, is_past
from rag.cite.match import Matches
from rag.cite.omission import Gaps
from rag.cite.passives import agentless, is_whole
from rag.cite.readings import readings
from rag.cite.shape import Tokens, fronted, is_barrier, is_boundary, without_times
from rag.cite.verbs import auxiliary, finite_verb

_LONGEST = 160  # tokens; a "sentence" of more is a table or a list


def carries(claim: Tokens, source: Tokens) -> bool:
    """Whether the source says all that the claim says, of the same things in the same roles."""
    if not claim or len(claim) > _LONGEST or len(source) > _LONGEST:
        return False
    joins = claim[0].text in CONNECTIVES - CONCLUDING and claim[0].text != source[0].text
    if len(claim) > 1 and joins:
        claim = claim[1:]
    said = frozenset[str]().union(*(token.says for token in source))
    if not all(token.own & said or token.text == "by" or token.kind == "be" for token in claim):
        return False
    sources = readings(source, parts=True)
    return any(
        _aligned(c, s) or _carries_moved(c, s) for c in readings(claim) for s in sources
    ) or any(_carries_agentless(claim, s) for s in sources)


def _carries_moved(claim: Tokens, source: Tokens) -> bool:
    """As ``_aligned``, with times and a fronted phrase standing elsewhere in the main clause."""
    if pair := _without_fronted(claim, source):
        if _aligned(*pair) or _carries_timeless(*pair):
            return True
    elif (pair := _without_fronted(source, claim, widely=True)) and _aligned(pair[1], pair[0]):
        return True
    return _carries_timeless(claim, source)


def _carries_timeless(claim: Tokens, source: Tokens) -> bool:
    rest, times = without_times(claim)
    source_rest, source_times = without_times(source)
    if len(source_times) != 1 or len(times) > 1:  # which time is whose would not be plain
        return False
    if not times and not Gaps(claim, source).may_go_untimed():
        return False
    held = all(any(_same(time, other) for other in source_times) for time in times)
    return held and bool(rest) and bool(source_rest) and _aligned(rest, source_rest)


def _without_fronted(
    moved: Tokens, other: Tokens, *, widely: bool = False
) -> tuple[Tokens, Tokens] | None:
    """Both without the phrase put first in ``moved``, where it stands in ``other`` as well.

    A source that puts it first says it of all its verbs: ``widely``.
    """
    length = fronted(moved)
    if not length or length == len(moved):
        return None
    phrase = moved[:length]
    for i in range(1, len(other) - length + 1):
        if _same(phrase, other[i : i + length]) and is_boundary(other, i + length):
            return moved[length:], other[:i] + other[i + length :]
        joins = widely and other[i].text == "and"
        if (is_barrier(other, i) and not joins) or "," in other[i].mark:
            return None
    return None


def _same(left: Tokens, right: Tokens) -> bool:
    return len(left) == len(right) and all(
        a.own & b.says or b.own & a.says for a, b in zip(left, right, strict=True)
    )


def _aligned(claim: Tokens, source: Tokens) -> bool:
    """Whether a claim lies in a source, in its order, with gaps that may each be left out."""
    gaps, matches = Gaps(claim, source), Matches(claim, source)
    reached = {j for j in matches.places(0) if gaps.may_lead(j)}
    for i in range(1, len(claim)):
        places = matches.places(i)
        reached = {j for j in places for k in reached if k < j and gaps.may_part(k, j)}
        if not reached:
            return False
    return any(gaps.may_trail(j + 1) for j in reached)


def _carries_agentless(claim: Tokens, source: Tokens) -> bool:
    """Whether ``A was arrested`` follows from ``The police arrested A``."""
    undone = agentless(claim)
    verb = finite_verb(source)
    if not undone or verb < 1 or not undone[0].own & source[verb].own:
        return False
    done, agent = source[verb], source[:verb]
    plain = done.kind != "be" and is_past(done.text) and auxiliary(done) != "did"
    if not plain or is_barrier(source, verb):
        return False
    return is_whole(agent) and is_participle(undone[0].text) and _aligned(undone, source[verb:])
