"""The chat over made-up answers, to be run in a process of its own.

usage: python fake_chat.py PORT HOME INDEX [USER:PASSWORD]
"""

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from rag.datatypes import Answer, Citation, Hit, Message, Passage, Sentence, ShortAnswer
from rag.errors import LLMFailed
from rag.retrieve import Selection
from rag.settings import Settings
from rag.web import serve

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

DOCUMENT = "001_635429398ea7a8c9.txt"
HOSTILE = (
    "<img src=http://127.0.0.1:9/x onerror=alert(1)> ![x](http://127.0.0.1:9/y) "
    "<script>alert(2)</script> [z](javascript:alert(3)) http://127.0.0.1:9/z www.evil.example "
    "`code` **bold** $$x^2$$ &lt;b&gt; <thinking>t</thinking> C:\\n a_b_c 1 < 2 {{x}} ${y}"
)
LINES = "\n\n# Heading\n\n    indented\n\n```mermaid\ngraph TD; A-->B\n```\n\n- ![w](http://127.0.0.1:9/w)"
QUOTE = f"It has 225 trucks. {HOSTILE}{LINES}"
ALL = Selection()
LLMS = {"scripted:x": None, "extractive": None, "openai:x": "api.example"}
SLOW = "Word by word it goes on. " * 40


class FakePipeline:
    """Answers from made-up documents, as the question says."""

    def __init__(self, llm: str) -> None:
        self._llm = llm

    def prepare(self) -> None:
        pass

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        k: int = 10,
        selection: Selection = ALL,
    ) -> Iterator[Answer]:
        if question == "fail":
            raise LLMFailed(f"The model is away. {HOSTILE}")
        query = f"{question} (resolved)" if question == "And now?" else question
        common: dict[str, Any] = {"question": question, "query": query, "llm": self._llm}
        spans = ((0, len(QUOTE)),)
        passage = Passage("b.txt", HOSTILE, True, None, None, "0", 0, len(QUOTE), QUOTE, spans)
        hits = tuple(Hit(passage, rank, 0.5, 0.5) for rank in (1, 2, 3))
        if question == "nothing":
            yield Answer(status="not_in_documents", text="No.", passages=hits, **common)
            return
        yield Answer(status="answered", text="", complete=False, passages=hits, **common)
        if question == "hang":
            threading.Event().wait(20)
        if question == "slow":
            for end in range(1, 2000):
                time.sleep(0.02)
                text = SLOW[: end * 10]
                yield Answer(status="answered", text=text, complete=False, passages=hits, **common)
        said = f"After {len(history)} messages, {len(selection.files)} files, {selection.since}."
        cited = Citation(1, 1, DOCUMENT, HOSTILE, "2024-10-23", None, 3, 0, len(QUOTE), QUOTE, "0")
        other = Citation(2, 2, DOCUMENT, "Other", "2023-01-01", None, None, 0, 18, QUOTE[:18], "0")
        if question == "disagree":
            cited = replace(cited, quote="The fleet has 225 trucks.")
            other = replace(other, date=None, quote="The fleet has 300 trucks.")
        weak = Sentence("Perhaps.", (2,), "weak")
        sentences = (Sentence(QUOTE, (1,), "quoted"), weak, Sentence(said, (), "unsupported"))
        yield Answer(
            status="conflicting" if question == "disagree" else "answered",
            text=f"{QUOTE} [1] Perhaps. [2] {said}",
            sentences=sentences,
            citations=(cited, other),
            passages=hits,
            short=ShortAnswer("225 trucks", 1, 7, 17, sure=True),
            warnings=("b.txt changed since it was indexed",) if question == "warn" else (),
            **common,
        )

    def ask(self, question: str) -> Answer:
        *_, answer = self.stream(question)
        return answer


def opening(llm: str) -> "Pipeline":
    return cast("Pipeline", FakePipeline(llm))


def main(port: str, home: str, index: str, auth: str = "") -> None:
    settings = Settings(home=Path(home), index=index, port=int(port), llm="scripted:x")
    user, _, password = auth.partition(":")
    serve(settings, opening, LLMS, [(user, password)] if auth else None)


if __name__ == "__main__":
    main(*sys.argv[1:])
