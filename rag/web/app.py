"""A plain chat page over a pipeline.

Gradio's chat shows Markdown, and Markdown fetches images. So a message is one line of our own
HTML in which every character of a document, a question, a file name or an error that is not a
letter, a digit or a space is a numeric entity: neither Markdown nor HTML can begin in it.
"""

import errno
import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.clean import printable
from rag.datatypes import Answer, Message
from rag.errors import MachineRefused, RagError

if TYPE_CHECKING:
    import gradio as gr

    from rag.pipeline import Pipeline

_SEARCHING = "Searching…"
_NEAREST_SHOWN = 3
_NEAREST_LENGTH = 300
_ACTIVE = re.compile(r"[^\w ]|_")


@dataclass
class _Chat:
    """One visitor's conversation: what the page shows and what the pipeline is told."""

    shown: list[dict[str, str]] = field(default_factory=list)
    said: list[Message] = field(default_factory=list)


def serve(
    pipeline: "Pipeline", host: str, port: int, auth: list[tuple[str, str]] | None = None
) -> None:
    """Serve the chat on ``host`` and ``port`` until the process is told to stop.

    Raises MachineRefused if it cannot listen there. Ctrl-C comes out as KeyboardInterrupt.
    """
    port = _check_port(host, port)
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]  # they could share the page, open folders or move the server
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    direct = [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), host, "localhost"]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, direct))

    import gradio as gr

    page = build(pipeline)
    page.queue(max_size=16, default_concurrency_limit=2, api_open=False)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            auth=auth,
            prevent_thread_lock=True,
            quiet=True,
            inline=False,
            inbrowser=False,
            share=False,
            show_error=False,
            footer_links=[],
            run_history=False,
            max_file_size=1,  # bytes: nothing is uploaded
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
            app_kwargs={"openapi_url": None},
            theme=gr.themes.Base(
                font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
            ),
            css_paths=Path(__file__).with_name("style.css"),
        )
    except OSError as error:  # taken between the check and now
        raise _refused(host, port, error) from error
    try:
        print(f"rag chat: http://{_bracketed(host)}:{port}", file=sys.stderr, flush=True)
        while True:
            time.sleep(1)
    finally:
        page.close(verbose=False)


def build(pipeline: "Pipeline") -> "gr.Blocks":
    """The page: the conversation and a line to ask in."""
    import gradio as gr

    def ask(question: str, chat: _Chat) -> Iterator[tuple[Any, list[dict[str, str]], _Chat]]:
        if not question.strip():
            yield question, chat.shown, chat
            return
        before = [*chat.shown, _bubble("user", _paragraph("question", question))]
        box: Any = ""  # emptied once, so that the next question can be typed meanwhile
        body = _paragraph("note", _SEARCHING)
        said = chat.said
        try:
            yield box, [*before, _bubble("assistant", body)], chat
            box = gr.skip()
            for answer in pipeline.stream(question, history=tuple(chat.said)):
                body = _answer(answer)
                said = [*chat.said, Message("user", question), Message("assistant", answer.text)]
                yield box, [*before, _bubble("assistant", body)], chat
        except RagError as error:
            failure = _paragraph("error", str(error))
            body = body + failure if said is not chat.said else failure
            said = chat.said
        chat = _Chat([*before, _bubble("assistant", body)], said)
        yield box, chat.shown, chat

    page = gr.Blocks(title="rag", analytics_enabled=False)
    with page:
        # The conversation is kept here: what the browser says was said is never read.
        chat = gr.State(_Chat())
        shown = gr.Chatbot(
            elem_id="chat",
            label="Conversation",
            show_label=False,
            height="calc(100dvh - 9rem)",  # so that the question stays in sight
            min_height=200,
            layout="panel",
            buttons=[],
            latex_delimiters=[],
            feedback_options=None,
            allow_file_downloads=False,
            allow_tags=False,
            sanitize_html=True,
            placeholder="Ask your documents. Every answer shows the sentences it rests on.",
        )
        box = gr.Textbox(
            elem_id="question",
            label="Question",
            show_label=False,
            placeholder="Ask a question",
            autofocus=True,
            lines=1,
            max_lines=4,
            submit_btn="Ask",
        )
        box.submit(
            ask,
            [box, chat],
            [box, shown, chat],
            api_visibility="private",
            show_progress="hidden",
        )
        shown.clear(_Chat, None, chat, api_visibility="private", show_progress="hidden")
    return page


def _answer(answer: Answer) -> str:
    parts = [_paragraph("answer" if answer.text else "note", answer.text or _SEARCHING)]
    parts += [_paragraph("note", warning) for warning in answer.warnings]
    if answer.status == "not_in_documents":
        nearest = answer.passages[:_NEAREST_SHOWN]
        if nearest:
            parts.append(_paragraph("note", "The nearest passages:"))
        for hit in nearest:
            passage = hit.passage
            text = passage.text[:_NEAREST_LENGTH].strip()
            text += "…" if len(passage.text) > _NEAREST_LENGTH else ""
            parts.append(_source("", passage.title, passage.date, passage.document, text))
    else:
        for cited in answer.citations:
            number = f"[{cited.id}] "
            parts.append(_source(number, cited.title, cited.date, cited.document, cited.quote))
    return "".join(parts)


def _source(number: str, title: str, date: str | None, document: str, quote: str) -> str:
    name = number + " · ".join(printable(part) for part in (title, date, document) if part)
    quoted = f'<blockquote class="rag-quote">{_inert(quote)}</blockquote>'
    return f'<div class="rag-source">{_paragraph("name", name)}{quoted}</div>'


def _paragraph(kind: str, text: str) -> str:
    return f'<p class="rag-{kind}">{_inert(text)}</p>'


def _bubble(role: str, html: str) -> dict[str, str]:
    return {"role": role, "content": f'<div class="rag-message">{html}</div>'}


def _inert(text: str) -> str:
    """Text as HTML, on one line, in which nothing can begin markup of any kind."""
    return _ACTIVE.sub(lambda match: f"&#{ord(match.group())};", printable(text, keep_lines=True))


def _check_port(host: str, port: int) -> int:
    """The port, a free one for 0. Raises MachineRefused if nobody can listen there."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, proto) as probe:
            if os.name == "posix":  # elsewhere it would take the port from its owner
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            free: int = probe.getsockname()[1]
            return free
    except OSError as error:
        raise _refused(host, port, error) from error


def _refused(host: str, port: int, error: OSError) -> MachineRefused:
    # Gradio's own error, which has no number, says that the port was taken.
    if error.errno in (errno.EADDRINUSE, None):
        return MachineRefused(f"Port {port} on {host} is taken; choose another with --port.")
    reason = error.strerror or type(error).__name__
    return MachineRefused(
        f"Cannot listen on {host}, port {port} ({reason}); choose others with --host and --port."
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
