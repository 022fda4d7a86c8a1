"""Options that several commands take."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from rag.retrieve import Selection

index_option = click.option("--index", metavar="DIR", help="The index folder (default: index).")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
_filter_options = [
    click.option("--file", "files", multiple=True, metavar="GLOB", help="Only these documents."),
    click.option("--since", metavar="DATE", help="Only documents of this date (ISO) or later."),
    click.option("--until", metavar="DATE", help="Only documents of this date (ISO) or earlier."),
]


def with_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the filters to a command, which gets them as ``selection``."""

    @wraps(command)
    def wrapper(files: tuple[str, ...], since: str | None, until: str | None, **rest: Any) -> None:
        command(selection=Selection(files, since, until), **rest)

    for option in reversed(_filter_options):
        wrapper = option(wrapper)
    return wrapper
