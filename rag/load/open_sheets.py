"""A sheet of an OpenDocument file -> its rows, with what their merged cells say."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.load.facts import LONGEST_TITLE
from rag.load.open_blocks import Blocks, number_of
from rag.load.open_styles import TABLE
from rag.load.sheet_tables import NO_ROW, Row

_MOST_MERGED = 256  # cells of a row that one may spread over


def sheet_rows(table: Element, blocks: Blocks) -> Iterator[Row]:
    """The rows of a sheet; the text of merged cells is in each row that has others."""
    open_above: list[tuple[int, int, str]] = []  # last row, column, text
    for row in blocks.rows(table):
        if not row.texts:
            yield NO_ROW
            continue
        open_above = [one for one in open_above if one[0] >= row.number]
        texts = {column: text for _, column, text in open_above}
        texts |= {column: text for column, text in enumerate(row.texts) if text}
        spread: dict[int, str] = {}
        for column, columns, rows in _merged(row.element):
            if text := row.texts[column] if column < len(row.texts) else "":
                spread |= dict.fromkeys(range(column + 1, column + columns), text)
                if rows > 1 and len(text) <= LONGEST_TITLE:  # a name of the rows, and no note
                    open_above.append((row.number + rows - 1, column, text))
        yield Row(texts, spread, blocks.looks(row.element))


def _merged(row: Element) -> Iterator[tuple[int, int, int]]:
    """The column of each cell of a row, the first one of repeated ones, and what it spans."""
    column = 0
    for cell in row:
        columns = min(number_of(cell, f"{TABLE}number-columns-spanned"), _MOST_MERGED)
        yield column, columns, number_of(cell, f"{TABLE}number-rows-spanned")
        column += number_of(cell, f"{TABLE}number-columns-repeated")
