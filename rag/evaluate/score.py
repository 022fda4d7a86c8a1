"""What was asked + gold -> one row of results for each question."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rag.evaluate.case import Case
from rag.evaluate.gold import Gold
from rag.evaluate.measures import values_of
from rag.evaluate.questions import Example
from rag.evaluate.ranking import score_rankings
from rag.evaluate.run import Asked
from rag.evaluate.spans import Place, half_covered
from rag.evaluate.verdict import verdict
from rag.store import Snapshot


def score(
    examples: Sequence[Example],
    golds: Mapping[str, Gold],
    asked: Mapping[str, Asked],
    snapshot: Snapshot,
    k: int,
) -> list[dict[str, Any]]:
    """The rows of ``results.jsonl``, in the order of the examples; ``k`` passages were used."""
    retrieval = _by_document(golds, asked) | _by_quote(golds, asked, k)
    texts = _Texts(snapshot)
    rows = []
    for example in examples:
        found = asked[example.id]
        case = Case(
            example=example,
            gold=golds[example.id],
            asked=found,
            retrieval=retrieval.get(example.id, {}),
            exact=[
                texts.of(c["document"], c["start"], c["end"]) == c["quote"]
                for c in found.counted.get("citations", ())
            ],
        )
        rows.append(_row(case, k, texts))
    return rows


def _by_document(
    golds: Mapping[str, Gold], asked: Mapping[str, Asked]
) -> dict[str, dict[str, float]]:
    gains = {id: gold.documents for id, gold in golds.items() if gold.documents}
    return score_rankings(
        {id: () if asked[id].error else asked[id].documents for id in gains}, gains
    )


def _by_quote(
    golds: Mapping[str, Gold], asked: Mapping[str, Asked], k: int
) -> dict[str, dict[str, float]]:
    """Over passages; what looks deeper than ``k`` of them is left out.

    Recall counts gold quotes. The rest counts passages, and is left out where no passage of the
    index alone holds half of a gold quote.
    """
    places = {id: _passages(asked[id]) for id, gold in golds.items() if gold.quotes}
    scores = score_rankings(
        {id: [_name(place) for place in found] for id, found in places.items()},
        {id: {_name(place): 1 for place in golds[id].relevant} for id in places},
    )
    result = {}
    for id, found in places.items():
        recall = {f"recall@{n}": _recall(golds[id], found[:n]) for n in (5, 10)}
        merged = scores.get(id, {}) | recall
        result[id] = {name: v for name, v in merged.items() if int(name.partition("@")[2]) <= k}
    return result


def _recall(gold: Gold, found: Sequence[Place]) -> float:
    return sum(half_covered(places, found) for places in gold.quotes) / len(gold.quotes)


def _passages(asked: Asked) -> list[Place]:
    passages = asked.counted.get("passages", ())
    return [(p["document"], p["start"], p["end"]) for p in passages]


def _name(place: Place) -> str:
    document, start, end = place
    return f"{start}-{end} {document}"


class _Texts:
    """The text of places in the documents of an index."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[str, str | None] = {}

    def of(self, id: str, start: int, end: int) -> str | None:
        """None where the index does not hold the document."""
        if id not in self._known:
            document = self._snapshot.document(id)
            self._known[id] = document.text if document else None
        text = self._known[id]
        return None if text is None else text[start:end]


def _row(case: Case, k: int, texts: _Texts) -> dict[str, Any]:
    example, asked = case.example, case.asked
    outcome, reasons = verdict(case, k)
    return {
        "id": example.id,
        "question": example.question,
        "type": example.type,
        "answerable": example.answerable,
        "answers": list(example.answers),
        "parts": [list(part) for part in example.parts],
        "gold": {
            "quotes": [
                {"document": id, "start": start, "end": end, "quote": texts.of(id, start, end)}
                for (id, start, end), *_ in case.gold.quotes
            ],
            "documents": dict(case.gold.documents or {}),
        },
        "history": [asdict(message) for message in example.history],
        "outcome": outcome,
        "reasons": reasons,
        "abstained": case.abstained,
        "answerability": asked.answerability,
        "measures": values_of(case),
        "documents": list(asked.documents),
        "answer": asked.answer,
        "error": asked.error,
    }
