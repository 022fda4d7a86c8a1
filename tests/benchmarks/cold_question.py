"""How long a cold `rag ask` takes, process start to exit, on the index of seeds/ (median of 7)."""

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

QUESTION = "How many aid trucks a day entered Gaza in April?"


def main() -> None:
    """Indexes seeds/ into a temporary folder, asks once to warm up, then seven times."""
    seeds = Path(__file__).parents[2] / "seeds"
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"RAG_HOME": f"{folder}/home"}
        rag = [sys.executable, "-m", "rag"]
        index = ["--index", f"{folder}/index"]
        subprocess.run([*rag, "index", str(seeds), *index], env=environment, check=True)
        seconds = []
        for _ in range(8):
            began = time.perf_counter()
            subprocess.run(
                [*rag, "ask", QUESTION, *index], env=environment, check=True, capture_output=True
            )
            seconds.append(time.perf_counter() - began)
    median = statistics.median(seconds[1:])
    print(f"cold question: median {median:.2f} s of {len(seconds) - 1}, ", end="")
    print(f"{min(seconds[1:]):.2f} to {max(seconds[1:]):.2f} s")
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}")


if __name__ == "__main__":
    main()
