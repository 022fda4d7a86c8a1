"""A key is in no byte that is written, however verbose and whatever the server does."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fake_llm_server import Act, Conversation, fails, says, serving

from rag.cli import main
from rag.store.local import LocalStore

KEY = "sk-canary-c41f"
TRUCKS = "How many aid trucks a day entered Gaza in April?"


def gives_the_key_back(status: int) -> Act:
    """A failure whose body and headers hold what the client sent."""

    def act(conversation: Conversation) -> None:
        sent = json.dumps(dict(conversation.headers)).encode()
        conversation.answer(status, sent, ("X-Echo", KEY), ("Location", f"/v1/x?key={KEY}"))

    return act


def breaks_off(conversation: Conversation) -> None:
    conversation.begin()
    conversation.text("The trucks are many [1]. And")
    conversation.reset()


def ends_early(conversation: Conversation) -> None:
    conversation.begin()
    conversation.text("The trucks are many [1]. And")


def is_a_page(conversation: Conversation) -> None:
    conversation.begin("text/html")
    conversation.raw(f"<html>Bearer {KEY}</html>".encode())


def is_no_json(conversation: Conversation) -> None:
    conversation.begin()
    conversation.raw(f"data: {{{KEY}\n\n".encode())


ACTS: dict[str, Act] = {
    "success": says("The trucks are many [1]."),
    **{str(n): gives_the_key_back(n) for n in (307, 401, 404, 429, 500)},
    "breaks off": breaks_off,
    "ends early": ends_early,
    "a page": is_a_page,
    "no JSON": is_no_json,
    "reset": Conversation.reset,
}


def written_in(*folders: Path) -> list[str]:
    """The files that hold the key."""
    paths = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [str(path) for path in paths if KEY.encode() in path.read_bytes()]


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
@pytest.mark.parametrize("kind", ACTS)
def test_no_failure_tells_the_key(
    seed_index: LocalStore,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    dialect: str,
    kind: str,
) -> None:
    monkeypatch.setattr("rag.llms.guard.time.sleep", lambda seconds: None)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_HOME", str(home))
    (tmp_path / "questions.jsonl").write_text(json.dumps({"id": "1", "question": TRUCKS}))
    index = ["--index", str(seed_index.folder), "--llm", f"{dialect}:tiny"]
    with serving(ACTS[kind]) as server:
        for name, value in server.environment(dialect, KEY).items():
            monkeypatch.setenv(name, value)
        for command in (["ask", TRUCKS, "-v"], ["eval", "questions.jsonl", "--out", "out"]):
            monkeypatch.setattr(sys, "argv", ["rag", *command, *index])
            try:
                main()
            except SystemExit as ended:
                assert kind != "success" and ended.code == 5
            else:
                assert kind == "success"
        assert any(KEY in str(headers) for headers, _ in server.requests)
    out, errors = capfd.readouterr()
    assert out and errors and KEY not in out + errors
    assert not written_in(tmp_path, home, seed_index.folder)


@pytest.mark.parametrize("dialect", ["openai", "anthropic"])
def test_the_libraries_own_debug_log_does_not_tell_it(
    seed_index: LocalStore, home: Path, tmp_path: Path, dialect: str
) -> None:
    with serving(ACTS["success"], fails(401)) as server:
        environment = os.environ | server.environment(dialect, KEY) | {"RAG_HOME": str(home)}
        environment |= {"OPENAI_LOG": "debug", "ANTHROPIC_LOG": "debug"}
        command = [sys.executable, "-m", "rag", "ask", TRUCKS, "-v", "--llm", f"{dialect}:tiny"]
        for code in (0, 5):
            done = subprocess.run(
                [*command, "--index", str(seed_index.folder)],
                env=environment, cwd=tmp_path, capture_output=True, text=True,
            )  # fmt: skip
            assert done.returncode == code and "DEBUG" in done.stderr
            assert KEY not in done.stdout + done.stderr
