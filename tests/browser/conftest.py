"""A browser, and two chats that the tests share: over made-up answers, and a real one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.driving import fake_chat, opened, real_chat
from rag.embed import Embedder
from rag.store.local import LocalStore, sync

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
NOTES = {
    "opening.md": """---
title: The new bridge is open
date: 2024-05-03
---
The Linden Bridge opened on 2 May 2024. It carries two lanes of cars and a path for cyclists.

Bus line 7 crosses it every ten minutes.
""",
    "audit.md": """---
title: Audit of the Linden Bridge
date: 2024-11-20
---
The auditors went through every invoice. The Linden Bridge opened on 9 May 2024. The Linden Bridge
cost 52 million euros, for steel had become dearer.
""",
}


def chromium() -> str:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        message = f"none of {', '.join(NAMES)} is installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="package")
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


@pytest.fixture(scope="package")
def home_of_chat(tmp_path_factory: pytest.TempPathFactory, home: Path, embedder: Embedder) -> Path:
    """The user's folder that the chats write to, with the twin of the embedder."""
    embedder.embed_query("makes the twin")
    folder = tmp_path_factory.mktemp("chat")
    shutil.copytree(home, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="package")
def documents(tmp_path_factory: pytest.TempPathFactory, seeds: Path) -> Path:
    """The seeds and two notes that disagree, where a test may add to them."""
    folder = tmp_path_factory.mktemp("documents")
    shutil.copytree(seeds, folder, dirs_exist_ok=True)
    for name, text in NOTES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="package")
def index(tmp_path_factory: pytest.TempPathFactory, documents: Path, embedder: Embedder) -> Path:
    folder = tmp_path_factory.mktemp("index") / "index"
    sync(LocalStore(folder), [str(documents)], embedder)
    return folder


@pytest.fixture(scope="package")
def address(home_of_chat: Path, index: Path) -> Iterator[str]:
    """A chat over made-up answers."""
    with fake_chat(home_of_chat, index) as found:
        yield found


@pytest.fixture(scope="package")
def real(home_of_chat: Path, index: Path) -> Iterator[str]:
    """`rag chat`, over the seeds and the notes."""
    with real_chat(home_of_chat, index) as found:
        yield found


@pytest.fixture
def page(browser: "Browser", address: str) -> Iterator["Page"]:
    with opened(browser, address) as found:
        yield found
