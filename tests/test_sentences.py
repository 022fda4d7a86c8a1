"""Sentences: what ends one and what does not, exact offsets, odd input, and a checked gold."""

import json
import re
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import sentence_spans

ROOT = Path(__file__).resolve().parent.parent
GOLD = json.loads((ROOT / "tests" / "gold_sentences.json").read_text("utf-8"))


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def check_spans(text: str, spans: list[tuple[int, int]]) -> None:
    at = 0
    for start, end in spans:
        assert at <= start < end
        assert not text[at:start].strip()
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    "expected",
    [
        ["The U.S. has called for talks.", "It left the U.S.", "The next day it came back."],
        ["H.R.H. the queen opened it.", "It is the N.A.T.O. base now."],
        ["It opens at 14:00.", "We won 3:2.", "Then we went home."],
        ["**1. Air.**", "Three quotes arrived.", "**2. Chalk.**", "It is forbidden."],
        ["__2. Dues__ are paid in May.", "It rose to **12.**", "Then it fell."],
        ["They wrote on Oct. 13 to Mr. J. R. R. Hale of Hale Inc. in London.", "He said no."],
        ["A 2,000-pound bomb cost $3.5 million.", "See No. 5, e.g. Fig. 2, in run.py v1.2.3."],
        ["Order no. GF-1008 is red, sec. B2 is blue.", "He said no.", "GF is a firm."],
        ["“This is a big mistake.”", "Not for the first time, they left."],
        ["“No!” he said.", "“We waited for a plan.", "But there is none.”", "Then they left."],
        ["“Why now?” the man asked.", '"It is over."', "(So it was.)", "Fine."],
        ["It made the Palestinian Authority (PA), which ruled.", "The PA was driven out."],
        ["He was 18.", "She waited … and left... at 5 p.m. on Monday.", "Why?!", "No idea."],
        ["It grew.[12]", "It shrank.[note 3]", "See https://a.org/b.html?c=d.e for more."],
        ["the notes were sold in 2009.", "the company kept (some of) them.", "it grew approx. 5%."],
        ["Two things follow.", "1. This is a number.", "2. That is another."],
        ["Er kam am 3. Oktober, z. B. zu Dr. Maier.", "„Was ist los?“, fragte er.", "Sie ging."],
        ["M. Dupont a dit : « Non ! » et il est parti.", "« C’est fini. »", "Rien d’autre."],
        ["El Sr. Ruiz llegó.", "¿Qué pasa?", "¡Nada!", "Véase la pág. 5 del libro."],
    ],
)
def test_prose(expected: list[str]) -> None:
    text = "  " + " ".join(expected) + "\n"
    assert sentences(text) == expected
    check_spans(text, sentence_spans(text))


def test_offsets() -> None:
    assert sentence_spans(" One.  Two!\n\n Three\n") == [(1, 5), (7, 11), (14, 19)]
    assert sentence_spans("") == sentence_spans(" \n\t") == []


def test_dots_that_lead_to_a_figure_end_no_sentence() -> None:
    lines = [
        "Crane, per lift ........ 20 EUR",
        "3 Hoses ............ 112",
        "It stopped .... 5 of us.",
    ]
    assert sentences("\n".join(lines)) == [*lines[:2], "It stopped ....", "5 of us."]


def test_ideographic_full_stops() -> None:
    assert sentences("今日は晴れ。明日は雨！本当？") == ["今日は晴れ。", "明日は雨！", "本当？"]
    assert sentences("他说：“走吧。”然后走了。") == ["他说：“走吧。”", "然后走了。"]


def test_missing_space_and_spelt_line_end() -> None:
    assert sentences("They paid by mail.They kept it.") == ["They paid by mail.", "They kept it."]
    assert sentences(r"Made of tin.\n\n2. St. Anne") == ["Made of tin.", r"\n\n2. St. Anne"]


