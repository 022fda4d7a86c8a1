"""The styles of an OpenDocument file -> what they say of what is written in them."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rag.load.headings import MOST_BASES, level_of_style

_URN = "{urn:oasis:names:tc:opendocument:xmlns:"
OFFICE = f"{_URN}office:1.0}}"
TEXT = f"{_URN}text:1.0}}"
TABLE = f"{_URN}table:1.0}}"
DRAW = f"{_URN}drawing:1.0}}"
_STYLE = f"{_URN}style:1.0}}"
_FORMAT = f"{_URN}xsl-fo-compatible:1.0}}"
_FAMILIES = {  # of styles, and where an element names its own
    f"{TEXT}p": ("paragraph", f"{TEXT}style-name"),
    f"{TEXT}h": ("paragraph", f"{TEXT}style-name"),
    f"{TEXT}span": ("text", f"{TEXT}style-name"),
    f"{TABLE}table": ("table", f"{TABLE}style-name"),
    f"{TABLE}table-cell": ("table-cell", f"{TABLE}style-name"),
}
_BOLD = re.compile(r"bold|[6-9]00")
_NO_FILL = ("", "transparent", "#ffffff")


class Styles:
    """What a file's styles say of its elements; those of its headers and footers are left out.

    They are in styles.xml, may have the names of others, and are not looked at.
    """

    def __init__(self, content: Element, named: Element) -> None:
        self._found: dict[tuple[str, str], Element] = {}
        own = content.iterfind(f"{OFFICE}automatic-styles/{_STYLE}style")
        for style in (*own, *named.iterfind(f"{OFFICE}styles/{_STYLE}style")):
            key = style.get(f"{_STYLE}family", ""), style.get(f"{_STYLE}name", "")
            self._found.setdefault(key, style)

    def heading(self, paragraph: Element) -> int:
        """The level of the heading that its style is, or is built on; 0 for none."""
        for style in self._of(paragraph):
            for name in (f"{_STYLE}name", f"{_STYLE}display-name"):
                if level := level_of_style(style.get(name, "").replace("_20_", " ")):
                    return level
        return 0

    def hides(self, element: Element) -> bool:
        """Whether it is not shown: a sheet, a section, a paragraph, a run of text."""
        told = (element.get(f"{TEXT}display"), self._told(element, f"{TEXT}display"))
        return (
            "none" in told
            or element.get(f"{TEXT}is-hidden") == "true"
            or self._told(element, f"{TABLE}display") == "false"
        )

    def is_bold(self, element: Element, around: bool) -> bool:
        """Whether what is written in it is bold, where what is ``around`` it is so or not."""
        weight = self._told(element, f"{_FORMAT}font-weight")
        return bool(_BOLD.fullmatch(weight)) if weight else around

    def is_shaded(self, cell: Element) -> bool:
        """Whether a cell of a table has a ground of its own."""
        return self._told(cell, f"{_FORMAT}background-color").lower() not in _NO_FILL

    def _told(self, element: Element, attribute: str) -> str:
        """What its style, or the nearest that it is built on and that tells, says of that."""
        for style in self._of(element):
            for properties in style:
                if (value := properties.get(attribute)) is not None:
                    return value
        return ""

    def _of(self, element: Element) -> Iterator[Element]:
        """Its style, and those that this is built on."""
        family, named = _FAMILIES.get(element.tag, ("", ""))
        name = element.get(named)
        for _ in range(MOST_BASES):
            if (style := self._found.get((family, name or ""))) is None:
                return
            yield style
            name = style.get(f"{_STYLE}parent-style-name")
