"""Question + Hits -> the sentences that answer it, without a language model.

A sentence is scored by how near it is to the question (cosine), how much of the question's words it
and its surroundings hold (weighted by rarity), and whether it holds the kind of thing asked for.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

import numpy as np
from numpy.typing import NDArray

from rag.asked import holds_kind
from rag.datatypes import Hit, Passage, Span
from rag.disagree import Statement, conflicts, in_order
from rag.mentions import TIME, names
from rag.words import stems, tokens

EmbedSentences = Callable[[Sequence[str]], NDArray[np.float32]]

_HITS = 8  # passages whose sentences are looked at
_EMBEDDED = 12  # sentences that are embedded: 3 to 10 ms each; with 20 the same ones are chosen
_NEARLY = 0.8  # of the best score: a second sentence as good as this is quoted too
_MOST = 4
_UNKNOWN = 0.5  # of the answerability is lost where nothing that is named is there
_UNHEARD_OF = 0.95  # of it, where the code that is asked about is in no hit
_TRUSTED = 3  # hits in which what is named is looked for
_POOR = 0.3  # of the score is lost by what is no statement
_MOST_ITEMS = 8
_OTHER_TIME = 0.05  # of the score is lost by a sentence of another time than the question's
_HEADING_WORDS = 10
_ABLE = 0.7  # of the best score: a sentence as good as this may contradict it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a hit with what speaks for it."""

    hit: Hit
    span: Span
    text: str
    cosine: float
    coverage: float
    nearby: float
    kind: float
    score: float


_ASKS_SEVERAL = re.compile(
    r"\b(?:compare|difference|both|list|versus|vs|respectively|which of|what are|"
    r"how did .* (?:change|differ))\b"
    r"|\?.*\?|\band (?:how|what|who|when|why|where)\b",
    re.I,
)
_FENCES = ("```", "~~~")
_ITEM = re.compile(r"[-*+•–‣◦]\s|\(?(?:\d{1,2}|[a-z])[.)]\s")
_RULE = re.compile(r"[|:+\s]*-[-|:+\s]*")  # between the names of columns and the rows
_CODE = re.compile(r"(?<!\S)--?[A-Za-z][\w-]*|\b\w+_\w+\b|\b[\w.]+\(\)|`[^`\s]+`")
_SAYS = re.compile(
    r"\b(?:said|says|asked|asks|wrote|writes|told|added|replied|warned|concluded|continued|"
    r"according to)\b",
)


def candidates(
    question: str, hits: Sequence[Hit], query: NDArray[np.float32], embed: EmbedSentences
) -> list[Candidate]:
    """The sentences of the best hits, best first. ``query`` is the question's embedding."""
    found: dict[tuple[str, Span], tuple[Hit, int]] = {}
    for hit in hits[:_HITS]:
        for i, span in enumerate(hit.passage.sentences):
            found.setdefault((hit.passage.document, span), (hit, i))
    entries = [(hit, i, span) for (_, span), (hit, i) in found.items()]
    own = [set(stems(hit.passage.quote(span))) for hit, _, span in entries]
    wanted = list(dict.fromkeys(stems(question)))
    counts = Counter(word for words in own for word in words)
    weight = {w: math.log(1 + len(entries) / (1 + counts[w])) for w in wanted}
    total = sum(weight.values()) or 1.0
    at = {(hit.passage.document, span): i for i, (hit, _, span) in enumerate(entries)}

    def held(words: Collection[str]) -> float:
        return sum(weight[w] for w in wanted if w in words) / total

    rows = []
    for j, (hit, i, _) in enumerate(entries):
        near = set(own[j]) | set(stems(hit.passage.title if hit.passage.titled else ""))
        for k in (i - 2, i - 1, i + 1):
            if 0 <= k < len(hit.passage.sentences):
                near |= own[at[(hit.passage.document, hit.passage.sentences[k])]]
        rows.append((held(own[j]), held(near)))
    asked = _times(question)
    texts = [hit.passage.quote(span) for hit, _, span in entries]
    kinds = [holds_kind(question, text) for text in texts]
    first = sorted(
        range(len(entries)),
        key=lambda j: -(rows[j][0] + 0.5 * rows[j][1] + 0.3 * kinds[j] + entries[j][0].score),
    )[:_EMBEDDED]
    if not first:
        return []
    cosines = embed([texts[j] for j in first]) @ query
    result = []
    for j, cosine in zip(first, cosines.tolist(), strict=True):
        hit, _, span = entries[j]
        coverage, nearby = rows[j]
        score = 0.5 * cosine + 0.42 * coverage + 0.32 * nearby + 0.12 * kinds[j] + 0.3 * hit.score
        score -= 0 if _states(texts[j]) else _POOR
        times = _times(texts[j]) if asked else set()
        score -= _OTHER_TIME if times and asked.isdisjoint(times) else 0
        result.append(Candidate(hit, span, texts[j], cosine, coverage, nearby, kinds[j], score))
    best: dict[str, Candidate] = {}  # of sentences that say the same, in twin files or passages
    for candidate in sorted(result, key=lambda c: -c.score):
        best.setdefault(" ".join(candidate.text.split()), candidate)
    return list(best.values())


