"""What documents, names, replies and errors could do to the page, shown in a real browser.

Every payload wants either to run a script, which would set ``window.xss``, or to have the browser
ask ``evil.example``, which the browser is told to look for at a sink of ours.
"""

import json
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from browser.driving import ask, free_port, launched, started
from fakes import FakeEmbedder, new_id

from rag.datatypes import Answer, Citation, Hit, Passage, Sentence
from rag.errors import LLMFailed
from rag.settings import Settings
from rag.store.local import LocalStore, sync
from rag.web import serve
from rag.web.conversations import Conversations, Turn

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from rag.pipeline import Pipeline

ROOT = Path(__file__).parents[2]
_EVIL = "http://evil.example"
_RUN = "window.xss=1"
# The first 24 are of 24 kinds; the others are their variants.
PAYLOADS = (
    f"<script>{_RUN}</script>",
    f"<img src=x onerror={_RUN}>",
    f"<img src={_EVIL}/img>",
    f"![x]({_EVIL}/markdown.png)",
    f"![x][y]\n\n[y]: {_EVIL}/reference.png",
    f"[click](javascript:{_RUN})",
    f"<svg onload={_RUN}>",
    f"<iframe src={_EVIL}/frame></iframe>",
    f"<video src={_EVIL}/video autoplay></video>",
    f"<style>@import '{_EVIL}/style';</style>",
    f"<div style=\"background:url({_EVIL}/background)\">x</div>",
    f"<link rel=stylesheet href={_EVIL}/sheet>",
    f"<meta http-equiv=refresh content='0;url={_EVIL}/refresh'>",
    f"<object data={_EVIL}/object></object>",
    f"\"><img src={_EVIL}/attribute>",
    f"' onfocus='{_RUN}' autofocus='",
    f"</article></mark><script src={_EVIL}/script></script>",
    f"<base href={_EVIL}/>",
    f"<form action={_EVIL}/form><input autofocus onfocus={_RUN}></form>",
    f"<details open ontoggle={_RUN}>x</details>",
    f"&lt;img src={_EVIL}/entities onerror={_RUN}&gt;",
    f"${{{_RUN}}} {{{{constructor.constructor('{_RUN}')()}}}}",
    f"<math><mtext><table><mglyph><style><img src={_EVIL}/mutation onerror={_RUN}>",
    f"```mermaid\ngraph TD; A-->B; click A href \"{_EVIL}/mermaid\"\n```",
    f"<SCRIPT/x>{_RUN}</SCRIPT>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
    f"<img src=`x`onerror={_RUN}>",
    f"<img srcset='{_EVIL}/srcset 1x'>",
    f"<picture><source srcset={_EVIL}/source><img></picture>",
    f"<audio src={_EVIL}/audio autoplay></audio>",
    f"<embed src={_EVIL}/embed>",
    f"<input type=image src={_EVIL}/input>",
    f"<body background={_EVIL}/body onload={_RUN}>",
    f"<link rel=prefetch href={_EVIL}/prefetch><link rel=dns-prefetch href={_EVIL}>",
    f"<svg><image href={_EVIL}/image /><use href={_EVIL}/use#x /></svg>",
    f"<template><img src={_EVIL}/template></template><noscript><img src={_EVIL}/no></noscript>",
    f"\u202e<img src={_EVIL}/bidi>\u2066\x00<img src={_EVIL}/nul>",
    f"$$\\href{{javascript:{_RUN}}}{{x}}$$ $\\includegraphics{{{_EVIL}/tex.png}}$",
    f"<iframe srcdoc=\"<script>parent.{_RUN}</script>\"></iframe>",
    f"[x]: {_EVIL}/a 'b'\n<{_EVIL}/auto> {_EVIL}/bare www.evil.example <a ping={_EVIL}/ping>p</a>",
)  # fmt: skip
_OPEN_ALL = """() => { for (const e of document.querySelectorAll('#panel .of')) e.hidden = false;
for (const e of document.querySelectorAll('details')) e.open = true; }"""
_UNESCAPED = "html => { document.querySelector('main').innerHTML = html; }"
_MOMENT = 60.0  # milliseconds that a payload has to act
PLACES = ("answers", "passages", "titles", "file names", "errors", "history")


