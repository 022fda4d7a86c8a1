"""XLSX -> its sheets, a section each, with the values that its cells show, by openpyxl."""

import functools
import io
import itertools
import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from rag.clean import clean_text
from rag.load.archive import open_archive
from rag.load.document import CannotLoad, Content
from rag.load.facts import one_line
from rag.load.number_format import shown
from rag.load.sheet_tables import MergedCells, Row, paragraphs
from rag.wording import counted, listed

_MOST_ROWS = 2**20  # of a sheet in Excel
_NO_NAME = re.compile(r"(?:blad|feuil|foglio|hoja|planilha|sheet|tabelle|table) ?\d*", re.I)
# A cell with a formula and no value, or 0; the stored text of a formula may be an empty one.
_FORMULA = re.compile(
    rb"<((?:\w+:)?)c\s(?![^<>]*\bt=\"str\")(?:[^<>]*\s)?r=\"([A-Z]+\d+)\"[^<>]*>\s*"
    rb"<\1f\b(?:[^<>]*/>|[^<>]*>[^<]*</\1f>)\s*(?:<\1v\s*/>|<\1v>(0?)</\1v>)?\s*</\1c>"
)
_STRICT = b"http://purl.oclc.org/ooxml/spreadsheetml/main"  # which openpyxl does not know
_TO_CALCULATE = re.compile(rb"\sfullCalcOnLoad=\"(?:1|true)\"")
_NAMED_STYLES = re.compile(rb"<((?:\w+:)?)cellStyles\b.*?</\1cellStyles>", re.S)
_EMPTY_FILL = re.compile(rb"<((?:\w+:)?)fill(?:\s*/>|>\s*</\1fill>)")
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^<>]*\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\""
)
_WHITE = ("FFFFFFFF", "00FFFFFF", 0)  # 0 in the colours of a theme
# The last row and the first and last column of cells that are merged, by their first row.
_Merged = Mapping[int, Sequence[tuple[int, int, int]]]


def read_workbook(data: bytes, notes: list[str]) -> Content:
    """An Excel workbook; hidden sheets and charts are left out and named.

    The values of formulas are those that are stored. Where a program wrote none, or only the 0 of
    one that leaves all to be calculated when the file is opened, the cell is empty.
    """
    import openpyxl

    archive = open_archive(data)
    main = archive.read("xl/workbook.xml")
    if _STRICT in main:
        raise CannotLoad("a strict Open XML workbook; save it as an ordinary .xlsx")
    opened = functools.partial(
        openpyxl.load_workbook, read_only=True, data_only=True, keep_links=False
    )
    try:
        book = opened(io.BytesIO(data))
    except (TypeError, ValueError):
        book = opened(_with_plain_styles(archive))
    unsure = bool(_TO_CALCULATE.search(main))
    worksheets: Sequence[Any] = book.worksheets
    sheets, hidden, missing = [], [], 0
    for sheet in worksheets:
        if sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            continue
        xml = archive.read(sheet._worksheet_path)
        empty = _uncalculated(xml, unsure)
        missing += len(empty)
        sheets.append((sheet.title, [*paragraphs(_rows(sheet, _merged(xml), empty))]))
    _note(notes, "hidden sheets are not read", hidden)
    _note(notes, "charts are not read", [sheet.title for sheet in book.chartsheets])
    if missing:
        told = counted(missing, "formula has", "formulas have")
        notes.append(f"{told} no stored value; open and save it in a spreadsheet program")
    text = clean_text("\n\n".join(_sections(sheets)))
    return Content(text, one_line(book.properties.title))


def _with_plain_styles(archive: zipfile.ZipFile) -> io.BytesIO:
    """The same workbook without what some programs leave out of its styles and openpyxl asks for.

    No cell needs the list of named styles: each has its own format, and an empty fill is none.
    """
    mended = io.BytesIO()
    with zipfile.ZipFile(mended, "w") as copy:
        for name in archive.namelist():
            if not name.endswith((".xml", ".rels")):
                continue
            part = archive.read(name)
            if name == "xl/styles.xml":
                part = _EMPTY_FILL.sub(rb"<\1fill><\1patternFill/></\1fill>", part)
                part = _NAMED_STYLES.sub(b"", part)
            copy.writestr(name, part)
    return mended


def _sections(sheets: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """The paragraphs of the sheets, each below its name if that tells something."""
    filled = [(name, own) for name, own in sheets if own]
    for name, own in filled:
        if len(filled) > 1 or not _NO_NAME.fullmatch(name):
            yield f"# {one_line(name)}"
        yield from own


def _note(notes: list[str], what: str, names: Sequence[str]) -> None:
    if names:
        notes.append(f"{what}: {listed([one_line(name) or '' for name in names])}")


def _uncalculated(xml: bytes, unsure: bool) -> set[str]:
    """The cells of a sheet with a formula and no value; if it is ``unsure``, 0 is none."""
    if b"<f" not in xml and b":f" not in xml:
        return set()
    return {cell.decode() for _, cell, zero in _FORMULA.findall(xml) if unsure or not zero}


def _merged(xml: bytes) -> _Merged:
    from openpyxl.utils.cell import column_index_from_string

    found = defaultdict(list)
    for first, row, last, last_row in _MERGED.findall(xml) if b"mergeCell" in xml else ():
        columns = [column_index_from_string(column.decode()) for column in (first, last)]
        found[int(row)].append((int(last_row), columns[0], columns[1]))
    return found


def _rows(sheet: Any, merged: _Merged, empty: Collection[str]) -> Iterator[Row]:
    """The rows of a sheet, with what their merged cells say."""
    sheet.reset_dimensions()  # they may be false
    merged_cells = MergedCells()
    for number, cells in enumerate(itertools.islice(sheet.rows, _MOST_ROWS), 1):
        filled = [cell for cell in cells if cell.value is not None and cell.data_type != "e"]
        texts = {c.column: _text(c) for c in filled if not empty or c.coordinate not in empty}
        texts = {column: text for column, text in texts.items() if text}
        look = (all(map(_is_bold, filled)), all(map(_is_shaded, filled)))
        yield merged_cells.row(number, texts, merged.get(number, ()), look)


def _text(cell: Any) -> str:
    value = cell.value
    return shown(value, "" if isinstance(value, str) else cell.number_format)


def _is_bold(cell: Any) -> bool:
    return bool(cell.font.b)


def _is_shaded(cell: Any) -> bool:
    colour = cell.fill.fgColor if cell.fill.fill_type == "solid" else None
    return colour is not None and (colour.value not in _WHITE or bool(colour.tint))
