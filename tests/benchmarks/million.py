"""How an index grows from a thousand to a million passages: time, memory, disk and recall.

usage: python tests/benchmarks/million.py [FOLDER] [--sizes 1000 10000 100000 1000000] [--svg FILE]

Synthetic passages with a fixed seed, written through the product's own writer into FOLDER/SIZE,
which is kept if it is there (default: a temporary folder; a million take 4.2 GB). Words follow
Zipf's law within and across topics; vectors are a mixture with heavy-tailed topics, documents and a
decaying spectrum, as sentence embeddings have. A query is a few words of a passage with a vector
near its own (cosine about 0.7). Each size is measured in a process of its own, so that its peak
memory is its own. Prints a line of JSON a size, and a Markdown table of the last one.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from growth import draw
from numpy.typing import NDArray
from synthesis import DIMENSION, PER_DOCUMENT, SEED, Query, Synthesis, Vector

from rag.datatypes import Document, Passage
from rag.retrieve import Selection, retrieve
from rag.store import Snapshot
from rag.store.local import LocalStore
from rag.store.local.reader import LocalSnapshot
from rag.store.local.rows import FORMAT, digest
from rag.store.local.state import check_counts, check_words
from rag.store.local.vector_files import VectorFiles
from rag.store.local.word_index import Keys, WordIndex
from rag.store.local.writer import Writer

BLOCK = 1_000  # documents a transaction
QUERIES = 200
RECALLED = 25  # an exact search over a million passages takes seconds
K = 10
CANDIDATES = 100  # as many as retrieval asks each search for
STATE = {
    "format": FORMAT,
    "generation": 0,
    "segment": None,
    "complete": True,
    "spec": "synthetic",
    "fingerprint": {"name": "synthetic", "dimension": DIMENSION},
}


def rows(folder: Path, passages: int) -> dict[str, Any]:
    """Writes the documents with their embeddings."""
    synthesis = Synthesis(SEED)
    queries = []
    store = LocalStore(folder)
    folder.mkdir(parents=True)
    began = time.perf_counter()
    with store.writer() as (connection, _):
        writer = Writer(store, connection)
        documents = passages // PER_DOCUMENT
        every = max(1, passages // QUERIES)
        for first in range(0, documents, BLOCK):
            with writer.transaction():
                block = synthesis.documents(min(BLOCK, documents - first), first)
                for number, (document, parts, vectors) in enumerate(block, start=first):
                    put(writer, document, parts, vectors)
                    if number * PER_DOCUMENT % every < PER_DOCUMENT:
                        queries.append(synthesis.query(parts[3], vectors[3]))
    seconds = time.perf_counter() - began
    np.savez(
        folder / "queries.npz",
        text=np.array([q.text for q in queries]),
        vector=np.array([q.vector for q in queries]),
    )
    return {"rows_s": seconds, "rows_peak_mb": peak_mb()}


def structures(folder: Path, _: int) -> dict[str, Any]:
    """Makes the first generation: the search structures, from the stored embeddings."""
    store = LocalStore(folder)
    began = time.perf_counter()
    with store.writer() as (connection, _):
        writer = Writer(store, connection)
        with writer.transaction():
            state = writer.finish(dict(STATE), 1)
        writer.acknowledge(state)
    return {"structures_s": time.perf_counter() - began, "structures_peak_mb": peak_mb()}


def put(writer: Writer, document: Document, passages: Sequence[Passage], vectors: Vector) -> None:
    """Writes one document as the product does."""
    keys = [
        writer.add_embedding(digest(document.id, i), vector) for i, vector in enumerate(vectors)
    ]
    writer.put_document("/synthetic", document.id, document, passages, keys)


def measure(folder: Path, _: int) -> dict[str, Any]:
    """Opens, asks, changes and weighs an index."""
    stored = np.load(folder / "queries.npz")
    queries = [
        Query(str(text), vector)
        for text, vector in zip(stored["text"], stored["vector"], strict=True)
    ]
    store = LocalStore(folder)
    began = time.perf_counter()
    ask(store, queries[0])
    result: dict[str, Any] = {"open_s": time.perf_counter() - began} | integrity(store)
    for name in ("first", "hybrid"):  # rows that were not read for a while come from the disk
        result |= percentiles(name, [timed(store, query) for query in queries])
    result["peak_mb"] = peak_mb()
    result |= throughput(store, queries)
    with store.snapshot() as snapshot:
        result["vectors"] = snapshot.info.vectors
        result |= recalls(snapshot, queries[:RECALLED])
    for share in (0.01, 0.0001):
        result |= filtered(store, queries[:50], share)
    result["disk_mb"] = sum(p.stat().st_size for p in folder.iterdir()) / 2**20
    return result


def integrity(store: LocalStore) -> dict[str, float]:
    """Seconds of what is checked when an index is opened: rows are there, words, vector file."""
    result = {}
    with store.snapshot() as snapshot:
        own = snapshot._connection, snapshot._path, snapshot._state
        segment = snapshot._segment
        assert segment
        for name, check in (
            ("check_counts_s", lambda: check_counts(*own)),
            ("check_words_s", lambda: check_words(*own)),
            ("check_vectors_s", lambda: VectorFiles(store.folder).intact(segment)),
        ):
            began = time.perf_counter()
            check()
            result[name] = time.perf_counter() - began
    return result


def ask(store: LocalStore, query: Query, only: frozenset[int] | None = None) -> list[Any]:
    """What a question does, its embedding and the answer's sentences aside."""
    with store.snapshot() as snapshot:
        return retrieve(snapshot, query.text, query.vector, K, only=only)


