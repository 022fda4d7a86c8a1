"""Makes rag/reader/reader.onnx: the default embedder's transformer, trained to point at answers.

usage: python tests/reader/train.py [--data ../shared/training] [--work FOLDER] [--out FILE]

Trains on SQuADShifts alone (see examples.py). The embeddings stay as they are, the layers and two
scores a token (where the answer begins, where it ends; on the first token: nowhere) are learned,
batches of 16 in bfloat16, AdamW, no dropout. Each pass draws its examples anew, the first one from
all questions, the others from all about Wikipedia and some of the rest; in each the rate rises in
300 steps and falls to nothing (warm restarts: Loshchilov and Hutter 2017). The result is the mean
of the weights after each pass but the first (Izmailov et al. 2018), in 8 bits. Checkpoints are
written every 250 steps, and an interrupted run goes on. Some passages are kept aside: how well
their questions are answered is printed after each pass.
"""

import argparse
import json
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from examples import SETS, Asked, Example, examples, read
from onnxruntime.quantization import QuantType, quantize_dynamic
from sentence_transformers import SentenceTransformer
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel
from transformers import AutoModel, AutoTokenizer

from rag.embed.model_folder import DEFAULT_SPEC, find_model_folder
from rag.evaluate.matching import exact_match, f1
from rag.reader import best_run

ROOT = Path(__file__).parents[2]
BATCH, RISING, WINDOW = 16, 300, 256
RATES = (2e-4, 1e-4, 7e-5)  # the highest of each pass
OTHERS = 0.4  # of the questions about reviews and posts, least like other people's documents
ANSWERLESS = 0.75  # of the examples without an answer are drawn
ASIDE = 160  # passages
INPUTS = ("input_ids", "attention_mask", "token_type_ids")


class Features(NamedTuple):
    """An example in tokens; ``first`` and ``last`` are 0 where nothing answers."""

    ids: list[int]
    types: list[int]
    first: int
    last: int


