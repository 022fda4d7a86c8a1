"""The commands. Results go to stdout, progress and warnings to stderr.

::

    indexing.py   index, remove, status         asking.py     ask, search
    checking.py   show, verify                  measuring.py  eval, compare, gate
    serving.py    chat, mcp                     examining.py  doctor
    opening.py    opens what the settings name  options.py    options that several commands take
    live.py       an answer on a terminal while it is written
"""

import os
import signal
import sys
from contextlib import suppress
from io import TextIOWrapper
from types import FrameType

import click

from rag.clean import printable
from rag.cli.asking import ask, search
from rag.cli.checking import show, verify_command
from rag.cli.examining import doctor
from rag.cli.indexing import index_command, remove, status
from rag.cli.measuring import compare_command, eval_command, gate_command
from rag.cli.serving import chat, mcp_command
from rag.errors import InvalidInput, MachineRefused, RagError
from rag.render import error_json, to_json


def main() -> None:
    """The command ``rag``: runs it and exits with the contract's code."""
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # nobody told us to ignore it
        signal.signal(signal.SIGINT, _end)
    try:
        _open_what_is_closed()
        _write_whatever_comes()
        if "_RAG_COMPLETE" in os.environ:  # a shell asks what could come next
            commands.main(prog_name="rag")
        _run(sys.argv[1:])
    except BaseException:  # a signal in the midst of a lock's own code comes out as RuntimeError
        if _signals:
            _leave(128 + _signals[0])
        raise


def _run(arguments: list[str]) -> None:
    try:
        with commands.make_context("rag", arguments) as context:
            commands.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(InvalidInput.exit_code)
    except click.ClickException as error:
        _fail(InvalidInput(error.format_message()), arguments)
    except RagError as error:
        _fail(error, arguments)
    except click.exceptions.Abort:
        _leave(128 + signal.SIGINT)
    except BrokenPipeError:  # nobody reads any more, as in `rag ask ... | head -1`
        _say_no_more()
        sys.exit(0)
    except OSError as error:
        if error.filename is None:  # it is the output
            _say_no_more()
            arguments = []
        place = error.filename or "The output"
        _fail(MachineRefused(f"{place} cannot be read or written: {error.strerror}."), arguments)


def _open_what_is_closed() -> None:
    """Gives a command that was started without stdin, stdout or stderr the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


def _write_whatever_comes() -> None:
    """Shows what an output of few characters has not as an escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _say_no_more() -> None:
    """Lets what is still to be written to stdout go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(error: RagError, arguments: list[str]) -> None:
    if "--json" in arguments:
        click.echo(to_json(error_json(error)))
    else:
        click.echo(f"rag: {printable(str(error))}", err=True)
    sys.exit(error.exit_code)


_signals: list[int] = []  # those that came


def _end(number: int, frame: FrameType | None) -> None:
    """The machine or its user wants this process to end."""
    _signals.append(number)
    raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)


def _leave(code: int) -> None:
    """Ends the process without waiting for threads that are at what nobody needs any more."""
    for number in (signal.SIGINT, signal.SIGTERM):  # the output may be stuck: a second one kills
        signal.signal(number, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rag")
def commands() -> None:
    """Chat with your own documents and get answers you can check."""


for _command in (
    index_command, ask, search, show, verify_command, remove, status, chat, mcp_command,
    eval_command, compare_command, gate_command, doctor,
):  # fmt: skip
    commands.add_command(_command)
