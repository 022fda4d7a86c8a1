"""The child process: limits of time and memory, crashes, interruption; nothing outlives it."""

import io
import os
import signal
import zipfile
from pathlib import Path
from typing import Any

import pytest
from loading import load, make_docx, make_epub, make_zip

from rag.load import CannotLoad
from rag.load.child import Child


def with_body(file: bytes, body: bytes) -> bytes:
    """A Word file whose body is replaced."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    start, _, _ = parts["word/document.xml"].partition(b"<w:body>")
    parts["word/document.xml"] = start + b"<w:body>" + body + b"</w:body></w:document>"
    return make_zip(parts)


PAGE = b"<html><body><p>A page that is quite as it should be.</p></body></html>"


def test_a_child_reads_many_files() -> None:
    child = Child()
    read = child.reader("web page")
    assert [read(PAGE, []).text for _ in range(3)] == ["A page that is quite as it should be."] * 3
    child.close()


def test_what_takes_too_long_is_stopped_and_the_next_file_is_read() -> None:
    child = Child(seconds=0.001)
    with pytest.raises(CannotLoad, match="took over 0 seconds"):
        child.reader("web page")(PAGE, [])
    child.close()


def test_what_takes_too_much_memory_is_stopped_and_the_next_file_is_read() -> None:
    child = Child(memory=200 * 2**20)
    paragraphs = b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 600_000
    bomb = with_body(make_docx("BODY"), paragraphs)
    assert len(bomb) < 300_000
    with pytest.raises(CannotLoad, match="takes over 200 MB of memory"):
        child.reader("Word")(bomb, [])
    assert child.reader("web page")(PAGE, []).text
    child.close()


def test_a_child_that_was_killed_is_replaced() -> None:
    child = Child()
    read = child.reader("web page")
    read(PAGE, [])
    assert child._process is not None
    os.kill(child._process.pid, signal.SIGKILL)
    child._process.wait()
    assert read(PAGE, []).text
    child.close()


def test_a_file_that_ends_two_children_has_the_time_of_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = Child()
    read = child.reader("web page")
    read(PAGE, [])
    ask, deadlines = child._ask, []

    def die(kind: str, data: bytes, deadline: float) -> Any:
        deadlines.append(deadline)
        assert child._process is not None or len(deadlines) == 2
        if child._process is not None:
            child._process.kill()
        return ask("none of the kinds", data, deadline)

    monkeypatch.setattr(child, "_ask", die)
    monkeypatch.setattr("rag.load.child._START", "import sys; sys.exit()  # {}")
    with pytest.raises(CannotLoad, match="crashed"):
        read(PAGE, [])
    assert len(deadlines) == 2 and deadlines[0] == deadlines[1]
    child.close()


def test_out_of_time_is_no_crash_and_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    child = Child()
    read = child.reader("web page")
    read(PAGE, [])
    child._seconds = 0.0
    monkeypatch.setattr(child, "_started", lambda: pytest.fail("started again"))
    with pytest.raises(CannotLoad, match="took over 0 seconds"):
        read(PAGE, [])
    child.close()


def test_the_child_imports_nothing_from_the_folder_it_runs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("trafilatura", "json", "lxml"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('a stranger ran')")
    monkeypatch.chdir(tmp_path)
    child = Child()
    assert child.reader("web page")(PAGE, []).text
    child.close()


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_unpacked() -> None:
    bomb = make_zip({"word/document.xml": b"", "word/media/a.bin": bytes(301 * 2**20)})
    assert len(bomb) < 400_000
    with pytest.raises(CannotLoad, match="unpacks to more than is read"):
        load(bomb, "a.docx")
    many = make_zip({"word/document.xml": b""} | {f"{n}": b"" for n in range(10_001)})
    with pytest.raises(CannotLoad, match="more than 10,000 files"):
        load(many, "a.docx")


ENTITIES = "<!DOCTYPE x [" + '<!ENTITY a0 "lol">' + "".join(
    f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)
) + "]>"  # fmt: skip


def test_entities_are_not_multiplied() -> None:
    with pytest.raises(CannotLoad, match="damaged"):
        load(make_epub(["<p>Text.</p>"], title="&a11;", entity=ENTITIES), "a.epub")


def test_entities_bring_in_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("CANARY")
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{tmp_path}/secret.txt">]>'
    for name, data in (
        ("a.epub", make_epub(["<p>Text.</p>"], title="&e;", entity=entity)),
        ("a.html", f"{entity}<html><body><p>Text &e; here.</p></body></html>".encode()),
    ):
        try:
            document, _ = load(data, name)
        except CannotLoad:
            continue
        assert "CANARY" not in document.text + document.title
