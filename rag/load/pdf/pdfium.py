"""The pages of a PDF file by PDFium: words with their boxes, rules, and what was typed onto them.

PDFium tells where each character stands; only those at the ends of words are asked for, since each
answer takes longer than all the rest. It does not count the values of a form's fields as text.
"""

import ctypes
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, NamedTuple

from rag.load.document import CannotLoad
from rag.load.pdf.fields import TICK, Field, with_fields
from rag.load.pdf.grid import NEAR, Box
from rag.load.pdf.ligatures import with_ligatures
from rag.load.pdf.printed import ANOTHER_SIZE, BROKEN_WORD, Page, Words

_HYPHENATED = re.compile(r"(?<=[^\W\d_])\u2010$")  # a word that it does not mark
_PRINTED = re.compile(rf"(?=\S)[^\r\n{BROKEN_WORD}]*{BROKEN_WORD}?")  # it joins broken words
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"[^ ]+")
_LONGEST_NAME = 100  # characters of a font's name that are read
_MOST_RULES, _MOST_PATHS = 3000, 20_000  # of a page; drawings have more
_REGULAR, _BOLD = 400, 700  # weights of fonts, as CSS has them
_MOST_FIELDS, _LONGEST_VALUE = 2000, 2**20  # of a page; bytes
_CharBox = tuple[float, float, float, float]  # left, bottom, right, top


def read_printed(data: bytes) -> tuple[Iterator[Page | None], Mapping[str, str]]:
    """Each page, None where it cannot be read, and what the file tells of itself.

    Raises CannotLoad.
    """
    import pypdfium2

    try:
        file = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise CannotLoad("encrypted; it opens only with a password") from None
        raise CannotLoad("a damaged PDF file; it is cut off or has been changed") from None
    if file.get_formtype() == pypdfium2.raw.FORMTYPE_XFA_FULL:
        raise CannotLoad("an XFA form, whose pages are made by a program; print it to a PDF file")
    file.init_forms()

    def pages() -> Iterator[Page | None]:
        for number in range(len(file)):
            try:
                page = file[number]
                textpage = page.get_textpage()
                lines = with_fields(list(_words_of(textpage)), list(_fields(page, file.formenv)))
                yield Page(lines, _rules_of(page))
                textpage.close()
                page.close()
            except pypdfium2.PdfiumError:
                yield None

    return pages(), file.get_metadata_dict()


def _words_of(textpage: Any) -> Iterator[Words]:
    """The words of each line of a page."""
    page = with_ligatures(textpage.get_text_range())
    index = _index_of(textpage, page)
    for printed in _PRINTED.finditer(page):
        text = _HYPHENATED.sub(BROKEN_WORD, printed[0].rstrip())
        places = [word.span() for word in _WORD.finditer(text)]
        ends = [
            _Ends(
                *(
                    textpage.get_charbox(index(printed.start() + at), loose=True)
                    for at in (start, end - 1)
                )
            )
            for start, end in places
        ]
        for first, last in _lines(ends):
            start, end = places[first][0], places[last - 1][1]
            weight = min(_weight(textpage, index(printed.start() + at)) for at in (start, end - 1))
            within = [(a - start, b - start) for a, b in places[first:last]]
            yield _line(text[start:end], within, ends[first:last], weight)


class _Ends(NamedTuple):
    """The boxes of the first and the last character of a word."""

    first: _CharBox
    last: _CharBox


def _lines(words: Sequence[_Ends]) -> Iterator[tuple[int, int]]:
    """From which word to which a line goes; PDFium takes lines for one at times."""
    start = 0
    for at, (before, after) in enumerate(pairwise(words), 1):
        height = max(_height(before.last), _height(after.first))
        drop = _middle(before.last) - _middle(after.first)
        if abs(drop) > height or (drop > height / 2 and after.first[0] < before.first[0]):
            yield start, at
            start = at
    if words:
        yield start, len(words)


