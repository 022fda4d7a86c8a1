"""Makes any text safe: to store, to embed, and to show on a terminal."""

import re
import unicodedata

_SURROGATE = re.compile("[\ud800-\udfff]")
_QUOTED_LINE = re.compile(r"\n[^\S\n]*>[>\s]*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# What can rewrite a terminal's line: control characters, bidirectional overrides and isolates,
# line and paragraph separators, zero-width characters, and surrogates (from odd file names).
_UNSAFE_TO_SHOW = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def clean_text(text: str) -> str:
    """Text of a document or question: no NUL, lone surrogate or byte-order mark, ``\\n`` only.

    Paired surrogates (as from a broken JSON escape) become their character, lone ones U+FFFD.
    The result never fails to encode, and cleaning it again changes nothing.
    """
    text = encodable(text.replace("\x00", ""))
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def encodable(text: str) -> str:
    """The same text where UTF-8 has all of it; else paired surrogates joined, lone ones U+FFFD."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def flowing(text: str) -> str:
    """A quotation as one line to be read, without the marks of the lines of a quoted e-mail."""
    return " ".join(_QUOTED_LINE.sub("\n", text).split())


def as_shown(sentence: str, support: str) -> str:
    """A sentence as the text of its answer holds it: where it is quoted, as one line."""
    return flowing(sentence) if support == "quoted" else sentence


def clean_question(text: str) -> str:
    """One line without control characters, ends trimmed; empty if nothing visible is left."""
    text = _CONTROL.sub(" ", clean_text(text))
    text = " ".join(text.split())
    visible = any(unicodedata.category(c)[0] in "LNPS" for c in text)
    return text if visible else ""


def printable(text: str, keep_lines: bool = False) -> str:
    """Text for a terminal or page: what could move, hide or forge is shown as an escape."""

    def escape(match: re.Match[str]) -> str:
        return match.group().encode("unicode_escape").decode("ascii")

    text = _UNSAFE_TO_SHOW.sub(escape, text)
    return text if keep_lines else text.replace("\n", "\\n").replace("\t", " ")