def _times(text: str) -> set[str]:
    """The words of the times that a text mentions."""
    return {word for match in TIME.finditer(text) for word in stems(match.group())}


def _states(sentence: str) -> bool:
    """Whether it may be a statement: not a question, and not a heading by its looks."""
    if sentence.rstrip("”\"')* ").endswith("?") or sentence.startswith("#"):
        return False
    ends = bool(re.search(r"[.!:;…。！][\W_]*$", sentence))
    return ends or len(sentence.split()) > _HEADING_WORDS or bool(re.search(r"\d|: ", sentence))


def answerability(question: str, hits: Sequence[Hit], found: Sequence[Candidate]) -> float:
    """How likely it is that the passages answer at all, in [0, 1].

    A logistic regression on the best sentence's cosine and the best hit's score, fitted on the
    answerable questions of ten sets against questions of other sets, of passages that were taken
    away, and unanswerable ones. It is halved where the best passages hold none of the names, times
    and numbers that the question mentions, and next to none where no hit holds the option, function
    or variable that it asks about.
    """
    if not hits or not found:
        return 0.0
    cosine = max(candidate.cosine for candidate in found)
    likely = 1 / (1 + math.exp(6.0 - 2.0 * cosine - 11.0 * hits[0].score))
    likely *= 1 - _UNKNOWN * _unknown(question, hits)
    return likely * (1 - _UNHEARD_OF) if _asks_about_other_code(question, hits) else likely


def _unknown(question: str, hits: Sequence[Hit]) -> float:
    """The share of the names, times and numbers of a question that the best passages lack."""
    mentions = [name for name, _ in names(question)]
    mentions += [word for word, _ in tokens(question) if word[0].isdigit()]
    wanted = {word for mention in mentions for word in stems(mention)} | _times(question)
    held = {
        word
        for hit in hits[:_TRUSTED]
        for word in stems(f"{hit.passage.title} {hit.passage.date or ''} {hit.passage.text}")
    }
    return len(wanted - held) / len(wanted) if wanted else 0.0


def _asks_about_other_code(question: str, hits: Sequence[Hit]) -> bool:
    """Whether the question names an option, function or variable that no hit holds."""
    held = "\n".join(f"{hit.passage.title}\n{hit.passage.text}" for hit in hits).lower()
    named = (match.group().strip("`-()").lower() for match in _CODE.finditer(question))
    return any(name not in held for name in named)


def choose(
    question: str, found: Sequence[Candidate], each: Sequence[Sequence[Candidate]] = ()
) -> list[Candidate]:
    """As few of the candidates as answer the question, in an order that reads.

    The best one; the next one if it is nearly as good; more only where several things are asked
    for, and the best one of ``each`` question in the question. A quotation without its speaker
    brings the sentence that names the speaker, a heading, a term or a question the statement below
    it, a row of a table the names of its columns, one that opens a list or a block of code brings
    it.
    """
    if not found:
        return []
    most = _MOST if _ASKS_SEVERAL.search(question) else 2
    bar = _NEARLY * found[0].score
    chosen = [c for c in found[:most] if c.score >= bar]
    chosen += [own[0] for own in each if own]
    chosen += filter(None, [_headed_by(c) for c in chosen])
    chosen += filter(None, [_columns_of(c) for c in chosen])
    chosen += filter(None, [_speaker_of(c) for c in chosen])
    chosen += [part for c in chosen for part in _opened_by(c)]
    once = {(c.hit.passage.document, c.span): c for c in chosen}
    documents = list(dict.fromkeys(document for document, _ in once))
    return [once[at] for at in sorted(once, key=lambda at: (documents.index(at[0]), at[1]))]


def contradicting(
    question: str, chosen: Sequence[Candidate], found: Sequence[Candidate]
) -> list[Candidate]:
    """The candidates that contradict a chosen one, and these, best first; none as a rule."""
    able = [c for c in found if c in chosen or c.score >= _ABLE * found[0].score]
    pairs = conflicts(question, [_statement(c) for c in able])
    places = {i for pair in pairs if any(able[place] in chosen for place in pair) for i in pair}
    return [able[i] for i in sorted(places)][:_MOST]


