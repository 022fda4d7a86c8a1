"""A saved web page -> its main text, by trafilatura, with title, date and address.

trafilatura alone, of 108 phrases of content on the pages in tests/web_pages, lost 10 and let 25 of
165 phrases of furniture through. What furniture.py does to the page before mends that.

::

    furniture.py   what surrounds the main content    markup.py      elements -> paragraphs
    names.py       how parts of a page are named      cell_spans.py  tables of equal rows
    facts.py       title, date, address
"""

import re
from typing import Any

from rag.load.decode import decode
from rag.load.document import CannotLoad, Content
from rag.load.web_page.cell_spans import spread_spans
from rag.load.web_page.facts import page_facts
from rag.load.web_page.furniture import adapt, clear
from rag.load.web_page.markup import join_terms, marked_paragraphs, paragraphs, raise_exponents

_CHARSET = re.compile(
    rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})|encoding=[\"']([\w.-]{2,40})", re.I
)
_LONG = 25  # characters that do not stand in a text by chance
_LEAST_SHARE = 0.25  # of the cleared page; where trafilatura finds less, it has missed the content


def read_web_page(data: bytes, notes: list[str]) -> Content:
    """A saved web page. Raises CannotLoad where it holds no text of its own."""
    import trafilatura

    tree = parse_html(data, notes)
    facts = page_facts(tree)
    linked = tree.find(".//a") is not None
    clear(tree)
    adapt(tree)
    blocks = list(marked_paragraphs(tree))
    everything = [text for _, text in blocks]
    headings = [heading.text_content() for heading in tree.iter("h1")]
    main = slice(None)
    if linked:  # without links there is no site around the content
        found: Any = trafilatura.bare_extraction(
            tree, include_comments=False, with_metadata=False, favor_recall=True
        )
        main = _main(everything, list(paragraphs(found.body)) if found else [], headings)
    text = "\n\n".join(mark + text for mark, text in blocks[main])
    if not text:
        raise CannotLoad("no text; the page may be made by a script when it is shown")
    return Content(text, facts.title, facts.date, facts.url)


def _main(everything: list[str], found: list[str], headings: list[str]) -> slice:
    """From the first to the last paragraph of the main content; all where that cannot be told.

    trafilatura tells where the content begins and ends. What it lost between stays, and so does
    what stands between the page's heading and the content: the dateline, a summary.
    """
    whole, content = set(map(_squeezed, found)), _squeezed("".join(found))
    squeezed = [_squeezed(text) for text in everything]
    places = [i for i, text in enumerate(squeezed) if text in whole or _stands_in(content, text)]
    if not places:
        return slice(None)
    heads = [i for i in range(places[0]) if squeezed[i] in set(map(_squeezed, headings))]
    main = slice(heads[-1] if heads else places[0], places[-1] + 1)
    enough = sum(map(len, everything[main])) >= _LEAST_SHARE * sum(map(len, everything))
    return main if enough else slice(None)


def _stands_in(content: str, text: str) -> bool:
    """Whether a long text begins or ends as one of the content, of which the rest may be lost."""
    return len(text) >= _LONG and (text[:_LONG] in content or text[-_LONG:] in content)


def _squeezed(text: str) -> str:
    return "".join(text.split())


def blocks_of_page(data: bytes, notes: list[str], charset: str | None = None) -> list[str]:
    """All blocks of a page that is no web site's, with their marks. Raises CannotLoad."""
    tree = parse_html(data, notes, charset)
    join_terms(tree)
    return [mark + text for mark, text in marked_paragraphs(tree)]


def parse_html(data: bytes, notes: list[str], charset: str | None = None) -> Any:
    """The root element of a page, parsed as browsers do. Raises CannotLoad.

    The ``charset`` that it was sent with goes before the one that it declares.
    """
    import trafilatura

    declared = _CHARSET.search(data[:4096])
    name = (declared[1] or declared[2]).decode("ascii") if declared else None
    page = decode(data, notes, charset or name)
    tree = trafilatura.load_html(page)
    if tree is None:  # a part of a page
        tree = trafilatura.load_html(f"<html><body>{page}</body></html>")
    if tree is None:
        raise CannotLoad("no text")
    raise_exponents(tree)
    spread_spans(tree)
    return tree
