"""Statements that give different values for the same thing at the same time.

Two statements disagree where they are alike but for the value: the same words around it, the same
names, no other time, no part against a whole, nothing ordered or wanted against what is, nothing
before the subject that narrows it ("During probation the notice period"), no other number of a room
or a flight, no two rows of one table or sections of one document, no documents on two things. Then
the values must exclude each other ("at least 40" and 63 do not, nor do "about 200" and 197). Whose
claim it is makes no difference: A says 30, B says 50 is a disagreement. Where anything else differs
it is none: a false alarm is worse than a missed one.
"""

import re
from collections.abc import Sequence
from itertools import combinations, takewhile

from rag.chronology import compatible
from rag.datatypes import Citation, Statement
from rag.mentions import DAY, TIME, identifiers
from rag.statements import Hours, Said
from rag.tables import in_table
from rag.words import stem, stems, tokens


def _stems(words: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words.split())


_NOT_DONE = _stems(
    "order ordered want wants wanted plan plans planned aim aims target goal expect expects "
    "expected forecast projected propose proposed promise promised pledge pledged hope hopes "
    "intend intends would should could will may might budgeted capacity limit maximum demand "
    "demanded request requested ask asked need needed require required call called estimate"
)
_PART = _stems(
    "north south east west northern southern eastern western central inner outer district "
    "districts suburb suburbs region children child women men adults civilians soldiers students "
    "pensioners foreign domestic online first second third half quarter alone only including "
    "among additional another other extra further remaining former new initially later net gross "
    "before after excluding"
)
# They say that something is so much, and nothing else.
_NEUTRAL = _stems(
    "stood stand stands total amount amounts amounted reach reached height high tall depth deep "
    "length long last lasts home live lives found visitor visitors number count altogether "
    "overall officially exactly precisely now currently held hold holds people persons cover "
    "covers cost costs paid is"
)
_ONCE = _stems(
    "open opened found founded born die died built complete completed establish established "
    "publish published invent invented sign signed launch launched discover discovered end ended "
    "begin began start started create created introduce introduced inaugurate inaugurated erect "
    "erected"
)
# A place or an event does it at one time of day; trains leave at many.
_AT_ONE_HOUR = _stems(
    "open opens opening close closes closing start starts begin begins end ends hours check served"
)
_ONLY_ONE = re.compile(
    r"\b(?:is|was)\s+the\b|\b[Tt]he\s+[\w\s-]{2,60}\s(?:is|was)\s+[A-Z]|\b(?:based|born|located|buried|"
    r"headquartered|discovered|invented|founded|won|written|wrote|directed|painted|composed|designed|"
    r"chaired|headed|led)\b"
)
_OPPOSITES = [
    (_stems(a), _stems(b))
    for a, b in (
        ("approve approved accept accepted", "reject rejected refuse refused deny denied"),
        ("open", "closed shut"),
        ("allowed permitted legal", "banned forbidden prohibited illegal"),
        ("rose increased grew", "fell decreased shrank declined dropped"),
        ("won", "lost"),
        ("passed", "failed"),
        ("safe", "unsafe dangerous"),
        ("guilty convicted", "innocent acquitted"),
        ("mandatory compulsory obligatory", "optional voluntary"),
    )
]
# Of one place or time and of all the others: "in towns", "outside towns"; "since 2020", "until".
_SIDES = [
    (re.compile(rf"\b(?:{a})\s", re.I), re.compile(rf"\b(?:{b})\s", re.I))
    for a, b in (("outside|beyond|except", "in|within"), ("since|from|after", "until|before"))
]
_ASKS_TIME = re.compile(r"\bwhen\b|\b(?:what|which|in what) (?:year|date|day|month)\b", re.I)
_WEEKDAY = re.compile(rf"{DAY}$")
_ASKS_HOUR = re.compile(r"\bwhen\b|\b(?:what|which) time\b|\bhours\b|\buntil\b", re.I)
_ASKS_NAME = re.compile(r"\b(?:who|whom|where|which|what)\b", re.I)


def conflicts(question: str, statements: Sequence[Statement]) -> list[tuple[int, int]]:
    """The pairs of statements, by their places, that cannot both hold."""
    said = enumerate(map(Said.of, statements))
    return [(i, j) for (i, a), (j, b) in combinations(said, 2) if _disagree(question, a, b)]


def disagreeing(question: str, cited: Sequence[Citation]) -> list[tuple[Citation, Citation]]:
    """The pairs of an answer's citations whose quotes cannot both hold."""
    pairs = conflicts(question, [Statement(c.quote, c.date, c.document, c.title) for c in cited])
    return [(cited[i], cited[j]) for i, j in pairs]


def on_two_things(question: str, title: str, other: str) -> bool:
    """Whether titles differ in a word each, one of them asked about: Kettle A100, Kettle B300."""
    one, another = set(stems(title)), set(stems(other))
    apart = len(one - another) == len(another - one) == 1 and bool(one & another)
    return apart and not (one ^ another).isdisjoint(identifiers(question))


def names_the_other(question: str, title: str, other: str) -> bool:
    """Whether a question names what the other title is about, and not this one: Tariff 2025."""
    own, named = set(stems(title)), identifiers(question)
    of_either = named & (own ^ set(stems(other)))
    return on_two_things(question, title, other) and not of_either & own


