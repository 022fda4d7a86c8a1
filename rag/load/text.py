"""Texts with marks or without: the decoded file; front matter is read and left out of the body."""

import re
from collections.abc import Callable
from typing import Any

from rag.lines import fence_below, underlines
from rag.load.decode import decode
from rag.load.document import Content
from rag.load.facts import LONGEST_TITLE, date_in_path, one_line, parse_date, web_address

_BEGIN = re.compile(r"---[ \t]*\n")
_END = re.compile(r"^---[ \t]*(?:\n|\Z)", re.M)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+)$|^(\S.*)\n(?:=+|-{3,})[ \t]*$", re.M)
_CLOSING = re.compile(r"(?:^|\s)#+\s*$")  # "# Care #", and not "# C#"
_ALL_MARKED = re.compile(r"^([*_`]++)((?:(?!\1).)+)\1$")  # and not "**Care** of a **bike**"
# Keywords of the whole file, not those of a table or picture that follows.
_ORG_FRONT = re.compile(
    r"(?i)(?:(?:#\+(?!(?:caption|name|header|plot|results|attr_\w+):)[\w-]+:.*"
    r"|:[\w-]+:.*|[ \t]*)\n)*+"
)
_ORG_FIELD = re.compile(r"^#\+([\w-]+):[ \t]*(\S.*)", re.M)
_ORG_DATE = re.compile(r"[<\[](\d{4}-\d\d-\d\d)[^>\]]*[>\]]")
_ADOC_FRONT = re.compile(
    r"""
    (?:(?://.*)?\n)*+
    (?:
        =[ \t]+(?P<title>\S.*)\n
        (?:  # who wrote it, and the revision
            (?:
                [^\W\d][\w.'-]*+(?:[ ]+[^\W\d][\w.'-]*+){0,2}+(?:[ ]+<[^>\n]+>)?+(?:;[ ]*|(?=\n))
            )++ \n
            (?P<revision>(?:v\d[\w.]*,?|\d[\d.]*,|(?=\d{4}-))[ \t]*(?P<date>[^:\n]*)(?::.*)?\n)?
        )?
    )?
    (?P<fields>(?:(?://|:!?[\w-]+!?:).*\n)*)
    """,
    re.X,
)
_ADOC_FIELD = re.compile(r"^:([\w-]+):[ \t]*(\S.*)", re.M)
_ADOC_HEADING = re.compile(r"^[=#]{1,6}[ \t]+(\S.*?)(?:[ \t]+=+)?[ \t]*$", re.M)
_ADOC_BLOCK = re.compile(r"^(-{4,}|\.{4,})[ \t]*\n.*?(?:^\1[ \t]*$|\Z)", re.S | re.M)
_ADOC_COMMENTS = re.compile(r"(?:(?://.*)?\n)*")
_RST_BLOCK = re.compile(r"^\.\.(?:[ \t].*)?\n(?:[ \t]*\n|[ \t]+\S.*\n)*", re.M)  # no text of it
_RST_COMMENTS = re.compile(
    r"(?:[ \t]*\n|\.\.(?:[ \t]+(?![_\[|]|[\w:.+-]+::).*)?\n(?:[ \t]*\n|[ \t]+\S.*\n)*+)*+"
)
_RST_FIELD = re.compile(r"^:([\w ]+):[ \t]+(\S.*)", re.M)
_RST_FIELDS = re.compile(r"(?:[ \t]*\n|:[\w ]+:.*\n|[ \t]+\S.*\n)*")
_COLUMNS = re.compile(r"\s{2,}|\t")
_DEEPEST = 20  # of front matter
_LONGEST = 65_536  # characters of front matter that are read
_NO_TEXT = ("", "~", "null", "true", "false")  # in YAML, unless quoted


def read_text(data: bytes, notes: list[str]) -> Content:
    """A plain text file. The title is a headline in the first line, if any."""
    return _content(decode(data, notes), notes, _first_line_headline)


def read_markdown(data: bytes, notes: list[str]) -> Content:
    """A Markdown file. The title is its first heading, if any."""
    return markdown(decode(data, notes), notes)


def markdown(text: str, notes: list[str]) -> Content:
    """The same, of its clean text."""
    return _content(text, notes, _markdown_heading)


def read_rst(data: bytes, notes: list[str]) -> Content:
    """A reStructuredText file. The title is its first heading; a field below it tells the date."""
    return _content(decode(data, notes), notes, _rst_heading, _rst_front)


def read_asciidoc(data: bytes, notes: list[str]) -> Content:
    """An AsciiDoc file. Its header is front matter; the title may be its first heading."""
    return _content(decode(data, notes), notes, _asciidoc_heading, _asciidoc_header)


def read_org(data: bytes, notes: list[str]) -> Content:
    """An Org file. The keywords at its top are front matter."""
    return _content(decode(data, notes), notes, _first_line_headline, _org_keywords)


def _content(
    text: str,
    notes: list[str],
    headline: Callable[[str], str | None],
    header: Callable[[str], tuple[dict[str, Any], int]] = lambda text: ({}, 0),
) -> Content:
    front, body = _front_matter(text, notes)
    if not body:
        front, body = header(text[:_LONGEST] + "\n")
        body = min(body, len(text))
    url = web_address(front.get("url")) or web_address(front.get("source"))
    date = parse_date(front.get("date")) or parse_date(front.get("published"))
    return Content(
        text=text,
        title=one_line(front.get("title")) or headline(text[body:]),
        date=date or date_in_path(url),
        url=url,
        body=body,
    )


