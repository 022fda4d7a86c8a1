"""DOCX -> its headings, paragraphs, lists, tables and notes in order, by python-docx."""

import io
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.clean import clean_text
from rag.load.archive import open_archive
from rag.load.document import Content
from rag.load.drawings import REFERENCES, drawn
from rag.load.facts import one_line
from rag.load.headings import (
    BOLD_MARK,
    MOST_BASES,
    level_of_style,
    may_be_heading,
    without_bold,
)
from rag.load.merged_cells import Cell, Merged, spread
from rag.load.table import lines, names_columns

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_COMPATIBLE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
# Text that was deleted or moved away, and the second copy of a drawing for older programs.
_LEFT_OUT = {f"{_WORD}del", f"{_WORD}moveFrom", f"{_COMPATIBLE}Fallback", f"{_WORD}txbxContent"}
_OUTSIDE = "9"  # the outline level of text that is in no outline
_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_NOTES = ("footnotes", "endnotes")
_MOST_COLUMNS = 63  # of a table in Word
_FIRST_ROW = 0x20  # in the bits that say which parts of a table its style is to set off
_SETS_OFF = "sets off the first row"  # what a style of tables is called here that does
_OFF = ("0", "false", "off")
_NO_FILL = ("", "auto", "FFFFFF")


def read_word(data: bytes, notes: list[str]) -> Content:
    """A Word file: headers, footers and comments are left out, notes come at the end.

    What its charts and diagrams tell stands behind the paragraph that they are in.
    """
    import docx
    from docx.oxml import parse_xml

    open_archive(data).close()

    file = docx.Document(io.BytesIO(data))
    _write_out_drawings(file)
    styles = _styles(file)
    blocks = without_bold(list(_blocks(file.element.body, styles)))
    for kind in _NOTES:
        for relation in file.part.rels.values():
            if relation.reltype.endswith(f"/{kind}") and not relation.is_external:
                blocks += _blocks(parse_xml(relation.target_part.blob), styles)
    title = one_line(file.core_properties.title)
    return Content("\n\n".join(blocks), title or _heading(file))


def _write_out_drawings(file: Any) -> None:
    """Gives what charts and diagrams tell paragraphs of their own, in place."""
    from docx.oxml import OxmlElement

    for reference in list(file.element.body.iter(*REFERENCES)):
        for above in itertools.islice(reference.iterancestors(f"{_WORD}p"), 1):
            for line in reversed([*drawn(reference, file.part)]):
                paragraph: Any = OxmlElement("w:p")
                paragraph.add_r().text = line
                above.addnext(paragraph)


def _styles(file: Any) -> Mapping[str, str]:
    """What each style is called, by its id; one built on a heading's, like that.

    An id is in the language of the program that wrote the file, a name is not. A style whose
    paragraphs stand outside the outline ("TOC Heading") is not taken for what it is built on.
    """
    elements: dict[str, Any] = {}
    of_tables: dict[str, str] = {}
    for relation in file.part.rels.values():
        if relation.is_external or not relation.reltype.endswith("/styles"):
            continue
        if (root := getattr(relation.target_part, "element", None)) is None:
            continue
        for style in root.iterchildren(f"{_WORD}style"):
            id, kind = style.get(f"{_WORD}styleId", ""), style.get(f"{_WORD}type", "paragraph")
            if kind == "paragraph":
                elements.setdefault(id, style)
            elif any(
                part.get(f"{_WORD}type") == "firstRow"
                for part in style.iterchildren(f"{_WORD}tblStylePr")
            ):
                of_tables[id] = _SETS_OFF
    return of_tables | {id: _called(style, elements) for id, style in elements.items()}


def _called(style: Any, elements: Mapping[str, Any]) -> str:
    name = _value(style, "name")
    for _ in range(MOST_BASES):
        if style is None or _value(style, f"pPr/{_WORD}outlineLvl") == _OUTSIDE:
            break
        if level_of_style(_value(style, "name")):
            return _value(style, "name")
        style = elements.get(_value(style, "basedOn"))
    return name


def _value(element: Any, path: str) -> str:
    found = element.find(f"{_WORD}{path}")
    return "" if found is None else found.get(f"{_WORD}val", "")


def _blocks(parent: Any, styles: Mapping[str, str], headed: bool = True) -> Iterator[str]:
    """Paragraphs and table rows below an element, those of text boxes after their paragraph.

    Headings are marked if it is ``headed``: not in a cell, which is part of a line.
    """
    for element in parent:
        tag = element.tag
        if tag == f"{_WORD}p":
            if text := _text(element):
                mark = _mark(element, text, styles, headed)
                yield mark + (" ".join(text.split()) if "#" in mark else text)
            for box in _outermost(element, f"{_WORD}txbxContent"):
                yield from _blocks(box, styles, headed)
        elif tag == f"{_WORD}tbl":
            yield from _rows(element, styles)
        elif isinstance(tag, str) and tag not in _LEFT_OUT:
            yield from _blocks(element, styles, headed)


