"""A sentence + the passages it cites -> how well they support it, and where."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.cite.carry import carries
from rag.cite.figures import YEAR, date_parts
from rag.cite.grammar import ANAPHORS, NEGATIONS, PRONOUNS, REPORTING
from rag.cite.shape import Tokens, fronted, time_end
from rag.cite.tokens import fold, is_english, read_tokens
from rag.cite.verbs import has_verb
from rag.clean import flowing
from rag.datatypes import Passage, Span, Support
from rag.marks import words_of
from rag.words import stems

_LONGEST = 1_500  # characters of a sentence that the rules are tried on
_QUOTED_WORDS = re.compile(r'"([^"]+)"')
_SHARED = 0.2  # of a claim's words: a sentence with fewer of them is not what it is about
_SUBJECTS = frozenset(["he", "she", "it", "they"])
_JOINING = frozenset(["and", "but", "while", "whereas"])  # "although" would claim more than both
_SPEAKS_OF_SOURCE = re.compile(
    r"(?:according to|as stated in|based on) the (?:provided |given |cited )?"
    r"(?:documents?|passages?|articles?|texts?|sources?|context),\s+",
    re.IGNORECASE,
)
_Place = tuple[int, Span]


@dataclass(frozen=True, slots=True)
class Finding:
    """How a sentence is supported, and by which spans of which passages (by index).

    ``text`` is the sentence; where it is quoted, in the very characters of its source.
    """

    text: str
    support: Support
    spans: tuple[_Place, ...]


@lru_cache(maxsize=4096)
def check(text: str, passages: tuple[Passage, ...], cited: tuple[int, ...]) -> Finding:
    """Holds a sentence against the passages at ``cited``.

    One that cites none is held against all, and supported if exactly one place carries it.
    """
    places = list(_places(passages, cited or range(len(passages))))
    said = [(i, span) for i, span in places if _is_quote(text, passages[i], span)]
    quoting = [(i, words_of(passages[i], span)) for i, span in said]
    if quoting and (cited or len(quoting) == 1):
        return Finding(passages[quoting[0][0]].quote(quoting[0][1]), "quoted", tuple(quoting[:1]))
    carrying = quoting or _carriers(_SPEAKS_OF_SOURCE.sub("", text, count=1), passages, places)
    if not cited:
        if len(carrying) == 1:
            return Finding(text, "verified", tuple(carrying))
        return Finding(text, "weak" if carrying else "unsupported", ())
    if carrying:
        return Finding(text, "verified", tuple(_one_a_passage(carrying)))
    if joined := _joined(text, passages, places):
        return Finding(text, "verified", tuple(joined))
    nearest = tuple((i, _nearest(text, passages[i])) for i in cited)
    plausible = _plausible(text, [passages[i] for i in cited])
    return Finding(text, "weak" if plausible else "unsupported", nearest)


def _places(passages: Sequence[Passage], chosen: Sequence[int]) -> Iterator[_Place]:
    """The sentences of the chosen passages, each once even where passages overlap."""
    seen = set()
    for i in chosen:
        for span in passages[i].sentences:
            if (key := (passages[i].document, span)) not in seen:
                seen.add(key)
                yield i, span


def _is_quote(text: str, passage: Passage, span: Span) -> bool:
    """Whether a text is a sentence, with the marks of headings and quoted lines or without."""
    words = flowing(passage.quote(words_of(passage, span)))
    return _key(text) in (_key(passage.quote(span)), _key(words))


def _key(text: str) -> str:
    return fold(text).strip("\"' ").rstrip(".").rstrip("\"' ")


def _one_a_passage(places: Sequence[_Place]) -> Iterator[_Place]:
    seen: set[int] = set()
    for i, span in places:
        if i not in seen:
            seen.add(i)
            yield i, span


def _carriers(text: str, passages: Sequence[Passage], places: Sequence[_Place]) -> list[_Place]:
    """The sentences that carry a claim under law 3."""
    if len(text) > _LONGEST or not is_english(text):
        return []
    tokens = read_tokens(text)
    return [(i, span) for i, span in places if _holds(text, tokens, passages[i], span)]


def _holds(text: str, claim: Tokens, passage: Passage, span: Span) -> bool:
    quote = passage.quote(span)
    if len(quote) > 2 * _LONGEST or not is_english(quote):
        return False
    if not _quotes_stand(text, quote) or text.rstrip().endswith("?"):
        return False
    if quote.rstrip("\"”' ").endswith("?"):
        return False
    source = read_tokens(quote)
    return carries(claim, source) or carries(_granted(claim, source, passage), source)


def _quotes_stand(text: str, quote: str) -> bool:
    """Whether all words that a claim puts in quotation marks occur so, contiguously."""
    folded = fold(quote).casefold()
    return all(
        words.strip(" ,.;:!?").casefold() in folded for words in _QUOTED_WORDS.findall(fold(text))
    )


def _granted(claim: Tokens, source: Tokens, passage: Passage) -> Tokens:
    """The claim without the time and the name that its document's date and title give it.

    Only where the sentence has no time, or no name, of its own.
    """
    title = frozenset[str]().union(*(t.says for t in read_tokens(passage.title)))
    if not any(_is_time(source, i) for i in range(len(source))):
        known = title | _date_keys(passage.date)
        for i in range(len(claim)):
            end = time_end(claim, i)
            dated = [t for t in claim[i:end] if t.kind in ("date", "number")]
            if dated and all(t.own & known for t in dated):
                claim = claim[:i] + claim[end:]
                break
    if not any(token.kind == "name" for token in source) and source[0].text in _SUBJECTS:
        name = _leading_name(claim, of_person=source[0].text in ("he", "she"))
        if name and all(t.own & title for t in name):
            claim = source[:1] + claim[len(name) :]
    return claim


def _leading_name(claim: Tokens, *, of_person: bool) -> Tokens:
    """The name that a claim begins with, if any: its first word alone may be one of a person.

    Any first word has a capital, so that of a thing would not be told from a name.
    """
    others = (i for i, t in enumerate(claim) if t.kind != "name" and (i or t.free))
    length = next(others, len(claim))
    unsure = length == 1 and claim[0].kind != "name"
    return () if unsure and not of_person else claim[:length]


def _is_time(tokens: Tokens, i: int) -> bool:
    year = tokens[i].kind == "number" and re.fullmatch(YEAR, tokens[i].text)
    return tokens[i].kind == "date" or bool(year) or time_end(tokens, i) > i


def _date_keys(date: str | None) -> frozenset[str]:
    match = re.match(r"(\d{4})-(\d\d)-(\d\d)", date or "")
    return date_parts(match[1], int(match[2]), match[3].lstrip("0"))[1] if match else frozenset()


def _joined(text: str, passages: Sequence[Passage], places: Sequence[_Place]) -> list[_Place]:
    """The places that carry the two parts of a claim; none unless each part is carried."""
    if len(text) > _LONGEST or not is_english(text):
        return []
    claim = read_tokens(text)
    for i in range(3, len(claim) - 2):
        token = claim[i]
        if token.text not in _JOINING and ";" not in token.mark:
            continue
        first, second = claim[:i], claim[i + (token.text in _JOINING) :]
        if not _may_part(first, second, bool(token.mark)):
            continue
        found = [_first_holding(text, part, passages, places) for part in (first, second)]
        if found[0] and found[1] and _refers_alike(second, found[0], found[1], passages):
            return list(dict.fromkeys([found[0], found[1]]))
    return []


def _refers_alike(
    second: Tokens, first_place: _Place, place: _Place, passages: Sequence[Passage]
) -> bool:
    """Whether the second part of a claim speaks of the things that its own quote speaks of.

    "Its profits" are those of what the sentence before names: in the claim that is the first part.
    """
    if second[0].text in PRONOUNS and place[0] != first_place[0]:
        return False
    if place == first_place or not any(token.text in ANAPHORS for token in second):
        return True
    sentences = passages[place[0]].sentences
    behind = zip(sentences, sentences[1:], strict=False)
    return place[0] == first_place[0] and (first_place[1], place[1]) in behind


def _may_part(first: Tokens, second: Tokens, marked: bool) -> bool:
    """Whether nothing in one part of a claim speaks of the other."""
    shared = fronted(first) or any(token.own & REPORTING for token in first)
    timed = [any(_is_time(part, i) for i in range(len(part))) for part in (first, second)]
    return not shared and has_verb(first) and has_verb(second) and (marked or timed[0] == timed[1])


def _first_holding(
    text: str, claim: Tokens, passages: Sequence[Passage], places: Sequence[_Place]
) -> _Place | None:
    if '"' in fold(text):
        return None
    found = ((i, span) for i, span in places if _holds("", claim, passages[i], span))
    return next(found, None)


def _nearest(text: str, passage: Passage) -> Span:
    """The sentence of a passage that shares the most with a claim."""
    words = _content(text[:_LONGEST])
    spans: Sequence[Span] = passage.sentences or ((passage.start, passage.end),)
    return max(spans, key=lambda span: len(words & _content(passage.quote(span))))


def _plausible(text: str, passages: Sequence[Passage]) -> bool:
    """Whether passages speak of what a claim says, and do not plainly say otherwise."""
    claim = read_tokens(text[:_LONGEST])
    said: set[str] = set()
    for passage in passages:
        said.update(_date_keys(passage.date))
        above = (line for _, line in passage.above)
        for part in (passage.title, *above, *map(passage.quote, passage.sentences)):
            said.update(*(token.says for token in read_tokens(part)))
    if any(token.kind in ("number", "date") and not token.own & said for token in claim):
        return False
    names = [token for token in claim if token.kind == "name"]
    if sum(bool(token.own & said) for token in names) * 2 < len(names):
        return False
    words = _content(text[:_LONGEST])
    best = max(
        (passage.quote(_nearest(text, passage)) for passage in passages),
        key=lambda quote: len(words & _content(quote)),
    )
    share = len(words & _content(best)) / len(words) if words else 0.0
    alike = share > 0.8 and len(_content(best)) <= 1.5 * len(words)
    if alike and _negated(claim) != _negated(_nearest_clause(words, best)):
        return False
    shares_name = any(token.own & said for token in claim if token.kind != "word")
    return share >= _SHARED or shares_name


def _nearest_clause(words: frozenset[str], sentence: str) -> Tokens:
    """The clause of a sentence that shares the most with a claim."""
    parts = re.split(r"; |, (?=and |but |while |whereas |although )", sentence)
    return read_tokens(max(parts, key=lambda part: len(words & _content(part))))


def _negated(tokens: Tokens) -> bool:
    return any(token.text in NEGATIONS for token in tokens)


@lru_cache(maxsize=4096)
def _content(text: str) -> frozenset[str]:
    """The stems of a text's content words; pairs of characters where words are not spaced."""
    words = set(stems(text))
    pairs = {w[k : k + 2] for w in words if not w.isascii() for k in range(len(w) - 1)}
    return frozenset(words | pairs)
