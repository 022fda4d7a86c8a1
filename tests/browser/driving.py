"""Starts a chat in a process of its own, opens it in a browser, and asks."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
# What would open the server to others or to all files, were it not put aside.
HARMFUL = {
    "GRADIO_SERVER_NAME": "0.0.0.0",
    "GRADIO_SHARE": "True",
    "GRADIO_ALLOWED_PATHS": "/",
    "GRADIO_ROOT_PATH": "/elsewhere",
    "GRADIO_SSR_MODE": "True",
    "GRADIO_MCP_SERVER": "True",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "PYTHONPATH": str(ROOT),
}


CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@contextmanager
def launched(*more: str) -> Iterator["Browser"]:
    """The Chromium or Chrome that is installed here, without a window, with ``more`` options."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options: list[str] = [*QUIET, "--disable-component-update", *more]
        found = playwright.chromium.launch(executable_path=find_chromium(), args=options)
        yield found
        found.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def started(command: list[str], port: int, **environment: str) -> Iterator[str]:
    """The address of a chat; at its end, that it stops by Ctrl-C and told of no error."""
    process = subprocess.Popen(
        [sys.executable, *command],
        env=os.environ | HARMFUL | environment,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=heed_interrupts,
    )
    assert process.stderr is not None
    try:
        assert process.stderr.readline() == f"rag chat: http://127.0.0.1:{port}\n"
        yield f"http://127.0.0.1:{port}"
        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=30)[1]
        assert rest.count("Traceback") == rest.count("KeyboardInterrupt\n"), rest
    finally:
        process.kill()
        process.communicate()


def heed_interrupts() -> None:
    """Ctrl-C counts, though a shell that runs the tests in its background lets them ignore it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def fake_chat(home: Path, index: Path, *more: str, port: int = 0) -> Any:
    """The chat over made-up answers, started."""
    port = port or free_port()
    script = str(Path(__file__).with_name("fake_chat.py"))
    return started([script, str(port), str(home), str(index), *more], port)


def real_chat(home: Path, index: Path, *more: str, **environment: str) -> Any:
    """`rag chat`, started."""
    port = free_port()
    command = ["-m", "rag", "chat", "--index", str(index), "--port", str(port), *more]
    return started(command, port, RAG_HOME=str(home), **environment)


@contextmanager
def opened(
    browser: "Browser",
    address: str,
    width: int = 1280,
    expected: str = "(?!)",
    there: bool = True,
    **more: Any,
) -> Iterator["Page"]:
    """A page of a fresh browser; at its end, that it fetched nothing foreign and was quiet.

    Lines of its console that match ``expected`` are no noise; nothing is opened if nobody is
    ``there`` yet.
    """
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
    try:
        if there:
            page.goto(address)
            page.locator("body:not(.starting)").wait_for()
        yield page
    finally:
        context.close()
    noise = [line for line in noise if not re.search(expected, line)]
    assert not noise, noise


def foreign(url: str, address: str) -> list[str]:
    return [] if url.startswith((f"{address}/", f"blob:{address}/")) else [url]


def ask(page: "Page", question: str) -> None:
    """Asks as a person does, and waits until the answer is there."""
    page.locator("#ask").fill(question)
    page.locator("#ask").press("Enter")
    page.locator(".turn:last-child .asked", has_text=question[:20]).wait_for()
    page.locator(".turn:last-child:not(.asking)").wait_for()
    page.locator("#go").wait_for()
