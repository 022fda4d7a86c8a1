"""Slips in a query."""

import pytest

from rag.embed import Embedder
from rag.spelling import corrected
from rag.store.local import LocalStore


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("how many aid trcks did netanyaho order", "how many aid trucks did netanyahu order"),
        ("How many trucks a day?", "How many trucks a day?"),
        ("Did Netanyaho order it?", "Did Netanyaho order it?"),  # it may be another's name
        ("what of the mountains", "what of the mountains"),  # a word, though in no document
        ("is it southernish there", "is it southernish there"),  # made of a word, no slip
        ("zqxjkvw", "zqxjkvw"),  # like nothing
        ("", ""),
    ],
)
def test_corrected(typed: str, meant: str, seed_index: LocalStore, embedder: Embedder) -> None:
    with seed_index.snapshot() as snapshot:
        assert corrected(typed, snapshot, embedder.count) == meant