def timed(store: LocalStore, query: Query) -> float:
    """Seconds of one hybrid search, the snapshot's opening included."""
    began = time.perf_counter()
    ask(store, query)
    return time.perf_counter() - began


def throughput(store: LocalStore, queries: Sequence[Query]) -> dict[str, float]:
    """Questions a second by one thread and by two."""
    rates = {}
    for threads in (1, 2):
        began = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(lambda query: ask(store, query), queries))
        rates[f"per_second_{threads}"] = len(queries) / (time.perf_counter() - began)
    return rates


class Exhaustive(LocalSnapshot):
    """A snapshot whose searches look at every passage and every word of the query."""

    def __init__(self, snapshot: LocalSnapshot) -> None:
        super().__init__(
            snapshot._connection, snapshot._path, snapshot._state, snapshot._kept, snapshot._read
        )
        self.keys, self.matrix = everything(snapshot)

    def dense(self, query: Vector, n: int, only: Collection[int] | None) -> dict[int, float]:
        cosines = self.matrix @ query
        best = np.argsort(-cosines)[:n]
        return dict(zip(self.keys[best].tolist(), cosines[best].tolist(), strict=True))

    @cached_property
    def _words(self) -> WordIndex:
        return AllWords(self._connection, self._state["passages"], {})


class AllWords(WordIndex):
    """Looks for every word, and scores every passage that has one."""

    def _rarest(self, terms: Sequence[str], most: int) -> list[str]:
        return list(terms)

    def _promising(self, terms: Sequence[str], n: int, only: Keys | None) -> None:
        return None


def recalls(snapshot: LocalSnapshot, queries: Sequence[Query]) -> dict[str, float]:
    """recall@10 of the dense and of the hybrid search against exhaustive ones."""
    exact = Exhaustive(snapshot)
    dense, hybrid = [], []
    for query in queries:
        near = snapshot.dense(query.vector, CANDIDATES, None)
        found = sorted(near, key=lambda key: -near[key])[:K]
        dense.append(len(set(found) & exact.dense(query.vector, K, None).keys()) / K)
        pair = [retrieve(s, query.text, query.vector, K) for s in (snapshot, exact)]
        ours, best = ({(h.passage.document, h.passage.start) for h in hits} for hits in pair)
        hybrid.append(len(ours & best) / K)
    return {"recall_dense": statistics.mean(dense), "recall_hybrid": statistics.mean(hybrid)}


def everything(snapshot: Snapshot) -> tuple[NDArray[np.int64], Vector]:
    """Passage keys, ascending, and their vectors."""
    connection = snapshot._connection  # type: ignore[attr-defined]
    pairs = connection.execute("SELECT key, embedding FROM passages ORDER BY key").fetchall()
    matrix = np.empty((len(pairs), DIMENSION), np.float32)
    for row, (_, embedding) in enumerate(pairs):
        (data,) = connection.execute(
            "SELECT vector FROM embeddings WHERE key = ?", (embedding,)
        ).fetchone()
        matrix[row] = np.frombuffer(data, "<f4")
    return np.array([key for key, _ in pairs], np.int64), matrix


def filtered(store: LocalStore, queries: Sequence[Query], share: float) -> dict[str, float]:
    """Time, number and recall of hits where a filter keeps a share of the documents."""
    with store.snapshot() as snapshot:
        began = time.perf_counter()
        documents = snapshot.info.documents
        wanted = max(1, round(documents * share))
        Selection(files=("topic-0000/*",)).keys(snapshot)
        selecting = time.perf_counter() - began
        chosen = np.random.default_rng(SEED).choice(documents, wanted, replace=False) + 1
        only = frozenset(chosen.tolist())
        keys, matrix = everything_in(snapshot, only)
    seconds, found = [], []
    for query in queries:
        began = time.perf_counter()
        hits = ask(store, query, only)
        seconds.append(time.perf_counter() - began)
        assert len(hits) == min(K, len(keys)), (len(hits), len(keys))
        with store.snapshot() as snapshot:
            cosines = snapshot.dense(query.vector, CANDIDATES, only)
        dense = sorted(cosines, key=lambda key: -cosines[key])[:K]
        top = keys[np.argsort(-(matrix @ query.vector))[:K]]
        found.append(len(set(dense) & set(top.tolist())) / min(K, len(keys)))
    name = f"filter_1_in_{1 / share:.0f}"
    recall = {f"{name}_recall": statistics.mean(found), f"{name}_select_s": selecting}
    return recall | percentiles(name, seconds)


