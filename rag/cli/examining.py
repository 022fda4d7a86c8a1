"""`rag doctor`: what works on this machine."""

import os
import sys
from dataclasses import asdict

import click

from rag.clean import printable
from rag.cli.options import index_option, json_option
from rag.doctor import examine
from rag.errors import MachineRefused
from rag.render import to_json
from rag.settings import load_settings


@click.command()
@index_option
@json_option
def doctor(index: str | None, as_json: bool) -> None:
    """Show what works on this machine, LLMs included; fit for a bug report."""
    checks = list(examine(load_settings({"index": index}), os.environ))
    works = all(check.ok for check in checks if check.needed)
    if as_json:
        click.echo(to_json({"ok": works, "checks": [asdict(check) for check in checks]}))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            state = "ok" if check.ok else ("FAILS" if check.needed else "no")
            click.echo(printable(f"{state:<6}{check.name:<{width}}  {check.told}"))
    if not works:
        sys.exit(MachineRefused.exit_code)
