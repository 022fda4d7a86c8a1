"""A sentence-transformers model as an Embedder, with its ONNX twin."""

import hashlib
import json
import shutil
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.embed.model_folder import ModelFolder, sha256_of
from rag.embed.onnx_back_end import OnnxTwin
from rag.files import write_whole
from rag.onnx_model import Tokenizer, open_tokenizer

if TYPE_CHECKING:
    from rag.embed.torch_back_end import TorchModel

# Importing torch takes about 7 s on 2 cores, in which the twin embeds this many passages.
_FEW = 256
_REMEMBERED = 4096  # sentences: 6 MB at 384 dimensions
_PROBES = (
    "How many aid trucks a day entered Gaza in April?",
    "The quarterly report shows net sales of $82,959 million, down 5% from a year ago.",
    "A",
    "Naïve café — “quoted”, 東京, and a rather longer text that goes on for a while, " * 6,
)


class SentenceEmbedder:
    """Embeds passages by torch in batches, a question or a few passages by the ONNX twin.

    The twin is made once, when the model has been loaded anyway, and kept under ``twins`` by the
    model's fingerprint; it is used only if its bytes are those that were checked against the
    model (cosine > 0.9999 on every probe). A model that cannot be exported is used by torch alone.
    """

    def __init__(self, folder: ModelFolder, twins: Path) -> None:
        self._folder = folder
        self._twins = twins
        self._sentence = lru_cache(_REMEMBERED)(self._embed_sentence)
        self._loading = Lock()
        self._loaded: OnnxTwin | None = None

    @property
    def spec(self) -> str:
        """How the user names it."""
        return self._folder.spec

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._folder.dimension

    @property
    def window(self) -> int:
        """The most tokens of a text that it reads, special tokens included."""
        alone, prompted = self.count(["a", f"{self._prompt}a"])
        return self._folder.window - (prompted - alone)

    @cached_property
    def fingerprint(self) -> dict[str, Any]:
        """What makes its vectors its own; weights that a twin vouches for are not hashed again."""
        stamps = self._twins / "weights.json"
        try:
            known = dict(json.loads(stamps.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            known = {}
        key, stamp = str(self._folder.weights), self._folder.weights_stamp()
        remembered = known.get(key)
        if isinstance(remembered, list) and remembered[:2] == stamp and len(remembered) == 3:
            return self._folder.fingerprint(str(remembered[2]))
        fingerprint = self._folder.fingerprint()
        with suppress(OSError):  # where it cannot be written, they are hashed again
            stamps.parent.mkdir(parents=True, exist_ok=True)
            known[key] = [*stamp, fingerprint["weights"]]
            write_whole(stamps, json.dumps(known).encode())
        return fingerprint

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text, special tokens included."""
        return self._tokenizer.count(texts)

    def prepare(self) -> None:
        """Loads the twin, if there is one."""
        _ = self._twin

    def expect(self, passages: int) -> None:
        """Loads what embeds that many soonest."""
        if passages > _FEW:
            _ = self._torch

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension) unit vectors; ValueError for a text that does not fit."""
        prompted = [self._prompt + text for text in texts]
        if any(n > self._folder.window for n in self.count(prompted)):
            raise ValueError(f"a passage is longer than the embedder's {self.window} tokens")
        if "_torch" not in self.__dict__ and len(texts) <= _FEW and self._twin is not None:
            return self._twin.embed(prompted)
        if self._twin is None:
            self._make_twin()
        return self._torch.embed(texts, self._prompt)

    def embed_sentences(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(len(texts), dimension) unit vectors of a few sentences, which fit the window."""
        if self._twin is None and not self._make_twin():
            return self._torch.embed(texts, self._prompt)
        return np.array([self._sentence(self._prompt + text) for text in texts], np.float32)

    def _embed_sentence(self, text: str) -> NDArray[np.float32]:
        """A sentence's vector by the twin, which embeds one at a time anyway.

        The same sentences are candidates for one question after another.
        """
        assert self._twin is not None
        vector: NDArray[np.float32] = self._twin.embed([text])[0]
        return vector

    def embed_query(self, text: str) -> NDArray[np.float32]:
        """(dimension,) unit vector."""
        prompt = self._folder.prompts.get("query", "")
        pieces = [prompt + text]
        if self.count(pieces)[0] > self._folder.window:
            room = self._folder.window - self.count([prompt])[0] + self.count([""])[0]
            pieces = [prompt + piece for piece in self._tokenizer.pieces(text, room)]
        if self._twin is None and not self._make_twin():
            vectors = self._torch.embed(pieces, "")
        else:
            assert self._twin is not None
            vectors = self._twin.embed(pieces)
        mean: NDArray[np.float32] = vectors.mean(axis=0)
        return mean / np.float32(np.linalg.norm(mean))

    def describe(self) -> str:
        """How questions are embedded on this machine."""
        return "ONNX" if self._twin is not None else "torch (no ONNX twin yet, or none possible)"

    @property
    def _prompt(self) -> str:
        """What the model wants before a passage."""
        prompts = self._folder.prompts
        return prompts.get("document", prompts.get("passage", ""))

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return open_tokenizer(self._folder.tokenizer)

    @cached_property
    def _torch(self) -> "TorchModel":
        from rag.embed.torch_back_end import TorchModel

        return TorchModel(self._folder.path)

    @property
    def _twin_folder(self) -> Path:
        identity = hashlib.sha256(json.dumps(self.fingerprint, sort_keys=True).encode())
        return self._twins / identity.hexdigest()[:16]

    @property
    def _twin(self) -> OnnxTwin | None:
        """The twin, once there is one; loaded by the first thread that needs it."""
        with self._loading:
            self._loaded = self._loaded or self._open_twin()
            return self._loaded

    def _open_twin(self) -> OnnxTwin | None:
        """The twin on disk, or None if there is none or its bytes are not those checked."""
        path = self._twin_folder / "model.onnx"
        try:
            card = json.loads((self._twin_folder / "card.json").read_text(encoding="utf-8"))
            if card["sha256"] != sha256_of(path):
                return None
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return OnnxTwin(path, self._tokenizer)

    def _make_twin(self) -> bool:
        """Exports the twin and checks it against the model; False if there can be none here."""
        new = self._twin_folder.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)  # of a run that was killed
        try:
            new.mkdir(parents=True)
            if not self._export(new):
                return False
            shutil.rmtree(self._twin_folder, ignore_errors=True)
            new.rename(self._twin_folder)
        except OSError:  # RAG_HOME cannot be written: torch serves, and `rag status` says so
            return False
        finally:
            shutil.rmtree(new, ignore_errors=True)
        return self._twin is not None

    def _export(self, folder: Path) -> bool:
        """Writes model.onnx and its card into the folder if the twin agrees with the model."""
        path = folder / "model.onnx"
        probes = [p for p in _PROBES if self.count([p])[0] <= self._folder.window]
        try:
            self._torch.export(path)
            twin = OnnxTwin(path, self._tokenizer)
        except (RuntimeError, ValueError, TypeError, NotImplementedError):
            return False
        cosine = float((twin.embed(probes) * self._torch.embed(probes, "")).sum(1).min())
        card = {"sha256": sha256_of(path), "cosine": cosine}
        (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
        return cosine > 0.9999
