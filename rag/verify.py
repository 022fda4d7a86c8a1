"""Re-checks an exported answer against the files as they are now; needs no index."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.cite.check import check
from rag.cite.reply import read_pieces, tells_missing
from rag.clean import as_shown
from rag.compose import NOT_SAID, SOURCES_DISAGREE
from rag.datatypes import EXTRACTIVE, NOT_IN_DOCUMENTS, Document, Passage
from rag.errors import InvalidInput
from rag.files import read_below, read_named
from rag.load import CORPUS, Notes, largest, loader_for
from rag.store.local.roots import Root
from rag.words import stems

_MARKER = re.compile(r"\[\d+\]")
_OPENINGS = re.compile(
    rf"{re.escape(SOURCES_DISAGREE)}|{re.escape(NOT_IN_DOCUMENTS)}|No document is indexed\."
    r"|(?:1 document is|[\d,]+ documents are) indexed\."
    r"(?: They begin:| It begins:| The first \d+ begin:)?"
)
_SENTENCE_END = re.compile(r"[.!。！…][\W_]*$")
_FACTS = ("title", "date", "url")


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
    if not answers or not all(isinstance(a, dict) and "citations" in a for a in answers):
        raise InvalidInput(f"{path} is not an answer as `rag ask --json` prints it.")
    return answers


def _bare(found: Any) -> Any:
    return found["answer"] if isinstance(found, dict) and "answer" in found else found


def verify(answer: Mapping[str, Any], roots: Sequence[Root]) -> list[Verdict]:
    """One verdict a citation, then one (citation 0) for each other thing that does not hold.

    Raises InvalidInput for an answer with a field of another type than answers have.
    """
    verdicts = []
    quotes: dict[int, Passage] = {}
    for citation in _field(answer, "citations", list):
        number, id = _field(citation, "id", int), _field(citation, "document", str)
        document = _find(id, roots)
        verdicts.append(Verdict(number, id, _trouble(citation, document)))
        quotes[number] = _quoted(citation, document)
    troubles = [*_sentence_troubles(answer, quotes), *_short_troubles(answer, quotes)]
    if not troubles and "text" in answer and "sentences" in answer and _says_more(answer):
        troubles.append("the answer's text says more than its sentences")
    return verdicts + [Verdict(0, "", trouble) for trouble in troubles]


def _field(found: Any, name: str, kind: type) -> Any:
    """A field of an exported answer, of that very type. Raises InvalidInput."""
    value = found.get(name) if isinstance(found, dict) else None
    if type(value) is not kind:
        raise InvalidInput(f"The exported answer has no sound {name!r}; export it anew.")
    return value


def _trouble(citation: Mapping[str, Any], document: Document | None) -> str | None:
    start, end = _field(citation, "start", int), _field(citation, "end", int)
    quote, sha256 = _field(citation, "quote", str), _field(citation, "sha256", str)
    if document is None:
        return "the document is not there any more"
    same = 0 <= start < end and document.text[start:end] == quote
    if document.sha256 != sha256:
        return "the file changed" + (", the quote is still in its place" if same else "")
    if not same:
        return "the quote is not what stands at its place"
    wrong = [n for n in _FACTS if n in citation and citation[n] != getattr(document, n)]
    return f"the document has another {wrong[0]}" if wrong else None


def _quoted(citation: Mapping[str, Any], document: Document | None) -> Passage:
    """What a citation quotes, as a passage of one sentence, with its document's title and date."""
    start, quote = citation["start"], citation["quote"]
    end = start + len(quote)
    return Passage(
        document=citation["document"],
        title=document.title if document else "",
        titled=False,
        date=document.date if document else None,
        url=None,
        sha256=citation["sha256"],
        start=start,
        end=end,
        text=quote,
        sentences=((start, end),),
    )


def _sentence_troubles(answer: Mapping[str, Any], quotes: Mapping[int, Passage]) -> Iterator[str]:
    """What is wrong with the sentences; how they are supported is judged anew, by law 3."""
    shown = _squeezed(_field(answer, "text", str)) if "text" in answer else None
    for sentence in _field(answer, "sentences", list) if "sentences" in answer else ():
        text, support = _field(sentence, "text", str), _field(sentence, "support", str)
        cited = _field(sentence, "citations", list)
        missing = [number for number in cited if type(number) is not int or number not in quotes]
        if missing:
            yield f"a sentence cites [{missing[0]}], which is not there"
            continue
        passages = tuple(quotes[number] for number in cited)
        if support == "quoted" and text not in [passage.text for passage in passages]:
            yield "a sentence marked as quoted is not one of its quotes"
        elif support == "verified" and not _carried(text, passages):
            yield "a sentence marked as verified is not carried by its quotes"
        if shown is not None and _squeezed(as_shown(text, support)) not in shown:
            yield "a sentence is not in the answer's text"