def _rows(table: Any, styles: Mapping[str, str]) -> Iterator[str]:
    rows = list(table.iterchildren(f"{_WORD}tr"))
    titles, texts, first, grouped = spread([list(_cells(row, styles)) for row in rows])
    told = bool(rows) and rows[first].find(f"{_WORD}trPr/{_WORD}tblHeader") is not None
    styled = (
        _asks_for_headers(table)
        and styles.get(_value(table, f"tblPr/{_WORD}tblStyle")) == _SETS_OFF
    )
    seen = styled or _stands_out(rows[first : first + 2])
    yield from titles
    yield from lines(texts, headed=told or grouped or names_columns(texts, seen))


def _cells(row: Any, styles: Mapping[str, str]) -> Iterator[Cell]:
    """The cells of a row, one for each column, so that each stands under its column's name."""
    yield from [""] * _columns(row, f"trPr/{_WORD}gridBefore")
    for cell in _outermost(row, f"{_WORD}tc"):
        merged = cell.find(f"{_WORD}tcPr/{_WORD}vMerge")
        if merged is not None and merged.get(f"{_WORD}val") != "restart":
            yield Merged.ABOVE
        else:
            yield " ".join(_blocks(cell, styles, headed=False))
        yield from [Merged.LEFT] * (_columns(cell, f"tcPr/{_WORD}gridSpan") - 1)


def _columns(element: Any, path: str) -> int:
    told = _value(element, path)
    return min(int(told), _MOST_COLUMNS) if re.fullmatch(r"[0-9]{1,2}", told) else 0


def _asks_for_headers(table: Any) -> bool:
    """Whether a table asks its style to set off the first row; Word does so for each new one."""
    look = table.find(f"{_WORD}tblPr/{_WORD}tblLook")
    if look is None:
        return False
    bits = look.get(f"{_WORD}val", "")
    known = re.fullmatch(r"[0-9A-Fa-f]{1,8}", bits)
    asked = look.get(f"{_WORD}firstRow", "1" if known and int(bits, 16) & _FIRST_ROW else "0")
    return asked not in _OFF


def _stands_out(rows: Sequence[Any]) -> bool:
    """Whether each cell of the first of two rows is bold or shaded, and not so the second's."""
    bold = [[_is_bold(cell) for cell in _outermost(row, f"{_WORD}tc")] for row in rows]
    shaded = [[_is_shaded(cell) for cell in _outermost(row, f"{_WORD}tc")] for row in rows]
    return any(
        len(marked) == 2 and all(marked[0]) and not all(marked[1]) for marked in (bold, shaded)
    )


def _is_bold(element: Any) -> bool:
    """Whether all that is written in a cell or paragraph is bold; also where nothing is."""
    runs = [run for run in element.iter(f"{_WORD}r") if run.find(f"{_WORD}t") is not None]
    marks = [run.find(f"{_WORD}rPr/{_WORD}b") for run in runs]
    return all(mark is not None and mark.get(f"{_WORD}val") not in _OFF for mark in marks)


def _is_shaded(cell: Any) -> bool:
    shade = cell.find(f"{_WORD}tcPr/{_WORD}shd")
    return shade is not None and shade.get(f"{_WORD}fill", "") not in _NO_FILL


def _outermost(parent: Any, tag: str) -> Iterator[Any]:
    """The elements of a tag below one, but for those within another of them or said twice."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag != f"{_COMPATIBLE}Fallback":
            yield from _outermost(element, tag)


def _text(paragraph: Any) -> str:
    pieces = []
    pending = list(reversed(paragraph))
    while pending:
        element = pending.pop()
        if element.tag in _LEFT_OUT:
            continue
        if element.tag == f"{_WORD}t":
            pieces.append(element.text or "")
        elif isinstance(element.tag, str):
            pieces.append(_CHARACTERS.get(element.tag.removeprefix(_WORD), ""))
        pending += reversed(element)
    return clean_text("".join(pieces)).strip()


def _mark(paragraph: Any, text: str, styles: Mapping[str, str], headed: bool) -> str:
    """What a heading or an item of a list begins with, as in Markdown."""
    style = styles.get(paragraph.style) or paragraph.style or ""
    if headed and (level := level_of_style(style)):
        return f"{'#' * level} "
    numbered = paragraph.find(f"{_WORD}pPr/{_WORD}numPr") is not None
    if numbered or style.casefold().startswith("list"):
        return "- "
    return BOLD_MARK if headed and _is_bold(paragraph) and may_be_heading(text) else ""


def _heading(file: Any) -> str | None:
    """The first title or heading of the first level."""
    for paragraph in file.paragraphs:
        style = paragraph.style.name if paragraph.style is not None else ""
        if style in ("Title", "Heading 1"):
            return one_line(paragraph.text)
    return None
