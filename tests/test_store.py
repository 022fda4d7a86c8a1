"""An index in a folder: in step with its files, and never believed where it is damaged."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from unittest.mock import Mock

import pytest
from fakes import FakeEmbedder

from rag.datatypes import Hit, Mode
from rag.embed import Embedder, Vectors
from rag.errors import (
    EmbedderMismatch,
    IndexDamaged,
    IndexMissing,
    InvalidInput,
    MachineRefused,
    NothingIndexed,
)
from rag.files import CATALOG
from rag.retrieve import Selection, retrieve
from rag.store.local import LocalStore, SyncReport, forget, sync
from rag.store.local.rows import FORMAT, digest, pack_vector
from rag.store.local.writer import Writer


class Workbench:
    """A folder of documents and an index of it, with an embedder that counts."""

    def __init__(self, folder: Path) -> None:
        self.docs = folder / "docs"
        self.docs.mkdir()
        self.store = LocalStore(folder / "index")
        self.embedder = FakeEmbedder()

    def write(self, name: str, text: str) -> Path:
        path = self.docs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def sync(self, *named: str | Path, rebuild: bool = False) -> SyncReport:
        self.embedder.embedded.clear()
        return sync(self.store, [str(n) for n in named], self.embedder, rebuild)

    def search(
        self, query: str, mode: Mode = "hybrid", files: Sequence[str] = (), k: int = 10
    ) -> list[Hit]:
        with self.store.snapshot() as snapshot:
            only, _ = Selection(tuple(files)).keys(snapshot)
            return retrieve(snapshot, query, self.embedder.embed_query(query), k, mode, only)

    def ids(self) -> list[str]:
        with self.store.snapshot() as snapshot:
            return [row.id for row in snapshot.document_keys().values()]

    @contextmanager
    def catalog(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.store.path, isolation_level=None)) as connection:
            yield connection

    def vectors(self) -> list[Path]:
        return sorted(self.store.folder.glob("vectors-*"))


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path)


def article(topic: str, sentences: int = 40) -> str:
    return " ".join(
        f"Sentence {n} of the long article is all about {topic} and the number {n}."
        for n in range(sentences)
    )


def states(report: SyncReport) -> dict[str, str]:
    return {f.document: f.state for f in report.files}


def test_seeds(seed_index: LocalStore, seeds: Path, embedder: Embedder) -> None:
    with seed_index.snapshot() as snapshot:
        info = snapshot.info
        assert (info.generation, info.documents, info.complete) == (1, 3, True)
        assert info.fingerprint == embedder.fingerprint
        assert snapshot.roots() == {str(seeds): ""}
        assert [f.path for f in snapshot.files()] == sorted(p.name for p in seeds.glob("*.txt"))
        rows = list(snapshot.document_keys().values())
        assert sum(row.passages for row in rows) == info.passages
        for row in rows:
            document = snapshot.document(row.id)
            assert document
            assert document.text == (seeds / row.id).read_text("utf-8")
            leading = snapshot.leading_sentences(row.id, 2)
            assert leading
            assert [document.text[a:b] for a, b in leading[1]] == [
                leading[0].quote(span) for span in leading[1]
            ]
        query = "Who was killed before Blinken visited Israel?"
        hits = retrieve(snapshot, query, embedder.embed_query(query), 5)
        assert hits[0].passage.document.startswith("001_")
        assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5]
        assert snapshot.document("none.txt") is None
        assert snapshot.leading_sentences("none.txt", 2) is None


def test_second_sync_changes_nothing(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.write("sub/b.md", "# Trains\n\n" + article("trains"))
    bench.write("c.exe", "no")
    first = bench.sync(bench.docs)
    assert states(first) == {"a.txt": "added", "sub/b.md": "added", "c.exe": "skipped"}
    assert (first.generation, first.documents) == (1, 2)
    assert first.embedded == first.passages == len(bench.embedder.embedded)
    before = bench.store.path.read_bytes(), bench.vectors()
    for named in ((), (bench.docs,)):
        second = bench.sync(*named)
        assert states(second) == {"a.txt": "unchanged", "sub/b.md": "unchanged", "c.exe": "skipped"}
        assert (second.generation, second.embedded, second.reused) == (1, 0, first.passages)
        assert bench.embedder.embedded == []
    assert (bench.store.path.read_bytes(), bench.vectors()) == before


def test_edit_embeds_only_what_changed(bench: Workbench) -> None:
    path = bench.write("a.txt", article("ships"))
    first = bench.sync(bench.docs)
    path.write_text(article("ships").replace("number 20.", "zeppelin."), encoding="utf-8")
    second = bench.sync()
    assert states(second) == {"a.txt": "updated"}
    assert second.generation == 2
    assert 0 < second.embedded <= 2 < first.passages
    assert second.embedded + second.reused == second.passages == first.passages
    for mode in ("hybrid", "dense", "lexical"):
        texts = [hit.passage.text for hit in bench.search("ships zeppelin 20", mode, k=100)]
        assert any("zeppelin" in text for text in texts)
        assert not any("number 20." in text for text in texts)


def test_rename_embeds_nothing(bench: Workbench) -> None:
    path = bench.write("a.txt", article("ships"))
    first = bench.sync(bench.docs)
    path.rename(bench.docs / "b.txt")
    second = bench.sync()
    assert states(second) == {"b.txt": "added", "a.txt": "removed"}
    assert (second.embedded, second.reused) == (0, first.passages)
    assert bench.ids() == ["b.txt"]
    assert {hit.passage.document for hit in bench.search("ships")} == {"b.txt"}


def test_removed_file_is_gone(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    path = bench.write("b.txt", article("trains"))
    bench.sync(bench.docs)
    path.unlink()
    report = bench.sync()
    assert states(report) == {"a.txt": "unchanged", "b.txt": "removed"}
    assert bench.ids() == ["a.txt"]
    assert {hit.passage.document for hit in bench.search("trains", k=100)} == {"a.txt"}
    assert not any("trains" in hit.passage.text for hit in bench.search("trains", k=100))
    with bench.catalog() as catalog:
        (left,) = catalog.execute("SELECT count(*) FROM embeddings").fetchone()
    assert left == report.passages


def test_a_file_is_gone_though_the_run_that_read_it_was_killed(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch was kept with its documents, and not yet that the file was read."""
    module = sys.modules["rag.store.local.sync"]
    keep = module._Sync._commit

    def killed(run: Any) -> None:
        keep(run)
        if run._changed:
            raise KeyboardInterrupt

    bench.write("first.txt", article("trains"))
    bench.sync(bench.docs)
    for name in ("a.txt", "b.txt", "c.txt"):
        bench.write(name, article("ships"))
    monkeypatch.setattr(module, "_BATCH", 1)
    monkeypatch.setattr(module._Sync, "_commit", killed)
    with pytest.raises(KeyboardInterrupt):
        bench.sync(bench.docs)
    monkeypatch.undo()
    (left,) = set(bench.ids()) - {"first.txt"}
    (bench.docs / left).unlink()
    assert states(bench.sync(bench.docs))[left] == "removed"
    assert left not in bench.ids()


