"""Whether to abstain: how likely it is that the hits, and the best sentences in them, answer."""

import math
import re
from collections.abc import Sequence

from rag.asked import kind_asked, parts
from rag.chronology import untold, words_of_times
from rag.datatypes import Hit
from rag.denial import affirms, leaves_out
from rag.extract import ABLE, LONGEST_READ, NEARLY, SURE, Candidate
from rag.kinds import asks_figure, may_be
from rag.mentions import MONTH, YEAR, identifiers, telling
from rag.words import stem, stems

_UNKNOWN = 0.5  # of the answerability is lost where nothing that is named is there
_UNHEARD_OF = 0.95  # of it, where the code that is asked about is in no hit
_UNSAID = 0.95  # of it, where the reader is sure that the sentences do not say
_UNTOLD = 0.95  # of it, where what may be quoted is of other times than the question's
_AFFIRMED = 0.95  # of it, where what may be quoted says of what is denied that it is so
_QUOTED = 2  # sentences at most, where one thing is asked for
_TRUSTED = 3  # hits in which what is named is looked for
_CODE = re.compile(r"(?<!\S)--?[A-Za-z][\w-]*|\b\w*[^\W_]_+[^\W_]\w*\b|\b[\w.]+\(\)|`[^`\s]+`")
_DASHES = re.compile("[\u2010-\u2015\u2212]")  # as they are printed
_EDITION = re.compile(rf"\b(?=([^\W\d_]+)\s({YEAR})\b|({YEAR})\s([^\W\d_]+)\b)")
_MODEL = re.compile(r"\b(?!(?:FY|H|Q)\d)([A-Za-z]{1,4})-?(\d{1,4})\b", re.I)  # and no quarter


def answerability(question: str, hits: Sequence[Hit], found: Sequence[Candidate]) -> float:
    """How likely it is that the passages answer at all, in [0, 1].

    A logistic regression on the best sentence's cosine and the best hit's score, fitted on the
    answerable questions of ten sets against questions of other sets, of passages that were taken
    away, and unanswerable ones. It is halved where the best passages hold none of the names, times
    and numbers that the question mentions, less where the reader finds no answer in them, and next
    to none where it is sure of that, where all that may be quoted is of other times or says that
    what the question denies is so, or where no hit holds the option, function, variable or edition
    that it asks about.
    """
    if not hits or not found:
        return 0.0
    cosine = max(candidate.cosine for candidate in found)
    read = max(candidate.read for candidate in found)
    likely = 1 / (1 + math.exp(6.0 - 2.0 * cosine - 11.0 * hits[0].score - SURE * read))
    likely *= 1 - _UNKNOWN * _unknown(question, hits)
    if len(question.split()) <= LONGEST_READ and len(parts(question)) == 1:
        likely *= 1 - _UNSAID * _unsaid(question, found)
        likely *= 1 - _UNTOLD * (read == 0 and _untold(question, found))
        likely *= 1 - _AFFIRMED * _affirmed(question, found)
    other = _asks_about_other_code(question, hits) or _asks_about_other_edition(question, hits)
    return likely * (1 - _UNHEARD_OF) if other else likely


def _unknown(question: str, hits: Sequence[Hit]) -> float:
    """The share of the names, times and numbers of a question that the best passages lack."""
    wanted = identifiers(question) | words_of_times(question)
    texts = [
        f"{hit.passage.title} {hit.passage.date or ''} {hit.passage.in_place}"
        for hit in hits[:_TRUSTED]
    ]
    held = {word for text in texts for word in (*stems(text), *words_of_times(text))}
    return len(wanted - held) / len(wanted) if wanted else 0.0


