"""A cell's value and its number format -> its text, as a spreadsheet program shows it.

But for dates, which are told as ISO has them, and for negative numbers, which have a minus.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

_PART = re.compile(
    r"""
    "(?P<quoted>[^"]*)"? | \\(?P<escaped>.) | [_*]. | \[\$(?P<currency>[^]-]*)[^]]*\]
    | \[(?P<elapsed>h+|m+|s+)\] | \[(?P<relation><>|[<>]=?|=)(?P<limit>-?\d+(?:\.\d+)?)\]
    | \[[^]]*\] | (?P<value>General|@) | (?P<half>AM/PM|A/P) | (?P<end>;)
    | (?P<code>[0#?.,%/]|E[+-]|[dmyhs]) | (?P<literal>.)
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)
_RELATIONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
    "<>": operator.ne, "": lambda value, limit: True,
}  # fmt: skip
_DIGIT, _BEHIND, _VALUE = "\0\1\2"  # in a template: a digit, all behind the point, the whole value
_MOST_PLACES = 30  # behind the point, as in Excel
_EXACT = Context(prec=400, rounding=ROUND_HALF_UP)  # for any number that a file can hold
_ROOM = 12  # characters that a number without a format has for its digits
_RETURN = "_x000D_"  # as a carriage return is written in the file
_HALF_SECOND = timedelta(milliseconds=500)
_ANY_DAY = date(2000, 1, 1)
_DAY_0 = datetime(1899, 12, 30)  # for days since March 1900


class _Section(NamedTuple):
    """How a format shows values of one kind: positive, negative, zero, or by a relation."""

    code: str  # its signs that are no literals, in lower case
    template: str  # its literals, with marks for the parts of the number
    relation: str
    limit: float
    digits: int  # before the point, at least
    places: int  # behind it, at most
    least_places: int
    shift: int  # of the point
    grouped: bool


def shown(value: object, number_format: str) -> str:
    """The text of a value, in one line; empty for None and for what its format hides."""
    if value is None or isinstance(value, str):
        return " ".join((value or "").replace(_RETURN, " ").split())
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return _number(value, number_format) if math.isfinite(value) else ""
    code = _sections(number_format)[0].code
    if isinstance(value, timedelta):
        return _duration(round(value.total_seconds()), code)
    if isinstance(value, datetime):
        return _moment(value + _HALF_SECOND, code)
    if isinstance(value, time):
        return _clock(datetime.combine(_ANY_DAY, value) + _HALF_SECOND, code)
    return str(value)


def shown_number(value: float, number_format: str) -> str:
    """The text of a number, which is one of days if its format is that of a date."""
    dated = {*"dmyhs"}.intersection(_sections(number_format)[0].code)
    return shown(_DAY_0 + timedelta(days=value) if dated else value, number_format)


def _number(value: float, number_format: str) -> str:
    if number_format == "General":
        return _plain(value)
    sections = _sections(number_format)
    section = _section_for(value, sections)
    if value == 0 and "-" in section.template:
        section = sections[0]  # a dash is how accounts show it
    text = _filled(abs(value), section)
    if value < 0 and section is not sections[0]:
        text = text.replace("(", "").replace(")", "")
    minus = value < 0 and "-" not in text and any(c in "123456789" for c in text)
    return " ".join(f"{'-' if minus else ''}{text.strip()}".split())


def _section_for(value: float, sections: Sequence[_Section]) -> _Section:
    if any(section.relation for section in sections):
        held = (s for s in sections if _RELATIONS[s.relation](value, s.limit))
        return next(held, sections[0])
    if value < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if value == 0 and len(sections) > 2 else sections[0]


def _filled(value: float, section: _Section) -> str:
    """The template of a section with a number in it."""
    if _DIGIT not in section.template:
        return section.template.replace(_VALUE, _plain(value))
    if "/" in section.code:  # a fraction
        return _plain(value)
    if "e" in section.code:
        return f"{value:.{section.places}E}"
    number = Decimal(value if isinstance(value, int) else f"{value:.15g}")
    if section.shift:
        number = number.scaleb(section.shift, _EXACT)
    number = number.quantize(Decimal((0, (1,), -section.places)), context=_EXACT)
    digits, _, behind = f"{number:{',' * section.grouped}f}".partition(".")
    behind = behind[: section.least_places] + behind[section.least_places :].rstrip("0")
    filled = _with_digits(section.template, digits.zfill(section.digits))
    return filled.replace(_BEHIND, f".{behind}" if behind else "").replace(_VALUE, "")


