"""Re-checks an exported answer against the files as they are now; needs no index."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.datatypes import Document
from rag.errors import InvalidInput
from rag.files import read_below, read_named
from rag.load import largest, loader_for
from rag.store.local.roots import Root


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one citation: ``trouble`` is None if the quote is where it was."""

    citation: int
    document: str
    trouble: str | None


def read_answers(path: Path) -> list[dict[str, Any]]:
    """The answers in a file: one, bare or under ``"answer"``, or those of a saved conversation.

    Raises InvalidInput for anything else.
    """
    try:
        found = json.loads(read_named(path))
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is not JSON: {error}.") from error
    turns = found.get("turns") if isinstance(found, dict) else None
    answers = [_bare(turn) for turn in turns] if isinstance(turns, list) else [_bare(found)]
    answers = [answer for answer in answers if not (turns and answer is None)]
    if not all(isinstance(a, dict) and isinstance(a.get("citations"), list) for a in answers):
        raise InvalidInput(f"{path} is not an answer as `rag ask --json` prints it.")
    return answers


def _bare(found: Any) -> Any:
    return found["answer"] if isinstance(found, dict) and "answer" in found else found


def verify(answer: dict[str, Any], roots: Sequence[Root]) -> list[Verdict]:
    """One verdict a citation, then one (citation 0) for each other thing that does not hold."""
    verdicts = []
    quotes: dict[int, str] = {}
    for citation in answer["citations"]:
        try:
            number, document = int(citation["id"]), str(citation["document"])
            span = (int(citation["start"]), int(citation["end"]))
            quotes[number] = quote = str(citation["quote"])
            sha256 = str(citation["sha256"])
        except (KeyError, TypeError, ValueError):
            raise InvalidInput(
                "A citation of the answer is not complete; export it anew."
            ) from None
        verdicts.append(Verdict(number, document, _trouble(document, span, quote, sha256, roots)))
    for sentence in answer.get("sentences") or []:
        cited = sentence.get("citations") or []
        missing = [n for n in cited if n not in quotes]
        if missing:
            verdicts.append(Verdict(0, "", f"a sentence cites [{missing[0]}], which is not there"))
        verbatim = any(sentence.get("text", "") in quotes[n] for n in cited if n in quotes)
        if sentence.get("support") == "quoted" and not verbatim:
            verdicts.append(Verdict(0, "", "a sentence marked as quoted is not in its quotes"))
    return verdicts


def _trouble(
    id: str, span: tuple[int, int], quote: str, sha256: str, roots: Sequence[Root]
) -> str | None:
    document = _find(id, roots)
    if document is None:
        return "the document is not there any more"
    same = document.text[slice(*span)] == quote and 0 <= span[0] < span[1]
    if document.sha256 != sha256:
        return "the file changed" + (", the quote is still in its place" if same else "")
    return None if same else "the quote is not what stands at its place"


def _find(id: str, roots: Sequence[Root]) -> Document | None:
    for root in roots:
        prefix = f"{root.name}/" if root.name else ""
        if not id.startswith(prefix):
            continue
        inside = id.removeprefix(prefix)
        corpora = _corpora(root)
        for path, wanted in [(inside, inside), *((corpus, inside) for corpus in corpora)]:
            for document in _documents(root, path):
                if document.id == wanted:
                    return document
    return None


def _corpora(root: Root) -> list[str]:
    if root.path.is_file():
        return [root.path.name] if root.path.suffix.lower() == ".jsonl" else []
    return [p.relative_to(root.path).as_posix() for p in sorted(root.path.rglob("corpus.jsonl"))]


def _documents(root: Root, path: str) -> list[Document]:
    """The documents of a file below a root; none if it cannot be read."""
    folder = root.path.is_dir()
    if not folder and path != root.path.name:
        return []
    if ".." in path.split("/") or path.startswith("/"):
        return []
    try:
        loader = loader_for(path, named=not folder or path.endswith("corpus.jsonl"))
        data = read_below(root.path, path, largest(loader))
        return list(loader(path, data, []))
    except (OSError, ValueError):
        return []
