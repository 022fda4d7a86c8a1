"""Connections to a catalog that stay open: which are used again, and that they harm nothing."""

import gc
import os
import sqlite3
from pathlib import Path

import pytest
from fakes import FakeEmbedder

from rag.errors import IndexDamaged
from rag.store.local import LocalStore, connections, sync


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("Ships sail at dawn.", encoding="utf-8")
    return tmp_path / "docs"


@pytest.fixture
def index(tmp_path: Path, docs: Path) -> Path:
    sync(LocalStore(tmp_path / "index"), [str(docs)], FakeEmbedder())
    return tmp_path / "index"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    found: list[sqlite3.Connection] = []
    connect = connections.connect

    def noted(path: Path, write: bool) -> sqlite3.Connection:
        found.append(connect(path, write))
        return found[-1]

    monkeypatch.setattr(connections, "connect", noted)
    return found


def ids(store: LocalStore) -> list[str]:
    with store.snapshot() as snapshot:
        return [row.id for row in snapshot.document_keys().values()]


def is_open(connection: sqlite3.Connection) -> bool:
    try:
        return not connection.in_transaction and bool(connection.execute("SELECT 1").fetchone())
    except sqlite3.ProgrammingError:
        return False


def test_one_stays_open_while_the_file_is_the_same(
    index: Path, opened: list[sqlite3.Connection]
) -> None:
    store = LocalStore(index)
    assert [ids(store), ids(store), ids(store)] == [["a.txt"]] * 3
    assert [*map(is_open, opened)] == [True]
    os.utime(store.path)
    assert ids(store) == ["a.txt"]
    assert [*map(is_open, opened)] == [False, True]


def test_no_more_than_a_few_stay_open(index: Path, opened: list[sqlite3.Connection]) -> None:
    store = LocalStore(index)
    together = [store.snapshot() for _ in range(6)]
    for reading in together:
        reading.__enter__()
    for reading in together:
        reading.__exit__(None, None, None)
    assert sum(map(is_open, opened)) == 4 and len(opened) == 6


def test_after_an_error_it_is_closed(index: Path, opened: list[sqlite3.Connection]) -> None:
    store = LocalStore(index)
    with pytest.raises(KeyError), store.snapshot():
        raise KeyError
    assert [*map(is_open, opened)] == [False]


def test_what_another_adds_is_seen(
    index: Path, docs: Path, opened: list[sqlite3.Connection]
) -> None:
    store = LocalStore(index)
    assert ids(store) == ["a.txt"]
    (docs / "b.txt").write_text("Trains leave at noon.", encoding="utf-8")
    sync(LocalStore(index), [], FakeEmbedder())
    assert ids(store) == ["a.txt", "b.txt"]


def test_an_index_that_is_made_anew_is_read_and_loses_nothing(index: Path, docs: Path) -> None:
    store, other = LocalStore(index), LocalStore(index)
    assert ids(store) == ["a.txt"]
    other.delete()
    (docs / "b.txt").write_text("Trains leave at noon.", encoding="utf-8")
    sync(other, [str(docs)], FakeEmbedder())
    with other.writer() as (connection, _):  # a writer whose log the old one could take away
        connection.execute("UPDATE files SET size = size")
        assert ids(store) == ["a.txt", "b.txt"]
        connection.execute("UPDATE files SET size = size")
    assert ids(LocalStore(index)) == ["a.txt", "b.txt"]
    with other.writer() as (connection, _):
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_link_in_its_place_is_not_followed(index: Path, tmp_path: Path) -> None:
    store = LocalStore(index)
    assert ids(store) == ["a.txt"]
    store.path.rename(tmp_path / "moved")
    store.path.symlink_to(tmp_path / "moved")
    with pytest.raises(IndexDamaged, match="not a file that rag leaves in an index"):
        ids(store)


def test_nothing_is_left_beside_the_catalog(index: Path) -> None:
    before = sorted(path.name for path in index.iterdir())
    store = LocalStore(index)
    assert ids(store) == ["a.txt"]
    del store
    gc.collect()
    assert sorted(path.name for path in index.iterdir()) == before
    assert not [name for name in before if name.endswith(("-wal", "-shm"))]
