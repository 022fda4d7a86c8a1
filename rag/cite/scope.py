"""What a claim tells, and whether a phrase or clause of its source would narrow that.

What happened once, happened: where and for whom may be left out, if these are known things. "In
rats", "for students", "at three depots" say which of its kind is meant, and with whom it ends.
"""

from rag.cite.grammar import (
    AMOUNTS,
    CONCESSIVE,
    FRAMES,
    LIMITING,
    NO_SUPERLATIVE,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    REASONS,
    SUBORDINATORS,
    UNIVERSAL,
)
from rag.cite.runs import is_count
from rag.cite.shape import Tokens, is_boundary, time_end
from rag.cite.verbs import (
    MODALS,
    Tells,
    determined,
    has_verb,
    is_finite,
    measures,
    seems_to_have_verb,
    tells,
)

_OPENING = PREPOSITIONS | {"and", "of"}  # the last two behind a time: "in May and June"


def _is_strict(claim: Tokens) -> bool:
    """Whether a claim speaks of none, all, only or the most, so that a narrower one differs."""
    return any(
        token.text in UNIVERSAL
        or (token.text.endswith("est") and len(token.text) > 4 and token.text not in NO_SUPERLATIVE)
        for i, token in enumerate(claim)
        if token.kind != "name" and not (token.text == "least" and i and claim[i - 1].text == "at")
    )


class Scope:
    """How far a claim reaches, so that a source which says it more narrowly does not carry it."""

    def __init__(self, claim: Tokens) -> None:
        self._claim = claim
        self.strict = _is_strict(claim)
        self.has_verb = seems_to_have_verb(claim)
        self._tells = tells(claim)
        self.measures = measures(claim)
        self.counts = any(is_count(token) for token in claim)
        self._timed = any(time_end(claim, i) > i for i in range(len(claim)))

    @property
    def is_rule(self) -> bool:
        """Whether a claim tells what is so, or holds in general."""
        return self._tells is Tells.RULE

    @property
    def is_general(self) -> bool:
        """Whether a claim tells what any of a kind does, or what may, must or will be."""
        modal = any(token.text in MODALS for token in self._claim)
        return self.is_rule and (modal or not self.has_plain_subject())

    def may_go_untimed(self) -> bool:
        """Whether the time of what a claim tells may be left out."""
        return not self.strict and not self.measures and not self.is_rule

    def spares(self, run: Tokens) -> bool:
        """Whether a phrase or clause narrows nothing that the claim tells."""
        first = run[0].text
        if first in REASONS | CONCESSIVE and len(run) > 1:
            whole = has_verb(run) or determined(run[1]) or run[1].kind == "name"
            return first != "while" or whole
        if self.is_rule or any(token.own & (LIMITING | FRAMES) for token in run):
            return False
        if end := time_end(run, 0):
            return not self.measures and (end == len(run) or self.spares(run[end:]))
        if first in SUBORDINATORS or first in ("during", "following", "amid"):
            return self._timed or not self.measures
        if first == "for" and len(run) > 1 and run[1].text.endswith("ing"):
            return True
        return self._tells is Tells.EVENT and _is_known(run)

    def is_closed(self, source: Tokens, start: int, run: Tokens) -> bool:
        """Whether the source, before the phrase at ``start``, speaks of things that are known.

        "Stopped production in Leeds" does not say that production stopped, "arrested a man in
        Leeds" does say that a man was arrested.
        """
        first = run[0].text
        if first in REASONS | CONCESSIVE | SUBORDINATORS or _opens_with_time(run):
            return True
        if first == "for" and len(run) > 1 and run[1].text.endswith("ing"):
            return True
        before = source[start - 1]
        if self.counts:
            return False
        if is_finite(source, start - 1):  # "closed for repairs" is not closed
            return self.has_plain_subject() and first != "for"
        if before.kind in ("name", "date"):
            return True
        nouns = source[max(0, start - 3) : start]
        while any(is_finite(nouns, i) for i in range(1, len(nouns))) or is_finite(nouns, 0):
            nouns = nouns[1:]
        return any(determined(token) for token in nouns) and not before.text.endswith("s")

    def has_plain_subject(self) -> bool:
        """Whether a claim speaks of something known: a name, "the", a pronoun."""
        first = self._claim[0]
        named = any(token.kind == "name" for token in self._claim[:4])
        return named or determined(first) or first.text in PRONOUNS

    def is_fragment(self) -> bool:
        """Whether a claim may be a mere phrase: it has no verb, and does not open with one."""
        first = self._claim[0]
        return not self.has_verb and (first.kind == "name" or bool(first.free))


def _opens_with_time(run: Tokens) -> bool:
    """Whether a run opens with a time, not with what is named after one: "the morning flight"."""
    end = time_end(run, 0)
    return end == len(run) or (end > 0 and (is_boundary(run, end) or run[end].text == "of"))


def _is_known(run: Tokens) -> bool:
    """Whether a run is phrases that each speak of something known, or of an amount."""
    opens = [i for i, token in enumerate(run) if token.text in PREPOSITIONS]
    ends = [*opens[1:], len(run)]
    known = all(_is_known_object(run[i + 1 : end]) for i, end in zip(opens, ends, strict=False))
    return run[0].text == "with" or (run[0].text in _OPENING and known)


def _is_known_object(phrase: Tokens) -> bool:
    """Whether a phrase behind its preposition is "the town", "Leeds", "them", "5 million euros"."""
    if not phrase:
        return False
    first = phrase[0]
    if first.kind == "number" and not determined(first):
        return any(token.own & AMOUNTS for token in phrase[1:])
    named = any(token.kind in ("name", "date") or token.text == "'s" for token in phrase)
    return named or determined(first) or first.text in PRONOUNS | POSSESSIVES
