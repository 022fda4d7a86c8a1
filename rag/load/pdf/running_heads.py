"""Leaves out what is printed at the head and foot of page after page: titles, page numbers.

Every line that is left out stands, but for the number of its page, on at least three pages in a
row of those with such a line, or most pages have a line with their number. Of two pages those lines
count that are smaller than the text or hold the page's number. No page with words loses all of
them. Other numbers that differ are content: "Invoice 7".
"""

import re
import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple, Protocol, TypeVar

_FEWEST_PAGES = 3
_SMALL = 0.95  # of the usual height: smaller
_SHARE = 0.2  # of the pages; less than half, as left and right pages differ
_SHARE_OF_SENTENCES = 0.9
_MOST = 0.5  # of the pages
_LONGEST = 200  # characters of a line that may hold the number of its page
_DEEPEST = 4  # lines at either end of a page
_NUMBER = re.compile(  # a whole date has no group: no part of it is the number of a page
    r"(?<!\w)(?:\d{4}-\d\d?-\d\d?|\d\d?/\d\d?/\d{2,4})(?!\w)|"
    r"(?<!\w)(?<!\d[.,])(?:(\d{1,5})|([ivxlc]{1,7}))(?:\s*(?:/|of|von|de|sur|di|av|из)\s*\d+)?"
    r"(?!\w|[.,]\d)"
)
_PAGE_BEFORE = re.compile(
    r"\b(?:page|pg?|seite|s|página|pagina|pág|pag|sida|side|strona|str|sivu|страница|стр)[.:]?\s*$"
)
_PAGE_AFTER = re.compile(r"\s*(?:页|頁|ページ|페이지|쪽)")
# A number parted from the rest of its line (# is the number), and one that only a space parts. A
# hyphen parts it between blanks or from a part's sign ("3-7", "F-7") and binds it in "INV-1001".
_PARTED = re.compile(
    r".*(?:\s\s|[|·•/–—]\s?|\s-\s|(?<![\w-])\w{1,2}-)#\W*|\W*#(?:\s\s|\s?[|·•/–—]|\s-\s).*"
)
_SPACED = re.compile(r".*[\w)]\s#\W*|\W*#\s[^\W\d].*")
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"(?:\S+\s+){3,}\S*[.!?]")
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}


class _Printed(Protocol):
    @property
    def text(self) -> str: ...
    @property
    def bottom(self) -> float: ...
    @property
    def height(self) -> float: ...


L = TypeVar("L", bound=_Printed)


class _Said(NamedTuple):
    """What a line says: its text, or that without the page's number and how far that is ahead."""

    text: str
    ahead: int | None

    @property
    def only_counts(self) -> bool:
        """Whether it is nothing but the page's number."""
        return self.ahead is not None and not _WORD.search(self.text)


def without_running_heads(pages: Sequence[Sequence[L]]) -> list[list[L]]:
    """The pages without the lines that repeat at one end of many of them.

    Lines are peeled off from the outside, so that a line within the text stays whatever it says.
    """
    ends = [(_outer(page, top=True), _outer(page, top=False)) for page in pages]
    if len(pages) == _FEWEST_PAGES - 1:
        ends = [
            (_small(page, above, number), _small(page, below, number))
            for number, (page, (above, below)) in enumerate(zip(pages, ends, strict=True))
        ]
    repeated = [_repeated([end[side] for end in ends]) for side in (0, 1)]
    kept = []
    for number, (page, both) in enumerate(zip(pages, ends, strict=True)):
        dropped: set[int] = set()
        for side, outer in enumerate(both):
            for line in outer:
                if repeated[side].isdisjoint(_sayings(line, number, len(pages))):
                    break
                dropped.add(id(line))
        rest = [line for line in page if id(line) not in dropped]
        kept.append(rest or [line for line in page if _WORD.search(line.text)])
    return kept


