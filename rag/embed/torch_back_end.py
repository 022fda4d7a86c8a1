"""Batches through sentence-transformers, and the export of a model to ONNX.

The only import of sentence_transformers and torch; importing them takes seconds.
"""

import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class TorchModel:
    """A sentence-transformers model on the best device of this machine."""

    def __init__(self, path: Path) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
        os.environ["HF_HUB_OFFLINE"] = "1"  # the folder is complete: nothing is to be fetched
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._model = SentenceTransformer(str(path), local_files_only=True, trust_remote_code=False)

    def embed(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        """(len(texts), dimension) unit vectors; ``prompt`` goes before each text."""
        vectors = self._model.encode(
            list(texts),
            prompt=prompt or None,
            batch_size=32 if self._model.device.type == "cpu" else 256,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return np.asarray(vectors, dtype=np.float32)

    def export(self, path: Path) -> None:
        """Writes the model as an ONNX graph: input_ids, attention_mask -> embedding (unit).

        The exporter that traces is used: it takes 2 s where the newer one takes 7 s and needs two
        more packages. sentence-transformers' own ONNX back end needs optimum-onnx, which clashes
        with current transformers.
        """
        import torch

        model = self._model

        class Whole(torch.nn.Module):
            """Takes tensors by position, as the exporter wants, and passes them by keyword."""

            def __init__(self) -> None:
                super().__init__()
                self.model = model

            def forward(
                self, input_ids: torch.Tensor, attention_mask: torch.Tensor
            ) -> torch.Tensor:
                features = {"input_ids": input_ids, "attention_mask": attention_mask}
                embedding: torch.Tensor = self.model(features)["sentence_embedding"]
                return torch.nn.functional.normalize(embedding, dim=1)

        device = model.device
        example = torch.ones((2, 9), dtype=torch.int64, device=device)
        axes = {0: "texts", 1: "tokens"}
        with warnings.catch_warnings(), torch.no_grad():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Whole().eval(),
                (example, torch.ones_like(example)),
                str(path),
                input_names=["input_ids", "attention_mask"],
                output_names=["embedding"],
                dynamic_axes={"input_ids": axes, "attention_mask": axes, "embedding": {0: "texts"}},
                opset_version=17,
                dynamo=False,
            )
