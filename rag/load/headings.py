"""Which paragraphs, set off from the text by a bold or larger print alone, may be headings."""

import re

BOLD_MARK = "###### "  # as in Markdown: of the deepest level, for nothing tells how deep it stands
_LONGEST = 150  # characters
_BEGINS = re.compile(r"(?:§ ?|[^\w\s(])?\w")  # not with a bullet, a box to tick, a bracket
_GOES_ON = re.compile(r"[.,;]$|(?:\. ?){2,}\d*$")  # as a sentence, or to the number of a page


def may_be_heading(text: str) -> bool:
    """Whether what is set off could be a heading: it is short, no sentence, item or number."""
    return bool(
        len(text) <= _LONGEST
        and _BEGINS.match(text)
        and not _GOES_ON.search(text)
        and any(map(str.isalpha, text))
    )
