"""Large indexes: clusters, tails and dead vectors; common words; filters. Sizes are made small."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

import numpy as np
import pytest
from fakes import FakeEmbedder

from rag.retrieve import Selection, retrieve
from rag.store import Snapshot
from rag.store.local import LocalStore, search, state, structure, sync, vectors, word_index
from rag.store.local.structure import Segment

WORDS = [f"{a}{b}" for a in "bdfgklmnprst" for b in ("ale", "ire", "ope", "une", "ath", "ell")]
HANGS = 60  # seconds after which a test gives up


class Library:
    """Documents of random words, some of them with a topic, and an index of them."""

    def __init__(self, folder: Path) -> None:
        self.docs = folder / "docs"
        self.docs.mkdir()
        self.store = LocalStore(folder / "index")
        self.embedder = FakeEmbedder()
        self._random = np.random.default_rng(5)

    def write(self, name: str, sentences: int = 100) -> None:
        lines = []
        for _ in range(sentences):
            words = self._random.choice(WORDS, 12).tolist()
            lines.append(" ".join([name, *words]).capitalize() + ".")
        (self.docs / f"{name}.txt").write_text(" ".join(lines), encoding="utf-8")

    def sync(self) -> None:
        sync(self.store, [str(self.docs)], self.embedder)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        with self.store.snapshot() as snapshot:
            yield snapshot

    def kind(self) -> str:
        with self.snapshot() as snapshot:
            return snapshot.info.vectors["kind"]

    def segment(self) -> structure.Segment:
        with self.store.snapshot() as snapshot:
            assert snapshot._segment
            return snapshot._segment

    def recall(self, only: frozenset[int] | None = None) -> float:
        """recall@10 of dense search against every passage's exact cosine; scores must be exact."""
        shares = []
        with self.snapshot() as snapshot:
            connection = self.store_connection(snapshot)
            rows = connection.execute("SELECT key, document FROM passages").fetchall()
            keys = [key for key, document in rows if only is None or document in only]
            for n in range(40):
                query = self.embedder.embed_query(" ".join(WORDS[n : n + 5]))
                every, _ = snapshot.complete_scores(query, [], keys)
                best = sorted(every, key=lambda key: (-every[key], key))[:10]
                found = snapshot.dense(query, 10, only)
                assert len(found) == len(best)
                assert found == pytest.approx({key: every[key] for key in found}, abs=1e-6)
                shares.append(len(found.keys() & set(best)) / len(best))
        return float(np.mean(shares))

    def store_connection(self, snapshot: Snapshot) -> sqlite3.Connection:
        connection: sqlite3.Connection = snapshot._connection  # type: ignore[attr-defined]
        return connection


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setattr(structure, "FLAT_MOST", 300)
    monkeypatch.setattr(vectors, "FLAT_MOST", 300)
    library = Library(tmp_path)
    for n in range(12):
        library.write(f"book{n}")
    library.sync()
    return library


def test_structure_is_chosen_by_size(library: Library, tmp_path: Path) -> None:
    with library.snapshot() as snapshot:
        count = snapshot.info.passages
        found = snapshot.info.vectors
    assert count > 300
    clusters = structure.clusters_for(count)
    assert found["kind"] == "ivf-sq8"
    assert f"{count:,} vectors are more than 300: {clusters:,} clusters" in found["why"]
    assert (library.segment().count, library.segment().clusters) == (count, clusters)
    (tmp_path / "small").mkdir()
    small = Library(tmp_path / "small")
    small.write("book")
    small.sync()
    assert small.kind() == "flat"
    assert structure.clusters_for(300) == 0 and structure.clusters_for(301) > 0


def test_approximate_search_finds_most(library: Library) -> None:
    """The fake's vectors form no clusters, which is the worst case."""
    assert 0.8 < library.recall() <= 1


def test_filtered_search_finds_all(library: Library) -> None:
    with library.snapshot() as snapshot:
        keys = [key for key, _, _ in snapshot.dates()]
    assert library.recall(frozenset(keys[3:4])) == pytest.approx(1, abs=0.01)
    assert library.recall(frozenset(keys[::2])) == pytest.approx(1, abs=0.01)


def test_tail_and_dead_until_the_file_is_written_anew(library: Library) -> None:
    before = library.segment()
    library.write("late", 30)
    library.sync()
    assert library.segment() == before  # a small tail
    late = FakeEmbedder().embed_query("late late late")
    with library.snapshot() as snapshot:
        passages = snapshot.passages(list(snapshot.dense(late, 5, None)))
        assert {p.document for p in passages} >= {"late.txt"}
    (library.docs / "book0.txt").unlink()
    library.sync()
    with library.snapshot() as snapshot:
        (dead,) = library.store_connection(snapshot).execute("SELECT count(*) FROM dead").fetchone()
        assert dead > 0 or library.segment() != before
        total = snapshot.info.passages
        every = snapshot.passages(list(snapshot.dense(late, total, None)))
        assert "book0.txt" not in {p.document for p in every}
    assert library.recall() > 0.8
    for n in range(1, 4):
        (library.docs / f"book{n}.txt").unlink()
    library.write("later")
    library.sync()
    after = library.segment()
    with library.snapshot() as snapshot:
        assert after.count == snapshot.info.passages  # neither tail nor dead
        rows = library.store_connection(snapshot).execute("SELECT * FROM dead").fetchall()
    assert rows == []
    assert after.trained == before.trained  # the same clusters
    assert library.recall() > 0.8