def _with_digits(template: str, digits: str) -> str:
    """A template with digits at their places; the first place takes those that have none."""
    places = template.count(_DIGIT)
    if _DIGIT * places in template:  # next to each other
        return template.replace(_DIGIT * places, digits)
    digits = digits.rjust(places)
    first = len(digits) - places + 1
    parts = iter([digits[:first], *digits[first:]])
    return re.sub(_DIGIT, lambda _: next(parts).strip(), template)


def _plain(value: float) -> str:
    """A number without a format: as it was typed, a longer one as far as a cell has room."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    text = f"{value:.15g}"
    return (text if len(text.lstrip("-")) <= _ROOM else f"{value:.10g}").upper()


def _duration(seconds: int, code: str) -> str:
    minus, seconds = "-" if seconds < 0 else "", abs(seconds)
    if "[s" in code:
        return f"{minus}{seconds}"
    behind = f":{seconds % 60:02}" if "s" in code else ""
    if "[m" in code:
        return f"{minus}{seconds // 60}{behind}"
    return f"{minus}{seconds // 3600}:{seconds // 60 % 60:02}{behind}"


def _moment(value: datetime, code: str) -> str:
    """A date, with the time if the format has one and it is not midnight.

    Where the format shows only the time, the weekday, the month or the year: only that.
    """
    letters, timed = {*code}, "h" in code or "s" in code
    if timed and not letters & {"d", "y"}:
        return _clock(value, code)
    if letters and "d" not in letters and not timed:
        return value.strftime(" ".join(["%B"] * ("m" in code) + ["%Y"] * ("y" in code)))
    if letters == {"d"} and "ddd" in code:
        return f"{value:%A}"
    has_time = (timed or not letters) and value.time() >= time(0, 0, 1)
    return f"{value:%Y-%m-%d} {_clock(value, code)}" if has_time else f"{value:%Y-%m-%d}"


def _clock(value: datetime, code: str) -> str:
    seconds = f":{value:%S}" if value.second and ("s" in code or not code) else ""
    if "p" in code:
        return f"{value.hour % 12 or 12}:{value:%M}{seconds} {'AM' if value.hour < 12 else 'PM'}"
    return f"{value:%H:%M}{seconds}"


@lru_cache(maxsize=512)
def _sections(number_format: str) -> Sequence[_Section]:
    """The sections of a format, at least one."""
    found, code, template, relation = [], "", "", ("", 0.0)
    for part in _PART.finditer(number_format):
        kind = part.lastgroup
        text = part[kind] if kind else ""
        if kind == "end":
            found.append(_section(code, template, relation))
            code, template, relation = "", "", ("", 0.0)
        elif kind == "value":
            template += _VALUE
        elif kind == "limit":
            relation = (part["relation"], float(text))
        elif kind == "elapsed":
            code += f"[{text.lower()}"
        elif kind == "half":
            code += "p"
        elif kind == "code":
            template += _mark(text, code)
            code += text.lower()
        else:
            template += text
    return [*found, _section(code, template, relation)]


def _mark(sign: str, code: str) -> str:
    """What stands for a sign of a format in its template, behind the signs before it."""
    if sign == ".":
        return "" if "." in code else _BEHIND if re.search("[0#?]", code) else _DIGIT + _BEHIND
    if sign in "0#?":
        return "" if "." in code else _DIGIT
    return sign if sign == "%" else ""


def _section(code: str, template: str, relation: tuple[str, float]) -> _Section:
    whole, _, rest = re.sub("[^0#?.,e]", "", code).partition("e")[0].partition(".")
    thousands = sum(len(part) - len(part.rstrip(",")) for part in (whole, rest))
    places = rest.rstrip(",")
    return _Section(
        code,
        template,
        *relation,
        digits=whole.count("0"),
        places=min(len(places), _MOST_PLACES),
        least_places=len(places.rstrip("#?")),
        shift=2 * code.count("%") - 3 * thousands,
        grouped="," in whole.rstrip(","),
    )
