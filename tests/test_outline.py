"""The lines that a sentence stands under."""

import pytest

from rag.beside import beside
from rag.datatypes import Document, Passage
from rag.outline import at_margin, headings, lines_above, stand_alone
from rag.sentences import sentence_spans
from rag.split import split


def above(text: str) -> dict[str, list[str]]:
    spans = list(sentence_spans(text))
    lines = [text[a:b] for a, b in spans]
    found = lines_above(lines, stand_alone(text, spans), margin=at_margin(text, spans))
    return {line: [lines[i] for i in at] for line, at in zip(lines, found, strict=True)}


def test_marked_headings_stand_under_each_other() -> None:
    told = above(
        "It begins.\n\n# Care\nAll bikes.\n\n## Chain\n\nOil it. Wipe it.\n\n### Winter\n\n"
        "Salt.\n\n## Brakes\n\nCheck them.\n\n# Returns\n\nSend it back.\n"
    )
    assert told == {
        "It begins.": [],
        "# Care": [],
        "All bikes.": ["# Care"],
        "## Chain": ["# Care"],
        "Oil it.": ["# Care", "## Chain"],
        "Wipe it.": ["# Care", "## Chain"],
        "### Winter": ["# Care", "## Chain"],
        "Salt.": ["# Care", "## Chain", "### Winter"],
        "## Brakes": ["# Care"],
        "Check them.": ["# Care", "## Brakes"],
        "# Returns": [],
        "Send it back.": ["# Returns"],
    }


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("3. Cleaning\n\n3.1 Filter\n\nRinse it.", ["3. Cleaning", "3.1 Filter"]),
        ("Section 5: Loans\n\nBring it back.", ["Section 5: Loans"]),
        ("3.1 Filter\n\nRinse it.\n\n3.2 Tank\n\nDry it.", ["3.2 Tank"]),
        ("4. Termination\n\nEither side may end it.", ["4. Termination"]),
        ("# Manual\n\n**Opening hours**\n\nWe close at six.", ["# Manual", "**Opening hours**"]),
        ("OPENING HOURS\n\nWe close.\n\nPRICES:\n\nAll is free.", ["PRICES:"]),
        ("Manual\n======\n\nHours\n-----\n\nWe close at six.", ["Manual", "Hours"]),
        ("####\nBook\n####\n\nPart\n****\n\nUse\n===\n\nWe close.", ["Book", "Part", "Use"]),
        ("# Use\n\nPart\n----\n\n## Hours\n\nWe close.", ["# Use", "## Hours"]),
        ('Use\n===\n\nPlaces\n++++++\n\nHours\n"""""\n\nAll.', ["Use", "Places", "Hours"]),
        ("= Manual =\n\n= = Hours = =\n\nWe close.", ["= Manual =", "= = Hours = ="]),
        ("= Manual\n\n== Hours\n\nWe close.\n\n== Prices\n\nNone.", ["= Manual", "== Prices"]),
    ],
)
def test_headings_without_a_mark(text: str, last: list[str]) -> None:
    assert [*above(text).values()][-1] == last


@pytest.mark.parametrize(
    "text",
    [
        "1. Tent\n2. Stove\n\nThen you leave.",
        "- Tent\n- Stove\n\nThen you leave.",
        "The ship sails at dawn.\n\nThen you leave.",
        "We asked. Did it sail? It did, at dawn.",
        "```\n# make it\nMake\n```\n\nThen you leave.",
        "cd folder\n\nThen you leave.",
        "tür auf\n\nThen you leave.",
        "привет мир\n\nThen you leave.",
        "東京タワー\n\nThen you leave.",
        "UN\n\nThen you leave.",
        "WHO总部位于日内瓦\n\nThen you leave.",
        "12 High Street\n\nThen you leave.",
        "9.30 Lunch\n\nThen you leave.",
        "- Tent\n- Stove\n\n---\n\nThen you leave.",
        "- Tent\n- OLD STOVE\n\nThen you leave.",
        "Watch the ship leave\n\nThen you leave.",
        "Opening hours ........ 5\n\nThen you leave.",
        f"{'Opening hours of ' * 20}\n\nThen you leave.",
    ],
)
def test_what_is_no_heading(text: str) -> None:
    assert [*above(text).values()][-1] == []