def test_clusters_are_found_anew_when_the_index_has_doubled(library: Library) -> None:
    before = library.segment()
    for n in range(15):
        library.write(f"more{n}")
    library.sync()
    after = library.segment()
    assert after.trained > 2 * before.trained
    assert after.clusters > before.clusters
    assert library.recall() > 0.8


@pytest.mark.parametrize("damage", ["flip", "cut", "gone"])
def test_damaged_clusters_are_not_used(damage: str, library: Library) -> None:
    path = library.store.folder / library.segment().name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    if damage != "gone":
        path.write_bytes(data if damage == "flip" else data[: len(data) // 2])
    library.store = LocalStore(library.store.folder)
    assert library.recall() > 0.8
    library.write("late", 20)
    library.sync()
    assert library.store.folder / library.segment().name != path
    assert library.recall() > 0.8


def test_the_vector_file_is_read_once_and_while_the_words_are_checked(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking, reading = Event(), Event()
    read, check_words = vectors.read, state.check_words
    opened: list[Segment] = []

    def reads(file: BinaryIO, segment: Segment) -> Any:
        opened.append(segment)
        reading.set()
        assert checking.wait(HANGS)
        return read(file, segment)

    def checks(*own: Any) -> None:
        checking.set()
        assert reading.wait(HANGS)
        check_words(*own)

    monkeypatch.setattr(vectors, "read", reads)
    monkeypatch.setattr(search, "check_words", checks)
    library.store = LocalStore(library.store.folder)
    with library.store.snapshot() as snapshot:
        assert retrieve(snapshot, "book7", FakeEmbedder().embed_query("book7"), 3)
    assert opened == [library.segment()]


def test_rebuilt_index_has_no_old_vectors(library: Library) -> None:
    sync(library.store, [], library.embedder, rebuild=True)
    with library.snapshot() as snapshot:
        assert library.segment().count == snapshot.info.passages
    assert library.recall() > 0.8


def test_common_words_are_left_out_of_a_large_index(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = ["bale", "book7", "book8", "nothing"]
    with library.store.snapshot() as snapshot:
        words = snapshot._words
        assert words._rarest(terms, 10_000) == terms  # small enough for all
        sql = "SELECT count(*) FROM passages WHERE text LIKE '%book7 %'"
        (rare,) = library.store_connection(snapshot).execute(sql).fetchone()
        assert words._rarest(terms, 2 * rare + 5) == ["book7", "book8", "nothing"]
        assert words._rarest(["bale", "book7"], 3) == ["book7"]  # one, however common
        assert words._rarest(["nothing", "book7"], 3) == ["nothing", "book7"]
        monkeypatch.setattr(word_index, "_MOST_RANKED", 3)
        words._counts.clear()  # counted to 3 and estimated
        assert words._rarest(["bale", "book7"], 3) == ["book7"]
        assert 3 < words._count("bale") <= snapshot.info.passages
        monkeypatch.setattr(word_index, "_MOST_RANKED", 2 * rare)
        words._counts.clear()
        vector = library.embedder.embed_query("bale book7")
        hits = retrieve(snapshot, "bale book7", vector, 5, "lexical")
        assert {hit.passage.document for hit in hits} == {"book7.txt"}


def test_passages_whose_words_are_common_are_not_scored_in_a_large_index(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = ["book7", "bale", "dire"]
    some = frozenset({2, 8, 9})  # book7 among them
    monkeypatch.setattr(word_index, "_MOST_SCORED", 1_000)
    with library.store.snapshot() as snapshot:
        assert snapshot._words._promising(terms, 10, None) is None  # small enough for all
        best = [snapshot.lexical(terms, 10, only) for only in (None, some)]
    monkeypatch.setattr(word_index, "_MOST_SCORED", 10)
    with library.store.snapshot() as snapshot:
        promising = snapshot._words._promising(terms, 10, None)
        assert promising and 10 <= len(promising) < snapshot.info.passages / 4
        assert set(best[0]) <= set(promising)
        assert [snapshot.lexical(terms, 10, only) for only in (None, some)] == best
        assert snapshot._words._promising(["bale"], 10, None) is None  # as rare in each
        assert snapshot.lexical([], 10, None) == {} == snapshot.lexical(["nothing"], 10, some)


def test_filters_see_the_newest_generation(library: Library) -> None:
    chosen = Selection(files=("late*", "book1?.txt"))
    with library.snapshot() as snapshot:
        keys, _ = chosen.keys(snapshot)
        assert len(keys or ()) == 2  # book10, book11
    library.write("late", 20)
    library.sync()
    with library.snapshot() as snapshot:
        keys, _ = chosen.keys(snapshot)
        assert len(keys or ()) == 3
        query = library.embedder.embed_query("late")
        hits = retrieve(snapshot, "late", query, 3, only=keys)
        assert re.match("late", hits[0].passage.document)