def _says_more(answer: Mapping[str, Any]) -> bool:
    """Whether a text holds words that are neither its sentences' nor the tool's own."""
    text, at, rests = answer["text"], 0, []
    for sentence in answer["sentences"]:
        if found := _place_of(sentence, text, at):
            rests.append((text[at : found.start()], at == 0, False))
            at = found.end()
    written = answer.get("llm") != EXTRACTIVE
    if not (written and answer.get("complete") is False):  # what an LLM was cut off at is shown
        rests.append((text[at:], at == 0, True))
    own = [_squeezed(f"{c.get('title')} begins:") for c in answer["citations"]]
    return any(
        _claims(rest, str(answer.get("query", "")), written, first, last)
        for rest, first, last in rests
        if _squeezed(rest) not in own
    )


def _place_of(sentence: Mapping[str, Any], text: str, at: int) -> re.Match[str] | None:
    """Where a sentence stands in a text, with its markers if they are there."""
    shown = as_shown(sentence["text"], sentence["support"])
    said = r"\s+".join(map(re.escape, shown.split()))
    if re.match(r"\s*[A-Za-z0-9]", sentence["text"]):
        said = r"\b" + said
    markers = "".join(rf"\[{number}\]" for number in sentence["citations"])
    marked = rf"{said}\s*{markers}" if markers else said  # a line's end is no part of it
    return re.compile(marked).search(text, at) or re.compile(said).search(text, at)


def _claims(rest: str, query: str, written: bool, first: bool, last: bool) -> bool:
    """Whether what stands between sentences claims anything: no opening, no heading of an LLM."""
    lines = _MARKER.sub("", rest).split("\n")
    kept = [
        line for line in lines if not _OPENINGS.fullmatch(line.strip()) and not _asked(line, query)
    ]
    if not written:
        return any(line.strip() for line in kept)
    whole = lines[0 if first else 1 : None if last else -1]
    headings = {line.strip() for line in whole if not _SENTENCE_END.search(line)}
    pieces = read_pieces("\n".join(kept))
    return any(
        piece.claims and not tells_missing(piece.text, query) and piece.text not in headings
        for piece in pieces
    )


def _asked(line: str, query: str) -> bool:
    """Whether a line names a part of the question as what the documents do not say."""
    said = line.strip()
    return said.startswith(NOT_SAID) and set(stems(said.removeprefix(NOT_SAID))) <= set(
        stems(query)
    )


def _carried(text: str, passages: tuple[Passage, ...]) -> bool:
    found = check(text, passages, tuple(range(len(passages)))) if passages else None
    return found is not None and found.support in ("quoted", "verified")


def _squeezed(text: str) -> str:
    """A text without its markers and white space."""
    return "".join(_MARKER.sub("", text).split())


def _short_troubles(answer: Mapping[str, Any], quotes: Mapping[int, Passage]) -> Iterator[str]:
    if answer.get("short") is None:
        return
    short = _field(answer, "short", dict)
    start, end = _field(short, "start", int), _field(short, "end", int)
    passage = quotes.get(_field(short, "citation", int))
    inside = passage is not None and passage.start <= start < end <= passage.end
    if not (passage and inside and passage.quote((start, end)) == _field(short, "text", str)):
        yield "the short answer is not what stands at its place"


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
    return [p.relative_to(root.path).as_posix() for p in sorted(root.path.rglob(CORPUS))]


def _documents(root: Root, path: str) -> list[Document]:
    """The documents of a file below a root; none if it cannot be read."""
    folder = root.path.is_dir()
    if not folder and path != root.path.name:
        return []
    if ".." in path.split("/") or path.startswith("/"):
        return []
    try:
        loader = loader_for(path, named=not folder)
        data = read_below(root.path, path, largest(loader))
        return list(loader(path, data, Notes()))
    except (OSError, ValueError):
        return []
