"""Foreign text -> HTML in which nothing can begin: the only way it gets onto the page."""

import re

from rag.clean import printable

_BROKEN = re.compile(r"(?<=[^\n]{40})\n(?=[a-zß-öø-ÿα-ωа-я])")
_ACTIVE = re.compile(r"[^\w ]|_")


def inert(text: str) -> str:
    """Text for an element or a quoted attribute: all but letters, digits and spaces are entities.

    Control characters and those that turn the direction of writing are shown as escapes.
    """
    return exact(printable(text, keep_lines=True))


def exact(text: str) -> str:
    """The same for an attribute that is never shown: the page gets the very text back."""
    return _ACTIVE.sub(lambda match: f"&#{ord(match.group())};", text)


def unbroken(text: str) -> str:
    """Lines that were only broken for their length run on; every character keeps its place."""
    return _BROKEN.sub(" ", text)


def elided(text: str, most: int) -> str:
    """The beginning of a text, at most ``most`` characters, cut between words."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most].rsplit(" ", 1)[0] + "…"
