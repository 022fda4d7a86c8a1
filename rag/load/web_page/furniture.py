"""Takes out of a web page what surrounds its content, and readies what an extractor would miss.

Judged by what an element is (its tag and role), what its maker called it (words of its class and
id), and how much of its text is links. None of these takes out the greater part of a page's text.
Links that are content stay: those in tables of data, in sentences, and in a paragraph that has a
heading to itself.
"""

import re
from collections.abc import Iterator, Set
from typing import Any

from rag.load.web_page.markup import HEADINGS, is_data, join_terms
from rag.load.web_page.names import is_named_so, is_target, sections_by_heading, tells

_TAGS = {"nav", "dialog", "form", "button", "menu", "noscript", "template", "amp-sidebar",
         "amp-consent", "amp-ad", "amp-social-share", "script", "style", "iframe",
         "label"}  # fmt: skip
_ROLES = {"navigation", "contentinfo", "search", "dialog", "alertdialog", "menu", "menubar",
          "toolbar", "tablist", "banner"}  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_TURN = re.compile(r"(?:prev|previous|next)(?:[-_](?:page|link))?")  # what a link does, by its name
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*\s*$")
_LABEL = re.compile(r"\s*(\w+)\s*:")  # Tags: ...
_BARS = re.compile(r"\s*[|·•](?:\s|[|·•])*")
_SEPARATOR = re.compile(r"\s[|·•]\s|^\s*[|·•]\s|\s[|·•]\s*$")
_MOSTLY = 0.6  # of an element's text in links, for a rail of them
_SOME = 0.15  # the same, for a line in which bars stand
_LONGEST_LINE = 150  # characters of that
_FEWEST_LINKS = 3  # in a row with no word around them
_GREATER_PART = 0.4  # of a page's text
_KEPT_WHOLE = {"html", "body", "main", "article", "p", *HEADINGS, "tr", "tbody", "code",
               "pre"}  # fmt: skip
_RAILS = {"div", "ul", "ol", "section", "aside", "p", "table", "td", "center", "header", "footer",
          "span", "dl", "small", "font"}  # fmt: skip
_WITHIN_LINE = {"span", "small", "font"}
_JUDGED_WHOLE = {*HEADINGS, "p", "li"}  # what stands in one of these is part of its sentence
_FEWEST_ROWS = 3  # that are alike, where a table of data has no headers


def clear(tree: Any) -> None:
    """Removes the furniture of a parsed page, in place."""
    for element in list(tree.iter("script", "style")):  # no text, so no part of a page's
        element.drop_tree()
    whole = _length(tree)
    sections = sections_by_heading(tree)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if element.tag == "button" and _opens_text(element):
            element.drop_tag()
        elif is_furniture(element, sections) and _length(element) <= _GREATER_PART * whole:
            element.drop_tree()
    whole = _length(tree)
    content = set(_content_links(tree))
    for element in list(tree.iter(*_RAILS)):
        if _is_rail(element, content) and _length(element) <= _GREATER_PART * whole:
            element.drop_tree()


def adapt(tree: Any) -> None:
    """Rewrites captions, datelines, notices, definitions and layout tables as plain blocks."""
    join_terms(tree)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str):
            continue
        if element.tag in ("figcaption", "summary"):
            element.tag = "p" if element.find(".//p") is None else "div"
        elif element.tag in ("figure", "details", "amp-img", "picture"):
            element.tag = "div"
            element.attrib.clear()
        elif element.tag == "caption":  # it would be taken for a row
            table = element.getparent()
            element.drop_tree()
            element.tag = "p"
            table.addprevious(element)
        elif element.tag in ("time", "cite", "relative-time"):
            element.tag = "span"
        elif element.tag == "table" and not is_data(element):
            for part in [element, *element.iter("tbody", "thead", "tfoot", "tr", "td", "th")]:
                part.tag = "div"


def _opens_text(button: Any) -> bool:
    """Whether a button is the heading of a text that can be folded away."""
    return button.get("aria-expanded") is not None and any(
        parent.tag in (*HEADINGS, "dt", "summary") for parent in button.iterancestors()
    )


def is_furniture(element: Any, sections: Set[Any]) -> bool:
    """Whether an element's tag, role or name says that it surrounds the content.

    The ids of ``sections`` are made from their headings and say nothing.
    """
    if element.tag in _TAGS or (element.get("role") or "").lower() in _ROLES:
        return True
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    if hidden or _HIDDEN.search(element.get("style") or ""):
        return True
    if element.tag in _KEPT_WHOLE:
        return False
    return is_named_so(element, sections) or _turns_page(element)


