"""A whole evaluation: what good, bad and silent answers score; runs that stop and go on."""

import json
import os
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from fakes import FakeEmbedder

from rag.datatypes import Answer, Citation, Hit, Message, Passage, Sentence, Span
from rag.errors import IndexDamaged, InvalidInput, LLMFailed
from rag.evaluate.calibrate import calibrate, curve
from rag.evaluate.compare import Bar, compare, shortfalls
from rag.evaluate.evaluation import Plan, evaluate
from rag.evaluate.questions import Example, read_questions
from rag.evaluate.run import Asked, ask_all
from rag.evaluate.run_folder import Run, read_run
from rag.store.local import LocalStore, sync

FACTS = {
    "a.txt": "The bridge was opened in 1987. It is 35 metres long. The mayor was Ada Lind.",
    "b.txt": "The harbour closed in 1991. Its crane weighs 90 tonnes. Nobody moved it.",
    "c.txt": "The school has 225 pupils. Its head is Bo Ek. It stands on a hill.",
}
GOLD = [  # question, file, quote, answer
    ("When was the bridge opened?", "a.txt", "The bridge was opened in 1987.", "1987"),
    ("How long is the bridge?", "a.txt", "It is 35 metres long.", "35 metres"),
    ("When did the harbour close?", "b.txt", "The harbour closed in 1991.", "1991"),
    ("How many pupils are there?", "c.txt", "The school has 225 pupils.", "225"),
]
SILENCE = ["Who painted the bridge?", "What did the crane cost?", "How old is Bo Ek?"]
Reply = Callable[[str, list[Hit]], Answer]


