"""What a question asks for: the kind of thing, the questions in it, yes or no, one of two."""

import re
from collections.abc import Callable, Mapping
from typing import Literal

from rag.words import stems

Kind = Literal["number", "time", "name", "reason"]

# A count, and not "the phone number of the caretaker".
_NUMBER_OF = (
    r"(?:^|\b(?:a|the|what|which|actual|approximate|average|exact|greatest|highest|largest|least|"
    r"lowest|maximum|minimum|overall|recommended|required|smallest|total|typical|usual)\s)"
    r"number of\b"
)
_ASKS: dict[Kind, re.Pattern[str]] = {  # from the word that asks on
    "time": re.compile(
        r"when\b|how long ago\b|(?:what|which) (?:year|date|day|month|time|century|decade)\b", re.I
    ),
    "name": re.compile(
        r"who(?:m|se)?\b|where\b|(?:what|which) (?:country|city|person|company|state)\b", re.I
    ),
    "reason": re.compile(r"why\b|how come\b|(?:what|which)\b.*?\breasons?\b", re.I),
    "number": re.compile(
        r"how (?:many|much|long|old|far|tall|high|large|big|often)\b"
        r"|what (?:do|does|did|will|would)\b[^,.;:?]*\bcost\b"
        rf"|(?:what|which)\b.*?(?:{_NUMBER_OF}|\bpercent)",
        re.I,
    ),
}
_ASKED_ABOUT: dict[Kind, re.Pattern[str]] = {  # where no word asks
    "number": re.compile(rf"{_NUMBER_OF}|\bpercent", re.I),
    "reason": re.compile(r"\breasons?\b", re.I),
}
_IS_THE = (
    r"(?:(?:what|which)(?:['’]?s|\s+(?:is|are|was|were))\s+)?(?:the\s+)?"
    r"(?:(?!(?:what|which|who|how|when|where|why)\b)[\w-]+\s+){0,2}?"
)
_OF_IT = r"\s+(?:of|for|to|per|in|at|when|that)\b"
_ASKED_FOR: dict[Kind, re.Pattern[str]] = {  # by a noun: "What is the date of it?", "Price of it?"
    "time": re.compile(rf"{_IS_THE}(?:year|date|day|month|deadline){_OF_IT}", re.I),
    "name": re.compile(rf"{_IS_THE}names?\s+(?:of|for)\b", re.I),
    "number": re.compile(
        rf"{_IS_THE}(?:price|cost|fee|salary|distance|height|weight|length|width|depth|size|speed|"
        rf"temperature|population|age|rate|budget|duration|capacity|revenue|income){_OF_IT}",
        re.I,
    ),
}
_WORD_THAT_ASKS = re.compile(r"\b(?:how|what|when|where|which|who(?:m|se)?|why)\b", re.I)
_MAIN_CLAUSE = re.compile(rf"[,.:;?]\s+(?:\w+ )??(?={_WORD_THAT_ASKS.pattern})", re.I)
_OPEN = re.compile(  # and not "What are the two kinds of it?", "What were they made of?"
    r"\bhow (?:do|does|can|could|should|to)\b|\bwhat happened\b|"
    r"\bwhat (?:are|were)\b(?!\s+(?:the\s+)?(?:\d+|two|three|four|five|six)\b(?!-))"
    r"(?![^?]*\s(?:about|as|at|by|for|from|in|of|on|to|with)\s*(?:\?|$))|"
    r"\b(?:explain|describe|steps|tell me about)\b|"
    r"^what(?:['’]s| is) (?:an? (?:[\w’'-]+ ){0,2}[\w’'-]+|[\w’'-]+)\W*$|"
    r"^who(?:['’]s| is| was) (?:[\w’-]+|(?-i:[A-Z][\w’-]+(?: [A-Z][\w’-]+)*))\W*$",
    re.I,
)
_WHETHER = re.compile(  # and not "Is it red or blue?", "Can you tell me when ...", "May 2024"
    r"^(?!(?:can|could|do|will|would) you (?:please )?"
    r"(?:explain|give|know|list|name|say|show|tell)\b)"
    r"(?:(?:and|but|so)\s+)?(?:am|is|are|was|were|do|does|did|have|has|had|can|could|may|might|must|"
    r"should|shall|will|would)(?:n['’]t)?\s(?!\d|.*\bor\b)",
    re.I,
)
_AUXILIARY = r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should)"
_TELLS = re.compile(  # what a question for yes or no then asks for: "Does it say when it ends?"
    r"\b(?:clear|decide[ds]?|explain(?:s|ed)?|give[ns]?|know[ns]?|mention(?:s|ed)?|names?|named|"
    r"said|says?|show[ns]?|specif(?:y|ies|ied)|state[ds]?|tells?|told)\b[^,.;:?]{0,12}$",
    re.I,
)
_SIDES = re.compile(
    r"^which\b.*?[,:]\s+(?:the\s+)?(.+?),?\s+or\s+(.+?)\W*$"
    r"|\b(?:compare|differences?\s+between)\s+(?:the\s+)?(.+?)\s+(?:and|to|with)\s+(.+?)\W*$",
    re.I | re.S,
)
_ADVERB = r"(?:also|always|even|just|never|not|now|often|only|so|still|then|therefore|thus|\w+ly)"
_NEXT_PART = re.compile(
    r"\?\s+(?=.*\?$)|[,;]?\s+(?:and|or|but)\s+"
    r"(?=(?:(?:at|by|for|from|in|on|since|to|until|with)\s+)?(?:how|what|when|where|why|which)\b"
    rf"|{_AUXILIARY}\s+"
    r"(?:the|he|she|it|they|this|that|these|those|[A-Z])"
    rf"|(?:is|are)\s+(?!{_ADVERB}\b)\w+\s+(?:allowed|available|covered|free|included|needed|"
    r"necessary|open|paid|permitted|possible|required)\b)"
)
_IS_ASKED = rf"(?:when|where|why)\s+{_AUXILIARY}"
# No "when it began, how many".
_MAIN_QUESTION = re.compile(rf"(?:who|what|which|how|{_IS_ASKED})\b", re.I)
_LISTED_PART = re.compile(rf",\s+(?=(?:how|what|{_IS_ASKED})\b)")
_AND_WHO = re.compile(r",?\s+and\s+(?=(?:(?:by|for|from|to|with)\s+)?whom?\b(?!\s+else))")
# Elsewhere "who" may go on about what was named: "the man who came and who stayed".
_NAMES_NOBODY = re.compile(
    r"(?:how|what|when|where|why)\b(?:(?!\bwho).)*\bwhom?\b(?!.*\bwho)", re.I
)


