"""What the page is made of, without a browser: HTML, conversations, exports, the gate, uploads."""

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, cast
from unittest.mock import Mock

import pytest
from fakes import FakeEmbedder, new_id
from gradio.queueing import Queue

from rag.datatypes import Answer, Citation, Hit, Passage, Sentence, ShortAnswer
from rag.errors import InvalidInput, MachineRefused
from rag.settings import Settings
from rag.store.local import LocalStore, SyncReport, sync
from rag.verify import read_answers
from rag.web.answer import announcement, turn_html
from rag.web.app import _hold_more_files, _sendable, serve
from rag.web.brake import Brake
from rag.web.conversations import Conversation, Conversations, Turn
from rag.web.documents import document_html, list_html, summary_text
from rag.web.examples import _candidates
from rag.web.export import answer_file, conversation_file
from rag.web.feedback import add_test_question, note_rating
from rag.web.gate import HEADERS, LARGEST_REQUEST, Gate
from rag.web.indexing import _WATCHING, Indexing, Progress
from rag.web.inert import elided, exact, inert, unbroken
from rag.web.library import Library
from rag.web.mailboxes import Mailboxes
from rag.web.sent import selection_of, spans_of, text_of
from rag.web.sources import sources_html
from rag.web.talk import AT_ONCE, Talk
from rag.web.upload import Uploads, checked_name

TEXT = "Prices rose. The fleet has about 225 trucks [2] in all. It grew. Nobody knows why."
EVIL = "<img src=x onerror=alert(1)> [a](javascript:1) {{x}} ${y} \"'` \u202e & </script>"


def passage(document: str = "a.txt", text: str = TEXT, date: str | None = "2024-10-23") -> Passage:
    spans = tuple((m.start(), m.end()) for m in re.finditer(r"[^.]+\.", text)) or ((0, len(text)),)
    return Passage(document, "The fleet", True, date, None, "0", 100, 100 + len(text), text,
                   tuple((a + 100, b + 100) for a, b in spans), (0, 150))  # fmt: skip


def citation(id: int, quote: str, rank: int = 1, document: str = "a.txt", **more: Any) -> Citation:
    start = 100 + TEXT.find(quote) if quote in TEXT else 100
    return Citation(id, rank, document, "The fleet", "2024-10-23", None, 1, start,
                    start + len(quote), quote, "0", **more)  # fmt: skip


def answered(**more: Any) -> Answer:
    quote = "The fleet has about 225 trucks [2] in all."
    given: dict[str, Any] = {
        "question": "How many?",
        "query": "How many?",
        "status": "answered",
        "text": f"{quote} [1] It grew. [2] Perhaps. [9] Sure.",
        "sentences": (
            Sentence(quote, (1,), "quoted"),
            Sentence("It grew.", (2,), "weak"),
            Sentence("Sure.", (), "unsupported"),
        ),
        "citations": (citation(1, quote), citation(2, "It grew.")),
        "short": ShortAnswer("about 225 trucks", 1, 127, 143, sure=True),
        "passages": (Hit(passage(), 1, 0.9, 0.8), Hit(passage("b.txt", "Other."), 2, 0.25, 0.2)),
        "index": {"generation": 1},
    }
    return Answer(**given | more)


def turn(answer: Answer | None = None, **more: Any) -> Turn:
    given: dict[str, Any] = {"id": "7" * 32, "question": "How many?", "asked": "2026-01-01",
                             "state": "done", "answer": answer}  # fmt: skip
    return Turn(**given | more)


