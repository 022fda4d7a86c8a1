"""A Jupyter notebook -> its cells in order, as Markdown."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from rag.clean import clean_text
from rag.lines import fence_below
from rag.load.decode import decode
from rag.load.document import CannotLoad, Content
from rag.load.text import markdown
from rag.load.web_page import blocks_of_page

_EDGE = re.compile(r"^\s*(`{3,})", re.M)
_LANGUAGE = re.compile(r"[\w+#.-]{1,20}")
_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]")
_OBJECT = re.compile(r"\s*<[^<>\n]*>\s*")  # what Python says of a picture: "<Figure size 640x480>"
_WIDGET = "application/vnd.jupyter.widget-view+json"
_ERRORS = ("error", "pyerr")
_DEEPEST = 6  # level of a heading


def read_notebook(data: bytes, notes: list[str]) -> Content:
    """A notebook: Markdown as it is, code and the text that it gave each between fences.

    Tracebacks, pictures and widgets are left out. Notebooks of version 3 have sheets of cells.
    """
    try:
        notebook = json.loads(decode(data, notes))
    except (ValueError, RecursionError):
        notebook = None
    if not isinstance(notebook, dict) or notebook.keys().isdisjoint({"cells", "worksheets"}):
        raise CannotLoad("named as a notebook, and is not one, or a damaged one")
    sheets = [notebook, *_objects(notebook.get("worksheets"))]
    cells = [cell for sheet in sheets for cell in _objects(sheet.get("cells"))]
    language = _language(notebook.get("metadata"))
    blocks = [block for cell in cells for block in _blocks(cell, language, notes)]
    return markdown(clean_text("\n\n".join(filter(str.strip, blocks))), notes)


def _objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list; none of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A text, or the lines of one, with their ends or, in old notebooks, without; else empty."""
    lines = value if isinstance(value, list) else [value]
    lines = [line for line in lines if isinstance(line, str)]
    ended = any(line.endswith("\n") for line in lines)
    return ("" if ended else "\n").join(lines).strip("\n")


def _language(metadata: Any) -> str:
    """The name of the language that the code is in, for its fences."""
    facts = metadata if isinstance(metadata, dict) else {}
    for place, key in (("language_info", "name"), ("kernelspec", "language")):
        name = facts[place].get(key) if isinstance(facts.get(place), dict) else None
        if isinstance(name, str) and _LANGUAGE.fullmatch(name):
            return name
    return "text"


def _blocks(cell: Mapping[str, Any], language: str, notes: list[str]) -> Iterator[str]:
    source = _text(cell.get("source", cell.get("input")))
    if cell.get("cell_type") == "code":
        yield _fenced(source, language)
        for output in _objects(cell.get("outputs")):
            yield from _shown(output, notes)
    elif cell.get("cell_type") == "heading":
        level = cell.get("level")
        depth = min(max(level, 1), _DEEPEST) if isinstance(level, int) else 1
        yield f"{'#' * depth} {' '.join(source.split())}"
    else:
        yield _closed(source)


def _shown(output: Mapping[str, Any], notes: list[str]) -> Iterator[str]:
    """What an output of a code cell shows as text."""
    data = output.get("data")
    kinds = data if isinstance(data, dict) else {"text/plain": output.get("text")}
    if output.get("output_type") in _ERRORS or _WIDGET in kinds:
        return
    plain, html = _text(kinds.get("text/plain")), _text(kinds.get("text/html"))
    if written := _text(kinds.get("text/markdown")):
        yield _closed(written)
    elif plain and not _OBJECT.fullmatch(plain) and "<table" not in html:
        yield _fenced(_printed(plain), "text")
    elif html:  # a table in which each row knows the names of its columns
        with suppress(CannotLoad):  # where it shows no text
            yield from blocks_of_page(f"<html><body>{clean_text(html)}".encode(), notes)


def _printed(text: str) -> str:
    """What a terminal shows at the end: without colours, a line that was overwritten once."""
    lines = _COLOURS.sub("", text).split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def _fenced(text: str, language: str) -> str:
    """A text between fences that are longer than those in it."""
    if not text.strip():
        return ""
    edge = "`" * (max(map(len, _EDGE.findall(text)), default=2) + 1)
    return f"{edge}{language}\n{text}\n{edge}"


def _closed(text: str) -> str:
    """Markdown in which no block of code is left open: a cell ends it."""
    opened = above = ""
    for line in text.split("\n"):
        opened, above = fence_below(opened, line.strip(), above), line.strip()
    return f"{text}\n{opened}" if opened else text
