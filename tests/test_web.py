"""The chat in a real browser: reading, asking, documents, keeping; hostile text inert."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from rag.cli import commands
from rag.datatypes import Answer, Citation, Hit, Message, Passage, Sentence, ShortAnswer
from rag.errors import LLMFailed, MachineRefused
from rag.retrieve import Selection
from rag.settings import Settings
from rag.store.local import LocalStore
from rag.web import serve

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from rag.pipeline import Pipeline

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = "001_635429398ea7a8c9.txt"
HOSTILE = (
    "<img src=http://127.0.0.1:9/x onerror=alert(1)> ![x](http://127.0.0.1:9/y) "
    "<script>alert(2)</script> [z](javascript:alert(3)) http://127.0.0.1:9/z www.evil.example "
    "`code` **bold** $$x^2$$ &lt;b&gt; <thinking>t</thinking> C:\\n a_b_c 1 < 2 {{x}} ${y}"
)
LINES = "\n\n# Heading\n\n    indented\n\n```mermaid\ngraph TD; A-->B\n```\n\n- ![w](http://127.0.0.1:9/w)"
QUOTE = f"It has 225 trucks. {HOSTILE}{LINES}"
ALL = Selection()
LLMS = {"scripted:x": None, "extractive": None, "openai:x": "api.example"}
SLOW = "Word by word it goes on. " * 40


class FakePipeline:
    """Answers from made-up documents, as the question says."""

    def __init__(self, llm: str) -> None:
        self._llm = llm

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        k: int = 10,
        selection: Selection = ALL,
    ) -> Iterator[Answer]:
        if question == "fail":
            raise LLMFailed(f"The model is away. {HOSTILE}")
        query = f"{question} (resolved)" if question == "And now?" else question
        common: dict[str, Any] = {"question": question, "query": query, "llm": self._llm}
        spans = ((0, len(QUOTE)),)
        passage = Passage("b.txt", HOSTILE, True, None, None, "0", 0, len(QUOTE), QUOTE, spans)
        hits = tuple(Hit(passage, rank, 0.5, 0.5) for rank in (1, 2, 3))
        if question == "nothing":
            yield Answer(status="not_in_documents", text="No.", passages=hits, **common)
            return
        yield Answer(status="answered", text="", complete=False, passages=hits, **common)
        if question == "slow":
            for end in range(1, 2000):
                time.sleep(0.02)
                text = SLOW[: end * 10]
                yield Answer(status="answered", text=text, complete=False, passages=hits, **common)
        said = f"After {len(history)} messages, {len(selection.files)} files, {selection.since}."
        cited = Citation(1, 1, DOCUMENT, HOSTILE, "2024-10-23", None, 3, 0, len(QUOTE), QUOTE, "0")
        other = Citation(2, 2, DOCUMENT, "Other", "2023-01-01", None, None, 0, 18, QUOTE[:18], "0")
        sentences = (Sentence(QUOTE, (1,), "quoted"), Sentence(said, (), "unsupported"))
        yield Answer(
            status="conflicting" if question == "disagree" else "answered",
            text=f"{QUOTE} [1] {said}",
            sentences=sentences,
            citations=(cited, other),
            passages=hits,
            short=ShortAnswer("225 trucks", 1, 7, 17),
            **common,
        )

    def ask(self, question: str) -> Answer:
        *_, answer = self.stream(question)
        return answer


def chromium() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        message = f"none of {', '.join(names)} is installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def home_of_chat(tmp_path_factory: pytest.TempPathFactory, home: Path) -> Path:
    """The user's folder that the chat writes to, with the twin of the embedder."""
    folder = tmp_path_factory.mktemp("chat")
    shutil.copytree(home, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """The seeds, where a test may add to them."""
    folder = tmp_path_factory.mktemp("documents")
    shutil.copytree(seeds, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="module")
def index(
    tmp_path_factory: pytest.TempPathFactory, documents: Path, home_of_chat: Path, embedder: Any
) -> Path:
    from rag.store.local import sync

    folder = tmp_path_factory.mktemp("index") / "index"
    sync(LocalStore(folder), [str(documents)], embedder)
    return folder


def served(*arguments: object) -> Iterator[str]:
    """The chat over the fake pipeline, in a process with GRADIO_* variables that would harm."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    hostile = {
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SHARE": "True",
        "GRADIO_ALLOWED_PATHS": "/",
        "GRADIO_ROOT_PATH": "/elsewhere",
        "GRADIO_SSR_MODE": "True",
        "GRADIO_MCP_SERVER": "True",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, __file__, str(port), *map(str, arguments)],
        env=os.environ | hostile,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline() == f"rag chat: http://127.0.0.1:{port}\n"
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=30)[1]
        assert rest.rstrip().endswith("KeyboardInterrupt")
        assert rest.count("Traceback") == 1, rest
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def address(home_of_chat: Path, index: Path) -> Iterator[str]:
    yield from served(home_of_chat, index)


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    executable = chromium()
    from playwright.sync_api import sync_playwright

    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=executable, args=[*quiet, "--disable-component-update"]
        )
        yield found
        found.close()


@pytest.fixture
def page(browser: "Browser", address: str) -> Iterator["Page"]:
    yield from opened(browser, address)


def opened(browser: "Browser", address: str, width: int = 1280, **more: Any) -> Iterator["Page"]:
    """A page of a fresh browser; at its end, that it fetched nothing foreign and was quiet."""
    noise: list[str] = []
    size: Any = {"width": width, "height": 800}
    context = browser.new_context(viewport=size, reduced_motion="reduce", **more)
    context.on("request", lambda request: noise.extend(foreign(request.url, address)))

    def listen(page: "Page") -> None:
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("console", lambda line: noise.extend([line.text] * (line.type == "error")))
        page.on("dialog", lambda dialog: noise.append(dialog.message))

    context.on("page", listen)
    page = context.new_page()
    page.goto(address)
    page.locator("body:not(.starting)").wait_for()
    yield page
    context.close()
    assert noise == []


def foreign(url: str, address: str) -> list[str]:
    return [] if url.startswith((f"{address}/", f"blob:{address}/")) else [url]


def ask(page: "Page", question: str) -> None:
    page.locator("#ask").fill(question)
    page.locator("#ask").press("Enter")
    page.locator(".turn:last-child .asked", has_text=question[:20]).wait_for()
    page.locator(".turn:last-child:not(.asking)").wait_for()
    page.locator("#go").wait_for()


@pytest.mark.parametrize("width", [1280, 768, 360])
def test_reading(browser: "Browser", address: str, width: int) -> None:
    for page in opened(browser, address, width):
        assert page.title() == "rag"
        ask(page, f"How many trucks? {HOSTILE}")
        assert page.locator("#ask").input_value() == ""
        assert page.locator(".asked").text_content() == f"How many trucks? {HOSTILE}"
        assert page.locator(".sentence.quoted").text_content() == QUOTE
        assert page.locator(".text strong").text_content() == "225 trucks"
        assert page.locator(".support.unsupported .word").is_visible()
        assert page.locator("#panel mark").first.text_content() == f"Source 1: {QUOTE}"
        assert page.locator("#panel .source h3").first.text_content() == f"1{HOSTILE}"
        assert page.locator("#panel .facts").first.text_content() == "2024-10-23 · page 3"
        page.locator("a.mark").click()
        page.locator("mark:focus").wait_for()
        page.locator("mark.found").wait_for()
        inside = "document.activeElement.getBoundingClientRect()"
        assert page.evaluate(f"{inside}.top < innerHeight && {inside}.bottom > 0")
        beside = page.locator("#sources").bounding_box()
        chat = page.locator("#chat").bounding_box()
        assert beside and chat
        assert (beside["x"] >= chat["x"] + chat["width"] - 1) == (width >= 992)
        assert (beside["y"] >= chat["y"] + chat["height"] - 1) == (width < 992)
        others = page.locator("details.others .source")
        assert not others.first.is_visible()
        page.locator("details.others summary").click()
        assert "rank 3 · score 0.50" in (others.first.text_content() or "")
        page.locator(".source [data-do=open]").first.click()
        page.locator("#here").wait_for()
        assert page.locator("#viewer h2").text_content() == (
            "Blinken struggles to heal US-Israel rift after Hamas leader’s death"
        )
        page.keyboard.press("Escape")
        assert not page.locator("#viewer").is_visible()
        ask(page, "nothing")
        last = page.locator(".turn:last-child")
        assert last.get_by_text("The documents do not answer this.").is_visible()
        assert last.locator(".near li").count() == 3
        ask(page, "disagree")
        assert last.locator(".sides li").count() == 2
        assert last.locator(".sides .date").all_text_contents() == ["2024-10-23", "2023-01-01"]
        ask(page, "fail")
        told = f"The language model did not answer. The model is away. {HOSTILE}"
        assert last.locator(".notice.failed").text_content() == told
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide)
        box = page.locator("#ask").bounding_box()
        assert box and box["y"] + box["height"] <= 800  # the question is always in sight
        assert page.locator("#turns :is(img, script, iframe, style), #panel img").count() == 0
        if folder := os.environ.get("RAG_TEST_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/chat-{width}.png")


def test_asking(page: "Page") -> None:
    ask(page, "First?")
    assert page.get_by_text("After 0 messages, 0 files, None.").count() == 1
    ask(page, "And now?")
    last = page.locator(".turn:last-child")
    query = last.locator(".searched input")
    assert query.input_value() == "And now? (resolved)"
    assert last.get_by_text("After 2 messages").count() == 1
    query.fill("Another query")
    last.get_by_role("button", name="Search again").click()
    last.get_by_text("After 0 messages").wait_for()
    assert last.locator(".searched input").input_value() == "Another query"
    assert last.locator(".asked").text_content() == "And now?"
    assert page.locator(".turn").count() == 2
    last.get_by_role("button", name="Retry").click()
    last.get_by_text("After 2 messages").wait_for()
    last.get_by_role("button", name="Edit question").click()
    assert page.locator("#ask").input_value() == "And now?"
    page.locator("#ask").fill("Edited?")
    page.locator("#ask").press("Enter")
    page.get_by_role("heading", name="Edited?").wait_for()
    assert page.locator(".asked").all_text_contents() == ["First?", "Edited?"]
    page.locator("#filters summary").click()
    page.locator("#files input").nth(1).check()
    page.locator("#since").fill("2024-01-02")
    assert page.locator("#filters summary").text_content() == "1 document, from 2024-01-02"
    ask(page, "Filtered?")
    assert page.get_by_text("After 4 messages, 1 files, 2024-01-02.").count() == 1
    page.get_by_role("button", name="Clear filters").click()
    page.locator("#llm").select_option("extractive")
    assert page.locator("#llm option").all_text_contents() == [
        "scripted:x",
        "extractive",
        "openai:x (asks api.example)",
    ]
    page.locator("#llm").select_option("openai:x")
    told = "api.example is sent your questions and the passages."
    assert page.locator("#llm-told").text_content() == told
    page.locator("#whole [data-do=delete]").click()
    assert page.locator(".turn").count() == 3  # it asks first
    page.get_by_role("button", name="Really clear?").click()
    page.locator("#welcome").wait_for()
    assert page.locator(".turn").count() == 0
    page.reload()
    page.locator("#examples button").first.wait_for()
    assert page.locator(".turn").count() == 0
    page.locator("#examples button").first.click()
    page.get_by_role("heading", name="What are these documents about?").wait_for()


def test_stop_by_key_keeps_what_there_is(page: "Page") -> None:
    page.locator("#ask").fill("slow")
    page.locator("#ask").press("Enter")
    page.get_by_text("Word by word").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("Stopped. What stands above is not complete.").wait_for()
    assert "Word by word" in (page.locator(".text").text_content() or "")
    page.reload()
    page.get_by_text("Stopped. What stands above is not complete.").wait_for()
    ask(page, "Next?")


def test_nothing_jumps_while_an_answer_streams(page: "Page") -> None:
    page.evaluate(
        """() => { window.jumps = 0; new PerformanceObserver((list) => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) window.jumps += one.value;
        }).observe({ type: 'layout-shift', buffered: false }); }"""
    )
    page.locator("#ask").fill("slow")
    page.locator("#ask").press("Enter")
    page.get_by_text("it goes on. Word by word it goes on. Word by word").wait_for()
    assert page.evaluate("window.jumps") < 0.1  # "good" by the usual measure of layout shift
    page.locator("#stop").click()
    page.locator("#go").wait_for()


def test_conversations_are_kept_and_tabs_are_independent(
    browser: "Browser", address: str, tmp_path: Path
) -> None:
    for page in opened(browser, address):
        ask(page, "Kept?")
        page.reload()
        page.get_by_role("heading", name="Kept?").wait_for()
        assert page.locator("#panel mark").count() == 2
        other = page.context.new_page()
        other.goto(address)
        other.locator("#conversations button.kept").wait_for()
        assert other.locator(".turn").count() == 0
        ask(other, "Another?")
        page.reload()
        page.get_by_role("heading", name="Kept?").wait_for()
        assert page.locator(".turn").count() == 1
        page.locator("#conversations .kept", has_text="Another?").click()
        page.get_by_role("heading", name="Another?").wait_for()
        for kind, sign in (("Markdown", "## Another?"), ("HTML", "<!doctype html>"), ("JSON", "{")):
            with page.expect_download() as download:
                page.locator("#whole").get_by_role("button", name=kind).click()
            assert download.value.path().read_text(encoding="utf-8").lstrip().find(sign) >= 0
        page.get_by_role("button", name="Delete: Another?").click()
        page.get_by_role("button", name="Really?").click()
        page.locator("#conversations .kept", has_text="Another?").wait_for(state="detached")
        assert page.locator("#conversations .kept").all_text_contents() == ["Kept?"]
        page.reload()
        page.locator("#welcome").wait_for()
    for stranger in opened(browser, address):
        assert stranger.locator("#conversations li").count() == 0


def test_feedback_and_test_questions(page: "Page", home_of_chat: Path) -> None:
    ask(page, "Rate me?")
    page.get_by_role("button", name="Not helpful").click()
    page.get_by_label("A note, if you like").fill("wrong <b>")
    page.get_by_role("button", name="Add the note").click()
    page.locator("#toast").wait_for()
    rows = [json.loads(line) for line in (home_of_chat / "feedback.jsonl").read_text().splitlines()]
    assert [(row["rating"], row["note"]) for row in rows[-2:]] == [
        ("down", None),
        ("down", "wrong <b>"),
    ]
    page.get_by_role("button", name="Make this a test question").click()
    page.get_by_text("questions.jsonl").wait_for()
    (row,) = [json.loads(line) for line in (home_of_chat / "questions.jsonl").open()]
    assert row["question"] == "Rate me?" and row["answers"] == ["225 trucks"]
    page.reload()
    assert page.get_by_role("button", name="Not helpful").get_attribute("aria-pressed") == "true"


def test_documents(page: "Page", documents: Path, index: Path, tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>.txt"
    (documents / "new.md").write_text("# A new report\n\nThe bridge opened in May.", "utf-8")
    (documents / "picture.png").write_bytes(b"\x89PNG")
    page.get_by_role("button", name="Documents", exact=True).click()
    page.locator("table.documents").wait_for()
    assert "1 not indexed yet" in (page.locator("#summary").text_content() or "")
    page.get_by_role("button", name="Sync with the folders").click()
    page.locator("#progress").wait_for()
    page.get_by_role("button", name="Chat").click()
    ask(page, "While indexing?")  # the chat goes on
    page.get_by_role("button", name="Documents", exact=True).click()
    page.locator("#indexed", has_text="Done in").wait_for()
    told = page.locator("#indexed").text_content() or ""
    assert "1 added" in told and "picture.png (" in told
    page.get_by_label("Search the documents").fill("report")
    page.locator("tbody tr", has_text="picture").wait_for(state="detached")
    assert page.locator("tbody .title").all_text_contents() == ["A new report"]
    page.get_by_role("button", name="Open A new report").click()
    assert "The bridge opened" in (page.locator(".whole").text_content() or "")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Remove A new report").click()
    page.get_by_role("button", name="Really remove?").click()
    page.locator("#toast", has_text="Removed new.md").wait_for()
    page.get_by_label("Search the documents").fill("")
    (tmp_path / evil).write_text("The tunnel opened in June, said the minister.", "utf-8")
    (tmp_path / "bad.exe").write_bytes(b"MZ")
    page.locator("#upload").set_input_files([str(tmp_path / evil), str(tmp_path / "bad.exe")])
    page.locator("#indexed", has_text="cannot be indexed").wait_for()
    page.locator("tbody tr", has_text="uploads/").wait_for()
    with LocalStore(index).snapshot() as snapshot:
        assert snapshot.document(f"uploads/{evil}") is not None
    page.get_by_role("button", name=re.compile("^Remove <img")).click()
    page.get_by_role("button", name="Really remove?").click()
    page.locator("tbody tr", has_text="uploads/").wait_for(state="detached")
    assert page.locator("main img, #documents img").count() == 0


def test_by_keyboard_alone(page: "Page") -> None:
    page.locator("#ask:focus").wait_for()
    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and second")
    page.keyboard.press("Enter")
    page.locator(".turn.done").wait_for()
    page.locator("#ask:focus").wait_for()
    seen = []
    page.evaluate("document.activeElement.blur(); document.body.focus()")
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.className + document.activeElement.id"))
        if seen[-1] == "mark":
            break
    assert seen[-1] == "mark", seen
    page.keyboard.press("Enter")
    page.locator("mark:focus").wait_for()
    ring = "getComputedStyle(document.activeElement).outlineStyle"
    page.keyboard.press("Tab")
    assert page.evaluate(ring) != "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_labels_and_contrast(browser: "Browser", address: str, scheme: str) -> None:
    for page in opened(browser, address, color_scheme=scheme):
        ask(page, "disagree")
        page.locator("details.others summary").click()
        page.get_by_role("button", name="Helpful", exact=True).click()
        page.locator("#filters summary").click()
        page.locator("#files input").first.wait_for()
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(NAMES) == []
        assert page.locator("h1").count() >= 1 and page.locator("html[lang=en]").count() == 1
        page.get_by_role("button", name="Documents", exact=True).click()
        page.locator("table.documents").wait_for()
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(NAMES) == []


# The text that is seen and whose contrast with what is behind it is below 4.5 (3 for large text).
CONTRAST = """() => {
  const rgb = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return [...n, 1]; };
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const seen = { visibilityProperty: true, opacityProperty: true };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility(seen)) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(rgb(style.color)), light(behind(e))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) poor.push([node.data.trim(), style.color]);
  }
  return poor;
}"""
# What acts without a name, fields without a label, ids that are there twice.
NAMES = """() => {
  const bad = [];
  const acting = 'button, a[href], input, select, textarea, summary, dialog, nav, aside';
  for (const e of document.querySelectorAll(acting)) {
    const label = e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent ||
      document.getElementById(e.getAttribute('aria-labelledby'))?.textContent || '';
    if (!label.trim() && e.checkVisibility()) bad.push(e.outerHTML.slice(0, 80));
  }
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return [...bad, ...ids.filter((id, n) => ids.indexOf(id) !== n)];
}"""


def status_of(url: str, body: dict[str, Any] | None = None, **headers: str) -> int:
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} | headers
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, data, headers), timeout=20) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_requests_from_elsewhere(address: str, index: Path) -> None:
    run = f"{address}/gradio_api/run/choices"
    assert status_of(run, {"data": [{}]}) == 200
    assert status_of(run, {"data": [{}]}, Origin="http://evil.example") == 403
    assert status_of(run, {"data": [{}]}, Host="evil.example") == 421
    paths = ("openapi.json", "docs", "config", "gradio_api/info", "gradio_api/file=/etc/hostname",
             f"gradio_api/file={index}/catalog.sqlite", "gradio_api/heartbeat/x", "monitoring",
             "static/img/logo.svg", "gradio_api/runs", "theme.css", "page.js/app.py")  # fmt: skip
    for path in paths:
        assert status_of(f"{address}/{path}") == 404, path
    assert status_of(f"{address}/gradio_api/upload", {}) == 404
    for bad in (None, 5, ["x"], "x", {"visitor": "../../etc"}, {"visitor": "a" * 32}):
        for name in ("conversation", "documents", "document", "remove", "rate", "export", "delete"):
            assert status_of(f"{address}/gradio_api/run/{name}", {"data": [bad]}) in (200, 422)
    deep = b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    request = urllib.request.Request(run, deep, {"content-type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20)
    assert 400 <= refused.value.code < 500


def test_a_login_is_asked_for(
    browser: "Browser", home_of_chat: Path, index: Path, tmp_path: Path
) -> None:
    for address in served(home_of_chat, index, "anna:secret"):
        assert status_of(f"{address}/gradio_api/run/choices", {"data": [{}]}) == 401
        assert status_of(f"{address}/gradio_api/call/ask", {"data": [{}]}) == 401
        page = browser.new_page()
        page.goto(address)
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("That name and password do not fit.").wait_for()
        page.get_by_label("Password").fill("secret")
        page.get_by_role("button", name="Log in").click()
        page.locator("body:not(.starting) #ask").wait_for()
        ask(page, "Inside?")
        page.get_by_role("link", name="Log out").click()
        page.get_by_role("heading", name="Log in").wait_for()
        page.close()


def test_no_index_is_told(browser: "Browser", home_of_chat: Path, tmp_path: Path) -> None:
    for address in served(home_of_chat, tmp_path / "none"):
        for page in opened(browser, address):
            assert page.locator("#state").text_content() == "No index yet"
            assert "There is no index yet." in (page.locator("#about").text_content() or "")
            page.get_by_role("button", name="Documents", exact=True).click()
            page.get_by_text("Nothing is indexed yet.").wait_for()


def test_others_are_let_in_only_with_a_password() -> None:
    from click.testing import CliRunner

    done = CliRunner().invoke(commands, ["chat", "--host", "0.0.0.0"])
    assert "--auth-file" in str(done.exception)


def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        expected = f"Port {port} on 127.0.0.1 is taken; choose another with --port."
        with pytest.raises(MachineRefused) as refused:
            serve(Settings(home=tmp_path, port=port), opening, LLMS)
        assert str(refused.value) == expected


def opening(llm: str) -> "Pipeline":
    return cast("Pipeline", FakePipeline(llm))


def main(port: str, home: str, index: str, auth: str = "") -> None:
    settings = Settings(home=Path(home), index=index, port=int(port), llm="scripted:x")
    user, _, password = auth.partition(":")
    serve(settings, opening, LLMS, [(user, password)] if auth else None)


if __name__ == "__main__":
    main(*sys.argv[1:])
