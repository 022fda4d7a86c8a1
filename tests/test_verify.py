"""An exported answer against files that changed, and against what was changed in the export."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import count_words

from rag.cite import read_reply
from rag.compose import quoted
from rag.datatypes import Answer, Hit, ShortAnswer
from rag.errors import InvalidInput
from rag.load import loader_for
from rag.render import Terminal, answer_json, to_json
from rag.split import split
from rag.store.local.roots import Root
from rag.verify import read_answers, verify

QUOTED = "The bridge, built in 1902, carries 400 trains a day."
REPLACED = "Dr. Bob Ray replaced Dr. Ann Lee."
FILE = f"---\ntitle: The bridge\ndate: 2024-05-01\n---\n{QUOTED} {REPLACED}\n"
Exported = dict[str, Any]


@pytest.fixture
def root(tmp_path: Path) -> Root:
    (tmp_path / "a.md").write_text(FILE)
    return Root(tmp_path, "")


@pytest.fixture
def exported(root: Root) -> Exported:
    """An answer of a quoted, a verified and an unsupported sentence."""
    (document,) = loader_for("a.md", named=False)("a.md", FILE.encode(), [])
    _, (passage,) = split(document, count_words, 200)
    hit = Hit(passage, 1, 0.5, 0.5)
    reply = f"{QUOTED} [1] Dr. Ann Lee was replaced by Dr. Bob Ray. [1] Elephants fly. [1]"
    checked = read_reply(reply, [hit], finished=True)
    assert [s.support for s in checked.sentences] == ["quoted", "verified", "unsupported"]
    start = FILE.index("400 trains")
    answer = Answer(
        "How many trains?",
        "How many trains?",
        "answered",
        checked.text,
        short=ShortAnswer("400 trains", 1, start, start + 10),
        sentences=checked.sentences,
        citations=checked.citations,
        passages=(hit,),
    )
    found: Exported = json.loads(to_json(answer_json(answer)))
    return found


def troubles(exported: Exported, root: Root) -> list[str]:
    return [verdict.trouble for verdict in verify(exported, [root]) if verdict.trouble]


def test_what_nobody_touched_holds(exported: Exported, root: Root) -> None:
    assert [(v.citation, v.document, v.trouble) for v in verify(exported, [root])] == [
        (number, "a.md", None) for number in range(1, len(exported["citations"]) + 1)
    ]


REPLIES = [
    "**The moon is made of cheese.**", "**Summary**\n- {quoted} [1]", "# Trains.\n{quoted} [1]",
    "**What?**\n\n1. {quoted} [1]\n2) Elephants fly [9].", "The documents do not say. {quoted}",
    "| Year | Trains |\n|---|---|\n| 1902 | 400 [1] |", "2024 figures\n4 [1]", "{quoted}\n```\n```",
    "Elephants fly.\n**Summary**\n{quoted} [1]",
]  # fmt: skip


@pytest.mark.parametrize("reply", REPLIES)
def test_what_an_llm_wrote_and_nobody_touched_holds(root: Root, reply: str) -> None:
    (document,) = loader_for("a.md", named=False)("a.md", FILE.encode(), [])
    _, (passage,) = split(document, count_words, 200)
    hit = Hit(passage, 1, 0.5, 0.5)
    checked = read_reply(reply.format(quoted=QUOTED), [hit], finished=True)
    answer = Answer(
        "How many?", "How many?", "answered", checked.text, sentences=checked.sentences,
        citations=checked.citations, llm="local:x",
    )  # fmt: skip
    assert troubles(json.loads(to_json(answer_json(answer))), root) == []


def test_the_marks_within_a_quoted_e_mail_are_in_the_quote_and_not_in_the_text(
    tmp_path: Path,
) -> None:
    said = "We can offer you the\n> garden room, which has the balcony, for 112 EUR a night."
    (tmp_path / "a.txt").write_text(f"> {said}\n")
    (document,) = loader_for("a.txt", named=False)("a.txt", f"> {said}\n".encode(), [])
    _, (passage,) = split(document, count_words, 200)
    draft = Answer("Which room?", "Which room?", "not_in_documents", "")
    answer = quoted(draft, [(Hit(passage, 1, 0.5, 0.5), passage.sentences[0])], "", "answered")
    assert answer.citations[0].quote == answer.sentences[0].text == said
    assert answer.text == f"{said.replace(chr(10) + '> ', ' ')} [1]"
    assert said.replace("\n> ", " ") in Terminal(False, 100).answer(answer).replace("\n    ", " ")
    assert troubles(json.loads(to_json(answer_json(answer))), Root(tmp_path, "")) == []


def test_citations_alone_are_enough(exported: Exported, root: Root) -> None:
    alone = {"citations": exported["citations"]}
    assert troubles(alone, root) == []
    alone["citations"][0]["quote"] += "x"
    assert troubles(alone, root) == ["the quote is not what stands at its place"]


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (FILE.replace("400", "900"), "the file changed"),
        (FILE + "More.\n", "the file changed, the quote is still in its place"),
        (None, "the document is not there any more"),
    ],
)
def test_a_file_that_changed(exported: Exported, root: Root, file: str | None, told: str) -> None:
    (root.path / "a.md").unlink()
    if file is not None:
        (root.path / "a.md").write_text(file)
    assert troubles(exported, root)[0] == told


def citation(**fields: Any) -> Callable[[Exported], None]:
    return lambda exported: exported["citations"][0].update(fields)


def sentence(number: int, **fields: Any) -> Callable[[Exported], None]:
    return lambda exported: exported["sentences"][number].update(fields)


GONE = "the document is not there any more"
ELSEWHERE = "the quote is not what stands at its place"
NOT_QUOTED = "a sentence marked as quoted is not one of its quotes"
NOT_CARRIED = "a sentence marked as verified is not carried by its quotes"
NOT_SAID = "a sentence is not in the answer's text"
NOT_SHORT = "the short answer is not what stands at its place"
NO_NUMBERS: tuple[Any, ...] = (None, "1", True, 1.0, float("inf"), [])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (citation(start=0), ELSEWHERE),
        (citation(start=-1), ELSEWHERE),
        (citation(end=10**30), ELSEWHERE),
        (citation(quote=QUOTED.replace("400", "900")), ELSEWHERE),
        (citation(sha256="0" * 64), "the file changed, the quote is still in its place"),
        (citation(title="The tunnel"), "the document has another title"),
        (citation(date="1999-01-01"), "the document has another date"),
        (citation(url="http://evil.example"), "the document has another url"),
        *[(citation(document=id), GONE) for id in ("../a.md", "/etc/passwd", "a\0", "\ud800")],
        (citation(id=7), "a sentence cites [1], which is not there"),
        (sentence(0, citations=[9]), "a sentence cites [9], which is not there"),
        (sentence(0, citations=["1"]), "a sentence cites [1], which is not there"),
        (sentence(0, citations=[]), NOT_QUOTED),
        (sentence(0, text=""), NOT_QUOTED),
        (sentence(0, text="The bridge carries 900 trains a day.", support="verified"), NOT_CARRIED),
        (sentence(1, text="Dr. Bob Ray was replaced by Dr. Ann Lee."), NOT_CARRIED),
        (sentence(1, citations=[]), NOT_CARRIED),
        (sentence(2, support="verified"), NOT_CARRIED),
        (sentence(2, support="quoted"), NOT_QUOTED),
        (lambda exported: exported.update(text=exported["text"].replace("400", "900")), NOT_SAID),
        (lambda exported: exported["short"].update(text="900 trains"), NOT_SHORT),
        (lambda exported: exported["short"].update(citation=9), NOT_SHORT),
        (lambda exported: exported["short"].update(start=0, end=3, text="---"), NOT_SHORT),
    ],
)
def test_a_change_in_the_export_is_noticed(
    exported: Exported, root: Root, change: Callable[[Exported], None], told: str
) -> None:
    change(exported)
    assert told in troubles(exported, root)


def added(text: str) -> Callable[[Exported], None]:
    return lambda exported: exported.update(text=exported["text"] + text)


@pytest.mark.parametrize(
    ("change", "sound"),
    [
        (added(""), True),
        (added("\n"), True),
        (added(" The moon is made of cheese. [1]"), False),
        (added("\nThe moon is made of cheese."), False),
        (added("\nThe documents do not say."), True),
        (added("\nThe documents do not say: How many trains?"), True),
        (added("\nThe documents do not say: the moon is made of cheese."), False),
        (added("\n4 documents are indexed."), True),
        (added("\nThe sources disagree: not at all."), False),
        (lambda e: e.update(text=f"The moon is cheese. {e['text']}"), False),
        (lambda e: e.update(text=f"The sources disagree:\n{e['text']}"), True),
        (lambda e: e.update(sentences=[], short=None), False),
        (lambda e: e.update(text=f"Trains a day\n{e['text']}"), False),
        (lambda e: e.update(llm="local:x", text=f"Trains a day\n1. {e['text']}"), True),
        (lambda e: e.update(llm="local:x", text=f"Trains a day {e['text']}"), False),
        (lambda e: e.update(llm="local:x", text=f"{e['text']} And the moon is", complete=False),
         True),
    ],
)  # fmt: skip
def test_a_text_says_nothing_but_its_sentences(
    exported: Exported, root: Root, change: Callable[[Exported], None], sound: bool
) -> None:
    change(exported)
    told = [] if sound else ["the answer's text says more than its sentences"]
    assert troubles(exported, root) == told


@pytest.mark.parametrize(
    ("change", "field"),
    [
        *[(citation(id=value), "id") for value in NO_NUMBERS],
        (citation(start=float("nan")), "start"),
        (citation(document=5), "document"),
        (citation(sha256=None), "sha256"),
        (lambda exported: exported.update(citations={}), "citations"),
        (lambda exported: exported.update(citations=[5]), "id"),
        (lambda exported: exported.update(sentences=5), "sentences"),
        (lambda exported: exported.update(sentences=["x"]), "text"),
        (lambda exported: exported.update(text=None), "text"),
        (lambda exported: exported.update(short=[1]), "short"),
        (sentence(0, citations=5), "citations"),
    ],
)
def test_an_export_of_another_shape_is_refused(
    exported: Exported, root: Root, change: Callable[[Exported], None], field: str
) -> None:
    change(exported)
    with pytest.raises(InvalidInput, match=f"no sound '{field}'; export it anew"):
        verify(exported, [root])


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"5", b"NaN", b'"x"', b"{}", b'{"turns": []}', b'{"turns": [{"answer": null}]}',
     b'{"turns": [5]}', b'{"error": {}}', b"\xff\xfe{", b"[" * 100_000, b"1" * 5_000],
)  # fmt: skip
def test_what_is_no_export_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "answer.json").write_bytes(data)
    with pytest.raises(InvalidInput, match="answer.json is not (?:JSON|an answer)"):
        read_answers(tmp_path / "answer.json")
