"""A BEIR folder -> Examples: queries.jsonl, qrels.tsv or qrels/*.tsv, perhaps corpus.jsonl."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.errors import InvalidInput
from rag.evaluate.questions import Evidence, Example, QuestionSet, example_of, json_rows
from rag.files import read_named

_HEADER = ["query-id", "corpus-id", "score"]
_GAIN = re.compile(r"-?[0-9]{1,6}")


def read_beir(folder: Path) -> QuestionSet:
    """The question set of a BEIR folder.

    Queries of which neither the qrels nor their own metadata tell anything belong to another
    split and are left out. Raises InvalidInput, with the line, for what cannot be used.
    """
    qrels = _read_qrels(folder)
    examples: dict[str, Example] = {}
    silent = 0
    for where, row in json_rows(folder / "queries.jsonl"):
        id, metadata = row.get("_id"), row.get("metadata") or {}
        if not isinstance(id, str) or not isinstance(metadata, dict):
            raise InvalidInput(f"{where}: no `_id`, or `metadata` is not an object.")
        if id in examples:
            raise InvalidInput(f"{where}: the id {id!r} is there twice.")
        example = _example(id, row.get("text"), metadata, qrels.get(id), where)
        if example.answerable is None:
            silent += 1
        else:
            examples[id] = example
    if strangers := [id for id in qrels if id not in examples]:
        raise InvalidInput(
            f"The qrels of {folder} judge {len(strangers)} queries that queries.jsonl does not "
            f"hold, {strangers[0]!r} for one."
        )
    corpus = folder / "corpus.jsonl"
    notes = [f"{silent:,} queries of {folder} without gold were left out"] * bool(silent)
    return QuestionSet(
        folder, tuple(examples.values()), corpus if corpus.is_file() else None, tuple(notes)
    )


def _example(
    id: str,
    text: Any,
    metadata: Mapping[str, Any],
    judged: Mapping[str, int] | None,
    where: str,
) -> Example:
    names = ("answers", "parts", "answerable", "type", "history", "standalone")
    row = {name: metadata[name] for name in names if name in metadata}
    example = example_of({"id": id, "question": text, **row}, where, judged)
    spans = metadata.get("gold_spans") or []
    try:
        evidence = tuple(
            Evidence(str(span["doc"]), span=(int(span["start"]), int(span["end"])))
            for span in spans
        )
    except (TypeError, KeyError, ValueError, OverflowError) as error:
        raise InvalidInput(
            f'{where}: `gold_spans` is not a list of {{"doc", "start", "end"}}.'
        ) from error
    if evidence and example.answerable is None:
        example = replace(example, answerable=True)
    return replace(example, evidence=evidence)


def _read_qrels(folder: Path) -> dict[str, dict[str, int]]:
    """query -> document -> gain. Raises InvalidInput where there is none, or for a bad line."""
    files = [folder / "qrels.tsv", *sorted((folder / "qrels").glob("*.tsv"))]
    files = [file for file in files if file.is_file()]
    if not files or not (folder / "queries.jsonl").is_file():
        raise InvalidInput(
            f"{folder} is no question set: a BEIR folder holds queries.jsonl, and qrels.tsv or "
            "qrels/*.tsv."
        )
    qrels: dict[str, dict[str, int]] = {}
    for file in files:
        try:
            lines = read_named(file).decode("utf-8-sig").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise InvalidInput(f"{file} cannot be read: {error}.") from error
        for number, line in enumerate(lines, start=1):
            cells = line.rstrip("\r").split("\t")
            if not line.strip() or (number == 1 and cells == _HEADER):
                continue
            if len(cells) != 3 or not _GAIN.fullmatch(cells[2].strip()):
                raise InvalidInput(
                    f"{file}, line {number}: not a query id, a document id and a whole number "
                    "between tabs."
                )
            qrels.setdefault(cells[0], {})[cells[1]] = int(cells[2])
    return qrels
