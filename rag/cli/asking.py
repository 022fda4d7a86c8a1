"""`rag ask` and `rag search`."""

import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, get_args

import click

from rag.clean import printable
from rag.cli.live import LiveText
from rag.cli.opening import open_pipeline, terminal
from rag.cli.options import index_option, json_option, with_filters
from rag.converse.kept import keep, last_conversation, read_history
from rag.datatypes import EXTRACTIVE, Answer, Hit, Message, Mode
from rag.errors import InvalidInput, LLMFailed, MachineRefused
from rag.files import read_named
from rag.pipeline import DEFAULT_K, Pipeline
from rag.render import answer_json, hit_json, to_json
from rag.retrieve import PASSAGES_A_DOCUMENT, Selection, by_document
from rag.settings import load_settings

_NOT_IN_DOCUMENTS = 3


@click.command()
@click.argument("question")
@click.option("-c", "goes_on", is_flag=True, help="Continue the last conversation.")
@click.option("--llm", metavar="SPEC", help="The language model (default: extractive, none).")
@click.option("-k", type=int, help=f"Passages to look at (default: {DEFAULT_K}).")
@with_filters
@click.option("--history", metavar="FILE", help='JSON list of {"role", "content"}.')
@click.option("--strict", is_flag=True, help="Only quoted and verified sentences.")
@click.option("--no-stream", is_flag=True, help="Print nothing before the answer is whole.")
@click.option("-v", "verbose", is_flag=True, help="Show where time and tokens went.")
@index_option
@json_option
def ask(
    question: str,
    goes_on: bool,
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
    messages = _messages_before(settings.home, goes_on, history)
    pipeline = open_pipeline(settings)
    if verbose and pipeline.host:
        click.echo(f"the passages go to {printable(pipeline.host)}", err=True)
    told = terminal()
    live = None
    if settings.llm != EXTRACTIVE and sys.stdout.isatty() and not (as_json or no_stream):
        live = LiveText(told.width)
    answers = pipeline.stream(
        question,
        history=messages,
        k=settings.k or DEFAULT_K,
        selection=selection,
        strict=strict,
    )
    with closing(answers):
        for answer in answers:
            if live:
                live.show(answer.text, heading=told.searched(answer))
    if as_json:
        click.echo(to_json(answer_json(answer)))
    elif live:
        live.show(answer.text, last=True, heading=told.searched(answer))
        click.echo(f"\n\n{told.evidence(answer)}")
    else:
        click.echo(told.answer(answer))
    if not as_json:
        _warn(answer.warnings)
    _keep(settings.home, messages, answer)
    if verbose:
        _tell_costs(answer)
    if not answer.complete:
        sys.exit(LLMFailed.exit_code)
    if answer.status == "not_in_documents":
        sys.exit(_NOT_IN_DOCUMENTS)


def _warn(warnings: Sequence[str]) -> None:
    for warning in warnings:
        click.echo(f"warning: {printable(warning)}", err=True)


def _keep(home: Path, before: Sequence[Message], answer: Answer) -> None:
    """Remembers the turn for `-c`; an answer is none the worse where that fails."""
    said = [Message("user", answer.question), Message("assistant", answer.told)]
    try:
        keep(home, [*before, *said])
    except MachineRefused as error:
        _warn([str(error)])


def _tell_costs(answer: Answer) -> None:
    """Where time and tokens went, and which passages the LLM did not get."""
    for name, value in answer.timings_ms.items():
        click.echo(f"{name}: {value:.1f} ms", err=True)
    if answer.llm != EXTRACTIVE:
        for name, tokens in answer.usage.items():
            click.echo(f"{name.replace('_', ' ')}: {tokens:,}", err=True)
    if answer.left_out:
        ranks = ", ".join(map(str, answer.left_out))
        click.echo(f"passages that did not fit the LLM's window: {ranks}", err=True)


def _messages_before(home: Path, goes_on: bool, history: str | None) -> Sequence[Message]:
    """What was said before: in the last conversation, or by a file."""
    if goes_on and history is not None:
        raise InvalidInput("Give either -c or --history FILE.")
    if goes_on:
        return last_conversation(home)
    if history is None:
        return ()
    try:
        return read_history(Path(history))
    except OSError as error:
        raise InvalidInput(f"{Path(history)} cannot be read: {error.strerror}.") from error


@click.command()
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
    pipeline = open_pipeline(settings)
    count = settings.k or DEFAULT_K
    began = time.perf_counter()
    hits: Sequence[Hit] = ()
    found: dict[str, Any]
    if queries and run:
        written = _write_run(pipeline, Path(queries), Path(run), count, mode, selection)
        found = {"queries": written, "run": run, "mode": mode}
    else:
        hits = pipeline.search(query or "", k=count, mode=mode, selection=selection)
        found = {"query": query, "mode": mode, "passages": [hit_json(hit) for hit in hits]}
    timings = {"total": round((time.perf_counter() - began) * 1e3, 1)}
    warnings = pipeline.left_out(selection)
    if as_json:
        click.echo(to_json(found | {"warnings": warnings, "timings_ms": timings}))
        return
    if hits:
        click.echo(terminal().hits(hits))
    _warn(warnings if hits or run or warnings else ("no passage was found",))


def _write_run(
    pipeline: Pipeline, queries: Path, out: Path, k: int, mode: Mode, selection: Selection
) -> int:
    """Writes a six-column TREC run, the best passage of each document; returns its queries."""
    lines, seen = [], set()
    try:
        rows = read_named(queries).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{queries} cannot be read: {error}.") from error
    for number, row in enumerate(rows, start=1):
        if not row.strip():
            continue
        id, tab, text = row.partition("\t")
        if not tab or not id.strip():
            raise InvalidInput(f"{queries}, line {number}: not an id, a tab and a query.")
        if id in seen:
            raise InvalidInput(f"{queries}, line {number}: the id {id!r} is there twice.")
        seen.add(id)
        try:
            hits = pipeline.search(text, k=PASSAGES_A_DOCUMENT * k, mode=mode, selection=selection)
        except InvalidInput as error:
            raise InvalidInput(f"{queries}, line {number}: {error}") from error
        for rank, hit in enumerate(by_document(hits)[:k], start=1):
            name = _percent_encoded(hit.passage.document)
            lines.append(f"{_percent_encoded(id)} Q0 {name} {rank} {hit.score:.6f} rag\n")
    if not seen:
        raise InvalidInput(f"{queries} holds no queries; write one a line: id TAB text.")
    try:
        out.write_text("".join(lines), encoding="utf-8")
    except OSError as error:
        raise MachineRefused(f"{out} cannot be written: {error.strerror}.") from error
    return len(seen)


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
