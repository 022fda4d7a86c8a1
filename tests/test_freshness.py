"""What is said of files that are no longer what was indexed."""

import os
from pathlib import Path

import pytest
from fakes import FakeEmbedder

from rag.freshness import compare, stale
from rag.store.local import LocalStore, forget, sync


class Folder:
    """A root with an index beside it."""

    def __init__(self, path: Path) -> None:
        self.root = path / "notes"
        self.root.mkdir()
        self.store = LocalStore(path / "index")

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def sync(self) -> None:
        sync(self.store, [str(self.root)], FakeEmbedder())

    def stale(self, *cited: str) -> list[str]:
        with self.store.snapshot() as snapshot:
            return list(stale(snapshot, self.store.folder, cited))

    def states(self) -> dict[str, str]:
        with self.store.snapshot() as snapshot:
            return {file.id: file.state for file in compare(snapshot, self.store.folder)}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path)
    for name in ("a.txt", "b.txt", "c.txt"):
        folder.write(name, f"The file {name} says something about whales.")
    folder.sync()
    return folder


def test_nothing_changed(folder: Folder) -> None:
    assert folder.stale("a.txt") == []
    assert folder.states() == {"a.txt": "current", "b.txt": "current", "c.txt": "current"}


def test_changed_new_and_gone(folder: Folder) -> None:
    folder.write("a.txt", "The file a.txt says otherwise.")
    folder.write("b.txt", "So does the file b.txt, at length.")
    (folder.root / "c.txt").unlink()
    folder.write("d.txt", "A new file.")
    folder.write("photo.jpg", "no document")
    assert folder.stale("a.txt") == [
        "a.txt changed since it was indexed",
        "b.txt changed since it was indexed",
        "c.txt is gone since it was indexed",
        "d.txt is not indexed yet; `rag index` takes in what is new",
    ]
    assert folder.stale("c.txt")[0] == "c.txt is gone or cannot be read since it was indexed"
    assert folder.states() == {
        "a.txt": "changed",
        "b.txt": "changed",
        "c.txt": "missing",
        "d.txt": "new",
        "photo.jpg": "skipped",
    }
    folder.sync()
    assert folder.stale("a.txt") == []


def test_another_time_stamp_alone_is_no_change(folder: Folder) -> None:
    os.utime(folder.root / "b.txt", ns=(1, 1))
    assert folder.stale() == []


def test_a_cited_file_is_compared_by_content(folder: Folder) -> None:
    status = (folder.root / "a.txt").stat()
    folder.write("a.txt", "The file a.txt says something about wolves.")
    os.utime(folder.root / "a.txt", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert folder.stale("b.txt") == []
    assert folder.stale("a.txt") == ["a.txt changed since it was indexed"]


def test_many_are_counted(folder: Folder) -> None:
    for number in range(5):
        folder.write(f"n{number}.txt", "New.")
    (warning,) = folder.stale()
    assert warning.startswith("n0.txt, n1.txt, n2.txt and 2 more are not indexed yet")


def test_a_removed_document_is_not_new(folder: Folder) -> None:
    forget(folder.store, "b.txt")
    assert folder.stale() == []
    assert folder.states()["b.txt"] == "skipped"


def test_a_root_that_is_gone(folder: Folder) -> None:
    folder.root.rename(folder.root.with_name("elsewhere"))
    assert folder.stale() == ["a.txt, b.txt, c.txt are gone since they were indexed"]
