"""HTML or XML elements -> paragraphs of text."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rag.clean import clean_text
from rag.load.headings import BOLD_MARK, may_be_heading
from rag.load.table import is_header, lines, names_columns

_NOT_TEXT = {
    "script", "style", "noscript", "template", "head", "iframe", "frame", "frameset", "object",
    "embed", "svg", "math", "canvas", "audio", "video", "map", "select", "button", "textarea",
    "input", "option", "datalist", "dialog",
}  # fmt: skip
_INLINE = {
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "hi", "i", "img", "ins", "kbd", "label", "mark", "nobr", "q", "ref", "rp", "rt", "ruby",
    "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
}  # fmt: skip
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_DEEPEST = 30  # elements around an item, among which the lists in each other are counted
_VERBATIM = {"pre", "listing", "xmp"}
_LAYOUT = {"ul", "ol", "dl", "form", "div"}  # are in no cell of a list of things
_FEWEST_CELLS = 3  # of a table that has one column and is one of data
_LONGEST_CELL = 1000  # characters of one of these
_LONGEST_TERM = 100  # characters of what stands before its definition
_SENTENCE_END = re.compile(  # and a number of a list; a mark after no word is a sign: %?
    r"(?:\w\s?\w[\"'”’»)\]]*\s?[.!?…。！？]|^\w\.)\W*$"
)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_RAISED = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_EXPONENT = re.compile(r"[-−+]?\d{1,4}|[ni]")
_BREAK = "\v"  # a line break asked for, while white space is folded


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands before the first block of a heading or an item of a list, as in Markdown."""

    text: str = ""


def paragraphs(element: Any) -> Iterator[str]:
    """The texts of an element's blocks in order; a row of a table is one."""
    return (text for _, text in marked_paragraphs(element))


def marked_paragraphs(element: Any) -> Iterator[tuple[str, str]]:
    """The same, each with its mark: "## " for a heading, "- " for an item of a list, or nothing."""
    run: list[str] = []
    mark = ""
    for piece in _pieces(element):
        if isinstance(piece, str):
            run.append(piece)
            continue
        for text in _blocks_of(run):
            yield mark, text.replace("\n", " ") if "#" in mark else text
            mark = ""
        run = []
        if isinstance(piece, Mark):
            mark = piece.text
            continue
        for text in piece:
            yield "", text
    for text in _blocks_of(run):
        yield mark, text
        mark = ""


def _pieces(element: Any) -> Iterator[str | Mark | list[str]]:
    """Runs of text, with a list where a block begins or ends: of blocks that are ready, or empty.

    Elements may be nested deeper than Python's stack, so they are walked without recursion.
    """
    pending: list[Any] = [element]
    while pending:
        item = pending.pop()
        if isinstance(item, str | Mark | list):
            yield item
            continue
        tag = item.tag if isinstance(item.tag, str) else None
        after = [item.tail] if item.tail and item is not element else []
        if tag is None or tag in _NOT_TEXT or item.get("hidden") is not None:
            pending += after
        elif tag in ("br", "lb"):
            yield _BREAK
            pending += after
        elif tag == "table" and is_data(item):
            pending += [*after, list(_rows(item))]
        elif tag in _VERBATIM:
            pending += [*after, [_verbatim(item)]]
        else:
            block: list[Any] = [] if tag in _INLINE else [[]]
            mark = _mark(item, tag)
            begin, end = ([mark], [Mark()]) if mark else (block, block)
            inside = [item.text] if item.text else []
            pending += [*after, *end, *reversed(list(item)), *inside, *begin]


def _mark(element: Any, tag: str) -> Mark | None:
    if tag in HEADINGS:
        return Mark(f"{'#' * int(tag[1])} ")
    if tag in ("p", "div") and _is_bold(element) and may_be_heading(_text_of(element)):
        return Mark(BOLD_MARK)
    if tag != "li":
        return None
    above = itertools.islice(element.iterancestors(), _DEEPEST)
    return Mark("  " * (sum(e.tag in ("ul", "ol") for e in above) - 1) + "- ")


def _is_bold(element: Any) -> bool:
    """Whether a paragraph or cell, no item's, holds bold text in one line and nothing else."""
    if len(element) != 1 or element.getparent() is None or element.getparent().tag == "li":
        return False
    (only,) = element
    beside = f"{element.text or ''}{only.tail or ''}".strip()
    return only.tag in ("b", "strong") and not beside and only.find(".//br") is None