def _line(
    text: str, places: Sequence[tuple[int, int]], words: Sequence[_Ends], weight: int
) -> Words:
    # One odd character decides nothing: half a ligature has a lower box, a bullet a higher one.
    boxes = sorted({box for word in words for box in word}, key=_height)
    _, bottom, _, top = usual = boxes[len(boxes) // 2]
    low, high = sorted((_height(words[0].first), _height(usual)))
    mark = not _LETTER.search(text[: places[0][1]]) and high > ANOTHER_SIZE * low
    sides = [(first[0], last[2]) for first, last in words]
    return Words(text, places, sides, bottom, top, weight, mark)


def _index_of(textpage: Any, text: str) -> Callable[[int], int]:
    """From a place in the text of a page to the number that PDFium gives the character there.

    The two drift apart where the text lacks a character that has no meaning, or has one beyond the
    first 65,536, which PDFium counts twice.
    """
    from pypdfium2 import raw

    if textpage.count_chars() == len(text):
        return int
    units = list(itertools.accumulate((1 + (c > "\uffff") for c in text), initial=0))
    return lambda at: max(0, raw.FPDFText_GetCharIndexFromTextIndex(textpage, units[at]))


def _weight(textpage: Any, at: int) -> int:
    """How bold a character is; the fonts that each program brings have but a name that tells it."""
    from pypdfium2 import raw

    if (told := raw.FPDFText_GetFontWeight(textpage, at)) > 0:
        return int(told)
    name = ctypes.create_string_buffer(_LONGEST_NAME)
    raw.FPDFText_GetFontInfo(textpage, at, name, _LONGEST_NAME, ctypes.byref(ctypes.c_int()))
    return _BOLD if b"bold" in name.value.lower() else _REGULAR


def _height(box: _CharBox) -> float:
    return box[3] - box[1]


def _middle(box: _CharBox) -> float:
    return (box[1] + box[3]) / 2


def _rules_of(page: Any) -> list[Box]:
    """What is drawn on a page as a rule; nothing where it is a picture of many lines."""
    from pypdfium2 import PdfiumError, raw

    found: list[Box] = []
    paths = page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=1)
    for drawn in itertools.islice(paths, _MOST_PATHS):
        with suppress(PdfiumError):  # an empty one
            box = Box(*drawn.get_bounds())
            if min(box.right - box.left, box.top - box.bottom) < NEAR:
                found.append(box)
            elif _is_stroked(drawn):
                found += _sides(drawn)
    return found if len(found) <= _MOST_RULES else []


def _is_stroked(drawn: Any) -> bool:
    from pypdfium2 import raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(drawn, fill, stroke)
    return bool(stroke.value)


def _sides(drawn: Any) -> Iterator[Box]:
    """The upright and level lines of a path."""
    from pypdfium2 import raw

    matrix = drawn.get_matrix()
    x, y = ctypes.c_float(), ctypes.c_float()
    start = last = (0.0, 0.0)
    for number in range(min(raw.FPDFPath_CountSegments(drawn), _MOST_RULES)):
        segment = raw.FPDFPath_GetPathSegment(drawn, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = matrix.on_point(x.value, y.value)
        kind = raw.FPDFPathSegment_GetType(segment)
        ends = [(last, point)] if kind == raw.FPDF_SEGMENT_LINETO else []
        if kind == raw.FPDF_SEGMENT_MOVETO:
            start = point
        if raw.FPDFPathSegment_GetClose(segment):
            ends.append((point, start))
        for (a, b), (c, d) in ends:
            if min(abs(a - c), abs(b - d)) < NEAR:
                yield Box(min(a, c), min(b, d), max(a, c), max(b, d))
        last = point


def _fields(page: Any, form: Any) -> Iterator[Field]:
    """What was typed onto a page; ``form`` is what PDFium knows of the file's form, if it has one.

    Its fields are in the order of the file.
    """
    from pypdfium2 import raw

    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_FIELDS)):
        if not (field := raw.FPDFPage_GetAnnot(page, number)):
            continue
        text, box = _typed(field, form), raw.FS_RECTF()
        if text and raw.FPDFAnnot_GetRect(field, box):
            (left, right), (bottom, top) = (
                sorted((box.left, box.right)),
                sorted((box.bottom, box.top)),
            )
            yield Field(text, Box(left, bottom, right, top))
        raw.FPDFPage_CloseAnnot(field)


def _typed(field: Any, form: Any) -> str:
    """What is typed into a field, or chosen in it; nothing for comments, links and hidden ones."""
    from pypdfium2 import raw

    if raw.FPDFAnnot_GetFlags(field) & (raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW):
        return ""
    subtype = raw.FPDFAnnot_GetSubtype(field)
    if subtype == raw.FPDF_ANNOT_FREETEXT:
        return _read(lambda *room: raw.FPDFAnnot_GetStringValue(field, b"Contents", *room))
    if subtype != raw.FPDF_ANNOT_WIDGET or not form:
        return ""
    kind = raw.FPDFAnnot_GetFormFieldType(form, field)
    if kind in (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON):
        return TICK if raw.FPDFAnnot_IsChecked(form, field) else ""
    if kind == raw.FPDF_FORMFIELD_PUSHBUTTON:
        return ""
    return _read(lambda *room: raw.FPDFAnnot_GetFormFieldValue(form, field, *room))


def _read(ask: Callable[[Any, int], int]) -> str:
    """A text that PDFium writes, as UTF-16, into room that is made for it, in one line."""
    from pypdfium2 import raw

    size = ask(None, 0)
    if size > _LONGEST_VALUE:
        return ""
    room = ctypes.create_string_buffer(size)
    ask(ctypes.cast(room, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return " ".join(room.raw.decode("utf-16-le", "replace").partition("\0")[0].split())
