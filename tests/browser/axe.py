"""Looks for barriers with axe-core."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


def violations(page: "Page", view: str) -> list[str]:
    """What axe-core finds on the page as it is; it comes in by the debugger, past the policy."""
    from axe_playwright_python.sync_playwright import Axe

    told = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=told).response["violations"]
    return [
        f"{view}: {one['id']}: {node['html'][:200]}: {node['failureSummary'][:300]}"
        for one in found
        for node in one["nodes"]
    ]


def violations_everywhere(page: "Page", view: str) -> list[str]:
    """The same on a phone and on a desk, by day and by night."""
    found = []
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            found += violations(page, f"{view}, {width}, {scheme}")
    return found
