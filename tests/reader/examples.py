"""SQuADShifts -> questions with passages that answer them, and with passages that do not.

Up to half of the examples have no answer. Their passage is one near the question that holds none
of its answers; its own without the sentence that answers; or a name, a number or a word is another
one in the question or in the passage. So that oddness alone tells nothing, the same change is made
to both sides of some answerable ones. Passages are cropped to some whole sentences before that.
"""

import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from rag.datatypes import Span
from rag.evaluate.matching import f1

SETS = ("amazon_reviews", "new_wiki", "reddit")
_AGREED = 0.3  # F1 with the others' answers; where it is less, people read a question differently
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(0-9])")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_NAME = re.compile(r"(?<!^)(?<![.!?] )\b[A-Z][A-Za-z]+(?: [A-Z][a-z]+)*\b")
_NO_NAMES = re.compile(r"(?:I|What|Who|When|Where|Which|Why|How|The|Is|Are|Does|Do|Did|In)\b")
_OPPOSITES = """
first last, most least, best worst, good bad, before after, largest smallest, increase decrease,
increased decreased, like dislike, love hate, easy hard, new old, more less, highest lowest,
high low, big small, long short, always never, buy sell, north south, east west, northern
southern, eastern western, man woman, men women, his her, he she, start end, beginning end,
positive negative, happy angry, cheap expensive, early late, hot cold, young old, male female,
inside outside, won lost, win lose, open close, opened closed, father mother, son daughter,
brother sister, husband wife, import export, above below, gain loss, strong weak, heavy light,
can cannot, is isn't, was wasn't, did didn't, does doesn't, are aren't, do don't, with without,
has lacks, allowed forbidden, accept reject, legal illegal, rich poor, public private, same
different, several few, many few, left right, upper lower, internal external, maximum minimum,
founded abolished, born died, king queen, war peace, summer winter, morning evening, before
since, city village, river lake, book film, song poem, movie game, product company, team player,
writer reader, car bike, phone laptop, school hospital, government church, president mayor, year
month, day week, language religion, country county, color size, price weight
"""


class Example(NamedTuple):
    """A question, a passage, and where in it the answer stands; None where it does not."""

    question: str
    passage: str
    answer: Span | None


class Asked(NamedTuple):
    """A question of SQuADShifts with its passage."""

    set: str
    question: str
    passage: str
    answer: Span
    answers: list[str]


def read(folder: Path) -> list[Asked]:
    """The questions whose answers agree, each with the one that is most like the others."""
    found = []
    for name in SETS:
        for article in json.loads((folder / f"{name}.json").read_bytes())["data"]:
            for paragraph in article["paragraphs"]:
                for asked in paragraph["qas"]:
                    answer, agreed = usual(asked["answers"])
                    if agreed < _AGREED:
                        continue
                    start = answer["answer_start"]
                    span = (start, start + len(answer["text"]))
                    texts = [other["text"] for other in asked["answers"]]
                    passage = paragraph["context"]
                    found.append(Asked(name, asked["question"].strip(), passage, span, texts))
    return found


def usual(answers: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], float]:
    """The answer most like the others, the shortest of equals, and their mean F1 with it."""
    texts = [answer["text"] for answer in answers]
    others = len(texts) - 1
    alike = [
        (sum(f1(text, [other]) for other in texts) - 1) / others if others else 1.0
        for text in texts
    ]
    best = max(range(len(texts)), key=lambda i: (alike[i], -len(texts[i])))
    return answers[best], alike[best]


def examples(
    asked: Sequence[Asked], near: Sequence[Sequence[str]], chance: random.Random
) -> list[Example]:
    """One answerable and mostly one unanswerable example of each question.

    ``near`` are, for each question, passages near it that hold none of its answers.
    """
    names = sorted({name for one in asked for name in _names(one.passage) if 3 < len(name) < 24})
    found = []
    for one, others in zip(asked, near, strict=True):
        found.append(_answerable(_seen(one, chance), names, chance))
        wrong = _unanswerable(one, names, chance)
        if wrong is None and others:
            wrong = Example(one.question, _cropped(chance.choice(others), None, chance)[0], None)
        if wrong:
            found.append(wrong)
    return found


def _seen(one: Asked, chance: random.Random) -> Asked:
    """The question with some sentences of its passage, among them those of the answer."""
    passage, answer = _cropped(one.passage, one.answer, chance)
    return one._replace(passage=passage, answer=answer or one.answer)


