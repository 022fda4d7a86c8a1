"""The README's table of results: `rag eval` with default settings over several question sets.

usage: python tests/benchmarks/results.py [--limit N] [FOLDER...]
Without FOLDERs: the test half of the questions about seeds/, and each BEIR folder below
../shared/datasets that is there. Runs and indexes are kept in eval/results/, so that an
interrupted command goes on; the table goes between two markers in README.md.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
DATASETS = ROOT.parent / "shared" / "datasets"
SEEDS = ROOT / "tests" / "questions" / "seeds-test.jsonl"
KEPT = ROOT / "eval" / "results"
BEGIN, END = "<!-- results: make results -->", "<!-- end of results -->"
COLUMNS = (
    "recall@10", "ndcg@10", "contains", "exact_match", "f1", "citation_recall",
    "citation_precision", "abstain_recall", "false_refusal_rate", "abstain_auroc",
    "latency_p50_ms",
)  # fmt: skip


def rag(*arguments: str) -> None:
    """Runs a command of the program, with settings of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RAG_")}
    environment |= {"RAG_HOME": str(KEPT / "home"), "HF_HUB_OFFLINE": "1"}
    KEPT.mkdir(parents=True, exist_ok=True)
    subprocess.run([sys.executable, "-m", "rag", *arguments], env=environment, cwd=KEPT, check=True)


def measure(name: str, questions: Path, documents: Path, limit: int | None) -> dict[str, Any]:
    """The summary of a question set over its documents."""
    index = f"index-{name}"
    rag("index", str(documents), "--index", index)
    few = ["--limit", str(limit)] if limit else []
    rag("eval", str(questions), "--index", index, "--out", name, *few)
    summary: dict[str, Any] = json.loads((KEPT / name / "summary.json").read_bytes())
    return summary


def table(summaries: dict[str, dict[str, Any]]) -> str:
    """A Markdown table with a row a set and a sentence on where it was measured."""
    lines = [
        f"| set | n | {' | '.join(COLUMNS)} |",
        f"|---|---|{'---|' * len(COLUMNS)}",
    ]
    for name, summary in summaries.items():
        cells = [cell(summary["measures"].get(column), column) for column in COLUMNS]
        lines.append(f"| {name} | {summary['n']:,} | {' | '.join(cells)} |")
    run = next(iter(summaries.values()))["run"]
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    lines += [
        "",
        f"With 95% intervals; default settings ({run['settings']['llm']}, "
        f"{run['settings']['k']} passages, threshold {run['settings']['threshold']}), on "
        f"{run['machine']['cores']} cores ({processor()}), {versions}.",
    ]
    return "\n".join(lines)


def cell(measured: dict[str, Any] | None, column: str) -> str:
    """A value with its interval, in thousandths; milliseconds as they are."""
    if measured is None:
        return ""
    value, low, high = (measured[name] for name in ("value", "low", "high"))
    if column.endswith("_ms"):
        return f"{value:,.0f}"
    return f"{value:.3f} ({low:.2f} to {high:.2f})"


def processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def write(readme: Path, text: str, begin: str = BEGIN, end: str = END) -> None:
    """Puts a table between its markers."""
    before, begins, rest = readme.read_text(encoding="utf-8").partition(begin)
    _, ends, after = rest.partition(end)
    if not begins or not ends:
        sys.exit(f"{readme} has no place for the table: {begin} and {end}.\n\n{text}")
    readme.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def main() -> None:
    """Measures each set and writes the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=int)
    parser.add_argument("folders", nargs="*", type=Path)
    given = parser.parse_args()
    folders = given.folders or sorted(DATASETS.glob("*/dev"))
    summaries = {"seeds-test": measure("seeds-test", SEEDS, ROOT / "seeds", given.limit)}
    for folder in map(Path.resolve, folders):
        name = folder.parent.name if folder.name == "dev" else folder.name
        summaries[name] = measure(name, folder, folder / "corpus.jsonl", given.limit)
    write(ROOT / "README.md", table(summaries))


if __name__ == "__main__":
    main()
