"""Whether one sentence carries a claim: only licensed edits lead from the one to the other.

The claim must be found in the sentence, in its order, token by token; what it leaves out must be of
a kind that can be left out without changing what the rest says. Everything else fails closed.
"""

from dataclasses import dataclass

from rag.cite.grammar import (
    CONDITIONS,
    CONNECTIVES,
    COORDINATORS,
    NAMED_KINDS,
    NEGATIONS,
    NO_SUPERLATIVE,
    NOT_ADVERBS,
    OTHER_PREPOSITIONS,
    PREPOSITIONS,
    PRIVATIVES,
    RELATIVES,
    REPORTING,
    SUBORDINATORS,
    TITLES,
    UNIVERSAL,
)
from rag.cite.lemma import PAST_FORMS
from rag.cite.readings import (
    Tokens,
    fronted,
    is_barrier,
    is_boundary,
    readings,
    time_end,
    without_times,
)
from rag.cite.tokens import Token

_LONGEST = 160  # tokens; a "sentence" of more is a table or a list
_FUSED = frozenset("between both either respectively neither".split())  # noqa: SIM905
_MODALS = frozenset("will would can could may might must shall should".split())  # noqa: SIM905


def carries(claim: Tokens, source: Tokens) -> bool:
    """Whether the source says all that the claim says, of the same things in the same roles."""
    if not claim or len(claim) > _LONGEST or len(source) > _LONGEST:
        return False
    if len(claim) > 1 and claim[0].text in CONNECTIVES and claim[0].text != source[0].text:
        claim = claim[1:]
    said = frozenset[str]().union(*(token.says for token in source))
    if not all(token.own & said or token.text == "by" or token.kind == "be" for token in claim):
        return False
    return any(
        _carries(c, s) or _carries_moved(c, s) for c in readings(claim) for s in readings(source)
    )


def _carries(claim: Tokens, source: Tokens) -> bool:
    return _Alignment(claim, source).holds()


def _carries_moved(claim: Tokens, source: Tokens) -> bool:
    """As ``_carries``, with times and a fronted phrase standing elsewhere in the main clause."""
    if pair := _without_fronted(claim, source):
        if _carries(*pair) or _carries_timeless(*pair):
            return True
    elif (pair := _without_fronted(source, claim)) and _carries(pair[1], pair[0]):
        return True
    return _carries_timeless(claim, source)


def _carries_timeless(claim: Tokens, source: Tokens) -> bool:
    rest, times = without_times(claim)
    source_rest, source_times = without_times(source)
    if len(source_times) != 1 or len(times) > 1:  # which time is whose would not be plain
        return False
    if is_strict(claim) and len(times) < len(source_times):
        return False
    held = all(any(_same(time, other) for other in source_times) for time in times)
    return held and bool(rest) and bool(source_rest) and _carries(rest, source_rest)


def _without_fronted(moved: Tokens, other: Tokens) -> tuple[Tokens, Tokens] | None:
    """Both without the phrase put first in ``moved``, where it stands in ``other`` as well."""
    length = fronted(moved)
    if not length or length == len(moved):
        return None
    phrase = moved[:length]
    for i in range(1, len(other) - length + 1):
        if _same(phrase, other[i : i + length]) and is_boundary(other, i + length):
            return moved[length:], other[:i] + other[i + length :]
        if is_barrier(other, i) or "," in other[i].mark:
            return None
    return None


def _same(left: Tokens, right: Tokens) -> bool:
    return len(left) == len(right) and all(
        a.own & b.says or b.own & a.says for a, b in zip(left, right, strict=True)
    )


def is_strict(claim: Tokens) -> bool:
    """Whether a claim speaks of none, all, only or the most, so that a narrower one differs."""
    return any(
        token.text in UNIVERSAL
        or (token.text.endswith("est") and len(token.text) > 4 and token.text not in NO_SUPERLATIVE)
        for token in claim
        if token.kind != "name"
    )


def has_verb(tokens: Tokens) -> bool:
    """Whether a finite verb is plain to see; in the present plural it is not."""
    return any(
        token.kind == "be"
        or token.text in _MODALS
        or token.text in PAST_FORMS
        or (token.kind == "word" and token.text.endswith("ed"))
        or token.free.rpartition(" ")[2] in ("has", "have", "had", "did", "does", "do")
        for token in tokens
    )


