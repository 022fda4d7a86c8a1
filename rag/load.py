"""Bytes of a file -> Documents: text, title, date, url.

``LOADERS`` maps a suffix to a loader. Offsets count characters of ``Document.text``; for plain
text and Markdown that is the decoded file without byte-order mark, with ``\\n`` line ends. Front
matter is part of the text and of no passage.
"""

import codecs
import datetime
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

from rag.clean import clean_text
from rag.datatypes import Document

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.{0,65536}?)^---[ \t]*(?:\n|\Z)", re.S | re.M)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t#]*$|^(\S.*)\n(?:=+|-{3,})[ \t]*$", re.M)
_FENCE = re.compile(r"^ {0,3}(```|~~~).*?(?:^ {0,3}\1[ \t]*$|\Z)", re.S | re.M)
_DATE_IN_URL = re.compile(r"(?<!\d)((?:19|20)\d\d)([/-])(\d\d?)\2(\d\d?)(?!\d)")
_DATE_FORMATS = ("%B %d, %Y", "%b %d, %Y", "%d %B %Y", "%d %b %Y", "%Y/%m/%d", "%d.%m.%Y")
_LONGEST_TITLE = 150
_LIKE_CP1252 = ("cp1250", "cp1252", "cp1254", "cp1257", "cp1258", "latin_1", "iso8859_15")
_DEEPEST = 20  # of front matter
_NO_TEXT = ("", "~", "null", "true", "false")  # in YAML, unless quoted

Loader = Callable[[str, bytes, list[str]], Iterator[Document]]


class CannotLoad(ValueError):
    """Why a file holds no document; a reason for the report, not an error of the run."""


def load_text(name: str, data: bytes, notes: list[str]) -> Iterator[Document]:
    """A plain text file: one document. The title is a headline in the first line, if any."""
    text = decode(data, notes)
    yield _document(name, data, text, notes, headline=_first_line_headline)


def load_markdown(name: str, data: bytes, notes: list[str]) -> Iterator[Document]:
    """A Markdown file: one document. The title is its first heading, if any."""
    text = decode(data, notes)
    yield _document(name, data, text, notes, headline=_markdown_heading)


def load_corpus(name: str, data: bytes, notes: list[str]) -> Iterator[Document]:
    """A JSONL corpus: a document a row (``_id``, ``title``, ``text``, ``metadata``).

    A row that cannot be read is left out with a note; a file without a readable row raises.
    """
    start, number, good = 0, 0, 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        row, start, number = data[start:end].strip(), end + 1, number + 1
        if not row:
            continue
        try:
            yield _corpus_row(row)
            good += 1
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if len(notes) < 20:
                notes.append(f"line {number}: {_row_trouble(error)}")
    if not good:
        raise CannotLoad(notes[0] if notes else "no text")


LOADERS: dict[str, Loader] = {
    ".txt": load_text,
    ".text": load_text,
    ".log": load_text,
    ".rst": load_markdown,
    ".md": load_markdown,
    ".markdown": load_markdown,
}


def loader_for(path: str, named: bool) -> Loader:
    """The loader of a file; a ``.jsonl`` is a corpus if it was ``named`` or is ``corpus.jsonl``.

    Raises CannotLoad for a kind that is not read.
    """
    pure = PurePosixPath(path)
    suffix = pure.suffix.lower()
    if suffix == ".jsonl":
        if named or pure.name == "corpus.jsonl":
            return load_corpus
        raise CannotLoad("a .jsonl file is read as a corpus only if named or called corpus.jsonl")
    if suffix not in LOADERS:
        raise CannotLoad(f"not a kind that is read ({suffix or 'no suffix'})")
    return LOADERS[suffix]


def largest(loader: Loader) -> int:
    """The most bytes of a file that a loader is given."""
    return 2**30 - 1 if loader is load_corpus else 64 * 2**20