def test_lines_and_paragraphs() -> None:
    assert sentences("by the U.S.\n\nRelated Posts\n\nLeave a Reply\n\nIt will not be.") == [
        "by the U.S.", "Related Posts", "Leave a Reply", "It will not be.",
    ]  # fmt: skip
    note = "_CLARIFICATION: This story has been updated to include more._"
    assert sentences(f"It has vowed to go.\n\n{note}\n") == ["It has vowed to go.", note]
    assert sentences("source: amp.cnn.com\nurl: https://a.b/c.html\n---\nText.") == [
        "source: amp.cnn.com", "url: https://a.b/c.html", "---", "Text.",
    ]  # fmt: skip
    assert sentences("| a | 1.5 |\n| b | 2.5 |\n\n- one\n- two") == [
        "| a | 1.5 |", "| b | 2.5 |", "- one", "- two",
    ]  # fmt: skip


def test_wrapped_prose() -> None:
    text = (
        "The country exports a great deal of coffee, sugar and\n"
        "Brazil nuts, and has done so for more than a hundred\n"
        "years. Most of it leaves by sea.\n"
    )
    assert sentences(text) == [text[:113], text[114:-1]]


def test_a_fence_is_a_line_of_its_own() -> None:
    code = "crate run test --workspace=all --workspace=none --and-more"
    text = f"Run the tests of both of them at once:\n\n```\n{code}\n```\nThen wait.\n"
    assert [text[a:b] for a, b in sentence_spans(text)] == [
        "Run the tests of both of them at once:", "```", code, "```", "Then wait.",
    ]  # fmt: skip


def test_lines_of_code_and_rows_of_tables_stay_what_they_are() -> None:
    code = "git clone https://example.org/a-long-name/of-some-repository.git\ncd the-repository"
    row = "| Visits | Please register. Ask at the desk. |"
    text = f"Build it:\n\n```\n{code}\n\n{code}\n```\nThen wait.\n\n{row}\n"
    lines = code.split("\n")
    assert [text[a:b] for a, b in sentence_spans(text)] == [
        "Build it:", "```", *lines, *lines, "```", "Then wait.", row,
    ]  # fmt: skip


def test_numbers_of_marked_headings_and_items_end_no_sentence() -> None:
    assert sentences("## 1. Fees\n\n- 2. Pay it. Now.") == ["## 1. Fees", "- 2. Pay it.", "Now."]


def test_manual_pages() -> None:
    text = (
        "SYNOPSIS\n       crate drop [options] name@version\n       crate drop [options] name\n\n"
        "OPTIONS\n       -i, --ignore-case\n\t      Ignore case distinctions in  patterns and\tin\n"
        "\t      data.\n\n       --no-case\n              Do not ignore it.\n"
    )
    assert [" ".join(sentence.split()) for sentence in sentences(text)] == [
        "SYNOPSIS", "crate drop [options] name@version", "crate drop [options] name", "OPTIONS",
        "-i, --ignore-case Ignore case distinctions in patterns and in data.",
        "--no-case Do not ignore it.",
    ]  # fmt: skip


WORDS = st.sampled_from(
    ["The", "U.S.", "No.", "5", "12.", "Oct.", "end.", "why?", "“No!”", "it", "Mr.", "J.", "said.",
     "(so.)", "...", "e.g.", "Inc.", "。", "\n", "\n\n", "|", "»", "[1]", "\\n", "\xa0", "\x1c"]
)  # fmt: skip


@given(st.one_of(st.text(), st.lists(WORDS).map(" ".join), st.lists(WORDS).map("".join)))
def test_nothing_is_lost(text: str) -> None:
    check_spans(text, sentence_spans(text))


@given(st.lists(WORDS.filter(lambda word: word.isprintable() and "\\" not in word)).map(" ".join))
def test_a_sentence_is_one_sentence(text: str) -> None:
    for sentence in sentences(text):
        assert sentence_spans(sentence) == [(0, len(sentence))]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 2_000_000, 1),
        ("a. " * 666_666, 1),
        ('"' * 2_000_000, 1),
        ("\n" * 400_000, 0),
        ("." * 2_000_000, 1),
        ("... " * 500_000, 1),
        ("1. " * 100_000, 99_999),
        ("a" + " " * 2_000_000 + "b", 1),
        ("no full stop " * 150_000, 1),
    ],
    ids=["letter", "initials", "quotes", "blank", "dots", "ellipses", "numbers", "gap", "words"],
)
def test_huge_odd_texts(text: str, count: int) -> None:
    spans = sentence_spans(text)
    assert len(spans) == count
    check_spans(text, spans)


