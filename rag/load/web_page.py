"""A saved web page -> its main text, by trafilatura, with title, date and address.

trafilatura alone, of 108 phrases of content on the pages in tests/web_pages, lost 10 and let 25 of
165 phrases of furniture through. What furniture.py does to the page before mends that.
"""

import re
from typing import Any

from rag.load.decode import decode
from rag.load.document import CannotLoad, Content
from rag.load.furniture import adapt, clear
from rag.load.markup import paragraphs
from rag.load.page_facts import page_facts

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?([\w.:-]{2,40})|encoding=[\"']([\w.-]{2,40})", re.I)
_LEAST_SHARE = 0.25  # of the cleared page; where trafilatura finds less, it has missed the content


def read_web_page(data: bytes, notes: list[str]) -> Content:
    """A saved web page. Raises CannotLoad where it holds no text of its own."""
    import trafilatura

    tree = parse_html(data, notes)
    facts = page_facts(tree)
    clear(tree)
    adapt(tree)
    everything = "\n\n".join(paragraphs(tree))
    found = trafilatura.bare_extraction(
        tree, include_comments=False, with_metadata=False, favor_recall=True
    )
    text = "\n\n".join(paragraphs(found.body)) if found else ""
    if len(text) < _LEAST_SHARE * len(everything):
        text = everything
    if not text:
        raise CannotLoad("no text; the page may be made by a script when it is shown")
    return Content(text, facts.title, facts.date, facts.url)


def parse_html(data: bytes, notes: list[str]) -> Any:
    """The root element of a page, parsed as browsers do. Raises CannotLoad."""
    import trafilatura

    declared = _CHARSET.search(data[:4096])
    name = (declared[1] or declared[2]).decode("ascii") if declared else None
    tree = trafilatura.load_html(decode(data, notes, name))
    if tree is None:
        raise CannotLoad("no text")
    return tree
