"""PDF: pages, paragraphs, running heads, tables."""

import pytest
from loading import HYPHEN, SMILE, SOFT_HYPHEN, load, make_pdf, text_page

from rag.load import CannotLoad

LONG = "This line is long enough to reach the right margin of the text, as most lines of prose do"


def test_pages_begin_where_they_say() -> None:
    document, notes = load(
        make_pdf([text_page("One."), [], text_page("Three."), text_page("Four.")]), "a.pdf"
    )
    assert [document.text[at : at + 3] for at in document.pages] == [
        "One",
        "\n\nT"[:3],
        "Thr",
        "Fou",
    ]
    assert notes == ["page without text: 2"]


def test_lines_of_a_paragraph_are_joined_and_paragraphs_are_not() -> None:
    page = text_page(LONG, "and it goes on here.", "", "A heading", "", LONG, "until it ends.")
    document, _ = load(make_pdf([page]), "a.pdf")
    assert document.text.split("\n\n") == [
        f"{LONG} and it goes on here.",
        "A heading",
        f"{LONG} until it ends.",
    ]


def test_a_line_that_is_nearly_full_runs_on_in_lower_case_only() -> None:
    nearly = LONG[: -len(" prose do")]
    page = text_page(LONG, nearly, "and so on.", "", LONG, nearly, "A heading")
    document, _ = load(make_pdf([page]), "a.pdf")
    assert document.text.split("\n\n") == [
        f"{LONG} {nearly} and so on.",
        f"{LONG} {nearly}",
        "A heading",
    ]


def test_broken_words_are_mended_and_compounds_kept() -> None:
    page = text_page(f"{LONG} govern-", "ment of the state-run firm.", "", f"{LONG} state-", "run.")
    document, _ = load(make_pdf([page]), "a.pdf")
    assert "government of" in document.text
    assert document.text.endswith("state-run.")