def everything_in(snapshot: Snapshot, only: frozenset[int]) -> tuple[NDArray[np.int64], Vector]:
    """As ``everything``, of some documents."""
    connection = snapshot._connection  # type: ignore[attr-defined]
    rows = connection.execute(
        "SELECT p.key, vector FROM passages p JOIN embeddings e ON e.key = p.embedding "
        "WHERE document IN (SELECT value FROM json_each(?)) ORDER BY p.key",
        (json.dumps(sorted(only)),),
    ).fetchall()
    return np.array([k for k, _ in rows]), np.array([np.frombuffer(v, "<f4") for _, v in rows])


def change(folder: Path, _: int) -> dict[str, float]:
    """Seconds to add, and then to remove, 1,000 passages, each with its own commit."""
    store = LocalStore(folder)
    added = list(Synthesis(SEED + 1).documents(1_000 // PER_DOCUMENT, 9_000_000))
    result = {}
    with store.writer() as (connection, _):
        writer = Writer(store, connection)
        state = writer.state()
        assert state
        for name in ("add_1000_s", "remove_1000_s"):
            began = time.perf_counter()
            with writer.transaction():
                for document, passages, vectors in added:
                    if name == "add_1000_s":
                        put(writer, document, passages, vectors)
                    else:
                        writer.remove_document(document.id)
                writer.remove_unused_embeddings()
                state = writer.finish(state, state["generation"] + 1)
            writer.acknowledge(state)
            result[name] = time.perf_counter() - began
    return result


def peak_mb() -> float:
    """The most memory that this process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def percentiles(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """p50 and p95 in milliseconds."""
    ordered = sorted(seconds)
    middle, high = len(ordered) // 2, int(len(ordered) * 0.95)
    return {f"{name}_p50_ms": ordered[middle] * 1e3, f"{name}_p95_ms": ordered[high] * 1e3}


STEPS = {"rows": rows, "structures": structures, "measure": measure, "change": change}


def grow(folder: Path, size: int) -> dict[str, Any]:
    """What every step measured at a size; rows and structures that are there are kept."""
    index, note = folder / str(size), folder / f"{size}.json"
    found: dict[str, Any] = {"passages": size}
    if note.exists():
        found |= json.loads(note.read_text())
    for step in STEPS:
        if f"{step}_s" in found:
            continue
        command = [sys.executable, __file__, str(index), "--step", step, "--sizes", str(size)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found |= json.loads(done.stdout)
        note.write_text(json.dumps(found))
    print(json.dumps(found), flush=True)
    return found


ROWS = {
    "search structures from the stored embeddings": "{structures_s:.1f} s",
    "peak memory: making the structures / asking": "{structures_peak_mb:.0f} MB / {peak_mb:.0f} MB",
    "first question of a process, all checks included": "{open_s:.2f} s",
    "of it: words checked / vector file checked / rows counted": (
        "{check_words_s:.2f} s / {check_vectors_s:.2f} s / {check_counts_s:.2f} s"
    ),
    "hybrid search, p50 / p95": "{hybrid_p50_ms:.0f} ms / {hybrid_p95_ms:.0f} ms",
    "hybrid search, p95, where the rows of its hits were not read before": "{first_p95_ms:.0f} ms",
    "recall@10 against exhaustive search, dense / hybrid": (
        "{recall_dense:.3f} / {recall_hybrid:.3f}"
    ),
    "a filter that keeps 1% of the documents: p50 / p95 / recall@10": (
        "{filter_1_in_100_p50_ms:.0f} ms / {filter_1_in_100_p95_ms:.0f} ms / "
        "{filter_1_in_100_recall:.3f}"
    ),
    "a filter that keeps 0.01%: p50 / p95 / recall@10": (
        "{filter_1_in_10000_p50_ms:.0f} ms / {filter_1_in_10000_p95_ms:.0f} ms / "
        "{filter_1_in_10000_recall:.3f}"
    ),
    "adding / removing 1,000 passages": "{add_1000_s:.1f} s / {remove_1000_s:.1f} s",
    "one thread / two threads": "{per_second_1:.0f} / {per_second_2:.0f} searches a second",
    "disk": "{disk_mb:,.0f} MB",
}


def table(found: dict[str, Any]) -> str:
    """What was measured at a size, as a Markdown table."""
    lines = [f"| {what} | {figure.format(**found)} |" for what, figure in ROWS.items()]
    return "\n".join([f"| {found['passages']:,} passages | figure |", "|---|---|", *lines])


def main() -> None:
    """Builds and measures each size; prints a line of JSON for each and draws the plot."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10**n for n in range(3, 7)])
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--step", choices=STEPS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(STEPS[options.step](options.folder, options.sizes[0])))
        return
    with tempfile.TemporaryDirectory() as scratch:
        found = [grow(options.folder or Path(scratch), size) for size in options.sizes]
    print(table(found[-1]))
    if options.svg:
        options.svg.write_text(draw(found))


if __name__ == "__main__":
    main()
