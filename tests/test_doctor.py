"""What `rag doctor` says of a machine."""

import socket
from pathlib import Path

import pytest
from fake_llm_server import serving

from rag.doctor import Check, examine, llms_at_hand
from rag.errors import InvalidInput
from rag.settings import Settings

KEY = "sk-canary-0123456789"


def checks(home: Path, **environment: str) -> dict[str, Check]:
    found = examine(Settings(home=home, index=str(home / "index")), environment)
    return {check.name: check for check in found}


def test_this_machine_works(home: Path) -> None:
    found = checks(home)
    assert [check for check in found.values() if check.needed and not check.ok] == []
    assert {"Python", "faiss-cpu", "torch", "SQLite", "embedder", "disk, index"} <= found.keys()
    assert "mypy" not in found  # an extra's
    assert "sha256 53aa51172d14" in found["embedder"].told
    assert found["index"].told.startswith("none in ")


def test_what_an_llm_needs_is_said_and_no_key_is_shown(home: Path) -> None:
    found = checks(home)
    assert (
        not found["LLM anthropic:MODEL"].ok
        and "ANTHROPIC_API_KEY" in found["LLM anthropic:MODEL"].told
    )
    found = checks(home, ANTHROPIC_API_KEY=KEY, OPENAI_API_KEY=KEY)
    assert found["LLM anthropic:MODEL"].ok and found["LLM openai:MODEL"].ok
    assert "api.openai.com" in found["LLM openai:MODEL"].told
    assert not any(KEY in check.told for check in found.values())


def test_an_ollama_of_this_machine_is_asked_what_it_has(home: Path) -> None:
    with serving(lambda conversation: None) as server:
        there = server.environment("ollama")
        found = checks(home, **there)["LLM ollama:MODEL"]
        assert (found.ok, found.told) == (
            True,
            f"passages go to 127.0.0.1:{server.server_port}, which has tiny:1b",
        )
        assert llms_at_hand(there)["ollama:tiny:1b"] == f"127.0.0.1:{server.server_port}"
    gone = checks(home, **there)["LLM ollama:MODEL"]
    assert not gone.ok and not gone.needed and str(server.server_port) in gone.told
    assert llms_at_hand(there).keys() <= {"local:smollm2"}


def test_an_ollama_elsewhere_is_not_asked(home: Path) -> None:
    told = checks(home, OLLAMA_HOST="http://192.0.2.1:9")["LLM ollama:MODEL"]
    assert (told.ok, told.told) == (True, "passages go to 192.0.2.1:9")


def test_what_is_no_ollama_is_said(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
        assert not checks(home, OLLAMA_HOST=host)["LLM ollama:MODEL"].ok


def test_a_package_below_its_floor_fails(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.doctor.version", lambda name: "0.0.1")
    found = checks(home)
    assert not found["faiss-cpu"].ok and found["faiss-cpu"].needed
    assert found["faiss-cpu"].told == "0.0.1, >=1.15.1 needed"


def test_what_can_be_chosen_in_the_chat_is_what_works_here(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    works = checks(home)["LLM local:smollm2"].ok
    nothing = {"OLLAMA_HOST": "127.0.0.1:9"}
    assert llms_at_hand(nothing) == ({"local:smollm2": None} if works else {})

    def missing(spec: str, environment: object) -> None:
        raise InvalidInput(f"{spec} is not installed.")

    monkeypatch.setattr("rag.doctor.open_llm", missing)
    assert llms_at_hand(nothing) == {}
