"""`rag show` and `rag verify`: an answer against its sources."""

import os
import re
import sys
from pathlib import Path

import click

from rag.clean import printable
from rag.cli.opening import open_store
from rag.cli.options import index_option, json_option
from rag.errors import InvalidInput
from rag.render import to_json
from rag.settings import Settings, load_settings
from rag.store.local import LocalStore
from rag.store.local.roots import Root, resolve_roots
from rag.verify import read_answers, verify

_VERIFICATION_FAILED = 6
_SPAN = re.compile(r"([0-9]{1,12}):([0-9]{1,12})")


@click.command()
@click.argument("document")
@click.option("--span", metavar="START:END", help="Only these characters.")
@index_option
def show(document: str, span: str | None, index: str | None) -> None:
    """Print the extracted text that offsets refer to.

    On a terminal, characters that could act on it are shown as escapes.
    """
    store = open_store(load_settings({"index": index}))
    with store.snapshot() as snapshot:
        found = snapshot.document(document)
    if found is None:
        raise InvalidInput(f"There is no document {document!r}; `rag status` lists them.")
    text = found.text
    if span is not None:
        text = text[_parse_span(span, len(text))]
    if sys.stdout.isatty():
        text = printable(text, keep_lines=True)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    if sys.stdout.isatty() or span is not None:
        sys.stdout.buffer.write(b"\n")


def _parse_span(span: str, length: int) -> slice:
    found = _SPAN.fullmatch(span)
    start, end = map(int, found.groups()) if found else (0, 0)
    if not start < end <= length:
        raise InvalidInput(f"--span must be START:END within 0:{length}, not {span!r}.")
    return slice(start, end)


@click.command("verify")
@click.argument("answer", metavar="ANSWER.json")
@click.option("--root", "roots", multiple=True, metavar="[NAME=]PATH", help="Where the files are.")
@index_option
@json_option
def verify_command(answer: str, roots: tuple[str, ...], index: str | None, as_json: bool) -> None:
    """Re-check an exported answer against the files as they are now."""
    settings = load_settings({"index": index})
    answers = read_answers(Path(answer))
    named = _roots_to_verify(settings, roots)
    verdicts = [verdict for found in answers for verdict in verify(found, named)]
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
        if not verdicts:
            click.echo("nothing is cited")
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
