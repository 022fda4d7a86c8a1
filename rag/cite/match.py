"""Whether one token of a source carries one of a claim: the same word, as many, in the same time.

The tense is held in one direction: "employed 400 people" does not say that it employs them. What
is said to someone once may be told in the present, and is: "the report showed", "it shows".
"""

from rag.cite.grammar import REPORTING
from rag.cite.lemma import PAST_FORMS, VERB_LEMMAS
from rag.cite.shape import Tokens
from rag.cite.tokens import Token
from rag.cite.verbs import auxiliary, finite_verb, indefinite, is_finite


class Matches:
    """Which tokens of a source carry the tokens of a claim."""

    def __init__(self, claim: Tokens, source: Tokens) -> None:
        self._claim, self._source = claim, source
        self._verb = finite_verb(claim)

    def places(self, i: int) -> list[int]:
        """Where in the source those stand that carry the claim's token at ``i``."""
        wanted = self._claim[i]
        met = [j for j, token in enumerate(self._source) if wanted.own & token.says]
        if not met or wanted.kind != "word":
            return met
        if wanted.text.endswith("s"):
            met = [j for j in met if not _is_one(self._source, j)]
        if self._is_present(i):
            met = [j for j in met if not _is_past(self._source, j)]
        return met

    def _is_present(self, i: int) -> bool:
        """Whether a token of the claim tells what is so now; an ending "s" may say that."""
        token = self._claim[i]
        if token.own & REPORTING or _is_now(token):
            return _is_now(token)
        if _has_past_form(token):
            return False
        if helper := auxiliary(token):
            return helper in ("do", "does")
        return token.text.endswith("s") or i == self._verb


def _has_past_form(token: Token) -> bool:
    """Whether a word can only be a past form: not "cut", nor "need"."""
    irregular = token.text in PAST_FORMS and token.text not in VERB_LEMMAS
    return irregular or (token.text.endswith("ed") and len(token.text) > 4)


def _is_past(tokens: Tokens, i: int) -> bool:
    """Whether a token tells what was: "did not employ", "employed", but not "is employed"."""
    if auxiliary(tokens[i]) == "did":
        return True
    now = any("be:present" in token.own for token in tokens[max(0, i - 3) : i])
    return _has_past_form(tokens[i]) and not now and not _is_now(tokens[i])


def _is_now(token: Token) -> bool:
    """Whether a passive in the present was read as active: "is owned by A", "A owned"."""
    return token.free in ("am", "is", "are")


def _is_one(tokens: Tokens, i: int) -> bool:
    """Whether a noun is one of its kind: "a study", "a new study" are not studies."""
    if tokens[i].text.endswith("s") or is_finite(tokens, i):
        return False
    described = i > 0 and tokens[i - 1].kind == "word" and not tokens[i].free
    nouns = (tokens[i], tokens[i - 1]) if described else (tokens[i],)
    return any(map(indefinite, nouns))