def decode(data: bytes, notes: list[str]) -> str:
    """The text of a file, by its byte-order mark, as UTF-8, else by a guess that is noted.

    Raises CannotLoad for what is not text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _clean(data[len(mark) :].decode(encoding, "replace"), notes)
    if b"\0" in data:
        raise CannotLoad("looks binary")
    try:
        return _clean(data.decode("utf-8"), notes)
    except UnicodeDecodeError:
        pass
    repaired = data.decode("utf-8", "replace")
    damage = repaired.count("\ufffd")
    # Sequences that are valid UTF-8 do not arise by chance: such a file is UTF-8 with damage.
    if sum(1 for c in repaired if c > "\x7f" and c != "\ufffd") > damage:
        notes.append(f"{damage} invalid bytes were replaced")
        return _clean(repaired, notes)
    guess = _guess(data)
    notes.append(f"read as {guess[1]}, a guess")
    return _clean(guess[0], notes)


def _guess(data: bytes) -> tuple[str, str]:
    import charset_normalizer

    best = charset_normalizer.from_bytes(data).best()
    if best is None:
        raise CannotLoad("looks binary")
    if best.encoding in _LIKE_CP1252:
        try:  # the commonest by far, and short texts do not tell it from its neighbours
            return data.decode("cp1252"), "cp1252"
        except UnicodeDecodeError:
            pass
    return str(best), best.encoding


def _clean(text: str, notes: list[str]) -> str:
    text = clean_text(text)
    sample = text[:100_000]
    control = sum(1 for c in sample if c < " " and c not in "\n\t\f")
    if control > 0.02 * len(sample):
        raise CannotLoad("looks binary")
    if sample.count("\ufffd") > 0.1 * len(sample):
        raise CannotLoad("looks binary")
    return text


def _document(
    name: str, data: bytes, text: str, notes: list[str], headline: Callable[[str], str | None]
) -> Document:
    front, body = _front_matter(text, notes)
    if not any(c.isalnum() for c in text[body:]):
        raise CannotLoad("no text")
    url = _url(front.get("url")) or _url(front.get("source"))
    title = _line(front.get("title")) or headline(text[body:])
    date = parse_date(front.get("date")) or parse_date(front.get("published")) or date_in_url(url)
    return Document(
        id=name,
        text=text,
        title=title or clean_text(PurePosixPath(name).name),
        titled=title is not None,
        date=date,
        url=url,
        sha256=hashlib.sha256(data).hexdigest(),
        body=body,
    )


def _front_matter(text: str, notes: list[str]) -> tuple[dict[str, Any], int]:
    """The metadata at the top and where the body begins.

    Front matter is flat: a scalar for each key. So YAML's events are read, which builds no object,
    runs no code, follows no alias, and stops at the first sign of depth.
    """
    match = _FRONT_MATTER.match(text)
    if not match:
        return {}, 0
    import yaml

    found: dict[str, Any] = {}
    path: list[str] = []
    key: str | None = None
    try:
        for event in yaml.parse(match[1], Loader=yaml.SafeLoader):
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                path.append(type(event).__name__)
                if len(path) > _DEEPEST:
                    raise yaml.YAMLError("too deep")
                key = None if len(path) > 1 else key
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                path.pop()
            elif isinstance(event, yaml.AliasEvent):
                key = None
            elif isinstance(event, yaml.ScalarEvent) and path == ["MappingStartEvent"]:
                if key is None:
                    key = event.value.lower()
                else:
                    plain = event.style is None and event.value.lower() in _NO_TEXT
                    found[key], key = None if plain else event.value, None
            elif isinstance(event, yaml.ScalarEvent) and not path:
                return {}, 0  # a rule between paragraphs, not front matter
    except (yaml.YAMLError, ValueError, RecursionError):
        notes.append("its front matter cannot be read")
        return {}, match.end()
    return found, match.end()


def _line(value: Any) -> str | None:
    """A text as one line of at most the length of a title; None for anything else."""
    if not isinstance(value, str):
        return None
    return " ".join(clean_text(value[:10_000]).split())[:_LONGEST_TITLE] or None


def _url(value: Any) -> str | None:
    if not isinstance(value, str) or not re.fullmatch(
        r"https?://[^\s<>\"']{3,2000}", value.strip()
    ):
        return None
    return value.strip()


def parse_date(value: Any) -> str | None:
    """An ISO date from front matter or metadata; None where it is not certainly a date."""
    if not isinstance(value, str):
        return None
    value = value.strip()
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


def date_in_url(url: str | None) -> str | None:
    """The date that a URL's path names as year, month and day, if any."""
    for year, _, month, day in _DATE_IN_URL.findall(url or ""):
        try:
            return datetime.date(int(year), int(month), int(day)).isoformat()
        except ValueError:
            continue
    return None


def _markdown_heading(body: str) -> str | None:
    prose = _FENCE.sub("", body[:20_000])
    if match := _HEADING.search(prose):
        heading = (match[1] or match[2]).strip()
        return _line(re.sub(r"^([*_`]+)(.*)\1$", r"\2", heading))
    return _first_line_headline(body)


def _first_line_headline(body: str) -> str | None:
    """The first line, if it stands alone above the text and reads as a headline."""
    lines = body.lstrip().split("\n", 2)
    first = lines[0].strip()
    alone = len(lines) == 3 and not lines[1].strip() and bool(lines[2].strip())
    reads_so = (
        len(first) <= _LONGEST_TITLE
        and len(first.split()) >= 2
        and any(c.isalpha() for c in first)
        and not first[0].islower()
        and not re.search(r"[.,;:–—-]$|://", first)
        and first[0] not in "[{<|>*-+“\"‘'"
    )
    return _line(first) if alone and reads_so else None


def _corpus_row(row: bytes) -> Document:
    found = json.loads(row)
    name, text = found["_id"], found["text"]
    if not isinstance(name, str) or not name.strip() or not isinstance(text, str):
        raise ValueError("_id and text must be texts")
    text = clean_text(text)
    if not any(c.isalnum() for c in text):
        raise ValueError("no text")
    metadata = found.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    url = _url(metadata.get("url"))
    title = _line(found.get("title"))
    return Document(
        id=clean_text(name),
        text=text,
        title=title or name,
        titled=title is not None,
        date=parse_date(metadata.get("date")) or date_in_url(url),
        url=url,
        sha256=hashlib.sha256(row).hexdigest(),
    )


def _row_trouble(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no {error.args[0]}"
    if isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return "not valid JSON"
    return str(error)
