"""Sentences drawn from the dev sets, and the claims made of them."""

import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.sentences import sentence_spans

NEVER_VERIFIED = ("number", "unit", "date", "name", "negation", "role")
NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{2,}(?: [A-Z][a-z]{2,})*\b(?!\.|’|')")
MONTHS = ["January", "February", "March", "April", "June", "July", "August", "September",
          "October", "November", "December"]  # fmt: skip
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_DRAWS = 12
_BLOCK = 4_000  # characters; a long document is drawn from in blocks
_PLAIN = re.compile(r"[A-Z][^\n|•]*[a-z]\.")


@dataclass(frozen=True)
class Pair:
    """A claim about a source, made from it by a rule of some kind."""

    claim: str
    source: str
    kind: str


def first_draw(folder: Path, limit: int) -> list[tuple[str, list[str]]]:
    """Plain sentences of a corpus, shuffled, each with the names of its document.

    These were looked at while the rules were written.
    """
    return [(text, names) for _, text, names in _first_draw(folder, limit)]


def _first_draw(folder: Path, limit: int) -> list[tuple[str, str, list[str]]]:
    rows = [json.loads(line) for line in (folder / "dev" / "corpus.jsonl").open(encoding="utf-8")]
    chooser = random.Random(7)
    chooser.shuffle(rows)
    found = []
    for row in rows:
        text = row["text"][:20_000]
        names = sorted(set(NAME.findall(text)))
        spans = sentence_spans(text)
        chooser.shuffle(spans)
        for start, end in spans[:12]:
            if _is_plain(text[start:end]):
                found.append((row["_id"], text[start:end], names))
        if len(found) >= limit:
            break
    return found


def fresh_draw(folder: Path, draw: int, limit: int) -> list[tuple[str, str, list[str]]]:
    """Plain sentences, each with the one behind it and the names around it.

    Those of two draws lie in different blocks of the corpus, and none is in ``first_draw``; nor is
    any document of it, where a corpus has more than four hundred.
    """
    seen = _first_draw(folder, 260)
    documents, sentences = {row[0] for row in seen}, {row[1] for row in seen}
    rows = [json.loads(line) for line in (folder / "dev" / "corpus.jsonl").open(encoding="utf-8")]
    random.Random(draw).shuffle(rows)
    found: list[tuple[str, str, list[str]]] = []
    for row in rows:
        if len(found) >= limit:
            break
        if len(rows) > 400 and row["_id"] in documents:
            continue
        found += [
            drawn for drawn in _blocks(row["_id"], row["text"], draw) if drawn[0] not in sentences
        ][:40]
    return found[:limit]


def _blocks(document: str, text: str, draw: int) -> Iterator[tuple[str, str, list[str]]]:
    for at in range(0, len(text), _BLOCK):
        key = hashlib.sha256(f"{document} {at}".encode()).digest()
        if key[0] % _DRAWS != draw:
            continue
        block = text[at : at + _BLOCK]
        names = sorted(set(NAME.findall(block)))
        whole = [block[start:end] for start, end in sentence_spans(block)]
        for sentence, behind in zip(whole[:-1], whole[1:], strict=True):
            if _is_plain(sentence):
                yield sentence, behind, names


def _is_plain(sentence: str) -> bool:
    return 40 <= len(sentence) <= 300 and bool(_PLAIN.fullmatch(sentence))
