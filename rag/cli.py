"""The commands. Results go to stdout, progress and warnings to stderr."""

import json
import os
import shutil
import signal
import stat
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from types import FrameType
from typing import Any, get_args

import click

from rag.clean import printable
from rag.datatypes import Message, Mode
from rag.embed import open_embedder
from rag.errors import IndexMissing, InvalidInput, MachineRefused, RagError
from rag.pipeline import DEFAULT_K, Pipeline
from rag.render import (
    Terminal,
    answer_json,
    error_json,
    hit_json,
    report_json,
    report_lines,
    to_json,
)
from rag.retrieve import Selection, by_document
from rag.settings import Settings, load_settings
from rag.store.local import LocalStore, SyncReport, forget, sync
from rag.store.local.roots import Root, resolve_roots
from rag.verify import read_answer, verify

_NOT_IN_DOCUMENTS, _VERIFICATION_FAILED = 3, 6
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

index_option = click.option("--index", metavar="DIR", help="The index folder (default: index).")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
filter_options = [
    click.option("--file", "files", multiple=True, metavar="GLOB", help="Only these documents."),
    click.option("--since", metavar="DATE", help="Only documents of this date (ISO) or later."),
    click.option("--until", metavar="DATE", help="Only documents of this date (ISO) or earlier."),
]


def main() -> None:
    """The command ``rag``: runs it and exits with the contract's code."""
    signal.signal(signal.SIGTERM, _terminated)
    arguments = sys.argv[1:]
    try:
        commands.main(args=arguments, prog_name="rag", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        _fail(InvalidInput(error.format_message()), arguments)
    except RagError as error:
        _fail(error, arguments)
    except (KeyboardInterrupt, click.exceptions.Abort):
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)


def _fail(error: RagError, arguments: list[str]) -> None:
    if "--json" in arguments:
        click.echo(to_json(error_json(error)))
    else:
        click.echo(f"rag: {printable(str(error))}", err=True)
    sys.exit(error.exit_code)


