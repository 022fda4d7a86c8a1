"""`rag chat`, the browser, and `rag mcp`, for MCP clients."""

import os
import signal
import stat
from pathlib import Path
from types import FrameType

import click

from rag.clean import printable
from rag.cli.opening import open_pipeline, open_store, store_at
from rag.cli.options import index_option
from rag.datatypes import EXTRACTIVE
from rag.doctor import llms_at_hand
from rag.errors import InvalidInput
from rag.files import read_named
from rag.pipeline import DEFAULT_K, Pipeline
from rag.settings import Settings, load_settings
from rag.store import Store

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option("--host", metavar="H", help="The address to listen on (default: 127.0.0.1).")
@click.option("--port", type=int, metavar="P", help="The port (default: 7860).")
@click.option("--auth-file", metavar="F", help="One user:password a line, mode 600.")
@click.option("--llm", metavar="SPEC", help="The language model (default: extractive, none).")
@index_option
def chat(
    host: str | None, port: int | None, auth_file: str | None, llm: str | None, index: str | None
) -> None:
    """Open the chat in a browser."""
    settings = load_settings({"index": index, "host": host, "port": port, "llm": llm})
    auth = _read_auth(Path(auth_file)) if auth_file else None
    if settings.host not in _LOOPBACK and auth is None:
        raise InvalidInput(
            f"Listening on {settings.host} lets others in; give --auth-file with a password."
        )
    from rag.web import serve

    first = open_pipeline(settings)  # what is wrong is said here rather than on the page
    llms = {settings.llm: first.host, EXTRACTIVE: None} | llms_at_hand(os.environ)
    serve(settings, first.with_llm, llms, auth)


def _read_auth(path: Path) -> list[tuple[str, str]]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = read_named(path).decode("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{path} cannot be read: {error}.") from error
    if os.name == "posix" and mode & 0o077:
        raise InvalidInput(f"{path} can be read by others; `chmod 600 {path}` first.")
    users = []
    for number, line in enumerate(lines, start=1):
        user, colon, password = line.partition(":")
        if not line.strip():
            continue
        if not (colon and user and password):
            raise InvalidInput(f"{path}, line {number}: not user:password.")
        users.append((user, password))
    if not users:
        raise InvalidInput(f"{path} holds no user:password.")
    return users


@click.command("mcp")
@click.option("--llm", metavar="SPEC", help="The language model (default: extractive, none).")
@index_option
def mcp_command(llm: str | None, index: str | None) -> None:
    """Serve the tools ask, search and show to an MCP client, over stdio."""
    settings = load_settings({"index": index, "llm": llm})
    store_at(settings)  # a mistyped index is said here rather than to the client
    from rag.mcp_server import serve

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    serve(lambda: _open_index(settings), settings.k or DEFAULT_K)


def _leave(number: int, frame: FrameType | None) -> None:
    """Ends at once: a thread that waits for the client's next line cannot be woken."""
    os._exit(128 + number)


def _open_index(settings: Settings) -> tuple[Pipeline, Store]:
    pipeline = open_pipeline(settings)
    if pipeline.host:
        click.echo(f"the passages go to {printable(pipeline.host)}", err=True)
    return pipeline, open_store(settings)
