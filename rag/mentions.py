"""Text -> what it mentions: times, names and phrases, found by their looks alone."""

import re
from collections.abc import Iterator

from rag.datatypes import Span
from rag.words import STOP_WORDS, stem, stems, tokens

MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|"
    r"Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?"
YEAR = r"(?:1[5-9]|20)\d\d"
_MOMENT = (
    rf"(?:(?:early|mid|late|the)[\s-]){{0,3}}(?:"
    rf"{MONTH}(?:\s+\d{{1,2}}(?:st|nd|rd|th)?\b(?!\s?%))?(?:,?\s+{YEAR}\b)?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}(?:,?\s+{YEAR}\b)?"
    rf"|\d{{4}}-\d\d-\d\d|{YEAR}s?\b|(?:FY|Q[1-4])\s?(?:{YEAR}|\d\d)?\b|{DAY}\b"
    r"|(?:last|next|this|previous|following|past|same|first|second|third|fourth|final)\s+"
    r"(?:year|month|week|quarter|spring|summer|autumn|fall|winter|night|decade|half|season)\b"
    rf"(?:\s+of\s+{YEAR}\b)?"
    r"|(?:yesterday|today|tomorrow|tonight)\b)"
)
TIME = re.compile(
    rf"(?<![\w-])(?:(?i:from|between)\s+{_MOMENT}\s+(?i:to|and|until|till)\s+(?:{_MOMENT}|\d{{1,2}}\b)"
    rf"|{_MOMENT}(?:\s?[-–]\s?\d{{1,2}}\b)?)",
)
# A score or a verse is written like a time: without a.m. or p.m. only what leads to it tells.
_CLOCK = re.compile(
    r"\b(?P<hour>[01]?\d|2[0-4])(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?m\b\.?"
    r"|(?:\b(?:about|after|and|around|at|before|between|by|from|hours|is|till|to|until)[:\s]\s?|[-–]\s?)"
    r"(?P<of_24>[01]?\d|2[0-4]):(?P<past>[0-5]\d)\b(?![:.]\d)",
    re.I,
)
MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_DAY_OF_MONTH = r"(?P<day{}>\d{{1,2}})(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"\b(?:(?P<iso>{YEAR}-\d\d-\d\d)\b"
    rf"|{_DAY_OF_MONTH.format(1)}\s+(?:of\s+)?(?P<month1>{MONTH})(?:,?\s+(?P<year1>{YEAR})\b)?"
    rf"|(?P<month2>{MONTH})(?:\s+{_DAY_OF_MONTH.format(2)}\b)?(?:,?\s+(?P<year2>{YEAR})\b)?)"
)
_WORD = r"[^\W\d_a-z][\w'’.&-]*[\w]|[A-Z]"
_NAME = re.compile(rf"(?:{_WORD})(?:\s+(?:(?:of|de|la|van|von|der|al|bin)\s+)?(?:{_WORD}|\d+))*")
_TOKEN = re.compile(
    r"(?:[A-Z]\.){2,}|[^\W_](?:[\w'’&+#-]*[\w+#])?(?:(?:\.|(?<=\d),(?=\d{3}\b))\d+)*"
)
_POSSESSIVE = re.compile(r"['’]s?$")
_OPENING = " \"'“‘(*_#>•–-"  # what may stand before a sentence's first word: quotes, Markdown
# What only frames a question, beyond the stop words.
_FRAMES = frozenset(
    stem(word)
    for word in """
    able actually already anything apparently ask become believe called can come comes consider
    describe detail details else exactly example explain find get getting give given go going good
    got happen happened happens heard help hi hello important information keep kind know known let
    like list look made make makes making mean means meant mention mentioned need needed number ok
    okay oops please possible really reason regarding right said say says see show something sorry
    sort start sure take taken talk talking thank thanks thing things think thought thus time told
    type types understand use used using via want wanted way well went wish wonder yes long old
    big often far one two ones another same still yet ever
    did first last next
    """.split()
)


def names(text: str) -> Iterator[tuple[str, Span]]:
    """Capitalised runs with their spans, possessive endings cut; times are not names.

    A lone capitalised word that opens a sentence is none unless it is all capitals.
    """
    times = [match.span() for match in TIME.finditer(text)]
    for match in _NAME.finditer(text):
        start, name = match.start(), match.group()
        before = text[:start].rstrip(_OPENING)
        opens = not before.strip() or before[-1] in ".!?:\n"
        first = name.split()[0]
        if opens and first.lower().split("'")[0].split("’")[0] in STOP_WORDS:
            start += len(first)
            name = name[len(first) :]
            start += len(name) - len(name.lstrip())
            name = name.lstrip()
            opens = False
        name = _POSSESSIVE.sub("", name)
        if len(name) < 2 or name.lower() in STOP_WORDS:
            continue
        if opens and " " not in name and not name.isupper():
            continue
        if any(a < start + len(name) and start < b for a, b in times):
            continue
        yield name, (start, start + len(name))


def identifiers(text: str) -> set[str]:
    """The stems of the names and of the words that begin with a digit."""
    found = [name for name, _ in names(text)]
    found += [word for word, _ in tokens(text) if word[0].isdigit()]
    return {word for one in found for word in stems(one)}


def clock_times(text: str) -> Iterator[tuple[int, bool, Span]]:
    """The times of day in a text: minutes after midnight, whether a.m. or p.m. is sure, where."""
    for match in _CLOCK.finditer(text):
        hour, minute = int(match["hour"] or match["of_24"]), match["minute"] or match["past"]
        if half := match["half"]:
            hour = hour % 12 + (12 if half in "pP" else 0)
        start = match.start("hour" if half else "of_24")
        yield 60 * (hour % 24) + int(minute or 0), bool(half) or hour > 12, (start, match.end())


def month_named(name: str) -> tuple[int, str]:
    """The number and the whole name, in lower case, of a month by a name that MONTH matches."""
    whole = next(month for month in MONTHS if month.startswith(name[:3].lower()))
    return MONTHS.index(whole) + 1, whole


def dates(text: str) -> Iterator[re.Pattern[str]]:
    """Patterns of the ISO dates that the days and months in a text may mean."""
    for match in _DATE.finditer(text):
        if match["iso"]:
            yield re.compile(match["iso"])
            continue
        month, _ = month_named(match["month1"] or match["month2"])
        year = match["year1"] or match["year2"] or r"\d{4}"
        day = match["day1"] or match["day2"]
        yield re.compile(f"{year}-{month:02d}-{int(day):02d}" if day else f"{year}-{month:02d}-..")


def phrases(text: str) -> Iterator[str]:
    """The runs of content words between stop words and marks, in order: "the aid trucks" is one."""
    run: list[str] = []
    end = 0
    for match in _TOKEN.finditer(text):
        word = match.group()
        if run and text[end : match.start()].strip():
            yield " ".join(run)
            run = []
        if telling(word):
            run.append(word)
        elif run:
            yield " ".join(run)
            run = []
        end = match.end()
    if run:
        yield " ".join(run)


def telling(word: str) -> bool:
    """Whether a word says what a text is about."""
    if word in ("US", "U.S."):
        return True
    lower = word.lower().replace("’", "'")
    bare = lower.split("'")[0]
    return bare not in STOP_WORDS and lower not in STOP_WORDS and stem(bare) not in _FRAMES
