"""Which paragraphs are headings by the name of their style, or may be by their print alone."""

import re

MOST_BASES = 10  # styles built one on the other that are followed
BOLD_MARK = "###### "  # as in Markdown: of the deepest level, for nothing tells how deep it stands
_STYLE = re.compile(r"title|heading ?([1-6])", re.IGNORECASE)
_LONGEST = 150  # characters
_BEGINS = re.compile(r"(?:§ ?|[^\w\s(])?\w")  # not with a bullet, a box to tick, a bracket
_GOES_ON = re.compile(r"[.,;]$|(?:\. ?){2,}\d*$")  # as a sentence, or to the number of a page


def level_of_style(name: str) -> int:
    """The level of the headings that a style of this name is for; 0 for any other."""
    found = _STYLE.fullmatch(name)
    return int(found[1] or 1) if found else 0


def may_be_heading(text: str) -> bool:
    """Whether what is set off could be a heading: it is short, no sentence, item or number."""
    return bool(
        len(text) <= _LONGEST
        and _BEGINS.match(text)
        and not _GOES_ON.search(text)
        and any(map(str.isalpha, text))
    )


def without_bold(blocks: list[str]) -> list[str]:
    """The same, but for the marks of what is bold where most of the text is."""
    bold = sum(len(block) for block in blocks if block.startswith(BOLD_MARK))
    if 2 * bold < sum(map(len, blocks)):
        return blocks
    return [block.removeprefix(BOLD_MARK) for block in blocks]
