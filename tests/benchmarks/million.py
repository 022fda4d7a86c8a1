"""How an index grows from a thousand to a million passages: time, memory, disk and recall.

usage: python tests/benchmarks/million.py FOLDER [--sizes 1000 10000 100000 1000000] [--svg FILE]

Synthetic passages with a fixed seed, written through the product's own writer into FOLDER/SIZE,
which is kept if it is there. Words follow Zipf's law within and across topics; vectors are a
mixture with heavy-tailed topics, documents and a decaying spectrum, as sentence embeddings have. A
query is a few words of a passage with a vector near its own (cosine about 0.7). Each size is
measured in a process of its own, so that its peak memory is its own. Prints a line of JSON a size.
"""

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from growth import draw
from numpy.typing import NDArray

from rag.datatypes import Document, Passage
from rag.retrieve import Selection, retrieve
from rag.store import Snapshot
from rag.store.local import LocalStore
from rag.store.local.rows import FORMAT, digest
from rag.store.local.writer import Writer
from rag.words import STOP_WORDS, terms

SEED = 17
DIMENSION = 384
TOPICS = 2_000
PER_DOCUMENT = 10  # passages
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
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: words, and their embedding."""

    text: str
    vector: Vector


class Synthesis:
    """Documents and queries, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        fixed = np.random.default_rng(SEED)  # the language itself is the same for every seed
        self._random = np.random.default_rng(seed)
        syllables = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "an", "or")]
        made = fixed.choice(syllables, (200_000, 4))
        self._words = np.array(sorted(STOP_WORDS) + ["".join(word) for word in made])
        self._common = np.cumsum(_zipf(len(self._words), 1.05))
        self._own = fixed.integers(len(STOP_WORDS), len(self._words), (TOPICS, 400))
        self._rare = np.cumsum(_zipf(400, 1.0))
        self._sizes = _zipf(TOPICS, 0.8)
        spectrum = (np.arange(1, DIMENSION + 1) ** -0.35).astype(np.float32)
        self._spectrum = spectrum / np.linalg.norm(spectrum)
        self._topics = fixed.standard_normal((TOPICS, DIMENSION), np.float32) * self._spectrum

    def documents(self, n: int, first: int) -> Iterator[tuple[Document, list[Passage], Vector]]:
        """``n`` documents of ten passages, with their (10, 384) unit vectors."""
        topics = self._random.choice(TOPICS, n, p=self._sizes)
        for number, topic in enumerate(topics.tolist(), start=first):
            spans, sentences, text = [], [], ""
            for _ in range(PER_DOCUMENT):
                start = len(text)
                own: list[tuple[int, int]] = []
                for sentence in self._sentences(topic):
                    own.append((len(text), len(text) + len(sentence)))
                    text += sentence + " "
                sentences.append(tuple(own))
                spans.append((start, len(text) - 1))
            id = f"topic-{topic:04}/{number:07}.txt"
            document = Document(
                id, text, id, False, f"{2000 + number % 25}-01-01", None, f"{number:064}", 0, ()
            )
            passages = [
                Passage(id, id, False, document.date, None, document.sha256, a, b, text[a:b], own)
                for (a, b), own in zip(spans, sentences, strict=True)
            ]
            centre = self._topics[topic] + 0.7 * self._noise(1)
            yield document, passages, _unit(centre + 0.7 * self._noise(PER_DOCUMENT))

    def query(self, passage: Passage, vector: Vector) -> Query:
        """A question that the passage answers."""
        words = list(dict.fromkeys(passage.text.lower().replace(".", "").split()))
        chosen = self._random.choice(words, min(9, len(words)), replace=False)
        return Query(" ".join(chosen), _unit(vector + self._noise(1))[0])

    def _sentences(self, topic: int) -> list[str]:
        count = int(np.clip(self._random.lognormal(4.4, 0.35), 20, 180))
        common = np.searchsorted(self._common[:-1], self._random.random(count))
        own = self._own[topic][np.searchsorted(self._rare[:-1], self._random.random(count))]
        words = self._words[np.where(self._random.random(count) < 0.7, common, own)].tolist()
        return [" ".join(words[at : at + 18]).capitalize() + "." for at in range(0, count, 18)]

    def _noise(self, n: int) -> Vector:
        # Student's t with 5 degrees of freedom: a few passages lie far from their document.
        tails = np.sqrt(5 / self._random.chisquare(5, (n, 1))).astype(np.float32)
        noise = self._random.standard_normal((n, DIMENSION), np.float32)
        return noise * self._spectrum * tails


def build(folder: Path, passages: int) -> dict[str, Any]:
    """Writes the rows, then the search structures from the stored embeddings."""
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
        rows = time.perf_counter() - began
        began = time.perf_counter()
        with writer.transaction():
            state = writer.finish(dict(STATE), 1)
        writer.acknowledge(state)
    structures = time.perf_counter() - began
    np.savez(
        folder / "queries.npz",
        text=np.array([q.text for q in queries]),
        vector=np.array([q.vector for q in queries]),
    )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"rows_s": rows, "structures_s": structures, "build_peak_mb": peak}


