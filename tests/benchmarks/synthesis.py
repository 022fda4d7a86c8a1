"""Synthetic documents and questions with a fixed seed, distributed as real ones are.

Words follow Zipf's law within and across topics; vectors are a mixture with heavy-tailed topics,
documents and a decaying spectrum, as sentence embeddings have. A query is a few words of a passage
with a vector near its own (cosine about 0.7).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Document, Passage
from rag.words import STOP_WORDS

SEED = 17
DIMENSION = 384
TOPICS = 2_000
PER_DOCUMENT = 10  # passages
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked: words, and their embedding."""

    text: str
    vector: Vector


class Synthesis:
    """Documents and queries, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        fixed = np.random.default_rng(SEED)  # the language itself is the same for every seed
        self._random = np.random.default_rng(seed)
        syllables = [c + v for c in "bdfgklmnprstvz" for v in ("a", "e", "i", "o", "u", "an", "or")]
        made = fixed.choice(syllables, (200_000, 4))
        self._words = np.array(sorted(STOP_WORDS) + ["".join(word) for word in made])
        self._common = np.cumsum(_zipf(len(self._words), 1.05))
        self._own = fixed.integers(len(STOP_WORDS), len(self._words), (TOPICS, 400))
        self._rare = np.cumsum(_zipf(400, 1.0))
        self._sizes = _zipf(TOPICS, 0.8)
        spectrum = (np.arange(1, DIMENSION + 1) ** -0.35).astype(np.float32)
        self._spectrum = spectrum / np.linalg.norm(spectrum)
        self._topics = fixed.standard_normal((TOPICS, DIMENSION), np.float32) * self._spectrum

    def documents(self, n: int, first: int) -> Iterator[tuple[Document, list[Passage], Vector]]:
        """``n`` documents of ten passages, with their (10, 384) unit vectors."""
        topics = self._random.choice(TOPICS, n, p=self._sizes)
        for number, topic in enumerate(topics.tolist(), start=first):
            spans, sentences, text = [], [], ""
            for _ in range(PER_DOCUMENT):
                start = len(text)
                own: list[tuple[int, int]] = []
                for sentence in self._sentences(topic):
                    own.append((len(text), len(text) + len(sentence)))
                    text += sentence + " "
                sentences.append(tuple(own))
                spans.append((start, len(text) - 1))
            id = f"topic-{topic:04}/{number:07}.txt"
            document = Document(
                id, text, id, False, f"{2000 + number % 25}-01-01", None, f"{number:064}", 0, ()
            )
            passages = [
                Passage(id, id, False, document.date, None, document.sha256, a, b, text[a:b], own)
                for (a, b), own in zip(spans, sentences, strict=True)
            ]
            centre = self._topics[topic] + 0.7 * self._noise(1)
            yield document, passages, _unit(centre + 0.7 * self._noise(PER_DOCUMENT))

    def query(self, passage: Passage, vector: Vector) -> Query:
        """A question that the passage answers."""
        words = list(dict.fromkeys(passage.text.lower().replace(".", "").split()))
        chosen = self._random.choice(words, min(9, len(words)), replace=False)
        return Query(" ".join(chosen), _unit(vector + self._noise(1))[0])

    def _sentences(self, topic: int) -> list[str]:
        count = int(np.clip(self._random.lognormal(4.4, 0.35), 20, 180))
        common = np.searchsorted(self._common[:-1], self._random.random(count))
        own = self._own[topic][np.searchsorted(self._rare[:-1], self._random.random(count))]
        words = self._words[np.where(self._random.random(count) < 0.7, common, own)].tolist()
        return [" ".join(words[at : at + 18]).capitalize() + "." for at in range(0, count, 18)]

    def _noise(self, n: int) -> Vector:
        # Student's t with 5 degrees of freedom: a few passages lie far from their document.
        tails = np.sqrt(5 / self._random.chisquare(5, (n, 1))).astype(np.float32)
        noise = self._random.standard_normal((n, DIMENSION), np.float32)
        return noise * self._spectrum * tails


def _zipf(n: int, exponent: float) -> NDArray[np.float64]:
    weights = np.power(np.arange(n) + 2.7, -exponent)
    return np.asarray(weights / weights.sum(), np.float64)


def _unit(vectors: Vector) -> Vector:
    lengths: Vector = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / lengths