@pytest.mark.parametrize(
    ("before", "others", "mended"),
    [
        ([], 0, "furtraders"),  # a line of two ends so
        ([], 60, "fur-traders"),
        (["A fur-traders' hut."], 0, "fur-traders"),
        (["The furtraders."], 60, "furtraders"),
        ([f"{LONG} govern-", "ment of the", "government."], 60, "furtraders"),
        ([f"{LONG} state-", "run and", "state-run."], 90, "fur-traders"),
    ],
)
def test_what_a_line_broke_is_mended_as_the_file_has_it(
    before: list[str], others: int, mended: str
) -> None:
    lines = [*before, "", f"{LONG} fur-", "traders."]
    pages = [text_page(*lines), *[text_page(*([LONG] * 30), "")] * (others // 30)]
    document, _ = load(make_pdf(pages), "a.pdf")
    assert f"{LONG} {mended}." in document.text


@pytest.mark.parametrize("hyphen", [HYPHEN, SOFT_HYPHEN])
def test_hyphens_of_other_kinds_break_words_too(hyphen: str) -> None:
    page = text_page(f"{LONG} reop{hyphen}", f"ened by the state{HYPHEN}run firm.", "")
    page += text_page(f"{LONG} state{hyphen}", "run.", "", f"10{HYPHEN}", "20", top=600)
    document, _ = load(make_pdf([page]), "a.pdf")
    assert document.text.split("\n\n") == [
        f"{LONG} reopened by the state\u2010run firm.",
        f"{LONG} state-run.",
        "10\u2010 20",
    ]


def test_a_line_that_begins_with_an_odd_letter_stays_in_its_paragraph() -> None:
    page = [*text_page(LONG), (72, 688, "f"), (74, 688, "irst of all, and to the end.")]
    document, _ = load(make_pdf([page], sizes={"f": 6}), "a.pdf")
    assert document.text == f"{LONG} first of all, and to the end."


def test_a_mark_in_a_size_of_its_own_begins_a_paragraph() -> None:
    note = LONG[: -len(" prose do")]
    page = [*text_page(LONG), (72, 690, "2"), (90, 688, note), (72, 676, "and so on.")]
    document, _ = load(make_pdf([page], sizes={"2": 6}), "a.pdf")
    assert document.text == f"{LONG}\n\n2 {note} and so on."


Placed = list[tuple[float, float, str]]
JUSTIFIED = [
    "It understands",
    "machinery of a kind",
    "that we need and no",
    "lathes of",
    "agriculture",
]


def spread(*lines: str, right: float = 192, indent: float = 0, top: float = 700) -> Placed:
    """Words in 10-point Courier, spread from a left margin at 72 to the right one."""
    placed: Placed = []
    for number, words in enumerate(map(str.split, lines)):
        left = 72 + (0 if number else indent)
        space = (right - left - 6 * sum(map(len, words))) / max(len(words) - 1, 1)
        for word in words:
            placed.append((left, top - 12 * number, word))
            left += 6 * len(word) + space
    return placed


def test_justified_text_in_a_narrow_column_is_no_table() -> None:
    document, _ = load(make_pdf([spread(*JUSTIFIED, indent=12)], font="Courier"), "a.pdf")
    assert document.text == " ".join(JUSTIFIED)


@pytest.mark.parametrize(
    ("placed", "rows"),
    [
        (spread("Fees 14", "Tax 20", "Sum 34", top=600), ["Fees|14", "Tax|20", "Sum|34"]),
        (
            spread("Fees 14", "Accommodation 9", right=180, top=600),
            ["Fees|14", "Accommodation|9"],
        ),
        (
            [(72, 600, "Fees"), (110, 600, "14"), (186, 600, "9"), (72, 588, "Accommodation")],
            ["Fees|14|9", "Accommodation"],
        ),
        (
            [(150, 600, "a"), (186, 600, "9"), (72, 588, "Accommodation")],
            ["a|9", "Accommodation"],
        ),
        (spread("a b c d e f", "1 2 3 4 5 6", top=600), ["a|b|c|d|e|f", "1|2|3|4|5|6"]),
        (
            [(72, 600, "Net income"), (186, 600, "5"), (72, 588, "Tax"), (186, 588, "3")],
            ["Net income|5", "Tax|3"],
        ),
    ],
    ids=[
        "room for a word",
        "not to the margin",
        "uneven",
        "not from the margin",
        "six columns",
        "words in a cell",
    ],
)
def test_rows_between_the_margins_of_justified_text_stay_rows(
    placed: Placed, rows: list[str]
) -> None:
    document, _ = load(make_pdf([spread(*JUSTIFIED) + placed], font="Courier"), "a.pdf")
    assert document.text.split("\n\n") == [
        " ".join(JUSTIFIED),
        *(row.replace("|", "   ") for row in rows),
    ]


def test_one_line_makes_no_margin() -> None:
    document, _ = load(make_pdf([spread(*JUSTIFIED[2:])], font="Courier"), "a.pdf")
    assert document.text == "that we need and no\n\nlathes   of\n\nagriculture"


@pytest.mark.parametrize("mark", ["-", "+", "•", "1.", "(a)", "iv."])
def test_items_of_a_list_stay_apart(mark: str) -> None:
    document, _ = load(make_pdf([text_page(LONG, f"{mark} and more of it.")]), "a.pdf")
    assert document.text == f"{LONG}\n\n{mark} and more of it."


def test_numbered_items_stay_apart_though_they_end_without_a_mark() -> None:
    lines = ["Rules:", f"2. {LONG}", f"3. {LONG}"]
    document, _ = load(make_pdf([text_page(*lines)]), "a.pdf")
    assert document.text.split("\n\n") == lines


@pytest.mark.parametrize("number", ["34. He won", "(3) he won", "n) he won"])
def test_a_number_that_ends_up_at_a_line_s_start_is_no_item(number: str) -> None:
    document, _ = load(make_pdf([text_page(LONG, f"{number} in the end.")]), "a.pdf")
    assert document.text == f"{LONG} {number} in the end."


@pytest.mark.parametrize(
    ("last", "first", "goes_on"),
    [
        (LONG, "Berlin, where it ended.", True),
        (LONG, "1206 was the year.", True),
        (f"{LONG}.", "Berlin was next.", False),
        ("A short last line", "Berlin was next.", False),  # there was room for "Berlin"
        (LONG, "- Berlin", False),
    ],
)
@pytest.mark.parametrize("columns", [False, True])
def test_a_sentence_goes_on_where_its_line_had_no_room(
    last: str, first: str, goes_on: bool, columns: bool
) -> None:
    small = {last: 5.0, first: 5.0, LONG: 5.0}
    upper = [(50, 112, LONG), (50, 106, last)]
    lower = [(350 if columns else 50, 700, first)]
    pages = [upper + lower] if columns else [upper, lower]
    document, _ = load(make_pdf(pages, sizes=small), "a.pdf")
    between = " " if goes_on else "\n\n"
    assert document.text.endswith(f"{last}{between}{first}")


def test_nothing_goes_on_in_print_of_another_size() -> None:
    pages = [text_page(LONG, LONG), text_page("Berlin")]
    document, _ = load(make_pdf(pages, sizes={"Berlin": 20}), "a.pdf")
    assert document.text == f"{LONG} {LONG}\n\n# Berlin"


def test_wide_words_need_more_room_than_others() -> None:
    lines = [LONG, LONG[: -len(" of prose do as")], "WWWWWWWWWW is wide, and begins nothing"]
    document, _ = load(make_pdf([text_page(*lines)]), "a.pdf")
    assert document.text == " ".join(lines)


@pytest.mark.parametrize("odd", ["\x03", SMILE])
def test_a_character_that_is_counted_otherwise_moves_nothing(odd: str) -> None:
    page = text_page(f"{LONG[:40]}{odd * 40}.", "", LONG, f"of which {LONG[:77]}", "it ends here.")
    document, _ = load(make_pdf([page]), "a.pdf")
    assert document.text.split("\n\n")[-1] == f"{LONG} of which {LONG[:77]} it ends here."


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("Di\x1berent e\x1eciency, in\x1duence, o\x1fine, \x1cnd.",
         "Different efficiency, influence, offline, find."),
        ("The di\x0berence de\x0cned an e\x0ecient ba\x0fe.",
         "The difference defined an efficient baffle."),
        ("The \x10e\x1bect\x11 on pages 3\x154 \x16 none.", "The “effect” on pages 3–4 — none."),
        ("De\x0cned as x\x10 y\x11.", "Defined as x y."),
    ],
)  # fmt: skip
def test_ligatures_of_fonts_that_do_not_tell_them(line: str, text: str) -> None:
    assert load(make_pdf([text_page(line)]), "a.pdf")[0].text == text


