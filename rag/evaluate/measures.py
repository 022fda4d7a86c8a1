"""The table of measures: what each needs, is, and how questions are averaged.

A value that a question cannot have (no gold for it, no citation to judge) is absent, never 0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rag.evaluate import values
from rag.evaluate.averages import Average, auroc, mean, percentile, ratio
from rag.evaluate.case import Case
from rag.evaluate.matching import exact_match, f1
from rag.evaluate.values import Value

Row = Mapping[str, Any]
Columns = Callable[[Row], tuple[float, ...] | None]
Group = Literal["retrieval", "answer", "citation", "abstention", "cost"]


@dataclass(frozen=True, slots=True)
class Need:
    """What a question must have for a measure to apply."""

    about: str
    met: Callable[[Case], bool]


ANY = Need("any question", lambda case: True)
GOLD = Need(
    "answerable questions with gold quotes or documents",
    lambda case: bool(case.example.answerable),  # without gold there are no values to look up
)
ANSWERS = Need(
    "answerable questions with gold answers",
    lambda case: bool(case.example.answerable and case.example.answers),
)
PARTS = Need(
    "answerable questions with parts or answers",
    lambda case: bool(case.example.answerable and case.parts),
)
QUOTES = Need(
    "answerable questions with gold quotes",
    lambda case: bool(case.example.answerable and case.gold.quotes),
)


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as a value.

    ``failed`` is the value of a question that failed, where it is not what an empty answer gets;
    ``columns`` takes from a row of results what ``average`` needs (default: the row's value);
    ``both`` marks what has a meaning only over answerable and unanswerable questions together.
    """

    name: str
    group: Group
    about: str
    value: Value = values.nothing
    needs: Need = ANY
    average: Average = mean
    better: Literal["higher", "lower"] = "higher"
    failed: float | None = None
    columns: Columns | None = None
    both: bool = False

    def of(self, case: Case) -> float | None:
        """Its value for one question, None where it has none."""
        if not self.needs.met(case):
            return None
        if case.asked.error is not None and self.failed is not None:
            return self.failed
        return self.value(case)

    def columns_of(self, row: Row) -> tuple[float, ...] | None:
        """What is averaged of a row of results, None where it has no value."""
        if self.columns is not None:
            return self.columns(row)
        value = row["measures"].get(self.name)
        return None if value is None else (float(value),)


def _abstained(row: Row) -> bool:
    """Whether it abstained; a question that failed counts as what is wrong for it."""
    return bool(row["answerable"] if row["error"] else row["abstained"])


def _abstained_where(answerable: bool) -> Columns:
    """Over the questions that are (not) answerable: 1 if it abstained."""

    def columns(row: Row) -> tuple[float, ...] | None:
        return (float(_abstained(row)),) if row["answerable"] is answerable else None

    return columns


def _right_where_abstained(row: Row) -> tuple[float, ...] | None:
    if row["answerable"] is None or not _abstained(row):
        return None
    return (float(not row["answerable"]),)


def _f1_of_abstaining(row: Row) -> tuple[float, ...] | None:
    """2 TP, and 2 TP + FP + FN."""
    if row["answerable"] is None:
        return None
    abstained, unanswerable = _abstained(row), not row["answerable"]
    return 2.0 * (abstained and unanswerable), float(abstained + unanswerable)


def _score_and_answerable(row: Row) -> tuple[float, ...] | None:
    if row["answerable"] is None:
        return None
    if row["error"]:
        return float(not row["answerable"]), float(row["answerable"])
    if row["answerability"] is None:
        return None
    return float(row["answerability"]), float(row["answerable"])


def _retrieval(name: str, about: str) -> Measure:
    return Measure(name, "retrieval", about, values.retrieved(name), GOLD)


MEASURES: tuple[Measure, ...] = (
    _retrieval("recall@5", "gold found in the first 5"),
    _retrieval("recall@10", "gold found in the first 10"),
    _retrieval("success@5", "any gold in the first 5"),
    _retrieval("rr@10", "one over the rank of the first gold"),
    _retrieval("ndcg@10", "gold found, discounted by rank"),
    _retrieval("judged@10", "share of the first 10 that is judged"),
    Measure("contains", "answer", "parts of the gold answer held by the text",
            values.contains, PARTS),
    Measure("exact_match", "answer", "the same as a gold answer",
            values.against_answers(exact_match), ANSWERS),
    Measure("f1", "answer", "words shared with the best gold answer",
            values.against_answers(f1), ANSWERS),
    Measure("citation_precision", "citation", "citations that touch a gold quote",
            values.citation_precision, QUOTES, failed=0.0),
    Measure("citation_recall", "citation", "gold quotes that the citations cover",
            values.citation_recall, QUOTES),
    Measure("quote_exact", "citation", "quotes that are the document's very text",
            values.quote_exact, failed=0.0),
    Measure("invalid_citation_rate", "citation", "references to what was not retrieved",
            values.invalid_citations, better="lower", failed=1.0),
    Measure("unsupported_rate", "citation", "sentences that their citations do not carry",
            values.share_of_sentences(lambda s: s["support"] == "unsupported"),
            better="lower", failed=1.0),
    Measure("uncited_rate", "citation", "sentences without a citation",
            values.share_of_sentences(lambda s: not s["citations"]), better="lower", failed=1.0),
    Measure("abstain_precision", "abstention", "abstentions that were right",
            columns=_right_where_abstained, both=True),
    Measure("abstain_recall", "abstention", "unanswerable questions it abstained from",
            columns=_abstained_where(answerable=False)),
    Measure("abstain_f1", "abstention", "harmonic mean of the two above",
            average=ratio, columns=_f1_of_abstaining, both=True),
    Measure("false_refusal_rate", "abstention", "answerable questions it abstained from",
            better="lower", columns=_abstained_where(answerable=True)),
    Measure("abstain_auroc", "abstention", "how well the threshold's score tells them apart",
            average=auroc, columns=_score_and_answerable, both=True),
    Measure("latency_p50_ms", "cost", "half of the answers took at most this",
            values.milliseconds, average=percentile(50), better="lower"),
    Measure("latency_p95_ms", "cost", "95 in 100 answers took at most this",
            values.milliseconds, average=percentile(95), better="lower"),
    Measure("prompt_tokens", "cost", "read by the LLM, a question",
            values.tokens("prompt_tokens"), better="lower"),
    Measure("completion_tokens", "cost", "written by the LLM, a question",
            values.tokens("completion_tokens"), better="lower"),
)  # fmt: skip
BY_NAME = {measure.name: measure for measure in MEASURES}


def values_of(case: Case) -> dict[str, float]:
    """The value of each measure that the question has one of."""
    found = {measure.name: measure.of(case) for measure in MEASURES}
    return {name: round(value, 6) for name, value in found.items() if value is not None}