def test_rows_stand_under_the_names_of_their_columns() -> None:
    told = above(
        "## Sizes\n\n| item | kg |\n|---|---|\n| tent | 2 |\n| stove | 1 |\n\nThat is all."
    )
    assert told["| item | kg |"] == told["That is all."] == ["## Sizes"]
    assert told["| stove | 1 |"] == ["## Sizes", "| item | kg |"]


def test_what_is_above_a_passage_is_above_its_sentences() -> None:
    text = "Oil it.\n\n### Winter\n\nSalt.\n\n## Brakes\n\nCheck them."
    spans = tuple((a + 100, b + 100) for a, b in sentence_spans(text))
    lines = (((0, 6), "# Care"), ((7, 15), "## Chain"))
    passage = Passage("a", "a", False, None, None, "", 100, 100 + len(text), text, spans, (), lines)
    told = {passage.quote(span): found for span, found in headings(passage).items()}
    assert told["Oil it."] == ("# Care", "## Chain")
    assert told["Salt."] == ("# Care", "## Chain", "### Winter")
    assert told["Check them."] == ("# Care", "## Brakes")
    assert passage.in_place == f"# Care\n## Chain\n{text}"


def test_a_passage_may_begin_in_a_block_of_code() -> None:
    whole = "## Setup\n\n```bash\nmake\n# go\nrag chat\n```\n\nIt runs."
    assert above(whole)["rag chat"] == above(whole)["# go"] == ["## Setup", "```bash"]
    assert above(whole)["It runs."] == ["## Setup"]
    assert above("```no block```\n\n# Care\n\nOil it.")["Oil it."] == ["# Care"]
    start = whole.index("make")
    text = whole[start:]
    spans = tuple((a + start, b + start) for a, b in sentence_spans(text))
    lines = (((0, 8), "## Setup"), ((10, 17), "```bash"))
    passage = Passage("a", "a", False, None, None, "", start, len(whole), text, spans, (), lines)
    assert [*headings(passage).values()][2:] == [("## Setup",)] * len(spans)


def test_a_block_of_code_ends_with_what_it_began_with() -> None:
    told = above("# Care\n\n````md\n```\n# no\n```\n~~~\n````\n\nOil it.")
    assert told["# no"] == ["# Care", "````md"]
    assert told["Oil it."] == ["# Care"]
    assert above("Use\n```\n# no\n```\n\nOil it.")["Oil it."] == []
    assert above("Care\n~~~~\n\nOil it.\n\n# Use\n\nRide.")["Ride."] == ["# Use"]


def test_the_title_is_no_heading_of_its_passages() -> None:
    text = "# Camp rules\n\nIt is open.\n\n## Fees\n\nAll is free."
    spans = tuple(sentence_spans(text))
    passage = Passage("a", "Camp rules", True, None, None, "", 0, len(text), text, spans)
    assert [*headings(passage).values()] == [(), (), (), ("## Fees",)]


def test_the_names_of_columns_are_no_headings() -> None:
    text = "## Sizes\n\n| item | kg |\n|---|---|\n| tent | 2 |\n"
    spans = tuple(sentence_spans(text))
    passage = Passage("a", "a", False, None, None, "", 0, len(text), text, spans)
    assert headings(passage)[spans[-1]] == ("## Sizes",)


