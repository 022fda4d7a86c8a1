"""Takes pictures of the chat, to be looked at; two of them stand in the README.

usage: PYTHONPATH=tests python tests/browser/pictures.py FOLDER [--widths 390,1280] [--readme]

Each view in both themes at each width; --readme takes only the README's, into `.pictures/`.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browser.documents import write_documents
from browser.driving import ROOT, ask, launched, opened, real_chat

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUESTION = "How many aid trucks a day entered Gaza in April?"
HEIGHTS = {360: 740, 390: 844, 1280: 800, 1920: 1080}


def main() -> None:
    """Starts a chat over the seeds and two notes, and walks through its views."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", default=str(ROOT / ".pictures"))
    parser.add_argument("--widths", default="390,1280")
    parser.add_argument("--readme", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch, launched() as browser:
        home, index, documents = (Path(scratch, name) for name in ("home", "index", "documents"))
        documents.mkdir()
        write_documents(documents)
        command = [sys.executable, "-m", "rag", "index", str(documents), "--index", str(index)]
        subprocess.run(command, env=os.environ | {"RAG_HOME": str(home)}, check=True)
        with real_chat(home, index) as address:
            if given.readme:
                take_readme(browser, address, Path(given.folder))
                return
            for width in map(int, given.widths.split(",")):
                for scheme in ("light", "dark"):
                    options: dict[str, Any] = {"color_scheme": scheme}
                    with opened(browser, address, width, **options) as page:
                        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                        for name in views(page):
                            page.screenshot(path=f"{given.folder}/{scheme}-{width}-{name}.png")


def views(page: "Page") -> Iterator[str]:
    """The name of each view, when the page shows it."""
    page.locator("#examples button").first.wait_for()
    yield "start"
    ask(page, QUESTION)
    yield "answer"
    page.locator("a.mark").last.click()
    yield "marker"
    page.locator(".source [data-do=open]").first.click()
    page.locator("#here").wait_for()
    yield "document"
    page.keyboard.press("Escape")
    ask(page, "Who won the football world cup in 1990?")
    yield "abstention"
    ask(page, "When did the Linden Bridge open?")
    yield "disagreement"
    page.get_by_role("button", name="Not helpful").last.click()
    page.locator(".note").wait_for()
    page.locator("#filters summary").click()
    page.locator("#files input").first.wait_for()
    yield "filters"
    page.locator("#filters summary").click()
    if page.locator("#menu").is_visible():
        page.locator("#menu").click()
        yield "menu"
    page.get_by_role("link", name="Documents").click()
    page.locator("table.documents").wait_for()
    yield "documents"


def take_readme(browser: "Browser", address: str, folder: Path) -> None:
    """An answer beside its sources, and sources that disagree, on a phone in the dark."""
    with opened(browser, address) as page:
        ask(page, QUESTION)
        page.locator("a.mark").first.click()
        page.screenshot(path=folder / "chat.png")
    with opened(browser, address, 390, color_scheme="dark") as page:
        ask(page, "When did the Linden Bridge open?")
        page.screenshot(path=folder / "phone.png")
    for name in ("chat.png", "phone.png"):
        shrink(folder / name)


def shrink(path: Path) -> None:
    """A picture of text needs no more than 64 colours."""
    from PIL import Image

    with Image.open(path) as found:
        small = found.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
