"""Takes out of a web page what surrounds its content, and readies what an extractor would miss.

Judged by what an element is (its tag and role), what its maker called it (words of its class and
id), and how much of its text is links. None of these takes out the greater part of a page's text.
"""

import re
from typing import Any

from rag.load.markup import is_data, join_terms

_TAGS = {"nav", "dialog", "form", "button", "menu", "noscript", "template", "amp-sidebar",
         "amp-consent", "amp-ad", "amp-social-share", "script", "style", "iframe",
         "label"}  # fmt: skip
_ROLES = {"navigation", "contentinfo", "search", "dialog", "alertdialog", "menu", "menubar",
          "toolbar", "tablist", "banner"}  # fmt: skip
# Words of a name, and stems that such a word may begin with.
_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    ad ads outbrain taboola promo toc tags button btn
    nav navbar navigation menu skip skiplink topbar toolbar jump pager pagination prevnext rail
    respond disqus consent gdpr cmp onetrust didomi donate donation
    footer colophon copyright headerlink permalink editsection
    login signin signup optin paywall modal popup overlay toast preheader
    postprofile signature share sharing sharebar sharedaddy social socials
    recirc readmore
    """,
    )
)
_STEMS = re.compile(
    "advert|breadcrumb|commentaire|comments?(?!ar)|cookie|kommentar|newsletter|recommend|related"
    "|sidebar|sponsor|subscri"
)
_NAMES = {"sitenotice", "stat-block", "sr-only", "visually-hidden",
          "visually-hidden-focusable", "screen-reader-text"}  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_CAPTION = re.compile(r"caption|legend|unterschrift|legende", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*\s*$")
_SEPARATOR = re.compile(r"\s[|·•]\s|^\s*[|·•]\s|\s[|·•]\s*$")
_MOSTLY = 0.6  # of an element's text in links, for a rail of them
_GREATER_PART = 0.4  # of a page's text
_KEPT_WHOLE = {"html", "body", "main", "article", "p", "h1", "h2", "h3", "h4", "h5", "h6",
               "tr", "tbody", "code", "pre"}  # fmt: skip
_RAILS = {"div", "ul", "ol", "section", "aside", "p", "table", "td", "center", "header", "footer",
          "span", "dl", "small", "font"}  # fmt: skip


def clear(tree: Any) -> None:
    """Removes the furniture of a parsed page, in place."""
    for element in list(tree.iter("script", "style")):  # no text, so no part of a page's
        element.drop_tree()
    whole = _length(tree)
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        if element.tag == "button" and _opens_text(element):
            element.drop_tag()
        elif is_furniture(element) and _length(element) <= _GREATER_PART * whole:
            element.drop_tree()
    whole = _length(tree)
    for element in list(tree.iter(*_RAILS)):
        if _is_rail(element) and _length(element) <= _GREATER_PART * whole:
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
    headings = ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary")
    return button.get("aria-expanded") is not None and any(
        parent.tag in headings for parent in button.iterancestors()
    )


def is_furniture(element: Any) -> bool:
    """Whether an element's tag, role or name says that it surrounds the content."""
    if element.tag in _TAGS or (element.get("role") or "").lower() in _ROLES:
        return True
    hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
    if hidden or _HIDDEN.search(element.get("style") or ""):
        return True
    if element.tag in _KEPT_WHOLE:
        return False
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    words = [word.lower() for word in _WORD.findall(names)]
    return any(word in _WORDS or _STEMS.match(word) for word in words) or not _NAMES.isdisjoint(
        names.lower().split()
    )


def _is_rail(element: Any) -> bool:
    """Whether an element is a run of links: most of its text, and no sentence around them."""
    if element.find(".//a") is None or element.find(".//h1") is not None:
        return False
    around = _around_links(element)
    whole, besides = _length(element), len("".join(around.split()))
    if besides == whole or _SENTENCE_END.search(around.strip()):
        return False
    return whole - besides >= _MOSTLY * whole or len(_SEPARATOR.findall(around)) > 1


def _around_links(element: Any) -> str:
    """The text of an element that is in no link to another place."""
    pieces, pending = [], [element]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            pieces.append(item)
            continue
        if item.tail and item is not element:
            pending.append(item.tail)
        if isinstance(item.tag, str) and not (item.tag == "a" and _leads_away(item)):
            pending += [*reversed(item), *([item.text] if item.text else [])]
    return "".join(pieces)


def _leads_away(link: Any) -> bool:
    """Whether a link goes to another place, and does not just fold a text open."""
    folds = (link.get("href") or "x").strip() in ("#", "javascript:void(0)", "javascript:;")
    parents = (link, link.getparent())
    return not folds and not any(e.get("role") in ("button", "tab", "heading") for e in parents)


def _length(element: Any) -> int:
    return len("".join(element.text_content().split()))
