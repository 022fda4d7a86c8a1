"""Beside the questions: a hostile client, an index that changes, commands in other shells."""

import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

from browser.driving import heed_interrupts

from soak.chat import QUESTION, Chat, LLMServer, Seen
from soak.load import AT_ONCE, MOST_GROWTH, Figures, percentiles, wait_until

_number = itertools.count(1000)
_PATIENCE = 60  # seconds in which the index must have been made anew


def _send_bodies(chat: Chat, statuses: Counter[int]) -> float:
    """Sends huge and broken bodies; the most seconds that a harmless one took among them."""
    slowest = 0.0
    deep = b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for body in (b"x" * 20_000_000, deep, b"", b"{", b"\xff" * 1000, b'{"data": [5]}'):
        try:
            statuses[chat.post("/gradio_api/run/choices", body)[0]] += 1
        except OSError:  # it need not take all of the 20 MB before it refuses
            statuses[413] += 1
        began = time.monotonic()
        chat.post("/gradio_api/run/choices", b'{"data": [{}]}')
        slowest = max(slowest, time.monotonic() - began)
    return slowest


def _besiege(chat: Chat, statuses: Counter[int], joins: int, sockets: int) -> tuple[float, str]:
    """Idle connections, abandoned questions, hostile bodies: the slowest probe, and any trouble."""
    with ExitStack() as stack:
        for _ in range(sockets):
            idle = socket.create_connection(("127.0.0.1", chat.port), timeout=30)
            stack.enter_context(closing(idle)).sendall(b"POST /gradio_api/call/ask HTTP/1.1\r\n")
        for n in range(joins):
            statuses[chat.join(f"{QUESTION} #slow{n}")[0]] += 1
        slowest = _send_bodies(chat, statuses)
    until = time.monotonic() + 60
    while (told := chat.ask(QUESTION).trouble) and time.monotonic() < until:
        time.sleep(0.5)
    return slowest, told


def hostile_client(chat: Chat, llm: LLMServer, joins: int, sockets: int, sieges: int) -> Figures:
    """Questions that nobody listens to, huge and broken requests, idle connections."""
    with ThreadPoolExecutor(AT_ONCE) as pool:  # as many threads at work as there will ever be
        list(pool.map(lambda n: chat.ask(f"{QUESTION} #slow{n}"), range(4 * AT_ONCE)))
    statuses: Counter[int] = Counter()
    slowest, before = 0.0, chat.resources()
    trouble: list[str] = []
    for _ in range(sieges):
        probe, told = _besiege(chat, statuses, joins, sockets)
        slowest = max(slowest, probe)
        trouble += [f"afterwards: {told}"] if told else []
    growth = chat.resources()["MB"] - before["MB"]
    trouble += [f"memory grew by {growth} MB"] * (growth >= MOST_GROWTH)
    trouble += ["HTTP 500"] * bool(statuses[500]) + ["nothing was refused"] * (not statuses[413])
    return {
        "statuses": dict(sorted(statuses.items())),
        "slowest probe, s": round(slowest, 2),
        "MB gained": growth,
        "trouble": trouble,
        "late": [f"a probe took {slowest:.2f} s"] * (slowest > 1),
    }


