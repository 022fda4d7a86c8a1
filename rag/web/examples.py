"""Example questions that the index answers, made from its own documents.

A phrase that a document says often is put into a question, and the question is kept only if the
index answers it from that document.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from rag.store import Snapshot

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

_DOCUMENTS = 8
_READ = 20_000  # characters of each
_MOST = 4
# Capitalised words that follow a lower-case one, so that a sentence's first word is not a name.
_NAME = re.compile(r"(?<=[a-z,] )(?:[A-Z][\w’'-]+(?: (?:of |the )?(?=[A-Z])|\b)){2,4}")


def example_questions(pipeline: "Pipeline", snapshot: Snapshot) -> list[str]:
    """At most four questions that the pipeline answers from what they were made of."""
    found = ["What are these documents about?"]
    for row in list(snapshot.document_keys().values())[:_DOCUMENTS]:
        document = snapshot.document(row.id)
        if document is None or len(found) >= _MOST:
            break
        for question in _candidates(document.text[document.body :][:_READ]):
            answer = pipeline.ask(question)
            if answer.status == "answered" and any(c.document == row.id for c in answer.citations):
                found.append(question)
                break
    return found


def _candidates(text: str) -> Iterator[str]:
    names = Counter(" ".join(match.group().split()) for match in _NAME.finditer(text))
    for name, n in names.most_common(3):
        if n > 1:
            with_article = len(re.findall(rf"\bthe {re.escape(name)}\b", text))
            yield f"What is said about {'the ' if 2 * with_article >= n else ''}{name}?"
