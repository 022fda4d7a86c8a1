"""`rag eval`, `rag compare` and `rag gate`: how good the answers are."""

import sys
from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import Any

import click

from rag.clean import printable
from rag.cli.opening import open_pipeline, open_store, progress_bar
from rag.cli.options import index_option, json_option
from rag.errors import InvalidInput, LLMFailed, RagError
from rag.pipeline import DEFAULT_K, DEFAULT_THRESHOLD
from rag.render import to_json
from rag.settings import Settings, load_settings, save_setting

_SEEDS = Path("tests/questions/seeds-dev.jsonl")
_GATE_FAILED = 6


@click.command("eval")
@click.argument("questions", required=False)
@click.option("--llm", metavar="SPEC", help="The language model (default: extractive, none).")
@click.option("--out", metavar="DIR", help="Where to write (default: eval/NAME).")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, help="Questions asked at once.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N.")
@click.option("--type", "only", metavar="T", help="Only questions of this type.")
@click.option(
    "--calibrate",
    type=click.FloatRange(0, 1),
    metavar="MAX_FALSE_REFUSAL",
    help="Set the abstention threshold so that it refuses at most this share of answerable ones.",
)
@index_option
@json_option
def eval_command(
    questions: str | None,
    llm: str | None,
    out: str | None,
    jobs: int,
    limit: int | None,
    only: str | None,
    calibrate: float | None,
    index: str | None,
    as_json: bool,
) -> None:
    """Answer a question set and score it (default: the questions about seeds/)."""
    from rag.evaluate.calibrate import calibrate as find_threshold
    from rag.evaluate.evaluation import Plan, evaluate
    from rag.evaluate.questions import read_questions

    if calibrate is not None and isnan(calibrate):
        raise InvalidInput("--calibrate must be a share from 0 to 1, not nan.")
    settings = load_settings({"index": index, "llm": llm})
    chosen = read_questions(_question_path(questions)).select(only, limit)
    folder = Path(out) if out else Path("eval") / _name_of(chosen.path)
    pipeline = open_pipeline(settings)
    plan = Plan(
        questions=chosen,
        index=settings.index,
        llm=settings.llm,
        k=settings.k or DEFAULT_K,
        threshold=DEFAULT_THRESHOLD if settings.threshold is None else settings.threshold,
        jobs=jobs,
        limit=limit,
        type=only,
    )
    with progress_bar("asking", " questions") as progress:
        run = evaluate(pipeline, open_store(settings), plan, folder, progress, _note)
    found = None if calibrate is None else find_threshold(run.rows, calibrate)
    path = save_setting(settings.home, "threshold", found.threshold) if found else None
    if as_json:
        calibration = {"calibration": asdict(found) | {"file": str(path)}} if found else {}
        click.echo(to_json({**run.summary, "out": str(folder), **calibration}))
    else:
        for line in _table(run.summary["measures"]):
            click.echo(line)
        click.echo(f"{folder / 'report.html'} shows every question.")
        if found:
            _tell_calibration(run.rows, found, path, settings)
    if failed := run.summary["failed"]:
        _note(f"{failed:,} questions failed; the first: {_first_failure(run.rows)}")
    if failed == run.summary["n"]:
        sys.exit(_to_blame(run.rows).exit_code)


def _question_path(named: str | None) -> Path:
    if named:
        return Path(named)
    if not _SEEDS.is_file():
        raise InvalidInput(
            f"There is no {_SEEDS} here: without QUESTIONS, `rag eval` asks the questions about "
            "seeds/ that a checkout of the program holds; name a question set."
        )
    return _SEEDS


def _name_of(path: Path) -> str:
    """What a run of the question set is called."""
    absolute = path.resolve()
    return absolute.stem if absolute.is_file() else f"{absolute.parent.name}-{absolute.name}"


def _note(text: str) -> None:
    click.echo(f"rag: {printable(text)}", err=True)


def _first_failure(rows: Sequence[Any]) -> str:
    return next(str(row["error"]["message"]) for row in rows if row["error"])


def _to_blame(rows: Sequence[Any]) -> type[RagError]:
    """What every question failed for: an LLM, or the questions themselves."""
    asked = any(row["error"]["kind"] == "llm_failed" for row in rows)
    return LLMFailed if asked else InvalidInput


