"""Answers that an LLM writes, from the question to the exit code."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from fake_llm_server import Conversation, fails, says, serving

from rag import Pipeline
from rag.embed import Embedder
from rag.errors import LLMFailed
from rag.store.local import LocalStore, sync

TRUCKS = "How many aid trucks a day entered Gaza in April?"
QUOTED = (
    "That\u2019s compared to about 225 trucks per day that entered Gaza in April after a pressure "
    "campaign by the Biden administration."
)


@pytest.fixture
def script(tmp_path: Path) -> Any:
    def make(reply: str) -> str:
        (tmp_path / "replies.jsonl").write_text(json.dumps({"reply": reply}))
        return f"scripted:{tmp_path / 'replies.jsonl'}"

    return make


def opened(seed_index: LocalStore, home: Path, llm: str) -> Pipeline:
    return Pipeline.open(seed_index.folder, home=home, llm=llm)


def test_a_reply_grows_and_is_checked(seed_index: LocalStore, home: Path, script: Any) -> None:
    pipeline = opened(seed_index, home, script(f"{QUOTED} [1] Elephants fly [99]."))
    first, *_, last = pipeline.stream(TRUCKS)
    assert first.text == "" and first.passages and not first.complete
    assert last.complete and last.status == "answered" and last.llm.startswith("scripted:")
    assert last.sentences[0].support == "quoted" and last.sentences[1].support == "unsupported"
    assert "[99]" not in last.text
    (citation,) = last.citations
    assert (citation.passage, citation.quote) == (1, QUOTED)
    assert last.usage["prompt_tokens"] > 500 and last.usage["completion_tokens"] > 20
    assert pipeline.host is None


def test_abstention_and_the_threshold(seed_index: LocalStore, home: Path, script: Any) -> None:
    pipeline = opened(seed_index, home, script("the documents do not say"))
    answer = pipeline.ask(TRUCKS)
    assert (answer.status, answer.text) == ("not_in_documents", "The documents do not say.")
    assert answer.complete and answer.usage["completion_tokens"]
    unasked = pipeline.ask("Who won the 2022 World Cup?")
    assert unasked.status == "not_in_documents" and not unasked.usage["completion_tokens"]


def test_strict_keeps_only_what_holds(seed_index: LocalStore, home: Path, script: Any) -> None:
    pipeline = opened(seed_index, home, script(f"{QUOTED} [1] Elephants fly [1]."))
    assert [s.text for s in pipeline.ask(TRUCKS, strict=True).sentences] == [QUOTED]
    pipeline = opened(seed_index, home, script("Elephants fly [1]."))
    assert pipeline.ask(TRUCKS, strict=True).status == "not_in_documents"


def test_markers_of_nothing_are_counted(seed_index: LocalStore, home: Path, script: Any) -> None:
    pipeline = opened(seed_index, home, script(f"{QUOTED} [1][99] Elephants fly [2, 70-72].\n[0]"))
    answer = pipeline.ask(TRUCKS)
    assert answer.invalid_markers == 5 and not re.search(r"\[(?:99|7\d|0)", answer.text)
    assert opened(seed_index, home, script(f"{QUOTED} [1]")).ask(TRUCKS).invalid_markers == 0
    abstained = opened(seed_index, home, script("The documents do not say. [88]")).ask(TRUCKS)
    assert (abstained.status, abstained.invalid_markers) == ("not_in_documents", 1)


@pytest.mark.parametrize(
    ("rest", "status", "claims"),
    [
        ("The documents do not say.", "partial", 1),
        ("The documents do not say how many entered in April.", "partial", 1),
        ("The documents do not say how many entered in June.", "answered", 2),
        ("The documents do not say so, but 900 trucks entered Gaza.", "answered", 2),
        ("They do not say.", "answered", 2),
    ],
)
@pytest.mark.parametrize("strict", [False, True])
def test_what_was_not_found_beside_what_was(
    seed_index: LocalStore,
    home: Path,
    script: Any,
    rest: str,
    status: str,
    claims: int,
    strict: bool,
) -> None:
    pipeline = opened(seed_index, home, script(f"{QUOTED} [1] {rest}"))
    answer = pipeline.ask(TRUCKS, strict=strict)
    assert (answer.status, len(answer.sentences)) == (status, 1 if strict else claims)
    assert (rest in answer.text) == (status == "partial" or not strict)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    "reply", ["[1] [1]", "[99]", "\u3010 1 \u3011, [2-3].", "- [1]\n- [^2]\n", "..."]
)
def test_a_reply_of_markers_only_is_an_empty_answer(
    seed_index: LocalStore, home: Path, script: Any, reply: str, strict: bool
) -> None:
    llm = script(reply)
    with pytest.raises(LLMFailed) as failed:
        opened(seed_index, home, llm).ask(TRUCKS, strict=strict)
    assert str(failed.value) == f"{llm} gave an empty answer; ask again."


def test_nothing_but_what_was_not_found_abstains(
    seed_index: LocalStore, home: Path, script: Any
) -> None:
    reply = "The documents do not say how many trucks entered."
    answer = opened(seed_index, home, script(reply)).ask(TRUCKS)
    assert (answer.status, answer.text) == ("not_in_documents", "The documents do not say.")


def test_cited_sources_that_disagree(
    tmp_path: Path, home: Path, embedder: Embedder, script: Any
) -> None:
    (tmp_path / "notes").mkdir()
    for name, said in (
        ("a.txt", "The tower of Torp is 120 metres high."),
        ("b.txt", "The tower of Torp is 150 metres high."),
        ("c.txt", "The tower of Torp is made of larch."),
    ):
        (tmp_path / "notes" / name).write_text(said)
    sync(LocalStore(tmp_path / "index"), [str(tmp_path / "notes")], embedder)
    question = "How high is the tower of Torp?"
    search = Pipeline.open(tmp_path / "index", home=home).search(question)
    rank = {hit.passage.document[0]: hit.rank for hit in search}
    for reply, conflicting in (
        (f"It is 120 metres high [{rank['a']}]. Others say 150 [{rank['b']}].", True),
        (f"It is 120 or 150 metres high [{rank['a']}][{rank['b']}].", True),
        (f"It is 120 metres high [{rank['a']}]. It is of larch [{rank['c']}].", False),
    ):
        llm = script(reply)
        answer = Pipeline.open(tmp_path / "index", home=home, llm=llm).ask(question)
        assert answer.status == ("conflicting" if conflicting else "answered"), reply
        told = ("the sources disagree: see [1] and [2]",) if conflicting else ()
        assert answer.warnings == told


def test_a_broken_reply_is_kept_and_marked(
    seed_index: LocalStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def act(conversation: Conversation) -> None:
        conversation.begin()
        conversation.text(f"{QUOTED} [1] And")

    with serving(act, fails(401)) as server:
        for name, value in server.environment("openai").items():
            monkeypatch.setenv(name, value)
        pipeline = opened(seed_index, home, "openai:tiny")
        answer = pipeline.ask(TRUCKS)
        assert pipeline.host == server.address.removeprefix("http://")
        with pytest.raises(LLMFailed):
            pipeline.ask(TRUCKS)
    assert not answer.complete and answer.sentences[0].text == QUOTED
    assert "incomplete" in answer.warnings[-1] and "stopped before" in answer.warnings[-1]


def test_a_prompt_that_the_server_cut_is_told(
    seed_index: LocalStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(says("Yes [1].")) as server:  # it says that it read 7 tokens
        for name, value in server.environment("ollama").items():
            monkeypatch.setenv(name, value)
        answer = opened(seed_index, home, "ollama:tiny").ask(TRUCKS)
    assert "read only 7 of about" in answer.warnings[-1]


def test_a_real_local_llm_streams_over_the_seeds(seed_index: LocalStore, home: Path) -> None:
    snapshots = list(opened(seed_index, home, "local:smollm2").stream(TRUCKS, k=1))
    texts = [answer.text for answer in snapshots if answer.text]
    assert len(texts) > 2 and len(texts[0]) < len(texts[-2])
    last = snapshots[-1]
    assert last.llm == "local:smollm2" and last.usage["completion_tokens"] > 0
    assert last.usage["prompt_tokens"] > 200
    for citation in last.citations:
        passage = last.passages[citation.passage - 1].passage
        assert passage.quote((citation.start, citation.end)) == citation.quote


def test_exit_codes_and_what_is_shown(
    seed_index: LocalStore, home: Path, script: Any, tmp_path: Path
) -> None:
    def rag(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "rag", "ask", TRUCKS, "--index", str(seed_index.folder)]
        return subprocess.run(
            [*command, *arguments],
            env=os.environ | {"RAG_HOME": str(home)} | environment,
            capture_output=True,
            text=True,
            cwd=tmp_path,
        )

    whole = rag("--llm", script(f"{QUOTED} [1] Elephants fly [1]."), "-v")
    assert whole.returncode == 0 and "Not what the sources say" in whole.stdout
    assert "prompt tokens: " in whole.stderr
    assert "confirm no sentence" not in whole.stdout
    assert rag("--llm", script("The documents do not say.")).returncode == 3
    wild = script("About 900 trucks of elephants fly [1]. The president sleeps.")
    told = rag("--llm", wild)
    assert told.returncode == 0
    assert "The sources confirm no sentence of this answer: do not rely on it." in told.stdout
    strict = rag("--llm", wild, "--strict")
    assert strict.returncode == 3 and "elephants" not in strict.stdout
    assert rag("--llm", "openai:x", OPENAI_API_KEY="").returncode == 2

    def act(conversation: Conversation) -> None:
        conversation.begin()
        conversation.text(f"{QUOTED} [1] And")

    with serving(act, act, fails(500)) as server:
        environment = server.environment("openai", "sk-canary")
        cut = rag("--llm", "openai:tiny", "-v", **environment)
        as_json = rag("--llm", "openai:tiny", "--json", **environment)
        failed = rag("--llm", "openai:tiny", "--json", **environment)
    assert cut.returncode == as_json.returncode == failed.returncode == 5
    assert "225 trucks" in cut.stdout and "warning: the answer is incomplete" in cut.stderr
    assert f"the passages go to {server.address.removeprefix('http://')}" in cut.stderr
    assert json.loads(as_json.stdout)["complete"] is False
    assert json.loads(failed.stdout)["error"]["kind"] == "llm_failed"
    for done in (cut, as_json, failed):
        assert "Traceback" not in done.stderr and "sk-canary" not in done.stdout + done.stderr


def test_a_prompt_that_is_too_long_is_halved_once(
    seed_index: LocalStore, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for acts, requests in (((fails(400), says(f"{QUOTED} [1]")), 2), ((fails(413),), 2)):
        with serving(*acts) as server:
            for name, value in server.environment("openai").items():
                monkeypatch.setenv(name, value)
            pipeline = opened(seed_index, home, "openai:tiny")
            if len(acts) == 2:
                answer = pipeline.ask(TRUCKS, k=8)
                assert answer.complete and answer.sentences[0].support == "quoted"
                assert answer.left_out == (5, 6, 7, 8)
            else:
                with pytest.raises(LLMFailed, match="smaller -k"):
                    pipeline.ask(TRUCKS, k=8)
        told = [body["messages"][-1]["content"] for _, body in server.requests]
        assert len(told) == requests
        assert [len(re.findall(r"^#\w{6} \[\d+\]", one, re.M)) for one in told] == [8, 4]


def test_a_window_without_room_for_a_passage(
    seed_index: LocalStore, home: Path, script: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.llms.scripted.ScriptedLLM.window", 300)
    with pytest.raises(LLMFailed, match="300 tokens, has no room for a passage"):
        opened(seed_index, home, script("Yes [1].")).ask(TRUCKS)
