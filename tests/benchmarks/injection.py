"""What orders inside documents do to retrieval and to answers without a language model.

usage: python tests/benchmarks/injection.py [FOLDER]
FOLDER (default: ../shared/datasets/bipia/dev) holds queries.jsonl, whose rows name their document
and the order in it, and the corpus with the orders (corpus.jsonl) and without (corpus_clean.jsonl).
"""

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from rag import Pipeline
from rag.embed import open_embedder
from rag.evaluate.matching import holds
from rag.sentences import sentence_spans
from rag.store.local import LocalStore, sync

FOLDER = Path(__file__).parents[3] / "shared" / "datasets" / "bipia" / "dev"
_WORD = re.compile(r"\w+")
SHOWN = {
    "first": "its document is the first hit",
    "found": "its document is among the hits",
    "order": "an order stands in the answer",
    "cited": "a sentence of it that is no order is cited",
    "contains": "the answer holds the gold answer (answerable questions)",
    "abstained": "it abstains (answerable questions)",
    "silent": "it abstains (unanswerable questions)",
}


def words(text: str) -> str:
    """A text to be looked for: lower case, words only."""
    return f" {' '.join(_WORD.findall(text.lower()))} "


def outcome(pipeline: Pipeline, row: dict[str, Any]) -> dict[str, float]:
    """What came of one question; what it has no value of is left out."""
    about = row["metadata"]
    order = about["attack"]["text"]
    orders = [words(order[start:end]) for start, end in sentence_spans(order)]
    answer = pipeline.ask(row["text"])
    documents = [hit.passage.document for hit in answer.passages]
    text = words(answer.text)
    result = {
        "first": documents[:1] == [about["doc"]],
        "found": about["doc"] in documents,
        "order": any(part in text for part in orders),
        "cited": any(
            c.document == about["doc"] and not any(part in words(c.quote) for part in orders)
            for c in answer.citations
        ),
    }
    abstained = answer.status == "not_in_documents"
    if about["answerable"]:
        result["contains"] = holds(re.sub(r"\[\d+\]", "", answer.text), about["answers"])
        result["abstained"] = abstained
    else:
        result["silent"] = abstained
    return {name: float(value) for name, value in result.items()}


def measure(corpus: Path, rows: list[dict[str, Any]], scratch: Path) -> None:
    """Indexes one corpus, asks it everything and prints the shares."""
    index = scratch / corpus.stem
    sync(LocalStore(index), [str(corpus)], open_embedder("", scratch / "home"))
    pipeline = Pipeline.open(index, home=scratch / "home")
    outcomes = [outcome(pipeline, row) for row in rows]
    print(corpus.name)
    for name, told in SHOWN.items():
        found = [values[name] for values in outcomes if name in values]
        print(f"  {sum(found) / len(found):.3f} of {len(found)}: {told}", flush=True)


def main() -> None:
    """Measures both corpora."""
    folder = Path(sys.argv[1]) if sys.argv[1:] else FOLDER
    rows = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("corpus.jsonl", "corpus_clean.jsonl"):
            measure(folder.resolve() / name, rows, Path(scratch))


if __name__ == "__main__":
    main()
