"""All that is known of one question: what was asked, what is right, what came of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rag.evaluate.gold import Gold
from rag.evaluate.matching import normalise
from rag.evaluate.questions import Example
from rag.evaluate.run import Asked
from rag.evaluate.spans import Place

_MARKER = re.compile(r"\s*\[(\d+(?:\s*[,;]\s*\d+)*)\]")


@dataclass(frozen=True, slots=True)
class Case:
    """A question, its gold and its answer.

    ``retrieval`` are its retrieval measures; ``exact`` says of each citation whether its quote is
    the document's text.
    """

    example: Example
    gold: Gold
    asked: Asked
    retrieval: Mapping[str, float]
    exact: Sequence[bool] = ()

    @property
    def answer(self) -> Mapping[str, Any]:
        """The answer's JSON; empty for a question that failed."""
        return self.asked.counted

    @property
    def abstained(self) -> bool:
        """Whether it was said that the documents do not say."""
        return bool(self.answer.get("status") == "not_in_documents")

    @property
    def text(self) -> str:
        """The answer's text without markers; empty if it abstained or failed."""
        return "" if self.abstained else _without_markers(self.answer)

    @property
    def parts(self) -> list[tuple[str, ...]]:
        """What an answer must hold: the parts, else any of the answers."""
        parts = self.example.parts or (self.example.answers,)
        return [part for part in parts if any(normalise(text) for text in part)]

    @property
    def cited(self) -> list[Place]:
        """The places of the citations."""
        return [(c["document"], c["start"], c["end"]) for c in self.answer.get("citations", ())]

    @property
    def sentences(self) -> Sequence[Mapping[str, Any]]:
        """The sentences that claim something: none where it abstained."""
        found: Sequence[Mapping[str, Any]] = self.answer.get("sentences", ())
        return () if self.abstained else found


def _without_markers(answer: Mapping[str, Any]) -> str:
    """The text of an answer without the numbers of its citations."""
    ids = {citation["id"] for citation in answer.get("citations", ())}

    def unmark(match: re.Match[str]) -> str:
        numbers = {int(number) for number in re.findall(r"\d+", match.group(1))}
        return "" if numbers <= ids else match.group()

    return _MARKER.sub(unmark, answer.get("text", ""))
