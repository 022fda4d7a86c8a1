"""The chat in the browser: Gradio carries it, behind our gate, with our own page.

The page is plain HTML, CSS and JavaScript that this package serves itself; it talks to the
functions below through Gradio's API, whose queue streams answers and progress.
"""

import ctypes
import errno
import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

from rag.clean import encodable
from rag.errors import InvalidInput, MachineRefused, RagError
from rag.load import LOADERS
from rag.settings import Settings
from rag.web.brake import Brake
from rag.web.gate import Gate, Receive, Scope, Send
from rag.web.lean import lean
from rag.web.library import Library, failure
from rag.web.mailboxes import Mailboxes
from rag.web.talk import AT_ONCE, Event, Sent, Talk
from rag.web.upload import LARGEST_FILE

if TYPE_CHECKING:
    import gradio as gr

    from rag.pipeline import Pipeline

_LOOK = 0.01  # seconds between two looks of Gradio's queue for a question
_MOST_FILES = 8192
_M_ARENA_MAX = -8  # as in glibc's malloc.h
_Quick = Callable[[Sent, str], Event]
_Streamed = Callable[[Sent, str], Iterator[Event]]


def serve(
    settings: Settings,
    open_pipeline: Callable[[str], "Pipeline"],
    llms: Mapping[str, str | None],
    auth: list[tuple[str, str]] | None = None,
) -> None:
    """Serve the chat on the host and port of the settings until the process is told to stop.

    ``llms`` maps the specs of the LLMs that can be chosen, the first one by default, to the host
    that gets the passages (None: they stay here); ``open_pipeline`` gives the pipeline of a spec.
    Raises MachineRefused if it cannot listen there. Ctrl-C comes out as KeyboardInterrupt.
    """
    host, port = settings.host, _check_port(settings.host, settings.port)
    _share_arenas()
    _hold_more_files()
    for name in [name for name in os.environ if name.startswith("GRADIO_")]:
        del os.environ[name]  # they could share the page, open folders or move the server
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # It would count the last 10,000 questions anew after each one.
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(2**63)
    direct = [os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), host, "localhost"]
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = ",".join(filter(None, direct))
    server = build(settings, open_pipeline, llms, login=bool(auth))
    try:
        server.launch(
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
            state_session_capacity=100,  # each costs some 50 KB, and we keep nothing in them
            run_history=False,
            max_file_size=1,  # bytes: uploads do not go through Gradio
            enable_monitoring=False,
            ssr_mode=False,
            pwa=False,
            mcp_server=False,
        )
    except OSError as error:  # taken between the check and now
        raise _refused(host, port, error) from error
    queue: Any = server.get_blocks()._queue
    # It would look for questions a thousand times a second, at 4 % of a core for ever.
    queue.sleep_when_free = _LOOK
    queue.pending_messages_per_session = Mailboxes(queue, 2 * AT_ONCE)
    try:
        print(f"rag chat: http://{_bracketed(host)}:{port}", file=sys.stderr, flush=True)
        open_pipeline(settings.llm).prepare()  # while somebody opens the page
        while True:
            time.sleep(1)
    finally:
        server.get_blocks().close(verbose=False)


def build(
    settings: Settings,
    open_pipeline: Callable[[str], "Pipeline"],
    llms: Mapping[str, str | None],
    login: bool,
) -> "gr.Server":
    """The server: what the page can ask for, behind the gate."""
    with lean():
        import gradio as gr

    talk = Talk(settings.home, open_pipeline, llms, settings.k)
    library = Library(settings, talk)

    class Gated(gr.Server):
        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            await gate(super().__call__, scope, receive, send)

    server = Gated(openapi_url=None, docs_url=None, redoc_url=None)

    def user_of(cookies: dict[str, str]) -> str | None:
        names = (f"access-token-{server.cookie_id}", f"access-token-unsecure-{server.cookie_id}")
        return next(
            (server.tokens[cookies[n]] for n in names if cookies.get(n) in server.tokens), None
        )

    def streams() -> Mailboxes:
        queue: Any = server.get_blocks()._queue
        return cast("Mailboxes", queue.pending_messages_per_session)

    gate = Gate(settings.host, login, user_of, library.uploads, Brake(), talk.admit, streams)

    def quick(function: _Quick) -> None:
        def answer(sent: dict[str, Any], request: gr.Request) -> dict[str, Any]:
            try:
                return _sendable(function(_checked(sent), request.username or ""))
            except RagError as error:
                return _sendable(failure(error))

        server.api(answer, name=function.__name__, queue=False, api_visibility="private")

    def streamed(function: _Streamed) -> None:
        def answer(sent: dict[str, Any], request: gr.Request) -> Iterator[dict[str, Any]]:
            try:
                yield from map(_sendable, function(_checked(sent), request.username or ""))
            except RagError as error:
                yield _sendable(failure(error))

        server.api(answer, name=function.__name__, concurrency_limit=None, api_visibility="private")

    def choices(sent: Sent, user: str) -> Event:
        """What can be chosen, what can be uploaded, and who asks."""
        offered = [{"spec": spec, "host": host} for spec, host in llms.items()]
        kinds = sorted(LOADERS)
        return {"llms": offered, "user": user, "kinds": kinds, "largest": LARGEST_FILE}

    streamed(talk.ask)
    streamed(library.index)
    for function in (
        choices,
        talk.conversations,
        talk.conversation,
        talk.stop,
        talk.delete,
        talk.rate,
        talk.test_question,
        talk.export,
        library.overview,
        library.examples,
        library.documents,
        library.document,
        library.remove,
    ):
        quick(function)
    return server


def _share_arenas() -> None:
    """Lets glibc's threads share two arenas: with one each, a busy chat grows by the hour."""
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 2)


def _hold_more_files() -> None:
    """Lets it hold as many files as it may: each client that idles takes one.

    Where none is left nobody is answered, and the terminal is flooded with what is refused.
    """
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(_MOST_FILES, hard)
        if resource.RLIM_INFINITY != soft < most:
            with suppress(OSError, ValueError):  # macOS allows fewer than it says
                resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _sendable(event: Event) -> Event:
    """The same in texts that UTF-8 has: a file's name may hold bytes that are no text."""

    def readable(value: Any) -> Any:
        if isinstance(value, str):
            return encodable(value)
        if isinstance(value, dict):
            return {name: readable(one) for name, one in value.items()}
        return [readable(one) for one in value] if isinstance(value, list | tuple) else value

    return {name: readable(value) for name, value in event.items()}


def _checked(sent: Any) -> Sent:
    if not isinstance(sent, dict):
        raise InvalidInput("The page sent something that is not an object; reload it.")
    return sent


def _check_port(host: str, port: int) -> int:
    """The port, a free one for 0. Raises MachineRefused if nobody can listen there.

    Raises InvalidInput for what no host can be called.
    """
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
    except UnicodeError:
        raise InvalidInput(f"{host!r} is no name of a host; give another --host.") from None
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
