"""PDF: pages, paragraphs, running heads, tables."""

import pytest
from loading import load, make_pdf, text_page

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
