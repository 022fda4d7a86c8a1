"""Codes that fonts made by TeX print as ligatures, dashes and quotation marks -> what is seen.

Such a font, often a picture of each letter, does not tell which characters its codes are. In both
of TeX's old encodings those of ligatures are control characters, which no text has beside a letter.
"""

import re

_OLDER = {"\x0b": "\ufb00", "\x0c": "\ufb01", "\x0e": "\ufb03", "\x0f": "\ufb04"}
_NEWER = {"\x1b": "\ufb00", "\x1c": "\ufb01", "\x1d": "\ufb02", "\x1e": "\ufb03", "\x1f": "\ufb04"}
_LIGATURES = _OLDER | _NEWER
_MARKS = str.maketrans("\x10\x11\x15\x16", "“”–—")  # in the newer encoding
_CODES = f"[{''.join(_LIGATURES)}]"
_LIGATURE = re.compile(rf"(?<=[^\W\d_]){_CODES}|{_CODES}(?=[^\W\d_])")


def with_ligatures(text: str) -> str:
    """The text of a page, each character at its place.

    The codes of marks are brackets in fonts for formulas: they are read where a ligature tells.
    """
    newer = not _NEWER.keys().isdisjoint(_LIGATURE.findall(text))
    text = _LIGATURE.sub(lambda code: _LIGATURES[code[0]], text)
    return text.translate(_MARKS) if newer else text