def _outer(page: Sequence[L], top: bool) -> list[L]:
    """The outermost lines of a page at one end, from the outside; at most half of them."""
    ordered = sorted(page, key=lambda line: -line.bottom if top else line.bottom)
    return ordered[: min(_DEEPEST, (len(page) + 1) // 2)]


def _small(page: Sequence[L], outer: Sequence[L], number: int) -> list[L]:
    """The outermost of these lines as far as they are smaller than the text, or number the page."""
    usual = _SMALL * statistics.median(line.height for line in page) if page else 0.0

    def may_be_head(line: L) -> bool:
        numbers = any(saying.ahead is not None for saying in _sayings(line, number, 2))
        return line.height < usual or numbers

    return list(takewhile(may_be_head, outer))


def _repeated(ends: Sequence[Sequence[_Printed]]) -> set[_Said]:
    """What is said at this end on page after page.

    Lines that differ in their numbers are of one form: a head names the chapter, too. They repeat
    if enough pages have a line of the form that stands on the pages before and after as well. Where
    most pages have a line with their number, all these do: each chapter may be short.
    """
    fewest = min(_FEWEST_PAGES, max(2, len(ends)))
    forms: dict[str, dict[int, set[_Said]]] = defaultdict(lambda: defaultdict(set))
    numbered: dict[int, dict[int, set[_Said]]] = defaultdict(lambda: defaultdict(set))
    for page, lines in enumerate(ends):
        for line in lines:
            form = _NUMBER.sub("#", _plain(line))
            for saying in _sayings(line, page, len(ends)):
                forms[form][page].add(saying)
                if saying.ahead is not None:
                    numbered[saying.ahead][page].add(saying)
    repeated = {
        saying
        for pages in numbered.values()
        if len(pages) >= max(fewest, _MOST * len(ends))
        for said in pages.values()
        for saying in said
    }
    for form, said in forms.items():
        runs = [run for run in _runs(said.values()) if run[1] >= fewest]
        share = _SHARE_OF_SENTENCES if _SENTENCE.fullmatch(form) else _SHARE
        enough = sum(pages for _, pages in runs) >= share * len(ends)
        repeated.update(saying for saying, _ in runs if enough or saying.only_counts)
    return repeated


def _runs(pages: Iterable[set[_Said]]) -> Iterator[tuple[_Said, int]]:
    """What is said on pages in a row, and on how many."""
    running: dict[_Said, int] = {}
    for said in pages:
        yield from ((saying, n) for saying, n in running.items() if saying not in said)
        running = {saying: running.get(saying, 0) + 1 for saying in said}
    yield from running.items()


def _sayings(line: _Printed, page: int, pages: int) -> Iterator[_Said]:
    """What a line says, and what it says if one of its numbers is that of the page."""
    text = _plain(line)
    yield _Said(" ".join(text.split()), None)
    if len(text) > _LONGEST:
        return
    for number in _NUMBER.finditer(text):
        if not (number[1] or number[2]):
            continue
        value = int(number[1]) if number[1] else _roman(number[2])
        before, after = text[: number.start()], text[number.end() :]
        if _counts_pages(before, after, value <= pages):
            yield _Said(" ".join(f"{before}#{after}".split()), value - page)


def _counts_pages(before: str, after: str, possible: bool) -> bool:
    """Whether a number stands where a page's does: alone, named so, or at an end of the line.

    A number after one word ("Lesson 7") belongs to it, and so does one beyond the last page.
    """
    line = f"{before}#{after}"
    words = len(_WORD.findall(line))
    if not words or _PAGE_BEFORE.search(before) or _PAGE_AFTER.match(after):
        return True
    spaced = possible and words > 1 and _SPACED.fullmatch(line)
    return bool(spaced or _PARTED.fullmatch(line))


def _plain(line: _Printed) -> str:
    return line.text.strip().lower()


def _roman(numeral: str) -> int:
    values = [_ROMAN.get(c, 0) for c in numeral]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
