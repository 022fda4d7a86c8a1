"""The parts of the measures against examples worked out by hand, and references."""

import collections
import itertools
import math
import re
import string

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluate.averages import auroc, difference, interval, mean, percentile, ratio
from rag.evaluate.matching import exact_match, f1, holds, normalise
from rag.evaluate.ranking import score_rankings
from rag.evaluate.spans import half_covered, overlap


@pytest.mark.parametrize(
    ("text", "part", "held"),
    [
        ("about 225 trucks per day", "225", True),
        ("about 350 trucks", "35", False),
        ("an estimated 35", "35", True),
        ("Itamar Ben-Gvir said so", "ben gvir", False),
        ("Itamar Ben‑Gvir said so", "Ben-Gvir", True),
        ("It cost $82,959 in all.", "82959", True),
        ("It cost 82959 in all.", "$82,959", True),
        ("The Netanyahu’s minister", "Netanyahu's minister", True),
        ("He “loves Hamas.”", "loves hamas", True),
        ("aid—not weapons—came", "weapons", True),
        ("It is THE end", "end", True),
        ("anything", "the", False),
        ("", "x", False),
        ("北京是首都", "首都", True),
    ],
)
def test_a_part_is_held_as_whole_tokens(text: str, part: str, held: bool) -> None:
    assert holds(text, [part]) is held


def test_any_alternative_will_do() -> None:
    assert holds("two hundred trucks", ["200", "two hundred"])
    assert not holds("two hundred trucks", [])


def test_squad_by_hand() -> None:
    assert normalise("The  cat, a dog!") == "cat dog"
    assert exact_match("The cat.", ["dog", "cat"]) == 1
    assert f1("the big cat sat", ["a cat"]) == 2 * (1 / 3) * 1 / (1 / 3 + 1)
    assert (exact_match("", []), f1("", [])) == (1, 1)
    assert (exact_match("something", []), f1("something", [])) == (0, 0)
    assert (exact_match("", ["cat"]), f1("", ["cat"])) == (0, 0)


texts = st.text(alphabet="aAn the bc1" + string.punctuation + " \n", max_size=30)


def official_tokens(text: str) -> list[str]:
    """The steps of SQuAD 2.0's own script: lower case, punctuation out, articles out, split."""
    bare = "".join(c for c in text.lower() if c not in set(string.punctuation))
    return re.compile(r"\b(a|an|the)\b", re.UNICODE).sub(" ", bare).split()


def official_f1(prediction: str, gold: str) -> float:
    """Precision and recall over a bag of tokens; 1 or 0 where either has none."""
    ours, theirs = official_tokens(prediction), official_tokens(gold)
    if not ours or not theirs:
        return float(ours == theirs)
    same = sum((collections.Counter(ours) & collections.Counter(theirs)).values())
    if same == 0:
        return 0.0
    precision, recall = same / len(ours), same / len(theirs)
    return 2 * precision * recall / (precision + recall)


@given(prediction=texts, gold=texts)
def test_squad_against_the_steps_of_its_script(prediction: str, gold: str) -> None:
    same = official_tokens(prediction) == official_tokens(gold)
    assert exact_match(prediction, [gold]) == float(same)
    assert f1(prediction, [gold]) == pytest.approx(official_f1(prediction, gold))


def test_spans() -> None:
    gold = ("a", 10, 20)
    assert overlap(gold, ("a", 19, 30)) and not overlap(gold, ("a", 20, 30))
    assert not overlap(gold, ("b", 10, 20))
    assert half_covered([gold], [("a", 0, 15)]) and not half_covered([gold], [("a", 0, 14)])
    assert half_covered([gold], [("a", 17, 30), ("a", 0, 12)])
    assert not half_covered([gold], [("a", 0, 14), ("a", 11, 14), ("b", 10, 20)])
    assert half_covered([gold, ("b", 0, 2)], [("b", 1, 2)])


