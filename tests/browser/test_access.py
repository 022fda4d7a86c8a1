"""For everyone: by keyboard alone, names, contrast, axe-core."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

import pytest

from browser.axe import violations
from browser.driving import ask, opened


def test_by_keyboard_alone(page: "Page") -> None:
    page.locator("#ask:focus").wait_for()
    page.keyboard.type("First line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("and second")
    page.keyboard.press("Enter")
    page.locator(".turn.done").wait_for()
    page.locator("#ask:focus").wait_for()
    seen = []
    page.evaluate("document.activeElement.blur(); document.body.focus()")
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.className + document.activeElement.id"))
        if seen[-1] == "mark":
            break
    assert seen[-1] == "mark", seen
    page.keyboard.press("Enter")
    page.locator("mark:focus").wait_for()
    ring = "getComputedStyle(document.activeElement).outlineStyle"
    page.keyboard.press("Tab")
    assert page.evaluate(ring) != "none"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_names_labels_and_contrast(browser: "Browser", address: str, scheme: str) -> None:
    with opened(browser, address, color_scheme=scheme) as page:
        ask(page, "disagree")
        page.locator("details.others summary").click()
        page.get_by_role("button", name="Helpful", exact=True).click()
        page.locator("#filters summary").click()
        page.locator("#files input").first.wait_for()
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(NAMES) == []
        assert page.locator("h1").count() >= 1 and page.locator("html[lang=en]").count() == 1
        page.get_by_role("link", name="Documents", exact=True).click()
        page.locator("table.documents").wait_for()
        assert page.evaluate(CONTRAST) == []
        assert page.evaluate(NAMES) == []


# The text that is seen and whose contrast with what is behind it is below 4.5 (3 for large text).
CONTRAST = """() => {
  const rgb = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return [...n, 1]; };
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c[3] > 0.99) return c;
    }
    return [255, 255, 255];
  };
  const seen = { visibilityProperty: true, opacityProperty: true };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const e = node.parentElement;
    if (!node.data.trim() || !e.checkVisibility(seen)) continue;
    const style = getComputedStyle(e);
    const [a, b] = [light(rgb(style.color)), light(behind(e))].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if ((a + 0.05) / (b + 0.05) < (large ? 3 : 4.5)) poor.push([node.data.trim(), style.color]);
  }
  return poor;
}"""
# What acts without a name, fields without a label, ids that are there twice.
NAMES = """() => {
  const bad = [];
  const acting = 'button, a[href], input, select, textarea, summary, dialog, nav, aside';
  for (const e of document.querySelectorAll(acting)) {
    const label = e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent ||
      document.getElementById(e.getAttribute('aria-labelledby'))?.textContent || '';
    if (!label.trim() && e.checkVisibility()) bad.push(e.outerHTML.slice(0, 80));
  }
  const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return [...bad, ...ids.filter((id, n) => ids.indexOf(id) !== n)];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_any_view(
    browser: "Browser", address: str, scheme: str, width: int
) -> None:
    found: list[str] = []

    def look(view: str) -> None:
        found.extend(violations(page, view))

    def go(name: str) -> None:
        if width < 992:
            page.locator("#menu").click()
            look("menu")
        page.locator("#nav").get_by_role("link", name=name).click()

    with opened(browser, address, width, "ERR_FAILED", color_scheme=scheme) as page:
        page.locator("#examples button").first.wait_for()
        look("start")
        ask(page, "First?")
        look("answer")
        page.locator("a.mark").first.click()
        page.locator("mark.found").wait_for()
        page.locator("details.others summary").click()
        look("sources")
        page.locator(".source [data-do=open]").first.click()
        page.locator("#here").wait_for()
        look("document")
        page.keyboard.press("Escape")
        ask(page, "And now?")
        page.get_by_role("button", name="Not helpful").last.click()
        page.locator(".note").wait_for()
        page.get_by_role("button", name="Make this a test question").last.click()
        page.locator("#toast").wait_for()
        look("follow-up, note, toast")
        page.get_by_role("button", name="Edit question").last.click()
        page.locator("#filters summary").click()
        page.locator("#files input").first.check()
        page.locator("#llm").select_option("openai:x")
        look("editing, filters, LLM")
        page.locator("#filters summary").click()
        for question in ("nothing", "disagree", "fail", "warn"):
            ask(page, question)
            look(question)
        page.locator("#ask").fill("slow")
        page.locator("#ask").press("Enter")
        page.get_by_text("Word by word").wait_for()
        look("streaming")
        page.locator("#stop").click()
        page.locator(".turn.stopped").wait_for()
        page.locator("#whole [data-do=delete]").click()
        look("stopped, about to be cleared")
        go("Documents")
        page.locator("table.documents").wait_for()
        look("documents")
        page.get_by_label("Search the documents").fill("nothing like it")
        page.get_by_text("No document matches.").wait_for()
        look("no document")
        page.route("**/gradio_api/**", lambda route: route.abort())
        go("Chat")
        page.locator("#ask").fill("Gone?")
        page.locator("#ask").press("Enter")
        page.locator("#toast", has_text="The chat does not answer").wait_for()
        look("not connected")
    assert found == []
