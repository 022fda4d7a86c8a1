"""Bytes of a file -> documents."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from loading import load

from rag.load import LOADERS, CannotLoad, Notes, load_corpus, loader_for
from rag.load.decode import decode
from rag.load.facts import date_in_path, parse_date


def rows(*found: Any) -> bytes:
    return "\n".join(r if isinstance(r, str) else json.dumps(r) for r in found).encode()


def test_seeds(seeds: Path) -> None:
    paths = sorted(seeds.glob("*.txt"))
    first, second, third = (load(path.read_bytes(), path.name)[0] for path in paths)
    assert (first.title, first.titled, first.body) == (paths[0].name, False, 0)
    assert second.title == "Blinken struggles to heal US-Israel rift after Hamas leader’s death"
    assert second.titled
    assert (third.title, third.titled, third.date) == (paths[2].name, False, "2023-12-12")
    assert third.url and third.url.startswith("https://amp.cnn.com/cnn/2023/12/12/politics/")
    assert third.text[third.body :].startswith("\nWashington CNN")
    assert (first.date, first.url, second.date, second.url) == (None, None, None, None)
    for path, document in zip(paths, (first, second, third), strict=True):
        assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert document.text == path.read_text("utf-8")


def test_front_matter() -> None:
    text = "---\ntitle: The  Plan\nDate: 2024-10-23\nsource: https://x.org/a\n---\nBody text."
    document, notes = load(text)
    assert document.title == "The Plan"
    assert document.titled
    assert (document.date, document.url) == ("2024-10-23", "https://x.org/a")
    assert document.text == text
    assert document.text[document.body :] == "Body text."
    assert notes == []


def test_url_goes_before_source_and_date_before_url() -> None:
    document, _ = load(
        "---\nurl: https://x.org/2023/12/12/a\nsource: https://y.org/b\ndate: May 3, 2024\n---\nHi."
    )
    assert (document.url, document.date) == ("https://x.org/2023/12/12/a", "2024-05-03")


@pytest.mark.parametrize(
    "front",
    [
        "title: [broken",
        "a: b: c",
        pytest.param("x: " + "[" * 60_000, id="deep"),
    ],
)
def test_front_matter_that_cannot_be_read_is_noted(
    front: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    document, notes = load(f"---\n{front}\n---\nBody text.")
    assert notes == ["its front matter cannot be read"]
    assert (document.title, document.titled, document.date) == ("a.txt", False, None)
    assert document.text[document.body :] == "Body text."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "front",
    [
        "title: !!python/object/apply:os.system ['touch RAN']",
        "date: 2024-99-99",
        "date: !!timestamp soon",
        "a: &a [x]\ntitle: *a\nb: {<<: *a}",
    ],
)
def test_front_matter_that_says_nothing_usable_runs_nothing(
    front: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    document, _ = load(f"---\n{front}\n---\nBody text.")
    assert (document.title, document.titled, document.date) == ("a.txt", False, None)
    assert document.text[document.body :] == "Body text."
    assert list(tmp_path.iterdir()) == []


def test_unterminated_front_matter_is_text() -> None:
    document, notes = load("---\ntitle: Lost\n\nBody text.")
    assert (document.body, document.titled, notes) == (0, False, [])


def test_rule_between_paragraphs_is_text() -> None:
    document, _ = load("---\nJust a line\n---\nBody text.")
    assert document.body == 0


@pytest.mark.parametrize("title", ["[a, b]", "true", "null", "{a: b}", "''"])
def test_title_that_is_no_text_is_not_used(title: str) -> None:
    assert not load(f"---\ntitle: {title}\n---\nBody text.")[0].titled


@pytest.mark.parametrize("url", ["javascript:alert(1)", "amp.cnn.com", "https://a b.org", "[1]"])
def test_url_must_be_a_web_address(url: str) -> None:
    assert load(f"---\nurl: {url}\n---\nBody text.")[0].url is None


@pytest.mark.parametrize(
    "data",
    [
        "One.\r\nTwo é.\rThree.".encode(),
        "One.\nTwo é.\nThree.".encode("utf-8-sig"),
        "One.\nTwo é.\nThree.".encode("utf-16"),
        b"\xfe\xff" + "One.\nTwo é.\nThree.".encode("utf-16-be"),
        "One.\nTwo é.\nThree.".encode("utf-32"),
    ],
)
def test_encodings_that_are_certain(data: bytes) -> None:
    document, notes = load(data)
    assert document.text == "One.\nTwo é.\nThree."
    assert notes == [] or notes[0].startswith("read as utf-")


@pytest.mark.parametrize(
    ("text", "encoding", "named"),
    [
        ("Московский метрополитен открыт в 1935 году. Первая линия.", "cp1251", "cp1251"),
        ("灯台の高さは二十八メートルで、階段は百四十二段ある。", "shift_jis", "cp932"),
        ("灯台の高さは二十八メートルで、階段は百四十二段ある。", "iso2022_jp", "iso2022_jp"),
        ("灯塔高二十八米，有一百四十二级台阶。从顶层可以看到海湾。", "gb18030", "gb18030"),
        (
            "Łódź i Kraków są dużymi miastami. Gdzie jest dworzec główny?",
            "cp1250",
            "cp1250",
        ),
        ("Ä.", "cp1252", "cp1252"),
        ("A text without a mark.", "utf-16-le", "utf-16-le"),
    ],
)
def test_encodings_are_detected_and_named(text: str, encoding: str, named: str) -> None:
    document, notes = load(text.encode(encoding))
    assert document.text == text
    assert [note.split(",")[0] for note in notes] == [f"read as {named}"]


def test_a_declared_encoding_goes_before_a_guess() -> None:
    notes: list[str] = []
    assert decode("Łódź".encode("iso8859_2"), notes, declared="ISO-8859-2") == "Łódź"
    assert notes == ["read as iso8859-2"]
    assert decode("été".encode(), [], declared="cp1251") == "été"
    assert decode("été".encode("latin-1"), [], declared="hex") == "été"


def test_other_encoding_is_a_guess_and_noted() -> None:
    text = "Les élèves étaient déjà très fatigués, “dit-il”, après l’été à Paris. " * 20
    data = text.encode("cp1252")
    document, notes = load(data)
    assert len(notes) == 1
    assert notes[0].startswith("read as cp125")
    assert notes[0].endswith(", a guess")
    assert document.text == data.decode(notes[0].split()[2].rstrip(","))


def test_damaged_utf8_stays_utf8() -> None:
    document, notes = load("Élan à Paris, été.".encode() + b" Caf\xe9.")
    assert document.text == "Élan à Paris, été. Caf\ufffd."
    assert notes == ["1 invalid bytes were replaced"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Text with a \x00 in it.", "looks binary"),
        (bytes(range(1, 32)) * 20, "looks binary"),
        (b"\xff\xfe" + b"\x00\xd8" * 50, "looks binary"),
        (b"", "no text"),
        (b" \n\t\n", "no text"),
        (b"--- ... !!!", "no text"),
        (b"---\ntitle: Only this\n---\n", "no text"),
        (b"\xef\xbb\xbf", "no text"),
    ],
)
def test_what_is_no_document(data: bytes, reason: str) -> None:
    with pytest.raises(CannotLoad, match=reason):
        load(data)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("A plain headline\n\nText.", "A plain headline"),
        ("A sentence, not a headline.\n\nText.", None),
        ("A line\nwith another below it.", None),
        ("lower case start\n\nText.", None),
        ("Word\n\nText.", None),
        ("A headline and nothing else\n\n", None),
        ("curl(1)\t  The Manual\t  curl(1)\n\nNAME\n", "curl(1)"),
        ("Name   Town   Age\n\nAda   Kiel   36", "Name Town Age"),
    ],
)
def test_headline_of_a_text_file(text: str, title: str | None) -> None:
    document, _ = load(text)
    assert (document.title, document.titled) == (title or "a.txt", title is not None)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Intro.\n\n# **The plan** #\n\nText.", "The plan"),
        ("# C#\n\nText.", "C#"),
        ("# **Care** of *bikes*", "**Care** of *bikes*"),
        ("Under lined\n===\n\nText.", "Under lined"),
        ("```\n# a comment\n```\n\n## Real\n\nText.", "Real"),
        ("No heading at all.", None),
    ],
)
def test_heading_of_a_markdown_file(text: str, title: str | None) -> None:
    document, _ = load(text, "sub/b.md")
    assert (document.title, document.titled) == (title or "b.md", title is not None)


def test_corpus() -> None:
    notes: list[str] = []
    good = {"_id": "d 1", "title": "T", "text": "Hello.", "metadata": {"date": "2024-01-02"}}
    linked = {"_id": "é", "text": "Hi.", "metadata": {"url": "https://x.org/2020/02/03/a"}}
    found = list(
        load_corpus(
            "corpus.jsonl",
            rows(
                good, "", "{broken", {"text": "x"}, {"_id": "e"}, {"_id": 3, "text": "x"}, [1],
                {"_id": "f", "text": " "}, linked, {"_id": "g", "text": "T", "metadata": 7},
            ),
            notes,
        )
    )  # fmt: skip
    assert [d.id for d in found] == ["d 1", "é", "g"]
    assert (found[0].title, found[0].titled, found[0].date) == ("T", True, "2024-01-02")
    assert (found[1].title, found[1].titled, found[1].date) == ("é", False, "2020-02-03")
    assert found[0].sha256 == hashlib.sha256(json.dumps(good).encode()).hexdigest()
    assert [note.split(":")[0] for note in notes] == [f"line {n}" for n in (3, 4, 5, 6, 7, 8)]
    assert notes[:3] == ["line 3: not valid JSON", "line 4: no _id", "line 5: no text"]
    assert notes[4] == "line 7: not a JSON object"


@pytest.mark.parametrize("data", [b"", b"\n\n", b"{broken\n[]", b"\xff\xfe\x00", b"[" * 100_000])
def test_corpus_without_a_readable_row(data: bytes) -> None:
    with pytest.raises(CannotLoad):
        list(load_corpus("corpus.jsonl", data, []))


def test_corpus_notes_are_few_and_counted() -> None:
    notes = Notes()
    data = rows(*["bad"] * 1000, {"_id": "a", "text": "b"})
    assert len(list(load_corpus("c.jsonl", data, notes))) == 1
    said = "; ".join(f"line {number}: not valid JSON" for number in range(1, 6))
    assert notes.told() == f"{said}; and 995 more"


def test_loader_for() -> None:
    assert loader_for("a/b.TXT", named=False) is LOADERS[".txt"]
    assert loader_for("a/b.md", named=False) is LOADERS[".md"]
    for path in ("a/README", "a/copyright", "a/README.Debian", "a/NEWS.rc1"):
        assert loader_for(path, named=False) is LOADERS[".txt"]
    assert loader_for("a/corpus.jsonl", named=False) is load_corpus
    assert loader_for("a/other.jsonl", named=True) is load_corpus
    for path in ("a/other.jsonl", "a/b.exe", "a/program", "a/news.py", "a/README.png"):
        with pytest.raises(CannotLoad):
            loader_for(path, named=False)


@pytest.mark.parametrize(
    ("value", "date"),
    [
        ("2024-10-23", "2024-10-23"),
        ("2024-10-23T10:00:00Z", "2024-10-23"),
        ("October 23, 2024", "2024-10-23"),
        ("23 Oct 2024", "2024-10-23"),
        ("23.10.2024", "2024-10-23"),
        ("10/11/2024", None),
        ("yesterday", None),
        (20241023, None),
        (None, None),
    ],
)
def test_parse_date(value: Any, date: str | None) -> None:
    assert parse_date(value) == date


def test_date_in_path() -> None:
    assert date_in_path("https://x.org/2024-1-2/a") == "2024-01-02"
    assert date_in_path("https://x.org/2024/13/40/2023/01/05") == "2023-01-05"
    assert date_in_path("https://x.org/12024/01/05") is None
    assert date_in_path("minutes_2024.03.01.txt") == "2024-03-01"
    assert date_in_path("2024_13_01.txt") is None
    assert date_in_path(None) is None


def test_decode_removes_what_no_text_has() -> None:
    assert decode(b"\xff\xfea\x00\x00\x00b\x00", []) == "ab"


def test_front_matter_of_megabytes_is_left_out_like_any_other() -> None:
    lines = "".join(f"key{n}: {'v' * 80}\n" for n in range(60_000))
    text = f"---\ntitle: Large\n{lines}---\nBody text."
    document, _ = load(text)
    assert len(text) > 5_000_000 and document.title == "Large"
    assert document.text[document.body :] == "Body text."


def test_much_text_between_two_rules_stays_text() -> None:
    document, notes = load("---\nIt rained [.\n" + "All day long.\n" * 9_000 + "---\nThe end.")
    assert (document.body, notes) == (0, [])


def test_surrogates_written_as_utf8_are_joined_or_replaced() -> None:
    document, notes = load(b"Pairs \xed\xa0\xbd\xed\xb8\x80 and halves \xed\xa0\x80.")
    assert document.text == "Pairs \U0001f600 and halves \ufffd."
    assert notes == ["read as cesu-8"]


@pytest.mark.parametrize(
    ("text", "title", "date", "body"),
    [
        ("#+TITLE: Plants\n#+DATE: 2024-05-02\n\n* Care\n", "Plants", "2024-05-02", "* Care\n"),
        ("#+title: Plants\n#+date: <2024-05-02 Thu>\nBody.", "Plants", "2024-05-02", "Body."),
        (":PROPERTIES:\n:ID: 5\n:END:\n#+title: Plants\nBody.", "Plants", None, "Body."),
        ("#+OPTIONS: toc:nil\nBody.", None, None, "Body."),
        ("#+BEGIN_QUOTE\nBody.", None, None, "#+BEGIN_QUOTE\nBody."),
        (":Weight: 3 kg\nBody.", None, None, ":Weight: 3 kg\nBody."),
        (
            "#+TITLE: Plants\n#+Caption: Wages of 2024\n| a |\n",
            "Plants", None, "#+Caption: Wages of 2024\n| a |\n",
        ),
        ("* Care\n#+TITLE: Plants\n", None, None, "* Care\n#+TITLE: Plants\n"),
        ("---\ntitle: Front\n---\n#+TITLE: x\nBody.", "Front", None, "#+TITLE: x\nBody."),
    ],
)  # fmt: skip
def test_keywords_of_an_org_file(text: str, title: str | None, date: str | None, body: str) -> None:
    document, _ = load(text, "a.org")
    assert (document.title, document.date) == (title or "a.org", date)
    assert document.text == text and text[document.body :] == body


@pytest.mark.parametrize(
    ("text", "title", "date", "body"),
    [
        ("= Charter\n:revdate: 2024-04-01\n\nBody.", "Charter", "2024-04-01", "\nBody."),
        ("// c\n\n= Charter\n:toc:\n:date: 1 May 2024\nBody.", "Charter", "2024-05-01", "Body."),
        ("= Charter\nAda B. Lee <a@b.c>; Bo Li\nv1.2, 2024-04-01: x\n\nBody.", "Charter",
         "2024-04-01", "\nBody."),
        ("= Charter\nAda Lee\n2024-04-01\n:toc:\nBody.", "Charter", "2024-04-01", "Body."),
        ("= Charter\nAda Lee\nv1.2\n\nBody.", "Charter", None, "\nBody."),
        ("= Charter\n\nBody.", "Charter", None, "= Charter\n\nBody."),
        ("= Charter\nAda Lee\n\nBody.", "Charter", None, "= Charter\nAda Lee\n\nBody."),
        ("= Charter\nThis is what we say\n:toc:\n", "Charter", None,
         "= Charter\nThis is what we say\n:toc:\n"),
        ("Body.\n\n== Joining ==\n", "Joining", None, "Body.\n\n== Joining ==\n"),
        (":doctitle: Charter\n\nBody.", "Charter", None, "\nBody."),
    ],
)  # fmt: skip
def test_header_of_an_asciidoc_file(
    text: str, title: str | None, date: str | None, body: str
) -> None:
    document, _ = load(text, "a.adoc")
    assert (document.title, document.date) == (title or "a.adoc", date)
    assert document.text == text and text[document.body :] == body


@pytest.mark.parametrize(
    ("text", "title", "date", "body"),
    [
        ("Care\n====\n\n:Author: Ada\n:Date: 2025-11-20\n\nOil it.", "Care", "2025-11-20", None),
        ("Care\n====\n\nOil it.\n\n:Date: 2025-11-20\n", "Care", None, None),
        ("####\nCare\n####\n\nUse\n===\n\nOil it.", "Care", None, None),
        ("..\n  Marks of headings:\n\n  # of parts\n\nCare\n^^^^\n\nOil it.", "Care", None,
         "Care\n^^^^\n\nOil it."),
        (".. _care:\n\n.. include:: head.txt\n\nCare\n****\nOil it.", "Care", None, None),
        (".. note::\n\n   Use\n   ---\n\n``Care``\n++++++++\n\nOil it.", "``Care``", None, None),
        (".. include:: head.txt\n\nOil it: it is dry.\n", None, None, None),
        ("# Oil the bike\nnow and then, as it is told.\n", None, None, None),
    ],
)  # fmt: skip
def test_the_head_of_a_restructuredtext_file(
    text: str, title: str | None, date: str | None, body: str | None
) -> None:
    document, _ = load(text.encode(), "a.rst")
    assert (document.title, document.date) == (title or "a.rst", date)
    assert document.text == text and text[document.body :] == (body or text)


@pytest.mark.parametrize("name", ["a.txt", "a.adoc"])
@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("git-clean(1)\n============\n\nNAME\n----\nclean - remove files", "git-clean(1)"),
        ("\n==========\nCare\n==========\nOil it.", "Care"),
        ("Care, and use\n~~~~~~~~~~~~~\n\nOil it.", "Care, and use"),
        ("A sentence that is far too long for it.\n----\nOil it.\n----\n", None),
        ("Oil it. Use:\n------------\nOil.\n", None),
    ],
)
def test_a_title_with_a_rule_below_it(name: str, text: str, title: str | None) -> None:
    assert load(text.encode(), name)[0].title == (title or name)


def test_the_title_of_a_markdown_file_is_in_no_block_of_code() -> None:
    code = "~~~~\n# no\n```\n# no\n~~~~"
    assert load(f"{code}\n\n# Care\n".encode(), "a.md")[0].title == "Care"
    assert load(b"Wear\n~~~~\n\nOil it.\n\n# Care\n", "a.md")[0].title == "Care"


@pytest.mark.parametrize(
    "text",
    [
        "Opening hours\n// TODO: check\nMonday 9 to 5.",
        "Spending\n2023-2024 we spent 300 euros on paint.\nAnd more.",
        "Never smoke\n:icons: font\n\nIt harms.",
        "Install it first.\n\n----\n# apt install foo\n----\nThen go.",
    ],
)
def test_an_asciidoc_file_without_a_title_has_no_header(text: str) -> None:
    document, _ = load(text.encode(), "a.adoc")
    assert (document.title, document.date, document.body) == ("a.adoc", None, 0)
