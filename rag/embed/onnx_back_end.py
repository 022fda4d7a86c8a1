"""The ONNX twin of a model: embeds a question in milliseconds without importing torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.onnx_model import OnnxModel, Tokenizer


class OnnxTwin:
    """An exported model; gives the same vectors as the model it was exported from."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        self._model = OnnxModel(path)
        self._tokenizer = tokenizer

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension) unit vectors, one text at a time: padding costs more."""
        return np.array([self._model.run(ids) for ids in self._tokenizer.ids(texts)], np.float32)
