"""Where the time goes: the share of each room of rag/ in an index run, a cold and a warm question.

usage: python tests/benchmarks/rooms.py [FOLDER]

FOLDER (default: the first 100 files of ../shared/datasets/mtrag_un/docs, or seeds/) is indexed and
asked. Each run is a process of its own, in which a thread looks a thousand times a second at what
the main thread does, or the one that embeds where it waits for that: the innermost module of rag/
on the stack gets the look, or "imports" where a module is being imported. Prints a Markdown table;
starting Python itself is not in it.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).parents[2]
FOLDER = ROOT.parent / "shared" / "datasets" / "mtrag_un" / "docs"
FILES, QUESTIONS, SHOWN = 100, 40, 6
QUESTION = "How many aid trucks a day entered Gaza in April?"
LOOK = 0.001  # seconds
RAG = str(ROOT / "rag") + os.sep
BACKGROUND = str(ROOT / "rag" / "store" / "local" / "background.py")


def room(frame: FrameType | None) -> str:
    """Whose work a stack is."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith("<frozen importlib"):
            return "imports"
        if file.startswith(RAG):
            inside = file.removeprefix(RAG).split(os.sep)
            return "imports" if frame.f_code.co_name == "<module>" else inside[0]
        frame = frame.f_back
    return "others"


def working(main: FrameType | None, others: Iterable[FrameType]) -> FrameType | None:
    """The stack of the main thread, or of the one that embeds where it waits for that."""
    if main is not None and main.f_code.co_filename == BACKGROUND:
        for stack in others:
            frame: FrameType | None = stack
            while frame is not None:
                if (frame.f_code.co_filename, frame.f_code.co_name) == (BACKGROUND, "_embed"):
                    return stack
                frame = frame.f_back
    return main


class Watch:
    """Looks at the main thread from its making until ``tell``."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()
        self._ended = threading.Event()
        sys.setswitchinterval(LOOK / 10)  # or Python's own work would be over before it is seen
        self._began = time.perf_counter()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        main = threading.main_thread().ident or 0
        while not self._ended.wait(LOOK):
            stacks = sys._current_frames()
            self._seen[room(working(stacks.pop(main, None), stacks.values()))] += 1

    def tell(self, run: str) -> None:
        """Prints a row: the seconds in all, and the rooms with the largest shares."""
        seconds = time.perf_counter() - self._began
        self._ended.set()
        self._thread.join()
        looks = self._seen.total()
        shares = [f"{name} {n / looks:.0%}" for name, n in self._seen.most_common(SHOWN)]
        print(f"| {run} | {seconds:.2f} s | {', '.join(shares)} |", flush=True)


def command(run: str, *words: str) -> None:
    """A command, from its import to its end."""
    sys.argv = ["rag", *words]
    watch = Watch()
    out, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115
    try:
        from rag.cli import main as rag

        rag()
    except SystemExit:
        pass
    finally:
        sys.stdout = out
    watch.tell(run)


def warm(run: str, index: str) -> None:
    """Questions one after the other: a few words of each document."""
    from rag import Pipeline

    pipeline = Pipeline.open(index)
    hits = pipeline.search("a", k=QUESTIONS)
    questions = [" ".join(hit.passage.text.split()[3:13]) for hit in hits]
    pipeline.ask(QUESTION)
    watch = Watch()
    for question in questions:
        pipeline.ask(question)
    watch.tell(f"{run}, {len(questions)} of them")


def main(folder: Path) -> None:
    """Each run in a process of its own."""
    with tempfile.TemporaryDirectory() as place:
        docs, index = Path(place, "docs"), f"{place}/index"
        docs.mkdir()
        for path in sorted(path for path in folder.rglob("*") if path.is_file())[:FILES]:
            shutil.copy(path, docs)
        environment = os.environ | {"RAG_HOME": f"{place}/home", "PYTHONPATH": str(ROOT)}
        print("| run | in all | of it |\n|---|---|---|", flush=True)
        for words in (
            ["command", "`rag index`", "index", str(docs), "--index", index],
            ["command", "`rag ask`, cold", "ask", QUESTION, "--index", index],
            ["warm", "a warm answer", index],
        ):
            subprocess.run(
                [sys.executable, __file__, "--run", *words],
                env=environment, check=True, stderr=subprocess.DEVNULL,
            )  # fmt: skip


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:2] == ["--run", "command"]:
        command(*arguments[2:])
    elif arguments[:2] == ["--run", "warm"]:
        warm(*arguments[2:])
    else:
        given = [Path(name) for name in arguments]
        main(given[0] if given else FOLDER if FOLDER.is_dir() else ROOT / "seeds")
