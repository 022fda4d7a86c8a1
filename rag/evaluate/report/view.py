"""Rows and measures -> what the page shows of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.evaluate.measures import BY_NAME, MEASURES, Measure, Row
from rag.evaluate.spans import Place, half_covered, overlap

_HEADLINE = (
    "contains", "recall@10", "citation_precision", "citation_recall", "abstain_recall",
    "false_refusal_rate",
)  # fmt: skip
_IN_TYPES = (
    "contains", "f1", "recall@10", "citation_precision", "citation_recall", "abstain_recall",
    "false_refusal_rate",
)  # fmt: skip
_AROUND = 160  # characters shown before and after a cited sentence


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure with its value and interval, as text and, for shares, on a track from 0 to 100."""

    measure: Measure
    value: str
    interval: str
    n: int
    track: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and how it is marked: "", "cited", "gold" or "cited gold"."""

    text: str
    mark: str


def headline(measures: Mapping[str, Mapping[str, Any]]) -> list[Figure]:
    """The measures that say most."""
    return [_figure(BY_NAME[name], measures[name]) for name in _HEADLINE if name in measures]


def measure_groups(measures: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, list[Figure]]]:
    """All measures of a run by group."""
    groups = dict.fromkeys(measure.group for measure in MEASURES)
    found = [
        (
            group,
            [
                _figure(m, measures[m.name])
                for m in MEASURES
                if m.group == group and m.name in measures
            ],
        )
        for group in groups
    ]
    return [(group, figures) for group, figures in found if figures]


def _figure(measure: Measure, found: Mapping[str, Any]) -> Figure:
    value, low, high = found["value"], found["low"], found["high"]
    track, show = None, _amount
    if measure.group != "cost":
        show = _share
        track = (round(100 * low, 2), round(100 * (high - low), 2), round(100 * value, 2))
    return Figure(measure, show(value), f"{show(low)} – {show(high)}", found["n"], track)


def _share(value: float) -> str:
    return f"{value:.2f}"


def _amount(value: float) -> str:
    return f"{value:,.0f}"


def type_table(
    by_type: Mapping[str, Mapping[str, Any]], rows: Sequence[Row]
) -> tuple[list[str], list[tuple[str, int, list[str]]]]:
    """The names of the measures, and for each type its questions and its values."""
    names = [name for name in _IN_TYPES if any(name in found for found in by_type.values())]
    table = [
        (
            type,
            sum(row["type"] == type for row in rows),
            [_share(found[name]["value"]) if name in found else "" for name in names],
        )
        for type, found in by_type.items()
    ]
    return names, table


def question_view(row: Row) -> dict[str, Any]:
    """What the page shows of one question."""
    answer = row["answer"] or {}
    gold = [_place(quote) for quote in row["gold"]["quotes"]]
    passages = answer.get("passages", [])
    cited = [_place(citation) for citation in answer.get("citations", [])]
    looked = [_place(passage) for passage in passages]
    return {
        "row": row,
        "text": answer.get("text", ""),
        "query": answer.get("query") if answer.get("query") != row["question"] else None,
        "citations": [
            {"citation": c, "pieces": list(_context(c, passages, gold))}
            for c in answer.get("citations", [])
        ],
        "gold": [
            {
                "quote": quote,
                "found": half_covered([place], looked),
                "cited": half_covered([place], cited),
            }
            for quote, place in zip(row["gold"]["quotes"], gold, strict=True)
        ],
        "documents": [id for id, gain in row["gold"]["documents"].items() if gain > 0],
        "passages": [
            {
                "passage": passage,
                "gold": any(overlap(_place(passage), place) for place in gold)
                or row["gold"]["documents"].get(passage["document"], 0) > 0,
            }
            for passage in passages
        ],
    }


def _place(value: Mapping[str, Any]) -> Place:
    return value["document"], value["start"], value["end"]


def _context(
    citation: Mapping[str, Any], passages: Sequence[Mapping[str, Any]], gold: Sequence[Place]
) -> Iterator[Piece]:
    """The cited sentence among its neighbours, with what is cited and what is gold marked."""
    passage = next((p for p in passages if p["rank"] == citation["passage"]), citation)
    text, begin = passage.get("text", citation["quote"]), passage["start"]
    start = max(begin, citation["start"] - _AROUND)
    end = min(passage["end"], citation["end"] + _AROUND)
    marks = {"cited": [_place(citation)], "gold": list(gold)}
    edges = {start, end}
    for place in [*marks["cited"], *marks["gold"]]:
        if place[0] == citation["document"]:
            edges |= {edge for edge in place[1:] if start < edge < end}
    if start > begin:
        yield Piece("… ", "")
    ordered = sorted(edges)
    for left, right in zip(ordered, ordered[1:], strict=False):
        here = (citation["document"], left, right)
        mark = " ".join(
            name for name, places in marks.items() if any(overlap(here, place) for place in places)
        )
        yield Piece(text[left - begin : right - begin], mark)
    if end < passage["end"]:
        yield Piece(" …", "")
