"""A conversation as a file to keep: Markdown, a page of HTML, or JSON that `rag verify` reads."""

import re
from typing import Any

from rag.clean import printable
from rag.datatypes import Answer, Citation
from rag.errors import InvalidInput
from rag.render import answer_json, to_json
from rag.web.answer import SUPPORT
from rag.web.conversations import Conversation, Turn
from rag.web.inert import inert

_STYLE = """
body { max-width: 42rem; margin: 3rem auto; padding: 0 1rem; color: #1b1b18; background: #fff;
       font: 1.0625rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.2rem; } .said { white-space: pre-wrap; }
blockquote { margin: .25rem 0 1rem; padding-left: 1rem; border-left: 3px solid #8a8a80;
             white-space: pre-wrap; }
.facts, .support { color: #55554d; font-size: .9rem; }
"""
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!$~&+=-])")
_NUMBERED = re.compile(r"^(\s*\d+)([.)])", re.M)


def answer_file(turn: Turn) -> dict[str, Any]:
    """One answer as `rag ask --json` prints it."""
    if turn.answer is None:
        raise InvalidInput("There is no answer to save yet.")
    return _file("answer.json", "application/json", to_json(answer_json(turn.answer)))


def conversation_file(conversation: Conversation, kind: str) -> dict[str, Any]:
    """The whole conversation; ``kind`` is markdown, html or json. Raises InvalidInput."""
    if not conversation.turns:
        raise InvalidInput("There is nothing to export yet; ask something.")
    if kind == "markdown":
        return _file("conversation.md", "text/markdown", _markdown(conversation))
    if kind == "html":
        return _file("conversation.html", "text/html", _html(conversation))
    if kind == "json":
        turns = [
            {
                "asked": turn.asked,
                "question": turn.question,
                "state": turn.state,
                "answer": answer_json(turn.answer) if turn.answer else None,
            }
            for turn in conversation.turns
        ]
        return _file("conversation.json", "application/json", to_json({"turns": turns}))
    raise InvalidInput("A conversation is exported as markdown, html or json.")


def _file(name: str, type: str, content: str) -> dict[str, Any]:
    return {"name": name, "type": f"{type};charset=utf-8", "content": content}


def _facts(citation: Citation) -> str:
    page = f"page {citation.page}" if citation.page else ""
    place = f"{citation.document}:{citation.start}-{citation.end}"
    return " · ".join(filter(None, (citation.title, citation.date or "", page, place)))


def _support(answer: Answer) -> list[str]:
    """What must be known of sentences that are not carried by their sources."""
    return [
        f"{SUPPORT[sentence.support][1].capitalize()}: {sentence.text}"
        for sentence in answer.sentences
        if sentence.support in ("weak", "unsupported")
    ]


def _markdown(conversation: Conversation) -> str:
    parts = [f"# {_plain(conversation.title)}"]
    for turn in conversation.turns:
        parts.append(f"## {_plain(turn.question)}")
        if turn.answer is None or turn.state == "failed":
            parts.append(f"*{_plain(turn.trouble or 'Stopped.')}*")
            continue
        parts.append(_plain(turn.answer.text, keep_lines=True))
        parts += [f"*{_plain(told)}*" for told in (*_support(turn.answer), *turn.answer.warnings)]
        for citation in turn.answer.citations:
            quote = _plain(citation.quote, keep_lines=True).replace("\n", "\n> ")
            parts.append(f"\\[{citation.id}\\] {_plain(_facts(citation))}\n\n> {quote}")
    return "\n\n".join(parts) + "\n"


def _plain(text: str, keep_lines: bool = False) -> str:
    """Text that Markdown shows as it is."""
    text = printable(text if keep_lines else " ".join(text.split()), keep_lines=keep_lines)
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", text)).replace("://", ":\\//")


def _html(conversation: Conversation) -> str:
    parts = []
    for turn in conversation.turns:
        parts.append(f"<h2>{inert(turn.question)}</h2>")
        if turn.answer is None or turn.state == "failed":
            parts.append(f'<p class="support">{inert(turn.trouble or "Stopped.")}</p>')
            continue
        parts.append(f'<p class="said">{inert(turn.answer.text)}</p>')
        for told in (*_support(turn.answer), *turn.answer.warnings):
            parts.append(f'<p class="support">{inert(told)}</p>')
        for citation in turn.answer.citations:
            parts.append(
                f'<p class="facts">[{citation.id}] {inert(_facts(citation))}</p>'
                f"<blockquote>{inert(citation.quote)}</blockquote>"
            )
    title = inert(conversation.title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">"
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1>{''.join(parts)}</body></html>\n"
    )
