"""Settings: which place wins, and what is refused."""

import os
from pathlib import Path
from typing import Any

import pytest

from rag.errors import InvalidInput
from rag.settings import Settings, home_folder, load_settings, save_setting


@pytest.fixture
def cwd(tmp_path: Path) -> Path:
    (tmp_path / "cwd").mkdir()
    (tmp_path / "home").mkdir()
    return tmp_path / "cwd"


def load(cwd: Path, own: str = "", user: str = "", env: Any = None, **flags: Any) -> Settings:
    if own:
        (cwd / "rag.toml").write_text(own, encoding="utf-8")
    if user:
        (cwd.parent / "home" / "rag.toml").write_text(user, encoding="utf-8")
    environment = {"RAG_HOME": str(cwd.parent / "home"), **(env or {})}
    return load_settings(flags, environment, cwd)


def test_defaults(cwd: Path) -> None:
    settings = load(cwd)
    assert settings == Settings(home=cwd.parent / "home", sources={})
    assert settings.describe()["llm"] == {"value": "extractive", "source": "default"}


def test_precedence(cwd: Path) -> None:
    user = "k = 1\nport = 1\nthreshold = 0.1\nindex = 'user'\n"
    own = "k = 2\nport = 2\nthreshold = 0.2\n"
    settings = load(cwd, own, user, {"RAG_K": "3", "RAG_PORT": "3"}, k=4, llm=None)
    assert (settings.k, settings.port, settings.threshold) == (4, 3, 0.2)
    assert settings.index == "user"
    assert settings.sources == {
        "k": "flag", "port": "environment", "threshold": "rag.toml", "index": "rag.toml"
    }  # fmt: skip


def test_empty_environment_variable_is_not_set(cwd: Path) -> None:
    assert load(cwd, env={"RAG_K": "", "RAG_LLM": ""}).k is None


def test_flags_that_are_no_settings_are_left_alone(cwd: Path) -> None:
    assert load(cwd, json=True, strict=False).sources == {}


def test_home(tmp_path: Path) -> None:
    assert home_folder({"RAG_HOME": str(tmp_path)}) == tmp_path
    assert home_folder({}).is_absolute()


def test_unknown_setting_names_the_nearest(cwd: Path) -> None:
    with pytest.raises(InvalidInput, match="unknown setting 'treshold'; did you mean 'threshold'"):
        load(cwd, "treshold = 0.5")
    with pytest.raises(InvalidInput, match=r"'zzzz'; known: index, llm"):
        load(cwd, "zzzz = 1")


