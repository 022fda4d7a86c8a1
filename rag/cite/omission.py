"""What a claim may leave out of a sentence without saying something else.

A clause of its own, a relative clause between commas, a reason, a concession, a title, a harmless
adverb may go. A condition may not, nor a speaker, nor the words that narrow what is said to some
place, time, group or part, unless the claim tells of one thing that happened: "the mayor resigned
in Leeds" says that the mayor resigned, "the drug is safe in adults" not that it is safe.
"""

from rag.cite.grammar import (
    COLLECTIVE,
    CONCESSIVE,
    CONDITIONS,
    CONNECTIVES,
    COORDINATORS,
    DISCOURSE,
    LIMITING,
    NEGATIONS,
    NO_SUPERLATIVE,
    PREPOSITIONS,
    PRONOUNS,
    REASONS,
    RELATIVES,
    REPORTING,
    SUBORDINATORS,
    UNIVERSAL,
)
from rag.cite.names import is_name_prefix, is_region
from rag.cite.runs import (
    denies,
    has_condition,
    is_adverb,
    is_apposition,
    is_count,
    is_passive,
    is_phrase,
    reports,
)
from rag.cite.shape import Tokens, is_boundary, time_end
from rag.cite.verbs import (
    Tells,
    determined,
    has_verb,
    is_finite,
    measures,
    seems_to_have_verb,
    tells,
)

_EXCEPTING = CONDITIONS | {"not", "never"}
_FUSED = frozenset("between both either respectively neither".split())  # noqa: SIM905


def is_strict(claim: Tokens) -> bool:
    """Whether a claim speaks of none, all, only or the most, so that a narrower one differs."""
    return any(
        token.text in UNIVERSAL
        or (token.text.endswith("est") and len(token.text) > 4 and token.text not in NO_SUPERLATIVE)
        for i, token in enumerate(claim)
        if token.kind != "name" and not (token.text == "least" and i and claim[i - 1].text == "at")
    )


