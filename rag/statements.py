"""A statement -> what it says, taken apart: its words, values, times and names."""

import re
from dataclasses import dataclass

from rag.datatypes import Statement
from rag.mentions import TIME, clock_times, names
from rag.quantities import Quantity, quantities
from rag.words import STOP_WORDS, stem, tokens

_SPEAKER = re.compile(
    r"^(?:according to [^,]{2,60},\s*|[^,.]{2,60}?\s(?:said|says?|claim(?:s|ed)?|report(?:s|ed)?|"
    r"estimate[sd]?|puts? it|stat(?:es|ed)|wrote|writes?|announced|told reporters)\s(?:that\s)?"
    r"(?:on \w+day\s)?)|,?\s*(?:according to [^.]{2,60}|(?:the\s)?[^,.]{2,60}?\s(?:said|says?|"
    r"reported|claims?|claimed))\.?$",
    re.I,
)
_NEGATION = re.compile(r"\b(?:not|never|no longer|cannot|\w+n['’]t)\b", re.I)
_LABEL = re.compile(r"\W*\d+(?:\.\d+)*[.)]?\s")
_LOOSE = re.compile(r"\b(?:about|after|around|before|by)\s+$", re.I)  # no certain time of day

Hours = tuple[tuple[int, bool], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement, taken apart; all words are stems, but for those of names."""

    text: str
    date: str | None
    document: str
    title: str
    headings: tuple[str, ...]
    words: frozenset[str]
    quantities: tuple[Quantity, ...]
    times: tuple[str, ...]
    hours: Hours  # minutes after midnight, and whether a.m. or p.m. is sure
    numbers: frozenset[str]  # any others: of a room or a flight
    names: frozenset[str]
    negated: bool
    leading: tuple[str, ...]  # its words before the value, in order

    @classmethod
    def of(cls, statement: Statement) -> "Said":
        """What a statement says, but for who said it."""
        text = _SPEAKER.sub("", statement.text.strip())
        found = tuple(quantities(text))
        clock = list(clock_times(text))
        valued = [match.span() for match in TIME.finditer(text)] + [q.span for q in found]
        valued += [span for *_, span in clock]
        said = [
            (stem(word), start)
            for word, (start, _) in tokens(text)
            if word not in STOP_WORDS and not any(a <= start < b for a, b in valued)
        ]
        words = [(word, start) for word, start in said if not word[0].isdigit()]
        label = _LABEL.match(text)
        body = label.end() if label else 0
        value = min((start for start, _ in valued), default=0)
        return cls(
            text=text,
            date=statement.date,
            document=statement.document,
            title=statement.title,
            headings=statement.headings,
            words=frozenset(word for word, _ in words),
            quantities=found,
            times=tuple(match.group() for match in TIME.finditer(text)),
            hours=tuple(
                (at, sure) for at, sure, (start, _) in clock if not _LOOSE.search(text[:start])
            ),
            numbers=frozenset(word for word, at in said if word[0].isdigit() and at >= body),
            names=frozenset(name for name, _ in names(text)),
            negated=bool(_NEGATION.search(text)),
            leading=tuple(word for word, at in words if at < value),
        )

    @property
    def amounts(self) -> set[tuple[float, float]]:
        """Its quantities, whatever is counted, each from its lowest to its highest value."""
        return {(quantity.low, quantity.high) for quantity in self.quantities}