def reindex(chat: Chat, llm: LLMServer, seconds: float, every: float) -> Figures:
    """Clients ask while the documents change and are indexed anew, again and again."""
    folder = chat.log.parent
    done, indexed = threading.Event(), threading.Event()
    runs, failed = [0], []

    def index() -> None:
        while not done.wait(every):
            runs[0] += 1
            text = f"The ferry of Tarn carried {runs[0]} cars in run {runs[0]}.\n" * 3
            (folder / "seeds" / "ferry.txt").write_text(text)
            ended = subprocess.run(
                [sys.executable, "-m", "rag", "index"],
                cwd=folder, env=_environment(chat), capture_output=True, text=True,
            )  # fmt: skip
            if ended.returncode:
                failed.append(ended.stderr.strip())
            indexed.set()

    def ask(_: int) -> Seen:
        return chat.ask("How many cars did the ferry of Tarn carry?", llm="extractive")

    def client(number: int) -> list[Seen]:
        found = []
        last = False
        while not last:  # on a slow machine a run takes longer than there is time
            now = time.monotonic()
            last = now > until + _PATIENCE or (now > until and indexed.is_set())
            found.append(ask(number))
        return found

    thread = threading.Thread(target=index)
    with ThreadPoolExecutor(4) as pool:
        # Who was there before may still be leaving.
        wait_until(lambda: not any(one.trouble for one in pool.map(ask, range(4))), 20)
        thread.start()
        until = time.monotonic() + seconds
        seen = list(itertools.chain(*pool.map(client, range(4))))
    done.set()
    thread.join()
    newest = mixed = 0
    for one in seen:
        turn = one.events[-1]["turn"] if one.events else ""
        told = {int(n) for n in re.findall(r"(?:carried|in run) (\d+)", turn)}
        mixed += len(told) > 1
        newest = max([newest, *told])
    troubles = Counter(one.trouble for one in seen if one.trouble)
    trouble = [f"{n} times: {told}" for told, n in troubles.items()] + failed
    trouble += [f"{mixed} answers mix two generations"] * bool(mixed)
    trouble += ["no answer ever came from a new generation"] * (newest == 0)
    return {
        "questions": len(seen),
        "runs of indexing": runs[0],
        "newest seen": newest,
        **percentiles("answered after", [one.end for one in seen]),
        "trouble": trouble,
    }


def commands(chat: Chat, llm: LLMServer, at_once: int, in_a_row: int) -> Figures:
    """`rag ask` from many shells at once, in a row, interrupted, terminated, and cut off."""
    rag = [sys.executable, "-m", "rag"]
    given: dict[str, Any] = {"cwd": chat.log.parent, "env": _environment(chat)}

    def run(_: int) -> tuple[int, float]:
        began = time.monotonic()
        ended = subprocess.run([*rag, "ask", QUESTION], capture_output=True, **given)
        good = b"225" in ended.stdout and b"Traceback" not in ended.stderr
        return ended.returncode if good else -1, time.monotonic() - began

    with ThreadPoolExecutor(at_once) as pool:
        codes = [code for code, _ in pool.map(run, range(at_once))]
    row = [run(0) for _ in range(in_a_row)]
    codes += [code for code, _ in row]
    trouble = [f"exit codes {Counter(codes)}"] if set(codes) != {0} else []
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        asking = [*rag, "ask", f"{QUESTION} #stuck{next(_number)}", "--llm", "openai:tiny"]
        first = len(llm.asked)
        process = subprocess.Popen(
            asking,
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            preexec_fn=heed_interrupts,
            **given,
        )
        wait_until(lambda: len(llm.asked) > first, 60)  # noqa: B023
        process.send_signal(number)
        told = process.communicate(timeout=30)[1]
        if process.returncode != code or b"Traceback" in told:
            trouble.append(f"{number.name}: exit {process.returncode}: {told[-300:]!r}")
    reader, writer = os.pipe()
    os.close(reader)
    cut = subprocess.run([*rag, "ask", QUESTION], stdout=writer, stderr=subprocess.PIPE, **given)
    os.close(writer)
    if cut.returncode or b"Traceback" in cut.stderr or b"Exception" in cut.stderr:
        trouble.append(f"nobody reads: exit {cut.returncode}: {cut.stderr[-300:]!r}")
    return {
        "runs": len(codes),
        **percentiles("in a row, each", [seconds for _, seconds in row]),
        "trouble": trouble,
    }


def _environment(chat: Chat) -> dict[str, str]:
    raw = Path(f"/proc/{chat.process.pid}/environ").read_bytes().split(b"\0")
    return dict(entry.decode().split("=", 1) for entry in raw if entry)
