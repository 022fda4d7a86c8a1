"""What `rag doctor` says of a machine."""

import socket
from pathlib import Path

import pytest

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


def test_a_local_server_is_asked_whether_it_is_there(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        host = f"127.0.0.1:{server.getsockname()[1]}"
        assert checks(home, OLLAMA_HOST=host)["LLM ollama:MODEL"].ok
    gone = checks(home, OLLAMA_HOST=host)["LLM ollama:MODEL"]
    assert not gone.ok and not gone.needed and host in gone.told


def test_a_package_below_its_floor_fails(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.doctor.version", lambda name: "0.0.1")
    found = checks(home)
    assert not found["faiss-cpu"].ok and found["faiss-cpu"].needed
    assert found["faiss-cpu"].told == "0.0.1, >=1.15.1 needed"


def test_what_can_be_chosen_in_the_chat_is_what_works_here(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    works = checks(home)["LLM local:smollm2"].ok
    assert llms_at_hand({}) == ({"local:smollm2": None} if works else {})

    def missing(spec: str, environment: object) -> None:
        raise InvalidInput(f"{spec} is not installed.")

    monkeypatch.setattr("rag.doctor.open_llm", missing)
    assert llms_at_hand({}) == {}
