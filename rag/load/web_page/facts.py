"""Title, date and address of a web page, from its metadata alone."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.load.facts import date_in_path, one_line, parse_date, web_address
from rag.load.web_page.furniture import is_furniture
from rag.load.web_page.names import sections_by_heading

_SAVED_FROM = re.compile(r"saved from url=\(\d+\)(\S+)")
_SITE = re.compile(r"\s+[|»·\-–—]\s+|\s*[|：｜]\s*")
_DATE_NAMES = (
    "article:published_time", "datepublished", "citation_publication_date", "dc.date.issued",
    "dcterms.issued", "dc.date", "dcterms.date", "dcterms.created", "parsely-pub-date",
    "publication_date", "publish-date", "publishdate", "pubdate", "sailthru.date", "date",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page says of itself."""

    title: str | None
    date: str | None
    url: str | None


def page_facts(tree: Any) -> PageFacts:
    """Read from ``meta`` and ``link`` elements, JSON-LD, the title, and headings for the title."""
    named: dict[str, Any] = {}
    for meta in tree.iter("meta"):
        key = meta.get("property") or meta.get("name") or meta.get("itemprop") or ""
        named.setdefault(key.lower(), meta.get("content"))
    url = _url(tree, named)
    dates = [named.get(name) for name in _DATE_NAMES] + list(_dates_of_elements(tree))
    date = next(filter(None, map(parse_date, dates)), None)
    return PageFacts(_title(tree, named), date or date_in_path(url), url)


def _url(tree: Any, named: dict[str, Any]) -> str | None:
    links = [
        e.get("href") for e in tree.iter("link") if "canonical" in (e.get("rel") or "").lower()
    ]
    saved = [
        match[1]
        for comment in tree.xpath("//comment()")[:20]
        if (match := _SAVED_FROM.search(comment.text or ""))
    ]
    return next(filter(None, map(web_address, [*links, named.get("og:url"), *saved])), None)


def _title(tree: Any, named: dict[str, Any]) -> str | None:
    """The title without the site's name, which is what it does not share with a heading."""
    whole = one_line(tree.findtext(".//title"))
    given = one_line(named.get("og:title"))
    found = list(tree.iter("h1", "h2", "h3"))[:20]
    sections = sections_by_heading(tree)
    stay = [h for h in found if not any(is_furniture(e, sections) for e in (h, *h.iterancestors()))]
    headings = [one_line(h.text_content().rstrip("¶# \n")) for h in stay or found]
    title = given or whole
    if title is None:
        return next(filter(None, headings), None)
    parts = {part.casefold() for part in (*_SITE.split(title), title.partition(": ")[2])}
    if shared := [h for h in headings if h and h.casefold() in parts]:
        return shared[-1]  # the site's name, where it is a heading too, stands above the page's
    site = one_line(named.get("og:site_name"))
    if site and title.endswith(site) and (short := title[: -len(site)].rstrip(" |-–—·:»：｜")):
        return short
    return title


def _dates_of_elements(tree: Any) -> Iterator[Any]:
    for element in tree.xpath("//*[@itemprop='datePublished']")[:5]:
        yield element.get("datetime") or element.get("content") or element.get("title")
    for script in tree.iter("script"):
        if script.get("type") == "application/ld+json":
            try:
                yield from _published(json.loads(script.text or ""))
            except (ValueError, RecursionError):
                continue
    for element in tree.xpath("//abbr[contains(@class, 'published')] | //time[@pubdate]")[:5]:
        yield element.get("datetime") or element.get("title")


def _published(found: Any) -> Iterator[Any]:
    """The ``datePublished`` of the thing that JSON-LD describes, or of the things in its graph."""
    things = found if isinstance(found, list) else [found]
    for thing in things[:50]:
        if isinstance(thing, dict):
            yield thing.get("datePublished")
            graph = thing.get("@graph")
            yield from (
                (t.get("datePublished") for t in graph if isinstance(t, dict))
                if isinstance(graph, list)
                else ()
            )