def test_identical_files_share_their_vectors(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.write("b.txt", article("ships"))
    report = bench.sync(bench.docs)
    assert report.documents == 2
    assert report.embedded == report.reused == report.passages // 2
    with bench.catalog() as catalog:
        (count,) = catalog.execute("SELECT count(*) FROM embeddings").fetchone()
    assert count == report.passages // 2
    for mode in ("hybrid", "dense", "lexical"):
        hits = bench.search("ships", mode, k=100)
        assert {h.passage.document for h in hits} == {"a.txt", "b.txt"}
        assert {h.passage.document for h in bench.search("ships", mode, ["b*"])} == {"b.txt"}


def test_forget_a_root(bench: Workbench) -> None:
    bench.write("one/a.txt", article("ships"))
    bench.write("two/b.txt", article("trains"))
    bench.sync(bench.docs / "one", f"second={bench.docs / 'two'}")
    assert forget(bench.store, "second") == ["second/b.txt"]
    assert bench.ids() == ["a.txt"]
    assert forget(bench.store, str(bench.docs / "one")) == ["a.txt"]
    assert bench.ids() == []
    assert bench.search("ships") == []


def test_clashing_roots_need_a_name(bench: Workbench) -> None:
    bench.write("one/a.txt", article("ships"))
    bench.write("two/a.txt", article("trains"))
    bench.sync(bench.docs / "one")
    with pytest.raises(InvalidInput, match=r"both hold a document 'a\.txt'"):
        bench.sync(bench.docs / "two")
    assert bench.ids() == ["a.txt"]
    bench.sync(f"other={bench.docs / 'two'}")
    assert bench.ids() == ["a.txt", "other/a.txt"]
    with pytest.raises(InvalidInput, match="is a root already, named 'other'"):
        bench.sync(f"third={bench.docs / 'two'}")
    bench.write("three/b.txt", article("cars"))
    with pytest.raises(InvalidInput, match="named 'other' already"):
        bench.sync(f"other={bench.docs / 'three'}")


def test_root_inside_a_root(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.write("sub/b.txt", article("trains"))
    bench.sync(bench.docs / "sub")
    report = bench.sync(bench.docs)
    assert states(report) == {"a.txt": "added", "sub": "skipped"}
    assert bench.ids() == ["a.txt", "b.txt"]
    assert bench.sync().embedded == 0


def test_index_inside_its_root_is_left_out(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.store = LocalStore(bench.docs / "index")
    for _ in range(2):
        assert bench.sync(bench.docs).documents == 1
    with pytest.raises(InvalidInput, match="inside the index folder"):
        bench.sync(bench.docs / "index")


def test_nothing_indexable_leaves_no_index(bench: Workbench) -> None:
    bench.write("a.exe", "no")
    with pytest.raises(NothingIndexed, match=r"a\.exe"):
        bench.sync(bench.docs)
    assert not bench.store.exists()
    with pytest.raises(IndexMissing), bench.store.snapshot():
        pass


def test_wrong_path_leaves_no_folder(bench: Workbench) -> None:
    for path in (bench.docs / "none", ""):
        with pytest.raises(InvalidInput):
            bench.sync(path)
    assert not bench.store.folder.exists()


def test_root_that_is_gone_is_named(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    bench.docs.rename(bench.docs.with_name("moved"))
    with pytest.raises(InvalidInput, match="is gone"):
        bench.sync()
    assert bench.ids() == ["a.txt"]


def test_one_odd_file_does_not_stop_the_others(bench: Workbench) -> None:
    bench.write("a.txt", "---\ntitle: [broken\n---\n" + article("ships"))
    (bench.docs / "b.txt").write_bytes(b"\x00\x01")
    bench.write("c\n.txt", article("trains"))
    report = bench.sync(bench.docs)
    assert sorted(states(report).values()) == ["added", "added", "skipped"]
    assert bench.ids() == ["a.txt", "c\n.txt"]


def test_another_embedder_is_refused_until_rebuilt(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    first = bench.sync(bench.docs)
    bench.embedder = FakeEmbedder("other")
    with pytest.raises(EmbedderMismatch, match="--rebuild"):
        bench.sync()
    report = bench.sync(rebuild=True)
    assert (report.generation, report.embedded) == (2, first.passages)
    with bench.store.snapshot() as snapshot:
        assert snapshot.info.fingerprint == bench.embedder.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE passages SET text = replace(text, 'ships', 'shops')",
        "UPDATE passages SET start = start + 1",
        """UPDATE passages SET above = '[[0, 1, "x"]]'""",
        "UPDATE passages SET sentences = zeroblob(length(sentences))",
        "UPDATE passages SET embedding = (SELECT max(key) FROM embeddings) WHERE key = 1",
        "UPDATE embeddings SET vector = zeroblob(length(vector))",
        "UPDATE documents SET title = 'Forged'",
        "UPDATE documents SET sha256 = 'forged'",
        "UPDATE state SET json = replace(json, 'fake', 'fool')",
        "DELETE FROM passages WHERE key = 1",
        "DELETE FROM embeddings WHERE key = 1",
        "DELETE FROM state",
        "DROP TABLE embeddings",
        "UPDATE words_docsize SET sz = x'0102' WHERE id = 1",
        "UPDATE words_data SET block = zeroblob(length(block)) WHERE id > 10",
        "UPDATE roots SET path = x'2f'",
        "INSERT INTO forgotten VALUES (x'61')",
        "CREATE TRIGGER t AFTER INSERT ON roots BEGIN DELETE FROM roots; END",
        "CREATE VIEW v AS SELECT 1",
        "UPDATE embeddings SET key = key + 1000",
        "INSERT INTO passages SELECT key + 1000, document, start, end, text, sentences, above,"
        " embedding, hash FROM passages WHERE key = 1",
    ],
)
def test_changed_row_is_noticed(change: str, bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    with bench.catalog() as catalog:
        catalog.execute(change)
    with pytest.raises(IndexDamaged, match=CATALOG):
        bench.search("ships", k=1000)


def test_changed_text_is_noticed(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    with bench.catalog() as catalog:
        catalog.execute("UPDATE texts SET text = replace(text, 'ships', 'shops')")
    with bench.store.snapshot() as snapshot, pytest.raises(IndexDamaged, match="text of document"):
        snapshot.document("a.txt")


@pytest.mark.parametrize(
    "damage",
    ["flip", "truncate", "remove", "link", "garbage", "empty", "grown", "zeroed", "older"],
)
def test_damaged_vector_file_does_not_matter(damage: str, bench: Workbench) -> None:
    for topic in ("ships", "trains", "cars"):
        bench.write(f"{topic}.txt", article(topic))
    bench.sync(bench.docs)
    (older,) = bench.vectors()
    before = older.read_bytes()
    bench.write("planets.txt", article("planets", 400))  # too much for the tail
    bench.sync()
    expected = {mode: bench.search("cars 7", mode) for mode in ("hybrid", "dense")}
    (path,) = bench.vectors()
    data = bytearray(path.read_bytes())
    path.unlink()
    if damage == "flip":
        data[-5] ^= 64
        path.write_bytes(data)
    elif damage == "truncate":
        path.write_bytes(data[:-100])
    elif damage in ("garbage", "empty"):
        path.write_bytes(b"garbage" * (damage == "garbage"))
    elif damage == "grown":
        path.write_bytes(data + bytes(4096))
    elif damage == "zeroed":
        path.write_bytes(data[:4096] + bytes(4096) + data[8192:])
    elif damage == "older":
        path.write_bytes(before)
    elif damage == "link":
        path.symlink_to("/dev/zero")
    bench.store = LocalStore(bench.store.folder)
    assert {mode: bench.search("cars 7", mode) for mode in ("hybrid", "dense")} == expected
    bench.write("new.txt", article("planes"))
    bench.sync()
    assert bench.search("planes 7")[0].passage.document == "new.txt"


@pytest.mark.parametrize("data", [b"", b"garbage" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_damaged_catalog_is_noticed_and_rebuilt(data: bytes, bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    bench.store.path.write_bytes(data)
    with pytest.raises(IndexDamaged, match="--rebuild"):
        bench.search("ships")
    bench.sync(bench.docs, rebuild=True)
    assert bench.search("ships")[0].passage.document == "a.txt"


def test_damaged_catalog_page(bench: Workbench) -> None:
    bench.write("a.txt", article("ships", 400))
    bench.sync(bench.docs)
    size = bench.store.path.stat().st_size
    with bench.store.path.open("r+b") as file:
        for at in range(4096, size, 4096):
            file.seek(at)
            file.write(b"\xff" * 64)
    with pytest.raises(IndexDamaged, match=CATALOG):
        bench.search("ships")
    report = bench.sync(bench.docs, rebuild=True)
    assert report.documents == 1


def test_second_writer_is_refused(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    code = (
        "import sys, pathlib\n"
        "from rag.store.local.lock import writing\n"
        "with writing(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(bench.store.folder)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout and other.stdin
        assert other.stdout.readline() == "held\n"
        for write in (bench.sync, lambda: forget(bench.store, "a.txt")):
            with pytest.raises(MachineRefused, match=rf"\({other.pid}\)"):
                write()
        assert bench.search("ships")
        other.stdin.close()
        assert other.wait(10) == 0
    bench.sync()


def test_snapshot_keeps_its_generation(bench: Workbench) -> None:
    path = bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    query = bench.embedder.embed_query("ships")
    with bench.store.snapshot() as snapshot:
        before = snapshot.info
        path.write_text(article("trains"), encoding="utf-8")
        bench.sync()
        hits = retrieve(snapshot, "ships", query, 100)
        assert len(hits) == before.passages
        assert all("ships" in hit.passage.text for hit in hits)
        assert snapshot.info == before
    with bench.store.snapshot() as snapshot:
        assert snapshot.info.generation == 2
        hits = retrieve(snapshot, "ships", query, 100)
        assert not any("ships" in hit.passage.text for hit in hits)


def test_what_a_late_reader_keeps_is_not_for_the_next_generation(bench: Workbench) -> None:
    path = bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    query = bench.embedder.embed_query("ships")
    with bench.store.snapshot() as late:
        path.rename(bench.docs / "b.txt")  # the passages keep their keys
        bench.sync()
        with bench.store.snapshot() as early:
            assert [id for _, id, _ in late.dates()] == ["a.txt"]
            assert {hit.passage.document for hit in retrieve(late, "ships", query, 5)} == {"a.txt"}
            assert [id for _, id, _ in early.dates()] == ["b.txt"]
            assert {hit.passage.document for hit in retrieve(early, "ships", query, 5)} == {"b.txt"}
    assert {hit.passage.document for hit in bench.search("ships")} == {"b.txt"}


def test_what_was_checked_once_is_not_read_again(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    before = bench.search("ships")
    with closing(sqlite3.connect(bench.store.folder / CATALOG)) as connection, connection:
        connection.execute("UPDATE passages SET text = 'x'")
        connection.execute("UPDATE embeddings SET vector = x'00'")
    assert bench.search("ships") == before
    bench.store = LocalStore(bench.store.folder)
    with pytest.raises(IndexDamaged):
        bench.search("ships")


def test_interrupted_sync_goes_on(bench: Workbench) -> None:
    for n in range(32):
        bench.write(f"{n:02}.txt", article(f"topic{n}", 300))
    whole = FakeEmbedder()

    class Interrupted(FakeEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            if len(self.embedded) > 1000:
                raise KeyboardInterrupt
            return super().embed_passages(texts)

    broken = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        sync(bench.store, [str(bench.docs)], broken)
    with bench.store.snapshot() as snapshot:
        assert not snapshot.info.complete
        assert snapshot.info.passages > 0
    report = sync(bench.store, [], whole)
    assert report.documents == 32
    assert report.embedded + report.reused == report.passages
    assert set(broken.embedded).isdisjoint(whole.embedded)
    assert len(broken.embedded) + len(whole.embedded) == report.passages
    with bench.store.snapshot() as snapshot:
        assert snapshot.info.complete


def test_while_a_batch_is_embedded_the_next_is_read_and_the_last_is_written(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(20):
        bench.write(f"{n:02}.txt", article(f"topic{n}", 300))
    read, written = Event(), Event()
    acknowledge = Writer.acknowledge

    def acknowledged(writer: Writer, state: dict[str, Any]) -> None:
        acknowledge(writer, state)
        written.set()

    monkeypatch.setattr(Writer, "acknowledge", acknowledged)

    class Waiting(FakeEmbedder):
        def count(self, texts: Sequence[str]) -> list[int]:
            if any("topic19" in text for text in texts):
                read.set()
            return super().count(texts)

        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            assert (written if len(self.expected) > 1 else read).wait(30)
            return super().embed_passages(texts)

    embedder = Waiting()
    report = sync(bench.store, [str(bench.docs)], embedder)
    assert embedder.expected == [1100, 900]
    assert report.embedded == report.passages == 2000


@pytest.mark.parametrize("wrong", [ValueError("broken"), OSError(5, "broken"), None])
def test_a_failing_embedder_is_no_file_s_fault_and_leaves_no_wrong_vector(
    wrong: Exception | None, bench: Workbench
) -> None:
    for n in range(20):
        bench.write(f"{n:02}.txt", article(f"topic{n}", 300))

    class Failing(FakeEmbedder):
        def embed_passages(self, texts: Sequence[str]) -> Vectors:
            if len(self.embedded) < 500:
                return super().embed_passages(texts)
            if wrong:
                raise wrong
            return super().embed_passages(texts)[1:]

    failing = Failing()
    with pytest.raises((ValueError, MachineRefused), match="broken|vectors came for"):
        sync(bench.store, [str(bench.docs)], failing)
    report = bench.sync(bench.docs)
    assert {file.state for file in report.files} == {"added"}
    assert 500 <= report.reused < report.embedded < report.passages == 2000
    with bench.catalog() as catalog:
        rows = catalog.execute(
            "SELECT text, vector FROM passages JOIN embeddings ON embeddings.key = embedding"
        ).fetchall()
    assert len(rows) == 2000
    for text, vector in rows:
        assert vector == pack_vector(failing.embed_query(text))


def test_dense_search_is_exact(bench: Workbench) -> None:
    for n in range(5):
        bench.write(f"{n}.txt", article(f"topic{n}", 60))
    bench.sync(bench.docs)
    bench.write("5.txt", article("late", 8))  # small enough for the tail
    bench.sync()
    query = bench.embedder.embed_query("late topic3 number 9")
    with bench.store.snapshot() as snapshot:
        total = snapshot.info.passages
        every = snapshot.dense(query, total, None)
        assert len(every) == total
        exact, _ = snapshot.complete_scores(query, [], every)
        assert every == pytest.approx(exact)
        best = sorted(exact, key=lambda key: (-exact[key], key))[:7]
        assert list(snapshot.dense(query, 7, None)) == best
        rows = snapshot.document_keys().items()
        some = {key for key, row in rows if row.id in ("2.txt", "5.txt")}
        assert snapshot.dense(query, 7, frozenset()) == {}
        found = snapshot.passages(list(snapshot.dense(query, 1000, some)))
        assert {p.document for p in found} == {"2.txt", "5.txt"}


def test_name_that_is_not_utf8(bench: Workbench) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    (bench.docs / name).write_text(article("trains"), encoding="utf-8")
    bench.sync(bench.docs)
    assert bench.ids() == [name]


def test_rebuilt_index_is_seen_by_an_open_store(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    reader = bench.store
    assert bench.search("ships", "dense")
    bench.store = LocalStore(reader.folder)
    bench.store.path.write_bytes(b"garbage")
    bench.write("a.txt", article("trains", 80))
    bench.sync(bench.docs, rebuild=True)
    fresh = bench.search("trains 70", "dense")
    bench.store = reader
    assert bench.search("trains 70", "dense") == fresh


def test_forgotten_row_of_a_corpus_stays_out_until_named(bench: Workbench) -> None:
    rows = '{"_id": "a", "text": "Ships sail."}\n{"_id": "b", "text": "Trains roll."}\n'
    path = bench.write("rows.jsonl", rows)
    bench.sync(path)
    forget(bench.store, "a")
    bench.sync()
    assert bench.ids() == ["b"]
    bench.sync(path)
    assert bench.ids() == ["a", "b"]


def test_a_corpus_below_a_root_can_be_named_again(bench: Workbench) -> None:
    rows = '{"_id": "a", "text": "Ships sail."}\n{"_id": "b", "text": "Trains roll."}\n'
    path = bench.write("below/corpus.jsonl", rows)
    bench.sync(bench.docs)
    bench.sync(path)  # nothing is to be done, and nothing clashes
    forget(bench.store, "a")
    bench.sync()
    assert bench.ids() == ["b"]
    report = bench.sync(path)
    assert bench.ids() == ["a", "b"]
    assert [(file.document, file.reason) for file in report.files] == [("below/corpus.jsonl", None)]
    with bench.store.snapshot() as snapshot:
        assert snapshot.roots() == {str(bench.docs.resolve()): ""}


@pytest.mark.parametrize(
    ("bad", "more"), [(5, ""), (6, "; and 1 more"), (2000, "; and 1,995 more")]
)
def test_bad_rows_of_a_corpus_are_counted(bench: Workbench, bad: int, more: str) -> None:
    row = '{"_id": "a", "text": "Ships sail."}\n'
    report = bench.sync(bench.write("corpus.jsonl", row + "{}\n" * bad))
    told = "; ".join(f"line {line}: no _id" for line in range(2, 7))
    assert report.files[0].reason == told + more


def test_a_corpus_below_a_root_may_have_a_name_of_its_own(bench: Workbench) -> None:
    path = bench.write("corpus.jsonl", '{"_id": "a", "text": "Ships sail."}\n')
    bench.sync(bench.docs)
    bench.sync(f"mine={path}")
    bench.sync()
    assert bench.ids() == ["mine/a"]


def test_file_and_then_its_folder(bench: Workbench) -> None:
    path = bench.write("a.txt", article("ships"))
    bench.write("b.txt", article("trains"))
    bench.sync(path)
    bench.sync(bench.docs)
    assert bench.ids() == ["a.txt", "b.txt"]


def test_embedder_is_told_what_to_expect(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    report = bench.sync(bench.docs)
    assert bench.embedder.expected == [report.passages]
    bench.sync()
    assert sum(bench.embedder.expected) == report.passages


def test_a_lost_log_is_noticed(bench: Workbench) -> None:
    """SQLite takes a cut log for the end of a log, and goes on from what was before."""
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    older = bench.store.path.read_bytes()
    bench.write("a.txt", article("trains"))
    bench.sync()
    bench.store.path.write_bytes(older)
    with pytest.raises(IndexDamaged, match="generation 2 is gone, 1 is there"):
        bench.search("trains")
    with pytest.raises(IndexDamaged, match="generation 2 is gone"):
        bench.sync()
    bench.sync(rebuild=True)
    assert "trains" in bench.search("trains")[0].passage.text


def test_a_catalog_that_is_gone_is_named(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    for path in bench.store.folder.glob(f"{CATALOG}*"):
        path.unlink()
    with pytest.raises(IndexDamaged, match=f"{CATALOG} is gone; `rag index PATH"):
        bench.search("ships")
    (bench.store.folder / "GENERATION").unlink()
    with pytest.raises(IndexDamaged, match=f"{CATALOG} is gone"):
        bench.search("ships")


def test_another_program_s_database_and_a_newer_format(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    with bench.catalog() as catalog:
        (text,) = catalog.execute("SELECT json FROM state").fetchone()
        text = json.dumps(json.loads(text) | {"format": 999})
        catalog.execute("UPDATE state SET json = ?, hash = ?", (text, digest(text)))
    with pytest.raises(IndexDamaged, match=f"{CATALOG} has format 999, not {FORMAT}"):
        bench.search("ships")
    bench.store.path.unlink()
    with closing(sqlite3.connect(bench.store.path)) as other:
        other.execute("CREATE TABLE messages (id INTEGER PRIMARY KEY, text TEXT)")
    before = bench.store.path.read_bytes()
    with pytest.raises(IndexDamaged, match=f"{CATALOG}.*not those of this version"):
        bench.search("ships")
    with pytest.raises(IndexDamaged, match=f"{CATALOG}.*not those of this version"):
        bench.sync()
    assert bench.store.path.read_bytes() == before


def test_a_stranger_s_pickle_and_a_dead_writer_s_lock_change_nothing(bench: Workbench) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)
    expected = bench.search("ships 7")
    (bench.store.folder / "index.pkl").write_bytes(b"cos\nsystem\n(S'touch RAN'\ntR.")
    (bench.store.folder / "LOCK").touch()
    (bench.store.folder / "LOCK.pid").write_text("999999999")
    bench.store = LocalStore(bench.store.folder)
    assert bench.search("ships 7") == expected
    assert states(bench.sync()) == {"a.txt": "unchanged"}
    assert not Path("RAN").exists()


def test_a_root_that_may_not_be_read_is_named(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write("a.txt", article("ships"))

    def refuse(path: object) -> None:  # the tests may run as root
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(InvalidInput, match=f"{bench.docs} cannot be read: Permission denied"):
        bench.sync(bench.docs)


def test_what_may_not_be_opened_is_the_machine_s_word(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.write("a.txt", article("ships"))
    bench.sync(bench.docs)

    # The tests may run as root, who may open all.
    refusal = sqlite3.OperationalError("unable to open database file")
    refusal.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
    monkeypatch.setattr(sqlite3, "connect", Mock(side_effect=refusal))
    with pytest.raises(MachineRefused, match=f"{CATALOG} cannot be used: unable to open"):
        bench.search("ships")


def test_a_document_may_be_called_like_somebody_s_home(bench: Workbench) -> None:
    bench.write("~nobody-of-that-name/a.txt", article("ships"))
    bench.write("b.txt", article("trains"))
    bench.sync(bench.docs)
    assert forget(bench.store, "~nobody-of-that-name/a.txt") == ["~nobody-of-that-name/a.txt"]


def test_a_document_whose_name_is_no_text_stays_removed_until_named(bench: Workbench) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    bench.write("a.txt", article("ships"))
    path = bench.write(name, article("trains"))
    bench.sync(bench.docs)
    assert forget(bench.store, name) == [name]
    first, second = bench.sync(), bench.sync()
    (told,) = [file.reason for file in first.files if file.document == name]
    assert told == "caf\ufffd.txt was removed; naming the file brings it back"
    assert first.generation == second.generation and bench.ids() == ["a.txt"]
    bench.sync(path)
    assert bench.ids() == ["a.txt", name]
