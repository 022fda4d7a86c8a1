"""A fragment that changes one part of the question before it: "And in April?"."""

import re

from rag.mentions import MONTH, TIME, YEAR, names, telling
from rag.words import stem, tokens

_LONGEST = 7  # words of a fragment
_LEAD = re.compile(
    r"^(?:(?:and|but|or|so|then|now|ok|okay)\b[\s,]*)*(?:(?:what|how) about\b\s*)?", re.I
)
_MARKED = re.compile(
    r"^(?:and|but|or)\b|^(?:(?:and|but|or|so|ok)\b,?\s*)?(?:what|how) about\b", re.I
)
_PREPOSITIONS = (
    "in|on|at|of|for|from|to|with|by|under|during|before|after|since|until|without|outside|inside"
)
_PREPOSITION = re.compile(rf"^({_PREPOSITIONS})\s+", re.I)
_BEFORE_A_TIME = re.compile(
    r"\b(?:in|on|at|since|by|during|before|after|from|until)\s+(?:the\s+)?$", re.I
)
_CLAUSE = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|be|been|do|does|did|has|have|"
    r"had|can|could|will|would|should|may|might|must|i|you|we|he|she|it|they|him|her|his|them|this|"
    r"that|these|those|one|ones|there|its|their|not|if|because)\b",
    re.I,
)
_ADVERB = re.compile(r"^(?:when|where|why|how)$", re.I)
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
)
_BY_ADVERB = re.compile(rf"^(?:(?:when|where|why|how)\s+)?({_AUXILIARY}\b(?:n['’]t)?.*)$", re.I)
_BE = re.compile(r"(?:is|are|was|were)$", re.I)
_DETERMINER = re.compile(r"\b(?:the|an?|my|our|your)\s+", re.I)
_SUBJECT = re.compile(rf"\b({_AUXILIARY})\s+({_DETERMINER.pattern}|)", re.I)
_AFTER_A_VERB = re.compile(rf"\W*$|\s+(?:{_PREPOSITIONS}|per|each|every)\b", re.I)
_YEAR = re.compile(rf"\b{YEAR}\b")
_END = re.compile(r"\s*[?.!]*\s*$")


def changed(question: str, before: str) -> str | None:
    """The question before with the part that the fragment gives anew; None where that is unclear.

    A time takes the place of a time, what follows a preposition that of what follows the same one,
    a name that of the only name, a noun that of a phrase with the same noun, "the deposit" that of
    the only thing that is asked about, and a bare "why?" asks the same by another adverb.
    """
    before = re.sub(r"\s*\([^()]*\)\s*$", "", before)
    fragment = _END.sub("", _LEAD.sub("", question))
    if not fragment or len(fragment.split()) > _LONGEST:
        return None
    if _ADVERB.match(fragment):
        asked = _BY_ADVERB.match(before)
        return f"{_capital(fragment)} {_lower(asked[1])}" if asked else None
    preposition = _PREPOSITION.match(fragment)
    if preposition:
        fragment = fragment[0].lower() + fragment[1:]
    if _CLAUSE.search(TIME.sub("", fragment)) or not (_MARKED.match(question) or preposition):
        return None
    rest = fragment[preposition.end() :] if preposition else fragment
    if time := TIME.fullmatch(rest.removeprefix("the ")) or TIME.fullmatch(rest):
        return _with_time(before, fragment, time.group(), bool(preposition))
    if preposition:
        return _with_object(before, preposition[1], rest) or _added(before, fragment)
    return _with_name(before, rest) or _with_noun(before, rest) or _with_thing(before, rest)


def _with_time(before: str, fragment: str, time: str, led: bool) -> str | None:
    found = list(TIME.finditer(before))
    if not found:
        return _added(before, fragment if led else f"in {time}")
    old = found[-1]
    year = _YEAR.search(old.group())
    if year and re.search(rf"{MONTH}|Q[1-4]", time) and not _YEAR.search(time):
        fragment, time = f"{fragment} {year.group()}", f"{time} {year.group()}"
    start = old.start()
    if led and (word := _BEFORE_A_TIME.search(before[:start])):
        start = word.start()
    return before[:start] + (fragment if led else time) + before[old.end() :]


def _with_object(before: str, preposition: str, new: str) -> str | None:
    """``new`` for the object of the same preposition, if there is one such object."""
    times = [match.span() for match in TIME.finditer(before)]
    spots = []
    for match in re.finditer(rf"\b{preposition}\s+(?:{_DETERMINER.pattern})?", before, re.I):
        end = _run_end(before, match.end())
        if end > match.end() and not any(a < end and match.end() < b for a, b in times):
            spots.append((match.start() + len(preposition) + 1, end))
    if len(spots) != 1:
        return None
    start, end = spots[0]
    return before[:start] + new + before[end:]


def _run_end(text: str, start: int) -> int:
    """Where the run of telling words that begins at ``start`` ends."""
    end = start
    for match in re.finditer(r"[\w'’&-]+", text[start:]):
        if not telling(match.group()) or text[end : start + match.start()].strip():
            break
        end = start + match.end()
    return end


def _with_name(before: str, new: str) -> str | None:
    """``new`` for the only name of the question, where it is one too."""
    if not any(span == (0, len(new)) for _, span in names(new)) and not (
        new[:1].isupper() and " " not in new
    ):
        return None
    found = list(names(before))
    if len(found) != 1:
        return None
    start, end = found[0][1]
    return before[:start] + new + before[end:]


def _with_noun(before: str, new: str) -> str | None:
    """ "What about unsecured loans?": the phrase that ends with the same noun is changed."""
    words = [word for word, _ in tokens(new) if telling(word)]
    if len(words) < 2:
        return None
    spans = list(tokens(before))
    places = [i for i, (word, _) in enumerate(spans) if stem(word) == stem(words[-1])]
    if len(places) != 1:
        return None
    first = last = places[0]
    while (
        first and telling(spans[first - 1][0]) and spans[first][1][0] - spans[first - 1][1][1] == 1
    ):
        first -= 1
    if first == last:
        return None
    start, end = spans[first][1][0], spans[last][1][1]
    return re.sub(rf"{_DETERMINER.pattern}$", "", before[:start]) + new + before[end:]


def _with_thing(before: str, new: str) -> str | None:
    """ "And the deposit?" after "How much is the rent?": another subject, if there is only one."""
    subject = _SUBJECT.search(before)
    if not _DETERMINER.match(new) or not subject:
        return None
    bare = not subject[2]  # "Which port does replication use?"
    if len(_DETERMINER.findall(before)) != (0 if bare else 1):
        return None
    start, end = subject.end(), _run_end(before, subject.end())
    led = subject.start() > 0  # "How high is the tower?" and not "Is the pool heated?"
    and_verb = len(before[start:].split()) == 2
    if bare and (not led or not and_verb or _BE.match(subject[1]) or any(names(before[start:end]))):
        return None
    if not (led and _BE.match(subject[1])) and _AFTER_A_VERB.match(before, end):
        end = start + len(before[start:end].rpartition(" ")[0])  # "does the pool cost a day"
    if end <= start:
        return None
    return before[: subject.start(2)] + _lower(new) + before[end:]


def _added(before: str, fragment: str) -> str:
    mark = _END.search(before)
    end = mark.start() if mark else len(before)
    return f"{before[:end]} {_lower(fragment)}{before[end:] or '?'}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    """A sentence's first word in small letters, unless it is a name or an abbreviation."""
    first = text.split()[0] if text else ""
    return (
        text if first[1:2].isupper() or not _CLAUSE.fullmatch(first) else text[0].lower() + text[1:]
    )