def _answerable(one: Asked, names: Sequence[str], chance: random.Random) -> Example:
    """As it stands, or with the same change to the question and to the passage."""
    changes = _changes(one.question, one.passage, names, chance)
    if changes and chance.random() < 0.3:
        old, new = chance.choice(changes)
        if changed := _changed_around(one.passage, one.answer, old, new):
            return Example(_changed(one.question, old, new), *changed)
    return Example(one.question, one.passage, one.answer)


def _unanswerable(one: Asked, names: Sequence[str], chance: random.Random) -> Example | None:
    draw, seen = chance.random(), _seen(one, chance)
    changes = _changes(seen.question, seen.passage, names, chance)
    if draw < 0.22:
        rest = _without(one.passage, one.answer)
        if len(rest) > 120 and not any(text.lower() in rest.lower() for text in one.answers):
            return Example(one.question, _cropped(rest, None, chance)[0], None)
    elif draw < 0.5 and changes:
        return Example(_changed(one.question, *chance.choice(changes)), seen.passage, None)
    elif draw < 0.72 and changes:
        changed = _changed_around(seen.passage, seen.answer, *chance.choice(changes))
        return Example(one.question, changed[0], None) if changed else None
    return None


def _names(text: str) -> list[str]:
    return [m[0] for m in _NAME.finditer(text) if not _NO_NAMES.match(m[0])]


def _changes(
    question: str, passage: str, names: Sequence[str], chance: random.Random
) -> list[tuple[str, str]]:
    """What could stand in the question instead of what does, and would ask something else."""
    found = []
    numbers = [m[0] for m in _NUMBER.finditer(passage) if m[0] not in question]
    for match in _NUMBER.finditer(question):
        other = numbers if chance.random() < 0.5 else []
        value = int(re.sub(r"\D", "", match[0])[:6]) + chance.choice([-7, -3, 2, 5, 11])
        found += [(match[0], chance.choice(other) if other else str(max(0, value)))] * 3
    for name in _names(question):
        here = [x for x in _names(passage) if x not in question and name not in x]
        other = here if chance.random() < 0.6 else []
        found += [(name, chance.choice(other or names))] * 3
    for word in re.findall(r"[A-Za-z']+", question)[1:]:
        for opposite in _opposites().get(word.lower(), ()):
            found.append((word, opposite.capitalize() if word[0].isupper() else opposite))
    return [(old, new) for old, new in found if old != new]


def _opposites() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in _OPPOSITES.split(","):
        one, other = pair.split()
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


def _changed(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text)


def _changed_around(passage: str, answer: Span, old: str, new: str) -> tuple[str, Span] | None:
    """The passage with the change everywhere but in the answer, and where that is then."""
    start, end = answer
    if old in passage[start:end]:
        return None
    before, after = _changed(passage[:start], old, new), _changed(passage[end:], old, new)
    changed = before + passage[start:end] + after
    return None if changed == passage else (changed, (len(before), len(before) + end - start))


def _sentences(passage: str) -> list[Span]:
    cuts = [0, *(match.end() for match in _SENTENCE_END.finditer(passage)), len(passage)]
    return list(zip(cuts, cuts[1:], strict=False))


def _without(passage: str, answer: Span) -> str:
    kept = [s for s in _sentences(passage) if not (s[0] < answer[1] and s[1] > answer[0])]
    return "".join(passage[slice(*span)] for span in kept).strip()


def _cropped(passage: str, answer: Span | None, chance: random.Random) -> tuple[str, Span | None]:
    """A run of sentences of the passage, among them those of the answer, and where that is then."""
    room, sentences = chance.choice([250, 400, 550, 700, 1000]), _sentences(passage)
    if answer is None:
        low = high = chance.randrange(len(sentences))
    else:
        held = [i for i, s in enumerate(sentences) if s[0] < answer[1] and s[1] > answer[0]]
        low, high = held[0], held[-1]
    while sentences[high][1] - sentences[low][0] < room and high - low < len(sentences) - 1:
        if low > 0 and (high == len(sentences) - 1 or chance.random() < 0.5):
            low -= 1
        else:
            high += 1
    start, end = sentences[low][0], sentences[high][1]
    return passage[start:end], answer and (answer[0] - start, answer[1] - start)
