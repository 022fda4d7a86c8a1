"""Documents: the list, sync, upload, remove."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

import pytest

from browser.driving import ask, opened
from rag.store.local import LocalStore


def test_documents(page: "Page", documents: Path, index: Path, tmp_path: Path) -> None:
    evil = "<img src=x onerror=alert(1)>.txt"
    (documents / "new.md").write_text("# A new report\n\nThe bridge opened in May.", "utf-8")
    (documents / "picture.png").write_bytes(b"\x89PNG")
    page.get_by_role("link", name="Documents", exact=True).click()
    page.locator("table.documents").wait_for()
    assert "1 not indexed yet" in (page.locator("#summary").text_content() or "")
    page.get_by_role("button", name="Sync with the folders").click()
    page.locator("#progress").wait_for()
    page.get_by_role("link", name="Chat").click()
    ask(page, "While indexing?")  # the chat goes on
    page.get_by_role("link", name="Documents", exact=True).click()
    page.locator("#indexed", has_text="Done in").wait_for()
    told = page.locator("#indexed").text_content() or ""
    assert "1 added" in told and "picture.png (" in told
    page.get_by_label("Search the documents").fill("report")
    page.locator("tbody tr", has_text="picture").wait_for(state="detached")
    assert page.locator("tbody .title").all_text_contents() == ["A new report"]
    page.get_by_role("button", name="Open A new report").click()
    assert "The bridge opened" in (page.locator(".whole").text_content() or "")
    page.get_by_role("button", name="Close").click()
    page.get_by_role("button", name="Remove A new report").click()
    page.get_by_role("button", name="Really remove?").click()
    page.locator("#toast", has_text="Removed new.md").wait_for()
    page.get_by_label("Search the documents").fill("")
    (tmp_path / evil).write_text("The tunnel opened in June, said the minister.", "utf-8")
    (tmp_path / "bad.exe").write_bytes(b"MZ")
    page.locator("#upload").set_input_files([str(tmp_path / evil), str(tmp_path / "bad.exe")])
    page.locator("#indexed", has_text="cannot be indexed").wait_for()
    page.locator("tbody tr", has_text="uploads/").wait_for()
    with LocalStore(index).snapshot() as snapshot:
        assert snapshot.document(f"uploads/{evil}") is not None
    page.get_by_role("button", name=re.compile("^Remove <img")).click()
    page.get_by_role("button", name="Really remove?").click()
    page.locator("tbody tr", has_text="uploads/").wait_for(state="detached")
    assert page.locator("main img, #documents img").count() == 0


def test_what_is_uploaded_is_cited_until_it_is_removed(
    browser: "Browser", real: str, tmp_path: Path
) -> None:
    question = "How many benches stand in Orchard Park?"
    file = tmp_path / "Park’s “new” benches 🌳 #1 & 50%?.md"
    file.write_text("Orchard Park was laid out anew. Orchard Park has 48 benches of oak.", "utf-8")
    with opened(browser, real) as page:
        page.get_by_role("link", name="Documents", exact=True).click()
        page.locator("#upload").set_input_files(str(file))
        page.locator("#indexed", has_text="1 added").wait_for()
        page.get_by_role("link", name="Chat").click()
        ask(page, question)
        assert page.locator("#panel mark").text_content() == (
            "Source 1: Orchard Park has 48 benches of oak."
        )
        assert page.locator("#panel .file").first.text_content() == f"uploads/{file.name}"
        page.get_by_role("link", name="Documents", exact=True).click()
        page.get_by_role("button", name=re.compile("^Remove .*benches")).click()
        page.get_by_role("button", name="Really remove?").click()
        page.locator("#toast", has_text="Removed").wait_for()
        page.get_by_role("link", name="Chat").click()
        page.get_by_role("button", name="Retry").click()
        page.locator(".turn.done", has_text="The documents do not answer this.").wait_for()
        assert page.locator("#panel", has_text="benches").count() == 0


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("empty.txt", b"", "empty.txt (no text)"),
        ("picture.pdf", b"\x89PNG\r\n\x1a\n\x00\x00", "picture.pdf ("),
        ("zip.docx", b"PK\x03\x04 no document", "zip.docx ("),
        ("binary.txt", bytes(range(256)) * 40, "binary.txt ("),
        ("program.exe", b"MZ", "program.exe cannot be indexed"),
        ("no suffix", b"text", "no suffix cannot be indexed"),
    ],
)
def test_what_cannot_be_indexed_is_said(
    page: "Page", index: Path, tmp_path: Path, name: str, content: bytes, told: str
) -> None:
    (tmp_path / name).write_bytes(content)
    page.get_by_role("link", name="Documents", exact=True).click()
    page.locator("table.documents").wait_for()
    page.locator("#upload").set_input_files(str(tmp_path / name))
    page.locator("#indexed", has_text=told).wait_for()
    with LocalStore(index).snapshot() as snapshot:
        assert snapshot.document(f"uploads/{name}") is None