def _disagree(question: str, a: Said, b: Said) -> bool:
    if a.document == b.document and (
        a.headings != b.headings or (in_table(a.text) and in_table(b.text))
    ):
        return False
    if a.numbers and b.numbers and a.numbers != b.numbers:
        return False
    if on_two_things(question, a.title, b.title):
        return False
    if _is_done(a) != _is_done(b):
        return False
    if any((_one_side(x, a, b) or _one_side(x, b, a)) for x in _SIDES):
        return False
    asked = frozenset(stems(question))
    if _ASKS_TIME.search(question) and _other_dates(asked, a, b):
        return True
    if not _same_time(question, a, b):
        return False
    if _ASKS_HOUR.search(question) and _other_hours(a, b):
        return True
    return _other_amounts(asked, a, b) or _other_names(question, a, b) or _opposite(a, b)


def _is_done(said: Said) -> bool:
    """Whether a statement tells of nothing that is ordered, wanted or expected."""
    return _NOT_DONE.isdisjoint(stem(word) for word, _ in tokens(said.text))


def _one_side(sides: tuple[re.Pattern[str], re.Pattern[str]], a: Said, b: Said) -> bool:
    """Whether each statement speaks of another side."""
    (x, y), one, other = sides, a.text, b.text
    return bool(x.search(one) and y.search(other) and not (x.search(other) or y.search(one)))


def _other_amounts(asked: frozenset[str], a: Said, b: Said) -> bool:
    pairs = [(x, y) for x in a.quantities for y in b.quantities if x.comparable(y)]
    if not pairs or not all(x.excludes(y) for x, y in pairs) or a.negated != b.negated:
        return False
    if any((x.counted ^ y.counted) & _PART for x, y in pairs):
        return False
    return _alike(asked, a, b)


def _other_dates(asked: frozenset[str], a: Said, b: Said) -> bool:
    """The same single event, dated differently; a day of the week is no date."""
    x, y = ([time for time in said.times if not _WEEKDAY.match(time)] for said in (a, b))
    if not (x and y) or not _ONCE & a.words & b.words:
        return False
    apart = all(not compatible(one, other) for one in x for other in y)
    return apart and a.negated == b.negated and _alike(asked, a, b)


def _other_hours(a: Said, b: Said) -> bool:
    """The same said of other times of day, in two documents: one of them may list several."""
    if a.document == b.document or len(a.hours) != len(b.hours) or not _AT_ONE_HOUR & a.words:
        return False
    same = a.words == b.words and a.names == b.names and a.negated == b.negated
    return same and a.amounts == b.amounts and _lacks(a.hours, b.hours) and _lacks(b.hours, a.hours)


def _lacks(hours: Hours, others: Hours) -> bool:
    """Whether one of the times of day is none of the others; 5:30 may be 5:30 p.m."""
    return any(
        all((at - other) % (1440 if sure and known else 720) for other, known in others)
        for at, sure in hours
    )


def _other_names(question: str, a: Said, b: Said) -> bool:
    """One name in each that the other has not, where only one can be right."""
    if not _ASKS_NAME.search(question) or a.negated != b.negated:
        return False
    only_a, only_b = a.names - b.names, b.names - a.names
    if len(only_a) != 1 or len(only_b) != 1 or a.amounts != b.amounts:
        return False
    name_a, name_b = *only_a, *only_b
    if name_a in question or name_b in question or set(stems(name_a)) & set(stems(name_b)):
        return False
    if not (_ONLY_ONE.search(a.text) and _ONLY_ONE.search(b.text)):
        return False
    rest_a = a.words - set(stems(name_a)) - _NEUTRAL
    rest_b = b.words - set(stems(name_b)) - _NEUTRAL
    return bool(rest_a & rest_b) and (rest_a <= rest_b or rest_b <= rest_a)


def _opposite(a: Said, b: Said) -> bool:
    """The same said and denied, or a word and its opposite."""
    only_a, only_b = a.words - b.words, b.words - a.words
    if a.names != b.names or a.amounts != b.amounts or a.hours != b.hours:
        return False
    if a.negated != b.negated:
        return not only_a and not only_b and len(a.words) >= 2
    return any(
        (only_a and only_b) and ((only_a <= x and only_b <= y) or (only_a <= y and only_b <= x))
        for x, y in _OPPOSITES
    )


def _alike(asked: frozenset[str], a: Said, b: Said) -> bool:
    """Whether both speak of the same thing: at most one says more, and that is no part of it."""
    words_a, words_b = a.words - _NEUTRAL, b.words - _NEUTRAL
    only_a, only_b = words_a - words_b, words_b - words_a
    shared = words_a & words_b
    if (only_a | only_b) & _PART or not shared:
        return False
    if a.names - b.names and b.names - a.names:
        return False
    if not only_a or not only_b:
        # What comes before the thing narrows it: "During probation the notice period".
        led = [set(takewhile(lambda word: word not in shared, x.leading)) for x in (a, b)]
        narrowed = set.union(*led) & (only_a | only_b) - asked
        return not narrowed and (len(shared) >= 2 or not (only_a | only_b))
    told = asked & words_a == asked & words_b
    few = min(len(only_a), len(only_b)) <= 1 and len(only_a | only_b) <= 3
    return told and few and len(shared & asked) >= 3


def _same_time(question: str, a: Said, b: Said) -> bool:
    """Whether both may speak of the same time: their own, else that of their documents."""
    if a.times and b.times:
        return all(any(compatible(x, y) for y in b.times) for x in a.times)
    if a.times or b.times:
        return any(compatible(t, u) for t in a.times + b.times for u in TIME.findall(question))
    return a.date is None or b.date is None or a.date == b.date
