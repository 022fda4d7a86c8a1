"""Saved web pages of many makers: content stays, furniture goes, facts come from metadata."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from loading import load

from rag.load import CannotLoad

PAGES = Path(__file__).parent / "web_pages"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((PAGES / "expected.yaml").read_text("utf-8"))
HELD_OUT: dict[str, dict[str, Any]] = yaml.safe_load(
    (PAGES / "held_out" / "expected.yaml").read_text("utf-8")
)


def found(path: Path, expected: dict[str, Any]) -> tuple[list[str], list[str]]:
    """What content is missing, and what furniture is there."""
    document, _ = load(path.read_bytes(), path.name)
    text = " ".join(document.text.split())
    assert document.title == expected["title"]
    assert (document.date, document.url) == (expected.get("date"), expected.get("url"))
    missing = [said for said in expected["content"] if said not in text]
    return missing, [said for said in expected["furniture"] if said in text]


@pytest.mark.parametrize("name", EXPECTED)
def test_page(name: str) -> None:
    assert found(PAGES / f"{name}.html", EXPECTED[name]) == ([], [])


def test_pages_that_nothing_was_tuned_on() -> None:
    results = [found(PAGES / "held_out" / f"{name}.html", HELD_OUT[name]) for name in HELD_OUT]
    assert sum(len(missing) for missing, _ in results) == 0  # of 34
    assert sum(len(furniture) for _, furniture in results) <= 3  # of 43


def test_page_made_by_a_script() -> None:
    with pytest.raises(CannotLoad, match="may be made by a script"):
        load((PAGES / "app_shell.html").read_bytes(), "app_shell.html")


def test_a_date_in_prose_is_not_the_date() -> None:
    document, _ = load("<html><body><p>It was on 12 May 2019 in Rome.</p></body></html>", "a.html")
    assert document.date is None


def test_an_exponent_is_told_from_a_digit_and_a_mark_of_a_note_stays() -> None:
    page = (
        "<html><body><p>From 0 to 2<sup>8</sup> − 1, or 2<sup>n</sup>, on 10<sup>-3</sup> km"
        "<sup>2</sup> by the 1<sup>st</sup> of May<sup><a href='#n'>2</a></sup>.</p></body></html>"
    )
    document, _ = load(page, "a.html")
    assert document.text == "From 0 to 2⁸ − 1, or 2ⁿ, on 10⁻³ km² by the 1st of May2."


def test_the_title_is_the_page_s_also_where_the_site_s_name_is_a_heading() -> None:
    page = (
        "<html><head><title>What is a Slice? - The Long Handbook</title></head><body>"
        "<h1>The Long Handbook</h1><h2>What Is a Slice?</h2><p>A slice is a part.</p></body></html>"
    )
    assert load(page, "a.html")[0].title == "What Is a Slice?"


def test_a_heading_of_the_menu_is_not_the_title() -> None:
    page = (
        "<html><head><title>F - Moorings - The Long Handbook</title></head><body>"
        "<div class=menu-bar><h1>The Long Handbook</h1></div>"
        "<h2>Appendix F: Moorings</h2><p>A mooring is a place to lie.</p></body></html>"
    )
    assert load(page, "a.html")[0].title == "F - Moorings - The Long Handbook"


def test_a_script_is_no_part_of_a_page_s_text() -> None:
    page = (
        f"<html><body><script>{'x = 1; ' * 500}</script><main><h2>Ports</h2><p>See "
        "<a href='/1'>a list of ports that are open</a> in winter.</p><ul><li><a href='/2'>"
        "The northern port</a></li><li><a href='/3'>The southern port</a></li></ul></main>"
        "</body></html>"
    )
    assert "See a list of ports that are open in winter." in load(page, "a.html")[0].text


def _page(middle: str) -> str:
    """The text of a page that has something between two paragraphs of prose."""
    begin = "<p>The port of the system is kept up by a few people in their spare time.</p>"
    end = "<p>All the rest is described in the other part of the manual, which is long.</p>"
    document, _ = load(f"<html><body><main>{begin}{middle}{end}</main></body></html>", "a.html")
    first, *between, last = document.text.split("\n\n")
    assert first.endswith("in their spare time.") and last.startswith("All the rest")
    return "\n".join(between)


@pytest.mark.parametrize(
    ("middle", "text"),
    [
        (
            "<table><tr><th>Target</th><th>Chip</th></tr><tr><td><code>beta-two</code></td>"
            "<td><a href=x>ESP33</a></td></tr><tr><td><a href=y>beta-three</a></td>"
            "<td><div><a href=z>ESP34</a></div></td></tr></table>",
            "Target: beta-two; Chip: ESP33\nTarget: beta-three; Chip: ESP34",
        ),
        (
            "<table><tr><td>one</td><td><a href=x>ESP1</a></td></tr><tr><td>two</td>"
            "<td><a href=x>ESP2</a></td></tr><tr><td>three</td><td><a href=x>ESP3</a></td></tr>"
            "</table>",
            "one: ESP1\ntwo: ESP2\nthree: ESP3",
        ),
        (
            "<section><h2>Maintainers</h2><p><a href=a>Anna Berg</a> <a href=b>Ole Dahl</a></p>"
            "</section><h2>Source</h2>",
            "## Maintainers\nAnna Berg Ole Dahl\n## Source",
        ),
        ("<p><a href=a>Rule</a> → <a href=b>Name</a> | <a href=c>Sum</a></p>", "Rule → Name | Sum"),
        ("<p>See <span><a href=x>the manual</a></span> first.</p>", "See the manual first."),
        ("<h2><span><a href=x>Chips of 2024</a></span></h2>", "## Chips of 2024"),
        ("<h2>Chips<span><a href='#chips'>#</a></span></h2>", "## Chips"),
    ],
)
def test_links_that_are_content_stay(middle: str, text: str) -> None:
    assert _page(middle) == text


@pytest.mark.parametrize(
    "menu",
    [
        "<p><a href=a>Home</a> | <a href=b>News</a> | <a href=c>Contact</a></p>",
        "<p>Related: <a href=a>The northern port</a></p>",
        "<p class=readmore><a href=a>The bridge</a></p><p class=related><a href=a>Ports</a></p>",
        "<section><h3>Related</h3><p><a href=a>The northern port</a></p></section>",
        "<table><tr><td><a href=a>Home</a></td><td><a href=b>News</a></td></tr></table>",
    ],
)
def test_links_that_are_a_menu_go(menu: str) -> None:
    assert _page(menu) in ("", "### Related")
