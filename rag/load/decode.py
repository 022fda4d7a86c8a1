"""Bytes -> text: as the file says, as UTF-8, or by a guess; what is not UTF-8 is named."""

import codecs
from contextlib import suppress

from rag.clean import clean_text
from rag.load.document import CannotLoad

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_JAPANESE_MAIL = b"\x1b$B"
_WESTERN = frozenset(
    "äöüßÄÖÜéèêëàâáãåæçíîïìñóôòõøœúûùýÿÉÈÊÀÂÁÃÅÆÇÍÎÑÓÔÕØŒÚÛŠšŽž“”„‘’‚–—…•·€£¥§©®™°²½¼«»¿¡ªº´¨×±\xa0"
)


def decode(data: bytes, notes: list[str], declared: str | None = None) -> str:
    """The clean text of a file: by its byte-order mark, as UTF-8, as ``declared``, or by a guess.

    A declared encoding goes after UTF-8, because text that is valid UTF-8 by chance does not occur
    and wrong declarations do. Raises CannotLoad for what is not text.
    """
    for mark, marked in _MARKS:
        if data.startswith(mark):
            if marked != "utf-8":
                notes.append(f"read as {marked}")
            return _clean(data[len(mark) :].decode(marked, "replace"))
    if b"\0" in data:
        if encoding := _wide(data):
            notes.append(f"read as {encoding}, a guess")
            return _clean(data.decode(encoding, "replace"))
        raise CannotLoad("looks binary")
    try:
        if _JAPANESE_MAIL in data:  # such text is ASCII, and so UTF-8, to the eye
            notes.append("read as iso2022_jp")
            return _clean(data.decode("iso2022_jp"))
        return _clean(data.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    with suppress(UnicodeDecodeError):  # each half of a pair by itself, as some programs write it
        text = data.decode("utf-8", "surrogatepass")
        notes.append("read as cesu-8")
        return _clean(text)
    if declared and (codec := _codec(declared)):
        text = data.decode(codec, "replace")
        damage = text.count("\ufffd")
        if damage * 50 <= len(text):
            notes.append(f"read as {codec}" + _damaged(damage))
            return _clean(text)
    repaired = data.decode("utf-8", "replace")
    damage = repaired.count("\ufffd")
    # Sequences that are valid UTF-8 do not arise by chance: such a file is UTF-8 with damage.
    if sum(1 for c in repaired if c > "\x7f" and c != "\ufffd") > damage:
        notes.append(_damaged(damage).removeprefix(", "))
        return _clean(repaired)
    text, encoding = _guess(data)
    notes.append(f"read as {encoding}, a guess")
    return _clean(text)


def _damaged(damage: int) -> str:
    return f", {damage} invalid bytes were replaced" if damage else ""


def _codec(name: str) -> str | None:
    """A declared encoding as a codec of text, as browsers understand its name."""
    try:
        codec = codecs.lookup(name.strip()).name
        b"x".decode(codec)
    except (LookupError, ValueError, UnicodeError):
        return None  # unknown, or none of text
    if codec.startswith(("utf", "idna", "punycode", "raw_", "unicode")):
        return None
    wider = {"iso8859-1": "cp1252", "ascii": "cp1252", "shift_jis": "cp932", "gb2312": "gb18030"}
    return wider.get(codec, codec)


def _wide(data: bytes) -> str | None:
    """UTF-16 without a mark: where Latin text has a NUL at every second place."""
    sample = data[:10_000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if (
        len(data) % 2
        or max(even, odd) < 0.4 * len(sample) / 2
        or min(even, odd) > len(sample) / 100
    ):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _guess(data: bytes) -> tuple[str, str]:
    import charset_normalizer

    if _is_western(data):  # short texts do not tell it from its neighbours
        return data.decode("cp1252"), "cp1252"
    best = charset_normalizer.from_bytes(data).best()
    if best is None:
        raise CannotLoad("its encoding cannot be told, or it is binary")
    return str(best), best.encoding


def _is_western(data: bytes) -> bool:
    """Whether cp1252 makes of it mostly plain letters, and the few others common ones."""
    try:
        marked = [c for c in data.decode("cp1252") if c > "\x7f"]
    except UnicodeDecodeError:
        return False
    return len(marked) <= max(2, 0.15 * len(data)) and _WESTERN.issuperset(marked)


def _clean(text: str) -> str:
    text = clean_text(text)
    sample = text[:100_000]
    control = sum(1 for c in sample if c < " " and c not in "\n\t\f")
    if control > 0.02 * len(sample) or sample.count("\ufffd") > 0.1 * len(sample):
        raise CannotLoad("looks binary")
    return text
