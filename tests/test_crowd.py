"""The chat under a crowd and under hostile payloads; how fast it is then is for `make soak`."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser.driving import find_chromium
from soak import beside, load
from soak.chat import KEY, QUESTION, Chat, LLMServer, chatting
from soak.payloads import PAYLOADS, show

from rag.embed import Embedder
from rag.web.talk import AT_ONCE

Chatting = tuple[Chat, LLMServer]


@pytest.fixture(scope="module")
def chat(
    tmp_path_factory: pytest.TempPathFactory, home: Path, embedder: Embedder
) -> Iterator[Chatting]:
    """A chat that has answered before, and its LLM; at its end, that its log is clean."""
    embedder.embed_query("so that there is a twin")
    folder = tmp_path_factory.mktemp("crowd")
    with chatting(folder, home) as chat:
        load.crowd(chat[0], 20)
        yield chat
    log = (folder / "log").read_text("utf-8")
    assert "Traceback" not in log and "DEBUG" in log and KEY not in log
    for place in (folder, home):
        files = [path for path in place.rglob("*") if path.is_file()]
        assert not [path for path in files if KEY.encode() in path.read_bytes()]


def test_a_crowd_beyond_the_seats_is_told_that_the_chat_is_busy(chat: Chatting) -> None:
    seen = load.burst(*chat)
    assert seen["answered"] + seen["told that it is busy"] == load.BURST
    assert seen["trouble"] == []


def test_who_leaves_frees_the_llm_whatever_it_does(chat: Chatting) -> None:
    assert load.cancel(*chat, 3)["trouble"] == []


def test_a_dead_llm_holds_up_nobody_else(chat: Chatting) -> None:
    assert load.dead_llm(*chat, 3, False)["trouble"] == []


def test_what_a_hostile_client_sends_is_refused_and_forgotten(chat: Chatting) -> None:
    seen = beside.hostile_client(*chat, 40, 50, 1)
    assert seen["trouble"] == [] and seen["statuses"].keys() >= {200, 413, 503}


def test_answers_that_nobody_hears_are_forgotten_but_for_the_newest(chat: Chatting) -> None:
    def heard(id: str) -> int:
        with chat[0].listening(id) as response:
            return response.status

    def unheard(question: str, **more: str) -> str:
        ids = (id for _, id in iter(lambda: chat[0].join(question, **more), None) if id)
        return next(ids)  # once there is a seat

    long = unheard(f"{QUESTION} #endless1")
    # Of the others at most so many as there are seats are not over.
    old, *_, new = [unheard(QUESTION, llm="extractive") for _ in range(2 + 3 * AT_ONCE)]
    assert [heard(id) for id in (long, old, new)] == [200, 404, 200]


def test_what_was_heard_to_its_end_is_not_listened_to_again(chat: Chatting) -> None:
    _, id = chat[0].join(QUESTION, llm="extractive")
    with chat[0].listening(id) as response:
        assert response.status == 200 and b"event: complete" in response.read()
    with chat[0].listening(id) as response:
        assert response.status == 404


def test_asking_while_it_is_indexed_anew(chat: Chatting) -> None:
    seen = beside.reindex(*chat, 6, 0.5)
    assert seen["trouble"] == [] and seen["runs of indexing"] >= 1


def test_commands_that_are_interrupted_or_unheard(chat: Chatting) -> None:
    assert beside.commands(*chat, 2, 1)["trouble"] == []


def test_ten_clients_at_once(chat: Chatting) -> None:
    seen = load.steady(*chat, 3, 10)
    assert seen["trouble"] == [] and seen["questions"] > load.CLIENTS


@pytest.mark.skipif(find_chromium() is None, reason="no Chromium is installed")
def test_no_payload_acts_on_the_page(tmp_path: Path) -> None:
    assert len(PAYLOADS) == len(set(PAYLOADS)) == 40
    seen = show(tmp_path, 24)
    assert seen["trouble"] == [] and seen["stopped by the policy alone"] >= 23
