"""A run -> one HTML page that needs nothing else: no request, no foreign script, inert text.

``view.py`` tells what the page shows of rows and measures, ``plots.py`` draws them.
The only import of jinja2. What a document, a question set or an LLM says is escaped, and shown
with what could hide or forge text made visible.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.clean import printable
from rag.evaluate.measures import Row
from rag.evaluate.report.plots import coverage_plot, latency_plot, type_plot
from rag.evaluate.report.view import headline, measure_groups, question_view, type_table

_FOLDER = Path(__file__).parent


def report_html(summary: Mapping[str, Any], rows: Sequence[Row]) -> str:
    """The page for a summary and its rows."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        autoescape=True,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    style, script = _asset("report.css"), _asset("report.js")
    return environment.get_template("report.html").render(
        policy=_policy(style, script),
        style=_Trusted(style),
        script=_Trusted(script),
        run=summary["run"],
        name=Path(summary["run"]["questions"]).name,
        summary=summary,
        headline=headline(summary["measures"]),
        groups=measure_groups(summary["measures"]),
        types=type_table(summary["by_type"], rows),
        plots=[
            (title, told, _Trusted(svg))
            for title, told, svg in (
                type_plot(summary["by_type"]),
                coverage_plot(rows, summary["run"]["settings"]["threshold"]),
                latency_plot(rows),
            )
            if svg
        ],
        outcomes=list(summary["outcomes"]),
        questions=[question_view(row) for row in rows],
    )


class _Trusted(str):
    """Text of our own making, to be put into the page as it is."""

    def __html__(self) -> str:
        return str(self)


def _inert(value: Any) -> Any:
    return printable(value, keep_lines=True) if type(value) is str else value


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8").strip()


def _policy(style: str, script: str) -> str:
    """A content security policy that allows these two texts and nothing else."""
    return (
        f"default-src 'none'; style-src {_source(style)}; script-src {_source(script)}; "
        "base-uri 'none'; form-action 'none'"
    )


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
