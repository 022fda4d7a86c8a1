"""The ONNX twin of a model: embeds a question in milliseconds without importing torch.

The only import of onnxruntime and of tokenizers.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Tokenizer:
    """A model's own tokenizer, without its truncation."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer as Library

        self._library = Library.from_file(str(path))
        self._library.no_truncation()
        self._library.no_padding()

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included."""
        return [len(e.ids) for e in self._library.encode_batch_fast(list(texts))]

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """Token ids of each text, special tokens included."""
        return [e.ids for e in self._library.encode_batch_fast(list(texts))]

    def pieces(self, text: str, window: int) -> list[str]:
        """The text in as few pieces as fit the window, cut between tokens."""
        encoding = self._library.encode(text, add_special_tokens=False)
        special = self.count([""])[0]
        size = window - special
        starts = [encoding.offsets[i][0] for i in range(0, len(encoding.offsets), size)]
        ends = [*starts[1:], len(text)]
        return [text[a:b] for a, b in zip(starts, ends, strict=True)] or [text]


class OnnxTwin:
    """An exported model; gives the same vectors as the model it was exported from."""

    def __init__(self, path: Path, tokenizer: Tokenizer) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        # Threads that spin while they wait take the processor from other questions; those that do
        # not are slow to wake. One question of ten words / questions a second in two threads:
        # 3.5 ms / 337 with this little, 3.7 ms / 275 with the default, 4.4 ms / 357 without any.
        options.add_session_config_entry("session.intra_op.spin_duration_us", "20")
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = tokenizer

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension) unit vectors, one text at a time: padding costs more."""
        rows = []
        for ids in self._tokenizer.ids(texts):
            tokens = np.array([ids], dtype=np.int64)
            feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
            rows.append(self._session.run(None, feed)[0][0])
        return np.array(rows, dtype=np.float32)
