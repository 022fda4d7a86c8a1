"""Where a sentence holds the kind of thing that a question asks for, and what may be one."""

import re
from collections.abc import Iterator, Sequence

from rag.asked import Kind, kind_asked
from rag.datatypes import Span
from rag.mentions import TIME, names
from rag.quantities import names_unit, quantities
from rag.words import STOP_WORDS, stem, stems, tokens

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
_HOW_MANY = re.compile(
    r"\bhow many (?:of the |more |other )?(?P<things>(?P<first>\w+)(?:\W+[\w'’-]+){0,2})", re.I
)
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
_LONGEST = 60  # characters of a short answer


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
    noun = stem(asked["first"].lower()) if asked else None
    return [q.span for q in quantities(sentence) if noun in stems(sentence[slice(*q.span)])]


def names_counted(question: str, text: str) -> bool:
    """Whether a text names what a question asks how many of, if it asks that."""
    asked = _HOW_MANY.search(question)
    words = set(stems(asked["things"])) if asked else set()
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