@pytest.mark.parametrize(
    "text",
    [
        "k = 0", "k = 1001", "k = 2.0", "k = true", "k = 'many'", "k = [1]",
        "port = -1", "port = 65536", "port = {}",
        "threshold = -0.1", "threshold = 1.1", "threshold = nan", "threshold = inf",
        "threshold = true", "threshold = 'x'",
        "index = ''", "embedder = ' '", "llm = 3", "embedder = \"a\\nb\"",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["own", "user"])
def test_wrong_type_or_range(text: str, place: str, cwd: Path) -> None:
    with pytest.raises(InvalidInput, match=text.split()[0]):
        load(cwd, **{place: text})


@pytest.mark.parametrize("name", ["k", "port", "threshold"])
def test_wrong_environment_and_flag_name_their_place(name: str, cwd: Path) -> None:
    with pytest.raises(InvalidInput, match=f"{name} in RAG_{name.upper()} must be"):
        load(cwd, env={f"RAG_{name.upper()}": "lots"})
    flag = "-k" if name == "k" else f"--{name}"
    with pytest.raises(InvalidInput, match=f"{name} in {flag} must be"):
        load_settings({name: -1}, {"RAG_HOME": str(cwd.parent / "home")}, cwd)


@pytest.mark.parametrize(
    "text",
    [
        "llm = 'openai:gpt'", "llm = 'anthropic:x'", "llm = ' openai:x'", "llm = 'ollama:x'",
        "host = '0.0.0.0'", "host = '127.0.0.1'",
        "index = '../out'", "index = '/tmp/out'", "index = '~/out'", "index = '..'",
        "index = 'a/../../out'", "llm = 'local:/tmp/x.gguf'", "llm = 'scripted:../x.jsonl'",
        "embedder = '/tmp/model'", "embedder = '../model'", "embedder = '~'",
    ],
)  # fmt: skip
def test_folder_of_a_stranger_cannot_redirect(text: str, cwd: Path) -> None:
    with pytest.raises(InvalidInput, match="may not"):
        load(cwd, text)
    name, value = text.split(" = ")
    (cwd / "rag.toml").unlink()
    assert getattr(load(cwd, user=text), name) == value.strip("'")


def test_link_out_of_the_folder_is_outside(cwd: Path) -> None:
    (cwd / "link").symlink_to(cwd.parent)
    with pytest.raises(InvalidInput, match="outside its folder"):
        load(cwd, "index = 'link/index'")


@pytest.mark.parametrize(
    "text",
    ["index = 'my/index'", "llm = 'local:smollm2'", "llm = 'extractive'", "embedder = 'a/model'"],
)
def test_folder_may_name_what_is_its_own(text: str, cwd: Path) -> None:
    name, value = text.split(" = ")
    assert getattr(load(cwd, text), name) == value.strip("'")


def test_folder_of_a_stranger_downloads_nothing(cwd: Path) -> None:
    named = "embedder = 'a/model'"
    assert load(cwd).downloads and load(cwd, user=named).downloads
    assert not load(cwd, named).downloads and not load(cwd, named, user=named).downloads
    assert load(cwd, named, embedder="a/model").downloads


def test_own_file_in_the_home_is_the_users(cwd: Path) -> None:
    home = cwd.parent / "home"
    (home / "rag.toml").write_text("llm = 'openai:x'", encoding="utf-8")
    assert load_settings({}, {"RAG_HOME": str(home)}, home).llm == "openai:x"


def test_syntax_error_names_the_line(cwd: Path) -> None:
    with pytest.raises(InvalidInput, match=r"rag\.toml is not valid TOML: .*line 2"):
        load(cwd, "k = 1\nport = \n")


@pytest.mark.parametrize("data", [b"k = '\xff'"])
def test_files_that_cannot_be_parsed(data: bytes, cwd: Path) -> None:
    (cwd / "rag.toml").write_bytes(data)
    with pytest.raises(InvalidInput, match=r"rag\.toml"):
        load(cwd)


def test_file_that_is_no_settings_file(cwd: Path) -> None:
    (cwd / "rag.toml").mkdir()
    with pytest.raises(InvalidInput, match="not a regular file"):
        load(cwd)
    (cwd / "rag.toml").rmdir()
    os.mkfifo(cwd / "rag.toml")  # opened, it would wait for ever
    with pytest.raises(InvalidInput, match="not a regular file"):
        load(cwd)
    (cwd / "rag.toml").unlink()
    (cwd / "rag.toml").write_bytes(b"#" * 1_000_001)
    with pytest.raises(InvalidInput, match="far smaller"):
        load(cwd)


def test_a_file_that_begins_with_a_mark_is_read_and_kept(cwd: Path) -> None:
    (cwd / "rag.toml").write_bytes(b"\xef\xbb\xbfk = 3\r\n")
    assert load(cwd).k == 3
    (cwd / "rag.toml").write_bytes(b"\xef\xbb\xbfthreshold = 0.1 # mine\n")
    save_setting(cwd, "threshold", 0.5)
    assert (cwd / "rag.toml").read_bytes() == b"threshold = 0.5 # mine\n"


def test_a_home_of_nobody_is_refused() -> None:
    with pytest.raises(InvalidInput, match="set RAG_HOME"):
        home_folder({"RAG_HOME": "~nobody-of-that-name/rag"})
