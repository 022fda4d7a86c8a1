"""More claims that a sentence does not carry: parts swapped, dropped, added, spliced."""

import random
import re
from collections.abc import Callable, Iterator

from perturb.draw import MONTHS, NAME, Pair
from perturb.tables import COMPARISONS, MODALS, NARROWED, NUMBERS, PREFIXES, RATES
from rag.cite.lemma import is_participle, lemmas
from rag.sentences import sentence_spans

_SUBJECT = r"((?:The )?[A-Z]\w+(?: [A-Z]\w+)*|The [a-z]+(?: [a-z]+)?)"
_NO_SUBJECT = re.compile(r"(?:In|On|At|He|She|It|They|We|This|These|That|There|When|But|And)\b")


def further(sentence: str, behind: str, names: list[str], chooser: random.Random) -> Iterator[Pair]:
    """Claims that the sentence does not carry; the spliced ones, nor both."""
    changes: dict[str, list[Callable[[], str | None]]] = {
        "comparison": [lambda: _swapped(sentence, COMPARISONS, chooser)],
        "number": [lambda: _swapped(sentence, NUMBERS, chooser), lambda: _magnitude(sentence)],
        "unit": [lambda: _swapped(sentence, RATES, chooser)],
        "date": [lambda: _day(sentence), lambda: _around(sentence),
                 lambda: _added(sentence, f" in {chooser.randint(1801, 2023)}")],
        "name": [lambda: _first_name(sentence, names, chooser), lambda: _gender(sentence),
                 lambda: _added(sentence, f" in {chooser.choice(names)}" if names else None),
                 lambda: _first_subject(sentence, names, chooser), lambda: _letters(sentence)],
        "negation": [lambda: _denied(sentence, chooser), lambda: _contracted(sentence),
                     lambda: _swapped(sentence, PREFIXES, chooser)],
        "role": [lambda: _turned(sentence), lambda: _passive(sentence), lambda: _ends(sentence),
                 lambda: _nouns(sentence), lambda: _object_acts(sentence),
                 lambda: _related(sentence), lambda: _suffered(sentence)],
        "modality": [lambda: _swapped(sentence, MODALS, chooser)],
        "scope": [lambda: _narrowed(sentence, chooser), lambda: _only(sentence),
                  lambda: _everywhere(sentence)],
        "speaker": [lambda: _said(sentence, names, chooser)],
        "cause": [lambda: _because(sentence)],
        "condition": [lambda: _unconditional(sentence)],
    }  # fmt: skip
    for kind, made in changes.items():
        for change in made:
            claim = change()
            if claim and claim != sentence and len(sentence_spans(claim)) == 1:
                yield Pair(re.sub(r"  +", " ", claim), sentence, kind)
    if spliced := _spliced(sentence, behind):
        yield Pair(spliced, f"{sentence} {behind}", "role")


def _swapped(sentence: str, table: dict[str, str], chooser: random.Random) -> str | None:
    found = []
    for word, other in table.items():
        found += [(m.span(), other) for m in re.finditer(rf"(?<!\w){re.escape(word)}\b", sentence)]
    if not found:
        return None
    (start, end), other = chooser.choice(found)
    return sentence[:start] + other + sentence[end:]


def _magnitude(sentence: str) -> str | None:
    if re.search(r"\d,\d{3}\b(?!,)", sentence):
        return re.sub(r",\d{3}\b(?!,)", "", sentence, count=1)
    return re.sub(r"([1-9])\.(\d)", r"\1\2", sentence, count=1)


def _day(sentence: str) -> str | None:
    match = re.search(rf"\b({'|'.join(MONTHS)}) (\d{{1,2}})\b", sentence)
    if match:
        other = int(match[2]) % 28 + 1
        return f"{sentence[: match.start(2)]}{other}{sentence[match.end(2) :]}"
    match = re.search(r"\b(1\d|20)(\d)0s\b", sentence)
    return (
        sentence.replace(match.group(), f"{match[1]}{(int(match[2]) + 1) % 10}0s")
        if match
        else None
    )


def _around(sentence: str) -> str | None:
    """Something that was in a year was before it."""
    match = re.search(r"\b([Ii]n|[Bb]y|[Ss]ince) (?=(?:\w+ )?(?:1\d|20)\d\d\b)", sentence)
    if not match:
        return None
    other = {"in": "before", "by": "after", "since": "until"}[match[1].lower()]
    other = other.capitalize() if match[1][0].isupper() else other
    return sentence[: match.start(1)] + other + sentence[match.end(1) :]


