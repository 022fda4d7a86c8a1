"""How well follow-ups are found: `python tests/benchmarks/follow_ups.py INDEX QUERIES QRELS`.

Prints recall@5 over documents of the last turn alone, of all user turns joined and of the rules in
``rag.converse``, for each half of the conversations (the rules were chosen on the first) and for
both. INDEX holds the corpus as files, whose names begin with the document's id.
"""

import json
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rag.converse import standalone
from rag.datatypes import Message
from rag.pipeline import Pipeline
from rag.retrieve import by_document

K = 5
Row = dict[str, Any]


def last_turn(question: str, history: Sequence[Message]) -> str:
    return question


def all_joined(question: str, history: Sequence[Message]) -> str:
    return " ".join([*(m.content for m in history if m.role == "user"), question])


METHODS: dict[str, Callable[[str, Sequence[Message]], str]] = {
    "last turn alone": last_turn,
    "all user turns joined": all_joined,
    "the rules": standalone,
}


def follow_ups(queries: Path, qrels: Path) -> list[tuple[Row, set[str]]]:
    """Each question with a history and at least one relevant document."""
    relevant: dict[str, set[str]] = {}
    for line in qrels.read_text("utf-8").splitlines()[1:]:
        query, document, gain = line.split("\t")
        if int(gain) > 0:
            relevant.setdefault(query, set()).add(document)
    rows = [json.loads(line) for line in queries.open(encoding="utf-8")]
    return [
        (row, relevant[row["_id"]])
        for row in rows
        if row["_id"] in relevant and row["metadata"].get("history")
    ]


def half(row: Row) -> int:
    """0 or 1, by the conversation."""
    return zlib.crc32(row["_id"].rsplit("-", 1)[0].encode()) % 2


def recall(pipeline: Pipeline, query: str, relevant: set[str]) -> float:
    hits = by_document(pipeline.search(query[:4000], k=50))[:K]
    found = {Path(hit.passage.document).stem for hit in hits}
    return len(found & relevant) / len(relevant)


def main() -> None:
    index, queries, qrels = map(Path, sys.argv[1:4])
    pipeline = Pipeline.open(index)
    rows = follow_ups(queries, qrels)
    for name, method in METHODS.items():
        scores: tuple[list[float], list[float]] = ([], [])
        for row, relevant in rows:
            history = [Message(**turn) for turn in row["metadata"]["history"]]
            scores[half(row)].append(recall(pipeline, method(row["text"], history), relevant))
        both = scores[0] + scores[1]
        told = [f"{sum(part) / len(part):.4f} ({len(part)})" for part in (*scores, both)]
        print(f"{name:<22} first half {told[0]}  second half {told[1]}  both {told[2]}", flush=True)


if __name__ == "__main__":
    main()
