"""The question set over the three seed articles keeps its promises."""

import json
import re
import unicodedata
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

Row = dict[str, Any]

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"
QUESTIONS = ROOT / "tests" / "questions"
UNANSWERABLE = {"near_miss", "false_premise", "off_topic", "not_covered"}
TYPES = UNANSWERABLE | {
    "single", "paraphrase", "why_how", "who_said", "multi", "two_articles", "time", "follow_up",
    "typo", "other_language", "collection",
}  # fmt: skip
FUNCTION_WORDS = """
    a about after again all an and any are as at be because been before being but by can come could
    did do does down during each for from had has have he her his how i if in into is it its just
    long made make many may might more most much must not of off on or other ought our out over per
    she should so some still such than that the their them then there these they this those to too
    under up was we were what when where which while who whom whose why will with would you your
"""
STOP_WORDS = set(FUNCTION_WORDS.split())


def lines(name: str) -> list[str]:
    return (QUESTIONS / name).read_text(encoding="utf-8").splitlines()


def rows(name: str = "seeds.jsonl") -> list[Row]:
    return [json.loads(line) for line in lines(name)]


ROWS = rows()
ARTICLES = {path.name: path.read_text(encoding="utf-8") for path in sorted(SEEDS.glob("*.txt"))}


def normalise(text: str) -> str:
    """SQuAD's: lower case, no punctuation (typographic neither), no articles, single blanks."""
    kept = "".join(c for c in text.lower() if unicodedata.category(c)[0] not in "PS")
    return " ".join(word for word in kept.split() if word not in {"a", "an", "the"})


def evidence_text(row: Row) -> str:
    return " ".join(piece["quote"] for piece in row["evidence"])


def stems(text: str) -> set[str]:
    """Crude stems of the content words; a hyphenated word counts as a whole and in its pieces."""
    words = set(normalise(text).split()) | set(normalise(re.sub(r"[-–—]", " ", text)).split())
    return {word[:5] for word in words - STOP_WORDS}


def by_id(row: Row) -> str:
    return str(row["id"])


def test_size_and_share() -> None:
    assert len(ROWS) >= 150
    assert sum(not row["answerable"] for row in ROWS) * 4 >= len(ROWS)
    assert max(Counter(row["id"] for row in ROWS).values()) == 1


def test_halves_make_the_whole() -> None:
    dev, test = lines("seeds-dev.jsonl"), lines("seeds-test.jsonl")
    assert not set(dev) & set(test)
    assert sorted(dev + test) == sorted(lines("seeds.jsonl"))
    assert abs(len(dev) - len(test)) <= 1


@pytest.mark.parametrize("name", ["seeds-dev.jsonl", "seeds-test.jsonl"])
def test_every_type_in_each_half(name: str) -> None:
    assert {row["type"] for row in rows(name)} == TYPES


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_shape(row: Row) -> None:
    required = {"id", "question", "answers", "parts", "evidence", "answerable", "type"}
    extra = {"history", "standalone"} if row["type"] == "follow_up" else set()
    assert set(row) == required | extra
    assert bool(row["answers"]) == row["answerable"]
    assert bool(row["parts"]) == (row["answerable"] and row["type"] != "collection")
    assert row["evidence"] or not row["answerable"]
    assert not (row["answerable"] and row["type"] in UNANSWERABLE)
    roles = [turn["role"] for turn in row.get("history", [])]
    assert roles == ["user", "assistant"] * (len(roles) // 2)


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_evidence_is_in_the_articles(row: Row) -> None:
    for piece in row["evidence"]:
        assert piece["quote"] and piece["quote"] in ARTICLES[piece["file"]]
    if row["type"] == "two_articles":
        assert len({piece["file"] for piece in row["evidence"]}) >= 2


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_evidence_holds_every_part(row: Row) -> None:
    held = f" {normalise(evidence_text(row))} "
    for part in row["parts"]:
        assert any(f" {normalise(alternative)} " in held for alternative in part), part


@pytest.mark.parametrize("row", [row for row in ROWS if row["type"] == "paraphrase"], ids=by_id)
def test_paraphrase_shares_no_content_word(row: Row) -> None:
    assert not stems(row["question"]) & stems(evidence_text(row))
