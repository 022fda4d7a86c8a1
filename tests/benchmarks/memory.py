"""How much memory `rag index` takes beside the model, as the number of files grows.

usage: python tests/benchmarks/memory.py [FILES...]

Each number of files, ten passages in each, is indexed in a process of its own by an embedder that
only makes vectors of the usual size: what is left is the memory of our own code.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.store.local import LocalStore, sync

FILES = (1_000, 10_000)
SENTENCES = 75  # of 13 words: ten passages of at most 120 tokens


class CheapEmbedder:
    """Vectors from a counter; a token is a word."""

    spec = "cheap"
    dimension = 384
    window = 120
    fingerprint = {"name": "cheap", "dimension": dimension}

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) + 2 for text in texts]

    def prepare(self) -> None:
        pass

    def expect(self, passages: int) -> None:
        pass

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = self._random.standard_normal((len(texts), self.dimension), np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)

    embed_sentences = embed_passages

    def embed_query(self, text: str) -> NDArray[np.float32]:
        return np.asarray(self.embed_passages([text])[0])

    def describe(self) -> str:
        return self.spec


def index(folder: Path) -> dict[str, Any]:
    """Indexes the folder and weighs the process, before and at its peak."""
    before = _peak_mb()
    began = time.perf_counter()
    report = sync(LocalStore(folder / "index"), [str(folder / "docs")], CheapEmbedder())
    seconds = time.perf_counter() - began
    passages = report.passages
    return {"passages": passages, "seconds": seconds, "before": before, "peak": _peak_mb()}


def write(folder: Path, files: int) -> None:
    """Files of words that no other file has."""
    for number in range(files):
        path = folder / "docs" / f"{number % 100:02}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        words = (f"word{(number * 31 + at) % 50_021}" for at in range(SENTENCES * 13))
        text = " ".join(w + "." if at % 13 == 12 else w for at, w in enumerate(words))
        path.write_text(text.replace(". w", ". W"), encoding="utf-8")


def main() -> None:
    """Prints a Markdown table."""
    if sys.argv[1:2] == ["--step"]:
        print(json.dumps(index(Path(sys.argv[2]))))
        return
    print("| files | passages | seconds | memory before | peak |\n|---|---|---|---|---|")
    for files in map(int, sys.argv[1:] or FILES):
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), files)
            command = [sys.executable, __file__, "--step", folder]
            found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
        print(
            f"| {files:,} | {found['passages']:,} | {found['seconds']:.0f} "
            f"| {found['before']:.0f} MB | {found['peak']:.0f} MB |"
        )


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
