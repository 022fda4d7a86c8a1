"""`rag index`, `rag remove`, `rag status`: what is in the index."""

import click

from rag.clean import printable
from rag.cli.opening import open_store, sync_index
from rag.cli.options import index_option, json_option
from rag.render import report_json, report_lines, to_json
from rag.settings import load_settings
from rag.store.local import forget


@click.command("index")
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
    report = sync_index(settings, paths, rebuild)
    if as_json:
        click.echo(to_json(report_json(report, settings.index)))
    else:
        for line in report_lines(report):
            click.echo(line)
    for warning in report.warnings:
        click.echo(f"warning: {printable(warning)}", err=True)


@click.command()
@click.argument("name", metavar="DOCUMENT_OR_ROOT")
@index_option
@json_option
def remove(name: str, index: str | None, as_json: bool) -> None:
    """Forget a document or a root; it stays forgotten until it is named again."""
    settings = load_settings({"index": index})
    ids = forget(open_store(settings), name)
    if as_json:
        click.echo(to_json({"index": settings.index, "removed": ids}))
    else:
        for id in ids:
            click.echo(f"removed {printable(id)}")


@click.command()
@index_option
@json_option
def status(index: str | None, as_json: bool) -> None:
    """Show what is indexed, and each setting with where it came from."""
    from rag.status import collect_status, status_lines

    settings = load_settings({"index": index})
    found = collect_status(open_store(settings), settings)
    if as_json:
        click.echo(to_json(found))
    else:
        for line in status_lines(found):
            click.echo(printable(line))
