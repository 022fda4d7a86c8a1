"""Was a question answered rightly, and if not, why."""

from typing import Literal

from rag.evaluate.case import Case
from rag.evaluate.matching import holds
from rag.evaluate.spans import half_covered

Outcome = Literal[
    "right", "partly right", "wrong", "false refusal", "false answer", "failed", "not judged"
]


def verdict(case: Case, k: int) -> tuple[Outcome, list[str]]:
    """The outcome of a question and what it was counted wrong for; ``k`` passages were used."""
    if case.asked.error is not None:
        return "failed", [str(case.asked.error["message"])]
    if case.example.answerable is False:
        if case.abstained:
            return "right", []
        return "false answer", ["the documents do not say, but it answered"]
    if case.example.answerable is None:
        return "not judged", ["the question set does not say what is right"]
    if case.abstained:
        return "false refusal", ["it abstained from an answerable question", *_search(case, k)]
    if not case.parts:
        return "not judged", ["there is no gold answer", *_search(case, k)]
    missing = [part for part in case.parts if not holds(case.text, part)]
    if not missing:
        return "right", []
    reasons = [f"it does not say {' or '.join(repr(text) for text in part)}" for part in missing]
    outcome: Outcome = "wrong" if len(missing) == len(case.parts) else "partly right"
    return outcome, [*reasons, *_search(case, k)]


def _search(case: Case, k: int) -> list[str]:
    """Whether the gold was there to be used, and was used."""
    if not case.gold.quotes:
        gold = {id for id, gain in (case.gold.documents or {}).items() if gain > 0}
        if gold and not gold & {p["document"] for p in case.answer.get("passages", ())}:
            return [f"no gold document is among the {k} passages it looked at"]
        return []
    looked = [(p["document"], p["start"], p["end"]) for p in case.answer.get("passages", ())]
    unseen = sum(not half_covered(places, looked) for places in case.gold.quotes)
    if unseen:
        return [f"{unseen} of {len(case.gold.quotes)} gold quotes were not found by the search"]
    uncited = sum(not half_covered(places, case.cited) for places in case.gold.quotes)
    if uncited and not case.abstained:
        return [f"{uncited} of {len(case.gold.quotes)} gold quotes were found but not cited"]
    return ["the gold was found" + (", but its score was below the threshold" * case.abstained)]
