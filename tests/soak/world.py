"""Documents whose every sentence says which version it is, and what an index of them must hold.

Run ``n`` of a world is one set of files. A file's text at each run is known here, so that whoever
reads an index can tell whether passages, offsets, vectors and documents belong together, and
whether a generation that is called complete is one run's.
"""

import hashlib
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from fakes import FakeEmbedder
from numpy.typing import NDArray

from rag.datatypes import Document, Passage
from rag.files import CATALOG
from rag.retrieve import retrieve
from rag.split import split
from rag.store import Snapshot
from rag.store.local import LocalStore

EMBEDDER = FakeEmbedder()
_TOPICS = [
    "ships",
    "trains",
    "cars",
    "planes",
    "bridges",
    "tunnels",
    "canals",
    "towers",
    "lamps",
    "clocks",
    "maps",
    "coins",
]


class Wrong(AssertionError):
    """An index said what is not so."""


@dataclass(frozen=True)
class World:
    """``files`` documents; file 0 changes in every run, the others less often."""

    files: int
    sentences: int

    def version(self, file: int, run: int) -> int | None:
        """The version of a file in a run; None where it is not there."""
        if file and (run // 4 + file) % 7 == 6:
            return None
        return run - run % (file % 3 + 1) if file else run

    def text(self, file: int, version: int) -> str:
        """Sentences that name their file and version."""
        topic = _TOPICS[file % len(_TOPICS)]
        return " ".join(
            f"Sentence {n} of file{file} at version{version} tells about {topic} and marker"
            f"{file}x{version}."
            for n in range(self.sentences + (file + version) % 3)
        )

    def run(self, run: int) -> dict[str, str]:
        """File name -> text."""
        versions = {file: self.version(file, run) for file in range(self.files)}
        return {
            f"{file:02}.txt": self.text(file, version)
            for file, version in versions.items()
            if version is not None
        }

    def put(self, folder: Path, run: int) -> None:
        """Makes the folder what it is in a run."""
        folder.mkdir(exist_ok=True)
        wanted = self.run(run)
        for name in {path.name for path in folder.iterdir()} - wanted.keys():
            (folder / name).unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, encoding="utf-8")

    def check(self, store: LocalStore, least: int, chance: random.Random) -> tuple[int, bool]:
        """Asks an index and holds every answer against the world; its generation and completeness.

        Raises Wrong, or whatever the index raises.
        """
        with store.snapshot() as snapshot:
            info = snapshot.info
            if info.generation < least:
                raise Wrong(f"generation {info.generation} after {least} was acknowledged")
            documents = self._documents(snapshot)
            if info.complete:
                (version,) = _versions(documents.get("00.txt", "version-1"))
                if documents != self.run(version):
                    raise Wrong(f"generation {info.generation} is complete and mixes runs")
            expected = {
                (name, passage.start): (passage, vector)
                for name, text in documents.items()
                for passage, vector in _expected(name, text)
            }
            if len(expected) != info.passages:
                raise Wrong(f"{info.passages} passages instead of {len(expected)}")
            name = chance.choice(sorted(documents))
            self._ask(snapshot, name, documents[name], expected)
            return info.generation, info.complete

    def _documents(self, snapshot: Snapshot) -> dict[str, str]:
        texts = {}
        for row in snapshot.document_keys().values():
            document = snapshot.document(row.id)
            if document is None:
                raise Wrong(f"{row.id} is listed and not there")
            versions = _versions(document.text)
            right = len(versions) == 1 and document.text == self.text(int(row.id[:2]), *versions)
            if not right or document.sha256 != hashlib.sha256(document.text.encode()).hexdigest():
                raise Wrong(f"the text of {row.id} is not that of any version")
            texts[row.id] = document.text
        return texts

    def _ask(
        self,
        snapshot: Snapshot,
        name: str,
        text: str,
        expected: dict[tuple[str, int], tuple[Passage, NDArray[np.float32]]],
    ) -> None:
        marker = text.rsplit(" ", 1)[1].rstrip(".")
        query = EMBEDDER.embed_query(marker)
        everything = len(expected) + 10
        for mode in ("dense", "lexical", "hybrid"):
            hits = retrieve(snapshot, marker, query, everything, mode)
            for hit in hits:
                passage, vector = expected[hit.passage.document, hit.passage.start]
                if hit.passage != passage:
                    raise Wrong(f"a passage of {hit.passage.document} is not what it should be")
                if abs(float(vector @ query) - hit.cosine) > 1e-5:
                    raise Wrong(f"a vector of {hit.passage.document} is another one's")
            found = {(hit.passage.document, hit.passage.start) for hit in hits}
            wanted = {key for key in expected if mode != "lexical" or key[0] == name}
            if found != wanted:
                raise Wrong(f"{mode} search gave {len(found)} passages instead of {len(wanted)}")


def _versions(text: str) -> set[int]:
    return {int(word[7:]) for word in text.split() if word.startswith("version")}


@lru_cache(maxsize=5000)
def _expected(name: str, text: str) -> list[tuple[Passage, NDArray[np.float32]]]:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    document = Document(name, text, name, False, None, None, sha256)
    head, passages = split(document, EMBEDDER.count, EMBEDDER.window)
    return [(passage, EMBEDDER.embed_query(head + passage.in_place)) for passage in passages]


def litter(index: Path) -> str | None:
    """What lies in the folder of a complete index and has no business there."""
    names = {path.name for path in index.iterdir()}
    extra = names - {"GENERATION", "LOCK", "LOCK.pid", CATALOG}
    vectors = {name for name in extra if name.startswith("vectors-") and name.endswith(".faiss")}
    if len(vectors) == 1 and extra == vectors:
        return None
    return f"litter: {sorted(extra)}"
