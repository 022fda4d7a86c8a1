"""What kind of thing a question asks for, and where a sentence holds one."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal

from rag.datatypes import Span
from rag.mentions import TIME, names
from rag.quantities import names_unit, quantities
from rag.words import STOP_WORDS, stem, stems, tokens

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
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|"
    r"thousands?|millions?|billions?|half|twice|once|decades?|several)\b",
    re.I,
)
_COUNT = re.compile(  # or a list, or days or months from one to another, which can be counted
    rf"{_NUMBER.pattern}|[,;&½¼¾⅓⅔]|\b(?:\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|"
    r"trillions?|first|second|third|quarter|\w+th|all|and|an?|any|both|couple|daily|double|each|"
    r"either|every|few|infinite|majority|many|most|multiple|neither|no|nobody|none|nothing|numerous|"
    r"only|pair|plenty|free|complimentary|single|some|to|triple|unlimited|various|weekdays?|zero|[IVXLC]{2,})\b",
    re.I,
)
_ASKS_WHO = re.compile(r"^(?!.*\bwhere\b).*\bwhom?\b", re.I | re.S)
_PLACE_AFTER = re.compile(r"\b(?:at|in|near|outside)\s+(?:the\s+)?$", re.I)
_NUMBERED = re.compile(r"\bnumber\b", re.I)
_HOW_MUCH = re.compile(r"\bhow (?:many|much)\b|\bpercent", re.I)
_HOW_MANY = re.compile(r"\bhow many (?:of the |more |other )?(\w+)", re.I)
_COUNTED = re.compile(r"\bhow many ((?:[\w'’-]+\W*){1,3})", re.I)
_ANYBODY = frozenset(["peopl", "person", "time"])  # that go by other names where they are counted
_HOW_LONG = re.compile(r"\bhow long\b(?! ago\b)", re.I)
_LENGTH = re.compile(  # in time or space
    r"\b(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|nights?|weeks?|fortnights?|months?|"
    r"years?|yrs?|decades?|centur(?:y|ies)|generations?|seasons?|semesters?|quarters?|terms?|times?|lifetimes?|until|"
    r"till?|since|for ?ever|to|through|whole|entire|always|permanent(?:ly)?|indefinitely|briefly|"
    r"long(?:er)?|short(?:er)?|miles?|feet|foot|yards?|inch(?:es)?|(?:kilo|centi|milli)?met(?:er|re)s?|"
    r"pages?|lines?|words?|characters?|letters?|digits?|bits?|bytes?)\b|\d\s?(?:[hsd]|[ckm]?m|min|ft|in|mi|yd)\b|\d\s?[-–—]\s?\d|\d[\"'′″]",
    re.I,
)
_WHEN = re.compile(
    r"\d|o['’]clock|\b(?:after|always|annually|as|at|autumn|before|by|christmas|daily|dawn|day|dusk|during|early|easter|"
    r"evening|every|fall|following|if|immediately|in|late|mid|midnight|monthly|morning|never|night|"
    r"noon|now|on|once|only|prior|quarterly|soon|spring|summer|till?|until|upon|war|weekly|when|"
    r"whenever|while|winter|within|yearly|"
    r"(?:minute|hour|day|night|week|weekday|weekend|month|year|season)s|weekend)\b",
    re.I,
)
_TIME = re.compile(  # 10:30 and 10.30 am, and not the version 10.30
    r"\b(?:1\d{3}|20\d{2})s?\b|\b(?:Jan|Feb|March|April|May|June|July|Aug|Sept?|Oct|Nov|Dec)[a-z]*\b|"
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b|\b(?:yesterday|today|century|ago|since|"
    r"(?:last|next|this|earlier) (?:week|month|year|night))\b|"
    r"\d{1,2}:\d\d|\d{1,2}\.\d\d\s?[ap]\.?m\b",
)
_WHICH_YEAR = re.compile(r"\b(?:what|which) years?\b", re.I)
_YEAR = re.compile(
    r"\d{3}|['’/-]\d\d\b|\bFY ?\d|\d (?:AD|BC)|\b(?:year|decade|century)\b(?!-)", re.I
)
_CAPITAL = re.compile(r"\b[^\W\d_a-z]")
_NAME = re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][\w’'-]+")
_REASON = re.compile(
    r"\b(?:because|since|due to|in order to|so that|as a result|therefore|"
    r"to (?:avoid|prevent|ensure))\b",
    re.I,
)
_HEDGE = re.compile(
    r"\b(?:about|around|roughly|some|approximately|nearly|almost|at least|at most|over|under|up to|"
    r"(?:(?:no|not) )?(?:more|fewer|less) than)\s$",
    re.I,
)
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
_LONGEST = 60  # characters of a short answer


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


def holds_kind(question: str, sentence: str) -> float:
    """1 if the sentence holds the kind of thing asked for, 0 if not, 0.5 if no kind is asked."""
    kind = kind_asked(question)
    if kind == "number":
        return float(bool(_NUMBER.search(sentence)))
    if kind == "time":
        return float(bool(_TIME.search(sentence)))
    if kind == "name":
        asked = {stem(word) for word, _ in tokens(question)}
        found = {stem(match.lower()) for match in _NAME.findall(sentence)}
        return float(bool(found - asked - STOP_WORDS))
    if kind == "reason":
        return float(bool(_REASON.search(sentence)))
    return 0.5


def asks_figure(question: str) -> bool:
    """Whether it asks for a count, an amount or a year, which no words without a number are."""
    kind = kind_asked(question)
    asks = _HOW_MUCH if kind == "number" else _WHICH_YEAR if kind == "time" else None
    return bool(asks and asks.search(question))


def may_be(question: str, words: str, before: str = "") -> bool:
    """Whether words may be what is asked for: how many or how much is no name, how long no year.

    Nor is how many people six weeks, who a count, or who did it in Paris, or a phone number without
    figures. ``before`` is what stands before the words.
    """
    kind = kind_asked(question)
    if kind is None and _NUMBERED.search(question):
        return bool(_NUMBER.search(words))
    if kind == "name":
        place = _ASKS_WHO.search(question) and _PLACE_AFTER.search(before)
        return not place and (not _NUMBER.match(words) or bool(_CAPITAL.search(words)))
    if kind == "time" and _WHICH_YEAR.search(question):
        return bool(_YEAR.search(words))
    if kind == "time":
        return bool(_WHEN.search(words) or TIME.search(words) or _TIME.search(words))
    if kind != "number":
        return True
    if _HOW_LONG.search(question):
        return bool(_LENGTH.search(words))
    if _HOW_MANY.search(question) and not names_unit(question):
        measured = [quantity.span for quantity in quantities(words) if quantity.measured]
        if measured:
            return bool(_NUMBER.search(_blanked(words, measured)))
    counts = _COUNT.search(words) or TIME.search(words)
    return bool(counts) or not _HOW_MUCH.search(question)


def _blanked(text: str, spans: Sequence[Span]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def counts_asked(question: str, sentence: str) -> list[Span]:
    """Where a sentence counts what a question asks how many of: "5 days" for "how many days"."""
    asked = _HOW_MANY.search(question)
    noun = stem(asked[1].lower()) if asked else None
    return [q.span for q in quantities(sentence) if noun in stems(sentence[slice(*q.span)])]


def names_counted(question: str, text: str) -> bool:
    """Whether a text names what a question asks how many of, if it asks that."""
    asked = _COUNTED.search(question)
    words = set(stems(asked[1])) if asked else set()
    return not words or bool(words & (_ANYBODY | set(stems(text))))


def short_answer(question: str, sentence: str) -> Span | None:
    """Where a sentence holds the few words asked for: a quantity, a time or a name.

    Of several quantities the one of what the question counts, of several times the one that stands
    nearest to the question's words. None where the question asks for something else, or where it
    would be a guess.
    """
    asked, kind = set(stems(question)), kind_asked(question)
    found = [
        (start, end)
        for start, end in _mentions(kind, sentence)
        if not asked.issuperset(stems(sentence[start:end])) and end - start <= _LONGEST
    ]
    if kind == "number":
        counted = [span for span in found if asked.intersection(stems(sentence[slice(*span)]))]
        found = counted or found
    if not found or (len(found) > 1 and kind != "time"):
        return None
    places = [span for word, span in tokens(sentence) if stem(word) in asked]
    return min(found, key=lambda s: sum(min(abs(a - s[1]), abs(s[0] - b)) for a, b in places))


def _mentions(kind: Kind | None, sentence: str) -> Iterator[Span]:
    if kind == "number":
        for quantity in quantities(sentence):
            start, end = quantity.span
            hedge = _HEDGE.search(sentence[:start])
            yield (hedge.start() if hedge else start), end
    elif kind == "time":
        yield from (match.span() for match in TIME.finditer(sentence))
    elif kind == "name":
        yield from (span for _, span in names(sentence))
