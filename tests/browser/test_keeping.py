"""Keeping: conversations, exports, feedback, test questions."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

from browser.driving import ROOT, ask, opened


def test_conversations_are_kept_and_tabs_are_independent(
    browser: "Browser", address: str, tmp_path: Path
) -> None:
    with opened(browser, address) as page:
        ask(page, "Kept?")
        page.reload()
        page.get_by_role("heading", name="Kept?").wait_for()
        assert page.locator("#panel mark").count() == 2
        other = page.context.new_page()
        other.goto(address)
        other.locator("#conversations button.kept").wait_for()
        assert other.locator(".turn").count() == 0
        ask(other, "Another?")
        page.bring_to_front()
        page.reload()
        page.get_by_role("heading", name="Kept?").wait_for()
        assert page.locator(".turn").count() == 1
        page.locator("#conversations .kept", has_text="Another?").click()
        page.get_by_role("heading", name="Another?").wait_for()
        for kind, sign in (("Markdown", "## Another?"), ("HTML", "<!doctype html>"), ("JSON", "{")):
            with page.expect_download() as download:
                page.locator("#whole").get_by_role("button", name=kind).click()
            assert download.value.path().read_text(encoding="utf-8").lstrip().find(sign) >= 0
        page.get_by_role("button", name="Delete: Another?").click()
        page.get_by_role("button", name="Really?").click()
        page.locator("#conversations .kept", has_text="Another?").wait_for(state="detached")
        assert page.locator("#conversations .kept").all_text_contents() == ["Kept?"]
        page.reload()
        page.locator("#welcome").wait_for()
    with opened(browser, address) as stranger:
        assert stranger.locator("#conversations li").count() == 0


def test_feedback_and_test_questions(page: "Page", home_of_chat: Path) -> None:
    ask(page, "Rate me?")
    page.get_by_role("button", name="Not helpful").click()
    page.get_by_label("A note, if you like").fill("wrong <b>")
    page.get_by_role("button", name="Add the note").click()
    page.locator("#toast").wait_for()
    rows = [json.loads(line) for line in (home_of_chat / "feedback.jsonl").read_text().splitlines()]
    assert [(row["rating"], row["note"]) for row in rows[-2:]] == [
        ("down", None),
        ("down", "wrong <b>"),
    ]
    page.get_by_role("button", name="Make this a test question").click()
    page.get_by_text("questions.jsonl").wait_for()
    *_, row = [json.loads(line) for line in (home_of_chat / "questions.jsonl").open()]
    assert row["question"] == "Rate me?" and row["answers"] == ["225 trucks"]
    page.reload()
    assert page.get_by_role("button", name="Not helpful").get_attribute("aria-pressed") == "true"


def test_a_thumb_down_becomes_a_question_that_eval_runs(
    browser: "Browser", real: str, home_of_chat: Path, index: Path, tmp_path: Path
) -> None:
    with opened(browser, real) as page:
        ask(page, "When did the Linden Bridge open according to the audit?")
        page.get_by_role("button", name="Not helpful").click()
        page.get_by_role("button", name="Make this a test question").click()
        page.locator("#toast", has_text="questions.jsonl").wait_for()
    rows = [json.loads(line) for line in (home_of_chat / "questions.jsonl").open()]
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps(rows[-1]) + "\n", encoding="utf-8")
    done = rag("eval", str(questions), "--index", str(index), "--out", str(tmp_path), "--json",
               home=home_of_chat)  # fmt: skip
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert (summary["n"], summary["failed"]) == (1, 0)
    assert summary["measures"]["citation_precision"]["value"] == 1.0
    (result,) = [json.loads(line) for line in (tmp_path / "results.jsonl").open()]
    assert result["answer"]["question"] == "When did the Linden Bridge open according to the audit?"


def test_an_export_is_verified(
    browser: "Browser", real: str, home_of_chat: Path, index: Path, tmp_path: Path, documents: Path
) -> None:
    with opened(browser, real) as page:
        ask(page, "How many aid trucks a day entered Gaza in April?")
        ask(page, "And in October?")
        with page.expect_download() as whole:
            page.locator("#whole").get_by_role("button", name="JSON").click()
        with page.expect_download() as answer:
            page.get_by_role("button", name="Save as JSON").last.click()
        for number, download in enumerate((whole.value, answer.value)):
            file = tmp_path / f"{number}.json"
            download.save_as(file)
            arguments = ["verify", str(file), "--root", str(documents)]
            assert rag(*arguments, home=home_of_chat).returncode == 0
            said = file.read_text("utf-8").replace("225 trucks", "226 trucks")
            file.write_text(said.replace("35 trucks", "36 trucks"), "utf-8")
            assert rag(*arguments, home=home_of_chat).returncode == 6


def rag(*arguments: str, home: Path) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"RAG_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "rag", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)
