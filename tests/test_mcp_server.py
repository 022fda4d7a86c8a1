"""The MCP server, driven by the library's own client."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult, TextContent

from rag.embed import Embedder
from rag.store.local import LocalStore, sync

TRUCKS = "How many aid trucks a day entered Gaza in April?"
Calls = Callable[[Client], Awaitable[None]]


def served(folder: Path, home: Path, calls: Calls, *arguments: str, errors: Path) -> None:
    """Starts `rag mcp` in a folder and lets ``calls`` talk to it; stderr goes to ``errors``."""
    from mcp.client.stdio import stdio_client

    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rag", "mcp", *arguments],
        cwd=str(folder),
        env=dict(os.environ) | {"RAG_HOME": str(home)},
    )

    async def main() -> None:
        with errors.open("w") as log:
            async with Client(stdio_client(server, errlog=log), read_timeout_seconds=120) as client:
                await calls(client)

    asyncio.run(main())


async def call(client: Client, tool: str, **arguments: Any) -> tuple[dict[str, Any], str]:
    """A result's JSON and text."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult) and not result.is_error, result
    return read(result)


async def failing(client: Client, tool: str, **arguments: Any) -> dict[str, str]:
    """The error of a call, which the text tells as well."""
    result = await client.call_tool(tool, arguments)
    assert isinstance(result, CallToolResult) and result.is_error
    value, text = read(result)
    error: dict[str, str] = value["error"]
    assert text == error["message"] and "\n" not in text
    return error


def read(result: CallToolResult) -> tuple[dict[str, Any], str]:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return result.structured_content, content.text