def _terminated(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rag")
def commands() -> None:
    """Chat with your own documents and get answers you can check."""


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the filters to a command, which gets them as ``selection``."""

    @wraps(command)
    def wrapper(files: tuple[str, ...], since: str | None, until: str | None, **rest: Any) -> None:
        for name, value in (("--since", since), ("--until", until)):
            if value is not None:
                _check_date(name, value)
        command(selection=Selection(files, since, until), **rest)

    for option in reversed(filter_options):
        wrapper = option(wrapper)
    return wrapper


def _check_date(name: str, value: str) -> None:
    try:
        if len(value) != 10:
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(f"{name} must be a date like 2024-10-23, not {value!r}.") from None


@commands.command("index")
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@index_option
@click.option("--rebuild", is_flag=True, help="Read and embed everything anew.")
@click.option("--embedder", metavar="SPEC", help="A sentence-transformers model.")
@json_option
def index_command(
    paths: tuple[str, ...], index: str | None, rebuild: bool, embedder: str | None, as_json: bool
) -> None:
    """Sync the index with its documents: add, update, remove."""
    settings = load_settings({"index": index, "embedder": embedder})
    report = _sync(settings, paths, rebuild)
    if as_json:
        click.echo(to_json(report_json(report, settings.index)))
    else:
        for line in report_lines(report):
            click.echo(line)


def _sync(settings: Settings, paths: tuple[str, ...], rebuild: bool = False) -> SyncReport:
    """Syncs with a progress bar on a terminal; the default index begins with ``seeds/``."""
    store = LocalStore(Path(settings.index))
    if not store.exists() and not paths:
        if not _can_begin_with_seeds(settings):
            raise IndexMissing(
                f"There is no index in {settings.index}; `rag index PATH... --index "
                f"{settings.index}` makes one."
            )
        paths = ("seeds",)
    spec = settings.embedder or _spec_of(store)
    with _progress_bar() as progress:
        return sync(store, paths, open_embedder(spec, settings.home), rebuild, progress)


def _spec_of(store: LocalStore) -> str:
    """The embedder that an index was made with; none for one that cannot be read."""
    if not store.exists():
        return ""
    try:
        with store.snapshot() as snapshot:
            return snapshot.info.spec
    except RagError:
        return ""


def _can_begin_with_seeds(settings: Settings) -> bool:
    return settings.index == "index" and Path("seeds").is_dir()


def _store(settings: Settings) -> LocalStore:
    """The index; the default one is made from ``seeds/`` by the first command that needs it."""
    store = LocalStore(Path(settings.index))
    if not store.exists() and _can_begin_with_seeds(settings):
        click.echo("Indexing seeds/ for the first time ...", err=True)
        _sync(settings, ())
    return store


def _pipeline(settings: Settings) -> Pipeline:
    if settings.llm != "extractive":
        raise InvalidInput(
            f"The LLM {settings.llm!r} is not available in this version; use extractive."
        )
    _store(settings)
    return Pipeline.open(
        settings.index,
        home=settings.home,
        embedder=settings.embedder,
        threshold=settings.threshold,
    )


@contextmanager
def _progress_bar() -> Any:
    """A callback for ``sync``; the bar is drawn on stderr if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with click.progressbar(length=1, label="indexing", file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = max(total, 1)
            bar.update(done - bar.pos)

        yield progress


@commands.command()
@click.argument("question")
@click.option("--llm", metavar="SPEC", help="The language model (default: extractive, none).")
@click.option("-k", type=int, help=f"Passages to look at (default: {DEFAULT_K}).")
@with_filters
@click.option("--history", metavar="FILE", help='JSON list of {"role", "content"}.')
@click.option("--strict", is_flag=True, help="Only quoted and verified sentences.")
@click.option("--no-stream", is_flag=True, help="Print nothing before the answer is whole.")
@click.option("-v", "verbose", is_flag=True, help="Show where the time went.")
@index_option
@json_option
def ask(
    question: str,
    llm: str | None,
    k: int | None,
    selection: Selection,
    history: str | None,
    strict: bool,
    no_stream: bool,
    verbose: bool,
    index: str | None,
    as_json: bool,
) -> None:
    """Answer a question from the documents; `-` reads it from stdin."""
    settings = load_settings({"index": index, "llm": llm, "k": k})
    if question == "-":
        question = sys.stdin.buffer.read(1_000_000).decode("utf-8", "replace")
    messages = _read_history(history) if history else []
    pipeline = _pipeline(settings)
    answer = pipeline.ask(
        question, history=messages, k=settings.k or DEFAULT_K, selection=selection
    )
    if as_json:
        click.echo(to_json(answer_json(answer)))
    else:
        click.echo(_terminal().answer(answer))
        for warning in answer.warnings:
            click.echo(f"warning: {printable(warning)}", err=True)
    if verbose:
        for name, value in answer.timings_ms.items():
            click.echo(f"{name}: {value:.1f} ms", err=True)
    if answer.status == "not_in_documents":
        sys.exit(_NOT_IN_DOCUMENTS)


def _read_history(name: str) -> list[Message]:
    try:
        found = json.loads(Path(name).read_text(encoding="utf-8"))
        messages = [Message(turn["role"], str(turn["content"])) for turn in found]
    except OSError as error:
        raise InvalidInput(f"{name} cannot be read: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput(f'{name} is not a JSON list of {{"role", "content"}}.') from error
    if any(message.role not in ("user", "assistant") for message in messages):
        raise InvalidInput(f"{name} has a role other than user and assistant.")
    return messages


@commands.command()
@click.argument("query", required=False)
@click.option("-k", type=int, help=f"Passages (default: {DEFAULT_K}).")
@click.option("--mode", type=click.Choice(get_args(Mode)), default="hybrid", show_default=True)
@with_filters
@click.option("--queries", metavar="FILE", help="One query a line: id TAB text.")
@click.option("--run", metavar="OUT", help="Where to write the TREC run of --queries.")
@index_option
@json_option
def search(
    query: str | None,
    k: int | None,
    mode: Mode,
    selection: Selection,
    queries: str | None,
    run: str | None,
    index: str | None,
    as_json: bool,
) -> None:
    """Find passages, without an answer."""
    settings = load_settings({"index": index, "k": k})
    if bool(queries) != bool(run) or bool(queries) == bool(query):
        raise InvalidInput("Give either a QUERY, or --queries FILE with --run OUT.")
    pipeline = _pipeline(settings)
    count = settings.k or DEFAULT_K
    if queries and run:
        _write_run(pipeline, Path(queries), Path(run), count, mode, selection)
        return
    began = time.perf_counter()
    hits = pipeline.search(query or "", k=count, mode=mode, selection=selection)
    timings = {"total": round((time.perf_counter() - began) * 1e3, 1)}
    if as_json:
        found = {"query": query, "mode": mode, "passages": [hit_json(hit) for hit in hits]}
        click.echo(to_json(found | {"timings_ms": timings}))
    else:
        click.echo(_terminal().hits(hits))


def _write_run(
    pipeline: Pipeline, queries: Path, out: Path, k: int, mode: Mode, selection: Selection
) -> None:
    """A six-column TREC run over documents, the best passage of each."""
    lines = []
    try:
        rows = queries.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{queries} cannot be read: {error}.") from error
    for number, row in enumerate(rows, start=1):
        if not row.strip():
            continue
        id, tab, text = row.partition("\t")
        if not tab or not id.strip():
            raise InvalidInput(f"{queries}, line {number}: not an id, a tab and a query.")
        hits = by_document(pipeline.search(text, k=20 * k, mode=mode, selection=selection))[:k]
        for rank, hit in enumerate(hits, start=1):
            name = _percent_encoded(hit.passage.document)
            lines.append(f"{_percent_encoded(id)} Q0 {name} {rank} {hit.score:.6f} rag\n")
    try:
        out.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise MachineRefused(f"{out} cannot be written: {error.strerror}.") from error


def _percent_encoded(id: str) -> str:
    """White space (and what is not UTF-8) percent-encoded, as a run's columns need it."""
    encoded = []
    for byte_or_character in id:
        if byte_or_character.isspace() or "\ud800" <= byte_or_character <= "\udfff":
            data = byte_or_character.encode("utf-8", "surrogateescape")
            encoded.append("".join(f"%{byte:02X}" for byte in data))
        else:
            encoded.append(byte_or_character)
    return "".join(encoded)


@commands.command()
@click.argument("document")
@click.option("--span", metavar="START:END", help="Only these characters.")
@index_option
def show(document: str, span: str | None, index: str | None) -> None:
    """Print the extracted text that offsets refer to."""
    store = _store(load_settings({"index": index}))
    with store.snapshot() as snapshot:
        found = snapshot.document(document)
    if found is None:
        raise InvalidInput(f"There is no document {document!r}; `rag status` lists them.")
    text = found.text
    if span is not None:
        text = text[_parse_span(span, len(text))]
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    if sys.stdout.isatty() or span is not None:
        sys.stdout.buffer.write(b"\n")


def _parse_span(span: str, length: int) -> slice:
    start, colon, end = span.partition(":")
    if not (colon and start.isdecimal() and end.isdecimal() and int(start) < int(end) <= length):
        raise InvalidInput(f"--span must be START:END within 0:{length}, not {span!r}.")
    return slice(int(start), int(end))


@commands.command("verify")
@click.argument("answer", metavar="ANSWER.json")
@click.option("--root", "roots", multiple=True, metavar="[NAME=]PATH", help="Where the files are.")
@index_option
@json_option
def verify_command(answer: str, roots: tuple[str, ...], index: str | None, as_json: bool) -> None:
    """Re-check an exported answer against the files as they are now."""
    settings = load_settings({"index": index})
    found = read_answer(Path(answer))
    verdicts = verify(found, _roots_to_verify(settings, roots))
    troubles = [verdict for verdict in verdicts if verdict.trouble]
    if as_json:
        rows = [
            {
                "citation": v.citation,
                "document": v.document,
                "ok": not v.trouble,
                "reason": v.trouble,
            }
            for v in verdicts
        ]
        click.echo(to_json({"ok": not troubles, "citations": rows}))
    else:
        for verdict in verdicts:
            name = f"[{verdict.citation}] {verdict.document}: " if verdict.citation else ""
            click.echo(printable(name + (verdict.trouble or "ok")))
    if troubles:
        sys.exit(_VERIFICATION_FAILED)


def _roots_to_verify(settings: Settings, named: tuple[str, ...]) -> list[Root]:
    """The named roots, else the index's, else the working directory."""
    store = LocalStore(Path(settings.index))
    if named:
        return resolve_roots(named, {}, Path(os.devnull))[0]
    if store.exists():
        with store.snapshot() as snapshot:
            return [Root(Path(path), name) for path, name in snapshot.roots().items()]
    return [Root(Path.cwd(), "")]


@commands.command()
@click.argument("name", metavar="DOCUMENT_OR_ROOT")
@index_option
@json_option
def remove(name: str, index: str | None, as_json: bool) -> None:
    """Forget a document or a root; it stays forgotten until it is named again."""
    settings = load_settings({"index": index})
    ids = forget(_store(settings), name)
    if as_json:
        click.echo(to_json({"index": settings.index, "removed": ids}))
    else:
        for id in ids:
            click.echo(f"removed {printable(id)}")


@commands.command()
@index_option
@json_option
def status(index: str | None, as_json: bool) -> None:
    """Show what is indexed, and each setting with where it came from."""
    from rag.status import collect_status, status_lines

    settings = load_settings({"index": index})
    found = collect_status(_store(settings), settings)
    if as_json:
        click.echo(to_json(found))
    else:
        for line in status_lines(found):
            click.echo(printable(line))


@commands.command()
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

    serve(_pipeline(settings), settings.host, settings.port, auth)


def _read_auth(path: Path) -> list[tuple[str, str]]:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        lines = path.read_text(encoding="utf-8").splitlines()
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


def _terminal() -> Terminal:
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Terminal(colour, shutil.get_terminal_size().columns)
