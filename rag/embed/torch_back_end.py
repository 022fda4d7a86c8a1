"""Batches through sentence-transformers, and the export of a model to ONNX.

The only import of sentence_transformers and torch; importing them takes seconds.
"""

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# A core computes passages one by one almost as fast as any number of them, as long as what is in
# between fits its cache. 2 cores with 8 each: 35 passages a second; 32 by both together, as
# ``encode`` has it: 24. Threads, as processes would need the model again for each core.
_BATCH_OF_A_CORE = 8
_BATCH_OF_A_DEVICE = 256


class TorchModel:
    """A sentence-transformers model on the best device of this machine."""

    def __init__(self, path: Path) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
        os.environ["HF_HUB_OFFLINE"] = "1"  # the folder is complete: nothing is to be fetched
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._model = SentenceTransformer(str(path), local_files_only=True, trust_remote_code=False)
        self._model.eval()
        on_cores = self._model.device.type == "cpu"
        self._batch = _BATCH_OF_A_CORE if on_cores else _BATCH_OF_A_DEVICE
        self._threads = torch.get_num_threads() if on_cores else 1

    def embed(self, texts: Sequence[str], prompt: str) -> NDArray[np.float32]:
        """(len(texts), dimension) unit vectors; ``prompt`` goes before each text.

        As ``SentenceTransformer.encode`` computes them, but each core has a batch of its own.
        """
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        batches = [order[at : at + self._batch] for at in range(0, len(order), self._batch)]
        # Tokenized here, in one thread: the tokenizer is not made for several.
        features = (
            self._model.preprocess([texts[i] for i in batch], prompt=prompt or None)
            for batch in batches
        )
        vectors = np.empty((len(texts), self._model.get_embedding_dimension() or 0), np.float32)
        with ThreadPoolExecutor(self._threads, initializer=self._take_one_core) as pool:
            for batch, part in zip(batches, pool.map(self._vectors, features), strict=True):
                vectors[batch] = part
        return vectors

    def _take_one_core(self) -> None:
        """Keeps torch from dividing a batch among cores that have batches of their own."""
        import torch

        torch.set_num_threads(1)

    def _vectors(self, features: dict[str, Any]) -> NDArray[np.float32]:
        """The unit vectors of one batch, as ``encode`` has them."""
        import torch
        from sentence_transformers.util import batch_to_device

        model = self._model
        with torch.inference_mode():
            found = model(batch_to_device(features, model.device))["sentence_embedding"]
            unit = torch.nn.functional.normalize(found[:, : model.truncate_dim], dim=1)
            return np.asarray(unit.float().cpu().numpy())

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
