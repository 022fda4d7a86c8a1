"""Title, date and address of a document, from what its file says of itself; nothing is guessed."""

import datetime
import re
from typing import Any

from rag.clean import clean_text

LONGEST_TITLE = 150
_ISO_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ]\d\d:\d\d.*)?", re.S)
_DATE_FORMATS = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%d.%m.%Y", "%Y%m%d")
_DATE_IN_PATH = re.compile(
    r"(?<!\d)((?:19|20)\d\d)(?:([/-])(\d\d?)\2(\d\d?)|([._])(\d\d)\5(\d\d))(?!\d)"
)
_URL = re.compile(r"https?://[^\s<>\"']{3,2000}")


def one_line(value: Any) -> str | None:
    """A text as one line of at most the length of a title; None for anything else."""
    if not isinstance(value, str):
        return None
    return " ".join(clean_text(value[:10_000]).split())[:LONGEST_TITLE] or None


def web_address(value: Any) -> str | None:
    """A text that is an http address, trimmed; None for anything else."""
    if not isinstance(value, str) or not _URL.fullmatch(value.strip()):
        return None
    return value.strip()


def parse_date(value: Any) -> str | None:
    """An ISO date from metadata; None where it is not certainly a date."""
    if not isinstance(value, str):
        return None
    value = value.strip()
    if match := _ISO_DATE.fullmatch(value):
        value = match[1]
    try:
        return datetime.datetime.fromisoformat(value).date().isoformat()
    except ValueError:
        pass
    for form in _DATE_FORMATS:
        try:
            return datetime.datetime.strptime(value, form).date().isoformat()
        except ValueError:
            continue
    return None


def date_in_path(path: str | None) -> str | None:
    """The date that a URL or the name of a file tells as year, month and day, if any."""
    for year, _, month, day, _, same, also in _DATE_IN_PATH.findall(path or ""):
        try:
            return datetime.date(int(year), int(month or same), int(day or also)).isoformat()
        except ValueError:
            continue
    return None