def put(writer: Writer, document: Document, passages: Sequence[Passage], vectors: Vector) -> None:
    """Writes one document as the product does."""
    keys = [
        writer.add_embedding(digest(document.id, i), vector) for i, vector in enumerate(vectors)
    ]
    writer.put_document("/synthetic", document.id, document, passages, keys)


def measure(folder: Path) -> dict[str, Any]:
    """Opens, asks, changes and weighs an index."""
    stored = np.load(folder / "queries.npz")
    queries = [
        Query(str(text), vector)
        for text, vector in zip(stored["text"], stored["vector"], strict=True)
    ]
    store = LocalStore(folder)
    began = time.perf_counter()
    ask(store, queries[0])
    result: dict[str, Any] = {"open_s": time.perf_counter() - began}
    result |= percentiles("hybrid", [timed(store, query) for query in queries])
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    result |= throughput(store, queries)
    with store.snapshot() as snapshot:
        result["vectors"] = snapshot.info.vectors
        result |= recalls(snapshot, queries[:RECALLED])
    for share in (0.01, 0.0001):
        result |= filtered(store, queries[:50], share)
    result["disk_mb"] = sum(p.stat().st_size for p in folder.iterdir()) / 2**20
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


def recalls(snapshot: Snapshot, queries: Sequence[Query]) -> dict[str, float]:
    """recall@10 of the dense and of the hybrid search against exact ones over every passage."""
    keys, matrix = everything(snapshot)
    dense, hybrid = [], []
    for query in queries:
        cosines = matrix @ query.vector
        top = np.argpartition(-cosines, min(K, len(keys) - 1))[:K]
        near = snapshot.dense(query.vector, CANDIDATES, None)
        found = sorted(near, key=lambda key: -near[key])[:K]
        dense.append(len(set(found) & set(keys[top].tolist())) / K)
        hits = [hit.passage for hit in retrieve(snapshot, query.text, query.vector, K)]
        best = exact(snapshot, query, keys, cosines)
        hybrid.append(len({(p.document, p.start) for p in hits} & best) / K)
    return {"recall_dense": statistics.mean(dense), "recall_hybrid": statistics.mean(hybrid)}


def exact(
    snapshot: Snapshot, query: Query, keys: NDArray[np.int64], cosines: Vector
) -> set[tuple[str, int]]:
    """The best passages by the fused score, from every passage and every word of the query."""
    connection = snapshot._connection  # type: ignore[attr-defined]
    match = " OR ".join(f'"{term}"' for term in terms(query.text))
    rows = connection.execute(
        "SELECT rowid, -bm25(words, 1.0, 1.0) FROM words WHERE words MATCH ?", (match,)
    ).fetchall()
    scores = np.zeros(len(keys), np.float64)
    found = np.array([key for key, _ in rows], np.int64)
    scores[np.searchsorted(keys, found)] = [max(score, 0.0) for _, score in rows]
    fused = 0.6 * cosines + 0.4 * scores / max(scores.max(), 1e-9)
    top = [int(key) for key in keys[np.argsort(-fused)[:K]]]
    return {(p.document, p.start) for p in snapshot.passages(top)}


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
    name = f"filter_{share:g}"
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


def change(folder: Path) -> dict[str, float]:
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


def percentiles(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """p50 and p95 in milliseconds."""
    ordered = sorted(seconds)
    middle, high = len(ordered) // 2, int(len(ordered) * 0.95)
    return {f"{name}_p50_ms": ordered[middle] * 1e3, f"{name}_p95_ms": ordered[high] * 1e3}


STEPS = {"build": build, "measure": measure, "change": change}


def main() -> None:
    """Builds and measures each size; prints a line of JSON for each and draws the plot."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10**n for n in range(3, 7)])
    parser.add_argument("--svg", type=Path)
    parser.add_argument("--step", choices=STEPS)
    options = parser.parse_args()
    if options.step == "build":
        print(json.dumps(build(options.folder, options.sizes[0])))
        return
    if options.step:
        print(json.dumps(STEPS[options.step](options.folder)))  # type: ignore[operator]
        return
    rows = []
    for size in options.sizes:
        index, note = options.folder / str(size), options.folder / f"{size}.json"
        found: dict[str, Any] = {"passages": size, "machine": platform.processor() or "unknown"}
        if note.exists():
            found |= json.loads(note.read_text())
        for step in STEPS:
            if step == "build" and index.exists():
                continue
            done = subprocess.run(
                [sys.executable, __file__, str(index), "--step", step, "--sizes", str(size)],
                capture_output=True, text=True, check=True,
            )  # fmt: skip
            found |= json.loads(done.stdout)
            note.write_text(json.dumps(found))
        print(json.dumps(found), flush=True)
        rows.append(found)
    if options.svg:
        options.svg.write_text(draw(rows))


def _zipf(n: int, exponent: float) -> NDArray[np.float64]:
    weights = np.power(np.arange(n) + 2.7, -exponent)
    return np.asarray(weights / weights.sum(), np.float64)


def _unit(vectors: Vector) -> Vector:
    lengths: Vector = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / lengths


if __name__ == "__main__":
    main()