class Sink(ThreadingHTTPServer):
    """Takes down what is asked of it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Noting)
        self.asked: list[str] = []


class _Noting(BaseHTTPRequestHandler):
    server: Sink

    def do_GET(self) -> None:
        self.server.asked.append(f"{self.headers['Host']}{self.path}")
        self.send_response(204)
        self.end_headers()

    do_POST = do_HEAD = do_GET

    def log_message(self, format: str, *args: Any) -> None: ...


class HostilePipeline:
    """Puts the payload that the question names by its number wherever an answer can hold it."""

    host = None

    def prepare(self) -> None:
        pass

    def stream(self, question: str, **more: Any) -> Iterator[Answer]:
        number, kind, *_ = question.split()
        payload = PAYLOADS[int(number)]
        if kind == "fail,":
            raise LLMFailed(f"It failed: {payload}.")
        spans = ((0, len(payload)),)
        passage = Passage(
            payload, payload, True, "2024-10-23", None, "0", 0, len(payload), payload, spans
        )
        cited = Citation(
            1, 1, payload, payload, payload, payload, None, 0, len(payload), payload, "0"
        )
        yield Answer(
            question=question,
            query=f"{payload} searched",
            status="answered",
            text=f"{payload} [1] {payload}",
            complete=True,
            sentences=(Sentence(payload, (1,), "quoted"), Sentence(payload, (), "unsupported")),
            citations=(cited,),
            passages=(Hit(passage, 1, 0.5, 0.5), Hit(passage, 2, 0.5, 0.5)),
            warnings=(payload,),
            llm=payload,
        )


def show(folder: Path, count: int) -> dict[str, Any]:
    """Shows ``count`` payloads in all places; what ran and what was asked of elsewhere.

    First each is put into a bare page, where most must act: else the harness proves nothing. Last
    each is put unescaped into the real page, where the content security policy alone must hold all
    but a refresh, against which there is no policy.
    """
    with (
        sinking() as sink,
        serving(folder) as address,
        launched(f"--host-resolver-rules=MAP evil.example 127.0.0.1:{sink.server_port}") as browser,
    ):
        acting = _acting_in_bare_pages(browser, sink, count)
        trouble = _shown(browser, address, folder, count)
        trouble += [f"the page asked {url}" for url in sink.asked]
        page = browser.new_page()
        tried = PAYLOADS[:count]
        unescaped = [one for one in tried if _acts_unescaped(page, sink, one, address)]
    if acting < count / 2:
        trouble.append("hardly a payload acts in a bare page")
    trouble += [f"{one} acts unescaped" for one in unescaped if "refresh" not in one]
    return {
        "payloads": count,
        "places": len(PLACES),
        "acting in a bare page": acting,
        "acting on the page": len(trouble),
        "stopped by the policy alone": count - len(unescaped),
        "trouble": trouble,
    }


def _acting_in_bare_pages(browser: "Browser", sink: Sink, count: int) -> int:
    """How many payloads do what they want where nothing holds them."""
    pages = [browser.new_page() for _ in range(count)]
    for page, payload in zip(pages, PAYLOADS, strict=False):
        page.set_content(f"<!doctype html><p>{payload}", wait_until="commit")
    pages[0].wait_for_timeout(10 * _MOMENT)
    acting = 0
    for page, payload in zip(pages, PAYLOADS, strict=False):
        wanted = re.findall(r"evil\.example(/\w+)", payload)
        asked = any(url.startswith(f"evil.example{path}") for path in wanted for url in sink.asked)
        acting += asked or page.evaluate("window.xss") is not None
        page.close()
    sink.asked.clear()
    return acting


def _acts_unescaped(page: "Page", sink: Sink, payload: str, address: str) -> bool:
    """Whether a payload does what it wants in our own page where nothing escapes it."""
    if not page.url.startswith(address):
        page.goto(address)
    before = len(sink.asked)
    page.evaluate(_UNESCAPED, payload)
    page.wait_for_timeout(_MOMENT)
    away = not page.url.startswith(address)
    return away or page.evaluate("window.xss") is not None or len(sink.asked) > before


def _shown(browser: "Browser", address: str, folder: Path, count: int) -> list[str]:
    noise: list[str] = []
    page = browser.new_context(reduced_motion="reduce").new_page()
    page.on("dialog", lambda dialog: noise.append(dialog.message))
    page.on("pageerror", lambda error: noise.append(str(error)))
    ours = (f"{address}/", f"blob:{address}/")
    page.on(
        "request", lambda request: noise.extend([request.url] * (not request.url.startswith(ours)))
    )
    page.goto(address)
    page.locator("body:not(.starting)").wait_for()
    for number in range(count):
        for kind in ("show", "fail"):
            ask(page, f"{number} {kind}, that is to say {PAYLOADS[number]}")
        page.evaluate(_OPEN_ALL)
    kept = Conversations(folder / "home", page.evaluate("localStorage.getItem('rag-visitor')"))
    for payload in PAYLOADS[:count]:
        kept.put(new_id(), Turn(new_id(), payload, "2026-01-01", state="failed", trouble=payload))
    page.reload()
    page.locator(".turn").nth(2 * count - 1).wait_for()
    page.locator("#conversations .kept").nth(count).wait_for()
    page.evaluate(_OPEN_ALL)
    page.get_by_role("link", name="Documents", exact=True).click()
    page.locator("table.documents tbody tr").nth(count - 1).wait_for()
    for row in range(0, count, 4):
        page.locator("table.documents tbody [data-do=open]").nth(row).click()
        page.locator("#viewer h2").wait_for()
        page.keyboard.press("Escape")
    page.wait_for_timeout(_MOMENT)
    if page.evaluate("window.xss") is not None:
        noise.append("a script ran")
    return noise


@contextmanager
def sinking() -> Iterator[Sink]:
    """A sink in a thread of its own."""
    with Sink() as sink:
        threading.Thread(target=sink.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield sink
        finally:
            sink.shutdown()


def serving(folder: Path) -> Any:
    """The chat over the hostile pipeline and an index whose ids, titles and texts are payloads."""
    rows = [{"_id": one, "title": one, "text": f"{one} It is so."} for one in PAYLOADS]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    sync(LocalStore(folder / "index"), [str(folder / "corpus.jsonl")], FakeEmbedder())
    port = free_port()
    paths = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    return started(["-m", "soak.payloads", str(port), str(folder)], port, PYTHONPATH=paths)


def main(port: str, folder: str) -> None:
    """The chat, until it is interrupted."""
    settings = Settings(home=Path(folder) / "home", index=f"{folder}/index", port=int(port))
    pipeline = cast("Pipeline", HostilePipeline())
    serve(settings, lambda llm: pipeline, {"extractive": None})


if __name__ == "__main__":
    main(*sys.argv[1:])
