"""The server behind the page: who may ask what, the login, what it says when it cannot."""

import json
import socket
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser

import pytest

from browser.axe import violations_everywhere
from browser.driving import ask, fake_chat, free_port, opened
from browser.fake_chat import LLMS, opening
from rag.cli import commands
from rag.errors import InvalidInput, MachineRefused
from rag.settings import Settings
from rag.web import serve


def status_of(url: str, body: dict[str, Any] | None = None, **headers: str) -> int:
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} | headers
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, data, headers), timeout=20) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_requests_from_elsewhere(address: str, index: Path) -> None:
    run = f"{address}/gradio_api/run/choices"
    assert status_of(run, {"data": [{}]}) == 200
    assert status_of(run, {"data": [{}]}, Origin="http://evil.example") == 403
    assert status_of(run, {"data": [{}]}, Host="evil.example") == 421
    paths = ("openapi.json", "docs", "config", "gradio_api/info", "gradio_api/file=/etc/hostname",
             f"gradio_api/file={index}/catalog.sqlite", "gradio_api/heartbeat/x", "monitoring",
             "static/img/logo.svg", "gradio_api/runs", "theme.css", "page.js/app.py")  # fmt: skip
    for path in paths:
        assert status_of(f"{address}/{path}") == 404, path
    assert status_of(f"{address}/gradio_api/upload", {}) == 404
    halves = {"visitor": "a" * 32, "document": "\ud800", "turn": "\ud800"}
    for bad in (None, 5, ["x"], "x", {"visitor": "../../etc"}, {"visitor": "a" * 32}, halves):
        for name in ("conversation", "documents", "document", "remove", "rate", "export", "delete"):
            assert status_of(f"{address}/gradio_api/run/{name}", {"data": [bad]}) in (200, 422)
    deep = b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    request = urllib.request.Request(run, deep, {"content-type": "application/json"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20)
    assert 400 <= refused.value.code < 500


def test_a_login_is_asked_for(browser: "Browser", home_of_chat: Path, index: Path) -> None:
    with (
        fake_chat(home_of_chat, index, "anna:secret") as address,
        opened(browser, address, expected="status of 4(00|29)") as page,
    ):
        assert status_of(f"{address}/gradio_api/run/choices", {"data": [{}]}) == 401
        assert status_of(f"{address}/gradio_api/call/ask", {"data": [{}]}) == 401
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Log in").click()
        page.get_by_text("That name and password do not fit.").wait_for()
        assert violations_everywhere(page, "login") == []
        page.get_by_label("Password").fill("secret")
        page.get_by_role("button", name="Log in").click()
        page.locator("body:not(.starting) #ask").wait_for()
        ask(page, "Inside?")
        page.get_by_role("link", name="Log out").click()
        page.get_by_role("heading", name="Log in").wait_for()
        page.get_by_label("Name").fill("anna")
        page.get_by_label("Password").fill("a guess")
        for _ in range(6):
            with page.expect_response("**/login") as guessed:
                page.get_by_role("button", name="Log in").click()
        assert guessed.value.status == 429 and guessed.value.headers["retry-after"] == "1"
        page.get_by_text("That was wrong too often; try again in 1 s.").wait_for()


def test_no_index_is_told(browser: "Browser", home_of_chat: Path, tmp_path: Path) -> None:
    with (
        fake_chat(home_of_chat, tmp_path / "none") as address,
        opened(browser, address) as page,
    ):
        assert page.locator("#state").text_content() == "No index yet"
        assert "There is no index yet." in (page.locator("#about").text_content() or "")
        assert violations_everywhere(page, "no index") == []
        page.get_by_role("link", name="Documents", exact=True).click()
        page.get_by_text("Nothing is indexed yet.").wait_for()


def test_others_are_let_in_only_with_a_password() -> None:
    from click.testing import CliRunner

    done = CliRunner().invoke(commands, ["chat", "--host", "0.0.0.0"])
    assert "--auth-file" in str(done.exception)


def test_a_taken_port_is_refused(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        expected = f"Port {port} on 127.0.0.1 is taken; choose another with --port."
        with pytest.raises(MachineRefused) as refused:
            serve(Settings(home=tmp_path, port=port), opening, LLMS)
        assert str(refused.value) == expected


def test_a_host_that_can_have_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="is no name of a host; give another --host"):
        serve(Settings(home=tmp_path, host="\u00e9" * 80), opening, LLMS)


def test_a_server_that_goes_away_and_comes_back(
    browser: "Browser", home_of_chat: Path, index: Path
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with opened(browser, address, expected="ERR_", there=False) as page:
        with fake_chat(home_of_chat, index, port=port):
            page.goto(address)
            page.locator("body:not(.starting)").wait_for()
            ask(page, "Before?")
            page.locator("#ask").fill("slow")
            page.locator("#ask").press("Enter")
            page.get_by_text("Word by word").wait_for()
        last = page.locator(".turn:last-child")
        told = "The chat does not answer; is `rag chat` still running?"
        last.locator(".notice.failed", has_text=told).wait_for()
        page.locator("#state", has_text="Not connected").wait_for()
        page.locator("#ask").fill("Meanwhile?")
        page.locator("#ask").press("Enter")
        page.locator("#toast", has_text=told).wait_for()
        assert page.locator("#ask").input_value() == "Meanwhile?"
        with fake_chat(home_of_chat, index, port=port):
            page.locator("#ask").press("Enter")
            page.locator(".turn.done", has_text="Meanwhile?").wait_for()
            page.locator("#state", has_text="5 documents").wait_for()
            page.reload()
            page.locator(".asked", has_text="Meanwhile?").wait_for()
            assert page.locator(".asked").all_text_contents() == ["Before?", "slow", "Meanwhile?"]
            assert page.locator(".turn.stopped").count() == 1
