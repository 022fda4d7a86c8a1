"""What a claim may leave out of a sentence without saying something else.

A clause of its own, a relative clause between commas, a reason, a concession, a title, a harmless
adverb may go. A condition may not, nor a speaker, nor the words that narrow what is said to some
place, time, group or part, unless the claim tells of one thing that happened: "the mayor resigned
in Leeds" says that the mayor resigned, "the drug is safe in adults" not that it is safe.
"""

from rag.cite.asides import acts, adds, has_own_verb, is_gloss
from rag.cite.grammar import (
    COLLECTIVE,
    CONCESSIVE,
    CONDITIONS,
    CONNECTIVES,
    COORDINATORS,
    DISCOURSE,
    NEGATIONS,
    PREPOSITIONS,
    REASONS,
    RELATIVES,
    SUBORDINATORS,
)
from rag.cite.lemma import is_participle
from rag.cite.names import is_name_prefix, is_region
from rag.cite.runs import (
    denies,
    has_condition,
    is_adverb,
    is_apposition,
    is_count,
    is_framed,
    is_passive,
    is_phrase,
    reports,
)
from rag.cite.scope import Scope
from rag.cite.shape import Tokens, is_boundary, time_end
from rag.cite.tokens import Token
from rag.cite.verbs import determined, has_verb, is_finite, seems_to_have_verb

_EXCEPTING = CONDITIONS | {"not", "never"}
_SHARING = PREPOSITIONS | {"to", "by"}
_FUSED = frozenset("between both either respectively neither".split())