def _front_matter(text: str, notes: list[str]) -> tuple[dict[str, Any], int]:
    """The metadata at the top and where the body begins.

    Front matter is flat: a scalar for each key. So YAML's events are read, which builds no object,
    runs no code, follows no alias, and stops at the first sign of depth.
    """
    begin = _BEGIN.match(text)
    end = _END.search(text, begin.end()) if begin else None
    if not (begin and end):
        return {}, 0
    import yaml

    matter = text[begin.end() : end.start()]
    if long := len(matter) > _LONGEST:
        matter = matter[: matter.rfind("\n", 0, _LONGEST) + 1]

    try:
        found = _fields(matter)
    except (yaml.YAMLError, ValueError, RecursionError):
        if long:
            return {}, 0  # it may be text between two rules
        notes.append("its front matter cannot be read")
        return {}, end.end()
    return ({}, 0) if found is None else (found, end.end())


def _fields(matter: str) -> dict[str, Any] | None:
    """The scalars of a YAML mapping by their keys; None for a text, between two rules."""
    import yaml

    found: dict[str, Any] = {}
    path: list[str] = []
    key: str | None = None
    for event in yaml.parse(matter, Loader=yaml.SafeLoader):
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
            return None
    return found


def _org_keywords(text: str) -> tuple[dict[str, Any], int]:
    """What "#+TITLE: Care" and the like at the top say, and where the body begins."""
    front = _ORG_FRONT.match(text)
    found = _ORG_FIELD.findall(front.group() if front else "")
    fields = {key.lower(): value for key, value in found}
    if date := _ORG_DATE.fullmatch(fields.get("date", "").strip()):
        fields["date"] = date[1]
    return fields, front.end() if front and fields else 0


def _asciidoc_header(text: str) -> tuple[dict[str, Any], int]:
    """What stands with the title of an AsciiDoc file, if anything, and where the body begins."""
    head = _ADOC_FRONT.match(text)
    if not head or not (head["fields"] or head["revision"]):
        return {}, 0  # a title alone is a heading
    fields = dict(_ADOC_FIELD.findall(head["fields"]))
    dates = (fields.get(name) for name in ("revdate", "date", "docdate"))
    date = head["date"] or next(filter(None, dates), None)
    return {"title": head["title"] or fields.get("doctitle"), "date": date}, head.end()


def _rst_front(text: str) -> tuple[dict[str, Any], int]:
    """The date that a list of fields below the title tells, and where the comments above end."""
    plain = _RST_BLOCK.sub("\n", text)
    _, end = _underlined(plain)
    fields = _RST_FIELDS.match(plain, end)
    found = _RST_FIELD.findall(fields.group() if fields else "")
    comments = _RST_COMMENTS.match(text)
    date = {key.lower(): value for key, value in found if key.lower() == "date"}
    return date, comments.end() if comments and comments.group().strip() else 0


def _rst_heading(body: str) -> str | None:
    plain = _RST_BLOCK.sub("\n", body[:20_000] + "\n")
    return _underlined(plain)[0] or _first_line_headline(plain)


def _underlined(text: str) -> tuple[str | None, int]:
    """The first heading of a text with a rule below it, and where the text below that begins."""
    above = heading = ""
    end = 0
    for line in text.splitlines(keepends=True):
        end += len(line)
        rule = line.strip()
        apart = above in ("", rule) and any(map(str.isalnum, heading))
        if apart and underlines(rule, heading):
            return one_line(heading), end
        above, heading = heading, rule
    return None, 0


def _asciidoc_heading(body: str) -> str | None:
    if title := _first_line_underlined(_ADOC_COMMENTS.sub("", body, count=1)):
        return title
    found = _ADOC_HEADING.search(_ADOC_BLOCK.sub("", body[:20_000]))
    return one_line(found[1]) if found else _first_line_headline(body)


def _markdown_heading(body: str) -> str | None:
    if match := _HEADING.search(_without_code(body[:20_000])):
        heading = (match[2] or _CLOSING.sub("", match[1])).strip()
        return one_line(_ALL_MARKED.sub(r"\2", heading))
    return _first_line_headline(body)


def _first_line_underlined(body: str) -> str | None:
    """The first line, or the one below a rule, if a rule is below it."""
    return _underlined("".join(body.lstrip()[:1000].splitlines(keepends=True)[:3]))[0]


def _without_code(text: str) -> str:
    """The lines of a text that are in no block of code between fences."""
    kept, fenced, above = [], "", ""
    for line in text.split("\n"):
        opened, fenced = fenced, fence_below(fenced, line.strip(), above)
        if not (opened or fenced):
            kept.append(line)
        above = line.strip()
    return "\n".join(kept)


def _first_line_headline(body: str) -> str | None:
    """The first line, if it is underlined, or stands alone and reads as a headline."""
    if title := _first_line_underlined(body):
        return title
    lines = body.lstrip().split("\n", 2)
    first = lines[0].strip()
    columns = _COLUMNS.split(first[:LONGEST_TITLE])
    if len(columns) > 2 and columns[0] == columns[-1]:
        return one_line(columns[0])  # the head of a manual page: "LS(1)   User Commands   LS(1)"
    alone = len(lines) == 3 and not lines[1].strip() and bool(lines[2].strip())
    reads_so = (
        len(first) <= LONGEST_TITLE
        and len(first.split()) >= 2
        and any(c.isalpha() for c in first)
        and not first[0].islower()
        and not re.search(r"[.,;:–—-]$|://", first)
        and first[0] not in "[{<|>*-+“\"‘'"
    )
    return one_line(first) if alone and reads_so else None
