"""Saved web pages of many makers: content stays, furniture goes, facts come from metadata."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from loading import load

from rag.load import CannotLoad
from rag.load.web_page import parse_html

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


def test_a_page_without_links_is_content_from_the_first_to_the_last() -> None:
    page = (
        "<html><body><div>Yes<div>in May</div><div>Ada<hr><b>From: </b>bo@example.org<br>"
        "<b>Sent: </b>Friday, May 6, 2011<br><p>Is the hut let?</p></div></div></body></html>"
    )
    assert load(page, "a.html")[0].text == (
        "Yes\n\nin May\n\nAda\n\nFrom: bo@example.org\nSent: Friday, May 6, 2011\n\nIs the hut let?"
    )


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("<blockquote>The time has come.</blockquote>", "The time has come."),
        ("<ul><li>One<li>Two</ul>", "- One\n\n- Two"),
        ("<p>A <b>bold</b> word</p>", "A bold word"),
    ],
)
def test_a_part_of_a_page_is_read(part: str, text: str) -> None:
    assert load(part, "a.html")[0].text == text


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


@pytest.mark.parametrize(
    ("middle", "text"),
    [
        (
            "<section id=knots><h2>2.1 Knots</h2><p>A knot holds.</p></section>"
            "<section id=standard-tags><h2>2.2 Standard tags</h2><p>Tags name.</p></section>",
            "## 2.1 Knots\nA knot holds.\n## 2.2 Standard tags\nTags name.",
        ),
        (
            "<div id=knots><h3>Knots</h3><p>A knot holds.</p></div>"
            "<div id=s.cookies><div class=top><h3>Cookies¶</h3></div><p>Bake.</p></div>",
            "### Knots\nA knot holds.\n### Cookies¶\nBake.",
        ),
        ("<div id=recommended-rope-lengths><p>Ten metres.</p></div>", "Ten metres."),
        ("<div id=comments-in-logs>Begin them with a star</div>", "Begin them with a star"),
        (
            "<h2><span id=Sharing>Sharing</span></h2><p>Two to a cabin.</p>",
            "## Sharing\nTwo to a cabin.",
        ),
        ("<dl><dt id=ship.menu>ship.menu<dd>What is cooked.</dl>", "ship.menu: What is cooked."),
    ],
)
def test_an_id_that_is_made_from_a_heading_is_no_name_of_furniture(middle: str, text: str) -> None:
    assert _page(middle) == text


@pytest.mark.parametrize(
    "middle",
    [
        "<div id=comments><h2>Comments</h2><p>Lovely port, was there in May.</p></div>",
        "<div id=port-cookie-banner><p>We set cookies.</p></div>",
        "<div id=ad-300x250>Ropes for little money</div>",
        "<div id=siteNotice>Give us money</div>",
        "<section id=cookies class=related><h2>Cookies</h2><p>Bake.</p></section>"
        "<section id=knots class=related><h2>Knots</h2><p>A knot holds.</p></section>",
    ],
)
def test_furniture_goes_by_its_id_or_class(middle: str) -> None:
    assert _page(middle) == ""


def test_words_that_begin_like_names_of_furniture_are_none() -> None:
    water = "<p>H<sub class=subscript>2</sub>O, <i class=commentator>Ann</i> says, is water.</p>"
    assert _page(water) == "H2O, Ann says, is water."


def test_no_part_of_a_block_of_code_is_furniture() -> None:
    code = (
        "<pre><span class=comment># haul</span>\nhaul <span class=hljs-tag>rope</span> "
        "<code><span class=nav>x</span></code></pre>"
    )
    assert _page(code) == "# haul\nhaul rope x"


@pytest.mark.parametrize(
    ("middle", "text"),
    [
        (
            "<section><h2>Joining</h2><p>See <a href=x>the table</a>:</p>"
            "<pre>tie a | haul b | tar c</pre></section>",
            "## Joining\nSee the table:\ntie a | haul b | tar c",
        ),
        (
            "<table><tr><th>Sign</th><th>Meaning</th></tr><tr><td>a | b | c</td>"
            "<td>one of <a href=x>these</a></td></tr></table>",
            "Sign: a | b | c; Meaning: one of these",
        ),
        (
            "<div>Pick <code>on | off | auto</code>, as in <a href=x>the third part</a></div>",
            "Pick on | off | auto, as in the third part",
        ),
        ("<div><a name=knots>All knots of the sea</a></div>", "All knots of the sea"),
    ],
)
def test_bars_and_targets_make_no_menu(middle: str, text: str) -> None:
    assert _page(middle) == text


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (
            "<tr><th>Sea<th>Port<th>Ships<tr><td rowspan=2>North<td>Oldby<td>12"
            "<tr><td>Newby<td>8<tr><td>South<td>Bay<td>5",
            "Sea: North; Port: Oldby; Ships: 12\nSea: North; Port: Newby; Ships: 8\n"
            "Sea: South; Port: Bay; Ships: 5",
        ),
        (
            "<tr><th rowspan=2>Ship<th colspan=2>2023<th colspan=2>2024"
            "<tr><th>Won<th>Lost<th>Won<th>Lost<tr><td>Hawk<td>12<td>4<td>9<td>7",
            "Ship: Hawk; Won 2023: 12; Lost 2023: 4; Won 2024: 9; Lost 2024: 7",
        ),
        (
            "<tr><th>Ship<th>May<th>June<tr><td>Hawk<td colspan=2>none<tr><td>Bear<td>3<td>4",
            "Ship: Hawk; May: none\nShip: Bear; May: 3; June: 4",
        ),
        (  # a span that never ends, and one that is no number
            "<tr><th>Ship<th>Load<tr><td rowspan=99999>Hawk<td colspan=x>3<tr><td>4",
            "Ship: Hawk; Load: 3\nShip: Hawk; Load: 4",
        ),
        (  # of the whole table's width: no cell of a column
            "<tr><th>Ship<th>Load<th>Crew<tr><td colspan=3>Of the north<tr><td>Hawk<td>3<td>4",
            "Ship: Of the north\nShip: Hawk; Load: 3; Crew: 4",
        ),
    ],
    ids=["rows", "headers", "columns", "odd", "all"],
)
def test_cells_that_span_others_stand_where_they_are_seen(rows: str, text: str) -> None:
    assert _page(f"<table>{rows}</table>") == text


@pytest.mark.parametrize(("columns", "cells"), [(50, 5100), (999, 200), (99999, 200)])
def test_a_table_of_too_many_spans_stays_as_it_is(columns: int, cells: int) -> None:
    rows = f"<tr><td colspan={columns}>x<td>y" * 100
    tree = parse_html(f"<table>{rows}</table>".encode(), [])
    assert len(list(tree.iter("td"))) == cells


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (  # figures alike below three names
            [["Rope", "Length", "Load"], ["Hemp", "20", "300"], ["Steel", "35", "900"]],
            "Rope: Hemp; Length: 20; Load: 300\nRope: Steel; Length: 35; Load: 900",
        ),
        (
            [["<b>Rope</b>", "<strong>Colour</strong>"], ["Hemp", "brown"], ["Steel", "grey"]],
            "Rope: Hemp; Colour: brown\nRope: Steel; Colour: grey",
        ),
        ([["Rope", "Colour"], ["Hemp", "brown"]], "Rope: Colour\nHemp: brown"),
    ],
    ids=["figures", "bold", "names with values"],
)
def test_a_first_row_may_name_the_columns_without_being_marked(
    rows: list[list[str]], text: str
) -> None:
    cells = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    assert _page(f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>") == text


@pytest.mark.parametrize(
    "menu",
    [
        "<table><tr><td>[<a href=a> &lt; </a>]</td><td>[<a href=b> Up </a>]</td>"
        "<td>[<a href=c> &gt; </a>]</td></tr></table>",
        "<a class=previous_page href=a>&lt;-previous</a><a rel=next href=b>next-&gt;</a>",
        "<div>Port of Sill, Quay 1 | <a href=a>Legal notice</a> | <a href=b>Data</a></div>",
    ],
)
def test_rows_of_links_with_marks_or_bars_go(menu: str) -> None:
    assert _page(menu) == ""


def test_a_link_in_a_sentence_stays_whatever_it_is_for() -> None:
    assert _page("<p>Go to the <a rel=next href=b>second part</a> now.</p>") == (
        "Go to the second part now."
    )


@pytest.mark.parametrize(
    ("middle", "text"),
    [
        (
            "<table><tr><th><p>Function</p><p>Example</p></th></tr>"
            "<tr><td><p>haul ( rope )</p><p>Hauls it.</p><p>haul(a)</p></td></tr>"
            "<tr><td><p>tar ( rope )</p><p>Tars it.</p><pre>tar(a)</pre></td></tr></table>",
            "Function Example\nhaul ( rope ) Hauls it. haul(a)\ntar ( rope ) Tars it. tar(a)",
        ),
        (
            "<table><tr><th>Site</th></tr><tr><td><a href=a>Home</a></td></tr>"
            "<tr><td><a href=b>News</a></td></tr><tr><td><a href=c>Map</a></td></tr></table>",
            "",
        ),
        (
            "<dl><dt>%?<dd>The last status.<dt>x ...<dd>Any x.<dt>Why?<dd>It is.</dl>",
            "%?: The last status.\nx ...: Any x.\nWhy?\nIt is.",
        ),
    ],
)
def test_cells_and_definitions_of_signs_stand_in_one_block(middle: str, text: str) -> None:
    assert _page(middle) == text


def test_the_first_and_last_paragraph_stay_though_the_extractor_finds_them_in_part() -> None:
    keys = "<span class=guibutton>Winch</span> <span class=emphasis><strong>Tool</strong></span>"
    first = f"The first way to moor a ship is to let the {keys} find the length of all the ropes."
    last = f"The second way to moor one is to press the {keys} and to see what others used there."
    rope = "A rope of {} metres is long enough where the tide is low, and no more than that."
    middle = "".join(f"<p>{rope.format(metres)}</p>" for metres in range(10, 14))
    page = f"<html><body><h1>Moor</h1><div><p>{first}</p>{middle}<p>{last}</p></div></body></html>"
    text = load(page, "a.html")[0].text
    assert "let the Winch Tool find" in text and text.endswith("what others used there.")