def test_the_tools_give_the_contracts_json(
    tmp_path: Path, home: Path, seed_index: LocalStore
) -> None:
    async def calls(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search", "show"}
        assert set(tools["ask"].input_schema["properties"]) == {
            "question", "k", "files", "since", "until",
        }  # fmt: skip
        assert tools["ask"].input_schema["required"] == ["question"]
        answer, text = await call(client, "ask", question=TRUCKS)
        printed = subprocess.run(
            [sys.executable, "-m", "rag", "ask", TRUCKS, "--json"]
            + ["--index", str(seed_index.folder)],
            env=dict(os.environ) | {"RAG_HOME": str(home)}, capture_output=True, check=True,
        )  # fmt: skip
        expected = json.loads(printed.stdout)
        assert {**answer, "timings_ms": None} == {**expected, "timings_ms": None}
        (citation, *_) = answer["citations"]
        assert citation["quote"] in " ".join(text.split()) and "[1]" in text

        place = {"document": citation["document"], "start": citation["start"]}
        shown, text = await call(client, "show", **place, end=citation["end"])
        assert shown["text"] == citation["quote"] and citation["quote"] in text
        whole, _ = await call(client, "show", document=citation["document"])
        assert whole["length"] == whole["end"] == len(whole["text"]) and whole["start"] == 0
        assert whole["text"][citation["start"] : citation["end"]] == citation["quote"]

        few, text = await call(client, "search", query=TRUCKS, k=2, files=["002*"])
        assert [p["rank"] for p in few["passages"]] == [1, 2] and "1. 002_" in text
        assert {p["document"][:4] for p in few["passages"]} == {"002_"}
        none, text = await call(client, "ask", question="Who won the 2022 World Cup?")
        assert none["status"] == "not_in_documents" and "do not say" in text
        dated, text = await call(client, "ask", question=TRUCKS, since="2020-01-01")
        assert "Note: 2 documents without a date were left out" in text and dated["warnings"]
        found, text = await call(client, "search", query=TRUCKS, since="2020-01-01")
        assert found["warnings"] == ["2 documents without a date were left out"]
        assert text.endswith("\n\nNote: 2 documents without a date were left out")
        assert few["warnings"] == []

    errors = tmp_path / "errors"
    served(tmp_path, home, calls, "--index", str(seed_index.folder), errors=errors)
    assert errors.read_text() == ""


def test_errors_are_one_sentence(tmp_path: Path, home: Path, seed_index: LocalStore) -> None:
    document = "000_6308a8e0d84dfabf.txt"

    async def calls(client: Client) -> None:
        for tool, arguments, told in (
            ("ask", {"question": " \u200b"}, "The question is empty; ask something."),
            ("ask", {"question": "Why?", "k": 0}, "k must be from 1 to 1,000, not 0."),
            ("search", {"query": "aid", "since": "2024-W43-3"}, "since must be a date like"),
            ("search", {"query": "aid", "until": "soon"}, "until must be a date like"),
            ("show", {"document": "\x1b[2Jnone.txt"}, "There is no document"),
            ("show", {"document": document, "start": 9, "end": 9}, "start before end"),
            ("show", {"document": document, "start": -9}, "start before end"),
            ("show", {"document": document, "end": 10**9}, "start before end"),
        ):
            error = await failing(client, tool, **arguments)
            assert error["kind"] == "invalid_input" and told in error["message"], error
            assert "\x1b" not in error["message"]
        assert (await client.call_tool("ask", {"k": 3})).is_error
        await call(client, "ask", question=TRUCKS)

    served(tmp_path, home, calls, "--index", str(seed_index.folder), errors=tmp_path / "errors")


def test_a_missing_index_is_not_served(tmp_path: Path, home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rag", "mcp", "--index", "mine"],
        cwd=tmp_path, env=dict(os.environ) | {"RAG_HOME": str(home)},
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith("rag: There is no index in mine; `rag index PATH")
    assert not (tmp_path / "mine").exists()


def test_an_index_may_go_come_and_grow_while_it_serves(
    tmp_path: Path, home: Path, embedder: Embedder
) -> None:
    store = LocalStore(tmp_path / "mine")
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "cats.txt").write_text("The cat of the museum is called Olga.")
    sync(store, [str(notes)], embedder)

    async def calls(client: Client) -> None:
        shutil.rmtree(tmp_path / "mine")
        error = await failing(client, "search", query="cats")
        assert error["kind"] == "index_missing" and "rag index PATH" in error["message"]
        (notes / "bad\udcff.txt").write_text("The dog of the museum is called Bruno.")
        sync(store, [str(notes)], embedder)
        answer, _ = await call(client, "ask", question="What is the museum's cat called?")
        assert "Olga" in answer["text"] and answer["index"]["generation"] == 1
        found, _ = await call(client, "search", query="the dog of the museum")
        assert found["passages"][0]["document"] == "bad?.txt"
        long = "".join(f"The owl of the museum is number {n}.\n" for n in range(1000))
        (notes / "owls.txt").write_text(long)
        sync(store, [], embedder)
        answer, _ = await call(client, "ask", question="Which number is the owl of the museum?")
        assert answer["index"]["generation"] == 2
        shown, text = await call(client, "show", document="owls.txt", start=7)
        assert (shown["end"], shown["length"]) == (20_007, len(long))
        assert shown["text"] == long[7:20_007] and "7 to 20,007 of" in text

    served(tmp_path, home, calls, "--index", "mine", errors=tmp_path / "errors")


def test_only_the_protocol_is_on_stdout(tmp_path: Path, home: Path, seeds: Path) -> None:
    """Even where the first call indexes the seeds."""
    shutil.copytree(seeds, tmp_path / "seeds")
    about = {"protocolVersion": "2025-06-18", "capabilities": {}}
    about |= {"clientInfo": {"name": "t", "version": "1"}}
    messages: list[dict[str, Any]] = [
        {"id": 1, "method": "initialize", "params": about},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call",
         "params": {"name": "ask", "arguments": {"question": TRUCKS}}},
    ]  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "rag", "mcp"],
        cwd=tmp_path,
        env=dict(os.environ) | {"RAG_HOME": str(home)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin and process.stdout and process.stderr
    lines = []
    for message in messages:
        process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        process.stdin.flush()
        if "id" in message:
            lines.append(json.loads(process.stdout.readline()))
    assert [line["id"] for line in lines] == [1, 2]
    assert "225" in lines[1]["result"]["structuredContent"]["text"]
    process.stdin.close()
    assert process.wait(timeout=60) == 0 and process.stdout.read() == ""
    assert "Indexing seeds/ for the first time" in process.stderr.read()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_it_can_be_ended(
    tmp_path: Path, home: Path, seed_index: LocalStore, number: int, code: int
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "rag", "mcp", "--index", str(seed_index.folder)],
        cwd=tmp_path,
        env=dict(os.environ) | {"RAG_HOME": str(home)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdin and process.stdout and process.stderr
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    process.stdin.write(json.dumps(message) + "\n")
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["id"] == 1
    process.send_signal(number)
    assert process.wait(timeout=60) == code
    assert "Traceback" not in process.stderr.read()