def _table(measures: dict[str, dict[str, Any]]) -> list[str]:
    lines = [f"{'':<22} {'value':>9} {'95% interval':>21} {'n':>7}"]
    for name, m in measures.items():
        interval = f"{_figure(m['low'])} to {_figure(m['high'])}"
        lines.append(f"{name:<22} {_figure(m['value']):>9} {interval:>21} {m['n']:>7,}")
    return lines


def _figure(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 10 else f"{value:,.1f}"


def _tell_calibration(
    rows: Sequence[Any], found: Any, path: Path | None, settings: Settings
) -> None:
    from rag.evaluate.calibrate import curve

    click.echo(f"\n{'threshold':>9} {'false refusals':>15} {'refused unanswerable':>21}")
    points = sorted([*curve(rows), found], key=lambda point: point.threshold)
    for point in points:
        refused = "" if point.refused is None else f"{point.refused:.1%}"
        mark = "  <- written" if point is found else ""
        click.echo(f"{point.threshold:>9.6g} {point.false_refusal:>15.1%} {refused:>21}{mark}")
    click.echo(f"threshold = {found.threshold} is now in {path}; check it on other questions.")
    place = (settings.sources or {}).get("threshold")
    if place == "environment" or (place == "rag.toml" and Path("rag.toml").is_file()):
        _note("another setting may win here; `rag status` shows which threshold is in force")


@click.command("compare")
@click.argument("run_a", metavar="RUN_A")
@click.argument("run_b", metavar="RUN_B")
@click.option("--common", is_flag=True, help="Only questions in both, if the sets differ.")
@json_option
def compare_command(run_a: str, run_b: str, common: bool, as_json: bool) -> None:
    """Compare two runs of `rag eval`, question by question: B against A."""
    from rag.evaluate.compare import compare
    from rag.evaluate.run_folder import read_run

    found = compare(read_run(Path(run_a)), read_run(Path(run_b)), common)
    if as_json:
        click.echo(to_json(found))
        return
    for name, (a, b) in found["settings"].items():
        click.echo(printable(f"{name}: {a} -> {b}"))
    click.echo(f"{'':<22} {'A':>9} {'B':>9} {'B - A':>9} {'95% interval':>21} {'p':>7} {'n':>7}")
    for name, m in found["measures"].items():
        interval = f"{_signed(m['low'])} to {_signed(m['high'])}"
        click.echo(
            f"{name:<22} {_figure(m['a']):>9} {_figure(m['b']):>9} {_signed(m['difference']):>9} "
            f"{interval:>21} {m['p']:>7.3f} {m['n']:>7,}"
        )
    click.echo(f"{len(found['changed']):,} of {found['n']:,} questions changed")
    for row in found["changed"]:
        click.echo(printable(f"  {row['id']}: {row['a']} -> {row['b']}  {row['question']}"))


def _signed(value: float) -> str:
    return f"{value:+.3f}" if abs(value) < 10 else f"{value:+,.1f}"


@click.command("gate")
@click.argument("run", metavar="RUN")
@click.option("--min", "least", multiple=True, metavar="MEASURE=VALUE", help="At least this.")
@click.option("--max", "most", multiple=True, metavar="MEASURE=VALUE", help="At most this.")
@json_option
def gate_command(run: str, least: tuple[str, ...], most: tuple[str, ...], as_json: bool) -> None:
    """Fail, with exit code 6, if a run of `rag eval` falls short."""
    from rag.evaluate.compare import Bar, shortfalls
    from rag.evaluate.run_folder import read_run

    bars = [Bar(*_bar(text, "--min"), least=True) for text in least]
    bars += [Bar(*_bar(text, "--max"), least=False) for text in most]
    if not bars:
        raise InvalidInput("Give --min MEASURE=VALUE or --max MEASURE=VALUE.")
    short = shortfalls(read_run(Path(run)).summary, bars)
    if as_json:
        click.echo(to_json({"ok": not short, "fell_short": short}))
    else:
        for line in short or ["ok"]:
            click.echo(line)
    if short:
        sys.exit(_GATE_FAILED)


def _bar(text: str, option: str) -> tuple[str, float]:
    name, _, value = text.partition("=")
    try:
        number = float(value)
        if not name or number != number:
            raise ValueError
    except ValueError:
        raise InvalidInput(f"{option} must be MEASURE=VALUE, not {text!r}.") from None
    return name, number
