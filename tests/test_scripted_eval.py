"""`rag eval` with scripted LLMs whose scores are known beforehand."""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from rag import Pipeline
from rag.embed import Embedder
from rag.store.local import LocalStore, sync

FACTS = [
    ("Who designed the bridge of Torp?", "The bridge of Torp was designed by Ada Lind."),
    ("When did the harbour of Vik close?", "The harbour of Vik closed in 1991."),
    ("How many pupils has the school of Lom?", "The school of Lom has 225 pupils."),
    ("What does the crane of Moss weigh?", "The crane of Moss weighs 90 tonnes."),
    ("Where was the painter Bo Ek born?", "The painter Bo Ek was born in Narvik."),
]
SILENT = [
    "Who repaired the organ of Hamar?",
    "What did the ferry of Bodo cost?",
    "When was the museum of Rena robbed?",
]
ABSTENTION = "The documents do not say."
Scores = dict[str, float]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("scripted")
    (folder / "documents").mkdir()
    for number, (_, fact) in enumerate(FACTS):
        (folder / "documents" / f"{number}.txt").write_text(fact)
    sync(LocalStore(folder / "index"), [str(folder / "documents")], embedder)
    rows: list[dict[str, Any]] = [
        {"id": f"a{i}", "question": question, "answers": [fact], "parts": [[fact]],
         "evidence": [{"file": f"{i}.txt", "quote": fact}]}
        for i, (question, fact) in enumerate(FACTS)
    ]  # fmt: skip
    rows += [{"id": f"n{i}", "question": q, "answerable": False} for i, q in enumerate(SILENT)]
    (folder / "questions.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


@pytest.fixture(scope="module")
def ranks(index: Path, home: Path) -> dict[str, dict[str, int]]:
    """Of each question: the rank of the passage that says each fact."""
    pipeline = Pipeline.open(index / "index", home=home)
    return {
        question: {hit.passage.text: hit.rank for hit in pipeline.search(question)}
        for question in [*(question for question, _ in FACTS), *SILENT]
    }


@pytest.fixture
def scored(index: Path, home: Path, tmp_path: Path) -> Callable[[dict[str, str]], Scores]:
    def run(replies: dict[str, str]) -> Scores:
        rows = [{"question": question, "reply": reply} for question, reply in replies.items()]
        script = tmp_path / "script.jsonl"
        script.write_text("".join(json.dumps(row) + "\n" for row in rows))
        done = subprocess.run(
            [sys.executable, "-m", "rag", "eval", str(index / "questions.jsonl"), "--json"]
            + ["--index", str(index / "index"), "--llm", f"scripted:{script}"]
            + ["--out", str(tmp_path / "out")],
            env=os.environ | {"RAG_HOME": str(home), "RAG_THRESHOLD": "0"},
            capture_output=True, text=True, cwd=tmp_path,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        measures: dict[str, Any] = json.loads(done.stdout)["measures"]
        return {name: round(found["value"], 6) for name, found in measures.items()}

    return run


def held(scores: Scores, **expected: float) -> None:
    found = {name: scores.get(name) for name in expected}
    assert found == pytest.approx(expected, abs=1e-5)


PERFECT = {
    "contains": 1.0, "exact_match": 1.0, "f1": 1.0,
    "citation_precision": 1.0, "citation_recall": 1.0, "quote_exact": 1.0,
    "invalid_citation_rate": 0.0, "unsupported_rate": 0.0, "uncited_rate": 0.0,
    "abstain_precision": 1.0, "abstain_recall": 1.0, "abstain_f1": 1.0, "false_refusal_rate": 0.0,
}  # fmt: skip


def test_a_perfect_llm_scores_the_best_values(
    scored: Callable[[dict[str, str]], Scores], ranks: dict[str, dict[str, int]]
) -> None:
    replies = {question: f"{fact} [{ranks[question][fact]}]" for question, fact in FACTS}
    held(scored(replies | dict.fromkeys(SILENT, ABSTENTION)), **PERFECT)


def test_one_that_answers_everything_wrongly(
    scored: Callable[[dict[str, str]], Scores], ranks: dict[str, dict[str, int]]
) -> None:
    replies = {}
    for question, places in ranks.items():
        fact = dict(FACTS).get(question, "")
        replies[question] = f"Purple cows sing [{places[next(f for f in places if f != fact)]}]."
    scores = scored(replies)
    held(scores, contains=0, exact_match=0, f1=0, citation_precision=0, citation_recall=0)
    held(scores, quote_exact=1, invalid_citation_rate=0, unsupported_rate=1, uncited_rate=0)
    held(scores, abstain_recall=0, abstain_f1=0, false_refusal_rate=0)
    assert "abstain_precision" not in scores


def test_one_that_always_abstains(scored: Callable[[dict[str, str]], Scores]) -> None:
    scores = scored(dict.fromkeys([*dict(FACTS), *SILENT], ABSTENTION))
    held(scores, contains=0, exact_match=0, f1=0, citation_recall=0)
    held(scores, abstain_recall=1, false_refusal_rate=1, abstain_precision=3 / 8)
    held(scores, abstain_f1=2 * (3 / 8) / (3 / 8 + 1))
    absent = {"citation_precision", "quote_exact", "invalid_citation_rate", "unsupported_rate"}
    assert not absent & scores.keys()


def test_one_that_cites_at_random(
    scored: Callable[[dict[str, str]], Scores], ranks: dict[str, dict[str, int]]
) -> None:
    """A right marker carries; another's passage does not; one of nothing is counted.

    A sentence without a marker that counts is carried where exactly one place says it.
    """
    drawn = random.Random(7)
    replies, right, invalid, unsupported = {}, [], [], []
    for question, fact in FACTS:
        marker = drawn.randint(1, 2 * len(FACTS))
        replies[question] = f"{fact} [{marker}]"
        lost = marker > len(FACTS)
        right.append(float(lost or marker == ranks[question][fact]))
        invalid.append(0.5 if lost else 0.0)
    assert 0 < sum(right) < len(right) and any(invalid)
    unsupported = [1 - value for value in right]
    scores = scored(replies | dict.fromkeys(SILENT, ABSTENTION))
    held(scores, contains=1, f1=1, quote_exact=1, uncited_rate=0)
    held(scores, citation_precision=mean(right), citation_recall=mean(right))
    held(scores, invalid_citation_rate=mean(invalid))
    assert scores["unsupported_rate"] <= mean(unsupported) + 1e-6
