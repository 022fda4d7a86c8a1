"""What the maker of a web page called its parts: whether a class or an id is a name of furniture.

A class is given to parts of a kind, so any word of it tells. An id is often made from the heading
of a section ("related-work", "comments-in-sql"), so it tells less.
"""

import itertools
import re
from collections.abc import Iterator, Set
from typing import Any

from rag.load.web_page.markup import HEADINGS

# Words of a name, and stems that such a word may begin with.
_WORDS = frozenset(
    """
    ad ads outbrain taboola promo toc tags button btn
    nav navbar navbox navheader navfooter navigation menu skip skiplink topbar toolbar jump pager
    pagination prevnext rail
    respond disqus consent gdpr cmp onetrust didomi donate donation
    footer colophon copyright headerlink permalink editsection
    login signin signup optin paywall modal popup overlay toast preheader
    postprofile signature share sharing sharebar sharedaddy social socials
    recirc readmore
    """.split()
)
_STEMS = re.compile(
    "advert|breadcrumb|commentaire|comments?(?!ar|at)|cookie|kommentar|newsletter|recommend|related"
    "|sidebar|sponsor|subscri(?!pts?$)"
)
# Words for a part of a page, with which a name of furniture may end.
_PARTS = frozenset(
    """
    above area articles banner bar below block bottom box buttons col column container content
    credits dialog first flow footer form frame group head header holder home host icons info inner
    item items layer left legal links list main message module news notice notification outer
    overview page pages pane panel placeholder popup posts primary products region right root row
    script sdk search second secondary section single slot stories sub tab thread title top topics
    unit videos view widget widgets window wrap wrapper
    """.split()
)
_NAMES = {"sitenotice", "stat-block", "sr-only", "visually-hidden",
          "visually-hidden-focusable", "screen-reader-text"}  # fmt: skip
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_NOT_LETTERS = re.compile(r"[\W\d_]+")
_TARGETS = {*HEADINGS, "dt"}  # whose ids are there to be linked to, and those of what is in them
_VERBATIM = {"pre", "code"}  # where a class is the colour of a word: comment, tag
_NEAR = 4  # elements around a heading, among which the section that it heads is sought


def is_named_so(element: Any, sections: Set[Any]) -> bool:
    """Whether its class or id says that an element is furniture; not so in code.

    The ids of ``sections``, of headings and of mere targets of links do not count.
    """
    by_class, by_id = _class_tells(element.get("class") or ""), _id_tells(element.get("id") or "")
    if not by_class and not by_id:
        return False
    within = {element.tag, *(parent.tag for parent in element.iterancestors())}
    if not within.isdisjoint(_VERBATIM):
        return False
    is_place = element in sections or not within.isdisjoint(_TARGETS) or is_target(element)
    return by_class or not is_place


def _class_tells(classes: str) -> bool:
    return tells(classes) or not _NAMES.isdisjoint(classes.lower().split())


def tells(names: str) -> bool:
    """Whether one of the words of a name is one of furniture."""
    return any(map(_is_word, _words(names)))


def _id_tells(own_id: str) -> bool:
    """Whether an id is of furniture: a word of it, and the last one at least a part of a page."""
    words = list(_words(own_id))
    if own_id.lower() in _NAMES:
        return True
    return any(map(_is_word, words)) and (words[-1] in _PARTS or _is_word(words[-1]))


def _words(names: str) -> Iterator[str]:
    return (word.lower() for word in _WORD.findall(names) if len(word) > 1)


def _is_word(word: str) -> bool:
    return word in _WORDS or _STEMS.match(word) is not None


def is_target(element: Any) -> bool:
    """Whether an ``a`` is no link but a place that links lead to."""
    named = element.get("name") is not None or element.get("id") is not None
    return bool(element.tag == "a" and named and element.get("href") is None)


def sections_by_heading(tree: Any) -> set[Any]:
    """The elements whose ids are made from the headings that stand in them.

    One that sounds like furniture is among them only where a heading of the same level heads a
    section that does not: elsewhere it may be a page's only id that is like its heading.
    """
    found = [(section, heading.tag) for heading in tree.iter(*HEADINGS) for section in _of(heading)]
    levels = {level for section, level in found if not _id_tells(section.get("id"))}
    return {section for section, level in found if level in levels}


def _of(heading: Any) -> Iterator[Any]:
    """The elements that have their ids from a heading in them, be it behind a prefix."""
    title = _letters(heading.text_content())
    for element in itertools.islice(heading.iterancestors(), _NEAR):
        if title and _letters(element.get("id") or "").endswith(title):
            yield element


def _letters(text: str) -> str:
    return _NOT_LETTERS.sub("", text).casefold()