@pytest.mark.parametrize("name", sorted(GOLD))
def test_gold(name: str) -> None:
    """The seeds hold 136 boundaries between sentences; none is wrong, so F1 is 1."""
    assert sentences((ROOT / "seeds" / name).read_text("utf-8")) == GOLD[name]


def test_gold_is_whole() -> None:
    assert sum(len(gold) - 1 for gold in GOLD.values()) == 136


def test_a_heading_and_a_rule_have_their_lines_for_themselves() -> None:
    rule = "===== ============================ ====================="
    for line in ("= The charter and the charges of the library here", "#" + " of care" * 9, rule):
        assert sentences(f"{line}\nand so on, as it is told.") == [
            line,
            "and so on, as it is told.",
        ]
    assert sentences("#. Press it.\n#. Turn it. Wait.") == ["#. Press it.", "#. Turn it.", "Wait."]


def test_a_row_of_an_asciidoc_table_may_have_a_line_for_each_cell() -> None:
    table = "|===\n|Item |Loan |Late\n\n|Books\n|3 weeks. Or 4\n|20p\n|CDs |1 week\n|5p\n|===\n"
    rows = ["|Books\n|3 weeks. Or 4\n|20p", "|CDs |1 week\n|5p"]
    assert sentences(table) == ["|===", "|Item |Loan |Late", *rows, "|==="]
    assert sentences(f"{table}|a\n|b\n") == [*sentences(table), "|a", "|b"]
    told = '[cols="1,2*^",options="header"]'
    assert sentences(f"{told}\n|===\n|a\n|b\n|c\n|d\n\n|e\n|===") == [
        told, "|===", "|a\n|b\n|c", "|d", "|e", "|===",
    ]  # fmt: skip
    spanned = "|===\n|a |b\n\n|c\nm|d\n|e\n|f\n|==="  # a cell with marks of its own
    assert sentences(spanned)[2:] == ["|c", "m|d", "|e", "|f", "|==="]


PROSE = "The library lends books, maps and films to all who live in\nthe town. It is free."
LINES = ["The library lends books, maps and films to all who live in\nthe town.", "It is free."]


@pytest.mark.parametrize("mark", '=-~^#*+"`')
def test_an_underline_opens_no_block_of_code(mark: str) -> None:
    rule = mark * 20
    assert sentences(f"1. Who may borrow?\n{rule}\n{PROSE}\n\n{PROSE}") == [
        "1. Who may borrow?", rule, *LINES, *LINES,
    ]  # fmt: skip
    heading = "A heading that is longer than other lines here"
    assert sentences(f"{heading}\n{mark * 46}\n{PROSE}")[:2] == [heading, mark * 46]


def test_a_block_of_code_ends_with_the_like_of_what_it_began_with() -> None:
    code = "~~~~\nThe one line is longer than forty characters, and\ngoes on\n```\nls\n~~~\n~~~~"
    assert sentences(f"Run it:\n{code}\n{PROSE}") == ["Run it:", *code.split("\n"), *LINES]
    assert sentences(f"```Lend it.```\n\n{PROSE}")[-2:] == LINES


@pytest.mark.parametrize(
    "sentence",
    [
        "A merge with changes of your own that are not saved is\ndiscouraged: it may lose them.",
        "The 'git merge-msg' command can be\nused to give a good text for automated merges of all.",
        "They are listed with it, and are then restored\n"
        "(perhaps elsewhere) with another command that takes the same names.",
        "They are listed with it, and are then restored\n"
        "`by another` command, and that takes the same names of the changes.",
        "They are listed with the command, but this one does\n*not* restore them, as it is told.",
        "- It is not said how many books\n  there are, nor who may borrow them from the library.",
        "and if you have read about the\nlibrary of the town, you know who may borrow its books.",
    ],
)
def test_a_line_end_within_a_sentence(sentence: str) -> None:
    assert sentences(f"{sentence}\n") == [sentence]


@pytest.mark.parametrize(
    "text",
    [
        "title: The library of the town and of all its villages\nsource: a.org\nlang: en",
        "Web\n    curl\nNet\n    w3m, and whatever else there is to read pages with it",
        "rule one(a, b);\nrule_two = [1]\nThe longest line is one of words, but for the others",
        "Open hours\nweekdays\nThe longest line is one of words, and stands below the others",
    ],
)
def test_lines_that_are_none_of_prose_stay_apart(text: str) -> None:
    assert sentences(text) == [line.strip() for line in text.split("\n")]


