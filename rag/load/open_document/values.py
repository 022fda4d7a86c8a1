"""The value of a cell of an OpenDocument file, where what is written in it does not tell it."""

import re
from xml.etree.ElementTree import Element

from rag.load.number_format import shown
from rag.load.open_document.styles import OFFICE, TEXT

_IN_FIGURES = re.compile(r"(?<!\d)\d{1,4}([./-])\d{1,2}\1\d{1,4}(?!\d)")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d))?.*")
_NUMBER = re.compile(r"-?\d{1,300}(?:\.\d+)?")
_KINDS = {
    "float": "value",
    "currency": "value",
    "percentage": "value",
    "boolean": "boolean-value",
    "string": "string-value",
    "date": "date-value",
}


def with_value(cell: Element, text: str) -> str:
    """The text of a cell, with a date in figures as ISO has it.

    Some programs store the value alone, and leave it to those that open the file to write it.
    """
    kind = cell.get(f"{OFFICE}value-type", "")
    value = cell.get(f"{OFFICE}{_KINDS.get(kind, '')}", "")
    dated = _DATE.fullmatch(value) if kind == "date" else None
    if text or cell.find(f"{TEXT}p") is not None:
        return _IN_FIGURES.sub(dated[1], text, count=1) if dated else text
    if dated:
        return " ".join(filter(None, dated.groups()))
    if kind == "boolean":
        return value.upper()
    if _NUMBER.fullmatch(value) and kind != "string":
        return shown(float(value), "0.##%" if kind == "percentage" else "General")
    return shown(value, "")