@dataclass(frozen=True, slots=True)
class _Alignment:
    """A claim laid over a source, in order, with gaps that must each be licensed."""

    claim: Tokens
    source: Tokens

    def holds(self) -> bool:
        reached = {
            j
            for j, token in enumerate(self.source)
            if self.claim[0].own & token.says and self._leading(j)
        }
        for i in range(1, len(self.claim)):
            places = [j for j, token in enumerate(self.source) if self.claim[i].own & token.says]
            reached = {
                j for j in places for k in reached if k < j and self._between(k, j, self.claim[i])
            }
            if not reached:
                return False
        return any(self._trailing(j + 1) for j in reached)

    def _strict(self) -> bool:
        return is_strict(self.claim)

    def _leading(self, end: int) -> bool:
        """Whether what comes before the claim's first token can be left out."""
        run = self.source[:end]
        if not run:
            return True
        mark = self.source[end].mark
        if all(token.text in CONNECTIVES for token in run):
            return True
        if _is_name_prefix(run, self.source[end]):
            return True
        coordinated = run[-1].text in COORDINATORS - {"so"} and "," in run[-1].mark
        if ";" in mark or coordinated:
            return not _changes(run) and not _reports(run) and has_verb(run)
        first = run[0].text
        starts = first in PREPOSITIONS | SUBORDINATORS | CONNECTIVES | {"unlike"}
        adverb = len(run) == 1 and _is_adverb(run[0])
        return "," in mark and (starts or adverb) and not _limits(run) and not self._strict()

    def _trailing(self, start: int) -> bool:
        """Whether what comes after the claim's last token can be left out."""
        run = self.source[start:]
        if not run:
            return True
        first = run[0]
        cut = next((i for i, token in enumerate(run) if i and token.mark), len(run))
        part = run[:cut]
        if first.mark:
            if first.text in COORDINATORS | RELATIVES | {"then"} or ";" in first.mark:
                return first.text not in CONDITIONS and not _is_fragment(self.claim)
            narrows = first.text in PREPOSITIONS | SUBORDINATORS and self._strict()
            narrows = narrows or (first.text in ("as", "so") and _next_is(part, "long"))
            return (
                not narrows
                and not _is_region(self.source[start - 1], part)
                and not _limits(part)
                and has_verb(self.claim)
                and self._trailing(start + cut)
            )
        if first.text == "and":
            free = not self._strict() and not _fused(self.source) and not _limits(run)
            return free and has_verb(self.claim)
        clause = first.text in SUBORDINATORS
        phrase = first.text in PREPOSITIONS and not has_verb(part)
        by_agent = first.text == "by" and any(token.kind == "be" for token in self.claim)
        if (clause or phrase or by_agent) and not self._strict() and not _limits(part):
            return self._trailing(start + cut)
        return False

    def _between(self, before: int, after: int, kept: Token) -> bool:
        """Whether what stands between two neighbours of the claim can be left out."""
        run = self.source[before + 1 : after]
        if not run:
            return True
        first, following = run[0], self.source[after]
        if self.source[before].kind == "number" or any(token.kind == "be" for token in run[:1]):
            return False
        if len(run) == 1 and _is_adverb(first):
            return not first.mark
        if _is_name_prefix(run, following):
            return self.source[before].kind != "name" or bool(first.mark or first.free)
        if time_end(self.source, before + 1) == after and not self._strict():
            return True
        if "(" in first.mark and ")" in following.mark:
            return not _reports(run)
        if first.mark and following.mark and _is_apposition(run):
            if _is_region(self.source[before], run):
                return False
            return not _changes(run) and (first.text in RELATIVES or not _reports(run))
        if self._strict() or _limits(run) or any(token.mark for token in run):
            return False
        listed = following.text in COORDINATORS and not following.mark
        return _is_phrase(run) and is_boundary(self.source, after) and not listed


def _is_fragment(claim: Tokens) -> bool:
    """Whether a claim may be a mere phrase: it has no verb, and does not open with one."""
    return not has_verb(claim) and (claim[0].kind == "name" or bool(claim[0].free))


def _is_name_prefix(run: Tokens, following: Token) -> bool:
    """Whether tokens are first names or titles of the name that follows: "President Joe" Biden."""
    if following.kind != "name" or following.mark or following.free or following.own & NAMED_KINDS:
        return False
    return all(
        (token.kind == "name" or token.text.rstrip(".") in TITLES)
        and token.text not in PRIVATIVES | CONNECTIVES | PREPOSITIONS | OTHER_PREPOSITIONS
        and not (i and token.mark.strip("."))
        for i, token in enumerate(run)
    )


def _is_region(before: Token, run: Tokens) -> bool:
    """Whether names say where the one before them is: "Paris, Texas" is not Paris."""
    return before.kind == "name" and all(token.kind == "name" for token in run)


def _next_is(run: Tokens, word: str) -> bool:
    return len(run) > 1 and run[1].text == word


def _is_phrase(run: Tokens) -> bool:
    """Whether tokens are phrases opened by prepositions, with no clause among them."""
    return (
        run[0].text in PREPOSITIONS
        and not any(t.text in COORDINATORS | RELATIVES | SUBORDINATORS - PREPOSITIONS for t in run)
        and not has_verb(run)
    )


def _is_adverb(token: Token) -> bool:
    text = token.text
    return text in ("also", "then", "later") or (
        text.endswith("ly") and len(text) > 4 and token.kind == "word" and text not in NOT_ADVERBS
    )


def _is_apposition(run: Tokens) -> bool:
    first = run[0]
    return (
        "(" in first.mark
        or "—" in first.mark
        or first.text in RELATIVES | PREPOSITIONS
        or first.text.endswith("ing")
        or (bool(first.free) and first.free.split()[-1] in ("a", "an", "the"))
        or first.kind == "name"
    )


def _has_condition(run: Tokens) -> bool:
    return any(
        token.kind != "date" and (token.text in CONDITIONS or token.text in ("according", "doubt"))
        for token in run
    )


def _changes(run: Tokens) -> bool:
    """Whether tokens hold a condition, a negation or a doubt that the rest hangs on."""
    return _has_condition(run) or any(token.text in NEGATIONS for token in run)


def _reports(run: Tokens) -> bool:
    return any(token.own & REPORTING for token in run)


def _limits(run: Tokens) -> bool:
    return _changes(run) or _reports(run)


def _fused(source: Tokens) -> bool:
    return any(token.text in _FUSED for token in source)