class Reader(torch.nn.Module):
    """Logits of where an answer begins and ends: (texts, tokens, 2)."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.body = AutoModel.from_pretrained(
            path, add_pooling_layer=False, attn_implementation="eager"
        )
        self.head = torch.nn.Linear(self.body.config.hidden_size, 2)
        for parameter in self.body.embeddings.parameters():
            parameter.requires_grad = False

    def forward(
        self, ids: torch.Tensor, attended: torch.Tensor, types: torch.Tensor
    ) -> torch.Tensor:
        states = self.body(input_ids=ids, attention_mask=attended, token_type_ids=types)
        logits: torch.Tensor = self.head(states.last_hidden_state)
        return logits


def near_passages(asked: Sequence[Asked], path: str) -> list[list[str]]:
    """For each question up to four passages of its set that are near it and hold no answer."""
    model = SentenceTransformer(path, device="cpu")
    model.max_seq_length = 160
    found: list[list[str]] = [[] for _ in asked]
    for name in SETS:
        places = [i for i, one in enumerate(asked) if one.set == name]
        passages = sorted({asked[i].passage for i in places})
        vectors = model.encode(passages, normalize_embeddings=True)
        questions = model.encode([asked[i].question for i in places], normalize_embeddings=True)
        for place, row in zip(places, questions @ vectors.T, strict=True):
            one = asked[place]
            close = [passages[i] for i in np.argsort(-row)[:8] if passages[i] != one.passage]
            texts = [text.lower() for text in one.answers]
            found[place] = [p for p in close if not any(t in p.lower() for t in texts)][:4]
    return found


def features(found: Sequence[Example], tokenizer: Any) -> Iterator[Features]:
    """The examples in tokens, less those whose answer is beyond the window."""
    for question, passage, answer in found:
        encoded = tokenizer(
            question, passage, truncation="only_second", max_length=WINDOW,
            return_offsets_mapping=True,
        )  # fmt: skip
        held = [0]
        if answer:
            held = [
                i
                for i, (start, end) in enumerate(encoded["offset_mapping"])
                if encoded.sequence_ids(0)[i] == 1 and start < answer[1] and end > answer[0]
            ]
        if held:
            yield Features(encoded["input_ids"], encoded["token_type_ids"], held[0], held[-1])


def batches(data: Sequence[Features], chance: random.Random) -> list[list[Features]]:
    """All examples once, in batches of about the same length."""
    order = list(range(len(data)))
    chance.shuffle(order)
    found = []
    for at in range(0, len(order), 50 * BATCH):
        alike = sorted(order[at : at + 50 * BATCH], key=lambda i: len(data[i].ids))
        parts = [alike[i : i + BATCH] for i in range(0, len(alike), BATCH)]
        chance.shuffle(parts)
        found += [[data[i] for i in part] for part in parts]
    return found


def loss_of(net: Reader, batch: Sequence[Features]) -> torch.Tensor:
    """How surprised it is by where the answers begin and end."""
    longest = max(len(one.ids) for one in batch)
    ids, types, attended = (torch.zeros(len(batch), longest, dtype=torch.long) for _ in range(3))
    for row, one in enumerate(batch):
        size = len(one.ids)
        ids[row, :size], types[row, :size] = torch.tensor(one.ids), torch.tensor(one.types)
        attended[row, :size] = 1
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = net(ids, attended, types)
    logits = logits.float().masked_fill(attended[..., None] == 0, -1e4)
    first = torch.tensor([one.first for one in batch])
    last = torch.tensor([one.last for one in batch])
    begins = functional.cross_entropy(logits[..., 0], first)
    return (begins + functional.cross_entropy(logits[..., 1], last)) / 2


def kept_aside(asked: Sequence[Asked]) -> frozenset[str]:
    """Some passages, half of them of Wikipedia, which is the most like other people's documents."""
    found: list[str] = []
    for wiki in (True, False):
        passages = sorted({one.passage for one in asked if (one.set == "new_wiki") is wiki})
        found += random.Random(5).sample(passages, ASIDE // 2)
    return frozenset(found)


def scores(net: Reader, asked: Sequence[Asked], tokenizer: Any) -> tuple[float, float]:
    """Exact match and F1 of the words that it points at in the questions' passages."""
    found = []
    for one in asked:
        encoded = tokenizer(
            one.question, one.passage, truncation="only_second", max_length=WINDOW,
            return_offsets_mapping=True, return_tensors="pt",
        )  # fmt: skip
        offsets = encoded["offset_mapping"][0].tolist()
        own = [i for i, part in enumerate(encoded.sequence_ids(0)) if part == 1]
        with torch.no_grad():
            logits = net(*(encoded[name] for name in INPUTS))[0, own].numpy()
        first, last, _ = best_run(*logits.T)
        words = one.passage[offsets[own[first]][0] : offsets[own[last]][1]]
        found.append((exact_match(words, one.answers), f1(words, one.answers)))
    exact, overlap = np.mean(found, axis=0).tolist()
    return exact, overlap


def train(
    net: Reader,
    drawn: Callable[[int], list[list[Features]]],
    checkpoint: Path,
    scored: Callable[[Reader], tuple[float, float]],
) -> None:
    """Trains the network in place, with the batches that are drawn for each pass.

    What it ends with is the mean of the weights after each pass but the first.
    """
    learned = [parameter for parameter in net.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(learned, lr=RATES[0], weight_decay=0.01)
    begun, done = 0, 0
    averaged = AveragedModel(net)
    if checkpoint.exists():
        kept = torch.load(checkpoint)
        net.load_state_dict(kept["net"])
        optimizer.load_state_dict(kept["optimizer"])
        averaged.load_state_dict(kept["averaged"])
        begun, done = kept["pass"], kept["step"]
    for number, rate in list(enumerate(RATES))[begun:]:
        found = drawn(number)
        for step, batch in enumerate(found[done:], start=done):
            for group in optimizer.param_groups:
                group["lr"] = rate * min(1, (step + 1) / RISING) * max(0.01, 1 - step / len(found))
            loss = loss_of(net, batch)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimizer.step()
            if (step + 1) % 250 == 0 or step + 1 == len(found):
                print(
                    f"pass {number + 1}, {step + 1:,} of {len(found):,}, loss {loss.item():.2f}",
                    flush=True,
                )
                state = {
                    "net": net.state_dict(),
                    "averaged": averaged.state_dict(),
                    "optimizer": optimizer.state_dict(),
                    "pass": number,
                    "step": step + 1,
                }
                torch.save(state, checkpoint.with_suffix(".new"))
                checkpoint.with_suffix(".new").replace(checkpoint)
        done = 0
        if number > 0:
            averaged.update_parameters(net)
        print("kept aside: exact match {:.3f}, F1 {:.3f}".format(*scored(net)), flush=True)
    net.load_state_dict(averaged.module.state_dict())
    print("their mean: exact match {:.3f}, F1 {:.3f}".format(*scored(net)), flush=True)


def export(net: Reader, path: Path) -> None:
    """Writes the network as ONNX with 8-bit weights."""
    example = torch.ones((2, 16), dtype=torch.long)
    axes = {name: {0: "texts", 1: "tokens"} for name in (*INPUTS, "logits")}
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        whole = str(Path(folder) / "whole.onnx")
        torch.onnx.export(
            net.eval(), (example, example, example), whole, input_names=list(INPUTS),
            output_names=["logits"], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        quantize_dynamic(whole, path, weight_type=QuantType.QInt8, per_channel=True)


def main() -> None:
    """Makes the examples, trains, writes the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "training")
    parser.add_argument("--work", type=Path, default=ROOT / "eval" / "reader")
    parser.add_argument("--out", type=Path, default=ROOT / "rag" / "reader" / "reader.onnx")
    options = parser.parse_args()
    os.environ["HF_HUB_OFFLINE"] = "1"
    options.work.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(7)
    path = str(find_model_folder(DEFAULT_SPEC).path)
    tokenizer = AutoTokenizer.from_pretrained(path)
    asked = read(options.data)
    unseen = kept_aside(asked)
    aside = [one for one in asked if one.passage in unseen]
    asked = [one for one in asked if one.passage not in unseen]
    kept = options.work / "near.json"
    if not kept.exists():
        kept.write_text(json.dumps(near_passages(asked, path)), encoding="utf-8")
    near = json.loads(kept.read_text(encoding="utf-8"))

    def drawn(number: int) -> list[list[Features]]:
        chance = random.Random(number)
        chosen = [
            i
            for i, one in enumerate(asked)
            if number == 0 or one.set == "new_wiki" or chance.random() < OTHERS
        ]
        found = examples([asked[i] for i in chosen], [near[i] for i in chosen], chance)
        found = [one for one in found if one.answer or chance.random() < ANSWERLESS]
        data = list(features(found, tokenizer))
        without = sum(not one.last for one in data)
        print(f"pass {number + 1}: {len(data):,} examples, {without:,} without an answer")
        return batches(data, chance)

    net = Reader(path)
    checkpoint = options.work / "checkpoint.pt"
    train(net, drawn, checkpoint, lambda net: scores(net, aside, tokenizer))
    export(net, options.out)


if __name__ == "__main__":
    main()
