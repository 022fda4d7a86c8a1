"""Texts -> unit vectors.

``open_embedder(spec, home)`` gives an :class:`Embedder`: a model of sentence-transformers on disk
(``model_folder.py``) with its ONNX twin (``sentence_embedder.py``). Passages are embedded in
batches by sentence-transformers (``torch_back_end.py``); a question, or a few passages, by the
twin (``onnx_back_end.py``), so that asking imports no torch.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.embed.model_folder import DEFAULT_SPEC, find_model_folder

Vectors = NDArray[np.float32]

__all__ = ["DEFAULT_SPEC", "Embedder", "Vectors", "open_embedder"]


class Embedder(Protocol):
    """What the other stages need of an embedder."""

    @property
    def spec(self) -> str:
        """How the user names it."""

    @property
    def fingerprint(self) -> dict[str, Any]:
        """Name, weights' hash, dimension, window, pooling: equal only for the same vectors."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    @property
    def window(self) -> int:
        """The most tokens of a text that it reads, its special tokens included."""

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text in the model's own tokens, special tokens included."""

    def prepare(self) -> None:
        """Loads what embeds a question, as far as it has been made."""

    def expect(self, passages: int) -> None:
        """That many passages are about to be embedded, a part at a time."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension) unit vectors. A text over the window raises ValueError."""

    def embed_query(self, text: str) -> Vectors:
        """(dimension,) unit vector; a text over the window is embedded in pieces and averaged."""

    def embed_sentences(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension) unit vectors of a few sentences, which fit the window."""

    def describe(self) -> str:
        """How questions are embedded on this machine, for ``rag status``."""


def open_embedder(spec: str, home: Path, download: bool = True) -> Embedder:
    """The embedder that ``spec`` names; nothing heavy is imported until it embeds.

    ``home`` keeps the ONNX twins. Without ``download`` (the user did not name the model) nothing is
    fetched but the default model, whose hash is known. Raises InvalidInput for a model that cannot
    be found or must not be loaded.
    """
    from rag.embed.sentence_embedder import SentenceEmbedder

    spec = spec or DEFAULT_SPEC
    folder = find_model_folder(spec, download or spec == DEFAULT_SPEC)
    return SentenceEmbedder(folder, home / "embedders")
