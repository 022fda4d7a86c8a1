"""What is found below a root, and that reading never leaves it."""

import os
from pathlib import Path

import pytest

from rag.errors import InvalidInput
from rag.files import CATALOG, Found, read_below, read_named, scan


def found(root: Path, without: frozenset[Path] = frozenset()) -> dict[str, str | None]:
    return {f.path: f.left_out for f in scan(root, without)}


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_files_come_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/b/c.txt", "c/a.txt", "a.txt"):
        write(tmp_path / name)
    assert list(found(tmp_path)) == ["a.txt", "b.txt", "a/z.txt", "a/b/c.txt", "c/a.txt"]
    (first, *_) = scan(tmp_path)
    assert (first.size, first.mtime_ns) == (4, (tmp_path / "a.txt").stat().st_mtime_ns)


def test_root_that_is_a_file(tmp_path: Path) -> None:
    path = write(tmp_path / "a.txt")
    assert list(scan(path)) == [Found("a.txt", 4, path.stat().st_mtime_ns)]
    assert read_below(path, "a.txt", 10) == b"text"


def test_root_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        list(scan(tmp_path / "none"))


def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    secret = write(tmp_path / "outside" / "secret.txt")
    root = tmp_path / "root"
    write(root / "a.txt")
    (root / "file.txt").symlink_to(secret)
    (root / "folder").symlink_to(secret.parent)
    (root / "loop").symlink_to(root)
    (root / "broken.txt").symlink_to(root / "none")
    link = "a symbolic link"
    assert found(root) == {
        "a.txt": None, "broken.txt": link, "file.txt": link, "folder": link, "loop": link
    }  # fmt: skip


def test_what_is_no_document_is_left_out(tmp_path: Path) -> None:
    for name in (
        "a.txt", ".hidden.txt", ".git/config.txt", "node_modules/x/readme.md", "__pycache__/a.txt",
        "env/pyvenv.cfg", "env/lib/a.txt", f"old/{CATALOG}", "old/a.txt", "mine/a.txt",
    ):  # fmt: skip
        write(tmp_path / name)
    os.mkfifo(tmp_path / "pipe.txt")
    assert found(tmp_path, frozenset({(tmp_path / "mine").resolve()})) == {
        "a.txt": None,
        ".hidden.txt": "hidden",
        ".git": "hidden",
        "node_modules": "installed packages, not documents",
        "__pycache__": "installed packages, not documents",
        "env": "a virtual environment",
        "old": "an index",
        "mine": "an index or a root of its own",
        "pipe.txt": "not a regular file",
    }


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    Path(os.fsdecode(path)).write_bytes(b"text")
    (only,) = scan(tmp_path)
    assert os.fsencode(only.path) == b"caf\xe9.txt"
    assert read_below(tmp_path, only.path, 10) == b"text"


def test_read_below_refuses_links(tmp_path: Path) -> None:
    write(tmp_path / "outside" / "deep" / "secret.txt")
    root = tmp_path / "root"
    write(root / "sub" / "a.txt")
    (root / "folder").symlink_to(tmp_path / "outside")
    (root / "file.txt").symlink_to(tmp_path / "outside" / "deep" / "secret.txt")
    (root / "sub" / "deep").symlink_to(tmp_path / "outside" / "deep")
    assert read_below(root, "sub/a.txt", 10) == b"text"
    for path in ("file.txt", "folder/deep/secret.txt", "sub/deep/secret.txt"):
        with pytest.raises(OSError, match="symbolic links|Not a directory"):
            read_below(root, path, 10)


def test_read_below_reads_regular_files_up_to_a_size(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", "12345")
    os.mkfifo(tmp_path / "pipe.txt")
    assert read_below(tmp_path, "a.txt", 5) == b"12345"
    with pytest.raises(ValueError, match="too large"):
        read_below(tmp_path, "a.txt", 4)
    with pytest.raises(ValueError, match="not a regular file"):
        read_below(tmp_path, "pipe.txt", 10)
    with pytest.raises(OSError, match="No such file"):
        read_below(tmp_path, "none/a.txt", 10)


def test_read_below_leaks_no_descriptor(tmp_path: Path) -> None:
    write(tmp_path / "sub" / "a.txt")
    before = len(os.listdir("/proc/self/fd"))
    for path in ("sub/a.txt", "sub/none.txt", "none/a.txt"):
        try:
            read_below(tmp_path, path, 10)
        except (OSError, ValueError):
            continue
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_the_user_names_may_be_a_pipe_and_not_endless(tmp_path: Path) -> None:
    assert read_named(write(tmp_path / "a.txt", "12345"), 5) == b"12345"
    reader, writer = os.pipe()
    os.write(writer, b"from a pipe")
    os.close(writer)
    assert read_named(Path(f"/dev/fd/{reader}")) == b"from a pipe"
    os.close(reader)
    with pytest.raises(InvalidInput, match="/dev/zero holds more than 1,000 bytes"):
        read_named(Path("/dev/zero"), 1000)
