"""What belongs to a name: the first names, the titles and the places that it is told with."""

import re

from rag.cite.grammar import (
    CONNECTIVES,
    GRADED,
    NAMED_KINDS,
    OTHER_PREPOSITIONS,
    PREPOSITIONS,
    PRIVATIVES,
    TITLES,
)
from rag.cite.shape import Tokens
from rag.cite.tokens import Token

_BEARERS = re.compile(
    r"(?!(?:aft|ov|und|ei?th|neith|nev|form|howev|wheth|anoth|oth|togeth|rath|lat|earli|aft|fath|moth)er$)"
    r"[a-z]{3,}(?:er|or|ist|ian|man|woman)"
)


def is_name_prefix(run: Tokens, following: Token) -> bool:
    """Whether tokens are first names or titles of the name that follows: "President Joe" Biden."""
    if following.kind != "name" or following.mark or following.free or following.own & NAMED_KINDS:
        return False
    return all(
        (token.kind == "name" or _is_title(token))
        and not _is_comparative(token.text)
        and token.text not in PRIVATIVES | CONNECTIVES | PREPOSITIONS | OTHER_PREPOSITIONS
        and not (i and token.mark.strip("."))
        for i, token in enumerate(run)
    )


def _is_title(token: Token) -> bool:
    """Whether a word before a name says what its bearer is: "President", "Striker"."""
    return token.text.rstrip(".") in TITLES or (
        token.kind == "word" and not token.free and bool(_BEARERS.fullmatch(token.text))
    )


def is_region(tokens: Tokens, start: int, end: int) -> bool:
    """Whether names say where the one before them is: "Paris, Texas" is not Paris, nor Texas."""
    before = tokens[start - 1]
    named = before.kind == "name" or (start == 1 and not before.free)  # as all first words are
    return named and all(token.kind == "name" for token in tokens[start:end])


def _is_comparative(word: str) -> bool:
    """Whether a word compares: "fewer" checks are not checks, nor is Lower Saxony Saxony."""
    if word.endswith("ior") or (word.endswith("ier") and word not in TITLES):
        return True
    stem = word.removesuffix("er")
    undoubled = stem[:-1] if stem[-1:] == stem[-2:-1] else stem
    return stem != word and bool({stem, stem + "e", undoubled} & GRADED)
