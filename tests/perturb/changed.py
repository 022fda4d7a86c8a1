"""Claims that a sentence does not carry, made from it by the rules that were there first."""

import random
import re
from collections.abc import Callable, Iterator

from perturb.draw import DAYS, MONTHS, NAME, Pair
from perturb.same import time_moved

_UNITS = {
    "million": "billion", "billion": "million", "percent": "points", "%": " million",
    "years": "months", "months": "years", "days": "weeks", "weeks": "days", "hours": "minutes",
    "minutes": "hours", "miles": "kilometres", "km": "miles", "feet": "metres", "meters": "feet",
    "$": "€", "£": "$", "pounds": "tonnes", "tons": "pounds",
}  # fmt: skip
_VERBS = {
    "increased": "decreased", "decreased": "increased", "rose": "fell", "fell": "rose",
    "won": "lost", "lost": "won", "began": "ended", "ended": "began", "bought": "sold",
    "sold": "bought", "opened": "closed", "closed": "opened", "supported": "opposed",
    "approved": "rejected", "accepted": "refused", "allowed": "banned", "allows": "prevents",
    "includes": "excludes", "included": "excluded", "gained": "lost", "joined": "left",
    "entered": "left", "created": "destroyed", "built": "demolished", "grew": "shrank",
    "led": "followed", "released": "withheld", "published": "withdrew", "received": "sent",
    "defeated": "helped", "provides": "denies", "said": "denied", "found": "doubted",
    "became": "replaced", "used": "avoided", "made": "destroyed", "killed": "saved",
}  # fmt: skip
_QUANTIFIERS = {
    "all": "some", "most": "all", "some": "all", "many": "few", "several": "all", "few": "many",
    "every": "some", "both": "neither", "always": "sometimes", "often": "always",
    "usually": "always", "sometimes": "always", "only": "", "about": "", "approximately": "exactly",
    "more than": "exactly", "at least": "at most", "less than": "more than", "nearly": "over",
    "may": "will", "might": "will", "could": "will", "can": "must",
}  # fmt: skip
_CAUSES = {
    "because of": "despite", "because": "although", "due to": "despite", "although": "because",
    "despite": "because of", "after": "before", "before": "after", "if": "unless",
}  # fmt: skip
_AUXILIARY = re.compile(r"\b(is|are|was|were|has|have|had|will|would|can|could|may|must|should)\b ")
_NOT = re.compile(r"\b(?:not|never) |n[’']t\b")


def unsupported(sentence: str, names: list[str], chooser: random.Random) -> Iterator[Pair]:
    """Claims that the sentence does not carry, at most one of each kind."""
    changes: dict[str, Callable[[], str | None]] = {
        "number": lambda: _number(sentence, chooser),
        "unit": lambda: _swapped(sentence, _UNITS, chooser),
        "date": lambda: _date(sentence, chooser),
        "name": lambda: _name(sentence, names, chooser),
        "negation": lambda: _negation(sentence, chooser),
        "role": lambda: _role(sentence),
        "verb": lambda: _swapped(sentence, _VERBS, chooser),
        "quantifier": lambda: _swapped(sentence, _QUANTIFIERS, chooser),
        "cause": lambda: _swapped(sentence, _CAUSES, chooser),
        "subject": lambda: _subject(sentence),
        "figures": lambda: _exchanged(
            r"(?<![\w.,-])\d[\d,.]*\d(?![\w-])|\b[2-9]\b", sentence, chooser
        ),
        "names": lambda: _exchanged(NAME.pattern, sentence, chooser),
        "speaker": lambda: _without_speaker(sentence),
        "condition": lambda: _without_condition(sentence),
        "clause": lambda: _other_subject(sentence),
    }
    for kind, change in changes.items():
        claim = change()
        if claim and claim != sentence:
            yield Pair(claim, sentence, kind)
            moved = time_moved(claim)
            if moved and kind != "role":
                yield Pair(moved, sentence, kind)


def _number(sentence: str, chooser: random.Random) -> str | None:
    found = [m for m in re.finditer(r"(?<![\w.,-])\d[\d,.]*\d\b|(?<![\w.,-])[2-9]\b", sentence)]
    if not found:
        return None
    match = chooser.choice(found)
    digits = match.group()
    at = chooser.randrange(len(digits))
    while not digits[at].isdigit():
        at = chooser.randrange(len(digits))
    changed = (
        digits[:at] + str((int(digits[at]) + chooser.randint(1, 8)) % 9 + 1) + digits[at + 1 :]
    )
    if changed == digits:
        return None
    return sentence[: match.start()] + changed + sentence[match.end() :]


