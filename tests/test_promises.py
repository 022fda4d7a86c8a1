"""What the README promises names its tests, and they are there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROMISES = README.split("## What it promises, and what not\n")[1].split("\n## ")[0]
_NAMED = r"`(tests/(?:\w+/|\w+\.py))`"
NO_PROMISE = ("It does not promise", "Questions that share", "Not tested")


def promises() -> list[str]:
    """The points of the section."""
    return re.split(r"^- ", PROMISES, flags=re.M)[1:]


def test_each_promise_names_its_tests() -> None:
    assert len(promises()) > 8
    for promise in promises():
        named = re.findall(_NAMED, promise)
        assert bool(named) != promise.startswith(NO_PROMISE), promise


def test_what_is_named_holds_tests() -> None:
    named = {name for promise in promises() for name in re.findall(_NAMED, promise)}
    for name in named:
        path = ROOT / name
        files = sorted(path.glob("test_*.py")) if path.is_dir() else [path]
        assert files, name
        for file in files:
            tree = ast.parse(file.read_text(encoding="utf-8"))
            functions = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
            assert [one for one in functions if one.startswith("test_")], file
