"""What a page sends -> checked values: it is whoever can reach the port, so nothing is believed."""

import re
from collections.abc import Mapping
from glob import escape
from typing import Any

from rag.clean import encodable
from rag.datatypes import Span
from rag.errors import InvalidInput
from rag.retrieve import Selection

UNTOLD = "\ufffd"  # what a page gets and sends for a byte of a name that is no text
_MOST_FILES = 1000
_LONGEST_SPANS = 2000  # characters
_SPAN = re.compile(r"[0-9]{1,12}-[0-9]{1,12}")


def text_of(sent: Mapping[str, Any], name: str, most: int = 4000) -> str:
    """A text of at most ``most`` characters; '' if it is missing. Raises InvalidInput.

    It is one that can be sent back: a page may send halves of characters.
    """
    value = sent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InvalidInput(f"The page sent a {name} that is not a text; reload it.")
    if len(value) > most:
        raise InvalidInput(f"The {name} has {len(value):,} characters; the limit is {most:,}.")
    return encodable(value)


def spans_of(sent: Mapping[str, Any]) -> list[Span]:
    """Places in a document, sent as "120-260 300-340". Raises InvalidInput."""
    spans = text_of(sent, "spans", _LONGEST_SPANS).split()
    if not all(_SPAN.fullmatch(span) for span in spans):
        raise InvalidInput("The page sent a place in a document that is none; reload it.")
    return [(int(start), int(end)) for start, _, end in (span.partition("-") for span in spans)]


def selection_of(sent: Mapping[str, Any]) -> Selection:
    """The documents, by their ids, and the dates to search in. Raises InvalidInput."""
    files = sent.get("files") or []
    if (
        not isinstance(files, list)
        or len(files) > _MOST_FILES
        or not all(isinstance(id, str) and len(id) <= 4096 for id in files)
    ):
        raise InvalidInput(f"At most {_MOST_FILES:,} documents can be chosen; choose fewer.")
    since, until = (text_of(sent, name, 10) or None for name in ("since", "until"))
    globs = (escape(encodable(id)).replace(UNTOLD, "?") for id in files)
    return Selection(tuple(globs), since, until)
