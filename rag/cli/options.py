"""Options that several commands take."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

import click

from rag.errors import InvalidInput
from rag.retrieve import Selection

index_option = click.option("--index", metavar="DIR", help="The index folder (default: index).")
json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
filter_options = [
    click.option("--file", "files", multiple=True, metavar="GLOB", help="Only these documents."),
    click.option("--since", metavar="DATE", help="Only documents of this date (ISO) or later."),
    click.option("--until", metavar="DATE", help="Only documents of this date (ISO) or earlier."),
]


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
