"""Fixtures that are costly to make, or that many tests share."""

import os
import signal
from pathlib import Path

import pytest

from rag.embed import Embedder, open_embedder
from rag.store.local import LocalStore, sync

os.environ["HF_HUB_OFFLINE"] = "1"
# A shell starts what runs in its background with interrupts ignored, and so would our commands be.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A RAG_HOME, so that the ONNX twin is made once a session."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def embedder(home: Path) -> Embedder:
    """The default embedder."""
    return open_embedder("", home)


@pytest.fixture(scope="session")
def seeds() -> Path:
    """The three articles that come with the program."""
    return Path(__file__).resolve().parent.parent / "seeds"


@pytest.fixture(scope="session")
def seed_index(
    tmp_path_factory: pytest.TempPathFactory, seeds: Path, embedder: Embedder
) -> LocalStore:
    """An index of the seeds, made with the default embedder; only to be read."""
    store = LocalStore(tmp_path_factory.mktemp("seed_index") / "index")
    sync(store, [str(seeds)], embedder)
    return store
