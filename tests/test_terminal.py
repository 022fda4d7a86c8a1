"""Nothing from a document, a name, a reply or an error acts on the terminal."""

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.cli import main

EVIL = "\x1b[2J\x1b]0;owned\x07\x9b31m\x08\x00\x7f\u202egnp\u2066\u200b\u2028\r"
NAMES = ["\x1b[2Jx.txt", "two\nlines.txt", "\u202egpj.txt", "\x9b31m.txt", "tab\t\x08.txt"]
HIDDEN = "\x1b[2J\u202e\u2066\u200b"  # what a file may hold and still be a text
ROCK = " It stands on a rock by the sea." * 40
TEXT = f"The tower of Torp is 120 metres{HIDDEN} high. It was built of larch in 1907.{ROCK}"
QUESTION = "How high is the tower of Torp?"
ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
)
Run = Callable[..., str]


@pytest.fixture
def run(
    tmp_path: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Run:
    """A command's output and errors together."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_HOME", str(home))

    def command(*arguments: str) -> str:
        monkeypatch.setattr(sys, "argv", ["rag", *arguments])
        try:
            main()
        except SystemExit as ended:
            assert ended.code in (2, 3, 4, 5, 6, 7), arguments
        return "".join(capfd.readouterr())

    return command


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in NAMES:
        text = TEXT.replace("Torp is", f"Torp, says {NAMES.index(name)}, is")
        (folder / name).write_bytes(text.encode("utf-8"))
    (folder / "front.txt").write_text(f"---\ntitle: T{HIDDEN[4:]}\ndate: 2024-01-02\n---\n{TEXT}")
    Path(os.fsdecode(bytes(folder) + b"/\xff\xfe.txt")).write_text(TEXT)
    (folder / "\x1b[2Jskipped.bin").write_bytes(b"\x7fELF\0\0")
    return folder


def test_no_command_passes_it_on(run: Run, documents: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.jsonl"
    reply = f"It is 900 metres{EVIL} high [1]. ![x](y{EVIL})\n\n# {EVIL} Head\n- one {EVIL} [2]"
    script.write_text(json.dumps({"reply": reply}))
    question = {"id": f"q{EVIL}", "question": f"{QUESTION}{EVIL}", "type": f"t{EVIL}"}
    (tmp_path / "questions.jsonl").write_text(json.dumps(question))
    index = ["--index", "kept"]
    escaped = 0
    for command in (
        ["index", str(documents), *index],
        ["index", *index],
        ["status", *index],
        ["search", f"{QUESTION}{EVIL[1:5]}", *index],
        ["ask", QUESTION, *index, "-v"],
        ["ask", QUESTION, *index, "--llm", f"scripted:{script}", "-v"],
        ["ask", f"And{EVIL[2:6]} in 1907?", "-c", *index],
        ["eval", "questions.jsonl", "--out", "one", *index],
        ["compare", "one", "one"],
        ["gate", "one", "--min", f"x{EVIL[3:]}=1"],
        ["verify", "none\x1b[2J.json", *index],
        ["ask", QUESTION, "--index", "no\x1b[2J\u202e"],
        ["ask", QUESTION, *index, "--llm", "kind\x1b[2J:\u202e"],
        ["ask", QUESTION, *index, "--since", "\x1b[2J\u202e"],
        ["ask", QUESTION, *index, "--history", "no\x1b[2J"],
        ["ask", QUESTION, *index, "--no-such\x1b[2J"],
        ["show", "none\x1b[2J\u202e", *index],
        ["remove", NAMES[0], *index],
        ["remove", "none\x1b[2J\u202e", *index],
        ["no-such\x1b[2J\u202e"],
    ):
        told = run(*command)
        assert told.strip() and not ACTS.search(told), (command, ACTS.search(told), told)
        escaped += "\\x1b" in told or "\\u202e" in told
    assert escaped >= 10


def on_a_terminal(home: Path, folder: Path, *arguments: str) -> str:
    """What a command draws on a terminal of its own, its own colours and line ends aside."""
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "rag", *arguments],
        env=os.environ | {"RAG_HOME": str(home), "TERM": "xterm"},
        stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, cwd=folder,
    )  # fmt: skip
    os.close(slave)
    drawn = b""
    while True:
        try:
            piece = os.read(master, 10_000)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        drawn += piece
    os.close(master)
    process.wait()
    return re.sub(r"\x1b\[[012]m|\r(?=\n)", "", drawn.decode())


def test_nor_on_a_terminal(run: Run, documents: Path, tmp_path: Path, home: Path) -> None:
    indexed = run("index", str(documents), "--index", "kept")
    assert "7 documents" in indexed, indexed
    (tmp_path / "script.jsonl").write_text(json.dumps({"reply": f"It is{EVIL} 900{EVIL} high [1]"}))
    for command in (
        ["ask", QUESTION, "--llm", "scripted:script.jsonl"],
        ["show", NAMES[2]],
    ):
        drawn = on_a_terminal(home, tmp_path, *command, "--index", "kept")
        assert "\\x1b[2J" in drawn and not ACTS.search(drawn), drawn
    assert "\x1b[2J" in run("show", NAMES[2], "--index", "kept")  # a program gets the very text
