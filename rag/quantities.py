"""Text -> the quantities in it: an interval, what is counted, and per what time."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.datatypes import Span
from rag.mentions import TIME, clock_times
from rag.words import STOP_WORDS, stem, tokens

_SMALL = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
BELOW_TWENTY = {word: value for value, word in enumerate(_SMALL.split())}
TENS = {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
SCALES = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
}  # fmt: skip
SHORT_SCALES = {"k": 1000, "m": 10**6, "mn": 10**6, "bn": 10**9}
_WORDS = BELOW_TWENTY | TENS | {"a": 1}
_ONES = "|".join([*BELOW_TWENTY][1:10])
_BELOW = rf"(?:(?:{'|'.join(TENS)})(?:[ \xa0-](?:{_ONES}))?|{'|'.join(BELOW_TWENTY)})"
_SAID = rf"\b(?:(?:{_ONES}|a)[ \xa0-]hundred(?: (?:and )?{_BELOW}(?!-))?|{_BELOW})\b"
_MAGNITUDES = SCALES | SHORT_SCALES
_NOT_COUNTED_OFF = (
    r"(?<!\bday )(?<!\bpage )(?<!\bpart )(?<!\broom )(?<!\bstage )(?<!\bstep )(?<!\bweek )"
)
_GROUPED = (  # 1,300,000 or 1 300 000, and not "on day 3 500 people came"
    rf"\d{{1,3}}(?:,\d{{3}})+(?!\d)"
    rf"|{_NOT_COUNTED_OFF}\d{{1,3}}(?:[ \xa0\u2009\u202f]\d{{3}})+(?!\d)"
)
_VALUE = rf"(?:(?:{_GROUPED}|\d+)(?:\.\d+)?|{_SAID})"
_MAGNITUDE = rf"(?:{'|'.join(SCALES)}|(?:{'|'.join(SHORT_SCALES)})\b)"
_QUANTITY = re.compile(
    rf"(?<![\w.,/:-])(?P<currency>[$€£])?\s?(?P<value>{_VALUE})"
    rf"(?:\s*(?:-|–|to|and)\s*[$€£]?(?P<upper>{_VALUE}))?(?:[\s-]?(?P<magnitude>{_MAGNITUDE}))?"
    r"(?:\s?(?P<percent>%|per ?cent\b))?(?![\d,.:/]*\d|(?:st|nd|rd|th)\b)",
    re.I,
)
_LOWER = r"at least|a minimum of|(?:no|not) (?:fewer|less) than"
_UPPER = r"at most|a maximum of|up to|(?:no|not) more than"
_AT_LEAST = re.compile(
    rf"\b(?:{_LOWER}|(?<!no )(?<!not )more than|over|above|exceed(?:s|ed|ing)?|from|upwards of)"
    r"\s+$",
    re.I,
)
_AT_MOST = re.compile(
    rf"\b(?:{_UPPER}|(?<!no )(?<!not )(?:fewer|less) than|under|below|as (?:many|much) as)\s+$",
    re.I,
)
# "Must be at least 3 days" and "must be at least 7 days" are two rules; that at least 12 came and
# that at least 15 came may both be true.
_LIMIT = re.compile(rf"\b(?:{_LOWER}|{_UPPER})\s+$", re.I)
_RULES = re.compile(
    r"\b(?:allowed|entitled|have to|has to|limit(?:ed)?|maximum|may|minimum|must|needs?|permitted|"
    r"required?|requires|shall)\b",
    re.I,
)
_CHANGED = re.compile(  # "raised the rent from £62 to £68": it is £68 now
    r"\b(?:(?:chang|decreas|increas|rais|reduc)(?:e[sd]?|ing)|(?:climb|extend|lower|shorten)(?:s|ed|ing)|"
    r"drop(?:s|ped|ping)|fall(?:s|en|ing)?|fell|grew|grow(?:s|n|ing)|move[sd]|"
    r"ris(?:es?|en|ing)|rose|went)(?:\s+\w+){0,5}\s+from\s+$",
    re.I,
)
_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|some|approximately|approx\.?|nearly|almost|circa|ca\.?|estimated|"
    r"close to|just (?:over|under))\s+|~\s?)$",
    re.I,
)
_RATE = re.compile(
    r"^\W*(?:[\w-]+\W+){0,4}?(?:(?:an?|per|each|every)\s+(second|minute|hour|day|week|month|quarter|year|"
    r"person|head|household|unit|night)\b|(hourly|daily|weekly|monthly|yearly|annually)\b)",
    re.I,
)
_RATE_BEFORE = re.compile(r"\b(hourly|daily|weekly|monthly|yearly|annual)\b", re.I)
_RATES = {
    "hourly": "hour", "daily": "day", "weekly": "week", "monthly": "month", "yearly": "year",
    "annually": "year", "annual": "year",
}  # fmt: skip
# What one of these is in the first unit of its kind.
_UNITS = {
    "second": ("time", 1.0), "minute": ("time", 60.0), "hour": ("time", 3600.0),
    "day": ("time", 86400.0), "week": ("time", 604800.0), "month": ("time", 2629800.0),
    "year": ("time", 31557600.0), "millimetre": ("length", 0.001), "mm": ("length", 0.001),
    "centimetre": ("length", 0.01), "cm": ("length", 0.01), "metre": ("length", 1.0),
    "meter": ("length", 1.0), "kilometre": ("length", 1000.0), "kilometer": ("length", 1000.0),
    "km": ("length", 1000.0), "mile": ("length", 1609.344), "foot": ("length", 0.3048),
    "feet": ("length", 0.3048), "inch": ("length", 0.0254), "mg": ("mass", 1e-6),
    "gram": ("mass", 1e-3), "g": ("mass", 1e-3), "kg": ("mass", 1.0), "kilogram": ("mass", 1.0),
    "pound": ("pound", 1.0), "tonne": ("mass", 1000.0), "dollar": ("$", 1.0), "euro": ("€", 1.0),
}  # fmt: skip
_MEASURES = frozenset({"$", "€", "£"}.union(kind for kind, _ in _UNITS.values()))
_SLACK = 0.1  # of a value that is said to be about right
_ROUNDING = 0.005  # of any value
_CONVERTED = 0.02  # of a value in other units, or a limit: a month is 30 days


@dataclass(frozen=True, slots=True)
class Quantity:
    """From ``low`` to ``high`` of ``counted`` (stems, or a kind of unit), per ``rate``.

    ``limit``: the one of them that is finite is a limit that is set. ``unit``: what it was told in,
    in the first unit of its kind.
    """

    low: float
    high: float
    counted: frozenset[str]
    rate: str | None
    span: Span
    limit: bool = False
    unit: float = 1.0

    @property
    def measured(self) -> bool:
        """Whether it is a length of time, a distance, a weight or a sum of money."""
        return self.counted <= _MEASURES

    def comparable(self, other: "Quantity") -> bool:
        """Whether both count the same kind of thing: the one may say more closely what."""
        a, b = self.counted, other.counted
        return self.rate == other.rate and (a <= b or b <= a)

    def excludes(self, other: "Quantity") -> bool:
        """Whether not both can be true, or not both be the lower (or upper) limit."""
        if self.limit and other.limit and math.isinf(self.high) == math.isinf(other.high):
            one, another = (q.low if math.isinf(q.high) else q.high for q in (self, other))
            return not math.isclose(one, another, rel_tol=_CONVERTED)
        slack = 1 + (_CONVERTED if self.unit != other.unit else 0)
        return self.high * slack < other.low or other.high * slack < self.low


def quantities(text: str) -> Iterator[Quantity]:
    """The quantities of a text in order; dates, times and the numbers of names are none."""
    times = [match.span() for match in TIME.finditer(text)]
    rules = bool(_RULES.search(text))
    times += [span for *_, span in clock_times(text)]
    for match in _QUANTITY.finditer(text):
        if any(a < match.end() and match.start() < b for a, b in times):
            continue
        if re.search(r"(?:[A-Z][\w.-]*|\bNo\.?|#)\s*$", text[: match.start()]) and not _opens(
            text, match
        ):
            continue
        counted, unit, length = _counted(text[match.end() :], match["currency"], match["percent"])
        if not counted:
            continue
        factor = unit * _MAGNITUDES.get((match["magnitude"] or "").lower(), 1)
        value = _number(match["value"]) * factor
        upper = _number(match["upper"]) * factor if match["upper"] else value
        start = match.end() - len(match.group().lstrip())
        if match["upper"] and _CHANGED.search(text[: match.start()]):
            value, start = upper, _currency_start(text, match.start("upper"))
        low, high = _interval(text[:start], min(value, upper), max(value, upper), match)
        rate = _RATE.match(text[match.end() :]) or _RATE_BEFORE.search(text)
        per = next(filter(None, rate.groups())).lower() if rate else None
        span = (start, match.end() + length)
        limit = rules and bool(_LIMIT.search(text[: match.start()]))
        yield Quantity(low, high, counted, _RATES.get(per or "", per), span, limit, unit)


def names_unit(text: str) -> bool:
    """Whether a text names a unit of a measure: hours, miles, dollars."""
    return any(_unit(word) for word, _ in tokens(text))


def _unit(word: str) -> tuple[str, float] | None:
    """The kind of a unit, in lower case, and what one is in the first unit of its kind."""
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))


def _currency_start(text: str, place: int) -> int:
    """Where a number begins with the sign of its currency."""
    return place - (text[place - 1] in "$€£")


def _opens(text: str, match: re.Match[str]) -> bool:
    """Whether the capitalised word before a number only opens the sentence: "Some 30", "In 30"."""
    word = text[: match.start()].split()[-1]
    return text[: match.start()].strip() == word and (
        word.lower() in STOP_WORDS or bool(_ABOUT.search(f"{word} "))
    )


def _number(text: str) -> float:
    words = re.split(r"[\s-]", text.lower())
    if words[0] not in _WORDS:
        return float(re.sub(r"[,\s]", "", text))
    value = 0
    for word in words:
        value = 100 * value if word == "hundred" else value + _WORDS.get(word, 0)
    return float(value)


def _counted(
    after: str, currency: str | None, percent: str | None
) -> tuple[frozenset[str], float, int]:
    """What is counted, what turns it into the first unit of its kind, and how far its words go."""
    if currency or percent:
        return frozenset([currency or "%"]), 1.0, 0
    found: list[str] = []
    end = 0
    for token in re.finditer(r"[\s-]*(?:([A-Za-z]\w*(?:\.\w+)*)|\S)", after[:80]):
        word = (token[1] or "").lower()
        if not word or (word in STOP_WORDS and word != "of") or len(found) == 3:
            break
        if word == "of":
            continue
        unit = _unit(word)
        if unit and not found:
            return frozenset([unit[0]]), unit[1], token.end()
        found.append(stem(word))
        end = token.end()
    return frozenset(found), 1.0, end


def _interval(before: str, low: float, high: float, match: re.Match[str]) -> tuple[float, float]:
    if _AT_LEAST.search(before):
        return low, math.inf
    if _AT_MOST.search(before):
        return -math.inf, high
    slack = _SLACK if _ABOUT.search(before) else _ROUNDING
    rounded = 0.0
    if match["magnitude"] and not match["upper"]:  # 1.2 million: to the last digit given
        digits = len(match["value"].partition(".")[2])
        rounded = 0.5 * low / _number(match["value"]) / 10**digits if low else 0.0
        rounded = min(rounded, 0.05 * low)
    return low - max(slack * abs(low), rounded), high + max(slack * abs(high), rounded)
