"""The ONNX twin of a model: embeds a question in milliseconds without importing torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.onnx_model import OnnxModel, Tokenizer, each


class OnnxTwin:
    """An exported model; gives the same vectors as the model it was exported from."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        self._model = OnnxModel(path)
        self._tokenizer = tokenizer

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension) unit vectors; no batches, as padding costs more."""
        return np.array(each(self._model.run, self._tokenizer.ids(texts)), np.float32)