def _text_of(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def raise_exponents(tree: Any) -> None:
    """Writes superscripts as such, in place: 2⁸ is not 28. Marks of notes are links and stay."""
    for element in tree.iter("sup"):
        text = (element.text or "").strip()
        if not len(element) and element.getparent().tag != "a" and _EXPONENT.fullmatch(text):
            element.text = text.translate(_RAISED)


def join_terms(tree: Any) -> None:
    """Writes the definitions of a page behind their terms, in place: "term, term: definition".

    They are plain blocks then. A term that is a question, a sentence or a heading stays above.
    """
    for listed in list(tree.iter("dl")):
        for group in (listed, *listed.findall("div")):
            terms: list[Any] = []
            for tag, run in itertools.groupby(list(group.iterchildren("dt", "dd")), _tag):
                parts = list(run)
                if tag == "dd":
                    _lead(parts, terms)
                terms = parts if tag == "dt" else []
                for part in parts:
                    part.tag = (
                        "p" if all(e.tag in _INLINE for e in part.iterdescendants()) else "div"
                    )
        listed.tag = "div"


def _tag(element: Any) -> str:
    return str(element.tag)


def _lead(definitions: Iterable[Any], terms: Sequence[Any]) -> None:
    """Puts the terms before each of their definitions, as the headers of a table before a value."""
    texts = [" ".join(paragraphs(term)).rstrip(" :–—") for term in terms]
    told = ", ".join(filter(None, texts))
    apart = _SENTENCE_END.search(told) or any(
        next(t.iter(*HEADINGS), None) is not None for t in terms
    )
    places = [_first_block(part) for part in definitions if part.text_content().strip()]
    if not told or not places or apart or len(told) > _LONGEST_TERM:
        return
    for place in places:
        place.text = f"{told}: {place.text or ''}"
    for term in terms:
        term.drop_tree()


def _first_block(element: Any) -> Any:
    """The element at whose beginning the text of an element begins, or would before a list."""
    while not (element.text or "").strip() and len(element) and element[0].tag in ("p", "div"):
        if element[0].get("hidden") is not None:
            break
        element = element[0]
    return element


def _blocks_of(run: Iterable[str]) -> Iterator[str]:
    text = _SPACE.sub(" ", clean_text("".join(run)))
    for block in re.split(rf"(?:\s*{_BREAK}){{2,}}\s*", text):
        lines_of_block = [line.strip() for line in block.split(_BREAK)]
        if whole := "\n".join(line for line in lines_of_block if line):
            yield whole


def _verbatim(element: Any) -> str:
    return clean_text("".join(element.itertext())).strip("\n").rstrip()


def is_data(table: Any) -> bool:
    """Whether a table holds data, not the layout of a page: no table or long block inside it."""
    if table.find(".//table") is not None or table.get("role") == "presentation":
        return False
    rows = list(table.iter("tr", "row"))
    if not any(sum(1 for _ in _cells(row)) > 1 for row in rows):
        return _is_column(table, rows)
    blocks = sum(1 for _ in table.iter("p", "h1", "h2", "h3", "ul", "ol", "form", "div"))
    return blocks <= 2 * sum(1 for row in rows for _ in _cells(row))


def _is_column(table: Any, rows: Sequence[Any]) -> bool:
    """Whether a table of one column lists things below its header, in some paragraphs each."""
    cells = [cell for row in rows for cell in _cells(row)]
    if len(cells) < _FEWEST_CELLS or next(table.iter(*HEADINGS, *_LAYOUT), None) is not None:
        return False
    first, *others = cells
    return first.tag == "th" and all(
        cell.tag != "th" and len(cell.findall("p")) > 1 and len(_text_of(cell)) <= _LONGEST_CELL
        for cell in others
    )


def _cells(row: Any) -> Iterator[Any]:
    return (cell for cell in row if cell.tag in ("td", "th", "cell"))


def _rows(table: Any) -> Iterator[str]:
    for caption in table.iter("caption"):
        yield from paragraphs(caption)
    rows = [cells for row in table.iter("tr", "row") if (cells := list(_cells(row)))]
    texts = [[" ".join(paragraphs(cell)) for cell in row] for row in rows]
    widest = max(map(len, texts), default=0)
    header = bool(texts) and widest == len(texts[0]) > 1 and is_header(texts[0])
    marked = header and all(_is_head(cell) for cell in rows[0])
    bold = [all(_is_bold(cell) for cell in row) for row in rows[:2]]
    yield from lines(texts, marked or names_columns(texts, seen=bold == [True, False]))


def _is_head(cell: Any) -> bool:
    return bool(cell.tag == "th" or cell.get("role") == "head")
