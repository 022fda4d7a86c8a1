"""Elements of an OpenDocument file -> paragraphs, items, rows of tables, as lines of text."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from xml.etree.ElementTree import Element

from rag.clean import clean_text
from rag.load.document import CannotLoad
from rag.load.headings import BOLD_MARK, may_be_heading
from rag.load.open_document.styles import DRAW, OFFICE, TABLE, TEXT, Styles
from rag.load.open_document.values import with_value
from rag.load.table import lines, names_columns

_PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
_ITEMS = (f"{TEXT}list-item", f"{TEXT}numbered-paragraph")
_NOTE = f"{TEXT}note"
_GROUPS = tuple(f"{TABLE}table-{name}" for name in ("header-rows", "rows", "row-group"))
_LEFT_OUT = {
    f"{TEXT}tracked-changes",
    f"{OFFICE}annotation",
    f"{OFFICE}forms",
    f"{TEXT}table-of-content",
    f"{TEXT}alphabetical-index",
    f"{TEXT}illustration-index",
    f"{TEXT}object-index",
    f"{TEXT}table-index",
    f"{TEXT}user-index",
    f"{TEXT}number",
    f"{TEXT}ruby-text",
    f"{TEXT}script",
}
_CHARACTERS = {f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}
_SPACE = re.compile(r"[ \t\r\n]+")
_NUMBER = re.compile(r"[0-9]{1,9}")
_MOST_SPACES = 80
_DEEPEST = 6  # level of a heading
_MOST_REPEATED = 200_000  # cells of a file that are not written in it: a few bytes may ask for any


class Row(NamedTuple):
    """What the cells of a row say, the empty ones at its end left out; repeated rows count."""

    texts: list[str]
    element: Element
    number: int


class Blocks:
    """Makes lines of a file's elements. The notes that they refer to are kept in ``noted``."""

    def __init__(self, styles: Styles) -> None:
        self.noted: list[str] = []
        self._styles = styles
        self._repeated = 0

    def below(self, parent: Element, headed: bool = True) -> Iterator[str]:
        """Paragraphs, items and rows below an element, those of text boxes after their paragraph.

        Headings are marked if it is ``headed``: not in a cell, which is part of a line.
        """
        for element in parent:
            yield from self.of(element, headed)

    def of(self, element: Element, headed: bool = True) -> Iterator[str]:
        """The same, of an element itself."""
        if element.tag in _LEFT_OUT or self._styles.hides(element):
            return
        if element.tag in _PARAGRAPHS:
            yield from self._paragraph(element, headed)
        elif element.tag in _ITEMS:
            yield from self._item(element, headed)
        elif element.tag == f"{TABLE}table":
            rows = [row for row in self.rows(element) if row.texts]
            told = element.get(f"{TABLE}use-first-row-styles") == "true" or _repeats_first(element)
            texts = [row.texts for row in rows]
            yield from lines(texts, told or names_columns(texts, seen=self._stands_out(rows)))
        else:
            yield from self.below(element, headed)

    def rows(self, table: Element) -> Iterator[Row]:
        """The rows of a table, one as often as it is repeated; an empty one is there once."""
        number = 0
        for element in _rows(table):
            texts = self._texts(element)
            times = number_of(element, f"{TABLE}number-rows-repeated")
            if texts:
                self._repeat(len(texts) * (times - 1))
                yield from (Row(texts, element, number + n) for n in range(times))
            else:
                yield Row(texts, element, number)
            number += times

    def looks(self, row: Element) -> tuple[bool, bool]:
        """Whether all the cells of a row in which something is written are bold, and shaded."""
        cells = [cell for cell in row if _said(cell)]
        return all(map(self._is_bold, cells)), all(map(self._styles.is_shaded, cells))

    def _stands_out(self, rows: Sequence[Row]) -> bool:
        """Whether the first row is bold or shaded as a whole, and not so the second."""
        looks = [self.looks(row.element) for row in rows[:2]]
        return len(looks) == 2 and any(
            first and not second for first, second in zip(*looks, strict=True)
        )

    def _paragraph(self, element: Element, headed: bool) -> Iterator[str]:
        if any(map(self._styles.hides, element.iter(f"{TEXT}hidden-paragraph"))):
            return
        aside: list[Element] = []
        runs = list(self._runs(element, False, aside))
        if text := clean_text("".join(text for text, _ in runs)).strip():
            mark = self._mark(element, text, runs) if headed else ""
            yield mark + (" ".join(text.split()) if mark else text)
        for other in aside:
            if other.tag == _NOTE:
                self.noted += self.below(other, headed=False)
            else:
                yield from self.of(other, headed)

    def _mark(self, element: Element, text: str, runs: Sequence[tuple[str, bool]]) -> str:
        """What a heading begins with, as in Markdown."""
        level = self._styles.heading(element)
        if element.tag == f"{TEXT}h":
            level = number_of(element, f"{TEXT}outline-level")
        if level:
            return f"{'#' * min(level, _DEEPEST)} "
        bold = all(bold for run, bold in runs if run.strip())
        return BOLD_MARK if bold and may_be_heading(text) else ""

    def _item(self, element: Element, headed: bool) -> Iterator[str]:
        """The blocks of an item of a list; the first one is marked unless it is a heading."""
        marked = False
        for child in element:
            for block in self.of(child, headed and child.tag != f"{TEXT}p"):
                yield block if marked or child.tag != f"{TEXT}p" else f"- {block}"
                marked = True

    def _runs(
        self, element: Element, around: bool, aside: list[Element]
    ) -> Iterator[tuple[str, bool]]:
        """The text of a line, run by run, and whether it is bold.

        Notes, and shapes with what is written in them, are put ``aside``.
        """
        bold = self._styles.is_bold(element, around)
        yield _SPACE.sub(" ", element.text or ""), bold
        for child in element:
            if child.tag == _NOTE or child.tag.startswith(DRAW):
                aside.append(child)
            elif child.tag == f"{TEXT}s":
                yield " " * min(number_of(child, f"{TEXT}c"), _MOST_SPACES), bold
            elif child.tag in _CHARACTERS:
                yield _CHARACTERS[child.tag], bold
            elif child.tag not in _LEFT_OUT and not self._styles.hides(child):
                yield from self._runs(child, bold, aside)
            yield _SPACE.sub(" ", child.tail or ""), bold

    def _is_bold(self, cell: Element) -> bool:
        """Whether all that is written in a cell is bold."""
        around = self._styles.is_bold(cell, False)
        runs = (run for said in _said(cell) for run in self._runs(said, around, []))
        return all(bold for run, bold in runs if run.strip())

    def _texts(self, row: Element) -> list[str]:
        """The texts of a row's cells, one a column; one that spans several is followed by none."""
        texts: list[str] = []
        empty = 0
        for cell in row:
            if cell.tag not in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
                continue
            times = number_of(cell, f"{TABLE}number-columns-repeated")
            covered = cell.tag == f"{TABLE}covered-table-cell"
            said = "" if covered else " ".join(self.below(cell, headed=False))
            if text := said if covered else with_value(cell, said):
                self._repeat(empty + times - 1)
                texts += [""] * empty + [text] * times
                empty = 0
            else:
                empty += times
        return texts

    def _repeat(self, cells: int) -> None:
        """Raises CannotLoad where too many were repeated."""
        self._repeated += cells
        if self._repeated > _MOST_REPEATED:
            raise CannotLoad(f"more than {_MOST_REPEATED:,} repeated cells; data, not a document")


def _rows(parent: Element) -> Iterator[Element]:
    for element in parent:
        if element.tag == f"{TABLE}table-row":
            yield element
        elif element.tag in _GROUPS:
            yield from _rows(element)


def _repeats_first(table: Element) -> bool:
    """Whether the first rows of a table are repeated on each page."""
    first = next((child for child in table if child.tag in (*_GROUPS, f"{TABLE}table-row")), None)
    return first is not None and first.tag == f"{TABLE}table-header-rows"


def _said(cell: Element) -> list[Element]:
    """The paragraphs of a cell in which something is written."""
    return [said for said in cell if said.tag in _PARAGRAPHS and "".join(said.itertext()).strip()]


def number_of(element: Element, attribute: str) -> int:
    """How often, how many, how deep; 1 where that is not told."""
    told = element.get(attribute, "")
    return max(1, int(told)) if _NUMBER.fullmatch(told) else 1