@pytest.mark.parametrize("indent", [" ", "> "])
def test_deeply_indented_lines_are_read_in_linear_time(indent: str) -> None:
    began = time.monotonic()
    assert len(sentences(f"It rains.\n{indent * 100_000}It pours.")) == 2
    assert time.monotonic() - began < 10  # seconds; minutes where each blank is tried


def test_sentences_run_over_the_lines_of_a_quotation() -> None:
    text = (
        "You wrote:\n> Dear Nora,\n>\n> the balcony is taken. We can offer you the\n"
        "> garden room for 112 EUR for each night, i.e.\n> about 560 EUR in all. It is one that\n"
        "> > has the large bed\n> you know.\nThank you for it, I take that room.\n"
    )
    assert sentences(text) == [
        "You wrote:",
        "> Dear Nora,",
        ">",
        "> the balcony is taken.",
        "We can offer you the\n> garden room for 112 EUR for each night, i.e.\n"
        "> about 560 EUR in all.",
        "It is one that",
        "> > has the large bed",
        "> you know.",
        "Thank you for it, I take that room.",
    ]
    check_spans(text, sentence_spans(text))


@pytest.mark.parametrize(
    "stamp",
    [
        "[20/03/2026, 21:12:30] ",
        "20/03/2026, 21:12 - ",
        "3/20/26, 9:12 PM - ",
        "20.03.26, 21:12 - ",
        "2026-03-20 21:12:30 ",
        "2026-03-20T21:12 ",
    ],
)
def test_a_line_that_opens_with_a_time_is_one_of_a_chat_or_log(stamp: str) -> None:
    lines = [
        f"{stamp}Lotte: The minutes of today are that we buy it, and Piet collects the money",
        f"{stamp}Omar: is this blight",
        f"{stamp}Greta: looks like it, take off the leaves",
    ]
    assert sentences("\n".join(lines)) == lines


SEEDS = sorted((Path(__file__).parents[1] / "seeds").glob("*.txt"))


@pytest.mark.parametrize(
    ("width", "torn"),
    [(30, 6), (36, 4), (44, 2), (52, 0), (60, 0), (66, 0), (72, 0), (80, 0)],
)
def test_paragraphs_have_their_sentences_however_they_are_wrapped(width: int, torn: int) -> None:
    counted = 0
    for seed in SEEDS:
        for paragraph in seed.read_text("utf-8").split("---\n")[-1].strip().split("\n\n"):
            wrapped = textwrap.fill(paragraph, width, break_on_hyphens=False)
            found, wanted = (
                [re.sub(r"\s", "", text[start:end]) for start, end in sentence_spans(text)]
                for text in (wrapped, paragraph)
            )
            counted += sum(sentence not in found for sentence in wanted)
    assert counted == torn  # of 135, in paragraphs of two or three lines


@pytest.mark.parametrize(
    "lines",
    [
        ["minsamples 32", "maxslewrate 50", "corrtime 1000", "maxdrift 5000", "makestep 0.12"],
        ["Mon 9 to 17 h", "Tue 9 to 17 h", "Wed 9 to 17 h", "Thu 9 to 17 h"],
        ["users = _users", "hosts = _hosts", "ports = _ports", "paths = _paths"],
    ],
)
def test_short_lines_of_one_length_are_no_wrapped_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert [text[start:end] for start, end in sentence_spans(text)] == lines


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Of all the rules that the court looked at in the year it took article\n34. It won.", 2),
        ("It was found, as we know from the reports of those who were there then\n– once.", 1),
        ("Among the many museums that a visitor of the town may see on all Sundays are:\n"
         "the first museum of posters, and one of the largest collections of clocks.", 1),
        ("For the dough one needs, besides some patience and a warm place to rest in:\n"
         "flour\nsugar", 3),
        ("33. He won the first round against those who had come from the other towns\n"
         "34. She lost", 2),
    ],
)  # fmt: skip
def test_a_full_line_goes_on_with_a_sign_or_after_a_colon(text: str, sentences: int) -> None:
    assert len(sentence_spans(text)) == sentences
