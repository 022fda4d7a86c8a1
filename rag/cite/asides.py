"""What is set off by a comma, a dash or brackets: whether it only adds to what is before it.

It may add a clause that is joined on, or what someone did as well; it may tell again what the thing
before it is, or go on with a list. All else may be a speaker, a condition or a doubt, and counts.
"""

from rag.cite.grammar import (
    CONCESSIVE,
    COORDINATORS,
    NARROWING,
    OTHER_PREPOSITIONS,
    POSSESSIVES,
    PREPOSITIONS,
    PRONOUNS,
    REASONS,
    RELATIVES,
    REPORTING,
    SUBORDINATORS,
    TIME_NOUNS,
)
from rag.cite.lemma import VERB_LEMMAS, is_participle
from rag.cite.runs import is_adverb, is_plural
from rag.cite.scope import Scope
from rag.cite.shape import Tokens, time_end
from rag.cite.tokens import Token
from rag.cite.verbs import auxiliary, determined, indefinite, is_finite

_JOINS = COORDINATORS | RELATIVES | {"then"}
_ADJUNCTS = PREPOSITIONS | SUBORDINATORS | CONCESSIVE
_PLACING = frozenset(["in", "from", "since"])
# What adds by its first two words: "such as tea", "half of them women", "best known for".
_ADDING = frozenset(
    [
        *("such as", "as well", "along with", "compared with", "compared to", "thanks to"),
        *("up from", "down from", "more than", "less than", "twice as", "almost twice"),
        *("most of", "half of", "all of", "also known", "best known", "also called"),
    ]
)


def adds(source: Tokens, start: int, part: Tokens, scope: Scope) -> bool:
    """Whether what stands at ``start``, behind a mark, is of a kind that only adds something.

    Of what opens with a joining word or a preposition the caller must know more.
    """
    first = part[0]
    if _is_range(source, start) or _is_choice(source, start):
        return False
    if first.text == "where":
        return not scope.is_rule or source[start - 1].kind == "name"
    if "(" in first.mark and scope.is_rule:
        return _tells_again(part)
    if first.text in _JOINS | _ADJUNCTS or ";" in first.mark or ":" in first.mark:
        return True
    if " ".join(token.text for token in part[:2]) in _ADDING or _is_reason(part):
        return True
    if acts(source, start):
        return not scope.is_general or not is_participle(first.text)
    if has_own_verb(part):
        return False
    return _is_statement(part) or _is_thing(source, start, part, rule=scope.is_rule)


def _is_reason(part: Tokens) -> bool:
    """Whether a part opens with "mainly because", "even though"."""
    return len(part) > 1 and part[1].text in REASONS | CONCESSIVE


def is_gloss(part: Tokens, before: Token) -> bool:
    """Whether brackets, also in a rule, tell of a thing, and not which of its kind is meant.

    "Members (over 18)", "employees (full-time)" narrow; "Ann Lee (born in May)" does not.
    """
    if part[0].text in NARROWING | OTHER_PREPOSITIONS | (PREPOSITIONS - _PLACING) | {"or", "aged"}:
        return False
    any_of_them = is_plural(before) and not determined(before)
    return not any_of_them or _tells_again(part)


def _tells_again(part: Tokens) -> bool:
    """Whether brackets hold a name, a date, a figure, "the ..." or "which ..."."""
    first = part[0]
    named = first.kind in ("name", "date") and all(t.kind == first.kind for t in part)
    figure = first.kind == "number" and len(part) == 1
    told = determined(first) and not has_own_verb(part)
    return named or figure or told or first.text in RELATIVES


def acts(source: Tokens, start: int) -> bool:
    """Whether a part tells what the subject does as well: ", saying", ", sat down", ", flows"."""
    first = source[start]
    ends = first.text.endswith("s") and bool(first.own & VERB_LEMMAS)
    plain = (ends or is_finite(source, start)) and not first.free
    return first.text.endswith("ing") or (plain and not first.own & REPORTING)


def has_own_verb(part: Tokens) -> bool:
    """Whether what is set off may be a speaker's clause: "the driver complained", "it seems".

    A verb with an object tells more of its own, a participle behind "a" or before "by" describes.
    """
    if part[0].text in PRONOUNS:
        return True
    for i in range(1, len(part)):
        if part[i].text in RELATIVES | SUBORDINATORS or "that" in part[i].free:
            return False
        if is_finite(part, i):
            return not (_describes(part, i) or _has_object(part, i))
    return _is_absolute(part)


def _describes(part: Tokens, i: int) -> bool:
    if i + 1 == len(part) or not is_participle(part[i].text) or auxiliary(part[i]):
        return False
    return part[i + 1].text == "by" or indefinite(part[0])


def _has_object(part: Tokens, i: int) -> bool:
    if i + 1 == len(part) or time_end(part, i + 1) > i + 1:
        return False
    following = part[i + 1]
    named = following.kind in ("name", "number") or following.text in PRONOUNS
    return part[i].kind == "word" and (named or determined(following))


def _is_statement(part: Tokens) -> bool:
    """Whether a part is a sentence of its own: "unemployment fell 3%", "as they show it"."""
    return any(is_finite(part, i) and _has_object(part, i) for i in range(1, len(part)))


def _is_absolute(part: Tokens) -> bool:
    """Whether a participle ends a short part: "weather permitting", "all being well"."""
    return 1 < len(part) < 4 and part[-1].text.endswith("ing") and not determined(part[0])


def _is_thing(source: Tokens, start: int, part: Tokens, *, rule: bool) -> bool:
    """Whether a part without a verb is a thing that is told of, no limit to what is told."""
    first = part[0]
    if first.text in NARROWING | OTHER_PREPOSITIONS:
        return False
    if first.kind in ("name", "date") or determined(first) or first.text in POSSESSIVES:
        return True
    of = len(part) > 1 and part[1].text == "of"  # "two of them", "mayor of Leeds"
    if first.kind == "number":
        return of or not rule
    if of and source[start - 1].kind == "name":
        return True
    if len(part) == 1 and is_adverb(first):
        return True
    return not any(token.own & TIME_NOUNS for token in part) and _is_listed(source, start)


def _is_listed(source: Tokens, start: int) -> bool:
    """Whether a part belongs to a list: "bread, milk and eggs"."""
    for i in range(start, len(source)):
        if source[i].text == "and" or (i > start and source[i].text in _JOINS | _ADJUNCTS):
            return source[i].text == "and"
    return False


def _is_range(source: Tokens, start: int) -> bool:
    """Whether a number goes on in another: "20—30", "7:45"."""
    marked = "—" in source[start].mark or ":" in source[start].mark
    numbers = any(token.kind == "number" for token in source[max(0, start - 2) : start])
    return source[start].kind == "number" and marked and numbers


def _is_choice(source: Tokens, start: int) -> bool:
    """Whether the clause goes on to an "or": of several things only one is meant."""
    for token in source[start:]:
        if token.text == "or" or _opens_clause(token):
            return token.text == "or"
    return False


def _opens_clause(token: Token) -> bool:
    joins = token.text in RELATIVES | SUBORDINATORS | {"and", "but", "if", "when"}
    return joins or ";" in token.mark or (bool(token.mark) and token.text.endswith("ing"))