class Gaps:
    """The parts of a source that stand before, between and behind the tokens of a claim."""

    def __init__(self, claim: Tokens, source: Tokens) -> None:
        self._claim, self._source = claim, source
        self._strict = is_strict(claim)
        self._has_verb = seems_to_have_verb(claim)
        self._tells = tells(claim)
        self._measures = measures(claim)
        self._timed = any(time_end(claim, i) > i for i in range(len(claim)))

    def may_go_untimed(self) -> bool:
        """Whether the time of what a claim tells may be left out."""
        return not self._strict and not self._measures and self._tells is not Tells.RULE

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
            limited = denied or has_condition(run) or reports(run)
            return not limited and seems_to_have_verb(run)
        first = run[0].text
        if "," in mark and first in CONCESSIVE | REASONS:
            return True
        if "," not in mark or has_condition(run) or reports(run):
            return False
        if " ".join(token.text for token in run) in DISCOURSE:
            return True
        if len(run) == 1 and is_adverb(run[0]):
            return not self._strict
        starts = first in PREPOSITIONS | SUBORDINATORS | CONNECTIVES
        return starts and not self._strict and self._spares(run) and self._has_plain_subject()

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
            return self._has_verb and self._may_trail_and(run, part)
        if self._strict or has_condition(part):
            return False
        if [token.text for token in run[:2]] in (["together", "with"], ["along", "with"]):
            return not any(is_count(token) for token in self._claim) and self.may_trail(start + cut)
        if run[0].text == "by" and is_passive(self._claim) and not denies(part):
            return self.may_trail(start + cut)
        clause = run[0].text in SUBORDINATORS
        phrase = run[0].text in PREPOSITIONS and not has_verb(part)
        spared = (clause or phrase) and self._spares(part)
        return spared and self._is_closed(start, part) and self.may_trail(start + cut)

    def _may_trail_marked(self, start: int, part: Tokens) -> bool:
        first, following = part[0], start + len(part)
        if first.text in COORDINATORS | RELATIVES | {"then"} or ";" in first.mark:
            exception = self._strict and first.text == "but"
            rest = part if exception else self._source[start:]
            narrowed = first.text in COORDINATORS - {"and"} and not _is_clause(rest)
            return not narrowed and first.text not in CONDITIONS and not self._is_fragment()
        if is_region(self._source[start - 1], part) or not self._has_verb or has_condition(part):
            return False
        adjunct = first.text in PREPOSITIONS | SUBORDINATORS
        parted = first.text == "from" and len(part) > 1 and part[1].kind == "number"
        conceded = first.text in CONCESSIVE and self._spares(part)
        if adjunct and not (parted or conceded) and (self._strict or not self._spares(part)):
            return False
        acts = first.text.endswith("ing") or (is_finite(part, 0) and not first.own & REPORTING)
        if not (adjunct or acts) and (denies(part) or reports(part)):
            return False
        as_long = first.text in ("as", "so") and len(part) > 1 and part[1].text == "long"
        return not as_long and self.may_trail(following)

    def _may_trail_and(self, run: Tokens, part: Tokens) -> bool:
        """Whether a second verb, or a second thing, can be left out."""
        if any(token.text in _FUSED for token in self._source) or has_condition(part):
            return False
        if is_finite(run, 1):
            return not any(token.text in NEGATIONS | {"only", "few"} for token in self._claim[:2])
        collective = any(token.own & COLLECTIVE for token in self._claim)
        return not (self._strict or collective or denies(run) or reports(run))

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
            return not reports(run)
        if first.mark and following.mark and is_apposition(run):
            if first.text in RELATIVES:
                return True
            if is_region(last, run) or has_condition(run) or denies(run) or reports(run):
                return False
            return first.text not in PREPOSITIONS or self._spares(run)
        if self._strict or has_condition(run) or denies(run) or reports(run):
            return False
        if any(token.mark for token in run) or not is_phrase(run):
            return False
        listed = following.text in COORDINATORS and not following.mark
        spared = self._spares(run) and self._is_closed(before + 1, run)
        return spared and is_boundary(self._source, after) and not listed

    def _spares(self, run: Tokens) -> bool:
        """Whether a phrase or clause narrows nothing that the claim tells."""
        first = run[0].text
        if first in REASONS | CONCESSIVE and len(run) > 1:
            whole = has_verb(run) or determined(run[1]) or run[1].kind == "name"
            return first != "while" or whole
        if self._tells is Tells.RULE or any(token.own & LIMITING for token in run):
            return False
        if end := time_end(run, 0):
            return not self._measures and (end == len(run) or self._spares(run[end:]))
        if first in SUBORDINATORS or first in ("during", "following", "amid"):
            return self._timed or not self._measures
        if first == "for" and len(run) > 1 and run[1].text.endswith("ing"):
            return True
        return self._tells is Tells.EVENT

    def _is_closed(self, start: int, run: Tokens) -> bool:
        """Whether the claim, before the phrase at ``start``, speaks of things that are known.

        "Stopped production in Leeds" does not say that production stopped, "arrested a man in
        Leeds" does say that a man was arrested.
        """
        first = run[0].text
        if first in REASONS | CONCESSIVE | SUBORDINATORS or time_end(run, 0):
            return True
        if first == "for" and len(run) > 1 and run[1].text.endswith("ing"):
            return True
        before = self._source[start - 1]
        if any(is_count(token) for token in self._claim):
            return False
        if is_finite(self._source, start - 1):  # "closed for repairs" is not closed
            return self._has_plain_subject() and first != "for"
        if before.kind in ("name", "date"):
            return True
        nouns = self._source[max(0, start - 3) : start]
        while any(is_finite(nouns, i) for i in range(1, len(nouns))) or is_finite(nouns, 0):
            nouns = nouns[1:]
        return any(determined(token) for token in nouns) and not before.text.endswith("s")

    def _has_plain_subject(self) -> bool:
        first = self._claim[0]
        named = any(token.kind == "name" for token in self._claim[:4])
        return named or determined(first) or first.text in PRONOUNS

    def _is_fragment(self) -> bool:
        """Whether a claim may be a mere phrase: it has no verb, and does not open with one."""
        first = self._claim[0]
        return not self._has_verb and (first.kind == "name" or bool(first.free))


def _is_clause(part: Tokens) -> bool:
    """Whether "but ..." is a clause of its own, no exception: "but not in May", "but only one"."""
    opens = len(part) > 1 and (determined(part[1]) or part[1].kind in ("name", "number"))
    contrasts = part[0].text in CONCESSIVE and opens
    return (contrasts or seems_to_have_verb(part)) and not (
        len(part) > 1 and part[1].text in _EXCEPTING
    )
