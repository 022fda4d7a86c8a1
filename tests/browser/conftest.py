"""A browser, and two chats that the tests share: over made-up answers, and a real one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from browser.documents import write_documents
from browser.driving import CHROMIUM, fake_chat, find_chromium, launched, opened, real_chat
from rag.embed import Embedder
from rag.store.local import LocalStore, sync

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture(scope="package")
def browser() -> Iterator["Browser"]:
    if find_chromium() is None:
        message = f"none of {', '.join(CHROMIUM)} is installed"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with launched() as found:
        yield found


@pytest.fixture(scope="package")
def home_of_chat(tmp_path_factory: pytest.TempPathFactory, home: Path, embedder: Embedder) -> Path:
    """The user's folder that the chats write to, with the twin of the embedder."""
    embedder.embed_query("makes the twin")
    folder = tmp_path_factory.mktemp("chat")
    shutil.copytree(home, folder, dirs_exist_ok=True)
    return folder


@pytest.fixture(scope="package")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seeds and two notes that disagree, where a test may add to them."""
    folder = tmp_path_factory.mktemp("documents")
    write_documents(folder)
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