class Gaps:
    """The parts of a source that stand before, between and behind the tokens of a claim."""

    def __init__(self, claim: Tokens, source: Tokens) -> None:
        self._claim, self._source = claim, source
        self._scope = Scope(claim)

    def may_go_untimed(self) -> bool:
        """Whether the time of what a claim tells may be left out."""
        return self._scope.may_go_untimed()

    def may_lead(self, end: int) -> bool:
        """Whether what comes before the claim's first token can be left out."""
        run = self._source[:end]
        if not run or all(token.text in CONNECTIVES for token in run):
            return True
        mark = self._source[end].mark
        if is_name_prefix(run, self._source[end]):
            return True
        if ";" in mark:
            return not reports(run) and seems_to_have_verb(run)
        if run[-1].text in COORDINATORS - {"so"} and "," in run[-1].mark:
            embedded = any("that" in token.free for token in run) or run[0].text in NEGATIONS
            denied = embedded and denies(run)
            limited = denied or has_condition(run) or reports(run) or is_framed(run)
            return not limited and seems_to_have_verb(run)
        first = run[0].text
        if "," in mark and first in CONCESSIVE | REASONS:
            return True
        if "," not in mark or has_condition(run) or reports(run):
            return False
        if " ".join(token.text for token in run) in DISCOURSE:
            return True
        if len(run) == 1 and is_adverb(run[0]):
            return not self._scope.strict
        if first == "for" and not time_end(run, 0):  # "for critics" says who thinks so
            return False
        if self._scope.strict or first not in PREPOSITIONS | SUBORDINATORS | CONNECTIVES:
            return False
        return self._scope.spares(run) and self._scope.has_plain_subject()

    def may_trail(self, start: int) -> bool:
        """Whether what comes after the claim's last token can be left out."""
        run = self._source[start:]
        if not run:
            return True
        cut = next((i for i, token in enumerate(run) if i and token.mark), len(run))
        part = run[:cut]
        if run[0].mark:
            return self._may_trail_marked(start, part)
        if run[0].text == "and":
            return self._scope.has_verb and self._may_trail_and(run, part)
        if self._scope.strict or has_condition(part):
            return False
        if [token.text for token in run[:2]] in (["together", "with"], ["along", "with"]):
            return not any(is_count(token) for token in self._claim) and self.may_trail(start + cut)
        if run[0].text == "by" and is_passive(self._claim) and not denies(part):
            return self.may_trail(start + cut)
        phrase = run[0].text in PREPOSITIONS and not has_verb(part)
        if not (phrase or run[0].text in SUBORDINATORS) or not self._scope.spares(part):
            return False
        return self._scope.is_closed(self._source, start, part) and self.may_trail(start + cut)

    def _may_trail_marked(self, start: int, part: Tokens) -> bool:
        first, scope = part[0], self._scope
        if not adds(self._source, start, part, scope) or self._goes_on(start, part):
            return False
        if first.text in COORDINATORS | RELATIVES | {"then"} or ";" in first.mark:
            exception = scope.strict and first.text == "but"
            rest = part if exception else self._source[start:]
            narrowed = first.text in COORDINATORS - {"and"} and not _is_clause(rest)
            return not narrowed and first.text not in CONDITIONS and not scope.is_fragment()
        region = is_region(self._source, start, start + len(part))
        if region or not scope.has_verb or has_condition(part):
            return False
        if first.text in PREPOSITIONS | SUBORDINATORS:
            free = self._may_trail_adjunct(part)
        else:
            free = acts(self._source, start) or not (denies(part) or reports(part))
        return free and self.may_trail(start + len(part))

    def _may_trail_adjunct(self, part: Tokens) -> bool:
        """Whether a phrase or clause behind a comma narrows nothing."""
        first = part[0]
        if first.text == "from" and len(part) > 1 and part[1].kind == "number":
            return True
        conceded = first.text in CONCESSIVE or not self._scope.strict
        return conceded and self._scope.spares(part)

    def _goes_on(self, start: int, part: Tokens) -> bool:
        """Whether a list goes on that only as a whole is, or has, what the claim tells."""
        linked = (
            part[0].text in RELATIVES | PREPOSITIONS
            or acts(self._source, start)
            or seems_to_have_verb(part)
        )
        listed = any(token.text == "and" for token in self._source[start:])
        return listed and not linked and self._is_together(part[0])

    def _may_trail_and(self, run: Tokens, part: Tokens) -> bool:
        """Whether a second verb, or a second thing, can be left out."""
        if any(token.text in _FUSED for token in self._source) or has_condition(part):
            return False
        if is_finite(run, 1):
            return not any(token.text in NEGATIONS | {"only", "few"} for token in self._claim[:2])
        together = len(run) > 1 and self._is_together(run[1])
        return not (self._scope.strict or together or denies(run) or reports(run))

    def _is_together(self, following: Token) -> bool:
        """Whether what a claim tells of some is told of them and the ``following`` as one.

        They consist of it, or share it; or an amount is theirs: "40 shops in Leeds and York".
        """
        if any(token.own & COLLECTIVE for token in self._claim):
            return True
        counts = [i for i, token in enumerate(self._claim) if is_count(token)]
        behind = self._claim[counts[-1] + 1 :] if counts else ()
        shared = any(
            token.text in _SHARING and time_end(behind, i) == i for i, token in enumerate(behind)
        )
        return shared and following.kind != "number"

    def may_part(self, before: int, after: int) -> bool:
        """Whether what stands between two neighbours of the claim can be left out."""
        run = self._source[before + 1 : after]
        if not run:
            return True
        first, following, last = run[0], self._source[after], self._source[before]
        if last.kind == "number" or first.kind == "be":
            return False
        if len(run) == 1 and is_adverb(first):
            return not first.mark
        if is_name_prefix(run, following):
            return last.kind != "name" or bool(first.mark or first.free)
        if time_end(self._source, before + 1) == after:
            return self.may_go_untimed()
        if "(" in first.mark and ")" in following.mark:
            plain = not (reports(run) or has_condition(run) or denies(run))
            return plain and (not self._scope.is_rule or is_gloss(run, last))
        if is_region(self._source, before + 1, after):
            return False
        if first.mark and following.mark and is_apposition(run):
            if not _is_added(run) or (first.text == "where" and self._scope.is_rule):
                return False
            if first.text in RELATIVES:
                return True
            if has_condition(run) or denies(run) or reports(run):
                return False
            return first.text not in PREPOSITIONS or self._scope.spares(run)
        if self._scope.strict or has_condition(run) or denies(run) or reports(run):
            return False
        if any(token.mark for token in run) or not is_phrase(run):
            return False
        listed = following.text in COORDINATORS and not following.mark
        spared = self._scope.spares(run) and self._scope.is_closed(self._source, before + 1, run)
        return spared and is_boundary(self._source, after) and not listed


def _is_added(run: Tokens) -> bool:
    """Whether what stands between two commas is no clause of its own: a speaker, a doubt."""
    first = run[0]
    linked = first.text in RELATIVES | PREPOSITIONS | SUBORDINATORS
    described = first.text.endswith("ing") or is_participle(first.text)
    return linked or described or not has_own_verb(run)


def _is_clause(part: Tokens) -> bool:
    """Whether "but ..." is a clause of its own, no exception: "but not in May", "but only one"."""
    opens = len(part) > 1 and (determined(part[1]) or part[1].kind in ("name", "number"))
    contrasts = part[0].text in CONCESSIVE and opens
    return (contrasts or seems_to_have_verb(part)) and not (
        len(part) > 1 and part[1].text in _EXCEPTING
    )
