"""Passages: exact, complete, and never over the embedder's window."""

import random

import pytest
from fakes import count_words
from hypothesis import given
from hypothesis import strategies as st

from rag.datatypes import Document, Passage
from rag.embed import Embedder
from rag.split import Count, split


def document(text: str, title: str | None = None, body: int = 0) -> Document:
    return Document(
        "a.txt", text, title or "a.txt", title is not None, "2024-01-02", None, "0", body
    )


def check(of: Document, count: Count, window: int) -> tuple[str, list[Passage]]:
    head, passages = split(of, count, window)
    covered: set[int] = set()
    for passage in passages:
        assert passage.text == of.text[passage.start : passage.end]
        assert (passage.start, passage.end) == (passage.sentences[0][0], passage.sentences[-1][1])
        assert all(of.text[a:b] == line and b <= passage.start for (a, b), line in passage.above)
        at = passage.start
        for start, end in passage.sentences:
            assert at <= start < end <= passage.end
            assert passage.quote((start, end)) == of.text[start:end]
            covered.update(range(start, end))
            at = end
    for before, after in zip(passages, passages[1:], strict=False):
        assert before.start < after.start
        assert before.end < after.end
        assert len(set(before.sentences) & set(after.sentences)) <= 1
        assert after.start >= before.sentences[-1][0]
    wanted = {i for i in range(of.body, len(of.text)) if not of.text[i].isspace()}
    assert wanted <= covered
    assert all(i >= of.body for i in covered)
    assert all(n <= window for n in count([head + p.in_place for p in passages]))
    return head, passages


WORD = st.sampled_from(
    [
        "The",
        "a",
        "plan",
        "U.S.",
        "left",
        "Oct.",
        "13",
        "“No”",
        "é",
        "x" * 120,
        "東京。京都。",
        "\n\n# A\n\n",
        "\n\nNOTES\n\n",
        "\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n",
    ]
)
GAP = st.sampled_from([" ", " ", " ", ". ", "! ", "\n", "\n\n", " \u2003 ", "\x1c", "?\xa0"])
PROSE = st.lists(st.tuples(WORD, GAP), max_size=150).map(lambda found: "".join(map("".join, found)))


@given(
    st.one_of(PROSE, st.text(max_size=300)),
    st.integers(16, 64),
    st.one_of(st.none(), PROSE.filter(str.strip)),
    st.integers(0, 20),
)
def test_every_passage_is_exact_and_fits(
    text: str, window: int, title: str | None, body: int
) -> None:
    head, _ = check(document(text, title, min(body, len(text))), count_words, window)
    assert count_words([head])[0] <= max(window // 4, 2)


def test_consecutive_passages_share_a_sentence() -> None:
    text = " ".join(f"This is sentence number {n}." for n in range(20))
    _, passages = check(document(text), count_words, 18)
    assert len(passages) > 5
    for before, after in zip(passages, passages[1:], strict=False):
        assert before.sentences[-1] == after.sentences[0]


LIST = "You bring:\n- a tent. It is light.\n- two maps\n- a stove"
TABLE = "| item | weight |\n|---|---|\n| tent | 2 kg |\n| stove | 1 kg |"


@pytest.mark.parametrize("block", [LIST, TABLE])
@pytest.mark.parametrize("before", range(1, 24))
def test_a_list_or_table_is_not_cut_where_there_is_room_for_it(block: str, before: int) -> None:
    prose = " ".join(f"Sentence number {n}." for n in range(before))
    text = f"{prose}\n\n{block}\n\nThat is all. There is nothing else in it."
    _, passages = check(document(text), count_words, 26)
    assert any(block in passage.text for passage in passages)


def test_what_is_longer_than_a_passage_is_cut_between_rows() -> None:
    rows = "".join(f"| item {n} | {n} kg |\n" for n in range(40))
    text = "Some words before it. " * 3 + f"\n\n| item | weight |\n|---|---|\n{rows}"
    _, passages = check(document(text), count_words, 40)
    assert all(passage.text.endswith("|") for passage in passages)


def test_a_passage_tells_the_lines_that_it_stands_under() -> None:
    rows = "".join(f"| item {n} | {n} kg |\n" for n in range(20))
    text = f"# The plan\n\n## Packing\n\n### Loads\n\n| item | weight |\n|---|---|\n{rows}"
    head, passages = check(document(text, "The plan"), count_words, 40)
    assert [line for _, line in passages[0].above] == []
    for passage in passages[1:]:
        assert [line for _, line in passage.above] == [
            "## Packing",
            "### Loads",
            "| item | weight |",
        ]
        assert all(text[a:b] == line for (a, b), line in passage.above)


def test_what_does_not_fit_above_a_passage_is_left_out_from_without() -> None:
    text = f"# {'very ' * 30}long\n\n## Short\n\n" + "This is one more sentence of it. " * 20
    _, passages = check(document(text), count_words, 40)
    assert {tuple(line for _, line in p.above) for p in passages[2:]} == {("## Short",)}
    text = f"# {'x' * 500}\n\n" + "This is one more sentence of it. " * 20
    _, passages = check(document(text), count_words, 40)
    assert {p.above for p in passages} == {()}


def test_a_table_of_very_many_rows() -> None:
    rows = "".join(f"| item {n} | {n} kg |\n" for n in range(20_000))
    assert len(check(document(f"All items:\n{rows}"), count_words, 64)[1]) > 1_000


def test_header() -> None:
    head, passages = check(document("Some text here.", "The plan"), count_words, 64)
    assert head == "The plan (2024-01-02)\n"
    assert [p.text for p in passages] == ["Some text here."]
    assert split(document("Some text here."), count_words, 64)[0] == ""
    assert split(document("Some text.", "word " * 100), count_words, 64)[0].count("word") == 13


def test_front_matter_is_in_no_passage() -> None:
    text = "---\ntitle: T\n---\nBody text."
    _, passages = check(document(text, "T", body=17), count_words, 64)
    assert [(p.start, p.text) for p in passages] == [(17, "Body text.")]


def test_empty_document_has_no_passage() -> None:
    assert split(document(" \n "), count_words, 64)[1] == []


def words(n: int) -> str:
    chosen = random.Random(1)
    return " ".join("".join(chosen.choices("abcdefghij", k=7)) for _ in range(n))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("x" * 200_000, id="a word of 200,000 characters"),
        pytest.param("停火协议在加沙地带" * 400, id="CJK without a full stop"),
        pytest.param("停火协议在加沙。地带的人们回来了。" * 200, id="CJK sentences"),
        pytest.param(words(10_000), id="a sentence of 10,000 words"),
        pytest.param("!?" * 5_000, id="marks"),
        pytest.param("한국어 문장입니다 " * 800, id="Korean"),
        pytest.param("🇫🇷👩‍👩‍👧" * 2_000, id="emoji"),
    ],
)
@pytest.mark.parametrize("title", [None, "A rather long headline " * 30])
def test_nothing_is_over_the_real_window(text: str, title: str | None, embedder: Embedder) -> None:
    assert embedder.window == 256
    _, passages = check(document("Before it. " + text, title), embedder.count, embedder.window)
    assert len(passages) > 1


def test_two_megabytes_without_a_separator(embedder: Embedder) -> None:
    _, passages = check(document("x" * 2_000_000), embedder.count, embedder.window)
    assert len(passages) == 4536


def test_embedder_refuses_what_is_over_the_window(embedder: Embedder) -> None:
    with pytest.raises(ValueError, match="256 tokens"):
        embedder.embed_passages(["Short.", "word " * 255])
