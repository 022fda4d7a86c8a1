"""How long the chat takes in a real browser, on the index of seeds/.

Start: from `rag chat` to an answer on the page, the first of a fresh process; median, worst of 5.
Asking: from the press of Enter to the first painted words of the answer, 50 questions, 5 to a
conversation, the first a second after its page is there (while a browser still lays out a page it
takes time from the answer, and nobody types so soon), without a language model. Bars: 8 s and
300 ms (p95). Exits with 1 above them.
"""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from browser.driving import ROOT, ask, launched, opened, real_chat

if TYPE_CHECKING:
    from playwright.sync_api import Browser

QUESTION = "How many aid trucks a day entered Gaza in April?"
STARTS, QUESTIONS, IN_A_ROW = 5, 50, 5
READ = 1000  # milliseconds
START_BAR, WORDS_BAR = 8.0, 300.0  # seconds, milliseconds
# Notes when Enter was pressed, and when what it brought had been painted.
WATCH = """() => {
  window.waits = [];
  let pressed = 0;
  const note = (event) => { if (event.key === 'Enter') pressed = event.timeStamp; };
  addEventListener('keydown', note, true);
  new MutationObserver(() => {
    const said = document.querySelector('.turn:last-child .said :is(.text, .banner)');
    if (!pressed || !said || !said.textContent.trim()) return;
    const began = pressed;
    pressed = 0;
    requestAnimationFrame(() => setTimeout(() => window.waits.push(performance.now() - began)));
  }).observe(document.getElementById('turns'), { childList: true, subtree: true });
}"""


def main() -> int:
    """Indexes seeds/ into a temporary folder, starts five chats, and asks the last one."""
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        home, index = Path(folder, "home"), Path(folder, "index")
        command = [sys.executable, "-m", "rag", "index", str(ROOT / "seeds"), "--index", str(index)]
        subprocess.run(command, env=os.environ | {"RAG_HOME": str(home)}, check=True)
        started, asked = [], []
        for n in range(STARTS):
            began = time.perf_counter()
            with real_chat(home, index) as address, opened(browser, address) as page:
                ask(page, QUESTION)
                started.append(time.perf_counter() - began)
                if n == STARTS - 1:
                    asked = list(waits(browser, address))
    return report(started, asked)


def report(started: list[float], asked: list[float]) -> int:
    """Prints both figures; 1 if one is over its bar."""
    p95 = statistics.quantiles(asked, n=20)[18]
    print(
        f"start to an answer: median {statistics.median(started):.1f} s of {len(started)}, ", end=""
    )
    print(f"worst {max(started):.1f} s (bar {START_BAR:.0f} s)")
    print(f"enter to words: median {statistics.median(asked):.0f} ms of {len(asked)}, ", end="")
    print(f"p95 {p95:.0f} ms (bar {WORDS_BAR:.0f} ms)")
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")
    return int(max(started) > START_BAR or p95 > WORDS_BAR)


def waits(browser: "Browser", address: str) -> Iterator[float]:
    """Milliseconds to the first words of each answer."""
    rows = (ROOT / "tests" / "questions" / "seeds.jsonl").read_text("utf-8").splitlines()
    questions = [row["question"] for row in map(json.loads, rows) if not row.get("history")]
    for first in range(0, QUESTIONS, IN_A_ROW):
        with opened(browser, address) as page:
            page.locator("#examples button").first.wait_for()
            page.evaluate(WATCH)
            page.wait_for_timeout(READ)
            for question in questions[first : first + IN_A_ROW]:
                ask(page, question)
            page.wait_for_function(f"window.waits.length === {IN_A_ROW}")
            yield from page.evaluate("window.waits")


if __name__ == "__main__":
    sys.exit(main())
