"""A sentence -> what its looks say that it is: a heading, an item of a list, a statement."""

import re

from rag.datatypes import Passage, Span

_HEADING_WORDS = 10  # at most
_LABEL_WORDS = 4  # at most, of one that ends with a colon
_ITEM = re.compile(r"[-*+•–‣◦]\s|\(?(?:\d{1,2}|[a-z]|#)[.)]\s")
_MARKED = re.compile(r"(#{1,6}|=(?: ?=){0,5})\s+[^\s#=]")  # also "= = Care = =", of wikis
_STARRED = re.compile(r"(?m:^)(\*{1,6})\**[ \t]+\S")  # in Org; in other formats it is an item
_CLOSING = re.compile(r"(?<=\S) +#+$")  # "## Care ##", and not "# C#"
_LABEL = re.compile(  # "3.1", "Step 4:", "2 Cleaning", and not the 35 of "35 trucks"
    r"\W*(?:(?:(?i:section|article|chapter|step|part|annex|appendix)\s+|§\s*)\d+(?:\.\d+)*[.:)]?"
    r"|\d+(?:\.\d+)+[.:)]?|\d{1,2}[.:)]|\d{1,2}(?=\s+[A-Z]))\s+"
)
_HEAD = re.compile(rf"#(?!\.\s)|{_MARKED.pattern}")  # "#. Press it" is an item
_LEADERS = re.compile(  # to the number of a page, or to the next line
    r"(?<![.·…])(?:\s(?:[.·…] ?){5,}+\W*$"
    r"|(?<![.·…]\s)(?:[.·…] ?){5,}+\s*(?:[A-Z]-?)?(?:\d{1,4}|[ivxlc]{1,6})(?:\W*$|\s+\d))"
)
_QUOTED = re.compile(r"(?:> ?)*> (?=[^\W\d])")  # in e-mails and Markdown, and no "> 5 GB"
_VALUE = re.compile(r"\d|: |\w\s*\|\s*\w")  # a figure, or what stands beside a name


def states(sentence: str) -> bool:
    """Whether it may be a statement: not a question, and not a heading by its looks."""
    if sentence.rstrip("”\"')* ").endswith("?") or is_marked(sentence):
        return False
    rest = sentence[label_end(sentence) :]
    words = len(rest.split())
    ends = bool(re.search(r"[.!;…。！][\W_]*$", rest))
    opens = rest.rstrip().endswith(":") and words > _LABEL_WORDS
    return ends or opens or words > _HEADING_WORDS or bool(_VALUE.search(rest))


def is_marked(sentence: str) -> bool:
    """Whether a mark says that it is a heading; stars may be those of an item."""
    return bool(_HEAD.match(sentence))


def marked_depth(sentence: str, starred: bool = False) -> int:
    """How deep the mark before it says that a heading stands; 0 without one.

    Stars are a mark only where it is ``starred``.
    """
    match = _STARRED.match(sentence) if starred else _MARKED.match(sentence)
    return len(match[1].replace(" ", "")) if match else 0


def words_of(passage: Passage, span: Span) -> Span:
    """Where the words of a sentence stand, behind the mark of a heading or of a quoted line."""
    quote = passage.quote(span)
    if quoted := _QUOTED.match(quote):
        return span[0] + quoted.end(), span[1]
    starred = is_starred(passage.document, passage.text, span[0] - passage.start)
    mark = (_STARRED if starred else _MARKED).match(quote)
    if not mark:
        return span
    start = mark.end() - 1  # the first letter is part of the match
    words = quote.rstrip(" =") if quote.startswith("=") else _CLOSING.sub("", quote)
    return span[0] + start, span[0] + len(words)


def is_starred(document: str, text: str, start: int) -> bool:
    """Whether the heading of an Org document begins there in its text, with stars in a new line."""
    return document.lower().endswith(".org") and bool(_STARRED.match(text, start))


def leads_elsewhere(sentence: str) -> bool:
    """Whether it is a line of a table of contents, with dots that lead to a page."""
    return bool(_LEADERS.search(sentence))


def label_depth(sentence: str) -> int:
    """How deep its number says that a heading stands: 2 for "3.1 Cleaning", 0 for none."""
    label = _LABEL.match(sentence)
    return len(re.findall(r"\d+", label.group())) if label else 0


def label_end(sentence: str) -> int:
    """Where its text begins, behind the number that it may have: "2.2 The buyer ..."."""
    label = _LABEL.match(sentence)
    return label.end() if label else 0


def is_item(sentence: str) -> bool:
    """Whether a sentence opens an item of a list."""
    return bool(_ITEM.match(sentence))