def test_a_currency_stays_with_its_number() -> None:
    page = [(72, 700, "Net sales"), (300, 700, "$"), (340, 700, "37,472")]
    document, _ = load(make_pdf([page]), "a.pdf")
    assert document.text == "Net sales   $ 37,472"


def test_rows_of_a_table_stay_apart() -> None:
    page = [(72, 700, "Net sales"), (300, 700, "37,472"), (400, 700, "35,870")]
    page += [(72, 688, "Operating income"), (300, 688, "13,914"), (400, 688, "12,916")]
    document, _ = load(make_pdf([page]), "a.pdf")
    assert document.text == "Net sales   37,472   35,870\n\nOperating income   13,914   12,916"


def test_running_heads_are_left_out_and_what_stands_in_the_text_is_not() -> None:
    pages = [
        [
            (72, 760, "Annual Report"),
            *text_page(f"Body {word}.", "Annual Report"),
            (300, 30, f"{n}"),
        ]
        for n, word in enumerate(["alpha", "beta", "gamma", "delta"], 1)
    ]
    document, _ = load(make_pdf(pages), "a.pdf")
    assert document.text.startswith("Body alpha.")
    assert document.text.count("Annual Report") in (0, 4)
    assert not any(line.isdigit() for line in document.text.split())


WORDS = ("alpha", "beta", "gamma", "delta", "eta", "theta", "iota", "kappa", "mu", "nu")