def _turns_page(element: Any) -> bool:
    """Whether an element is a link to the previous or next page, and stands in no sentence."""
    if element.tag != "a" or any(parent.tag in _JUDGED_WHOLE for parent in element.iterancestors()):
        return False
    names = f"{element.get('class') or ''} {element.get('rel') or ''}".lower().split()
    return any(map(_TURN.fullmatch, names))


def _content_links(tree: Any) -> Iterator[Any]:
    """The links that are the content of a page and no way through the site."""
    for table in tree.iter("table"):
        if _holds_data(table):
            yield from table.iter("a")
    for paragraph in tree.iter("p"):
        if _has_own_heading(paragraph):
            yield from paragraph.iter("a")


def _holds_data(table: Any) -> bool:
    """Whether a table is no menu: it has headers, or its rows are alike and not of links only."""
    if not is_data(table):
        return False
    rows = [cells for row in table.iter("tr") if (cells := row.findall("td") + row.findall("th"))]
    if len(rows) > 1 and table.find(".//th") is not None:
        return True
    alike = len(rows) >= _FEWEST_ROWS and len({len(cells) for cells in rows}) == 1
    return alike and all(any(_is_plain(cell) for cell in cells) for cells in rows)


def _is_plain(cell: Any) -> bool:
    return cell.find(".//a") is None and _length(cell) > 0


def _has_own_heading(paragraph: Any) -> bool:
    """Whether a paragraph is all that stands under a heading, and that is not one of furniture."""
    heading, after = _heading(paragraph), paragraph.getnext()
    return heading != "" and not tells(heading) and (after is None or after.tag in HEADINGS)


def _heading(paragraph: Any) -> str:
    """The heading right above a paragraph, or nothing."""
    above = paragraph.getprevious()
    return above.text_content() if above is not None and above.tag in HEADINGS else ""


def _is_rail(element: Any, content: Set[Any]) -> bool:
    """Whether an element is a run of links: most of its text, and no sentence around them."""
    if element.find(".//a") is None or element.find(".//h1") is not None:
        return False
    if any(parent.tag in _JUDGED_WHOLE for parent in element.iterancestors()):
        return not any(c.isalnum() for c in element.text_content())  # the # that links to a heading
    around = _around_links(element, content)
    whole, besides = _length(element), len("".join(around.split()))
    if besides == whole or _SENTENCE_END.search(around.strip()):
        return False
    if element.tag == "p" and not _is_menu(element, around):
        return False
    least = _SOME if _is_barred(element, around) else _MOSTLY
    return whole - besides >= least * whole or _is_row_of_marks(element, around)


def _is_barred(element: Any, around: str) -> bool:
    """Whether an element is a line that bars part, and no code, syntax or text of any length."""
    barred = _length(element) <= _LONGEST_LINE and len(_SEPARATOR.findall(around)) > 1
    return barred and not any(True for _ in element.iter("pre", "code", *HEADINGS))


def _is_row_of_marks(element: Any, around: str) -> bool:
    """Whether only brackets and the like stand around several links: [ < ] [ Up ] [ > ]."""
    links = sum(1 for link in element.iter("a") if _leads_away(link))
    marks = not any(c.isalnum() for c in around)
    return marks and element.tag not in _WITHIN_LINE and links >= _FEWEST_LINKS


def _is_menu(paragraph: Any, around: str) -> bool:
    """Whether a paragraph of links says that it is no content: by its name, heading, label or bars.

    Without such a sign it is: a name, a line of a grammar, where to find the source.
    """
    if is_named_so(paragraph, frozenset()) or tells(_heading(paragraph)):
        return True
    label = _LABEL.match(around)
    return tells(label[1]) if label else bool(_BARS.fullmatch(around))


def _around_links(element: Any, content: Set[Any]) -> str:
    """The text of an element that is in no link to another place."""
    pieces, pending = [], [element]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        if item.tail and item is not element:
            pending.append(item.tail)
        leaves = item.tag == "a" and item not in content and _leads_away(item)
        if isinstance(item.tag, str) and not leaves:
            pending += [*reversed(item), *([item.text] if item.text else [])]
    return "".join(pieces)


def _leads_away(link: Any) -> bool:
    """Whether a link goes to another place, and does not just fold a text open."""
    folds = (link.get("href") or "x").strip() in ("#", "javascript:void(0)", "javascript:;")
    if folds or is_target(link):
        return False
    parents = (link, link.getparent())
    return not any(e.get("role") in ("button", "tab", "heading") for e in parents)


def _length(element: Any) -> int:
    return len("".join(element.text_content().split()))
