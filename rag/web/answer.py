"""A turn of a conversation -> HTML: the question, and the answer sentence by sentence."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from rag.clean import as_shown, flowing
from rag.compose import SOURCES_DISAGREE
from rag.datatypes import NOT_IN_DOCUMENTS, Answer, Citation, Sentence, ShortAnswer, Support
from rag.disagree import disagreeing
from rag.framing import same_but_for_marks
from rag.web.conversations import Turn
from rag.web.inert import elided, inert, unbroken
from rag.wording import counted

# Each support has a sign and words, so that nothing rests on colour.
SUPPORT: dict[Support, tuple[str, str]] = {
    "quoted": ("❞", "quoted word for word"),
    "verified": ("✓", "verified against its source"),
    "weak": ("~", "only weakly supported"),
    "unsupported": ("!", "not supported by the documents"),
}
_MARKER = re.compile(r"\[(\d{1,4})\]")
_MARKERS = re.compile(r"(?:\s*\[\d{1,4}\])*")
_NEAREST = 3


def turn_html(turn: Turn, follow_up: bool = False) -> str:
    """One question with its answer; its parts that act are buttons with ``data-do``."""
    return (
        f'<article class="turn {turn.state}" id="t-{turn.id}" data-turn="{turn.id}">'
        f'<h2 class="asked" tabindex="-1">{inert(turn.question)}</h2>'
        f"{_searched(turn, follow_up)}"
        f'<div class="said">{_said(turn)}</div>{_tools(turn)}</article>'
    )


def announcement(turn: Turn) -> str:
    """What a screen reader is told when an answer is there."""
    if turn.state == "failed":
        return f"The question failed. {turn.trouble}"
    if turn.state == "stopped" or turn.answer is None:
        return "Stopped."
    if turn.answer.status == "not_in_documents":
        return "The documents do not answer this."
    return f"Answer ready, with {counted(len(turn.answer.citations), 'source')}."


def _said(turn: Turn) -> str:
    parts = []
    answer = turn.answer
    if answer is not None and answer.status == "not_in_documents" and answer.complete:
        parts.append(_not_in_documents(turn.id, answer))
    elif answer is not None and answer.text:
        sides = _sides(answer)
        parts.append(_banner(answer))
        if not _is_all_in(sides, answer):
            parts.append(_body(turn.id, answer))
        parts += [_side_by_side(turn.id, sides), _legend(answer)]
    if turn.state == "asking":
        parts.append(_waiting(answer))
    if turn.state == "stopped":
        told = (
            "Stopped. What stands above is not complete." if answer and answer.text else "Stopped."
        )
        parts.append(f'<p class="notice stopped">{told}</p>')
    elif turn.state == "failed":
        parts.append(f'<p class="notice failed">{inert(turn.trouble)}</p>')
    elif answer is not None and turn.state == "done" and not answer.complete:
        parts.append('<p class="notice">The answer was cut short; it is not complete.</p>')
    for warning in answer.warnings if answer else ():
        parts.append(f'<p class="notice">{inert(_sentence_case(warning))}</p>')
    if turn.host:
        told = f"{turn.host} was sent the question and the passages."
        parts.append(f'<p class="host">{inert(told)}</p>')
    return "".join(parts)


def _waiting(answer: Answer | None) -> str:
    if answer is None or not (answer.passages or answer.text):
        told = "Searching the documents"
    elif not answer.text:
        told = f"Reading {counted(len(answer.passages), 'passage')}"
    else:
        return ""
    return f'<p class="waiting">{told}<span aria-hidden="true">…</span></p>'


def _searched(turn: Turn, follow_up: bool) -> str:
    """The query that was searched, to be changed, where it is not simply the question."""
    answer = turn.answer
    if answer is None or (not follow_up and same_but_for_marks(answer.query, turn.question)):
        return ""
    box = f"q-{turn.id}"
    return (
        f'<form class="searched" data-do="search-again"><label for="{box}">Searched for</label>'
        f'<input id="{box}" name="query" autocomplete="off" value="{inert(answer.query)}">'
        '<button type="submit" class="quiet">Search again</button></form>'
    )


def _banner(answer: Answer) -> str:
    told = {
        "partial": "The documents answer only part of this.",
        "conflicting": "The sources disagree.",
    }.get(answer.status)
    return f'<p class="banner {answer.status}">{told}</p>' if told else ""


def _not_in_documents(turn: str, answer: Answer) -> str:
    parts = ['<p class="banner none">The documents do not answer this.</p>']
    own = answer.text.strip()
    if own and own != NOT_IN_DOCUMENTS:
        parts.append(f'<div class="text">{inert(own)}</div>')
    if answer.passages:
        parts.append(
            '<p class="lead">The nearest passages, which may still help:</p><ul class="near">'
        )
        for hit in answer.passages[:_NEAREST]:
            passage = hit.passage
            parts.append(
                f'<li><a class="to" href="#p-{turn}-{hit.rank}">{inert(passage.title)}</a>'
                f"<span>{inert(elided(passage.text, 180))}</span></li>"
            )
        parts.append("</ul>")
    return "".join(parts)


def _body(turn: str, answer: Answer) -> str:
    """The text, in which each checked sentence is an element with its markers."""
    known = {citation.id: citation for citation in answer.citations}
    text, at, parts = answer.text, 0, []
    for sentence in answer.sentences:
        span = _find(text, as_shown(sentence.text, sentence.support), at)
        if span is None:
            continue
        parts.append(_unchecked(turn, text[at : span[0]], known))
        parts.append(_sentence(turn, text[slice(*span)], sentence, answer.short, known))
        markers = _MARKERS.match(text, span[1])
        at = markers.end() if markers and sentence.citations else span[1]
    parts.append(_unchecked(turn, text[at:], known))
    return f'<div class="text">{"".join(parts)}</div>'


def _find(text: str, sentence: str, start: int) -> tuple[int, int] | None:
    words = sentence.split()
    found = re.compile(r"\s+".join(map(re.escape, words))).search(text, start) if words else None
    return found.span() if found else None


def _unchecked(turn: str, text: str, known: Mapping[int, Citation]) -> str:
    parts, at = [], 0
    for match in _MARKER.finditer(text):
        if citation := known.get(int(match[1])):
            parts += [inert(text[at : match.start()]), _marker(turn, citation)]
            at = match.end()
    return "".join([*parts, inert(text[at:])])


def _sentence(
    turn: str,
    text: str,
    sentence: Sentence,
    short: ShortAnswer | None,
    known: Mapping[int, Citation],
) -> str:
    sign, words = SUPPORT[sentence.support]
    markers = "".join(_marker(turn, known[n], words) for n in sentence.citations if n in known)
    tell = sentence.support in ("weak", "unsupported")
    label = f'<span class="word">{words}</span>' if tell else f'<span class="unseen">{words}</span>'
    kind = sentence.support
    return (
        f'<span class="sentence {kind}">{_with_short(text, sentence, short)}</span>&#8288;'
        f'<span class="marks">{markers}<span class="support {kind}" title="{words}">'
        f'<span aria-hidden="true">{sign}</span>{label}</span></span>'
    )


def _with_short(text: str, sentence: Sentence, short: ShortAnswer | None) -> str:
    """The sentence, the short answer in it in bold."""
    if short is None or not short.sure or short.citation not in sentence.citations:
        return inert(text)
    span = _find(text, flowing(short.text), 0)
    if span is None:
        return inert(text)
    before, bold, after = text[: span[0]], text[slice(*span)], text[span[1] :]
    return f"{inert(before)}<strong>{inert(bold)}</strong>{inert(after)}"


def _marker(turn: str, citation: Citation, words: str = "") -> str:
    """A link to the citation's sentence, which is shown where a mouse rests on it."""
    label = f"Source {citation.id}" + (f", {words}" if words else "")
    quote = inert(elided(f"{citation.title}: {citation.quote}", 300))
    return (
        f'<a class="mark" href="#s-{turn}-{citation.id}" aria-label="{label}" title="{quote}">'
        f"{citation.id}</a>"
    )


