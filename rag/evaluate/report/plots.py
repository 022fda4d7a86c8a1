"""The plots of the report, as SVG that a strict policy and a dark page can take.

The only import of matplotlib. Each plot gives its title, a sentence on how to read it, and the
SVG, empty where there is nothing to draw.
"""

import io
import re
import textwrap
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.clean import printable
from rag.evaluate.measures import Row

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Plot = tuple[str, str, str]

_ANSWERED, _REFUSED, _FAINT = "#3a7ca5", "#8a6fb0", "#8a8a8a"
_WIDTH = 4.8  # inches: as wide as a phone shows without shrinking the letters
_MOST_TYPES = 40
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}href"
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def type_plot(by_type: Mapping[str, Mapping[str, Any]]) -> Plot:
    """A bar a type: the parts found, or the share refused where there is no answer."""
    bars = []
    for type, measures in by_type.items():
        for name, colour in (("contains", _ANSWERED), ("abstain_recall", _REFUSED)):
            if name in measures:
                bars.append((_label(type), measures[name], colour))
                break
    bars = bars[:_MOST_TYPES][::-1]

    def draw(axes: "Axes") -> None:
        for place, (_, m, colour) in enumerate(bars):
            axes.barh(place, m["value"], height=0.6, color=colour)
            axes.plot([m["low"], m["high"]], [place, place], color="black", linewidth=1)
            axes.text(1.03, place, f"{m['value']:.2f}  ({m['n']})", va="center", fontsize=8)
        axes.set_yticks(range(len(bars)), [label for label, *_ in bars], parse_math=False)
        axes.set_xlim(0, 1)
        axes.set_ylim(-0.6, len(bars) - 0.4)
        axes.tick_params(axis="y", length=0)

    told = (
        "Blue: the share of the gold answer's parts that answers hold. Violet: the share of "
        "unanswerable questions that were refused. Lines are 95% intervals, questions in brackets."
    )
    return "By type", told, _svg("type", 0.6 + 0.26 * len(bars), draw) if bars else ""


def coverage_plot(rows: Sequence[Row], threshold: float) -> Plot:
    """How wrong the answers are as the threshold lets more of the questions be answered."""
    scored = [
        (row["answerability"], 1.0 - row["measures"].get("contains", 0.0))
        for row in rows
        if row["answerability"] is not None
        and not row["abstained"]
        and (row["answerable"] is False or "contains" in row["measures"])
    ]
    total = sum(row["outcome"] != "not judged" for row in rows)
    scored.sort(reverse=True)
    coverage, error, lost = [], [], 0.0
    for n, (score, wrong) in enumerate(scored, start=1):
        lost += wrong
        if n == len(scored) or scored[n][0] != score:
            coverage.append(n / total)
            error.append(lost / n)

    def draw(axes: "Axes") -> None:
        axes.plot(coverage, error, color=_ANSWERED, linewidth=1.8)
        axes.plot(coverage[-1:], error[-1:], "o", color=_ANSWERED, markersize=5)
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        axes.set_xlabel("coverage: questions answered")
        axes.set_ylabel("error among them")
        axes.grid(color=_FAINT, linewidth=0.4, alpha=0.5)

    told = (
        "A higher abstention threshold answers fewer questions, further to the left. The dot is "
        f"this run's threshold, {threshold:g}. Error counts parts that are missing, and every "
        "answer to an unanswerable question."
    )
    return "Coverage against error", told, _svg("coverage", 3, draw) if len(coverage) > 1 else ""


def latency_plot(rows: Sequence[Row]) -> Plot:
    """How long answers took."""
    found = [row["answer"]["timings_ms"].get("total") for row in rows if not row["error"]]
    times = [time for time in found if time is not None]

    def draw(axes: "Axes") -> None:
        axes.hist(times, bins=30, color=_ANSWERED)
        axes.set_xlim(left=0)
        axes.set_xlabel("milliseconds")
        axes.set_ylabel("answers")

    told = "How many answers took how long, on the machine named below."
    return "Latency", told, _svg("latency", 2.4, draw) if times else ""


def _label(text: str) -> str:
    text = _NOT_XML.sub("\ufffd", printable(text))
    return textwrap.shorten(text, 24, placeholder="…") if " " in text else text[:24]


def _svg(name: str, height: float, draw: Callable[["Axes"], None]) -> str:
    """Draws one plot; the same data give the same bytes."""
    import matplotlib
    from matplotlib.figure import Figure

    settings: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": name,
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.6,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
    }
    empty = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    written = io.StringIO()
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of letters that the font for measuring does not have
        figure = Figure(figsize=(_WIDTH, height))
        draw(figure.subplots())
        figure.savefig(written, format="svg", transparent=True, bbox_inches="tight", metadata=empty)
    return _without_styles(written.getvalue())


def _without_styles(svg: str) -> str:
    """The same drawing with attributes in place of styles, black as the page's own colour."""
    ElementTree.register_namespace("", _SVG[1:-1])
    root = ElementTree.fromstring(svg)
    used = set(re.findall(r"#([\w-]+)", svg))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag in (f"{_SVG}style", f"{_SVG}metadata"):
                parent.remove(child)
    for element in root.iter():
        if _XLINK in element.attrib:  # HTML knows no prefixes
            element.set("href", element.attrib.pop(_XLINK))
        if element.get("id") not in used:
            element.attrib.pop("id", None)
        for declaration in element.attrib.pop("style", "").split(";"):
            name, _, value = (piece.strip() for piece in declaration.partition(":"))
            if name and name not in ("font-family", "font"):
                element.set(name, "currentColor" if value == "#000000" else value)
    for size in ("width", "height"):
        root.attrib.pop(size, None)
    root.set("role", "img")
    return ElementTree.tostring(root, encoding="unicode")