def _added(sentence: str, more: str | None) -> str | None:
    return sentence[:-1] + more + "." if more and more.split()[-1] not in sentence else None


def _first_name(sentence: str, names: list[str], chooser: random.Random) -> str | None:
    """One word of a name of several words is another."""
    match = next((m for m in NAME.finditer(sentence) if " " in m.group()), None)
    others = [n.split()[0] for n in names if n.split()[0] not in sentence]
    if not match or not others:
        return None
    parts = match.group().split()
    parts[chooser.randrange(len(parts))] = chooser.choice(others)
    return sentence[: match.start()] + " ".join(parts) + sentence[match.end() :]


def _first_subject(sentence: str, names: list[str], chooser: random.Random) -> str | None:
    match = re.match(r"[A-Z]\w+(?: [A-Z]\w+)*(?=(?:'s|’s)? [a-z])", sentence)
    others = [n for n in names if not set(n.split()) & set(re.findall(r"\w+", sentence))]
    if not match or not others or _NO_SUBJECT.match(sentence) or " " not in match.group():
        return None
    return chooser.choice(others) + sentence[match.end() :]


def _letters(sentence: str) -> str | None:
    match = re.search(r"\b[A-Z]{2,5}\b", sentence)
    if not match:
        return None
    changed = match.group()[:-1] + ("X" if match.group()[-1] != "X" else "Z")
    return sentence[: match.start()] + changed + sentence[match.end() :]


def _gender(sentence: str) -> str | None:
    table = {"he": "she", "his": "her", "him": "her", "she": "he", "her": "his"}
    match = re.search(r"\b(?:[Hh]e|[Hh]is|him|[Ss]he|her)\b", sentence)
    if not match:
        return None
    other = table[match.group().lower()]
    other = other.capitalize() if match.group()[0].isupper() else other
    return sentence[: match.start()] + other + sentence[match.end() :]


def _denied(sentence: str, chooser: random.Random) -> str | None:
    match = re.match(rf"{_SUBJECT} (\w+ed) (?!by )", sentence)
    if not match or _NO_SUBJECT.match(sentence):
        return None
    lemma = min(lemmas(match[2]) - {match[2]}, default=match[2], key=len)
    denial = chooser.choice(["did not", "never", "failed to", "refused to", "no longer", "didn't"])
    return f"{match[1]} {denial} {lemma} {sentence[match.end() :]}"


def _contracted(sentence: str) -> str | None:
    match = re.search(r"\b(is|are|was|were|has|had|could|would) ", sentence)
    return sentence[: match.end() - 1] + "n't " + sentence[match.end() :] if match else None


def _turned(sentence: str) -> str | None:
    """``A was bought by B`` becomes ``B was bought by A``."""
    match = re.match(
        rf"{_SUBJECT} ((?:was|were|is|are) \w+ by) ((?:the )?[A-Z]\w+(?: [A-Z]\w+)*)", sentence
    )
    if not match:
        return None
    agent = match[3][0].upper() + match[3][1:]
    return f"{agent} {match[2]} {match[1]}{sentence[match.end() :]}"


def _passive(sentence: str) -> str | None:
    """``A bought B`` becomes ``A was bought by B``."""
    match = re.match(rf"{_SUBJECT} (\w+ed) ((?:the |a )?\w)", sentence)
    if not match or not is_participle(match[2]) or _NO_SUBJECT.match(sentence):
        return None
    return f"{match[1]} was {match[2]} by {match[3]}{sentence[match.end() :]}"


def _ends(sentence: str) -> str | None:
    """``from A to B`` becomes ``from B to A``, ``more A than B`` ``more B than A``."""
    match = re.search(
        r"\bfrom ([A-Z]\w+|[\d.,$%]+\w*) to ([A-Z]\w+|[\d.,$%]*\w)(?![\w.])", sentence
    )
    if match and match[1] != match[2]:
        return f"{sentence[: match.start()]}from {match[2]} to {match[1]}{sentence[match.end() :]}"
    match = re.search(r"\b(\w+) (than|over|against|into) (\w+)\b", sentence)
    if (
        not match
        or match[1] in ("more", "less", "rather", "other", "fewer", "later")
        or not match[3][-3:].isalpha()
    ):
        return None
    if {match[1], match[3]} & {"that", "the", "a", "an", "is", "it", "this", "past"}:
        return None
    return f"{sentence[: match.start()]}{match[3]} {match[2]} {match[1]}{sentence[match.end() :]}"


