"""An index folder from a stranger: nothing in it runs, leads elsewhere or costs gigabytes."""

import hashlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from fakes import FakeEmbedder

from rag.errors import IndexDamaged, NothingIndexed
from rag.files import CATALOG
from rag.retrieve import retrieve
from rag.store.local import LocalStore, sync
from rag.store.local.rows import digest
from rag.store.local.writer import Writer

EMBEDDER = FakeEmbedder()
VICTIM = "something of the user's"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    (folder / "docs").mkdir()
    text = " ".join(f"Sentence {n} tells of ships." for n in range(60))
    (folder / "docs" / "a.txt").write_text(text, encoding="utf-8")
    sync(LocalStore(folder / "index"), [str(folder / "docs")], EMBEDDER)
    return folder / "index"


@pytest.fixture
def index(sound: Path, tmp_path: Path) -> Path:
    (tmp_path / "victim").write_text(VICTIM, encoding="utf-8")
    return shutil.copytree(sound, tmp_path / "index")


def asked(index: Path) -> list[str]:
    with LocalStore(index).snapshot() as snapshot:
        hits = retrieve(snapshot, "ships 7", EMBEDDER.embed_query("ships 7"), 5)
        for row in snapshot.document_keys().values():
            snapshot.document(row.id)
            snapshot.leading_sentences(row.id, 2)
        snapshot.files()
        return [hit.passage.text for hit in hits]


def changed(index: Path, *statements: str) -> None:
    with closing(sqlite3.connect(index / CATALOG, isolation_level=None)) as catalog:
        for statement in statements:
            catalog.execute(statement)


def forged(index: Path, table: str, **fields: object) -> None:
    """Changes the first row of a table and gives it the hash that belongs to it."""
    with closing(sqlite3.connect(index / CATALOG, isolation_level=None)) as catalog:
        for name, value in fields.items():
            catalog.execute(f"UPDATE {table} SET {name} = ? WHERE key = 1", (value,))
        row = catalog.execute(f"SELECT * FROM {table} WHERE key = 1").fetchone()
        catalog.execute(f"UPDATE {table} SET hash = ? WHERE key = 1", (digest(*row[:-1]),))


def forged_state(index: Path, change: Callable[[dict[str, object]], object]) -> None:
    with closing(sqlite3.connect(index / CATALOG, isolation_level=None)) as catalog:
        state = json.loads(catalog.execute("SELECT json FROM state").fetchone()[0])
        text = change(state) or json.dumps(state)
        catalog.execute("UPDATE state SET json = ?, hash = ?", (text, digest(text)))


_ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"
SCHEMAS = {
    "view": (
        "DROP TABLE texts",
        f"CREATE VIEW texts AS {_ENDLESS} i AS document, i AS text FROM n",
    ),
    "trigger": ("CREATE TRIGGER t AFTER INSERT ON state BEGIN DELETE FROM documents; END",),
    "computed column": ("ALTER TABLE roots ADD COLUMN more AS (hex(zeroblob(100000000)))",),
    "another kind of table": ("CREATE VIRTUAL TABLE more USING rtree(a, b, c)",),
    "many tables": tuple(f"CREATE TABLE t{n} (a)" for n in range(300)),
    "a table less": ("DROP TABLE forgotten",),
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_other_tables_than_ours_are_refused(name: str, index: Path) -> None:
    changed(index, *SCHEMAS[name])
    with pytest.raises(IndexDamaged, match=f"{CATALOG} is damaged.*tables are not those"):
        asked(index)


def test_rebuilding_keeps_the_roots(index: Path, sound: Path) -> None:
    changed(index, "DROP TABLE forgotten")
    sync(LocalStore(index), [], EMBEDDER, rebuild=True)
    assert asked(index) == asked(sound)


def test_a_view_in_place_of_the_roots_is_not_read(index: Path) -> None:
    changed(
        index,
        "ALTER TABLE roots RENAME TO old",
        f"CREATE VIEW roots AS {_ENDLESS} x'2f' AS path, '' AS name FROM n",
    )
    with pytest.raises(NothingIndexed):
        sync(LocalStore(index), [], EMBEDDER, rebuild=True)


FORGED: dict[str, tuple[str, dict[str, object]]] = {
    "bytes for a title": ("documents", {"title": b"5"}),
    "text for pages": ("documents", {"pages": "abc"}),
    "part of an offset": ("documents", {"pages": b"12345"}),
    "text for sentences": ("passages", {"sentences": "abc"}),
    "no JSON above it": ("passages", {"above": "[[0, 1,"}),
    "no lines above it": ("passages", {"above": "[[0, 1]]"}),
    "half a character above it": ("passages", {"above": '[[0, 0, ""], [0, 1, "\\\\ud800"]]'}),
    "deep lines above it": ("passages", {"above": "[" * 100_000}),
    "a line above it of another length": ("passages", {"above": '[[0, 1, "No line."]]'}),
    "a line above it that is below": ("passages", {"above": '[[9000, 9005, "below"]]'}),
    "part of a sentence": ("passages", {"sentences": b"123"}),
    "sentence elsewhere": ("passages", {"sentences": b"\xff" * 16}),
    "another length": ("passages", {"end": 2**62}),
    "bytes for a text": ("passages", {"text": b"ships"}),
    "bytes for an embedding": ("passages", {"embedding": b"\0"}),
    "short vector": ("embeddings", {"vector": b"1234"}),
    "text for a vector": ("embeddings", {"vector": "x" * 64}),
    "no numbers": ("embeddings", {"vector": b"\0\0\xc0\x7f" * 16}),
    "endless numbers": ("embeddings", {"vector": b"\0\0\x80\x7f" * 16}),
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_rows_with_right_hashes_are_refused(name: str, index: Path) -> None:
    table, fields = FORGED[name]
    forged(index, table, **fields)
    with pytest.raises(IndexDamaged, match=CATALOG):
        asked(index)


@pytest.mark.parametrize("above", ["[[0, 1,", "[[0, 1]]", "[" * 100_000, '[[9000, 9005, "below"]]'])
def test_forged_lines_are_refused_where_a_document_is_removed(above: str, index: Path) -> None:
    forged(index, "passages", above=above)
    store = LocalStore(index)
    with store.writer() as (connection, _), pytest.raises(IndexDamaged, match=CATALOG):
        Writer(store, connection).remove_document("a.txt")


@pytest.mark.parametrize("embedding", ["abc", b"\0", 0.5])
def test_forged_numbers_are_refused_where_documents_are_chosen(
    embedding: object, index: Path
) -> None:
    forged(index, "passages", embedding=embedding)
    with LocalStore(index).snapshot() as snapshot:
        every = frozenset(snapshot.document_keys())
    with pytest.raises(IndexDamaged, match=CATALOG), LocalStore(index).snapshot() as snapshot:
        retrieve(snapshot, "ships", EMBEDDER.embed_query("ships"), 3, only=every)


STATES: dict[str, Callable[[dict[str, object]], object]] = {
    "wide vectors": lambda s: s.update(fingerprint={"dimension": 10**9}),
    "no fingerprint": lambda s: s.pop("fingerprint") and None,
    "deep": lambda s: "[" * 50_000,
    "not JSON": lambda s: "{",
    "long": lambda s: json.dumps(s | {"more": "x" * 1_000_000}),
    "text for a number": lambda s: s.update(generation="7"),
    "a list": lambda s: "[1]",
}


@pytest.mark.parametrize("name", STATES)
def test_forged_states_are_refused(name: str, index: Path) -> None:
    forged_state(index, STATES[name])
    with pytest.raises(IndexDamaged, match=CATALOG):
        asked(index)


def test_a_vector_file_elsewhere_is_not_opened(index: Path, sound: Path) -> None:
    expected = asked(sound)
    os.mkfifo(index.parent / "fifo")  # opened, it would wait for ever
    for name in ("../fifo", str(index.parent / "fifo"), "vectors-1.faiss/../../fifo", "/dev/zero"):
        forged_state(index, lambda s, name=name: s["segment"].update(name=name))  # type: ignore[misc]
        assert asked(index) == expected


def test_a_vector_file_of_another_kind_or_size_is_not_read(index: Path, sound: Path) -> None:
    import faiss

    expected = asked(sound)
    (path,) = index.glob("vectors-*")
    ours = path.read_bytes()
    many = (2**40).to_bytes(8, "little")
    other = faiss.serialize_index(faiss.index_factory(16, "PCA8,Flat")).tobytes()
    for data in (other, ours[:8] + many + ours[16:], ours[:45] + many + ours[53:], ours[:60]):
        path.write_bytes(data)
        forged_state(
            index,
            lambda s, data=data: s["segment"].update(  # type: ignore[misc]
                sha256=hashlib.sha256(data).hexdigest(), size=len(data)
            ),
        )
        assert asked(index) == expected


@pytest.mark.parametrize("suffix", ["", "-wal", "-shm", "-journal"])
@pytest.mark.parametrize("write", [False, True])
def test_links_are_not_followed(suffix: str, write: bool, index: Path) -> None:
    (index / (CATALOG + suffix)).unlink(missing_ok=True)
    victim = index.parent / "victim"
    (index / (CATALOG + suffix)).symlink_to(victim)
    with pytest.raises(IndexDamaged, match=CATALOG + suffix):
        if write:
            sync(LocalStore(index), [], EMBEDDER)
        else:
            asked(index)
    assert victim.read_text("utf-8") == VICTIM


def test_a_journal_that_names_another_file_removes_nothing(index: Path) -> None:
    victim = str(index.parent / "victim").encode()
    (index / f"{CATALOG}-journal").write_bytes(
        b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504) + victim
        + len(victim).to_bytes(4, "big") + sum(victim).to_bytes(4, "big")
        + b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
    )  # fmt: skip
    with pytest.raises(IndexDamaged, match="-journal"):
        asked(index)
    assert Path(os.fsdecode(victim)).read_text("utf-8") == VICTIM


@pytest.mark.parametrize("name", ["LOCK", "LOCK.pid", "GENERATION.new", "vectors-2.faiss.new"])
def test_a_writer_writes_through_no_link(name: str, index: Path) -> None:
    (index / name).unlink(missing_ok=True)
    (index / name).symlink_to(index.parent / "victim")
    try:
        sync(LocalStore(index), [], EMBEDDER, rebuild=True)
    except Exception as error:  # noqa: BLE001 - refused or done, the file must not be touched
        assert type(error).__name__ == "MachineRefused", error
    assert (index.parent / "victim").read_text("utf-8") == VICTIM


@pytest.mark.parametrize("kind", ["fifo", "folder"])
def test_a_catalog_that_is_no_file(kind: str, index: Path) -> None:
    (index / CATALOG).unlink()
    (os.mkfifo if kind == "fifo" else os.mkdir)(index / CATALOG)
    with pytest.raises(IndexDamaged, match=CATALOG):
        asked(index)


def test_huge_values_are_refused_without_memory_and_without_a_traceback(index: Path) -> None:
    with closing(sqlite3.connect(index / CATALOG, isolation_level=None)) as catalog:
        catalog.execute("UPDATE state SET json = CAST(zeroblob(400000000) AS TEXT)")

    def little_memory() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))

    for command in (("ask", "ships?"), ("status",)):
        done = subprocess.run(
            [sys.executable, "-m", "rag", *command, "--index", str(index)],
            preexec_fn=little_memory,
            env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
            capture_output=True,
            text=True,
        )
        assert (done.returncode, done.stdout) == (4, ""), done.stderr
        assert CATALOG in done.stderr and "Traceback" not in done.stderr
        assert done.stderr.count("\n") == 1
