"""Numbers and dates as they are written, brought to one form each."""

import re
from decimal import Decimal, InvalidOperation

from rag.quantities import BELOW_TWENTY, SCALES, SHORT_SCALES, TENS

_MONTH_NAMES = (
    "january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
    "august aug", "september sep sept", "october oct", "november nov", "december dec",
)  # fmt: skip
MONTHS = {name: n for n, names in enumerate(_MONTH_NAMES, 1) for name in names.split()}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
YEAR = r"(?:1\d|20)\d\d"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
DATE = re.compile(
    rf"""
    \b(?: (?P<y1>{YEAR})-(?P<m1>\d\d)-(?P<d1>\d\d)
    | (?P<m2>{_MONTH})\b\.?+ (?:
        \s(?P<d2>{_DAY})\b(?![,.]\d|\s?%)(?:,?\s(?P<y2>{YEAR})\b)?
        | ,?\s(?P<y3>{YEAR})\b
      )?
    | (?P<d3>{_DAY})\s(?:of\s)?(?P<m3>{_MONTH})\b\.?(?:,?\s(?P<y4>{YEAR})\b)? )
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NUMBER_WORD = "|".join([*BELOW_TWENTY, *TENS, "dozen"])
_SCALE = "|".join(SCALES)
_SCALES = SCALES | SHORT_SCALES
_EXTENT = "long|wide|high|tall|deep|thick|apart|away|above|below"  # behind it, "5m" is in metres
NUMBER = re.compile(
    rf"""
    (?P<figure>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)
      (?![\w.]*\d|[^\W\d_]{{3}}|(?:st|nd|rd|th)\b)
      (?:[\s-](?P<scale>{_SCALE}|bn|mn)\b|(?P<short>bn|mn|[mk])\b(?=[\s.,;]|$)(?!\s(?:{_EXTENT})\b))?
    | \b(?P<words>(?:{_NUMBER_WORD}|a(?=\s(?:dozen|{_SCALE})\b))
      (?:(?:[\s-]|(?:(?<=hundred)|(?<=thousand)|(?<=million))\sand\s)
      (?:{_NUMBER_WORD}|{_SCALE})\b){{0,12}})\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def date_keys(match: re.Match[str]) -> tuple[str, frozenset[str]]:
    """A written date: the date, and all that it says: 13 October 2024 is in October, in 2024."""
    found = match.groupdict()
    year = next((found[k] for k in ("y1", "y2", "y3", "y4") if found[k]), "")
    raw = next(found[k] for k in ("m1", "m2", "m3") if found[k])
    month = MONTHS.get(raw.lower()) or int(raw)
    raw_day = next((found[k] for k in ("d1", "d2", "d3") if found[k]), "")
    day = re.sub(r"\D", "", raw_day).lstrip("0")
    return date_parts(year, month, day)


def date_parts(year: str, month: int, day: str) -> tuple[str, frozenset[str]]:
    """The key of a date and the keys of all that it implies; parts that are not there are ""."""
    keys = {f"@{y}-{m}-{d}" for y in {year, ""} for m, d in {(month, day), (month, "")}}
    return f"@{year}-{month}-{day}", frozenset(keys | ({f"#{year}"} if year else set()))


def number_value(match: re.Match[str]) -> Decimal | None:
    """The value of a written number; None if it has none."""
    if match["words"]:
        return _value_of_words(match["words"].lower())
    scale = match["scale"] or match["short"] or ""
    try:
        return Decimal(match["figure"].replace(",", "")) * _SCALES.get(scale.lower(), 1)
    except InvalidOperation:
        return None


def _value_of_words(text: str) -> Decimal:
    total = part = 0
    for word in re.split(r"[\s-]+", text):
        if word == "dozen":
            part = max(part, 1) * 12
        elif word == "hundred":
            part = max(part, 1) * 100
        elif word in SCALES:
            total, part = total + max(part, 1) * SCALES[word], 0
        else:
            part += 1 if word == "a" else BELOW_TWENTY.get(word, 0) + TENS.get(word, 0)
    return Decimal(total + part)
