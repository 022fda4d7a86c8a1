"""An answer's passages -> HTML: what is cited, in its surroundings, and what was only retrieved."""

from collections.abc import Sequence
from dataclasses import replace

from rag.datatypes import Answer, Citation, Hit, Passage, ShortAnswer, Span
from rag.web.inert import elided, exact, inert, unbroken
from rag.wording import counted

_AROUND = 320  # characters shown before and after what is cited


def sources_html(turn: str, answer: Answer) -> str:
    """The panel of one answer: a card for each cited passage, the others under a fold."""
    cards, told = [], {citation.passage for citation in answer.citations}
    hits = {hit.rank: hit for hit in answer.passages}
    for rank in dict.fromkeys(citation.passage for citation in answer.citations):
        group = [citation for citation in answer.citations if citation.passage == rank]
        cards.append(_cited(turn, group, hits.get(rank), answer.short))
    others = [hit for hit in answer.passages if hit.rank not in told]
    return "".join(cards) + _others(turn, others, bool(cards))


def _cited(turn: str, group: Sequence[Citation], hit: Hit | None, short: ShortAnswer | None) -> str:
    first = group[0]
    passage = replace(hit.passage, text=unbroken(hit.passage.text)) if hit else None
    inside = [c for c in group if passage and passage.start <= c.start and c.end <= passage.end]
    texts = [_mark(turn, c, c.quote, c.start, short) for c in group if c not in inside]
    if passage and inside:
        texts.append(_excerpt(turn, passage, inside, short))
    text = " … ".join(texts)
    numbers = "".join(f'<span class="number">{citation.id}</span>' for citation in group)
    return (
        f'<article class="source">{_head(first, numbers, first.page)}'
        f'<p class="passage">{text}</p>'
        f"{_foot(first, [(c.start, c.end) for c in group])}</article>"
    )


def _head(about: Citation | Passage, numbers: str, page: int | None, *more: str) -> str:
    facts = [about.date or "", f"page {page}" if page else "", *more]
    told = " · ".join(inert(fact) for fact in facts if fact)
    below = f'<p class="facts">{told}</p>' if told else ""
    return f"<header><h3>{numbers}<span>{inert(about.title)}</span></h3>{below}</header>"


def _foot(about: Citation | Passage, spans: Sequence[Span]) -> str:
    told = " ".join(f"{start}-{end}" for start, end in spans)
    file = inert(about.document) if about.title != about.document else ""
    return (
        f'<footer><span class="file">{file}</span>'
        f'<button class="quiet" data-do="open" data-document="{exact(about.document)}" '
        f'data-spans="{told}">Open document</button></footer>'
    )


def _excerpt(
    turn: str, passage: Passage, group: Sequence[Citation], short: ShortAnswer | None
) -> str:
    """The passage with the cited sentences marked, cut to their surroundings."""
    spans = [span for c in group for span in ((c.start, c.end),)]
    low, high = _surroundings(passage, min(s for s, _ in spans), max(e for _, e in spans))
    parts, at = ["… " if low > passage.start else ""], low
    for citation in sorted(group, key=lambda c: c.start):
        if citation.start < at:  # overlaps the one before
            continue
        parts.append(inert(passage.quote((at, citation.start))))
        quote = passage.quote((citation.start, citation.end))
        parts.append(_mark(turn, citation, quote, citation.start, short))
        at = citation.end
    parts += [inert(passage.quote((at, high))), " …" if high < passage.end else ""]
    return "".join(parts)


def _surroundings(passage: Passage, start: int, end: int) -> Span:
    """Whole sentences around a span, within the passage."""
    starts = [s for s, _ in passage.sentences if start - _AROUND <= s <= start]
    ends = [e for _, e in passage.sentences if end <= e <= end + _AROUND]
    return min(starts, default=start), max(ends, default=end)


def _mark(turn: str, citation: Citation, quote: str, start: int, short: ShortAnswer | None) -> str:
    """The cited sentence, the short answer in it in bold."""
    text = inert(quote)
    if short and short.sure and short.citation == citation.id and start <= short.start < short.end:
        a, b = short.start - start, short.end - start
        text = f"{inert(quote[:a])}<strong>{inert(quote[a:b])}</strong>{inert(quote[b:])}"
    return (
        f'<mark id="s-{turn}-{citation.id}" tabindex="-1">'
        f'<span class="unseen">Source {citation.id}: </span>{text}</mark>'
    )


def _others(turn: str, hits: Sequence[Hit], cited: bool) -> str:
    if not hits:
        return ""
    rows = []
    for hit in hits:
        passage = hit.passage
        facts = (f"rank {hit.rank}", f"score {hit.score:.2f}")
        head = _head(passage, "", passage.page(passage.start), *facts)
        rows.append(
            f'<article class="source other" id="p-{turn}-{hit.rank}" tabindex="-1">'
            f'{head}<p class="passage">{inert(elided(passage.text, 420))}</p>'
            f"{_foot(passage, [(passage.start, passage.end)])}</article>"
        )
    what = "retrieved, not cited" if cited else "nearest to the question"
    return (
        f'<details class="others"{"" if cited else " open"}><summary>'
        f"{counted(len(hits), 'passage')} {what}</summary>{''.join(rows)}</details>"
    )
