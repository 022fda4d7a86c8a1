"""Charts and diagrams of Word and PowerPoint files -> lines: what is written and counted in them.

A slide or paragraph only refers to them: each is in a file of its own, with the values it shows.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from rag.clean import clean_text
from rag.load.number_format import shown_number

_SCHEMAS = "{http://schemas.openxmlformats.org"
_DRAWING = f"{_SCHEMAS}/drawingml/2006/main}}"
_CHART = f"{_SCHEMAS}/drawingml/2006/chart}}"
_DIAGRAM = f"{_SCHEMAS}/drawingml/2006/diagram}}"
_RELATION = f"{_SCHEMAS}/officeDocument/2006/relationships}}"
REFERENCES = (f"{_CHART}chart", f"{_DIAGRAM}relIds")


def drawn(element: Any, part: Any) -> Iterator[str]:
    """The lines of the charts and diagrams to which an element in a ``part`` of a file refers.

    One that is damaged costs no more than itself.
    """
    for reference in element.iter(*REFERENCES):
        id = reference.get(f"{_RELATION}id") or reference.get(f"{_RELATION}dm")
        relation = part.rels.get(id)
        if relation is None or relation.is_external:
            continue
        with suppress(ElementTree.ParseError, ValueError):
            root = ElementTree.fromstring(relation.target_part.blob)
            told = [*(_chart(root) if reference.tag == REFERENCES[0] else _diagram(root))]
            yield from (line for text in told if (line := " ".join(clean_text(text).split())))


def _chart(root: Element) -> Iterator[str]:
    """The title, and for each category the values of all series."""
    for title in root.iterfind(f"{_CHART}chart/{_CHART}title"):
        yield _said(title)
    rows: dict[tuple[int, str], list[str]] = defaultdict(list)
    for series in root.iter(f"{_CHART}ser"):
        head = " ".join(_said(name) for name in series.iterfind(f"{_CHART}tx"))
        names = _points(series, "cat") or _points(series, "xVal")
        for place, value in (_points(series, "val") or _points(series, "yVal")).items():
            rows[place, names.get(place, "")].append(f"{head}: {value}" if head else value)
    for (_, name), values in sorted(rows.items()):
        yield "; ".join([name, *values] if name else values)


def _points(series: Element, kind: str) -> Mapping[int, str]:
    """Its values, or the names that stand beside them, by their places.

    Of names on several levels those of the later ones go before all that follow: "2023 May".
    """
    part = series.find(f"{_CHART}{kind}")
    if part is None:
        return {}
    code = part.findtext(f".//{_CHART}formatCode") or "General"
    inner, *outer = (
        {
            int(point.get("idx", 0)): _value(_said(point), code)
            for point in level.iter(f"{_CHART}pt")
        }
        for level in part.findall(f".//{_CHART}lvl") or [part]
    )
    for level in outer:
        starts = sorted(level)
        for place, name in inner.items():
            if before := bisect_right(starts, place):
                inner[place] = f"{level[starts[before - 1]]} {name}"
    return inner


def _value(text: str, code: str) -> str:
    """A value as its format shows it; a name as it is."""
    try:
        return shown_number(float(text), code)
    except (ValueError, OverflowError):
        return text


def _said(element: Element) -> str:
    """What is written in the paragraphs of an element, or kept as its value."""
    paragraphs = list(element.iter(f"{_DRAWING}p"))
    if not paragraphs:
        return " ".join(value.text or "" for value in element.iter(f"{_CHART}v"))
    return " ".join("".join(t.text or "" for t in p.iter(f"{_DRAWING}t")) for p in paragraphs)


def _diagram(root: Element) -> Iterator[str]:
    """The texts of a diagram, each before those that belong to it."""
    points = {point.get("modelId"): point for point in root.iter(f"{_DIAGRAM}pt")}
    below: dict[str | None, list[tuple[int, str | None]]] = defaultdict(list)
    for link in root.iter(f"{_DIAGRAM}cxn"):
        if link.get("type", "parOf") == "parOf":
            below[link.get("srcId")].append((int(link.get("srcOrd", 0)), link.get("destId")))
    pending = [id for id, point in points.items() if point.get("type") == "doc"]
    while pending:
        id = pending.pop()
        if (point := points.pop(id, None)) is not None:  # once
            yield _said(point)
            pending += [inner for _, inner in sorted(below[id], key=lambda one: -one[0])]