@pytest.mark.parametrize(
    "head",
    [
        "Annual report 2023 | {page}",
        "Page {page} of 40",
        "Annual Report {page}",
        "Seite {page}",
        "- {page} -",
        "{page}",
        "F-{page}",
        "Guide to the archive 3-{page}",
        "Chapter {chapter}   {page}",
        "Part {chapter}",
        "Terms may change at any time.",
    ],
)
@pytest.mark.parametrize("bottom", [760, 30])
def test_heads_that_differ_in_the_page_s_number_go(head: str, bottom: float) -> None:
    pages = []
    for n, word in enumerate(WORDS):
        cells = head.format(page=n, chapter=1 + n // 5).split("   ")
        printed = [(72 + 300 * at, bottom, cell) for at, cell in enumerate(cells)]
        pages.append([*printed, *text_page(f"Body {word}.")])
    document, _ = load(make_pdf(pages), "a.pdf")
    assert document.text.split("\n\n") == [f"Body {word}." for word in WORDS]


def test_heads_that_name_short_chapters_go_by_the_number_of_their_page() -> None:
    pages = [
        [(72, 760, f"Chapter {n}: On {word} | {n + 5}"), *text_page(f"Body {word}.")]
        for n, word in enumerate(WORDS)
    ]
    pages[4] = text_page("Body eta.")
    document, _ = load(make_pdf(pages), "a.pdf")
    assert document.text.split("\n\n") == [f"Body {word}." for word in WORDS]


@pytest.mark.parametrize(
    "line",
    [
        "Total of month {page}: {other} euros.",
        "Invoice {invoice}",
        "Invoice {invoice}: the customer owes {other} euros.",
        "Ticket {page}",
        "Price {page} euros",
        "Sum - {other}",
        "Invoice INV-{invoice}",
        "Log of the ward, 2024-05-{day:02}",
        "2024-5-{day}",
        "{day}/5/2024 log of the ward",
    ],
)
@pytest.mark.parametrize("bottom", [760, 30])
def test_lines_that_differ_in_another_number_stay(line: str, bottom: float) -> None:
    lines = [line.format(page=n, invoice=1001 + n, other=17 * n * n, day=n + 1) for n in range(10)]
    pages = [
        [(72, bottom, said), *text_page(f"Body {word}.", "More text.", "The end.")]
        for said, word in zip(lines, WORDS, strict=True)
    ]
    document, _ = load(make_pdf(pages), "a.pdf")
    assert [said for said in lines if said in document.text.split("\n\n")] == lines


def test_of_two_pages_small_heads_and_the_numbers_go() -> None:
    pages = [
        [(72, 760, "The Daily News"), (72, 740, "Minutes"), *text_page(f"{n}. {LONG}", LONG)]
        + [(72, 60, "All rights reserved"), (300, 40, f"Page {n}")]
        for n in (1, 2)
    ]
    sizes = {"The Daily News": 7.0, "All rights reserved": 9.9}
    document, _ = load(make_pdf(pages, sizes=sizes), "a.pdf")
    assert document.text.split("\n\n") == [
        part for n in (1, 2) for part in ("Minutes", f"{n}. {LONG} {LONG}", "All rights reserved")
    ]


def test_a_head_of_three_pages_is_one_only_where_they_follow_each_other() -> None:
    grades = [1, 3, 2, 1, 2, 3, 1, 2, 3, 1]
    pages = [text_page(f"Pupil {w}.", "", f"Grade {g}") for w, g in zip(WORDS, grades, strict=True)]
    document, _ = load(make_pdf(pages), "a.pdf")
    assert document.text.count("Grade 1") == 4


def test_no_page_with_words_is_emptied() -> None:
    document, notes = load(make_pdf([text_page("All rights reserved", "7")] * 5), "a.pdf")
    assert document.text.count("All rights reserved") == 5
    assert notes == []


def test_a_sentence_that_runs_over_a_page_is_one() -> None:
    document, _ = load(make_pdf([text_page(LONG), text_page("and ends here.", "More.")]), "a.pdf")
    assert f"{LONG} and ends here." in document.text
    assert document.text[document.pages[1] :].startswith("and ends here.")


@pytest.mark.parametrize(
    ("title", "taken"),
    [("The Big Report", True), ("0000320193-22-000070", False), ("Microsoft Word - a.doc", False)],
)
def test_title_and_date_are_the_files_own(title: str, taken: bool) -> None:
    document, _ = load(make_pdf([text_page("One.")], title=title), "a.pdf")
    assert (document.title, document.titled) == (title if taken else "a.pdf", taken)
    assert document.date == "2024-02-29"


def test_a_scan_is_refused() -> None:
    with pytest.raises(CannotLoad, match="no text on any page; it may be a scan"):
        load(make_pdf([[], []]), "a.pdf")


def test_a_damaged_file_is_refused() -> None:
    with pytest.raises(CannotLoad, match="damaged"):
        load(b"%PDF-1.4\ngarbage", "a.pdf")


def test_what_is_larger_or_bolder_than_the_text_is_a_heading() -> None:
    sizes = {"The care of bats": 18, "What they eat": 14, "and drink": 14, "Also large.": 14}
    page = text_page(
        "The care of bats", "", "What they eat", "and drink", "", LONG, "and more.", "",
        "Insects", LONG, "and so on.", "", "Also large.", "", "Where they live", "", "In trees.",
    )  # fmt: skip
    data = make_pdf([page], sizes=sizes, bold={"Insects", "Where they live"})
    document, _ = load(data, "a.pdf")
    assert document.text.split("\n\n") == [
        "# The care of bats",
        "## What they eat and drink",
        f"{LONG} and more.",
        "### Insects",
        f"{LONG} and so on.",
        "Also large.",
        "### Where they live",
        "In trees.",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "Introduction . . . . . . . 12",
        "• a tent",
        "12",
        "It is free of charge,",
        "and a very long line " * 8,
    ],
)
def test_not_all_that_is_large_or_bold_is_a_heading(line: str) -> None:
    line = line.strip()
    page = text_page(LONG, "and more.", "", line, "", LONG, "and so on.")
    for data in (make_pdf([page], sizes={line: 14}), make_pdf([page], bold={line})):
        assert "#" not in load(data, "a.pdf")[0].text


