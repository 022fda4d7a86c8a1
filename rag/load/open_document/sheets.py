"""A sheet of an OpenDocument file -> its rows, with what their merged cells say."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.load.open_document.blocks import Blocks, number_of
from rag.load.open_document.blocks import Row as Written
from rag.load.open_document.styles import TABLE
from rag.load.sheet_tables import MergedCells, Row

_MOST_MERGED = 256  # cells of a row that one may spread over


def sheet_rows(table: Element, blocks: Blocks) -> Iterator[Row]:
    """The rows of a sheet, with what their merged cells say."""
    merged = MergedCells()
    for row in blocks.rows(table):
        texts = {column: text for column, text in enumerate(row.texts) if text}
        yield merged.row(row.number, texts, _spans(row), blocks.looks(row.element))


def _spans(row: Written) -> Iterator[tuple[int, int, int]]:
    """The last row, the first and last column of each cell, of the first one of repeated ones."""
    column = 0
    for cell in row.element:
        columns = min(number_of(cell, f"{TABLE}number-columns-spanned"), _MOST_MERGED)
        rows = number_of(cell, f"{TABLE}number-rows-spanned")
        yield row.number + rows - 1, column, column + columns - 1
        column += number_of(cell, f"{TABLE}number-columns-repeated")