def test_the_depth_of_what_is_above_is_told_by_its_order() -> None:
    text = "Oil it.\n\nBrakes\n------\n\nCheck them.\n\nReturns\n=======\n\nSend it back."
    spans = tuple((a + 100, b + 100) for a, b in sentence_spans(text))
    lines = (((0, 4), "Care"), ((20, 25), "Chain"), ((90, 97), "| oil |"))
    passage = Passage("a", "a", False, None, None, "", 100, 100 + len(text), text, spans, (), lines)
    told = {passage.quote(span): found for span, found in headings(passage).items()}
    assert told["Oil it."] == ("Care", "Chain")
    assert told["Check them."] == ("Care", "Brakes")
    assert told["Send it back."] == ("Returns",)


ORG = "* Plants\nAll live.\n** Room 2\nWater it. Bring:\n- soap\n* Pests\n * gnats\n"


@pytest.mark.parametrize(
    ("name", "above"),
    [
        ("a.org", [(), ("* Plants",), ("* Plants",), ("* Plants", "** Room 2"),
                   ("* Plants", "** Room 2"), ("* Plants", "** Room 2"), (), ("* Pests",)]),
        ("a.md", [()] * 8),
    ],
)  # fmt: skip
def test_stars_are_headings_in_org_alone(name: str, above: list[tuple[str, ...]]) -> None:
    spans = tuple(sentence_spans(ORG))
    passage = Passage(name, name, False, None, None, "", 0, len(ORG), ORG, spans)
    assert [*headings(passage).values()] == above
    told = {passage.quote(a): [*map(passage.quote, {*beside(passage, a)})] for a in spans}
    if name == "a.org":
        assert told["* Plants"] == ["All live."]
        assert told["** Room 2"] == ["Water it."]
        assert told["Bring:"] == ["- soap"]
    else:
        assert {*told["Bring:"]} == {"- soap", "* Pests", "* gnats"}


def test_a_passage_of_an_org_file_may_begin_below_its_headings() -> None:
    start = ORG.index("Water")
    document = Document("b/a.ORG", ORG, "a", False, None, None, "")
    _, (whole,) = split(document, lambda texts: [len(text) for text in texts], 1000)
    assert headings(whole)[(start, start + 9)] == ("* Plants", "** Room 2")
    lines = (((0, 8), "* Plants"), ((19, 28), "** Room 2"))
    text, spans = ORG[start:], tuple(s for s in whole.sentences if s[0] >= start)
    below = Passage("a.org", "a", False, None, None, "", start, len(ORG), text, spans, (), lines)
    assert [*headings(below).values()][2:] == [*headings(whole).values()][3:]


TERMS = """OPTIONS
-------
-f::
--force::
\tRemove it at once.  Ask nobody,
\tand tell nobody.

-q::

\tBe quiet.
+
There is no other way to be quiet.

--mode=<mode>::
\tHow it is removed.
+
--
slow::
\tTake all the time.
--
+
The default is fast.

The command returns 0.

-x::
\tDo not remove it.

FILES
-----
None.
"""


def test_what_explains_a_term_stands_under_it() -> None:
    told = {line: at[1:] for line, at in above(TERMS).items()}
    assert told["Ask nobody,\n\tand tell nobody."] == ["-f::", "--force::"]
    assert told["Be quiet."] == told["There is no other way to be quiet."] == ["-q::"]
    assert told["How it is removed."] == ["--mode=<mode>::"]
    assert told["Take all the time."][-1] == "slow::"
    assert told["The default is fast."] == told["The command returns 0."] == []
    assert told["Do not remove it."] == ["-x::"]
    assert above(TERMS)["None."] == ["FILES"]


def test_a_term_leads_to_what_explains_it() -> None:
    spans = tuple(sentence_spans(TERMS))
    passage = Passage("a", "a", False, None, None, "", 0, len(TERMS), TERMS, spans)
    term = next(span for span in spans if passage.quote(span) == "-f::")
    told = [*map(passage.quote, beside(passage, term))]
    assert {*told} == {"--force::", "Remove it at once.", "Ask nobody,\n\tand tell nobody."}
    assert above("- as follows::\n\n  Do it.")["Do it."] == []
