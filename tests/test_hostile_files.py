"""A folder of over 150 hostile files: the run ends, tells of each, and reads the good ones."""

import json
import os
import re
import resource
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder
from hostile_files import NAMES, Expected, fact, question, trouble, write_corpus, write_slow
from test_cli import Shell

from rag.embed import Embedder
from rag.errors import NothingIndexed
from rag.files import read_below
from rag.load import load_corpus
from rag.pipeline import Pipeline
from rag.render import Terminal, answer_json, report_json, to_json
from rag.store.local import LocalStore, sync

_FORGING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f]")


@dataclass(frozen=True)
class Indexed:
    """What one `rag index` over the folder made of it."""

    shell: Shell
    expected: dict[str, Expected]
    report: dict[str, Any]


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory, home: Path, embedder: Embedder) -> Indexed:
    folder = tmp_path_factory.mktemp("hostile")
    root = folder / "root"
    root.mkdir()
    expected = write_corpus(root, folder / "outside")
    shell = Shell(folder, home)
    done = shell("index", "root", "--json")
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr and not _FORGING.search(done.stderr)
    assert done.stdout.isascii()
    return Indexed(shell, expected, json.loads(done.stdout))


@pytest.fixture(scope="module")
def pipeline(indexed: Indexed) -> Iterator[Pipeline]:
    previous = os.environ.get("RAG_HOME")
    os.environ["RAG_HOME"] = indexed.shell.environment["RAG_HOME"]
    try:
        yield Pipeline.open(str(indexed.shell.folder / "index"))
    finally:
        del os.environ["RAG_HOME"]
        if previous is not None:
            os.environ["RAG_HOME"] = previous


def test_every_file_is_reported_once_and_as_it_should_be(indexed: Indexed) -> None:
    files = {file["document"]: file for file in indexed.report["files"]}
    assert len(files) == len(indexed.report["files"]) > 150
    assert files.keys() == indexed.expected.keys()
    troubles = {name: trouble(indexed.expected[name], file) for name, file in files.items()}
    assert {name: told for name, told in troubles.items() if told} == {}


def test_nothing_from_outside_or_from_what_is_left_out_is_in_the_index(indexed: Indexed) -> None:
    index = indexed.shell.folder / "index"
    stored = b"".join(path.read_bytes() for path in index.iterdir())
    assert fact("twin").encode() in stored
    assert b"CANARY" not in stored and b"root:x:0" not in stored
    assert not (indexed.shell.folder / "RAN").exists()


def test_what_was_read_is_found_and_quoted_to_the_character(
    indexed: Indexed, pipeline: Pipeline
) -> None:
    lost = []
    for name, expected in indexed.expected.items():
        if expected.says is None or expected.may:
            continue
        answer = pipeline.ask(question(expected.says), k=5)
        cited = {c.document for c in answer.citations if expected.says in c.quote}
        # A corpus's rows are its documents, and of twins either may be cited.
        if not cited & {name, "a\ufffd", "twin a.txt", "twin b.txt"}:
            lost.append((name, [c.quote for c in answer.citations][:1]))
    assert lost == []


def test_odd_names_are_raw_in_json_and_cannot_forge_a_line_on_a_terminal(
    pipeline: Pipeline,
) -> None:
    for name in NAMES:
        answer = pipeline.ask(question(fact(name)))
        (citation, *_) = answer.citations
        assert citation.document == f"names/{name}"
        written = to_json(answer_json(answer))
        assert written.isascii()
        assert json.loads(written)["citations"][0]["document"] == f"names/{name}"
        assert not _FORGING.search(Terminal(colour=False, width=80).answer(answer))


@pytest.mark.parametrize(
    "name",
    ["line\nfeed.txt", "\x1b[31mred\x1b[0m.txt", os.fsdecode(b"caf\xe9 \xff.txt"), "-v.txt"],
    ids=ascii,
)
def test_the_commands_take_an_odd_name_and_show_it_harmless(indexed: Indexed, name: str) -> None:
    shell, id = indexed.shell, f"names/{name}"
    assert shell("show", id).stdout == fact(name)
    answer = shell.json("ask", question(fact(name)))
    assert answer["citations"][0]["document"] == id
    (shell.folder / "answer.json").write_text(json.dumps(answer))
    verified = shell("verify", "answer.json")
    assert verified.returncode == 0, verified.stdout
    assert not _FORGING.search(verified.stdout)
    missing = shell("show", f"{id}?")
    assert missing.returncode == 2 and not _FORGING.search(missing.stderr)


def test_status_names_every_file_on_one_harmless_line(indexed: Indexed) -> None:
    status = indexed.shell.json("status")
    found = {document["document"]: document["state"] for document in status["documents"]}
    expected = indexed.expected.keys() - {"corpus.jsonl"} | {"a\ufffd"}
    assert found.keys() == expected
    assert set(found.values()) == {"current", "skipped"}
    told = indexed.shell("status").stdout
    assert not _FORGING.search(told)
    assert len([line for line in told.splitlines() if line.startswith("  ")]) == len(found)


def test_a_second_run_embeds_nothing(indexed: Indexed) -> None:
    again = indexed.shell.json("index")
    assert again["embedded"] == 0
    assert {file["state"] for file in again["files"]} == {"unchanged", "skipped"}


# What happens between the listing of a folder and the reading of its files.


def _truncate(path: Path) -> None:
    path.write_bytes(b"")


def _to_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent.parent / "secret.txt")