def test_rankings_by_hand() -> None:
    gains = {"q": {"x": 2, "y": 1, "z": 0}, "nothing found": {"x": 1}, "no gold": {"x": 0}}
    found = score_rankings({"q": ["a", "x", "z", "b", "c", "d", "y"]}, gains)
    assert found.keys() == {"q", "nothing found"}
    assert found["nothing found"] == dict.fromkeys(found["q"], 0.0)
    ideal = 2 + 1 / math.log2(3)
    assert found["q"] == pytest.approx(
        {
            "recall@5": 1 / 2,
            "recall@10": 1,
            "success@5": 1,
            "rr@10": 1 / 2,
            "ndcg@10": (2 / math.log2(3) + 1 / math.log2(8)) / ideal,
            "judged@10": 3 / 7,
        }
    )


def test_measures_look_no_deeper_than_they_say() -> None:
    ranking = [str(n) for n in range(20)]
    found = score_rankings({"q": ranking}, {"q": {"5": 1, "10": 1}})["q"]
    assert (found["recall@5"], found["success@5"], found["recall@10"]) == (0, 0, 0.5)
    assert found["rr@10"] == pytest.approx(1 / 6)
    assert score_rankings({"q": ranking}, {"q": {"10": 1}})["q"]["rr@10"] == 0


def test_rankings_keep_their_order_and_odd_names() -> None:
    names = ["b b", "a\n", "ä\udcff", ""]
    gains = {"q q": {"ä\udcff": 1}}
    assert score_rankings({"q q": names}, gains)["q q"]["rr@10"] == pytest.approx(1 / 3)


def column(*values: float) -> np.ndarray:
    return np.array(values, np.float64)[:, None]


def test_averages_by_hand() -> None:
    assert mean(column(1, 0, np.nan)[None])[0] == 0.5
    assert np.isnan(mean(column(np.nan)[None])[0])
    assert ratio(np.array([[[2.0, 2.0], [0.0, 1.0]]]))[0] == 2 / 3
    assert percentile(50)(column(1, 2, 4, 8)[None])[0] == 3
    pairs = np.array([[[0.9, 1], [0.5, 1], [0.5, 0], [0.1, 0]]])
    assert auroc(pairs)[0] == (1 + 1 + 0.5 + 1) / 4
    assert np.isnan(auroc(pairs[:, :2])[0])


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), min_size=2, max_size=12))
def test_auroc_against_all_pairs(rows: list[tuple[int, bool]]) -> None:
    ups = [score for score, up in rows if up]
    downs = [score for score, up in rows if not up]
    found = auroc(np.array([rows], np.float64))[0]
    if not ups or not downs:
        assert np.isnan(found)
    else:
        wins = [(a > b) + (a == b) / 2 for a in ups for b in downs]
        assert found == pytest.approx(sum(wins) / len(wins))


def test_intervals_are_those_of_the_binomial_and_always_the_same() -> None:
    values = column(*[1.0] * 70, *[0.0] * 30)
    low, high = interval(values, mean)
    assert (low, high) == interval(values, mean)
    assert low == pytest.approx(0.7 - 1.96 * math.sqrt(0.21 / 100), abs=0.015)
    assert high == pytest.approx(0.7 + 1.96 * math.sqrt(0.21 / 100), abs=0.015)
    assert interval(column(1, 1, 1), mean) == (1, 1)


def test_the_sign_flip_test_by_hand() -> None:
    a, b = column(0, 0, 0, 1, 0.5), column(1, 1, 1, 1, 0.5)
    found = difference(a, b, mean)
    assert found.value == pytest.approx(3 / 5)
    assert found.p == 2 / 8  # all three or none of the three that differ
    assert found.low < found.value < found.high
    same = difference(a, a, mean)
    assert (same.value, same.low, same.high, same.p) == (0, 0, 0, 1)


def test_the_sampled_test_is_near_the_exact_one() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.random((14, 1)), rng.random((14, 1)) + 0.15
    d = (b - a)[:, 0]
    flips = np.array(list(itertools.product([1, -1], repeat=14)))
    exact = np.mean(np.abs(flips @ d) >= abs(d.sum()) - 1e-12)
    assert difference(a, b, mean).p == pytest.approx(exact, abs=0.03)
