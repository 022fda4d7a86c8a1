"""The report in a real browser: it asks for nothing, and what it shows is inert."""

import os
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from rag.datatypes import Answer, Citation, Hit, Passage, Sentence
from rag.evaluate.report import report_html
from rag.evaluate.summary import summarise
from rag.render import answer_json

HOSTILE = (
    "<img src=http://127.0.0.1:9/x onerror=alert(1)> <script>alert(2)</script> </script></style>"
    "</details> {{ 7 * 7 }} {% raw %} &lt;b&gt; \" ' javascript:alert(3) \u202etxt.exe "
    "$x^2$ \U0001f600"
)
TEXT = f"First comes this. The gold is here. {HOSTILE} It ends."
GOLD = (18, 35)


def row(number: int, **changes: Any) -> dict[str, Any]:
    passage = Passage(
        HOSTILE, HOSTILE, True, None, None, "0", 0, len(TEXT), TEXT, ((0, len(TEXT)),)
    )
    cited = Citation(
        1, 1, HOSTILE, HOSTILE, HOSTILE, None, None, 22, 40, TEXT[22:40], "0"
    )  # fmt: skip
    answer = Answer(
        HOSTILE, "another query", "answered", f"{HOSTILE} [1]",
        sentences=(Sentence(HOSTILE, (1,), "quoted"),), citations=(cited,),
        passages=(Hit(passage, 1, 0.5, 0.5),), timings_ms={"total": 10.0 + number},
    )  # fmt: skip
    gold = {"document": HOSTILE, "start": GOLD[0], "end": GOLD[1], "quote": TEXT[slice(*GOLD)]}
    return {
        "id": f"{HOSTILE} {number}", "question": f"{HOSTILE} {number}", "type": "odd",
        "answerable": True, "answers": [HOSTILE], "parts": [[HOSTILE]],
        "gold": {"quotes": [gold], "documents": {}},
        "history": [{"role": "user", "content": HOSTILE}], "outcome": "wrong",
        "reasons": [f"it does not say {HOSTILE!r}"], "abstained": False,
        "answerability": 0.3 + number / 100, "measures": {"contains": 0.0, "citation_recall": 1.0},
        "documents": [], "answer": answer_json(answer), "error": None,
    } | changes  # fmt: skip


def failed(number: int) -> dict[str, Any]:
    error = {"kind": "llm_failed", "message": HOSTILE}
    return row(number, type=HOSTILE, outcome="failed", answer=None, error=error, answerability=None)


class Tags(HTMLParser):
    """Every attribute of a page: (tag, name, value)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(tag, name, value) for name, value in attrs]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [row(n) for n in range(4)]
    rows.append(row(4, outcome="right", measures={"contains": 1.0}, question="A plain question"))
    rows.append(failed(5))
    run = {
        "questions": f"{HOSTILE}.jsonl",
        "settings": {"index": HOSTILE, "llm": HOSTILE, "k": 10, "threshold": 0.25, "jobs": 1},
        "versions": {"rag": "0"},
        "fingerprints": {"questions": "0" * 64, "corpus": "1" * 64, "embedder": {}},
        "corpus": {"documents": 1, "passages": 1},
        "machine": {"platform": HOSTILE, "cores": 2},
        "started": "2026-01-01T00:00:00+00:00",
        "seconds": 1.0,
        "notes": [HOSTILE],
    }
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report_html(summarise(rows, run), rows), encoding="utf-8")
    return path


def test_the_page_needs_nothing_else_and_allows_nothing_else(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy.startswith("default-src &#39;none&#39;; style-src &#39;sha256-")
    assert "unsafe" not in policy
    assert html.count("<script>") == html.count("</script>") == html.count("<style>") == 1
    tags = Tags()
    tags.feed(html)
    names = {name for _, name, _ in tags.found}
    assert not {n for n in names if n.startswith("on")} | names & {"src", "style", "action"}
    assert all((value or "").startswith("#") for _, name, value in tags.found if name == "href")
    assert "\u202e" not in html


def test_the_same_run_gives_the_same_page(page: Path) -> None:
    rows = [row(n) for n in range(3)]
    summary = summarise(rows, {
        "questions": "q", "settings": {"index": "i", "llm": "l", "k": 1, "threshold": 0},
        "versions": {}, "fingerprints": {"questions": "0", "corpus": "1"},
        "corpus": {"documents": 1, "passages": 1}, "machine": {"platform": "p", "cores": 1},
        "started": "2026", "seconds": 0, "notes": [],
    })  # fmt: skip
    assert report_html(summary, rows) == report_html(summary, rows)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_in_a_browser(page: Path, width: int) -> None:
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        if os.environ.get("CI"):
            pytest.fail(f"none of {', '.join(names)} is installed")
        pytest.skip(f"none of {', '.join(names)} is installed")
    from playwright.sync_api import sync_playwright

    requests: list[str] = []
    noise: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_page(viewport={"width": width, "height": 800})
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("pageerror", lambda error: noise.append(str(error)))
        tab.on("console", lambda line: noise.append(line.text))
        tab.on("dialog", lambda dialog: noise.append(dialog.message))
        tab.goto(page.as_uri())
        assert tab.locator("#count").text_content() == "6 of 6"
        shown = tab.locator(".question:visible")
        shown.first.locator("summary").first.click()
        visible = HOSTILE.replace("\u202e", "\\u202e")
        assert shown.first.locator(".asked").text_content() == f"{visible} 0"
        assert shown.first.locator("p.answer").text_content() == f"{visible} [1]"
        marks = shown.first.locator("mark")
        assert [(mark.get_attribute("class"), mark.text_content()) for mark in marks.all()] == [
            ("gold", "The "), ("cited gold", "gold is here."), ("cited", TEXT[35:40]),
        ]  # fmt: skip
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not tab.evaluate(wide)
        if folder := os.environ.get("RAG_TEST_SCREENSHOTS"):
            tab.screenshot(path=f"{folder}/report-{width}.png", full_page=True)
        tab.select_option("#outcome", "not right")
        assert shown.count() == 5
        tab.select_option("#type", visible)
        assert shown.count() == 1
        tab.select_option("#type", "")
        tab.select_option("#outcome", "")
        tab.fill("#search", "PLAIN question")
        assert shown.count() == 1 and tab.locator("#count").text_content() == "1 of 6"
        assert tab.locator("body :is(img, iframe, video, link, object, embed)").count() == 0
        assert tab.locator("script").count() == 1
        assert tab.locator(".plot svg").count() == 3
        colour = "e => getComputedStyle(e).fontSize"
        assert float(tab.locator("h1").evaluate(colour).removesuffix("px")) > 20
        browser.close()
    assert requests == [page.as_uri()]
    assert noise == []