class FakePipeline:
    """Finds every file, in order, and answers with what it is given."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply
        self.asked: list[str] = []

    def ask(self, question: str, *, history: Sequence[Message] = (), k: int = 10) -> Answer:
        self.asked.append(question)
        return self._reply(question, self.search(question, k=k))

    def search(self, query: str, *, k: int = 10) -> list[Hit]:
        hits = []
        for rank, (name, text) in enumerate(FACTS.items(), start=1):
            passage = Passage(
                name, name, False, None, None, "0", 0, len(text), text, ((0, len(text)),)
            )
            hits.append(Hit(passage, rank, 1 / rank, 1 / rank))
        return hits[:k]


def answer(question: str, hits: Sequence[Hit], text: str, *spans: tuple[str, Span]) -> Answer:
    """An answer of one sentence that cites the spans."""
    citations = []
    for number, (name, (start, end)) in enumerate(spans, start=1):
        rank = list(FACTS).index(name) + 1
        quote = FACTS[name][start:end]
        citations.append(
            Citation(number, rank, name, name, None, None, None, start, end, quote, "0")
        )
    ids = tuple(c.id for c in citations)
    marks = "".join(f" [{id}]" for id in ids)
    return Answer(
        question, question, "answered", text + marks,
        sentences=(Sentence(text, ids, "verified" if ids else "unsupported"),),
        citations=tuple(citations), passages=tuple(hits), answerability=0.5,
        timings_ms={"total": 10.0 * len(question)},
    )  # fmt: skip


def abstain(question: str, hits: Sequence[Hit]) -> Answer:
    return Answer(
        question, question, "not_in_documents", "The documents do not say.",
        passages=tuple(hits), answerability=0.5, timings_ms={"total": 5.0},
    )  # fmt: skip


def span_of(name: str, quote: str) -> Span:
    start = FACTS[name].index(quote)
    return start, start + len(quote)


def perfect(question: str, hits: list[Hit]) -> Answer:
    for asked, name, quote, right in GOLD:
        if asked == question:
            return answer(question, hits, right, (name, span_of(name, quote)))
    return abstain(question, hits)


def wrong(question: str, hits: list[Hit]) -> Answer:
    if question in SILENCE:
        return answer(question, hits, "Certainly not.")
    return answer(question, hits, "The hill.", ("c.txt", span_of("c.txt", "It stands on a hill.")))


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    (tmp_path / "docs").mkdir()
    for name, text in FACTS.items():
        (tmp_path / "docs" / name).write_text(text)
    store = LocalStore(tmp_path / "index")
    sync(store, [str(tmp_path / "docs")], FakeEmbedder())
    return store


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    rows: list[dict[str, Any]] = [
        {"id": f"g{i}", "question": question, "answers": [right], "parts": [[right]],
         "evidence": [{"file": name, "quote": quote}], "type": "fact"}
        for i, (question, name, quote, right) in enumerate(GOLD)
    ]  # fmt: skip
    rows += [
        {"id": f"n{i}", "question": question, "answerable": False, "type": "silence"}
        for i, question in enumerate(SILENCE)
    ]
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return Plan(read_questions(path), "index", "scripted", k=10, threshold=0.0)


def run(plan: Plan, store: LocalStore, reply: Reply, folder: Path, **changes: Any) -> Run:
    pipeline = FakePipeline(reply)
    return evaluate(
        pipeline,
        store,
        replace(plan, **changes),
        folder,
        lambda done, total: None,
        lambda note: None,
    )


def values(found: Run) -> dict[str, float]:
    return {name: measure["value"] for name, measure in found.summary["measures"].items()}


def test_perfect_answers_have_the_best_value_of_every_measure(
    plan: Plan, store: LocalStore, tmp_path: Path
) -> None:
    found = run(plan, store, perfect, tmp_path / "run")
    measured = values(found)
    assert {n: v for n, v in measured.items() if n.startswith(("recall", "success"))} == {
        "recall@5": 1, "recall@10": 1, "success@5": 1,
    }  # fmt: skip
    best = {
        "contains": 1, "exact_match": 1, "f1": 1, "citation_precision": 1, "citation_recall": 1,
        "quote_exact": 1, "invalid_citation_rate": 0, "unsupported_rate": 0, "uncited_rate": 0,
        "abstain_precision": 1, "abstain_recall": 1, "abstain_f1": 1, "false_refusal_rate": 0,
    }  # fmt: skip
    assert {name: measured[name] for name in best} == best
    assert measured["abstain_auroc"] == 0.5  # every score is the same
    # First relevant passage: rank 1, 1, 2 and 3.
    assert measured["rr@10"] == pytest.approx((1 + 1 + 1 / 2 + 1 / 3) / 4, abs=1e-6)
    assert measured["judged@10"] == pytest.approx(1 / 3, abs=1e-6)
    assert found.summary["outcomes"] == {"right": 7}
    assert set(found.summary["by_type"]) == {"fact", "silence"}
    assert set(found.summary["by_type"]["silence"]) & set(best) == {"abstain_recall"}
    assert (found.summary["n"], found.summary["failed"]) == (7, 0)


def test_wrong_answers_score_what_the_definitions_say(
    plan: Plan, store: LocalStore, tmp_path: Path
) -> None:
    found = run(plan, store, wrong, tmp_path / "run")
    worst = {
        "contains": 0, "exact_match": 0, "f1": 0, "citation_precision": 0, "citation_recall": 0,
        "quote_exact": 1, "invalid_citation_rate": 0,
        "unsupported_rate": 3 / 7, "uncited_rate": 3 / 7,
        "abstain_recall": 0, "abstain_f1": 0, "false_refusal_rate": 0,
    }  # fmt: skip
    measured = values(found)
    assert {name: measured[name] for name in worst} == pytest.approx(worst, abs=1e-6)
    assert "abstain_precision" not in measured  # of no abstentions
    assert found.summary["outcomes"] == {"wrong": 4, "false answer": 3}
    assert found.rows[0]["reasons"] == [
        "it does not say '1987'", "1 of 1 gold quotes were found but not cited",
    ]  # fmt: skip


def test_silence_scores_what_the_definitions_say(
    plan: Plan, store: LocalStore, tmp_path: Path
) -> None:
    found = run(plan, store, abstain, tmp_path / "run")
    measured = values(found)
    expected = {
        "contains": 0, "exact_match": 0, "f1": 0, "citation_recall": 0, "abstain_precision": 3 / 7,
        "abstain_recall": 1, "abstain_f1": 6 / 10, "false_refusal_rate": 1,
    }  # fmt: skip
    assert {name: measured[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    absent = {"citation_precision", "quote_exact", "uncited_rate", "unsupported_rate"}
    assert not absent & measured.keys()
    assert found.summary["outcomes"] == {"false refusal": 4, "right": 3}
    assert found.summary["abstention"] == {
        "answerable": {"answered": 0, "abstained": 4, "failed": 0},
        "unanswerable": {"answered": 0, "abstained": 3, "failed": 0},
    }


def test_random_citations_are_counted_one_by_one(
    plan: Plan, store: LocalStore, tmp_path: Path
) -> None:
    rng = random.Random(4)
    sentences = [
        (name, span_of(name, piece.strip(" .") + "."))
        for name, text in FACTS.items()
        for piece in text.split(". ")
    ]
    drawn: dict[str, list[tuple[str, Span]]] = {}

    def at_random(question: str, hits: list[Hit]) -> Answer:
        drawn[question] = rng.sample(sentences, 3)
        return answer(question, hits, "Perhaps.", *drawn[question])

    measured = values(run(plan, store, at_random, tmp_path / "run"))
    hit = [(name, span_of(name, quote)) in drawn[question] for question, name, quote, _ in GOLD]
    assert 0 < sum(hit) < 4
    assert measured["citation_recall"] == sum(hit) / 4
    assert measured["citation_precision"] == pytest.approx(sum(hit) / 12, abs=1e-6)


def test_forged_citations_are_found_out(plan: Plan, store: LocalStore, tmp_path: Path) -> None:
    def forged(question: str, hits: list[Hit]) -> Answer:
        made = perfect(question, hits)
        if question != GOLD[0][0]:
            return made
        (real,) = made.citations
        return replace(
            made,
            citations=(replace(real, quote="The bridge was sold."), replace(real, id=2, passage=9)),
            sentences=(Sentence("1987", (1, 2, 3), "weak"),),
            invalid_markers=2,  # of five references only the first leads anywhere
        )

    measured = values(run(plan, store, forged, tmp_path / "run"))
    assert measured["quote_exact"] == pytest.approx((1 / 2 + 3) / 4, abs=1e-6)
    assert measured["invalid_citation_rate"] == pytest.approx((4 / 5) / 4, abs=1e-6)


def test_the_text_counts_without_its_markers(plan: Plan, store: LocalStore, tmp_path: Path) -> None:
    def reply(question: str, hits: list[Hit]) -> Answer:
        made = perfect(question, hits)
        if question == GOLD[1][0]:
            return replace(made, text="It is 35 [1] metres, see [7].")
        return made

    found = run(plan, store, reply, tmp_path / "run")
    assert found.rows[1]["measures"]["contains"] == 1
    # it is 35 metres see 7, against 35 metres
    assert found.rows[1]["measures"]["f1"] == pytest.approx(2 * 2 / (6 + 2))


def test_a_failed_question_counts_as_wrong(plan: Plan, store: LocalStore, tmp_path: Path) -> None:
    def failing(question: str, hits: list[Hit]) -> Answer:
        if question == GOLD[0][0]:
            raise LLMFailed("The model is away.")
        return replace(perfect(question, hits), complete=question != SILENCE[0])

    found = run(plan, store, failing, tmp_path / "run")
    measured = values(found)
    assert found.summary["failed"] == 2
    expected = {
        "contains": 3 / 4, "f1": 3 / 4, "recall@5": 3 / 4, "rr@10": (1 + 1 / 2 + 1 / 3) / 4,
        "citation_precision": 3 / 4, "citation_recall": 3 / 4, "quote_exact": 3 / 5,
        "invalid_citation_rate": 2 / 5, "unsupported_rate": 2 / 5, "uncited_rate": 2 / 5,
        "abstain_precision": 2 / 3, "abstain_recall": 2 / 3, "abstain_f1": 2 / 3,
        "false_refusal_rate": 1 / 4,
    }  # fmt: skip
    assert {name: measured[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    assert found.summary["measures"]["latency_p50_ms"]["n"] == 5
    assert found.rows[4]["error"]["message"] == "The answer was cut short."
    assert found.rows[0]["error"] == {"kind": "llm_failed", "message": "The model is away."}


def test_what_is_no_question_s_fault_ends_the_run(
    plan: Plan, store: LocalStore, tmp_path: Path
) -> None:
    def damaged(question: str, hits: list[Hit]) -> Answer:
        raise IndexDamaged("It is damaged.")

    with pytest.raises(IndexDamaged):
        run(plan, store, damaged, tmp_path / "run")


def without_times(summary: Any) -> Any:
    found = json.loads(json.dumps(summary))
    for name in ("started", "seconds"):
        del found["run"][name]
    return found


def killed(question: str, hits: list[Hit]) -> Answer:
    if question == GOLD[3][0]:
        raise KeyboardInterrupt
    return wrong(question, hits)


@pytest.mark.parametrize("jobs", [1, 3])
def test_an_interrupted_run_goes_on_and_ends_the_same(
    plan: Plan, store: LocalStore, tmp_path: Path, jobs: int
) -> None:
    whole = run(plan, store, wrong, tmp_path / "whole", jobs=jobs)
    folder = tmp_path / "halves"

    with pytest.raises(KeyboardInterrupt):
        run(plan, store, killed, folder)
    checkpoint = folder / "checkpoint.jsonl"
    assert checkpoint.read_bytes().count(b"\n") == 1 + 3
    with checkpoint.open("ab") as file:
        file.write(b'{"id": "g3", "ans')  # killed while it wrote
    pipeline = FakePipeline(wrong)
    steps: list[int] = []
    notes: list[str] = []
    evaluate(
        pipeline, store, replace(plan, jobs=jobs), folder,
        lambda done, total: steps.append(done), notes.append,
    )  # fmt: skip
    assert sorted(pipeline.asked) == sorted([GOLD[3][0], *SILENCE])
    assert steps == [3, 4, 5, 6, 7] and notes == ["going on after 3 of 7 questions"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "report.html", "results.jsonl", "summary.json",
    ]  # fmt: skip
    again = read_run(folder)
    assert without_times(again.summary) == without_times(whole.summary)
    assert list(again.rows) == list(whole.rows)


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"id": "g1", "told": 1}', b"\xff"])
def test_a_damaged_checkpoint_is_not_gone_on_from(
    plan: Plan, store: LocalStore, tmp_path: Path, line: bytes
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(plan, store, killed, tmp_path / "run")
    checkpoint = tmp_path / "run" / "checkpoint.jsonl"
    first, *rest = checkpoint.read_bytes().split(b"\n")
    checkpoint.write_bytes(b"\n".join([first, line, *rest]))
    assert values(run(plan, store, perfect, tmp_path / "run"))["contains"] == 1


def test_another_run_does_not_go_on_from_a_checkpoint(
    plan: Plan, store: LocalStore, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(plan, store, killed, tmp_path / "run")
    assert values(run(plan, store, perfect, tmp_path / "run", llm="other"))["contains"] == 1


def test_measures_deeper_than_k_are_absent(plan: Plan, store: LocalStore, tmp_path: Path) -> None:
    found = run(plan, store, perfect, tmp_path / "run", k=5)
    assert "recall@5" in values(found) and "recall@10" not in values(found)
    assert "only 5 passages" in found.summary["run"]["notes"][0]


def test_whole_documents_as_gold(store: LocalStore, plan: Plan, tmp_path: Path) -> None:
    row = {"id": "1", "question": "Why?", "evidence": [{"file": "b.txt"}, {"file": "c.txt"}]}
    (tmp_path / "q.jsonl").write_text(json.dumps(row))
    found = run(
        plan, store, perfect, tmp_path / "r", questions=read_questions(tmp_path / "q.jsonl")
    )
    measured = values(found)
    assert (measured["recall@5"], measured["rr@10"]) == (1, 0.5)
    assert found.rows[0]["documents"] == ["a.txt", "b.txt", "c.txt"]
    assert not {"contains", "citation_recall", "abstain_auroc"} & measured.keys()


def test_runs_are_compared_question_by_question(
    plan: Plan, store: LocalStore, tmp_path: Path
) -> None:
    def one_more(question: str, hits: list[Hit]) -> Answer:
        return (perfect if question in (GOLD[0][0], SILENCE[0]) else wrong)(question, hits)

    a = run(plan, store, wrong, tmp_path / "a")
    b = run(plan, store, one_more, tmp_path / "b", llm="better")
    found = compare(read_run(a.folder), read_run(b.folder))
    contains = found["measures"]["contains"]
    assert (contains["a"], contains["b"], contains["difference"]) == (0, 0.25, 0.25)
    assert (contains["p"], contains["n"]) == (1.0, 4)  # one question of four changed sides
    assert found["measures"]["abstain_recall"]["difference"] == pytest.approx(1 / 3, abs=1e-6)
    assert [row["id"] for row in found["changed"]] == ["g0", "n0"]
    assert found["changed"][0] | {"question": ""} == {
        "id": "g0", "question": "", "a": "wrong", "b": "right",
    }  # fmt: skip
    assert found["settings"] == {"llm": ["scripted", "better"]}


def test_other_question_sets_are_refused_unless_told_otherwise(
    plan: Plan, store: LocalStore, tmp_path: Path
) -> None:
    a = run(plan, store, wrong, tmp_path / "a")
    few = plan.questions.select("silence", 2)
    b = run(plan, store, wrong, tmp_path / "b", questions=few)
    with pytest.raises(InvalidInput, match="--common"):
        compare(a, b)
    assert compare(a, b, common=True)["n"] == 2
    other = run(plan, store, wrong, tmp_path / "c", questions=plan.questions.select("fact", 1))
    with pytest.raises(InvalidInput, match="no question in common"):
        compare(b, other, common=True)


def test_a_gate_names_what_fell_short(plan: Plan, store: LocalStore, tmp_path: Path) -> None:
    summary = run(plan, store, wrong, tmp_path / "a").summary
    bars = [
        Bar("contains", 0.5, True), Bar("quote_exact", 1, True), Bar("uncited_rate", 0.1, False),
        Bar("abstain_precision", 0.1, True),
    ]  # fmt: skip
    assert shortfalls(summary, bars) == [
        "contains is 0, and must be at least 0.5",
        "uncited_rate is 0.428571, and must be at most 0.1",
        "abstain_precision was not measured, and must be at least 0.1",
    ]
    with pytest.raises(InvalidInput, match="contians"):
        shortfalls(summary, [Bar("contians", 0.5, True)])


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"n": 0}'])
def test_what_is_no_run_is_refused(tmp_path: Path, text: str) -> None:
    for name in ("summary.json", "results.jsonl"):
        (tmp_path / name).write_text(text)
    with pytest.raises(InvalidInput, match="no run"):
        read_run(tmp_path)


def scored(*pairs: tuple[float | None, bool]) -> list[dict[str, Any]]:
    return [{"answerability": score, "answerable": answerable} for score, answerable in pairs]


def test_the_threshold_for_a_false_refusal_rate() -> None:
    answerable = [(n / 10 + 0.05, True) for n in range(10)]
    rows = scored(*answerable, (0.1, False), (0.3, False), (0.6, False), (None, True))
    found = calibrate(rows, 0.2)
    assert (found.threshold, found.false_refusal, found.refused) == (0.25, 0.2, 1 / 3)
    assert calibrate(rows, 0.29).threshold == 0.25
    assert calibrate(rows, 0).threshold == 0.05
    assert calibrate(rows, 1).threshold == 1.0
    assert calibrate(scored((0.5, True), (0.5, True), (0.7, True)), 0.34).threshold == 0.5
    assert curve(rows, 2)[1].false_refusal == 0.5
    assert calibrate(scored((0.123456789, True)), 0).threshold == 0.123456
    with pytest.raises(InvalidInput):
        calibrate(scored((0.5, False), (None, True)), 0.1)


def _with(**fields: Any) -> Callable[[Any], None]:
    return lambda found: found.update(fields)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("summary.json", lambda s: s["measures"].update(contains=5)),
        ("summary.json", lambda s: s["measures"].update(contains={"value": float("nan")})),
        ("summary.json", lambda s: s["measures"].update(contains={"value": "0.9"})),
        ("summary.json", lambda s: s["run"].update(settings=5)),
        ("summary.json", lambda s: s["run"].update(fingerprints=None)),
        ("results.jsonl", _with(measures=5)),
        ("results.jsonl", _with(measures={"contains": "x"})),
        ("results.jsonl", _with(measures={"contains": float("inf")})),
        ("results.jsonl", _with(id=[1])),
        ("results.jsonl", _with(question=None)),
        ("results.jsonl", _with(answerable="yes")),
        ("results.jsonl", _with(answerability="x")),
        ("results.jsonl", _with(error=5)),
    ],
)
def test_a_run_that_was_changed_is_refused(
    plan: Plan, store: LocalStore, tmp_path: Path, name: str, change: Callable[[Any], None]
) -> None:
    path = run(plan, store, wrong, tmp_path / "a").folder / name
    first, *rest = path.read_text().split("\n") if name == "results.jsonl" else [path.read_text()]
    found = json.loads(first)
    change(found)
    path.write_text("\n".join([json.dumps(found), *rest]))
    with pytest.raises(InvalidInput, match="is no run of `rag eval`"):
        read_run(tmp_path / "a")
    path.unlink()
    os.mkfifo(path)  # opened, it would wait for ever
    with pytest.raises(InvalidInput, match="is no run of `rag eval`"):
        read_run(tmp_path / "a")


def test_a_run_that_is_stopped_waits_for_no_question() -> None:
    released, ended = threading.Event(), []

    class Hanging:
        def ask(self, question: str, **more: Any) -> Answer:
            if question == "Long?":
                released.wait(30)
                ended.append(question)
            raise InvalidInput("no answer")

    def stop(asked: Asked) -> None:
        raise KeyboardInterrupt

    examples = [Example("1", "Long?"), Example("2", "Short?")]
    with pytest.raises(KeyboardInterrupt):
        ask_all(cast("Any", Hanging()), examples, 10, 2, {}, stop)
    assert not ended
    released.set()
