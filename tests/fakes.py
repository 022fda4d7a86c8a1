"""Stand-ins that make the tests fast."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def new_id() -> str:
    """An id of a browser, a conversation or a turn, as the page makes them."""
    return secrets.token_hex(16)


def count_words(texts: Sequence[str]) -> list[int]:
    """Words, and two special tokens as a real tokenizer has them."""
    return [len(text.split()) + 2 for text in texts]


class FakeEmbedder:
    """Deterministic vectors from the words of a text; remembers what it embedded."""

    spec = "fake"
    dimension = 16
    window = 64

    def __init__(self, name: str = "fake") -> None:
        self.fingerprint: dict[str, Any] = {"name": name, "dimension": self.dimension}
        self.embedded: list[str] = []
        self.expected: list[int] = []

    def count(self, texts: Sequence[str]) -> list[int]:
        return count_words(texts)

    def prepare(self) -> None:
        pass

    def expect(self, passages: int) -> None:
        self.expected.append(passages)

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any(n > self.window for n in self.count(texts)):
            raise ValueError("a passage is longer than the window")
        self.embedded += texts
        return np.array([self.embed_query(text) for text in texts], np.float32)

    def embed_sentences(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self.embed_query(text) for text in texts], np.float32)

    def embed_query(self, text: str) -> NDArray[np.float32]:
        total = np.full(self.dimension, 0.01, np.float64)
        for word in re.findall(r"\w+", text.lower()):
            data = hashlib.blake2b(word.encode(), digest_size=self.dimension).digest()
            total += np.frombuffer(data, np.uint8) / 127.5 - 1
        return (total / np.linalg.norm(total)).astype(np.float32)

    def describe(self) -> str:
        return "fake"
