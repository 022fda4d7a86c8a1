"""What is indexed -> HTML: the list of documents, and one whole document."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rag.datatypes import Document, Span
from rag.store.local import SyncReport
from rag.web.inert import exact, inert
from rag.wording import counted

_MOST_ROWS = 300
_MOST_TEXT = 400_000  # characters of a document shown at once
STATES = {
    "current": "up to date",
    "changed": "changed since indexing",
    "new": "not indexed yet",
    "missing": "file is gone",
    "skipped": "skipped",
}


def list_html(rows: Sequence[Mapping[str, Any]], wanted: str) -> str:
    """A table of the documents whose title, id, date, state or reason holds each wanted word."""
    words = wanted.casefold().split()
    found = [row for row in rows if all(word in _searchable(row) for word in words)]
    if not found:
        told = "No document matches." if words else "Nothing is indexed yet."
        return f'<p class="notice">{told}</p>'
    more = (
        f'<p class="notice">The first {_MOST_ROWS:,} of {len(found):,}; search for others.</p>'
        if len(found) > _MOST_ROWS
        else ""
    )
    body = "".join(map(_row, found[:_MOST_ROWS]))
    return (
        '<table class="documents"><caption class="unseen">Documents</caption><thead><tr>'
        '<th scope="col">Document</th><th scope="col">Date</th><th scope="col">Passages</th>'
        '<th scope="col">State</th><th scope="col"><span class="unseen">Actions</span></th>'
        f"</tr></thead><tbody>{body}</tbody></table>{more}"
    )


def summary_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Such as "3 documents, 21 passages; 1 changed since indexing"."""
    indexed = [row for row in rows if row["passages"]]
    passages = sum(row["passages"] for row in indexed)
    told = f"{counted(len(indexed), 'document')}, {counted(passages, 'passage')}"
    states = Counter(str(row["state"]) for row in rows if row["state"] != "current")
    return "; ".join([told, *(f"{n:,} {STATES[state]}" for state, n in states.items())])


def report_text(report: SyncReport) -> str:
    """What a sync did, in one line or two."""
    counts = Counter(file.state for file in report.files)
    told = ", ".join(f"{n:,} {state}" for state, n in counts.items())
    skipped = [f"{f.document} ({f.reason})" for f in report.files if f.state == "skipped"]
    reasons = (
        f" Skipped: {'; '.join(skipped[:5])}{' …' if len(skipped) > 5 else ''}." if skipped else ""
    )
    return f"Done in {report.seconds:.1f} s: {told or 'nothing to do'}.{reasons}"


def document_html(document: Document, spans: Sequence[Span]) -> str:
    """A document's text with the spans marked; the first of them in the text is ``here``."""
    length = len(document.text)
    first = min((start for start, _ in spans if start < length), default=0)
    low = 0 if length <= _MOST_TEXT else max(0, first - _MOST_TEXT // 2)
    high = min(length, low + _MOST_TEXT)
    facts = [document.date or "", document.id, f"{length:,} characters"]
    cut = (
        f'<p class="notice">Shown are characters {low:,} to {high:,}.</p>'
        if high - low < length
        else ""
    )
    return (
        f'<h2 id="document-title">{inert(document.title)}</h2>'
        f'<p class="facts">{" · ".join(inert(fact) for fact in facts if fact)}</p>{cut}'
        '<div class="whole" tabindex="0" role="region" aria-label="Text of the document">'
        f"{_marked(document.text, spans, low, high)}</div>"
    )


def _marked(text: str, spans: Sequence[Span], low: int, high: int) -> str:
    """The characters from ``low`` to ``high``, of overlapping spans the first one marked."""
    parts, at, name = [], low, ' id="here" tabindex="-1"'
    for start, end in sorted(spans):
        if at <= start < end <= high:
            marked = f"<mark{name}>{inert(text[start:end])}</mark>"
            parts += [inert(text[at:start]), marked]
            at, name = end, ""
    return "".join([*parts, inert(text[at:high])])


def _searchable(row: Mapping[str, Any]) -> str:
    parts = (row["document"], row["title"], row["date"], STATES.get(row["state"]), row["reason"])
    return " ".join(str(part) for part in parts if part).casefold()


def _row(row: Mapping[str, Any]) -> str:
    id, key, title = inert(row["document"]), exact(row["document"]), inert(row["title"])
    unit = " passage" if row["passages"] == 1 else " passages"
    reason = f'<span class="reason">{inert(row["reason"])}</span>' if row["reason"] else ""
    file = f'<span class="file">{id}</span>' if row["title"] != row["document"] else ""
    tools = (
        f'<button class="quiet" data-do="open" data-document="{key}" data-spans="" '
        f'aria-label="Open {title}">Open</button>'
        f'<button class="quiet" data-do="remove" data-document="{key}" '
        f'aria-label="Remove {title}">Remove</button>'
        if row["passages"]
        else ""
    )
    return (
        f'<tr><th scope="row"><span class="title">{title}</span>{file}</th>'
        f'<td class="date{"" if row["date"] else " none"}">{inert(row["date"] or "–")}</td>'
        f'<td class="count">{row["passages"]:,}<span class="unit">{unit}</span></td>'
        f'<td><span class="state {row["state"]}">{STATES[row["state"]]}</span>{reason}</td>'
        f'<td class="tools">{tools}</td></tr>'
    )