def _sides(answer: Answer) -> list[Citation]:
    """The citations that disagree with another one; an answer without an LLM says which."""
    if answer.status != "conflicting":
        return []
    _, opening, told = answer.text.partition(SOURCES_DISAGREE)
    if opening:
        sides = {int(match[1]) for match in _MARKER.finditer(told)}
    else:
        sides = {c.id for pair in disagreeing(answer.query, answer.citations) for c in pair}
    return [citation for citation in answer.citations if citation.id in sides]


def _is_all_in(sides: Sequence[Citation], answer: Answer) -> bool:
    """Whether the answer only quotes the sources that disagree, which stand side by side."""
    shown = {citation.id for citation in sides}
    rest = " ".join(answer.text.split())
    for sentence in answer.sentences:
        if sentence.support == "quoted" and shown.issuperset(sentence.citations):
            rest = rest.replace(flowing(sentence.text), "", 1)
    return bool(sides) and _MARKER.sub("", rest).strip() in ("", SOURCES_DISAGREE)


def _side_by_side(turn: str, sides: Sequence[Citation]) -> str:
    """Sources that disagree, with their dates."""
    shown = "".join(_side(turn, citation) for citation in sides)
    return f'<ul class="sides">{shown}</ul>' if sides else ""


def _side(turn: str, citation: Citation) -> str:
    return (
        f'<li><p class="date">{inert(citation.date or "no date")}</p>'
        f"<blockquote>{inert(unbroken(citation.quote))}</blockquote>"
        f'<p class="from">{_marker(turn, citation)} {inert(citation.title)}</p></li>'
    )


def _legend(answer: Answer) -> str:
    counts = Counter(sentence.support for sentence in answer.sentences)
    told = [
        f'<li><span class="support {kind}" aria-hidden="true">{sign}</span> '
        f"{counted(counts[kind], 'sentence')} {words}</li>"
        for kind, (sign, words) in SUPPORT.items()
        if counts[kind]
    ]
    return f'<ul class="legend" aria-label="How the answer is supported">{"".join(told)}</ul>'


def _tools(turn: Turn) -> str:
    if turn.state == "asking":
        return ""
    parts = ['<div class="tools" role="group" aria-label="This answer">']
    if turn.answer is not None and turn.state == "done":
        for rating, label in (("up", "Helpful"), ("down", "Not helpful")):
            pressed = "true" if turn.rating == rating else "false"
            parts.append(
                f'<button class="quiet" data-do="rate" data-rating="{rating}" '
                f'aria-pressed="{pressed}">{label}</button>'
            )
        parts.append('<button class="quiet" data-do="test">Make this a test question</button>')
        parts.append(
            '<button class="quiet" data-do="export" data-kind="answer">Save as JSON</button>'
        )
    parts.append('<button class="quiet of-last" data-do="retry">Retry</button>')
    parts.append('<button class="quiet of-last" data-do="edit">Edit question</button></div>')
    return "".join(parts)


def _sentence_case(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