def _nouns(sentence: str) -> str | None:
    """``The A ... the B`` becomes ``The B ... the A``."""
    match = re.match(
        r"The ([a-z]+) ([a-z]+ed|is|was|has|had) (.*?)\bthe ([a-z]+)(?=[ ,.])", sentence
    )
    if not match or match[1] == match[4] or re.search(r"\band\b", match[3]):
        return None
    return f"The {match[4]} {match[2]} {match[3]}the {match[1]}{sentence[match.end() :]}"


def _narrowed(sentence: str, chooser: random.Random) -> str | None:
    """What is said of some, or with a limit, is said of all, without it."""
    found = [m for pattern in NARROWED for m in re.finditer(pattern, sentence)]
    if not found:
        return None
    match = chooser.choice(found)
    return sentence[: match.start()] + sentence[match.end() :]


def _only(sentence: str) -> str | None:
    if _NO_SUBJECT.match(sentence) or not re.match(
        rf"{_SUBJECT} (?:\w+ed|is|was|are|were) ", sentence
    ):
        return None
    rest = sentence[0].lower() + sentence[1:] if sentence.startswith("The ") else sentence
    return f"Only {rest}"


def _said(sentence: str, names: list[str], chooser: random.Random) -> str | None:
    others = [n for n in names if n not in sentence]
    if not others or _NO_SUBJECT.match(sentence):
        return None
    return f"{chooser.choice(others)} said that {sentence[0].lower()}{sentence[1:]}"


def _because(sentence: str) -> str | None:
    match = re.search(
        r",? (?:and|but|while|when|after) (?=(?:the|it|he|she|they|his|its) \w+ )", sentence
    )
    return f"{sentence[: match.start()]} because {sentence[match.end() :]}" if match else None


def _unconditional(sentence: str) -> str | None:
    """``If A, B`` and ``According to A, B`` become ``B``."""
    match = re.match(
        r"(?:If|Unless|When|Whenever|Once|Until|Without|Except|Assuming|According|Under|"
        r"In theory|In some|For some|In most|As long as|Should|Had|Were) [^,]*, (?=[a-zA-Z])",
        sentence,
    )
    rest = sentence[match.end() :] if match else ""
    return rest[0].upper() + rest[1:] if rest else None


def _spliced(sentence: str, behind: str) -> str | None:
    """What the next sentence says of another is said of the subject of this one."""
    verb = r" (?=(?:was|were|is|are|has|had|\w+ed) )"
    first, second = (re.match(_SUBJECT + verb, text) for text in (sentence, behind))
    if not first or not second or any(_NO_SUBJECT.match(text) for text in (sentence, behind)):
        return None
    if set(first[1].lower().split()) & set(second[1].lower().split()) - {"the"}:
        return None
    spliced = f"{first[1]} {behind[second.end() :]}"
    return spliced if spliced != behind else None


def _object_acts(sentence: str) -> str | None:
    """``A met B and won C`` becomes ``B won C``, ``B, met by A, won`` ``A won``."""
    match = re.match(
        rf"{_SUBJECT} \w+ed .*?\b((?:the )?[A-Z]\w+(?: [A-Z]\w+)*),? and (?=(?:\w+ed|was|is|had) )",
        sentence,
    )
    if not match or match[1] == match[2]:
        return None
    return f"{match[2][0].upper()}{match[2][1:]} {sentence[match.end() :]}"


def _related(sentence: str) -> str | None:
    """``A did B, who did C`` becomes ``A did C``."""
    match = re.match(rf"{_SUBJECT} (?:was|is|had|\w+ed) [^,]*, (?:who|which) (?=\w+)", sentence)
    return f"{match[1]} {sentence[match.end() :]}" if match else None


def _suffered(sentence: str) -> str | None:
    """``A arrested B`` becomes ``A was arrested``."""
    match = re.match(rf"{_SUBJECT} (\w+ed) (?!by\b)", sentence)
    if not match or not is_participle(match[2]) or _NO_SUBJECT.match(sentence):
        return None
    return f"{match[1]} was {match[2]}."


def _everywhere(sentence: str) -> str | None:
    """What is so for some, or somewhere, is said to be so."""
    match = re.fullmatch(
        r"([^,]{12,}? (?:is|are|can|may|must|should|rose|fell|increased|decreased) [^,]*?\w) "
        r"(?:in|for|among|under|within|with|at|during|without|against|when|if|where) [^,]+\.",
        sentence,
    )
    return f"{match[1]}." if match and len(match[1].split()) > 3 else None
