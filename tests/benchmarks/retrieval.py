"""The README's table of retrieval: nDCG@10 over documents, for each way to search.

usage: python tests/benchmarks/retrieval.py [--parts] [FOLDER...]
Each folder holds corpus.jsonl, queries.jsonl and qrels.tsv; without FOLDERs it is each one below
../shared/datasets that is there. Only answerable questions with a judged document count; the gain
is linear, as in trec_eval. "plain" is 0.6 cosine + 0.4 BM25 / its best, without the reranker;
``--parts`` prints the table with further rows, which leave out one part of the reranker each.
"""

import argparse
import json
import math
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

from results import DATASETS, KEPT, ROOT, rag, write

from rag import Message, Pipeline
from rag.converse import standalone
from rag.datatypes import Mode, Passage
from rag.retrieve import by_document

PASSAGES = 60  # enough for ten documents
MODES: dict[str, Mode] = {"dense": "dense", "BM25": "lexical"}
PARTS = {
    "without words of one sentence": "_SENTENCE",
    "without words side by side": "_NEXT",
    "without words near each other": "_NEAR",
    "without words anywhere": "_ANYWHERE",
    "without words of the title": "_TITLE_WORDS",
    "without the whole title": "_TITLE",
    "without the day": "_DATE",
    "without titles that are named": "_NAMED",
}
WAYS = [*MODES, "plain", "as it is"]
BEGIN, END = "<!-- retrieval: make results -->", "<!-- end of retrieval -->"


def ndcg(ranked: list[str], gains: dict[str, int]) -> float:
    """nDCG@10 of one ranking."""
    found = sum(gains.get(id, 0) / math.log2(i + 2) for i, id in enumerate(ranked[:10]))
    ideal = sorted(gains.values(), reverse=True)[:10]
    return found / sum(gain / math.log2(i + 2) for i, gain in enumerate(ideal))


def plain(
    query: str, passages: Sequence[Passage], cosines: Sequence[float], bm25: Sequence[float]
) -> list[float]:
    """What is there without the reranker."""
    return [0.6 * cosine + 0.4 * score for cosine, score in zip(cosines, bm25, strict=True)]


def queries_of(folder: Path) -> list[tuple[str, dict[str, int]]]:
    """The answerable questions, follow-ups written out, each with the gains of its documents."""
    gains: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, gain = line.split("\t")
        gains.setdefault(query, {})[document] = int(gain)
    found = []
    for row in map(json.loads, (folder / "queries.jsonl").open(encoding="utf-8")):
        if row["_id"] in gains and row["metadata"].get("answerable", True):
            turns = [Message(**turn) for turn in row["metadata"].get("history") or []]
            found.append((standalone(row["text"], turns), gains[row["_id"]]))
    return found


def search(pipeline: Pipeline, query: str, way: str) -> list[str]:
    """The documents found, best first."""
    with ExitStack() as changes:
        if way == "plain":
            changes.enter_context(patch("rag.retrieve.rerank", plain))
        elif way in PARTS:
            changes.enter_context(patch(f"rag.rerank.{PARTS[way]}", 0.0))
        hits = pipeline.search(query, k=PASSAGES, mode=MODES.get(way, "hybrid"))
    return [hit.passage.document for hit in by_document(hits)]


def measure(folder: Path, name: str, ways: Sequence[str]) -> dict[str, list[float]]:
    """A column of the table for the set, and one for its first 400 questions if there are more."""
    index = f"index-{name}"
    rag("index", str(folder / "corpus.jsonl"), "--index", index)
    pipeline = Pipeline.open(KEPT / index, home=KEPT / "home")
    scores = [
        [ndcg(search(pipeline, query, way), gains) for way in ways]
        for query, gains in queries_of(folder)
    ]
    columns = {f"{name} ({len(scores):,})": scores}
    if len(scores) > 400:
        columns["its first 400"] = scores[:400]
    return {
        label: [sum(way) / len(some) for way in zip(*some, strict=True)]
        for label, some in columns.items()
    }


def main() -> None:
    """Measures each folder; writes the table, or prints the longer one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parts", action="store_true")
    parser.add_argument("folders", nargs="*", type=Path)
    given = parser.parse_args()
    ways = [*WAYS, *PARTS] if given.parts else WAYS
    columns: dict[str, list[float]] = {}
    for folder in map(Path.resolve, given.folders or sorted(DATASETS.glob("*/dev"))):
        name = folder.parent.name if folder.name == "dev" else folder.name
        columns |= measure(folder, name, ways)
    lines = [f"| nDCG@10 | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for way, row in zip(ways, zip(*columns.values(), strict=True), strict=True):
        lines.append(f"| {way} | {' | '.join(f'{value:.3f}' for value in row)} |")
    if given.parts:
        print("\n".join(lines))
    else:
        write(ROOT / "README.md", "\n".join(lines), BEGIN, END)


if __name__ == "__main__":
    main()