class Reader(HTMLParser):
    """The text, tags and links of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.words += data


def test_inert_text_reads_the_same_and_can_begin_nothing() -> None:
    made = inert(EVIL)
    assert re.fullmatch(r"(?:[\w ]|&#\d+;)*", made) and "{" not in made and "_" not in inert("_")
    assert Reader(made).words == EVIL.replace("\u202e", "\\u202e")
    assert Reader(made).tags == []
    long = "A line of a file that was written by hand,"
    assert unbroken(f"{long}\nruns on.\n\nshort\nlist") == f"{long} runs on.\n\nshort\nlist"
    assert unbroken(f"{long}\n- item") == f"{long}\n- item"
    assert re.fullmatch(r"(?:[\w ]|&#\d+;)*", exact(EVIL))
    assert unescape(exact(EVIL)) == EVIL
    assert elided("one two  three", 9) == "one two…" and elided("one two", 9) == "one two"


def test_an_answer_has_its_markers_and_says_how_each_sentence_is_supported() -> None:
    html = turn_html(turn(answered()))
    found = Reader(html)
    assert found.links == [f"#s-{'7' * 32}-1", f"#s-{'7' * 32}-2"]
    assert "<strong>about 225 trucks</strong>" in html
    assert "trucks [2] in all" in found.words  # a bracket of the document is no marker
    assert "[9]" in found.words and "[1]" not in found.words
    for told in ("1 sentence quoted word for word", "1 sentence only weakly supported",
                 "1 sentence not supported by the documents"):  # fmt: skip
        assert told in found.words
    assert html.count('class="sentence ') == 3 and 'class="sentence weak"' in html
    assert 'aria-label="Source 1, quoted word for word"' in html
    assert "Searched for" not in html and "Searched for" in turn_html(turn(answered()), True)
    assert announcement(turn(answered())) == "Answer ready, with 2 sources."


def test_the_sources_show_the_sentence_in_its_surroundings_and_fold_the_rest() -> None:
    found = Reader(html := sources_html("t", answered()))
    assert found.ids == ["s-t-1", "s-t-2", "p-t-2"]
    marks = re.findall(r"<mark [^>]*>(.*?)</mark>", html)
    assert [Reader(mark).words for mark in marks] == [
        "Source 1: The fleet has about 225 trucks [2] in all.",
        "Source 2: It grew.",
    ]
    assert "<strong>about 225 trucks</strong>" in marks[0]
    assert "Prices rose." in found.words and "2024-10-23 · page 1" in found.words
    assert "1 passage retrieved, not cited" in found.words
    assert "rank 2 · score 0.25" in found.words and '<details class="others">' in html
    unsure = answered(short=ShortAnswer("about 225 trucks", 1, 127, 143))
    assert "<strong>" not in sources_html("t", unsure) + turn_html(turn(unsure))
    outside = answered(citations=(replace(citation(1, "Elsewhere."), start=5000, end=5010),))
    assert "Elsewhere." in Reader(sources_html("t", outside)).words
    line = replace(citation(1, "| Name |"), start=0, end=8)
    both = answered(citations=(line, citation(2, "It grew.")), short=None)
    told = "Source 1: | Name | … Prices rose. The fleet has about 225 trucks [2] in all. Source 2:"
    assert told in Reader(sources_html("t", both)).words


def test_what_the_documents_do_not_say_is_said_plainly() -> None:
    none = answered(status="not_in_documents", text="The documents do not say.", citations=(),
                    sentences=(), short=None)  # fmt: skip
    found = Reader(turn_html(turn(none)))
    assert "The documents do not answer this." in found.words
    assert found.links == [f"#p-{'7' * 32}-1", f"#p-{'7' * 32}-2"]
    assert '<details class="others" open>' in sources_html("t", none)
    assert announcement(turn(none)) == "The documents do not answer this."


def test_sources_that_disagree_stand_side_by_side_with_their_dates() -> None:
    sides = (
        citation(1, "The fleet has 225 trucks."),
        replace(citation(2, "The fleet has 300 trucks."), date=None),
        citation(3, "It is based in Ulm."),
    )
    html = turn_html(turn(answered(status="conflicting", citations=sides)))
    found = Reader(html.split('<ul class="sides">')[1].split("</ul>")[0])
    assert found.tags.count("li") == 2
    assert "2024-10-23" in found.words and "no date" in found.words and "300" in found.words
    assert "The sources disagree." in html
    quoted = tuple(Sentence(side.quote, (side.id,), "quoted") for side in sides)
    text = " ".join(f"{side.quote} [{side.id}]" for side in sides[:2])
    bare = answered(status="conflicting", citations=sides, sentences=quoted[:2], text=text)
    for before, after, shown in (
        ("", "", False),
        ("It is based in Ulm. [3]\n", "", True),
        ("", "\nThe documents do not say: who drives?", True),
    ):
        opened = f"{before}The sources disagree:\n{text}{after}"
        told = turn_html(turn(replace(bare, text=opened, sentences=quoted)))
        assert 'class="sides"' in told and ('class="text"' in told) == shown
    assert "only part of this" in turn_html(turn(answered(status="partial")))


def test_the_sides_are_those_that_the_answer_names() -> None:
    """A part of a question can be disputed where the whole of it is not."""
    based = [citation(1, "It is based in Ulm."), citation(2, "It is based in Bonn.")]
    text = (
        "It is old. [3]\nThe sources disagree:\nIt is based in Ulm. [1]\nIt is based in Bonn. [2]"
    )
    html = turn_html(
        turn(
            answered(
                query="How old is it?",
                status="conflicting",
                text=text,
                citations=(*based, citation(3, "It is old.")),
                sentences=(),
            )
        )
    )
    sides = html.split('<ul class="sides">')[1].split("</ul>")[0]
    assert "Ulm" in sides and "Bonn" in sides and "old" not in sides


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (turn(None, state="asking"), "Searching the documents"),
        (turn(answered(text=""), state="asking"), "Reading 2 passages"),
        (turn(answered(), state="stopped"), "Stopped. What stands above is not complete."),
        (turn(None, state="failed", trouble="The LLM is away."), "The LLM is away."),
        (turn(answered(complete=False)), "The answer was cut short"),
        (turn(answered(warnings=("a.txt changed",))), "A.txt changed."),
        (turn(answered(), host="api.example"), "api.example was sent the question"),
    ],
)
def test_each_state_has_its_own_words(given: Turn, told: str) -> None:
    assert told in Reader(turn_html(given)).words


def test_hostile_answers_make_no_element_of_their_own() -> None:
    evil = passage(EVIL, EVIL, EVIL)
    cited = Citation(1, 1, EVIL, EVIL, EVIL, EVIL, None, 100, 100 + len(EVIL), EVIL, "0")
    bad = answered(question=EVIL, query=EVIL, text=f"{EVIL} [1] {EVIL}", warnings=(EVIL,),
                   sentences=(Sentence(EVIL, (1,), "quoted"),), citations=(cited,), short=None,
                   passages=(Hit(evil, 1, 1.0, 1.0), Hit(evil, 2, 1.0, 1.0)))  # fmt: skip
    fine = answered(passages=bad.passages)
    for status in ("answered", "conflicting", "not_in_documents"):
        whole = turn(replace(bad, status=status), question=EVIL, state="done", host=EVIL)
        for html in (turn_html(whole, True), sources_html("t", whole.answer or fine)):
            assert not {"img", "script", "style", "iframe"} & set(Reader(html).tags)
            assert all(link.startswith("#") for link in Reader(html).links)
            assert EVIL.replace("\u202e", "\\u202e") in Reader(html).words
            assert not re.search(r"[{}$`]", html)
    row = {"document": EVIL, "title": EVIL, "date": EVIL, "passages": 1, "state": "skipped",
           "reason": EVIL}  # fmt: skip
    assert not {"img", "script"} & set(Reader(list_html([row], "")).tags)


def test_conversations_are_kept_privately_and_come_back_whole(tmp_path: Path) -> None:
    visitor, id = new_id(), new_id()
    kept = Conversations(tmp_path, visitor)
    hit = Hit(replace(passage(), above=(((0, 7), "# Fleet"),)), 1, 0.7, 0.6)
    asked = turn(answered(passages=(hit,)), rating="up")
    kept.put(id, asked)
    assert kept.open(id) == Conversation(id, (asked,))
    (file,) = tmp_path.rglob("*.json")
    assert os.name != "posix" or file.stat().st_mode & 0o777 == 0o600
    assert visitor not in str(file)
    assert Conversations(tmp_path, new_id()).open(id).turns == ()
    assert Conversations(tmp_path, visitor, "anna").list() == []
    assert kept.list() == [(id, "How many?")]
    again = turn(None, id="8" * 32, state="asking")
    assert [t.id for t in kept.put(id, again, instead_of="7" * 32).turns] == ["8" * 32]
    assert kept.open(id).turns[0].state == "stopped"  # as after a crash of the server
    file.write_text("{")
    with pytest.raises(InvalidInput, match="damaged"):
        kept.open(id)
    kept.delete(id)
    assert kept.list() == []
    for bad in ("../x", "", None, 5, "a" * 31):
        with pytest.raises(InvalidInput):
            kept.open(bad)  # type: ignore[arg-type]


def test_two_tabs_may_write_one_conversation(tmp_path: Path) -> None:
    kept, id = Conversations(tmp_path, new_id()), new_id()
    threads = [threading.Thread(target=kept.put, args=(id, turn(id=f"{n:032x}"))) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {t.id for t in kept.open(id).turns} == {f"{n:032x}" for n in range(8)}


def test_exports(tmp_path: Path) -> None:
    evil = turn(answered(text=EVIL, sentences=(), warnings=("1. x",)), question=EVIL)
    whole = Conversation("c", (turn(answered()), evil, turn(None, state="failed", trouble="Away")))
    path = tmp_path / "conversation.json"
    path.write_text(conversation_file(whole, "json")["content"])
    assert [len(a["citations"]) for a in read_answers(path)] == [2, 2]
    path.write_text(answer_file(whole.turns[0])["content"])
    assert read_answers(path)[0]["short"]["text"] == "about 225 trucks"
    markdown = conversation_file(whole, "markdown")["content"]
    assert "## How many?" in markdown and "> The fleet has about 225 trucks" in markdown
    assert not re.search(r"(?<!\\)[<`]", markdown) and "](" not in markdown.replace("\\](", "")
    assert "1\\. x" in markdown
    page = Reader(html := conversation_file(whole, "html")["content"])
    assert not {"img", "script", "a"} & set(page.tags) and "default-src 'none'" in html
    assert "Only weakly supported: It grew." in page.words
    with pytest.raises(InvalidInput):
        conversation_file(whole, "exe")


def test_feedback_and_test_questions_are_rows(tmp_path: Path) -> None:
    note_rating(tmp_path, turn(answered(), rating="down"), " wrong fleet ")
    row = json.loads((tmp_path / "feedback.jsonl").read_text())
    assert (row["rating"], row["note"], row["question"]) == ("down", "wrong fleet", "How many?")
    first, second = turn(answered()), turn(answered(query="How many trucks?"), id="8" * 32)
    whole = Conversation("c", (first, second))
    assert add_test_question(tmp_path, whole, second) == (tmp_path / "questions.jsonl", True)
    assert add_test_question(tmp_path, whole, second)[1] is False
    (line,) = (tmp_path / "questions.jsonl").read_text().splitlines()
    asked = json.loads(line)
    assert asked["answers"] == ["about 225 trucks"] and asked["answerable"] is True
    assert asked["standalone"] == "How many trucks?" and len(asked["history"]) == 2
    assert asked["evidence"][1] == {"file": "a.txt", "quote": "It grew."}


def test_what_a_page_sends_is_checked() -> None:
    assert selection_of({"files": ["a[1].txt"], "since": "2024-01-02"}).files == ("a[[]1].txt",)
    selections: list[Any] = [{"files": "a"}, {"files": [5]}, {"since": "2024-13-01"}, {"until": 5}]
    for bad in selections:
        with pytest.raises(InvalidInput):
            selection_of(bad)
    for text in (5, ["y"], "y" * 11):
        with pytest.raises(InvalidInput):
            text_of({"x": text}, "x", 10)
    assert text_of({"x": "a\ud800b\ud83d\ude00"}, "x") == "a\ufffdb\U0001f600"
    assert selection_of({"files": ["caf\ufffd.txt"]}).files == ("caf?.txt",)
    assert spans_of({"spans": "1-2 30-40"}) == [(1, 2), (30, 40)] and spans_of({}) == []
    for spans in (-1, "1", "1-", "-1-2", "1-2,3-4", "١-٢", "1-" + "9" * 13, "1-2 " * 600):
        with pytest.raises(InvalidInput):
            spans_of({"spans": spans})


def test_the_list_of_documents() -> None:
    rows = [
        {"document": f"{n}.txt", "title": f"Title {n}", "date": None, "passages": 2,
         "state": state, "reason": reason}
        for n, (state, reason) in enumerate([("current", None), ("changed", None),
                                             ("missing", None), ("skipped", "binary")])
    ]  # fmt: skip
    assert summary_text(rows).startswith("4 documents, 8 passages; 1 changed since indexing")
    assert "binary" in list_html(rows, "") and list_html(rows, "").count("<tr>") == 5
    assert list_html(rows, "title BINARY").count("<tr>") == 2
    assert "No document matches" in list_html(rows, "nothing")
    assert "The first 300 of 400" in list_html(rows * 100, "")


def test_a_document_whose_name_is_no_text_can_be_listed_opened_and_removed(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / os.fsdecode(b"caf\xe9 \xff.txt")).write_text("The cat is called Olga.")
    sync(LocalStore(tmp_path / "index"), [str(tmp_path / "docs")], FakeEmbedder())
    talk = Talk(tmp_path, lambda llm: cast("Any", SlowPipeline()), {"extractive": None})
    library = Library(Settings(home=tmp_path, index=str(tmp_path / "index")), talk)
    listed = _sendable(library.documents({}, ""))
    json.dumps(listed, ensure_ascii=False).encode("utf-8")
    ((choice,), sent) = (listed["choices"], {"document": "caf\ufffd \ufffd.txt"})
    assert choice["document"] == sent["document"]
    assert "The cat is called Olga" in library.document(sent, "")["html"]
    assert library.remove(sent, "")["told"].startswith("Removed caf")
    with pytest.raises(InvalidInput, match="not in the index any more"):
        library.document(sent, "")


def test_a_whole_document_is_opened_at_its_place() -> None:
    from rag.datatypes import Document

    document = Document("a.txt", "ab" * 300_000, "A", True, None, None, "0")
    html = document_html(document, [(500_010, 500_012), (500_000, 500_004), (500_002, 500_006)])
    marks = re.findall("<mark.*?</mark>", html)
    assert marks == ['<mark id="here" tabindex="-1">abab</mark>', "<mark>ab</mark>"]
    assert "characters 300,000 to 600,000" in html
    assert len(Reader(html.split('class="whole"')[1].split(">", 1)[1]).words) == 300_000
    for spans in ([], [(9**9, 9**9)], [(5, 5)], [(7, 3)], [(599_999, 9**9)]):
        assert "<mark" not in document_html(document, spans)


class SlowPipeline:
    """Answers a word at a time, without end; remembers that it was stopped."""

    stopped = 0

    def stream(self, question: str, **more: Any) -> Iterator[Answer]:
        try:
            while True:
                yield answered(text="Word by word", sentences=(), citations=(), complete=False)
        finally:
            self.stopped += 1


def test_questions_beyond_the_seats_are_refused_and_a_stopped_one_is_kept(tmp_path: Path) -> None:
    pipeline = SlowPipeline()
    talk = Talk(tmp_path, lambda llm: cast("Any", pipeline), {"scripted:x": None})
    visitor = new_id()

    def sent(id: str, **more: Any) -> dict[str, Any]:
        given = {"visitor": visitor, "conversation": id, "turn": new_id(), "question": "How many?"}
        return given | more

    ids = [new_id() for _ in range(AT_ONCE)]
    running: list[Any] = [talk.ask(sent(id), "") for id in ids]
    for one in running:
        next(one)
        next(one)
    assert not talk.admit()
    with pytest.raises(MachineRefused, match="Too many"):
        next(talk.ask(sent(new_id()), ""))
    talk.delete(sent(ids[1]), "")
    for one in running:
        one.close()
    assert pipeline.stopped == AT_ONCE and talk.admit()
    (kept,) = talk.conversation(sent(ids[0]), "")["turns"]
    assert kept["state"] == "stopped" and "Word by word" in Reader(kept["turn"]).words
    assert talk.conversation(sent(ids[1]), "")["turns"] == []
    assert next(talk.ask(sent(new_id()), ""))["state"] == "asking"
    with pytest.raises(InvalidInput, match="not offered"):
        next(talk.ask(sent(new_id(), llm="openai:x"), ""))


def test_an_answer_is_stopped_while_its_pipeline_waits(tmp_path: Path) -> None:
    pipeline = SlowPipeline()
    talk = Talk(tmp_path, lambda llm: cast("Any", pipeline), {"scripted:x": None})
    asked: dict[str, Any] = {"visitor": new_id(), "conversation": new_id(), "question": "Slow?"}
    asked["turn"] = new_id()
    running = talk.ask(asked, "")
    next(running)
    next(running)
    assert [turn["state"] for turn in talk.conversation(asked, "")["turns"]] == ["asking"]
    talk.stop(asked, "")
    (kept,) = talk.conversation(asked, "")["turns"]
    assert kept["state"] == "stopped" and "Word by word" in Reader(kept["turn"]).words
    assert [event["state"] for event in running] == ["stopped"]
    assert pipeline.stopped == 1
    with pytest.raises(InvalidInput, match="asked already"):
        next(talk.ask(asked, ""))
    early = asked | {"turn": new_id()}
    talk.stop(early, "")  # before it began
    assert [event["state"] for event in talk.ask(early, "")] == ["asking", "stopped"]


@pytest.mark.parametrize(
    ("llm", "states"), [("extractive", ["asking", "done"]), ("scripted:x", ["asking"] * 2)]
)
def test_only_what_an_llm_writes_is_sent_as_it_grows(
    llm: str, states: list[str], tmp_path: Path
) -> None:
    def stream(question: str, **more: Any) -> Iterator[Answer]:
        yield from [answered(complete=False), answered()]

    talk = Talk(tmp_path, lambda llm: Mock(stream=stream), {llm: None})
    asked = {"visitor": new_id(), "conversation": new_id(), "turn": new_id(), "question": "How?"}
    assert [event["state"] for event in talk.ask(asked, "")][:2] == states


# -- the gate


def through(
    method: str, path: str, headers: dict[str, str], body: bytes = b"", login: bool = False,
    host: str = "127.0.0.1", inner: int = 299, brake: Brake | None = None,
    full: bool = False, taken: bytes | None = None,
    client: tuple[str, int] | None = ("10.0.0.1", 5000),
) -> tuple[int, dict[str, str]]:  # fmt: skip
    """The status that a request gets; ``inner`` from behind the gate, where ``taken`` comes in."""
    sent: list[MutableMapping[str, Any]] = []

    async def inside(scope: Any, receive: Any, send: Any) -> None:
        got = await receive()
        assert got["body"] == (body if taken is None else taken)
        cors = [(b"Access-Control-Allow-Origin", b"*")]
        await send({"type": "http.response.start", "status": inner, "headers": cors})
        await send({"type": "http.response.body", "body": b""})

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    async def upload(scope: Any, receive: Any, send: Any) -> None:
        await inside(scope, receive, send)

    streams = Mailboxes(Mock(event_ids_to_events={}, pending_event_ids_session={}), 1)
    streams["a" * 32] = asyncio.Queue()
    gate = Gate(
        host,
        login,
        lambda cookies: cookies.get("token"),
        upload,
        brake or Brake(),
        lambda: not full,
        lambda: streams,
    )
    scope = {"type": "http", "method": method, "path": path, "client": client,
             "headers": [(k.encode(), v.encode()) for k, v in headers.items()]}  # fmt: skip
    asyncio.run(gate(inside, scope, receive, send))
    return sent[0]["status"], {k.decode(): v.decode() for k, v in sent[0]["headers"]}


JSON = {"host": "127.0.0.1:7860", "content-type": "application/json"}


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:7860", 299), ("localhost:7860", 299), ("[::1]:1", 299), ("192.168.1.5", 299),
     ("rebind.evil.example", 421), ("127.0.0.1.evil.example:7860", 421), ("", 421),
     ("localhost.evil.example", 421)],
)  # fmt: skip
def test_only_hosts_that_cannot_be_rebound(host: str, status: int) -> None:
    assert through("POST", "/gradio_api/run/choices", JSON | {"host": host})[0] == status
    assert through("GET", "/", {"host": host})[0] == (200 if status == 299 else 421)


def test_no_other_origin_may_ask() -> None:
    run = "/gradio_api/run/choices"
    assert through("POST", run, JSON | {"origin": "http://127.0.0.1:7860"})[0] == 299
    for origin in ("http://evil.example", "null", "http://127.0.0.1:7861", "http://localhost:7860"):
        assert through("POST", run, JSON | {"origin": origin})[0] == 403
    for site in ("cross-site", "same-site"):
        assert through("POST", run, JSON | {"sec-fetch-site": site})[0] == 403
        assert through("GET", "/page.js", JSON | {"sec-fetch-site": site})[0] == 403
        assert through("GET", "/", JSON | {"sec-fetch-site": site})[0] == 200  # a link to the page
    assert through("POST", run, JSON | {"content-type": "text/plain"})[0] == 415


def test_only_the_doors_of_the_page_are_open() -> None:
    shut = ["/gradio_api/file=/etc/passwd", "/gradio_api/file=../x", "/gradio_api/upload",
            "/config", "/gradio_api/info", "/openapi.json", "/docs", "/monitoring",
            "/gradio_api/runs",
            "/gradio_api/proxy=http://evil.example", "/static/../app.py", "/assets/x.js",
            "//page.js",
            "/page.js/../app.py", "/gradio_api/queue/join", "/gradio_api/run/../../x", "/theme.css",
            "/gradio_api/run/ask",
            "/gradio_api/call/remove", "/gradio_api/component_server", "/app.py"]  # fmt: skip
    for path in shut:
        for method in ("GET", "POST", "OPTIONS", "PUT", "DELETE"):
            assert through(method, path, JSON)[0] == 404, (method, path)
    for path in ("/page.js", "/talk.js", "/style.css", "/icon.svg"):
        assert through("GET", path, JSON)[0] == 200 and through("POST", path, JSON)[0] == 404


def test_every_response_has_the_headers_and_none_of_cors() -> None:
    for path in ("/", "/gradio_api/run/choices", "/nothing"):
        method = "GET" if path == "/" else "POST"
        headers = through(method, path, JSON)[1]
        assert HEADERS.items() <= headers.items()
        assert not [name for name in headers if name.lower().startswith("access-control")]
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_a_question_is_refused_at_the_door_where_no_seat_is_free() -> None:
    ask = "/gradio_api/call/ask"
    assert through("POST", ask, JSON)[0] == 299
    assert through("POST", ask, JSON, full=True)[0] == 503
    assert through("POST", ask, JSON, full=True, login=True)[0] == 401
    for path in ("/gradio_api/run/choices", "/gradio_api/call/index"):
        assert through("POST", path, JSON, full=True)[0] == 299
    assert through("GET", f"{ask}/{'a' * 32}", JSON, full=True)[0] == 299


def test_who_asks_names_no_session_and_listens_only_to_what_is_kept() -> None:
    ask = "/gradio_api/call/ask"
    for body in (
        b'{"data": [5], "session_hash": "mine"}',
        rb'{"session\u005fhash": "mine", "data": [5]}',
    ):
        assert through("POST", ask, JSON, body, taken=b'{"data": [5]}')[0] == 299
    for body in (b'{"session_hash": "mine"}', b"[5]", b"{", b"[" * 100_000, b"\xff"):
        assert through("POST", ask, JSON, body, taken=body)[0] == 299  # it is refused inside
    assert through("GET", f"{ask}/{'0' * 32}", JSON)[0] == 404
    assert through("GET", f"{ask}/{'0' * 32}", JSON, login=True)[0] == 401
    assert through("GET", f"{ask}/{'a' * 32}", JSON)[0] == 299


def test_of_pictures_that_nobody_has_seen_yet_only_the_newest_waits() -> None:
    queue = Mock(event_ids_to_events={"a": 1}, pending_event_ids_session={"a": {"a"}})
    mailboxes = Mailboxes(queue, 1)
    mailboxes["a"] = asyncio.Queue()
    for message in ("begun", 1, 2, 3, "over"):
        mailboxes["a"].put_nowait(message)
    assert [mailboxes["a"].get_nowait() for _ in range(mailboxes["a"].qsize())] == [
        "begun",
        3,
        "over",
    ]


def test_an_answer_is_kept_while_it_goes_on_or_is_heard_and_forgotten_once_it_was_heard() -> None:
    going_on: dict[str, Any] = {"live": 1}
    waiting = {"live": {"live"}, "slow": {"slow"}, "unheard": {"unheard"}}
    mailboxes = Mailboxes(Mock(event_ids_to_events=going_on, pending_event_ids_session=waiting), 1)
    for session in waiting:
        mailboxes[session] = asyncio.Queue()
    with mailboxes.hearing("slow"):
        for n in range(3):
            mailboxes[f"next {n}"] = asyncio.Queue()
        assert [*mailboxes] == ["live", "slow", "next 1", "next 2"]
        waiting["slow"].clear()  # it has taken the last message
    with mailboxes.hearing("live"):
        pass  # it left in the middle
    assert [*mailboxes] == ["live", "next 1", "next 2"] and [*waiting] == ["live"]


def test_a_conversation_of_very_long_answers_is_not_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, id = Conversations(tmp_path, new_id()), new_id()
    monkeypatch.setattr("rag.web.conversations.LARGEST", 1000)
    long = Turn(new_id(), "How many?", "2025-01-01", "done", answered(text="word " * 200))
    kept.put(id, long)
    with pytest.raises(InvalidInput, match="too long"):
        kept.put(id, replace(long, id=new_id()))
    kept.put(id, replace(long, id=new_id()), instead_of=long.id)  # in its place there is room
    kept.put(new_id(), long)


def test_a_visitor_cannot_fill_the_disk_with_ratings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Turn(new_id(), "How many?", "2025-01-01", "done", answered())
    note_rating(tmp_path, turn, "")
    noted = (tmp_path / "feedback.jsonl").read_bytes()
    monkeypatch.setattr("rag.web.feedback._LARGEST", len(noted))
    with pytest.raises(MachineRefused, match="is full"):
        note_rating(tmp_path, turn, "")
    assert (tmp_path / "feedback.jsonl").read_bytes() == noted


def test_two_questions_of_one_id_do_not_trip_each_other_up(tmp_path: Path) -> None:
    talk = Talk(tmp_path, lambda llm: cast("Any", SlowPipeline()), {"scripted:x": None})
    asked = {"visitor": new_id(), "turn": new_id(), "question": "How many?"}
    running = [talk.ask(asked | {"conversation": new_id()}, "") for _ in range(2)]
    for one in running:
        next(one)
    for one in running:
        one.close()  # type: ignore[attr-defined]


def test_too_much_is_refused_and_a_login_is_asked_for() -> None:
    run = "/gradio_api/run/choices"
    assert through("POST", run, JSON, b"x" * LARGEST_REQUEST)[0] == 299
    assert through("POST", run, JSON, b"x" * (LARGEST_REQUEST + 1))[0] == 413
    assert through("POST", run, JSON, login=True)[0] == 401
    assert through("POST", "/upload", JSON, login=True)[0] == 401
    assert through("GET", "/gradio_api/call/ask/" + "a" * 32, JSON, login=True)[0] == 401
    assert through("POST", run, JSON | {"cookie": "token=x"}, login=True)[0] == 299
    assert through("POST", "/login", JSON, login=True)[0] == 299
    assert through("GET", "/", JSON, login=True)[0] == 200


def test_guessing_a_password_takes_ever_longer() -> None:
    now = [1000.0]
    brake = Brake(lambda: now[0])

    def tried(inner: int = 400, address: str = "10.0.0.1") -> tuple[int, str | None]:
        status, headers = through(
            "POST", "/login", JSON, login=True, inner=inner, brake=brake, client=(address, 1)
        )
        return status, headers.get("retry-after")

    assert [tried() for _ in range(6)] == [(400, None)] * 5 + [(429, "1")]
    assert tried(200) == (429, "1")  # the right one must wait as well
    assert tried(address="10.0.0.2") == (400, None)  # another's wait is not mine
    for wait in (1, 2, 4, 8):
        now[0] += wait - 0.5
        assert tried()[0] == 429
        now[0] += 0.5
        assert tried() == (400, None)
    for _ in range(20):
        now[0] += 900
        assert tried() == (400, None)
    assert tried() == (429, "900")
    now[0] += 900
    assert tried(200) == (200, None)
    assert [tried() for _ in range(6)][3:] == [(400, None), (400, None), (429, "1")]


def test_the_addresses_that_are_remembered_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.web.brake._REMEMBERED", 2)
    brake = Brake(lambda: 0.0)
    for address in "aaaaabbbbbc":
        assert brake.take(address) == 0
    assert (brake.take("b"), brake.take("a")) == (1, 0)  # a was forgotten for c


# -- uploads and indexing


@pytest.mark.parametrize(
    ("name", "kept"),
    [("notes.txt", "notes.txt"), ("../../x.md", "x.md"), ("C:\\a\\b.txt", "b.txt"),
     ("ü <b>.md", "ü <b>.md")],
)  # fmt: skip
def test_names_of_uploads(name: str, kept: str) -> None:
    assert checked_name(name) == kept


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", ".hidden.txt", "a/", "x.exe", "x", "a\nb.txt", "a" * 300 + ".txt", "x.sh"],
)
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        checked_name(name)


def uploaded(uploads: Uploads, name: str, pieces: list[bytes]) -> tuple[int, dict[str, Any]]:
    waiting, sent = list(pieces), []

    async def receive() -> dict[str, Any]:
        body = waiting.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    async def send(message: Any) -> None:
        sent.append(message)

    scope: dict[str, Any] = {"query_string": f"name={name}".encode()}
    asyncio.run(uploads(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_an_upload_is_kept_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = Uploads(tmp_path, tmp_path / "index")
    assert uploaded(uploads, "a%20b.txt", [b"one ", b"two"]) == (200, {"name": "a b.txt"})
    assert (uploads.folder / "a b.txt").read_bytes() == b"one two"
    assert uploads.path_of("uploads/a b.txt") == uploads.folder / "a b.txt"
    for id in ("a b.txt", "uploads/../a b.txt", "uploads/none.txt"):
        assert uploads.path_of(id) is None
    monkeypatch.setattr("rag.web.upload.LARGEST_FILE", 5)
    assert uploaded(uploads, "b.txt", [b"123", b"456"])[0] == 413
    monkeypatch.setattr("rag.web.upload.LARGEST_FOLDER", 9)
    assert uploaded(uploads, "b.txt", [b"123"])[0] == 413
    assert uploaded(uploads, "large.exe", [b"1"])[0] == 400
    assert [path.name for path in uploads.folder.iterdir()] == ["a b.txt"]


def test_uploads_at_once_stay_within_the_folder_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.web.upload.LARGEST_FOLDER", 9)
    uploads = Uploads(tmp_path, tmp_path / "index")

    async def upload(name: str, both: asyncio.Barrier) -> int:
        sent: list[MutableMapping[str, Any]] = []
        parts = [b"123", b"456"]

        async def receive() -> MutableMapping[str, Any]:
            body = parts.pop(0)
            if not parts:
                await both.wait()
            return {"type": "http.request", "body": body, "more_body": bool(parts)}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await uploads({"query_string": f"name={name}".encode()}, receive, send)
        return int(sent[0]["status"])

    async def two(*names: str) -> list[int]:
        both = asyncio.Barrier(2)
        return await asyncio.gather(*(upload(name, both) for name in names))

    assert sorted(asyncio.run(two("a.txt", "b.txt"))) == [200, 413]
    (kept,) = uploads.folder.iterdir()
    kept.unlink()
    assert uploaded(uploads, "c.txt", [b"123456789"])[0] == 200  # what was refused takes no room


def test_a_draft_that_a_killed_chat_left_behind_goes(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path, tmp_path / "index")
    uploaded(uploads, "a.txt", [b"one"])
    left, recent = uploads.folder / ".0123456789abcdef", uploads.folder / ".fedcba9876543210"
    for path in (left, recent):
        path.write_bytes(b"half")
    os.utime(left, (0, 0))
    uploaded(uploads, "b.txt", [b"two"])
    assert sorted(path.name for path in uploads.folder.iterdir()) == [recent.name, "a.txt", "b.txt"]


def test_one_run_of_indexing_at_a_time() -> None:
    go = threading.Event()

    def work(named: Any, progress: Progress) -> SyncReport:
        progress(1, 4)
        go.wait(10)
        if named:
            raise MachineRefused("The disk is full.")
        return SyncReport(2, 1, 3, 3, 0, 0.1, ())

    indexing = Indexing(work)
    indexing.start([])
    with pytest.raises(MachineRefused, match="already"):
        indexing.start([])
    watched = indexing.watch()
    while next(watched).total != 4:
        pass
    go.set()
    *_, last = watched
    assert last.report and last.report.passages == 3 and not last.running
    indexing.start(["x"])
    *_, last = indexing.watch()
    assert last.trouble == "The disk is full."


def test_who_watches_the_indexing_cannot_take_all_the_threads() -> None:
    go = threading.Event()
    indexing = Indexing(lambda named, progress: cast("Any", go.wait(10)))
    indexing.start([])
    watching = [indexing.watch() for _ in range(_WATCHING)]
    assert all(next(one).running for one in watching)
    with pytest.raises(MachineRefused, match="Too many"):
        next(indexing.watch())
    watching.pop().close()  # type: ignore[attr-defined]
    assert next(indexing.watch()).running
    go.set()


def test_examples_are_made_of_what_a_document_says_often() -> None:
    text = "At last the Linden Bridge is open. We like the Linden Bridge. We met Anna Berg." * 2
    assert list(_candidates(text)) == [
        "What is said about the Linden Bridge?",
        "What is said about Anna Berg?",
    ]
    assert list(_candidates("Once there was Anna Berg.")) == []


def test_gradio_prepares_nothing_that_the_chat_does_not_need() -> None:
    """In a fresh process, for here it may have been imported already."""
    program = (
        "import sys\n"
        "from rag.web.lean import _do_nothing, lean\n"
        "before = list(sys.meta_path)\n"
        "with lean():\n"
        "    import gradio\n"
        "from gradio import blocks_events, component_meta, events, utils\n"
        "assert component_meta.create_or_modify_pyi is _do_nothing\n"
        "assert blocks_events.create_or_modify_pyi is _do_nothing\n"
        "assert events.EventListener.set_doc is _do_nothing\n"
        "assert sys.meta_path == before and callable(gradio.Button.click)\n"
        "with utils.MatplotlibBackendMananger():\n"
        "    assert not {'matplotlib', 'mcp'} & sys.modules.keys()\n"
        "import mcp\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@pytest.mark.parametrize(("may", "holds"), [(300, 300), (600, 600), (9000, 8192)])
def test_idle_clients_may_take_more_files_than_a_shell_allows(
    may: int, holds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    monkeypatch.setattr("resource.getrlimit", lambda which: (300, may))
    monkeypatch.setattr("resource.setrlimit", lambda which, limits: taken.append(limits))
    _hold_more_files()
    assert taken == [(holds, may)] * (holds > 300)


def test_what_answers_is_loaded_while_the_page_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = []
    pipeline = Mock(prepare=lambda: said.append(capsys.readouterr().err))
    monkeypatch.setattr(os, "environ", dict(os.environ))
    monkeypatch.setattr("rag.web.app._share_arenas", Mock())
    monkeypatch.setattr("rag.web.app._hold_more_files", Mock())
    monkeypatch.setattr("rag.web.app.build", Mock())
    monkeypatch.setattr("rag.web.app.time.sleep", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        serve(Settings(home=tmp_path, port=0), Mock(return_value=pipeline), {})
    assert Queue(True, 1, 1, None, Mock()).ANALYTICS_MAX_EVENTS == 1
    assert len(said) == 1 and said[0].startswith("rag chat: http://127.0.0.1:")
