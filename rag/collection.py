"""Questions about the collection itself, answered from the catalog and the documents' own words.

"What are these documents about?", "Which documents do you have?", "Summarise the second article",
"hi": no passage answers these, but the documents' leading sentences do.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.datatypes import Hit, Span
from rag.store import DocumentRow, Snapshot
from rag.wording import counted

_MOST_DOCUMENTS = 10
_SUMMARY_SENTENCES = 3

_THINGS = (
    r"(?:documents?|docs?|files?|articles?|texts?|sources?|collection|corpus|papers?|stories|story)"
)
_SEVERAL = r"(?:documents|docs|files|articles|texts|sources|collection|corpus|papers|stories)"
_PLACE = r"(first|second|third|fourth|fifth|last)"
_SUM_UP = r"(?:summari[sz]e|sum up|describe)"
# Words that single nothing out: "the articles" are asked about, and not "the articles of faith".
_PLAIN = (
    r"(?:(?:all|are|collection|in|is|kinds?|me|my|names?|of|our|sorts?|the|these|this|those|titles?|"
    r"us|your)\s+)*"
)
_MAINLY = r"(?:\s+(?:all|generally|mainly|mostly))?"
_END = (
    r"(?:[\s,]+(?:are|available|collection|corpus|do|for|have|here|in|index|indexed|is|it|know|"
    r"loaded|me|of|please|the|there|these|this|those|use|you|your))*[\s.?!]*$"
)
_EVERYTHING = (
    # hi
    r"^(?:hi|hello|hey|hallo|bonjour|hola|good (?:morning|afternoon|evening)|help)\b[\s!.?]*"
    r"(?:there)?[\s!.?]*$",
    # Which documents do you have?
    rf"\b(?:which|what(?:['’]s)?|list|show|how many|name)\s+{_PLAIN}{_SEVERAL}\b{_END}",
    rf"\bwhat (?:do|can) you (?:know|do|answer){_END}|\bwhat can i ask(?: about)?{_END}"
    r"|\bwho are you\b",
    # What are these documents about?
    rf"\bwhat(?:['’]s)?\s+{_PLAIN}{_THINGS}{_MAINLY}\s+about{_END}",
    # an overview of the articles
    r"\b(?:topics?|subjects?|themes?|overview|summary|gist)(?:\s+\w+)?\s+(?:of|in|from)\s+"
    rf"{_PLAIN}{_THINGS}\b{_END}",
    # Summarise everything.
    rf"\b{_SUM_UP}\s+(?:{_PLAIN}{_THINGS}|everything|this|these|those|all|it|them)\b{_END}",
)
_ONE = (
    rf"\b(?:{_SUM_UP}|summary of|about|overview of)\s+{_PLAIN}{_PLACE} {_THINGS}\b{_END}",
    rf"\b{_PLACE} {_THINGS}{_MAINLY}\s+about{_END}",
)
_ONLY_COUNTED = re.compile(r"(?:and |so )?how many\b", re.I)
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "last": -1}


@dataclass(frozen=True, slots=True)
class Overview:
    """An opening of our own words and the sentences that are quoted under it."""

    opening: str
    quotes: tuple[tuple[Hit, Span], ...]


def answer_about_collection(question: str, snapshot: Snapshot) -> Overview | None:
    """The overview that a question about the collection asks for; None for any other question."""
    question = question.strip()
    one = next(filter(None, (re.search(p, question, re.I) for p in _ONE)), None)
    everything = any(re.search(p, question, re.I) for p in _EVERYTHING)
    if not (one or everything):
        return None
    rows = list(snapshot.document_keys().values())
    if not rows:
        return Overview("No document is indexed.", ())
    if one:
        place = _ORDINALS[one[1].lower()]
        if place >= len(rows):
            return None
        row = rows[place]
        return Overview(f"{row.title} begins:", _leads(snapshot, [row], _SUMMARY_SENTENCES))
    count = counted(len(rows), "document is", "documents are")
    if _ONLY_COUNTED.match(question):
        return Overview(f"{count} indexed.", ())
    shown = rows[:_MOST_DOCUMENTS]
    more = f" The first {len(shown)} begin:" if len(rows) > len(shown) else " They begin:"
    opening = f"{count} indexed.{more if len(rows) > 1 else ' It begins:'}"
    return Overview(opening, _leads(snapshot, shown, 1))


def _leads(
    snapshot: Snapshot, rows: Sequence[DocumentRow], sentences: int
) -> tuple[tuple[Hit, Span], ...]:
    """The first sentences of each document, its title aside; the hits are ranked as listed."""
    quotes = []
    for rank, row in enumerate(rows, start=1):
        found = snapshot.leading_sentences(row.id, sentences + 2)
        if found is None:
            continue
        passage, spans = found
        hit = Hit(passage, rank, 0.0, 0.0)
        telling = [s for s in spans if _tells(passage.quote(s), row.title)] or spans
        quotes += [(hit, span) for span in telling[:sentences]]
    return tuple(quotes)


def _tells(sentence: str, title: str) -> bool:
    """Whether it is a sentence, and neither the title nor a dateline."""
    return sentence.strip("# ") != title and len(sentence.split()) >= 6