def in_time(chosen: Sequence[Candidate]) -> list[Candidate]:
    """The chosen ones as they follow one another in time, where all that is known."""
    return [chosen[i] for i in in_order([_statement(c) for c in chosen])]


def _statement(candidate: Candidate) -> Statement:
    passage = candidate.hit.passage
    return Statement(candidate.text, passage.date, passage.document)


def _headed_by(candidate: Candidate) -> Candidate | None:
    """The statement below a candidate that is none itself: it says what its heading only names."""
    passage = candidate.hit.passage
    below = passage.sentences[passage.sentences.index(candidate.span) + 1 :][:1]
    for span in () if _states(candidate.text) else below:
        text = passage.quote(span)
        if _states(text) and not is_item(text):
            return replace(candidate, span=span, text=text)
    return None


def _columns_of(candidate: Candidate) -> Candidate | None:
    """The names of the columns, where the candidate is a row of a Markdown table."""
    passage = candidate.hit.passage
    above = passage.sentences[: passage.sentences.index(candidate.span) + 1]
    rows = takewhile(lambda span: "|" in passage.quote(span), reversed(above))
    for lower, upper in pairwise(rows):
        if _RULE.fullmatch(passage.quote(lower)):
            return replace(candidate, span=upper, text=passage.quote(upper))
    return None


def _opened_by(candidate: Candidate) -> list[Candidate]:
    """What the candidate opens with a colon, within its passage: a list or a block of code."""
    if not candidate.text.endswith(":"):
        return []
    passage = candidate.hit.passage
    following = passage.sentences[passage.sentences.index(candidate.span) + 1 :]
    spans = (
        _items(passage, candidate.span, following)
        or _fenced(passage, following)
        or _indented(passage, candidate.span, following)
    )
    return [replace(candidate, span=s, text=passage.quote(s)) for s in spans[:_MOST_ITEMS]]


def _items(passage: Passage, opener: Span, following: Sequence[Span]) -> list[Span]:
    """The first sentence of each item; an item opens those below it that are not like itself."""
    items: list[Span] = []
    end = opener[1]
    like = _mark(passage, opener)
    left = like[0] if like else 0
    for span in following:
        if mark := _mark(passage, span):
            if like and (mark == like or mark[0] < left):
                break
            left = left if items else mark[0]
            items.append(span)
        elif not items or "\n" in passage.text[end - passage.start : span[0] - passage.start]:
            break
        end = span[1]
    return items


def _mark(passage: Passage, span: Span) -> tuple[int, str] | None:
    """The indentation and the kind of mark of an item of a list; None for any other sentence."""
    if not is_item(passage.quote(span)):
        return None
    before = _before(passage, span)
    first = passage.quote(span).lstrip("(")[0]
    return len(before), "1" if first.isdigit() else "a" if first.isalpha() else first


def _fenced(passage: Passage, following: Sequence[Span]) -> list[Span]:
    """The lines of a block of code between the two fences of Markdown, if one follows."""
    lines = [(span, passage.quote(span).startswith(_FENCES)) for span in following]
    if not lines or not lines[0][1]:
        return []
    code = takewhile(lambda line: not line[1], lines[1:])
    return [span for span, _ in code if re.search(r"\w", passage.quote(span))]


def _indented(passage: Passage, opener: Span, following: Sequence[Span]) -> list[Span]:
    """The sentences below that stand further to the right than the line of the opener."""
    line = _before(passage, opener)
    left = len(line) - len(line.lstrip())
    block: list[Span] = []
    for span in following:
        before = _before(passage, span)
        begins_line = not before.strip()
        if len(before) <= left if begins_line else not block:
            break
        block.append(span)
    return block


def _before(passage: Passage, span: Span) -> str:
    """What stands before a sentence in its line, tabs as spaces."""
    return passage.text[: span[0] - passage.start].rpartition("\n")[2].expandtabs()


def is_item(sentence: str) -> bool:
    """Whether a sentence opens an item of a list."""
    return bool(_ITEM.match(sentence))


def _speaker_of(candidate: Candidate) -> Candidate | None:
    """The sentence that says who speaks, where the candidate is all quotation."""
    if candidate.text[:1] not in '“"‘«„' or _SAYS.search(candidate.text):
        return None
    passage, at = candidate.hit.passage, candidate.span
    place = passage.sentences.index(at)
    for other in (place - 1, place + 1, place - 2):
        if not 0 <= other < len(passage.sentences):
            continue
        span = passage.sentences[other]
        between = passage.text[
            min(at[1], span[1]) - passage.start : max(at[0], span[0]) - passage.start
        ]
        if "\n\n" not in between and _SAYS.search(passage.quote(span)):
            return replace(candidate, span=span, text=passage.quote(span))
    return None
