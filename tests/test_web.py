"""The chat in a real browser: an answer with its sources, hostile text inert, nothing fetched."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from rag.datatypes import Answer, Citation, Hit, Message, Passage
from rag.errors import LLMFailed, MachineRefused
from rag.web import serve

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = (
    "<img src=http://127.0.0.1:9/x onerror=alert(1)> ![x](http://127.0.0.1:9/y) "
    "<script>alert(2)</script> [z](javascript:alert(3)) http://127.0.0.1:9/z www.evil.example "
    "`code` **bold** $$x^2$$ &lt;b&gt; <thinking>t</thinking> C:\\n a_b_c 1 < 2"
)
LINES = "\n\n# Heading\n\n    indented\n\n```mermaid\ngraph TD; A-->B\n```\n\n- ![w](http://127.0.0.1:9/w)"
QUOTE = f"It has 225 trucks. {HOSTILE}{LINES}"


class FakePipeline:
    """Answers at once from made-up documents."""

    def stream(self, question: str, *, history: Sequence[Message] = ()) -> Iterator[Answer]:
        if question == "fail":
            raise LLMFailed(f"The model is away. {HOSTILE}")
        common: dict[str, Any] = {"question": question, "query": question}
        if question == "nothing":
            passage = Passage(
                "b.txt", HOSTILE, True, None, None, "0", 0, len(QUOTE), QUOTE, ((0, len(QUOTE)),)
            )
            text = "The documents do not say."
            hit = Hit(passage, 1, 0.1, 0.1)
            yield Answer(status="not_in_documents", text=text, passages=(hit,), **common)
            return
        yield Answer(status="answered", text="", complete=False, **common)
        time.sleep(0.3)
        cited = Citation(
            1, 1, "<i>a</i>.txt", HOSTILE, "2024-10-23", None, None, 0, len(QUOTE), QUOTE, "0"
        )
        text = f"{QUOTE} [1] after {len(history)} messages"
        yield Answer(status="answered", text=text, citations=(cited,), **common)


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
def address() -> Iterator[str]:
    """The chat over the fake pipeline, in a process with GRADIO_* variables that would harm."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    hostile = {
        "GRADIO_SERVER_NAME": "0.0.0.0",
        "GRADIO_SHARE": "True",
        "GRADIO_ALLOWED_PATHS": "/",
        "GRADIO_ROOT_PATH": "/elsewhere",
        "HTTP_PROXY": "http://127.0.0.1:9",
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, __file__, str(port)],
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
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("width", [1280, 390])
def test_chat(address: str, width: int) -> None:
    executable = chromium()
    from playwright.sync_api import sync_playwright

    requests: list[str] = []
    noise: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--no-first-run",
                "--disable-component-update",
            ],
        )
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.on("request", lambda request: requests.append(request.url))
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("console", lambda line: noise.extend([line.text] * (line.type == "error")))
        page.on("dialog", lambda dialog: noise.append(dialog.message))
        page.goto(address)
        box = page.locator("#question textarea")
        box.wait_for()
        assert page.title() == "rag"
        page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")

        def ask(question: str, count: int) -> None:
            box.fill(question)
            box.press("Enter")
            page.locator(".rag-message").nth(2 * count - 1).wait_for()

        ask(f"How many trucks? {HOSTILE}", 1)
        page.get_by_text("[1] after 0 messages").wait_for()
        assert box.input_value() == ""
        assert page.locator(".rag-question").text_content() == f"How many trucks? {HOSTILE}"
        name = f"[1] {HOSTILE} · 2024-10-23 · <i>a</i>.txt"
        assert page.locator(".rag-name").text_content() == name
        assert page.locator("blockquote.rag-quote").text_content() == QUOTE

        ask("And now?", 2)
        page.get_by_text("[1] after 2 messages").wait_for()
        ask("nothing", 3)
        page.get_by_text("The documents do not say.").wait_for()
        assert page.locator(".rag-quote").nth(2).text_content() == QUOTE[:300].strip() + "…"
        ask("fail", 4)
        page.locator(".rag-error").wait_for()
        assert page.locator(".rag-error").text_content() == f"The model is away. {HOSTILE}"

        inside = "#chat .rag-message :not(p, div, blockquote)"
        assert page.locator(inside).count() == 0
        assert page.locator(".rag-message").count() == 8
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide)
        below = "document.documentElement.scrollHeight > document.documentElement.clientHeight"
        assert not page.evaluate(below)  # the question is always in sight
        if folder := os.environ.get("RAG_TEST_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/chat-{width}-end.png")
            page.locator("#chat [role=log]").evaluate("e => e.scrollTo(0, 0)")
            page.screenshot(path=f"{folder}/chat-{width}.png")
        page.locator("#chat button[aria-label='Clear']").click()
        page.locator(".rag-message").first.wait_for(state="detached")
        page.wait_for_timeout(300)
        ask("Again?", 1)
        page.get_by_text("[1] after 0 messages").wait_for()
        assert page.locator(".rag-message").count() == 2
        for path in ("openapi.json", "gradio_api/file=/etc/hostname", "docs"):
            assert page.request.get(f"{address}/{path}").status in (403, 404)
        info = page.request.get(f"{address}/gradio_api/info").json()
        assert info == {"named_endpoints": {}, "unnamed_endpoints": {}}
        browser.close()
    assert [url for url in requests if not url.startswith(f"{address}/")] == []
    assert noise == []


def test_a_taken_port_is_refused() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        expected = f"Port {port} on 127.0.0.1 is taken; choose another with --port."
        with pytest.raises(MachineRefused) as refused:
            serve(cast("Pipeline", FakePipeline()), "127.0.0.1", port)
        assert str(refused.value) == expected


if __name__ == "__main__":
    serve(cast("Pipeline", FakePipeline()), "127.0.0.1", int(sys.argv[1]))