def _to_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _to_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (Path.unlink, "cannot be read: No such file"),
        (_truncate, "no text"),
        (_to_link, "cannot be read: Too many levels of symbolic links"),
        (_to_pipe, "not a regular file"),
        (_to_folder, "not a regular file"),
    ],
)
def test_a_file_that_changes_before_it_is_read_is_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None], reason: str
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.txt").write_text("The CANARY is never read.")
    (root / "a.txt").write_text("It stays.")
    (root / "b.txt").write_text("It goes.")

    def read(folder: Path, path: str, most: int) -> bytes:
        if path == "b.txt":
            change(root / path)
        return read_below(folder, path, most)

    monkeypatch.setattr(sys.modules["rag.store.local.sync"], "read_below", read)
    report = sync(LocalStore(tmp_path / "index"), [str(root)], FakeEmbedder())
    assert [(f.document, f.state) for f in report.files] == [
        ("a.txt", "added"),
        ("b.txt", "skipped"),
    ]
    assert (report.files[1].reason or "").startswith(reason)


def test_a_file_that_may_not_be_read_is_skipped_with_what_the_machine_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "root").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "root" / name).write_text("Text.")
    opened = os.open

    def refuse(path: Any, *arguments: Any, **named: Any) -> int:  # the tests may run as root
        if Path(path).name == "b.txt":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **named)

    monkeypatch.setattr(os, "open", refuse)
    report = sync(LocalStore(tmp_path / "index"), [str(tmp_path / "root")], FakeEmbedder())
    assert report.files[1].reason == "cannot be read: Permission denied"


def test_what_a_file_gains_while_it_is_read_is_left_for_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.log"
    path.write_text("Known. ")
    status = os.fstat

    def grow(descriptor: int) -> os.stat_result:
        before = status(descriptor)
        with path.open("a") as file:
            file.write("New. " * 1_000)
        return before

    monkeypatch.setattr(os, "fstat", grow)
    assert read_below(tmp_path, "a.log", 100) == b"Known. "


def test_a_file_that_is_swapped_for_a_link_all_the_time_leads_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("CANARY")
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.txt").write_text("CANARY")
    (root / "sub" / "a.txt").write_text("harmless")
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            (root / "link").symlink_to(tmp_path / "secret.txt")
            os.rename(root / "sub", root / "away")
            (root / "sub").symlink_to(tmp_path / "outside")
            os.unlink(root / "sub")
            os.rename(root / "away", root / "sub")
            os.unlink(root / "link")

    thread = threading.Thread(target=swap)
    thread.start()
    outcomes = set()
    try:
        for _ in range(5_000):
            for path in ("sub/a.txt", "link"):
                with suppress(OSError):
                    outcomes.add(read_below(root, path, 100))
    finally:
        done.set()
        thread.join()
    assert outcomes == {b"harmless"}


def test_a_folder_of_nothing_readable_says_so(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    for name in ("a.png", "b.pdf", "c.txt"):
        (tmp_path / "root" / name).write_bytes(b"")
    with pytest.raises(NothingIndexed):
        sync(LocalStore(tmp_path / "index"), [str(tmp_path / "root")], FakeEmbedder())
    assert not (tmp_path / "index" / "catalog.sqlite").exists()


def test_a_row_too_large_is_left_out_and_the_others_stay() -> None:
    row = b'{"_id": "%b", "text": "%b"}\n'
    notes: list[str] = []
    data = row % (b"big", b"x" * 65 * 2**20) + row % (b"lines", rb"a\n" * 1_000_001)
    (kept,) = load_corpus("corpus.jsonl", data + row % (b"small", b"text"), notes)
    assert kept.id == "small"
    assert [re.sub(r"[\d,]+ bytes", "N bytes", note) for note in notes] == [
        "line 1: too large (N bytes)",
        "line 2: more than 1,000,000 lines or sentences; data, not a document",
    ]


# Slow ones: `python -m pytest -m soak`.


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_files_that_spend_all_they_may_are_skipped_and_cost_the_run_little(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "good.txt").write_text(fact("good.txt"))
    expected = write_slow(root) | {"good.txt": Expected(fact("good.txt"), "")}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    report = report_json(sync(LocalStore(tmp_path / "index"), [str(root)], FakeEmbedder()), "index")
    troubles = {f["document"]: trouble(expected[f["document"]], f) for f in report["files"]}
    assert {name: told for name, told in troubles.items() if told} == {}
    assert report["files"] and report["seconds"] < 35 * len(expected)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    assert grown < 512 and most < 1536  # megabytes; other tests' children hold an embedder


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_fifty_thousand_tiny_files(tmp_path: Path) -> None:
    root = tmp_path / "root"
    for folder in range(500):
        (root / f"{folder}").mkdir(parents=True)
        for file in range(100):
            (root / f"{folder}" / f"{file}.txt").write_text(f"Note {file} of folder {folder}.")
    store = LocalStore(tmp_path / "index")
    report = sync(store, [str(root)], FakeEmbedder())
    assert (report.documents, report.passages) == (50_000, 50_000)
    again = sync(store, [str(root)], FakeEmbedder())
    assert (again.embedded, again.generation) == (0, report.generation)


@pytest.mark.soak
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("text", ["x" * 20_000_000, "word " * 4_000_000, "." * 20_000_000 + "a"])
def test_twenty_megabytes_in_a_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "a.txt").write_text(text)
    report = sync(LocalStore(tmp_path / "index"), [str(tmp_path / "root")], FakeEmbedder())
    assert report.files[0].state == "added"
