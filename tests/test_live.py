"""What a terminal shows while an answer is written."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from fake_llm_server import Conversation, serving

from rag.cli.live import LiveText
from rag.store.local import LocalStore

TRUCKS = "How many aid trucks a day entered Gaza in April?"


def test_words_are_printed_once_in_lines_of_a_width(capsys: pytest.CaptureFixture[str]) -> None:
    live = LiveText(12)
    for text in (
        "",
        "One tw",
        "One two thr",
        "One two three \x1b[2J fo",
        "One two three \x1b[2J four",
    ):
        live.show(text, heading="searched: x")
    assert capsys.readouterr().out == "searched: x\n\nOne two\nthree\n\\x1b[2J"
    live.show("One two three \x1b[2J four\nfive", last=True, heading="searched: x")
    assert capsys.readouterr().out == " four\nfive"


def test_a_text_that_became_another_is_printed_anew(capsys: pytest.CaptureFixture[str]) -> None:
    live = LiveText(40)
    live.show("So they ask me ")
    live.show("Hello the")
    live.show("Hello there.", last=True)
    assert capsys.readouterr().out == "So they ask me\n\nHello there."


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_an_interrupt_ends_it_and_cuts_the_connection(
    seed_index: LocalStore, home: Path, tmp_path: Path
) -> None:
    def act(conversation: Conversation) -> None:
        conversation.begin()
        conversation.text("The trucks are many [1]. And")
        conversation.hang()

    with serving(act) as server:
        master, slave = pty.openpty()
        rag = subprocess.Popen(
            [sys.executable, "-m", "rag", "ask", TRUCKS, "--llm", "openai:tiny"]
            + ["--index", str(seed_index.folder)],
            env=os.environ | {"RAG_HOME": str(home)} | server.environment("openai"),
            stdout=slave,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        os.close(slave)
        shown = b""
        while b"many" not in shown:
            shown += os.read(master, 1000)
        rag.send_signal(signal.SIGINT)
        _, errors = rag.communicate()
        assert server.client_left.wait(60)
        os.close(master)
    assert (rag.returncode, errors.count("Traceback")) == (130, 0), errors
