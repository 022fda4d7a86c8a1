"""Examples + index -> the spans and documents that should be found.

A quote of a question set is found by searching for it, which is fair for gold data: it must be in
the document that it names, differences of white space and of typographic quotes and dashes aside.
"""

import unicodedata
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from rag.errors import InvalidInput
from rag.evaluate.questions import Evidence, Example, QuestionSet
from rag.evaluate.spans import Place, half_covered
from rag.store import Snapshot

_FOLD = str.maketrans("‘’‚‛“”„‟–—−‐‑", "''''\"\"\"\"-----")
_MOST_PLACES = 100


@dataclass(frozen=True, slots=True)
class Gold:
    """What should be found for a question.

    ``quotes`` holds the places of each gold quote in the index, one of which is enough;
    ``documents`` their gains where the gold is whole documents; ``relevant`` every passage of the
    index that covers at least half of a gold quote.
    """

    quotes: tuple[tuple[Place, ...], ...] = ()
    documents: Mapping[str, int] | None = None
    relevant: frozenset[Place] = frozenset()


def join(questions: QuestionSet, snapshot: Snapshot, index: str) -> dict[str, Gold]:
    """The gold of each example by its id.

    Raises InvalidInput where a document or a quote is not in the index: what cannot be found
    would be scored as missed.
    """
    library = _Library(snapshot)
    golds: dict[str, Gold] = {}
    lost: dict[str, str] = {}
    for example in questions.examples:
        try:
            golds[example.id] = _gold(example, library)
        except LookupError as error:
            lost[example.id] = str(error)
    if lost:
        advice = "index the documents that the questions are about"
        if questions.corpus:
            advice = f"`rag index {questions.corpus} --index DIR` makes one that holds them"
        first = {why: id for id, why in reversed(lost.items())}
        few = [f"{why} (question {first[why]!r})" for why in list(dict.fromkeys(lost.values()))[:3]]
        raise InvalidInput(
            f"{len(lost):,} of {len(questions.examples):,} questions of {questions.path} do not "
            f"fit the index in {index}: {'; '.join(few)}; {advice}."
        )
    return golds


class _Library:
    """The documents of an index, by the names that question sets have for them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.ids = [row.id for row in snapshot.document_keys().values()]
        self._known = {unicodedata.normalize("NFC", id): id for id in self.ids}
        self._known |= {id: id for id in self.ids}
        self._prefixes = ["", *(f"{name}/" for name in snapshot.roots().values() if name)]
        self._texts: dict[str, _Searchable] = {}
        self._passages: dict[str, list[Place]] = {}

    def id_of(self, name: str) -> str:
        """The id of a document; raises LookupError."""
        for spelling in (name, unicodedata.normalize("NFC", name), unquote(name)):
            found = {
                self._known[prefix + spelling]
                for prefix in self._prefixes
                if prefix + spelling in self._known
            }
            if len(found) == 1:
                return found.pop()
            if found:
                raise LookupError(f"{name!r} may be any of {', '.join(sorted(found))}")
        raise LookupError(f"the index does not hold the document {name!r}")

    def text(self, id: str) -> "_Searchable":
        if id not in self._texts:
            document = self._snapshot.document(id)
            self._texts[id] = _Searchable(document.text if document else "")
        return self._texts[id]

    def passages(self, id: str) -> list[Place]:
        if id not in self._passages:
            found = self._snapshot.document_passages(id)
            self._passages[id] = [(id, passage.start, passage.end) for passage in found]
        return self._passages[id]


class _Searchable:
    """A text in which a quote is found however its white space and quotation marks are set."""

    def __init__(self, text: str) -> None:
        self.length = len(text)
        characters: list[str] = []
        self._offsets = array("q")
        for offset, character in enumerate(text.translate(_FOLD)):
            if character.isspace():
                if not characters or characters[-1] == " ":
                    continue
                character = " "
            characters.append(character)
            self._offsets.append(offset)
        self._collapsed = "".join(characters)

    def find(self, quote: str) -> Iterator[tuple[int, int]]:
        """The spans of a quote, without overlaps."""
        wanted = " ".join(quote.translate(_FOLD).split())
        at = self._collapsed.find(wanted)
        while at >= 0:
            yield self._offsets[at], self._offsets[at + len(wanted) - 1] + 1
            at = self._collapsed.find(wanted, at + len(wanted))


def _gold(example: Example, library: _Library) -> Gold:
    if not example.evidence:
        judged = {library.id_of(name): gain for name, gain in (example.judged or {}).items()}
        return Gold(documents=judged or None)
    quotes = tuple(tuple(_places(evidence, library)) for evidence in example.evidence)
    documents = dict.fromkeys(place[0] for places in quotes for place in places)
    relevant = frozenset(
        passage
        for id in documents
        for passage in library.passages(id)
        if any(half_covered(_in(places, id), [passage]) for places in quotes)
    )
    return Gold(quotes=quotes, relevant=relevant)


def _in(places: Sequence[Place], document: str) -> list[Place]:
    return [place for place in places if place[0] == document]


def _places(evidence: Evidence, library: _Library) -> list[Place]:
    """Where a gold quote is; raises LookupError."""
    if evidence.span is not None:
        id = library.id_of(evidence.document)
        start, end = evidence.span
        if not 0 <= start < end <= library.text(id).length:
            raise LookupError(f"{id!r} has no characters {start} to {end}")
        return [(id, start, end)]
    ids = [library.id_of(evidence.document)] if evidence.document else library.ids
    places = [(id, *span) for id in ids for span in library.text(id).find(evidence.quote)]
    if not places:
        where = repr(ids[0]) if evidence.document else "any document"
        quote = " ".join(evidence.quote.split())
        begins = quote if len(quote) <= 60 else quote[:60] + "…"
        raise LookupError(f"{begins!r} is not in {where}")
    return places[:_MOST_PLACES]
