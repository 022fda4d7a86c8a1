"""nDCG@10 over documents on BEIR folders, for each search mode.

usage: python tests/benchmarks/retrieval.py FOLDER...
Each folder holds corpus.jsonl, queries.jsonl and qrels.tsv.
Only questions with a judged document count; the gain is linear, as in trec_eval.
"""

import json
import math
import sys
import tempfile
from pathlib import Path
from typing import get_args

from rag import Pipeline
from rag.datatypes import Mode
from rag.embed import open_embedder
from rag.retrieve import by_document
from rag.store.local import LocalStore, sync

PASSAGES = 60  # enough for ten documents


def ndcg(ranked: list[str], gains: dict[str, int]) -> float:
    """nDCG@10 of one ranking."""
    found = sum(gains.get(id, 0) / math.log2(i + 2) for i, id in enumerate(ranked[:10]))
    ideal = sorted(gains.values(), reverse=True)[:10]
    return found / sum(gain / math.log2(i + 2) for i, gain in enumerate(ideal))


def measure(folder: Path, scratch: Path) -> None:
    """Indexes one corpus and prints a line for each mode."""
    qrels: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, gain = line.split("\t")
        qrels.setdefault(query, {})[document] = int(gain)
    rows = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]
    rows = [r for r in rows if r["_id"] in qrels and r["metadata"].get("answerable", True)]
    index = scratch / folder.parent.name
    sync(LocalStore(index), [str(folder / "corpus.jsonl")], open_embedder("", scratch / "home"))
    pipeline = Pipeline.open(index, home=scratch / "home")
    for mode in get_args(Mode):
        scores = []
        for row in rows:
            hits = by_document(pipeline.search(row["text"], k=PASSAGES, mode=mode))
            scores.append(ndcg([h.passage.document for h in hits], qrels[row["_id"]]))
        first = sum(scores[:400]) / len(scores[:400])
        mean = sum(scores) / len(scores)
        print(f"{folder.parent.name} {mode}: {mean:.4f} over {len(scores)}", end="")
        print(f", {first:.4f} over the first 400" if len(scores) > 400 else "", flush=True)


def main() -> None:
    """Measures each folder named on the command line."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in sys.argv[1:]:
            measure(Path(name).resolve(), Path(scratch))


if __name__ == "__main__":
    main()