def test_bold_words_within_a_paragraph_or_over_the_rows_of_a_table_are_no_heading() -> None:
    within = text_page(LONG, LONG, "and so on.", "", "Paid until March")
    row = [(72.0, 500.0, "Fees"), (300.0, 500.0, "12,000")]
    data = make_pdf([[*within, *row]], bold={within[1][2], "Paid until March"})
    assert "#" not in load(data, "a.pdf")[0].text


def test_a_page_may_begin_with_a_heading() -> None:
    pages = [text_page(LONG, "and more."), text_page("Fees", "", LONG, "and so on.")]
    document, _ = load(make_pdf(pages, bold={"Fees"}), "a.pdf")
    assert document.text[document.pages[1] :].startswith("# Fees\n\n")


def test_more_sizes_than_levels() -> None:
    titles = [f"Part {n}" for n in "ABCDEFGH"]
    lines = [line for title in titles for line in (title, "", LONG, "and so on.", "")]
    sizes = {title: 26 - 2 * n for n, title in enumerate(titles)}
    document, _ = load(make_pdf([text_page(*lines)], sizes=sizes), "a.pdf")
    marks = [block.partition(" ")[0] for block in document.text.split("\n\n") if "Part" in block]
    assert marks == ["#", "#", "#", "##", "###", "####", "#####", "######"]


def test_bullets_that_are_told_as_lines_belong_to_what_stands_beside_them() -> None:
    lines = ["flood;", "wear and tear;", "theft."]
    page = text_page("These are not insured:", top=720)
    for n, line in enumerate(lines):
        page += [(56.0, 698.0 - 20 * n, "•"), (74.0, 700.0 - 20 * n, line)]
    page += [(56.0, 600.0, "•"), (74.0, 560.0, "Far below.")]
    document, _ = load(make_pdf([page], sizes={"•": 14}), "a.pdf")
    items = [f"• {line}" for line in lines]
    assert document.text.split("\n\n") == ["These are not insured:", *items, "Far below."]


