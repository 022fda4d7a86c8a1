"""Asking: follow-ups, stop, retry, edit, filters."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

import pytest

from browser.driving import ask, opened


def test_asking(page: "Page") -> None:
    ask(page, "First?")
    assert page.get_by_text("After 0 messages, 0 files, None.").count() == 1
    ask(page, "And now?")
    last = page.locator(".turn:last-child")
    query = last.locator(".searched input")
    assert query.input_value() == "And now? (resolved)"
    assert last.get_by_text("After 2 messages").count() == 1
    query.fill("Another query")
    last.get_by_role("button", name="Search again").click()
    last.get_by_text("After 0 messages").wait_for()
    assert last.locator(".searched input").input_value() == "Another query"
    assert last.locator(".asked").text_content() == "And now?"
    assert page.locator(".turn").count() == 2
    last.get_by_role("button", name="Retry").click()
    last.get_by_text("After 2 messages").wait_for()
    last.get_by_role("button", name="Edit question").click()
    assert page.locator("#ask").input_value() == "And now?"
    page.locator("#ask").fill("Edited?")
    page.locator("#ask").press("Enter")
    page.get_by_role("heading", name="Edited?").wait_for()
    assert page.locator(".asked").all_text_contents() == ["First?", "Edited?"]
    page.locator("#filters summary").click()
    page.locator("#files input").nth(1).check()
    page.locator("#since").fill("2024-01-02")
    assert page.locator("#filters summary").text_content() == "1 document, from 2024-01-02"
    ask(page, "Filtered?")
    assert page.get_by_text("After 4 messages, 1 files, 2024-01-02.").count() == 1
    page.get_by_role("button", name="Clear filters").click()
    page.locator("#llm").select_option("extractive")
    assert page.locator("#llm option").all_text_contents() == [
        "scripted:x",
        "quotes only",
        "openai:x (asks api.example)",
    ]
    page.locator("#llm").select_option("openai:x")
    told = "api.example is sent your questions and the passages."
    assert page.locator("#llm-told").text_content() == told
    page.locator("#whole [data-do=delete]").click()
    assert page.locator(".turn").count() == 3  # it asks first
    page.get_by_role("button", name="Really clear?").click()
    page.locator("#welcome").wait_for()
    assert page.locator(".turn").count() == 0
    page.reload()
    page.locator("#examples button").first.wait_for()
    assert page.locator(".turn").count() == 0
    page.locator("#examples button").first.click()
    page.get_by_role("heading", name="What are these documents about?").wait_for()


def test_stop_by_key_keeps_what_there_is(page: "Page") -> None:
    page.locator("#ask").fill("slow")
    page.locator("#ask").press("Enter")
    page.get_by_text("Word by word").wait_for()
    page.keyboard.press("Escape")
    page.get_by_text("Stopped. What stands above is not complete.").wait_for()
    assert "Word by word" in (page.locator(".text").text_content() or "")
    page.reload()
    page.get_by_text("Stopped. What stands above is not complete.").wait_for()
    ask(page, "Next?")


STOPPED = "Stopped. What stands above is not complete."


def held(page: "Page", name: str) -> list["Route"]:
    """The next request of that name, which waits until the test lets it go."""
    waiting: list[Route] = []

    def take(route: "Route") -> None:
        if waiting:
            route.continue_()
        else:
            waiting.append(route)

    page.route(f"**/gradio_api/run/{name}", take)
    return waiting


@pytest.mark.parametrize("ended", [False, True])
def test_what_is_asked_while_the_page_opens_is_shown_once(
    browser: "Browser", address: str, ended: bool
) -> None:
    """The server tells of the question, as it was then, before or after it is answered here."""
    with opened(browser, address) as page:
        ask(page, "First?")
        ask(page, "Second?")
        waiting = held(page, "conversation")
        looks: list[str] = []
        page.on("request", lambda r: looks.extend([r.url] * r.url.endswith("/conversation")))
        page.reload()
        page.locator("body:not(.starting)").wait_for()
        page.locator("#ask").fill("slow")
        page.locator("#ask").press("Enter")
        page.get_by_text("Word by word").wait_for()
        (route,) = waiting
        reply = route.fetch()
        if ended:
            page.keyboard.press("Escape")
            page.get_by_text(STOPPED).wait_for()
        route.fulfill(response=reply)
        page.locator(".asked", has_text="First?").wait_for()
        assert page.locator(".asked").all_text_contents() == ["First?", "Second?", "slow"]
        last = page.locator(".turn:last-child")
        assert last.locator(".text").count() == 1
        assert last.get_by_text("Stopped.").count() == ended
        assert page.locator("#panel > section:not([hidden])").count() == 1
        if not ended:
            page.locator("#stop").click()
            page.get_by_text(STOPPED).wait_for()
        assert page.locator(".turn").count() == 3
        assert len(looks) == 2  # to open the conversation, and after the stop: none to catch up


def test_a_question_is_asked_once_however_often_enter_is_pressed(page: "Page") -> None:
    page.locator("#ask").fill("Once?")
    page.evaluate(
        "for (let n = 0; n < 5; n += 1) document.getElementById('question').requestSubmit()"
    )
    page.locator(".turn.done").wait_for()
    page.reload()
    page.locator(".turn.done").wait_for()
    assert page.locator(".turn").count() == 1


def test_a_model_that_hangs_is_stopped_at_once(page: "Page") -> None:
    page.locator("#ask").fill("hang")
    page.locator("#ask").press("Enter")
    page.get_by_text("Reading 3 passages").wait_for()
    page.locator("#stop").click()
    page.locator(".turn.stopped").wait_for(timeout=5000)
    assert page.get_by_text("Reading 3 passages").count() == 0
    ask(page, "Next?")
    assert page.locator(".turn").count() == 2


def test_an_answer_in_another_tab_is_followed(page: "Page") -> None:
    page.locator("#ask").fill("slow")
    page.locator("#ask").press("Enter")
    page.get_by_text("Word by word").wait_for()
    page.locator("#conversations .kept").wait_for(state="attached")
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#conversations .kept", has_text="slow").click()
    other.get_by_text("Word by word").wait_for()
    assert other.get_by_text("Stopped.").count() == 0
    page.locator("#stop").click()
    for tab in (page, other):
        tab.get_by_text(STOPPED).wait_for()


def test_a_reload_ends_the_answer_and_keeps_what_there_is(page: "Page") -> None:
    page.locator("#ask").fill("slow")
    page.locator("#ask").press("Enter")
    page.get_by_text("Word by word").wait_for()
    page.reload()
    page.get_by_text(STOPPED).wait_for()
    assert "Word by word" in (page.locator(".text").text_content() or "")
    assert page.locator(".turn").count() == 1


def test_a_conversation_is_cleared_while_it_streams(page: "Page") -> None:
    page.locator("#ask").fill("slow")
    page.locator("#ask").press("Enter")
    page.get_by_text("Word by word").wait_for()
    page.locator("#whole [data-do=delete]").click()
    page.get_by_role("button", name="Really clear?").click()
    page.locator("#welcome").wait_for()
    page.locator("#go").wait_for()
    ask(page, "After?")
    assert page.locator(".asked").all_text_contents() == ["After?"]
    page.locator("#conversations .kept").wait_for(state="attached")
    assert page.locator("#conversations .kept").all_text_contents() == ["After?"]


def test_back_leads_to_the_view_before(page: "Page") -> None:
    ask(page, "Before?")
    page.get_by_role("link", name="Documents", exact=True).click()
    page.locator("table.documents").wait_for()
    page.reload()
    page.locator("table.documents").wait_for()
    page.go_back()
    page.get_by_role("heading", name="Before?").wait_for()
    assert not page.locator("#documents").is_visible()
    page.go_forward()
    page.locator("table.documents").wait_for()


def test_a_question_that_is_too_long_is_refused_with_its_text_kept(page: "Page") -> None:
    page.locator("#ask").evaluate(
        "(e) => { e.removeAttribute('maxlength'); e.value = 'x'.repeat(10000); }"
    )
    page.locator("#ask").press("Enter")
    page.locator(
        "#toast", has_text="The question has 10,000 characters; the limit is 4,000."
    ).wait_for()
    assert len(page.locator("#ask").input_value()) == 10000
    assert page.locator(".turn").count() == 0


def test_a_real_follow_up_and_a_real_date_filter(browser: "Browser", real: str) -> None:
    with opened(browser, real) as page:
        ask(page, "How many aid trucks a day entered Gaza in April?")
        ask(page, "And in October?")
        last = page.locator(".turn:last-child")
        assert last.locator(".searched input").input_value() == (
            "How many aid trucks a day entered Gaza in October?"
        )
        assert last.get_by_text("35 trucks per day").count() > 0
        ask(page, "When did the Linden Bridge open?")
        assert page.locator(SOURCES).all_text_contents() == ["opening.md", "audit.md"]
        page.locator("#filters summary").click()
        page.locator("#since").fill("2024-06-01")
        ask(page, "When did the Linden Bridge open then?")
        assert page.locator(SOURCES).all_text_contents() == ["audit.md"]
        assert last.get_by_text("documents without a date were left out").count() == 1


SOURCES = "#panel > section:not([hidden]) > .source .file"
