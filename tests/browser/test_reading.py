"""Reading: the answer beside its sources; hostile text inert."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

import pytest

from browser.driving import ROOT, ask, opened
from browser.fake_chat import DOCUMENT, HOSTILE, QUOTE


@pytest.mark.parametrize("width", [1280, 768, 360])
def test_reading(browser: "Browser", address: str, width: int) -> None:
    with opened(browser, address, width) as page:
        assert page.title() == "rag"
        ask(page, f"How many trucks? {HOSTILE}")
        assert page.locator("#ask").input_value() == ""
        assert page.locator(".asked").text_content() == f"How many trucks? {HOSTILE}"
        assert page.locator(".sentence.quoted").text_content() == QUOTE
        assert page.locator(".text strong").text_content() == "225 trucks"
        assert page.locator(".support.unsupported .word").is_visible()
        assert page.locator("#panel mark").first.text_content() == f"Source 1: {QUOTE}"
        assert page.locator("#panel .source h3").first.text_content() == f"1{HOSTILE}"
        assert page.locator("#panel .facts").first.text_content() == "2024-10-23 · page 3"
        page.locator("a.mark").first.click()
        page.locator("mark:focus").wait_for()
        page.locator("mark.found").wait_for()
        inside = "document.activeElement.getBoundingClientRect()"
        assert page.evaluate(f"{inside}.top < innerHeight && {inside}.bottom > 0")
        beside = page.locator("#sources").bounding_box()
        chat = page.locator("#chat").bounding_box()
        assert beside and chat
        assert (beside["x"] >= chat["x"] + chat["width"] - 1) == (width >= 992)
        assert (beside["y"] >= chat["y"] + chat["height"] - 1) == (width < 992)
        others = page.locator("details.others .source")
        assert not others.first.is_visible()
        page.locator("details.others summary").click()
        assert "rank 3 · score 0.50" in (others.first.text_content() or "")
        page.locator(".source [data-do=open]").first.click()
        page.locator("#here").wait_for()
        assert page.locator("#viewer h2").text_content() == (
            "Blinken struggles to heal US-Israel rift after Hamas leader’s death"
        )
        page.keyboard.press("Escape")
        assert not page.locator("#viewer").is_visible()
        ask(page, "nothing")
        last = page.locator(".turn:last-child")
        assert last.get_by_text("The documents do not answer this.").is_visible()
        assert last.locator(".near li").count() == 3
        ask(page, "disagree")
        assert last.locator(".sides li").count() == 2
        assert last.locator(".sides .date").all_text_contents() == ["2024-10-23", "no date"]
        ask(page, "fail")
        told = f"The language model did not answer. The model is away. {HOSTILE}"
        assert last.locator(".notice.failed").text_content() == told
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide)
        box = page.locator("#ask").bounding_box()
        assert box and box["y"] + box["height"] <= 800  # the question is always in sight
        assert page.locator("#turns :is(img, script, iframe, style), #panel img").count() == 0
        if folder := os.environ.get("RAG_TEST_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/chat-{width}.png")


def test_nothing_jumps_while_an_answer_streams(page: "Page") -> None:
    page.evaluate(
        """() => { window.jumps = 0; new PerformanceObserver((list) => {
        for (const one of list.getEntries()) if (!one.hadRecentInput) window.jumps += one.value;
        }).observe({ type: 'layout-shift', buffered: false }); }"""
    )
    page.locator("#ask").fill("slow")
    page.locator("#ask").press("Enter")
    page.get_by_text("it goes on. Word by word it goes on. Word by word").wait_for()
    assert page.evaluate("window.jumps") < 0.1  # "good" by the usual measure of layout shift
    page.locator("#stop").click()
    page.locator("#go").wait_for()


def test_a_real_answer_leads_to_its_sentence_and_to_its_document(
    browser: "Browser", real: str
) -> None:
    with opened(browser, real) as page:
        ask(page, "How many aid trucks a day entered Gaza in April?")
        told = "compared to about 225 trucks per day that entered Gaza in April"
        sentence = page.locator(".sentence", has_text=told)
        sentence.locator("xpath=following-sibling::*[1]/a").click()
        found = page.locator("mark.found")
        said = (sentence.text_content() or "").strip()
        assert found.text_content() == f"Source {number_of(sentence)}: {said}"
        assert found.evaluate("e => e === document.activeElement")
        assert page.locator("mark").count() == len(page.locator(".sentence").all())
        page.locator(".source [data-do=open]").first.click()
        page.locator("#here").wait_for()
        assert words(page, ".whole mark") == words(page, ".sentence")
        article = (ROOT / "seeds" / DOCUMENT).read_text(encoding="utf-8")
        assert page.locator(".whole").text_content() == article.lstrip("\ufeff")
        here = page.locator("#here").bounding_box()
        assert here and 0 < here["y"] < 800


def words(page: "Page", selector: str) -> list[str]:
    """The texts of elements without regard to their order and kinds of white space."""
    return sorted(" ".join(text.split()) for text in page.locator(selector).all_text_contents())


def number_of(sentence: "Locator") -> str:
    return sentence.locator("xpath=following-sibling::*[1]/a").text_content() or ""


def test_sources_that_really_disagree_stand_side_by_side(browser: "Browser", real: str) -> None:
    with opened(browser, real) as page:
        ask(page, "When did the Linden Bridge open?")
        assert page.get_by_text("The sources disagree.").is_visible()
        assert page.locator(".sides .date").all_text_contents() == ["2024-05-03", "2024-11-20"]
        one, other = (box.bounding_box() for box in page.locator(".sides li").all())
        assert one and other and one["y"] == other["y"] and one["x"] < other["x"]
        ask(page, "Who won the football world cup in 1990?")
        last = page.locator(".turn:last-child")
        assert last.get_by_text("The documents do not answer this.").is_visible()
        last.locator(".near a").first.click()
        assert page.locator(".source.found").evaluate("e => e === document.activeElement")
