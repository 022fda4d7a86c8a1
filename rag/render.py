"""Answers, hits and reports -> JSON and terminal text. No HTML: that is made in ``web``."""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rag.clean import flowing, printable
from rag.datatypes import Answer, Citation, Hit, ShortAnswer
from rag.errors import RagError
from rag.framing import same_but_for_marks
from rag.store.local import SyncReport


def to_json(value: Mapping[str, Any]) -> str:
    """One JSON object as ASCII text, so that any file name and any terminal survives it."""
    return json.dumps(value, indent=2)


def error_json(error: RagError) -> dict[str, Any]:
    """``{"error": {"kind", "message"}}``."""
    return {"error": {"kind": error.kind, "message": str(error)}}


def hit_json(hit: Hit) -> dict[str, Any]:
    """A passage as answers and searches list it."""
    passage = hit.passage
    return {
        "rank": hit.rank,
        "document": passage.document,
        "start": passage.start,
        "end": passage.end,
        "text": passage.text,
        "score": hit.score,
    }


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer as ``rag ask --json`` prints it and ``rag verify`` reads it."""
    return {
        "question": answer.question,
        "query": answer.query,
        "status": answer.status,
        "complete": answer.complete,
        "text": answer.text,
        "short": asdict(answer.short) if answer.short else None,
        "sentences": [
            {"text": s.text, "citations": list(s.citations), "support": s.support}
            for s in answer.sentences
        ],
        "citations": [asdict(citation) for citation in answer.citations],
        "passages": [hit_json(hit) for hit in answer.passages],
        "warnings": list(answer.warnings),
        "llm": answer.llm,
        "embedder": answer.embedder,
        "usage": dict(answer.usage),
        "timings_ms": dict(answer.timings_ms),
        "index": dict(answer.index),
    }


def report_json(report: SyncReport, index: str) -> dict[str, Any]:
    """What ``rag index --json`` prints."""
    names = ("generation", "documents", "passages", "embedded", "reused")
    return {
        "index": index,
        **{name: getattr(report, name) for name in names},
        "seconds": round(report.seconds, 3),
        "files": [asdict(file) for file in report.files],
        "warnings": list(report.warnings),
    }


def report_lines(report: SyncReport) -> list[str]:
    """One line a file, and a last one in all."""
    lines = []
    for file in report.files:
        told = f"{file.passages} passages" if file.state != "skipped" else file.reason or ""
        if file.state != "skipped" and file.reason:
            told += f" ({file.reason})"
        lines.append(f"{file.state:<9} {printable(file.document)}: {printable(told)}")
    lines.append(
        f"{report.documents:,} documents, {report.passages:,} passages; "
        f"{report.embedded:,} embedded, {report.reused:,} reused in {report.seconds:.1f} s"
    )
    return lines


_NOTHING_HOLDS = "The sources confirm no sentence of this answer: do not rely on it."
_DOUBTS = {
    "unsupported": "Not what the sources say",
    "weak": "Not sure that the sources say it",
}


class Terminal:
    """Text for a person: ``colour`` for terminals only, ``width`` in characters."""

    def __init__(self, colour: bool, width: int) -> None:
        self._colour = colour
        self.width = max(40, min(width, 100))

    def answer(self, answer: Answer) -> str:
        """What was searched for a follow-up, the answer, and what stands behind it.

        The short answer, where it is sure, is bold.
        """
        text = "\n\n".join(self._wrap(line) for line in answer.text.split("\n"))
        parts = (self.searched(answer), self._stressed(text, answer.short), self.evidence(answer))
        return "\n\n".join(part for part in parts if part)

    def searched(self, answer: Answer) -> str:
        """What was searched where that is not simply the question, as for a follow-up."""
        if same_but_for_marks(answer.query, answer.question):
            return ""
        return self._dim(self._wrap(f"searched: {answer.query}"))

    def evidence(self, answer: Answer) -> str:
        """The sentences that no source carries, then the numbered sources with what they say.

        Where no sentence is carried, that comes first.
        """
        paragraphs = []
        if answer.sentences and all(s.support in _DOUBTS for s in answer.sentences):
            paragraphs.append(self._bold(self._wrap(_NOTHING_HOLDS)))
        for support, told in _DOUBTS.items():
            if doubtful := [s.text for s in answer.sentences if s.support == support]:
                paragraphs.append(self._bold(told))
                paragraphs += [self._wrap(text, "    ") for text in doubtful]
        if answer.citations:
            paragraphs.append(self._bold("Sources"))
            paragraphs += [self._source(citation) for citation in answer.citations]
        elif answer.passages:
            paragraphs.append(self._bold("Nearest passages"))
            paragraphs += [self._nearest(hit) for hit in answer.passages[:3]]
        return "\n\n".join(paragraphs)

    def hits(self, hits: Sequence[Hit]) -> str:
        """Passages with rank, score and place."""
        blocks = []
        for hit in hits:
            place = f"{hit.passage.document}:{hit.passage.start}-{hit.passage.end}"
            head = f"{hit.rank}. {printable(place)}  {hit.score:.3f}"
            blocks.append(f"{self._bold(head)}\n{self._wrap(hit.passage.text, '   ')}")
        return "\n\n".join(blocks)

    def _source(self, citation: Citation) -> str:
        names = dict.fromkeys([citation.title, citation.date or "", citation.document])
        head = " · ".join(printable(name) for name in names if name)
        if citation.page:
            head += f" · page {citation.page}"
        place = self._dim(f" ({citation.start}-{citation.end})")
        quote = self._wrap(citation.quote, "    ")
        return f"{self._bold(f'[{citation.id}]')} {head}{place}\n{quote}"

    def _nearest(self, hit: Hit) -> str:
        text = textwrap.shorten(printable(flowing(hit.passage.text)), 160)
        return f"{self._dim(printable(hit.passage.document))}\n{self._wrap(text, '    ')}"

    def _wrap(self, text: str, indent: str = "") -> str:
        line = printable(flowing(text))
        return textwrap.fill(
            line,
            self.width,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,  # an option or an address is copied as it stands
            break_long_words=False,
        )

    def _stressed(self, text: str, short: ShortAnswer | None) -> str:
        """A text with the short answer in bold, where the citation's quote holds it."""
        if short is None or not short.sure:
            return text
        words = r"\s+".join(map(re.escape, printable(flowing(short.text)).split()))
        held = rf"(?<!\w){words}(?!\w)(?=[^\[\]]*\[{short.citation}\])"
        return re.sub(held, lambda found: self._bold(found.group()), text, count=1)

    def _bold(self, text: str) -> str:
        return f"\x1b[1m{text}\x1b[0m" if self._colour else text

    def _dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._colour else text
