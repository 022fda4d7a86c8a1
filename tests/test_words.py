"""Words and their stems."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from rag.words import stem


@pytest.fixture
def restless() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_stems_of_several_threads_do_not_mix(restless: None) -> None:
    words = [
        f"{start}{end}" for start in "abcdefghijklmnop" for end in ("ations", "ingly", "izers")
    ]
    words = [f"{word[0]}{other}" for word in words for other in words]
    expected = {word: stem(word) for word in words}
    stem.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda part: [stem(w) for w in words[part::4]], range(4)))
    assert {
        w: s for part in range(4) for w, s in zip(words[part::4], found[part], strict=True)
    } == (expected)