def _unsaid(question: str, found: Sequence[Candidate]) -> float:
    """How sure the reader is, in [0, 1], that no sentence which was looked at answers.

    Not at all where it has not read the best one, as a row of a table, nor of a question that asks
    for no kind of thing, which it does not know. As good as sure where nothing that it points at
    may be what is asked for: how many there are, in what year, or, where it is not sure, who, when.
    """
    best = max(found, key=lambda candidate: candidate.score)
    if best.reading is None or kind_asked(question) is None:
        return 0.0
    read = [(c.hit.passage.quote, c.span[0], c.reading) for c in found if c.reading]
    surest = max(reading.margin for *_, reading in read)
    fits = (surest > SURE and not asks_figure(question)) or any(
        may_be(question, quote(reading.span), quote((start, reading.span[0])))
        for quote, start, reading in read
        if reading.margin == surest or reading.margin > 0
    )
    return min(max(-surest, 0.0), SURE) / SURE if fits else 1.0


def _untold(question: str, found: Sequence[Candidate]) -> bool:
    """Whether all sentences that may be quoted are of other times than the one it names."""
    return kind_asked(question) != "time" and untold(
        question, [(candidate.text, candidate.hit.passage) for candidate in _near(found)]
    )


def _affirmed(question: str, found: Sequence[Candidate]) -> bool:
    """Whether what may be quoted affirms what it denies, and nothing nearly as good denies any."""
    best = max(candidate.score for candidate in found)
    able = [c.text for c in found if c.score >= ABLE * best]
    return all(affirms(question, c.text) for c in _near(found)) and not any(map(leaves_out, able))


def _near(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates that may be quoted."""
    best = max(candidate.score for candidate in found)
    return [c for c in found[:_QUOTED] if c.score >= NEARLY * best or c.score == best]


def _holds(text: str, name: str) -> bool:
    """Whether a text holds a name; an option as a whole, with its dashes: "encrypted" is none."""
    if not name.startswith("-"):
        return name in text
    return bool(re.search(rf"(?<![\w-])--?{re.escape(name.lstrip('-'))}(?![\w-])", text))


def _asks_about_other_code(question: str, hits: Sequence[Hit]) -> bool:
    """Whether the question names an option, function or variable that no hit holds.

    Or only models (R6) of which the hits hold none, but others of their kind (R5).
    """
    held = "\n".join(f"{hit.passage.title}\n{hit.passage.in_place}" for hit in hits).lower()
    dashed = _DASHES.sub("-", held)
    named = (match.group().strip("`()").lower() for match in _CODE.finditer(question))
    if any(not _holds(dashed if name.startswith("-") else held, name) for name in named):
        return True
    models = {
        (m[1].lower(), m[2])
        for m in _MODEL.finditer(question)
        if "-" not in m[0] or m[1].isupper()  # and not "over-65"
    }
    others = {(m[1], m[2]) for m in _MODEL.finditer(re.sub(r"(?<=[a-z])\s(?=\d)", "", held))}
    kinds = {letters for letters, _ in others}
    return bool(models) and not models & others and any(letters in kinds for letters, _ in models)


def _asks_about_other_edition(question: str, hits: Sequence[Hit]) -> bool:
    """Whether it names the year of something of which documents are titled with other years only.

    "Budget 2024" or "the 2024 budget" where the hits know a "Budget 2023", and no budget of 2024.
    """
    titled = {name for hit in hits for name, _ in _editions(hit.passage.title)}
    asked = [(name, year) for name, year in _editions(question) if name in titled]
    texts = [f"{h.passage.title} {h.passage.date or ''} {h.passage.in_place}" for h in hits]
    return any(
        not any(year in text and name in stems(text) for text in texts) for name, year in asked
    )


def _editions(text: str) -> set[tuple[str, str]]:
    """The words beside years, with these: budget and 2024; no month, nor the "in" of "in 2024"."""
    found = [(m[1] or m[4], m[2] or m[3]) for m in _EDITION.finditer(text)]
    return {
        (stem(word.lower()), year)
        for word, year in found
        if telling(word) and not re.fullmatch(MONTH, word.title())
    }
