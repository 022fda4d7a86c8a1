"""Document -> Passages: runs of whole sentences that fit the embedder's window.

Passages follow each other with an overlap of one sentence. What is embedded is a header (title and
date), the headings and names of columns that the passage stands under, and its text; all together
never exceed the window, so nothing is truncated. A list or a table is not cut where it fits in one
passage with the sentence before it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from rag.datatypes import Above, Document, Passage, Span
from rag.marks import is_item, is_starred
from rag.outline import at_margin, lines_above, stand_alone, starred, tells_title
from rag.sentences import sentence_spans
from rag.tables import is_row

Count = Callable[[Sequence[str]], list[int]]

# A word of over 100 characters is a single unknown token to WordPiece tokenizers, so tokens alone
# do not bound a passage: it is also held to this many characters for each token of the window.
_CHARACTERS_A_TOKEN = 8
_LONGEST_WORD = 100
_MOST_TOKENS_A_CHARACTER = 4  # in byte-level tokenizers


@dataclass(frozen=True, slots=True)
class _Sentence:
    """Where a sentence stands, the lines above it, and the tokens of both."""

    span: Span
    tokens: int
    above: Above
    tokens_above: int


def header(document: Document, count: Count, window: int) -> str:
    """Title and date, to be embedded before each passage, cut to a quarter of the window."""
    if not document.titled:
        return ""
    words = document.title.split()
    date = f" ({document.date})" if document.date else ""
    while words:
        text = " ".join(words) + date + "\n"
        if count([text])[0] <= window // 4:
            return text
        words.pop()
    return ""


def split(document: Document, count: Count, window: int) -> tuple[str, list[Passage]]:
    """The header and the passages of a document, in order.

    ``count`` gives the tokens of each text, special tokens included; ``window`` is the most that
    the embedder reads. Every character of the body that is not white space is in a passage.
    """
    head = header(document, count, window)
    special = count([""])[0]
    room = window - (count([head])[0] if head else special)
    longest = room * _CHARACTERS_A_TOKEN
    text, body = document.text, document.body
    spans = [(a + body, b + body) for a, b in sentence_spans(text[body:])]
    tokens = [n - special for n in count([text[a:b] for a, b in spans])]
    above, taken = _above(document, spans, tokens, window // 4)
    sentences: list[_Sentence] = []
    for i, (span, size) in enumerate(zip(spans, tokens, strict=True)):
        left = room - taken[i]
        pieces = (
            [(span, size)]
            if size <= left and span[1] - span[0] <= longest
            else _cut(text, span, count, special, left, longest)
        )
        sentences += [_Sentence(piece, n, above[i], taken[i]) for piece, n in pieces]
    blocks = _blocks(document, [sentence.span for sentence in sentences])
    runs = list(_runs(sentences, blocks, room, longest))
    return head, list(_fitting(document, sentences, runs, head, count, window))


def _above(
    document: Document, spans: Sequence[Span], tokens: Sequence[int], room: int
) -> tuple[list[Above], list[int]]:
    """For each sentence the innermost lines above it that fit, and their tokens."""
    lines = [document.text[a:b] for a, b in spans]
    first, longest = document.body, room * _CHARACTERS_A_TOKEN
    own = [(a - first, b - first) for a, b in spans]
    alone = stand_alone(document.text[first:], own)
    margin = at_margin(document.text[first:], own)
    left_out = {
        i
        for i, line in enumerate(lines)
        if tokens[i] > room or len(line) > longest or tells_title(line, document.title)
    }
    found: list[Above] = []
    taken: list[int] = []
    marks = starred(document.id, document.text, spans)
    for at in lines_above(lines, alone, starred=marks, margin=margin):
        told = [i for i in at if i not in left_out]
        while sum(tokens[i] for i in told) > room or sum(len(lines[i]) for i in told) > longest:
            told.pop(0)
        found.append(tuple((spans[i], lines[i]) for i in told))
        taken.append(sum(tokens[i] for i in told))
    return found, taken


def _fitting(
    document: Document,
    sentences: Sequence[_Sentence],
    runs: Sequence[tuple[int, int]],
    head: str,
    count: Count,
    window: int,
) -> Iterator[Passage]:
    """The passages of the runs; one that is longer than its parts' sum said is halved."""
    passages = [_passage(document, sentences[a:b]) for a, b in runs]
    counts = count([head + p.in_place for p in passages])
    for passage, size, (a, b) in zip(passages, counts, runs, strict=True):
        if size <= window or b - a == 1:
            yield passage
        else:
            halves = [(a, (a + b) // 2), ((a + b) // 2, b)]
            yield from _fitting(document, sentences, halves, head, count, window)


def _blocks(document: Document, sentences: Sequence[Span]) -> list[tuple[int, int]]:
    """For each sentence the index range of the list or table, with its opener, that it is in."""
    text = document.text
    begun: list[int] = []
    inside = False
    for i, (start, end) in enumerate(sentences):
        quote = text[start:end]
        item = is_item(quote) and not is_starred(document.id, text, start)
        row = item or is_row(quote)
        goes_on = inside and (row or "\n" not in text[sentences[i - 1][1] : start])
        begun.append(begun[-1] if goes_on else i)
        inside = goes_on or row or quote.endswith(":")
    ends = {begin: i + 1 for i, begin in enumerate(begun)}
    return [(begin, ends[begin]) for begin in begun]


def _runs(
    sentences: Sequence[_Sentence],
    blocks: Sequence[tuple[int, int]],
    room: int,
    longest: int,
) -> Iterator[tuple[int, int]]:
    """Index ranges of sentences that fit together, each beginning with the last one's last."""
    sums = [0, *accumulate(sentence.tokens for sentence in sentences)]

    def fits(a: int, b: int) -> bool:
        tokens = sentences[a].tokens_above + sums[b] - sums[a]
        return tokens <= room and sentences[b - 1].span[1] - sentences[a].span[0] <= longest

    first = 0
    while first < len(sentences):
        end = first + 1
        while end < len(sentences) and fits(first, end + 1):
            end += 1
        if end < len(sentences):
            begin, stop = blocks[end]
            if begin - 1 > first and fits(begin - 1, stop):  # with the sentence before it
                end = begin
        yield first, end
        if end == len(sentences):
            return
        following = blocks[end][1] if fits(*blocks[end]) else end + 1
        first = end - 1 if end - first > 1 and fits(end - 1, following) else end


def _cut(
    text: str, span: Span, count: Count, special: int, room: int, longest: int
) -> Iterator[tuple[Span, int]]:
    """A sentence that is too long, cut at words (and a very long word within it)."""
    longest_word = max(1, min(_LONGEST_WORD, room // _MOST_TOKENS_A_CHARACTER))
    word = re.compile(rf"\s*\S{{1,{longest_word}}}")
    words = [(m.start() + span[0], m.end() + span[0]) for m in word.finditer(text[slice(*span)])]
    sizes = [n - special for n in count([text[a:b] for a, b in words])]
    start, used = None, 0
    end = span[0]
    for (a, b), size in zip(words, sizes, strict=True):
        if start is not None and (used + size > room or b - start > longest):
            yield (start, end), used
            start = None
        if start is None:
            start, used = b - len(text[a:b].lstrip()), 0
        used += size
        end = b
    if start is not None:
        yield (start, end), used


def _passage(document: Document, sentences: Sequence[_Sentence]) -> Passage:
    start, end = sentences[0].span[0], sentences[-1].span[1]
    return Passage(
        document=document.id,
        title=document.title,
        titled=document.titled,
        date=document.date,
        url=document.url,
        sha256=document.sha256,
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=tuple(sentence.span for sentence in sentences),
        pages=document.pages,
        above=sentences[0].above,
    )