def _date(sentence: str, chooser: random.Random) -> str | None:
    pattern = "|".join([r"\b(?:1[5-9]|20)\d\d\b", *MONTHS, *DAYS])
    found = list(re.finditer(pattern, sentence))
    if not found:
        return None
    match = chooser.choice(found)
    word = match.group()
    if word.isdigit():
        changed = str(int(word) + chooser.choice([-11, -2, -1, 1, 3, 10]))
    else:
        changed = chooser.choice([w for w in (MONTHS if word in MONTHS else DAYS) if w != word])
    return sentence[: match.start()] + changed + sentence[match.end() :]


def _name(sentence: str, names: list[str], chooser: random.Random) -> str | None:
    found = list(NAME.finditer(sentence))
    others = [n for n in names if not set(n.split()) & set(re.findall(r"\w+", sentence))]
    if not found or not others:
        return None
    match = chooser.choice(found)
    return sentence[: match.start()] + chooser.choice(others) + sentence[match.end() :]


def _negation(sentence: str, chooser: random.Random) -> str | None:
    if match := _NOT.search(sentence):
        return sentence[: match.start()] + sentence[match.end() :]
    found = list(_AUXILIARY.finditer(sentence))
    if not found:
        return None
    match = chooser.choice(found)
    word = chooser.choice(["not ", "never "])
    return sentence[: match.end()] + word + sentence[match.end() :]


def _role(sentence: str) -> str | None:
    """The first and last of its names change places, where a verb stands between them."""
    found = list(NAME.finditer(" " + sentence[0].lower() + sentence[1:]))
    first = re.match(r"(?:The )?[A-Z]\w+(?: [A-Z]\w+)*(?= \w+(?:ed|s)\b)", sentence)
    if not first or not found or first.group().split()[0] in ("In", "This", "It", "He", "She"):
        return None
    last = found[-1]
    start, end = last.start() - 1, last.end() - 1
    between = sentence[first.end() : start]
    if start <= first.end() or not re.search(r"\b\w+(?:ed|s)\b", between):
        return None
    if sentence[start:end] in first.group() or first.group() in sentence[start:end]:
        return None
    return sentence[start:end] + between + first.group() + sentence[end:]


def _subject(sentence: str) -> str | None:
    """``A of B did`` becomes ``B did``: what was said of one thing is said of another."""
    match = re.match(r"(?:The|A|An) [a-z]+ (?:of|for|from|by|against) (?=(?:the )?[A-Z])", sentence)
    return sentence[match.end() :][0].upper() + sentence[match.end() + 1 :] if match else None


def _exchanged(pattern: str, sentence: str, chooser: random.Random) -> str | None:
    """Two of a kind in each other's place, where more than a list stands between them."""
    found = list(re.finditer(pattern, sentence))
    if len(found) < 2:
        return None
    i = chooser.randrange(len(found) - 1)
    left, right = found[i], found[i + 1]
    between = sentence[left.end() : right.start()]
    if (
        left.group() == right.group()
        or len(between.split()) < 3
        or re.search(r"\b(?:and|or|with|between|is|was|versus|vs)\b|,", between)
    ):
        return None
    head, tail = sentence[: left.start()], sentence[right.end() :]
    return head + right.group() + between + left.group() + tail


def _without_speaker(sentence: str) -> str | None:
    """``A said that B did`` becomes ``B did``."""
    match = re.search(
        r"^.{5,60}? (?:said|says|believed?s?|claim(?:ed|s)?|argue[ds]?|suggest(?:ed|s)?|denied) "
        r"(?:that )?(?=(?:the|it|he|she|they|[A-Z]\w+) \w+)",
        sentence,
    )
    rest = sentence[match.end() :] if match else ""
    return rest[0].upper() + rest[1:] if rest else None


def _without_condition(sentence: str) -> str | None:
    """``A does if B`` becomes ``A does``."""
    match = re.match(r"[^,]{20,}?(?=,? (?:if|unless|only|when|until|except) )", sentence)
    return match.group() + "." if match else None


def _other_subject(sentence: str) -> str | None:
    """``A did this after B did that`` becomes ``A did that``: the verb of another subject."""
    match = re.match(
        r"((?:The )?[A-Z]\w+(?: [A-Z]\w+)*) \w+ed .{5,}? "
        r"(?:after|before|while|because|and|when|that) (?:the )?[A-Z]\w+ (?=\w+ed )",
        sentence,
    )
    return f"{match[1]} {sentence[match.end() :]}" if match else None


def _swapped(sentence: str, table: dict[str, str], chooser: random.Random) -> str | None:
    found = []
    for word, other in table.items():
        pattern = re.escape(word) if not word.isalpha() else rf"\b{word}\b"
        found += [(m.span(), other) for m in re.finditer(pattern, sentence)]
    if not found:
        return None
    (start, end), other = chooser.choice(found)
    return re.sub(r"  +", " ", sentence[:start] + other + sentence[end:])
