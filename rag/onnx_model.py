"""Networks in ONNX, and the tokenizers that belong to them.

The only import of onnxruntime and of tokenizers.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Span


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts as tokens: the ids and types of all, and where in its text each of the second is.

    ``first`` is the place of the second text's first token.
    """

    ids: list[int]
    types: list[int]
    first: int
    spans: list[Span]


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

    def pair(self, text: str, other: str, window: int) -> Pair:
        """Both texts as one run of tokens, of which the other's last ones give way to the window.

        Raises ValueError where the first text alone leaves no room.
        """
        encoding = self._library.encode(text, other)
        # Each look at one of the library's lists makes it anew.
        ids, types, spans = encoding.ids, encoding.type_ids, encoding.offsets
        places = [place for place, part in enumerate(encoding.sequence_ids) if part == 1]
        excess = max(0, len(ids) - window)
        if excess and excess >= len(places):
            raise ValueError(f"the text leaves no room in the window of {window} tokens")
        kept, dropped = places[: len(places) - excess], set(places[len(places) - excess :])
        whole = [i for i in range(len(ids)) if i not in dropped]
        return Pair(
            [ids[i] for i in whole],
            [types[i] for i in whole],
            kept[0] if kept else len(whole),
            [spans[i] for i in kept],
        )

    def pieces(self, text: str, window: int) -> list[str]:
        """The text in as few pieces as fit the window, cut between tokens."""
        spans = self._library.encode(text, add_special_tokens=False).offsets
        special = self.count([""])[0]
        size = window - special
        starts = [spans[i][0] for i in range(0, len(spans), size)]
        ends = [*starts[1:], len(text)]
        return [text[a:b] for a, b in zip(starts, ends, strict=True)] or [text]


def open_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a file; models that share it read it once."""
    return _tokenizer(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _tokenizer(path: Path, changed: int) -> Tokenizer:
    return Tokenizer(path)


class OnnxModel:
    """A network that reads token ids."""

    def __init__(self, path: Path) -> None:
        # Builds of the library report each use to its maker unless this is set when it is loaded.
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
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

    def run(self, ids: Sequence[int], types: Sequence[int] | None = None) -> NDArray[np.float32]:
        """What the network says of one text: its first output, without the dimension of texts."""
        tokens = np.array([ids], dtype=np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens)}
        if types is not None:
            feed["token_type_ids"] = np.array([types], dtype=np.int64)
        output: NDArray[np.float32] = self._session.run(None, feed)[0][0]
        return output
