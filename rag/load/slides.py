"""PPTX -> the text of its slides, a slide a page, by python-pptx."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

from rag.clean import clean_text
from rag.load.archive import open_archive
from rag.load.document import Content, join_slides
from rag.load.drawings import drawn
from rag.load.facts import one_line
from rag.load.merged_cells import Cell, Merged, spread
from rag.load.table import lines


def read_slides(data: bytes, notes: list[str]) -> Content:
    """A PowerPoint file: titles, text, tables, charts and the speaker's notes, in reading order."""
    import pptx

    open_archive(data).close()

    file = pptx.Presentation(io.BytesIO(data))
    pages = ["\n\n".join(_slide(slide)) for slide in file.slides]
    text, offsets = join_slides(pages, notes)
    title = one_line(file.core_properties.title)
    if title == "PowerPoint Presentation":
        title = None
    return Content(text, title or _first_title(file.slides), pages=offsets)


def _slide(slide: Any) -> Iterator[str]:
    title = slide.shapes.title
    shapes = [shape for shape in slide.shapes if title is None or shape.shape_id != title.shape_id]
    shapes.sort(key=lambda shape: (shape.top or 0, shape.left or 0))
    titles = _texts([title] if title is not None else [])
    yield from (f"# {' '.join(text.split())}" for text in titles)
    yield from _texts(shapes)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame) is not None:
        yield from _frame(frame)


def _texts(shapes: Iterable[Any]) -> Iterator[str]:
    pending = list(shapes)[::-1]
    while pending:
        shape = pending.pop()
        if hasattr(shape, "shapes"):  # a group
            pending += reversed(list(shape.shapes))
        elif shape.has_text_frame:
            if not _is_furniture(shape):
                yield from _frame(shape.text_frame)
        elif getattr(shape, "has_table", False):
            titles, rows, _, grouped = spread([list(_cells(row)) for row in shape.table.rows])
            yield from titles
            yield from lines(rows, headed=grouped or bool(shape.table.first_row))
        else:
            yield from drawn(shape._element, shape.part)


def _cells(row: Any) -> Iterator[Cell]:
    for cell in row.cells:
        if cell.is_spanned:
            yield Merged.LEFT if cell._tc.hMerge else Merged.ABOVE
        else:
            yield clean_text(cell.text)


def _is_furniture(shape: Any) -> bool:
    """Whether it is the date, footer or number that stands on every slide."""
    if not shape.is_placeholder:
        return False
    return shape.placeholder_format.type.name in ("DATE", "FOOTER", "SLIDE_NUMBER", "HEADER")


def _frame(frame: Any) -> Iterator[str]:
    for paragraph in frame.paragraphs:
        if text := clean_text(paragraph.text.replace("\v", "\n")).strip():
            yield text


def _first_title(slides: Any) -> str | None:
    for slide in slides:
        if slide.shapes.title is not None:
            return one_line(slide.shapes.title.text_frame.text)
    return None