def parts(question: str) -> list[str]:
    """The questions that are asked in one, in order, as they stand there; one as a rule."""
    found = [part for part in _NEXT_PART.split(question) if stems(part)]
    if len(found) > 1:  # "Who built it, how high is it, and what did it cost?"
        found = [item for part in found for item in _split(part, _MAIN_QUESTION, _LISTED_PART)]
    found = [item for part in found for item in _split(part, _NAMES_NOBODY, _AND_WHO)]
    return found if len(found) > 1 else [question]


def _split(part: str, kind: re.Pattern[str], between: re.Pattern[str]) -> list[str]:
    """The questions in a part of that kind, if each of them says what it asks about."""
    found = between.split(part) if kind.match(part) else []
    return found if found and all(map(stems, found)) else [part]


def kind_asked(question: str) -> Kind | None:
    """The kind of thing that a question asks for; None if it does not tell.

    The word that asks is the first one, or the last one that begins a clause: "When the war began,
    how many fled?" asks for a number, "What happens when it rains?" and "Is it open when it rains?"
    for no kind.
    """
    clauses = [match.end() for match in _MAIN_CLAUSE.finditer(question)]
    asking = _WORD_THAT_ASKS.search(question, clauses[-1] if clauses else 0)
    at = asking.start() if asking else 0
    if asking and not clauses and asks_whether(question) and not _TELLS.search(question[:at]):
        return None
    direct = _first(_ASKS, lambda asks: asks.match(question, at)) if asking else None
    named = direct or _first(_ASKED_FOR, lambda noun: noun.match(question, at))
    if named or asking:
        return named
    return _first(_ASKED_ABOUT, lambda told: told.search(question))


def _first(
    kinds: Mapping[Kind, re.Pattern[str]], found: Callable[[re.Pattern[str]], object]
) -> Kind | None:
    return next((kind for kind, pattern in kinds.items() if found(pattern)), None)


def is_open(question: str) -> bool:
    """Whether it asks for an account: what or who one is, how a thing is done, all of several."""
    return bool(_OPEN.search(question))


def asks_whether(question: str) -> bool:
    """Whether it asks for yes or no, of which no few words of a sentence are one."""
    return bool(_WHETHER.match(question.strip()))


def sides_asked(question: str) -> tuple[str, str] | None:
    """Two things of which one is asked for, or how they differ: "Which is older, A or B?"."""
    sides = _SIDES.search(question.strip())
    return (sides[1] or sides[3], sides[2] or sides[4]) if sides else None
