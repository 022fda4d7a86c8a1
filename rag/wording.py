"""How many things there are, and which ones: in words, for messages."""

from collections.abc import Sequence


def counted(n: int, one: str, several: str = "") -> str:
    """Such as "1 passage" and "1,200 passages"; ``several`` where these have more than an "s"."""
    return f"{n:,} {one if n == 1 else several or f'{one}s'}"


def listed(things: Sequence[object], most: int = 10) -> str:
    """The first few of some numbers or names, in a line."""
    return ", ".join(map(str, things[:most])) + (", ..." if len(things) > most else "")