TYPED = "/Subtype /Widget /FT /Tx /T (a) /V ({}) /Rect [{} {} {} {}] /F {}"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ([], ["Tenant:", "Has a pet", "Rent is due monthly."]),
        (
            [TYPED.format("Mary Miller", 150, 696, 300, 712, 4)],
            ["Tenant: Mary Miller", "Has a pet", "Rent is due monthly."],
        ),
        (
            [TYPED.format(r"First line\nand second", 72, 600, 300, 640, 4)],
            ["Tenant:", "Has a pet", "Rent is due monthly.", "First line and second"],
        ),
        (
            ["/Subtype /Widget /FT /Btn /T (b) /V /Yes /AS /Yes /Rect [72 670 82 680] /F 4"],
            ["Tenant:", "[x] Has a pet", "Rent is due monthly."],
        ),
        (
            ["/Subtype /FreeText /Contents (Paid on 3 May) /Rect [150 696 300 712] /F 4"],
            ["Tenant: Paid on 3 May", "Has a pet", "Rent is due monthly."],
        ),
        (  # hidden ones, comments, boxes that are not ticked, and buttons
            [
                TYPED.format("secret", 150, 696, 300, 712, 2),
                "/Subtype /Text /Contents (a comment) /Rect [150 696 300 712] /F 4",
                "/Subtype /Widget /FT /Btn /T (b) /V /Off /AS /Off /Rect [72 670 82 680] /F 4",
                "/Subtype /Widget /FT /Btn /Ff 65536 /T (c) /V (Send) /Rect [72 670 82 680] /F 4",
            ],
            ["Tenant:", "Has a pet", "Rent is due monthly."],
        ),
    ],
)
def test_what_was_typed_into_a_form_stands_where_it_is_seen(
    fields: list[str], told: list[str]
) -> None:
    page = [(72, 700, "Tenant:"), (90, 672, "Has a pet"), (72, 650, "Rent is due monthly.")]
    document, _ = load(make_pdf([page], fields=fields), "a.pdf")
    assert [" ".join(part.split()) for part in document.text.split("\n\n")] == told


def test_a_field_within_a_line_stands_before_the_words_behind_it() -> None:
    page = [(72, 700, "On"), (200, 700, "the tenant moves in."), (72, 650, "Rent is due monthly.")]
    data = make_pdf([page], fields=[TYPED.format("3 May 2024", 100, 696, 190, 712, 4)])
    document, _ = load(data, "a.pdf")
    line, _, _ = document.text.partition("\n\n")
    assert " ".join(line.split()) == "On 3 May 2024 the tenant moves in."


def test_a_long_value_is_read_and_an_endless_one_is_not() -> None:
    long, endless = "word " * 20_000, "word " * 200_000
    for text, told in ((long, f"{long}Bo"), (endless, "Bo")):
        fields = [
            TYPED.format(text, 72, 600, 300, 640, 4),
            TYPED.format("Bo", 72, 500, 300, 540, 4).replace("/T (a)", "/T (b)"),
        ]
        document, _ = load(make_pdf([[]], fields=fields), "a.pdf")
        assert document.text.split() == told.split()


def test_a_page_of_fields_alone_has_text() -> None:
    data = make_pdf([[]], fields=[TYPED.format("Mary Miller", 150, 696, 300, 712, 4)])
    assert load(data, "a.pdf")[0].text == "Mary Miller"


def test_a_form_that_a_program_draws_is_refused() -> None:
    data = make_pdf([text_page("Please wait...")], fields=[TYPED.format("x", 1, 1, 9, 9, 4)])
    data = data.replace(
        b"/AcroForm <<", b"/NeedsRendering true /AcroForm << /XFA [(template) 3 0 R]"
    )
    with pytest.raises(CannotLoad, match="XFA form"):
        load(data, "a.pdf")
