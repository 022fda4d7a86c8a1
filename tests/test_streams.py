"""stdin, stdout and stderr that are closed, full, or read by nobody."""

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from test_cli import SEEDS, Shell

from rag.embed import Embedder

RAG = f"{shlex.quote(sys.executable)} -m rag"
DOCUMENT = "001_635429398ea7a8c9.txt"
ASK = "ask 'How many aid trucks a day entered Gaza in April?'"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory, home: Path, embedder: Embedder) -> Shell:
    """A folder whose seeds are indexed."""
    embedder.embed_query("so that there is a twin")
    folder = tmp_path_factory.mktemp("streams")
    shutil.copytree(SEEDS, folder / "seeds")
    shell = Shell(folder, home)
    shell("index")
    return shell


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        (f"{RAG} {ASK} >&-", 0, ""),
        (f"{RAG} ask - <&-", 2, "The question is empty"),
        (f"{RAG} {ASK} <&- >&- 2>&-", 0, ""),
        (f"{RAG} {ASK} > /dev/full", 7, "No space left"),
        (f"{RAG} {ASK} --json > /dev/full", 7, "No space left"),
        (f"{RAG} show {DOCUMENT} > /dev/full", 7, "No space left"),
        (f"{RAG} {ASK} | true; exit ${{PIPESTATUS[0]}}", 0, ""),
        (f"{RAG} show {DOCUMENT} | true; exit ${{PIPESTATUS[0]}}", 0, ""),
        (f"{RAG} status --json | true; exit ${{PIPESTATUS[0]}}", 0, ""),
        (f"{RAG}", 2, "Commands:\n"),
        (f"{RAG} --version", 0, ""),
        (f"PYTHONIOENCODING=latin-1 {RAG} {ASK} | grep -F 'That\\u2019s compared'", 0, ""),
        (f"env -u HOME -u LANG LC_ALL=C {RAG} {ASK} | grep -F 'That’s compared'", 0, ""),
        (f"{RAG} show {DOCUMENT} --span 1:{'9' * 5000}", 2, "--span must be START:END within"),
        (f"{RAG} remove '~nobody-of-that-name/x'", 2, "neither a document nor a root"),
    ],
)
def test_how_it_ends(shell: Shell, line: str, code: int, told: str) -> None:
    done = subprocess.run(
        ["bash", "-c", line], cwd=shell.folder, env=shell.environment, capture_output=True,
        text=True,
    )  # fmt: skip
    assert done.returncode == code, done.stderr
    assert told in done.stderr and "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr and "\\n" not in done.stderr
