"""A sentence of a passage -> the sentences beside it that it is not understood without."""

import re
from collections.abc import Sequence
from itertools import takewhile

from rag.datatypes import Passage, Span
from rag.lines import fence, is_term
from rag.marks import is_item, is_marked, is_starred, marked_depth, states
from rag.tables import in_table, table

_MOST_ITEMS = 20
_MOST_TOLD = 4  # sentences of a paragraph that answers a question in the document
_FEW_WORDS = 2
_QUOTATION = re.compile(r"[“\"‘«„](?:.*[”\"’»“]\W*|[^”\"»]*)", re.S)  # closed, or not yet
_SAYS = re.compile(
    r"\b(?:said|says|asked|asks|wrote|writes|told|added|replied|warned|concluded|continued|"
    r"according to)\b",
)


def beside(passage: Passage, span: Span) -> list[Span]:
    """What belongs to a sentence of a passage, within it or above it.

    To a heading or a term what is stated below it, to a question the paragraph, to a sentence of
    few words the next one, to a row of a table the names of its columns, to a quotation without its
    speaker the sentence that names the speaker, to one that opens a list or a block of code the
    items or lines.
    """
    if span not in passage.sentences:
        return []
    own = [span, *_stated(passage, span), *_going_on(passage, span)]
    own += [other for one in own for other in _speaker(passage, one)]
    own += [other for one in own for other in _opened(passage, one)]
    own += [other for one in own for other in _columns(passage, one)]
    return list(dict.fromkeys(own))[1:]


def list_below(passage: Passage, span: Span) -> list[Span]:
    """The items of the list that a sentence with a colon opens, or a heading stands above."""
    below = _below(passage, span)
    headed = is_marked(passage.quote(span)) or _is_starred(passage, span)
    if not below or not (headed or passage.quote(span).endswith(":")):
        return []
    return _items(passage, span, below)[:_MOST_ITEMS] if _mark(passage, below[0]) else []


def _below(passage: Passage, span: Span) -> Sequence[Span]:
    return passage.sentences[passage.sentences.index(span) + 1 :]


def _stated(passage: Passage, span: Span) -> list[Span]:
    """What stands below a sentence that is no statement: it says what its heading only names.

    A statement, the items of a list or the rows of a table; after the headings below its own, and
    after the other terms of its entry.
    """
    if states(passage.quote(span)) and not _is_starred(passage, span):
        return []
    passed: list[Span] = []
    below = list(_below(passage, span))
    terms = is_term(passage.quote(span))
    while below and (
        _level(passage, below[0]) > _level(passage, span) > 0
        or (terms and is_term(passage.quote(below[0])))
    ):
        passed.append(below.pop(0))
    if not below:
        return []
    opener = (passed or [span])[-1]
    if _mark(passage, below[0]):
        return [*passed, *_items(passage, opener, below)[:_MOST_ITEMS]]
    columns, rows = table(passage, below[0])
    if columns == below[0]:
        return [*passed, columns, *rows[: _MOST_ITEMS - 1]] if rows else []
    opens = passage.quote(below[0]).endswith(":")
    told = states(passage.quote(below[0])) and not _is_starred(passage, below[0])
    if not opens and not told:
        return []
    return [*passed, *(_answer(passage, below) if _asks(passage, opener) else below[:1])]


def _asks(passage: Passage, span: Span) -> bool:
    """Whether a sentence is a question that begins a line, as in a list of frequent ones."""
    begins = not _before(passage, span).strip()
    return begins and passage.quote(span).rstrip("”\"')*_ ").endswith("?")


def _answer(passage: Passage, below: Sequence[Span]) -> list[Span]:
    """The first sentences of a paragraph, up to the next question, item or heading in it."""
    found = [below[0]]
    for span in below[1:_MOST_TOLD]:
        between = passage.quote((found[-1][1], span[0]))
        if "\n\n" in between or not states(passage.quote(span)) or _mark(passage, span):
            break
        found.append(span)
    return found


def _going_on(passage: Passage, span: Span) -> list[Span]:
    """The next sentence in its line, where one of few words only names what that is about."""
    quote = passage.quote(span)
    words = re.findall(r"\w{2,}", quote)
    few = len(words) <= _FEW_WORDS and all(word.isascii() for word in words)
    if not few or not states(quote) or quote.endswith(":"):
        return []
    following = _below(passage, span)[:1]
    between = passage.quote((span[1], following[0][0])) if following else "\n"
    return [] if "\n" in between or in_table(quote) else list(following)


def _level(passage: Passage, span: Span) -> int:
    """How deep a heading with a mark stands; 0 for any other sentence."""
    return marked_depth(passage.quote(span), _is_starred(passage, span))


def _is_starred(passage: Passage, span: Span) -> bool:
    return is_starred(passage.document, passage.text, span[0] - passage.start)


def _columns(passage: Passage, span: Span) -> list[Span]:
    """The names of the columns, where the sentence is a row of a table."""
    columns, rows = table(passage, span)
    return [columns] if columns and span in rows else []


def _speaker(passage: Passage, span: Span) -> list[Span]:
    """The sentence that says who speaks, where this one is all quotation."""
    quote = passage.quote(span)
    if not _QUOTATION.fullmatch(quote) or _SAYS.search(quote):
        return []
    place = passage.sentences.index(span)
    for at in (place - 1, place + 1, place - 2):
        if not 0 <= at < len(passage.sentences):
            continue
        other = passage.sentences[at]
        between = (min(span[1], other[1]), max(span[0], other[0]))
        if "\n\n" not in passage.quote(between) and _SAYS.search(passage.quote(other)):
            return [other]
    return []


def _opened(passage: Passage, span: Span) -> list[Span]:
    """What the sentence opens with a colon: a list or a block of code."""
    if not passage.quote(span).endswith(":"):
        return []
    below = _below(passage, span)
    spans = (
        _items(passage, span, below) or _fenced(passage, below) or _indented(passage, span, below)
    )
    return spans[:_MOST_ITEMS]


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
        elif not items or (
            "\n" in passage.text[end - passage.start : span[0] - passage.start]
            and len(_before(passage, span)) <= left
        ):
            break
        end = span[1]
    return items


def _mark(passage: Passage, span: Span) -> tuple[int, str] | None:
    """The indentation and the kind of mark of an item of a list; None for any other sentence."""
    if not is_item(passage.quote(span)) or _is_starred(passage, span):
        return None
    before = _before(passage, span)
    first = passage.quote(span).lstrip("(")[0]
    return len(before), "1" if first.isdigit() else "a" if first.isalpha() else first


def _fenced(passage: Passage, following: Sequence[Span]) -> list[Span]:
    """The lines of a block of code between the two fences of Markdown, if one follows."""
    lines = [(span, fence(passage.quote(span))) for span in following]
    if not lines or not lines[0][1]:
        return []
    code = takewhile(lambda line: not line[1], lines[1:])
    return [span for span, _ in code if re.search(r"\w", passage.quote(span))]


def _indented(passage: Passage, opener: Span, following: Sequence[Span]) -> list[Span]:
    """The sentences below that stand further to the right than the line of the opener."""
    line = _before(passage, opener)
    left = len(line) - len(line.lstrip())
    if opener[0] == passage.start:  # where its line begins is not known
        left = max(0, len(_before(passage, following[0])) - 1) if following else 0
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
