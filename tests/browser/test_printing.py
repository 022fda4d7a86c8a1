"""Articles as a browser prints them: their sentences are neither lost nor torn."""

import html
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from loading import load

from rag.sentences import sentence_spans

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
TORN = 1  # sentence an article: where lines end depends on the fonts of the machine
LOOKS = {
    "one column": "body { font: 11pt serif }",
    "large print": "body { font: 24pt sans-serif; line-height: 1.6 }",
    "two columns": "main { font: 11pt serif; columns: 2; text-align: justify; hyphens: auto }",
    "three columns": "main { font: 11pt serif; columns: 3; hyphens: auto }",
    "indented": "p { margin: 0; text-indent: 2em; text-align: justify }",
}


def sentences(text: str) -> list[str]:
    return [re.sub(r"\s", "", text[start:end]) for start, end in sentence_spans(text)]


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.stem)
def test_the_sentences_of_an_article_outlive_its_print(
    browser: "Browser", seed: Path, look: str
) -> None:
    document, _ = load(seed.read_bytes(), seed.name)
    text = document.text[document.body :]
    paragraphs = "".join(f"<p>{html.escape(part)}</p>" for part in text.split("\n\n"))
    page = browser.new_page()
    page.set_content(f"<html lang=en><style>{LOOKS[look]}</style><main>{paragraphs}</main></html>")
    data = page.pdf(
        format="A4",
        margin={"top": "2cm", "bottom": "2cm", "left": "1cm", "right": "1cm"},
        display_header_footer=True,
        header_template='<p style="font-size: 9px">The Daily News</p>',
        footer_template='<p style="font-size: 9px">Page <span class="pageNumber"></span></p>',
    )
    page.close()
    printed, _ = load(data, "printed.pdf")
    whole, found = re.sub(r"\s", "", printed.text), sentences(printed.text)
    assert [sentence for sentence in sentences(text) if sentence not in whole] == []
    assert len([sentence for sentence in sentences(text) if sentence not in found]) <= TORN
