"""When what is stated was: whether two times may be the same, and what follows what."""

import re
from collections.abc import Sequence
from datetime import date
from itertools import combinations

from rag.asked import kind_asked
from rag.datatypes import Passage, Statement
from rag.mentions import DAY, MONTH, MONTHS, TIME, YEAR, month_named
from rag.quantities import quantities
from rag.words import STOP_WORDS, stem, tokens

_YEAR = re.compile(rf"\b{YEAR}\b")
_TO = r"\s?(?:[-–—/]|and|through|thru|till|to|until)\s?"
_YEARS = re.compile(rf"\b({YEAR})(?:s\b|{_TO}({YEAR}|\d\d)\b(?! {MONTH}))")  # no "to 31 May"
_MONTHS = re.compile(rf"\b({MONTH}){_TO}({MONTH})")
_BUSINESS_YEAR = re.compile(r"\b(?:FY|Q[1-4])\s?['’]?(?:20)?(\d\d)\b")
_BEYOND = re.compile(r"\b(?:after|before|by|from|since|till|until)\s+(?:the\s+|about\s+)?$", re.I)
_ASKED_IN = re.compile(
    rf"\b(?i:in|during)\s+(?:(?:the|early|mid|late)[\s-]){{0,2}}(?:{MONTH}|{YEAR}\b)"
)
# What is told of one time may hold for others as well, or is compared with it.
_LASTS = re.compile(
    r"(?:\b(?:against|always|as (?:from|of)|beginning|daily|effective|every|now|onwards?|present|"
    r"starting|still|than|valid|versus)|, compared)\b",
    re.I,
)
_DAY = re.compile(rf"\b{DAY}\b")
_NUMERIC_DATE = re.compile(r"\b(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d))\b")


def compatible(a: str, b: str) -> bool:
    """Whether two times may be the same: no part that both name differs."""
    x, y = _parts(a), _parts(b)
    if not x or not y:
        return " ".join(a.lower().split()) == " ".join(b.lower().split())
    both = x.keys() & y.keys()
    return bool(both) and all(x[key] == y[key] for key in both)


def of_another_time(question: str, statement: str) -> bool:
    """Whether both name times, and none that is the same in a word or that may hold the other.

    The years from 1993 to 2001 hold 1995, as do the 1990s; since 1993 may be any later one.
    """
    told = words_of_times(statement) if words_of_times(question) else set()
    beyond = any(
        _BEYOND.search(statement[max(0, match.start() - 20) : match.start()])
        for match in TIME.finditer(statement)
    )
    return bool(told) and not beyond and _apart(question, statement)


def untold(question: str, statements: Sequence[tuple[str, Passage]]) -> bool:
    """Whether nothing tells of the month or year in which the question asks how something was.

    All name other times, one at least another month or year or, where a number is asked for, one
    day of the week; their passages hold nothing of that time and no dates in figures. What names no
    time itself is of the one that its document is named after, where a number is asked for.
    """
    asked = _ASKED_IN.search(question)
    if asked is None:
        return False
    other = re.compile(rf"\b{MONTH if re.search(MONTH, asked.group()) else YEAR}")
    counts = kind_asked(question) == "number"
    timed = [(_timed(told, passage) if counts else told, passage) for told, passage in statements]
    if not any(other.search(told) or (counts and _of_one_day(told)) for told, _ in timed):
        return False
    return all(
        of_another_time(asked.group(), statement)
        and not _LASTS.search(statement)
        and not _NUMERIC_DATE.search(passage.text)
        and _apart(asked.group(), f"{passage.title}\n{_spelled(passage.date)}\n{passage.text}")
        for statement, passage in timed
    )


def _timed(statement: str, passage: Passage) -> str:
    """A statement with a time: its own, or the one in its document's title."""
    return statement if words_of_times(statement) else f"{passage.title}: {statement}"


def _of_one_day(statement: str) -> bool:
    days = _DAY.findall(statement)
    return len(days) == 1 and not days[0].endswith("s")


def _apart(one: str, other: str) -> bool:
    """Whether no time in one is, or lies within, one in the other."""
    return (words_of_times(one) | _within(one)).isdisjoint(words_of_times(other) | _within(other))


def _within(text: str) -> set[str]:
    """The years and the stems of the months within the spans of time that a text mentions."""
    found = set()
    for first, last in _YEARS.findall(text):
        last = f"{first[: 4 - len(last)]}{last}" if last else f"{first[:3]}9"
        found |= {str(year) for year in range(int(first), min(int(last), int(first) + 100) + 1)}
    for names in _MONTHS.findall(text):
        begin, end = (month_named(name)[0] - 1 for name in names)
        found |= {stem(MONTHS[(begin + i) % 12]) for i in range((end - begin) % 12 + 1)}
    return found | {f"20{year}" for year in _BUSINESS_YEAR.findall(text)}


def _spelled(dated: str | None) -> str:
    """An ISO date as "May 2024"; nothing for none."""
    try:
        day = date.fromisoformat(dated or "")
    except ValueError:
        return ""
    return f"{MONTHS[day.month - 1].title()} {day.year}"


def words_of_times(text: str) -> set[str]:
    """The stems of the times that a text mentions, of Oct. that of October.

    May is one, and no stop word there.
    """
    return {
        stem(month_named(word)[1] if re.fullmatch(MONTH, word.title()) else word)
        for match in TIME.finditer(text)
        for word, _ in tokens(match.group())
        if word == "may" or word not in STOP_WORDS
    }


def in_order(statements: Sequence[Statement]) -> list[int]:
    """The places of statements as they follow one another in time, where a value develops.

    As given where none does or a time is unknown. A statement's time is its own, with the year of
    its document where it names none, else its document's date.
    """
    given = list(range(len(statements)))
    found = [tuple(quantities(statement.text)) for statement in statements]
    develops = any(
        x.comparable(y) and x.excludes(y)
        for one, other in combinations(found, 2)
        for x in one
        for y in other
    )
    moments = [_moment(statement) for statement in statements]
    dated = [moment for moment in moments if moment]
    if (
        not develops
        or len(dated) < len(moments)
        or len({moment[0] is None for moment in dated}) > 1
    ):
        return given
    return sorted(given, key=lambda i: [part or 0 for part in moments[i] or ()])


def _moment(statement: Statement) -> tuple[int | None, int, int] | None:
    """(year, month, day) with 0 for what is not named; no year where neither names one."""
    named = (_parts(match.group()) for match in TIME.finditer(statement.text))
    own = next(filter(None, named), {})
    dated = _parts(statement.date or "")
    if not own:
        own = dated
    if not own:
        return None
    year = own.get("year") or dated.get("year")
    day = own.get("day", "0").partition("-")[0]
    return (int(year) if year else None, int(own.get("month", 0)), int(day))


def _parts(time: str) -> dict[str, str]:
    if iso := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", time):
        return {"year": iso[1], "month": iso[2].lstrip("0"), "day": iso[3].lstrip("0")}
    found = {}
    if year := _YEAR.search(time):
        found["year"] = year.group()
    if month := re.search(MONTH, time):
        found["month"] = str(month_named(month[0])[0])
        if days := re.findall(r"\b\d{1,2}\b", time):
            found["day"] = "-".join(days)
    return found
