"""What each measure is of one question; None where there is nothing for it to judge."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rag.evaluate.case import Case
from rag.evaluate.matching import holds
from rag.evaluate.spans import half_covered, overlap

Value = Callable[[Case], float | None]


def retrieved(name: str) -> Value:
    """A retrieval measure, as the rankings gave it."""
    return lambda case: case.retrieval.get(name)


def contains(case: Case) -> float:
    """The share of the parts that the text holds."""
    return sum(holds(case.text, part) for part in case.parts) / len(case.parts)


def against_answers(score: Callable[[str, Sequence[str]], float]) -> Value:
    """A score of the short answer, or of the text where there is none, against the gold ones."""

    def value(case: Case) -> float:
        short = case.answer.get("short")
        prediction = short["text"] if short and not case.abstained else case.text
        return score(prediction, case.example.answers)

    return value


def citation_precision(case: Case) -> float | None:
    """The share of the citations that overlap a gold quote."""
    if not case.cited:
        return None
    gold = [place for places in case.gold.quotes for place in places]
    good = sum(any(overlap(cited, place) for place in gold) for cited in case.cited)
    return good / len(case.cited)


def citation_recall(case: Case) -> float:
    """The share of the gold quotes that the citations cover at least half of."""
    found = sum(half_covered(places, case.cited) for places in case.gold.quotes)
    return found / len(case.gold.quotes)


def quote_exact(case: Case) -> float | None:
    """The share of the citations whose quote is the document's text at their offsets."""
    return sum(case.exact) / len(case.exact) if case.exact else None


def invalid_citations(case: Case) -> float | None:
    """The share of the references to sources that lead to no place in a retrieved passage."""
    passages = {passage["rank"]: passage for passage in case.answer.get("passages", ())}
    citations = case.answer.get("citations", ())
    good = {c["id"] for c in citations if _inside(c, passages.get(c["passage"]))}
    used = [id for sentence in case.sentences for id in sentence["citations"]]
    used += [c["id"] for c in citations if c["id"] not in used]
    bad = sum(id not in good for id in used) + case.asked.invalid_markers
    count = len(used) + case.asked.invalid_markers
    return bad / count if count else None


def _inside(citation: Mapping[str, Any], passage: Mapping[str, Any] | None) -> bool:
    return bool(
        passage
        and passage["document"] == citation["document"]
        and passage["start"] <= citation["start"] < citation["end"] <= passage["end"]
    )


def share_of_sentences(bad: Callable[[Mapping[str, Any]], bool]) -> Value:
    """The share of the answer's sentences that are so."""

    def value(case: Case) -> float | None:
        return sum(map(bad, case.sentences)) / len(case.sentences) if case.sentences else None

    return value


def milliseconds(case: Case) -> float | None:
    """How long the answer took."""
    found: float | None = case.answer.get("timings_ms", {}).get("total")
    return found


def tokens(name: str) -> Value:
    """How many tokens it used."""
    return lambda case: case.answer.get("usage", {}).get(name)


def nothing(case: Case) -> None:
    """For a measure that only many questions together have."""
