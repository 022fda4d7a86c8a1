"""Question sets: what is read, and what is refused with its line."""

import json
from pathlib import Path
from typing import Any

import pytest
from fakes import FakeEmbedder

from rag.datatypes import Message
from rag.errors import InvalidInput
from rag.evaluate.gold import join
from rag.evaluate.questions import Evidence, read_questions
from rag.store.local import LocalStore, sync


def jsonl(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def beir(folder: Path, queries: list[Any], qrels: str, name: str = "qrels.tsv") -> Path:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(qrels, encoding="utf-8")
    jsonl(folder / "queries.jsonl", *queries)
    return folder


def test_our_own_rows(tmp_path: Path) -> None:
    row = {
        "id": 7, "question": "How many?", "answers": ["225"], "parts": [["225", "many"]],
        "evidence": [{"file": "a.txt", "quote": "about 225"}], "type": "single",
        "history": [{"role": "user", "content": "Hello"}], "standalone": "How many trucks?",
    }  # fmt: skip
    path = jsonl(tmp_path / "q.jsonl", row, {"id": "bare", "question": "Why?", "colour": 1})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\r\n")
    found = read_questions(path)
    one, bare = found.examples
    assert (one.id, one.answers, one.parts) == ("7", ("225",), (("225", "many"),))
    assert one.evidence == (Evidence("a.txt", "about 225"),)
    assert one.history == (Message("user", "Hello"),)
    assert (one.answerable, bare.answerable) == (True, None)
    assert found.notes == (f"{path} has names that are not read: colour",)


def test_evidence_without_quotes_is_gold_documents(tmp_path: Path) -> None:
    row = {"id": "1", "question": "Why?", "evidence": [{"file": "a.txt"}, {"file": "b.txt"}]}
    (example,) = read_questions(jsonl(tmp_path / "q.jsonl", row)).examples
    assert (example.judged, example.evidence) == ({"a.txt": 1, "b.txt": 1}, ())


def test_the_other_names(tmp_path: Path) -> None:
    row = {
        "user_input": "Why?", "reference": "Because.", "reference_contexts": ["It is so because."],
        "synthesizer_name": "single_hop", "response": "ignored",
    }  # fmt: skip
    found = read_questions(jsonl(tmp_path / "q.jsonl", row, {"user_input": "When?"}))
    one, two = found.examples
    assert (one.id, one.question, one.answers) == ("1", "Why?", ("Because.",))
    assert one.evidence == (Evidence("", "It is so because."),) and one.type == "single_hop"
    assert (two.id, two.answerable) == ("2", None)


def test_a_beir_folder(tmp_path: Path) -> None:
    spans = [{"doc": "d1", "start": 3, "end": 9}]
    queries = [
        {"_id": "q1", "text": "Why?", "metadata": {"answers": ["so"], "gold_spans": spans}},
        {"_id": "q2", "text": "When?"},
        {"_id": "q3", "text": "Who?", "metadata": {"answerable": False, "type": "null"}},
        {"_id": "other split", "text": "Where?"},
    ]
    folder = beir(tmp_path / "a", queries, "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td2\t2\n")
    found = read_questions(folder)
    one, two, three = found.examples
    assert one.evidence == (Evidence("d1", span=(3, 9)),)
    assert (two.judged, two.answerable) == ({"d2": 2}, True)
    assert (three.answerable, three.type) == (False, "null")
    assert found.notes == (f"1 queries of {folder} without gold were left out",)
    split = beir(tmp_path / "b", queries, "q1\td1\t1\r\nq2\td2\t2\r\n", "qrels/test.tsv")
    assert [e.judged for e in read_questions(split).examples][:2] == [{"d1": 1}, {"d2": 2}]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([1], "not a JSON object"),
        ({"question": "Why?"}, "`id`"),
        ({"id": True, "question": "Why?"}, "`id`"),
        ({"id": "2"}, "`question`"),
        ({"id": "2", "question": " \u200b"}, "`question`"),
        ({"id": "2", "question": 5}, "`question`"),
        ({"id": "2", "question": "Why?", "answers": "so"}, "`answers`"),
        ({"id": "2", "question": "Why?", "parts": ["so"]}, "`parts`"),
        ({"id": "2", "question": "Why?", "parts": [["the"]]}, "`parts`"),
        ({"id": "2", "question": "Why?", "evidence": [{"page": 2}]}, "neither file nor quote"),
        (
            {"id": "2", "question": "?a", "evidence": [{"file": "a"}, {"file": "b", "quote": "c"}]},
            "others none",
        ),
        ({"id": "2", "question": "Why?", "answerable": "no"}, "`answerable`"),
        ({"id": "2", "question": "Why?", "history": [{"role": "tool"}]}, "`history`"),
        ({"id": "1", "question": "Why?"}, "twice"),
        ({"_id": "2", "text": "Why?"}, "folder"),
        ({"user_input": ["a", "b"]}, "`question`"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(tmp_path: Path, row: Any, words: str) -> None:
    path = jsonl(tmp_path / "q.jsonl", {"id": "1", "question": "Good?"}, row)
    with pytest.raises(InvalidInput) as refused:
        read_questions(path)
    assert str(refused.value).startswith(f"{path}, line 2: ") and words in str(refused.value)


@pytest.mark.parametrize("data", [b"", b"\n \n", b"{", b"\xff\xfe", b"[" * 100_000])
def test_an_empty_or_unreadable_set_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "q.jsonl").write_bytes(data)
    with pytest.raises(InvalidInput):
        read_questions(tmp_path / "q.jsonl")


@pytest.mark.parametrize(
    ("qrels", "words"),
    [
        ("q1 d1 1\n", "line 1"),
        ("q1\td1\t1\nq1\td2\tmuch\n", "line 2"),
        ("q1\td1\t--5\n", "line 1"),
        (f"q1\td1\t{'9' * 400}\n", "line 1"),
        ("q9\td1\t1\n", "'q9'"),
    ],
)
def test_bad_qrels_are_refused(tmp_path: Path, qrels: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        read_questions(beir(tmp_path / "b", [{"_id": "q1", "text": "Why?"}], qrels))
    with pytest.raises(InvalidInput, match="no question set"):
        read_questions(tmp_path)


def test_a_set_is_known_by_what_it_asks_and_holds_to_be_right(tmp_path: Path) -> None:
    rows = [{"id": "1", "question": "Why?", "type": "a"}, {"id": "2", "question": "Who?"}]
    found = read_questions(jsonl(tmp_path / "q.jsonl", *rows))
    again = read_questions(jsonl(tmp_path / "p.jsonl", *rows))
    assert found.fingerprint == again.fingerprint != found.select(None, 1).fingerprint
    assert [e.id for e in found.select("a", None).examples] == ["1"]
    with pytest.raises(InvalidInput, match="types: a"):
        found.select("b", None)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """Two files, one of them below a named root."""
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "one" / "a.txt").write_text("It was “about\n225” trucks - daily. It was not 226.")
    (tmp_path / "two" / "my b.txt").write_text("It was not 226. Nothing else is said here.")
    store = LocalStore(tmp_path / "index")
    sync(store, [str(tmp_path / "one"), f"named={tmp_path / 'two'}"], FakeEmbedder())
    return store


def gold_of(tmp_path: Path, store: LocalStore, **row: Any) -> Any:
    questions = read_questions(jsonl(tmp_path / "q.jsonl", {"id": "1", "question": "?a"} | row))
    with store.snapshot() as snapshot:
        return join(questions, snapshot, "index")["1"]


def test_quotes_are_found_however_their_blanks_and_quotation_marks_are_set(
    tmp_path: Path, store: LocalStore
) -> None:
    evidence = [{"file": "a.txt", "quote": 'was "about 225"  trucks –'}]
    gold = gold_of(tmp_path, store, evidence=evidence)
    assert gold.quotes == ((("a.txt", 3, 27),),)
    assert gold.relevant == {("a.txt", 0, 50)}
    twice = gold_of(tmp_path, store, evidence=[{"file": "", "quote": "not 226."}])
    assert twice.quotes == ((("a.txt", 42, 50), ("named/my b.txt", 7, 15)),)


@pytest.mark.parametrize("name", ["my b.txt", "named/my b.txt", "my%20b.txt"])
def test_documents_join_with_and_without_the_name_of_their_root(
    tmp_path: Path, store: LocalStore, name: str
) -> None:
    assert gold_of(tmp_path, store, evidence=[{"file": name}]).documents == {"named/my b.txt": 1}


@pytest.mark.parametrize(
    "evidence",
    [
        [{"file": "c.txt"}],
        [{"file": "b.txt", "quote": "not 226"}],
        [{"file": "a.txt", "quote": "not 227"}],
        [{"quote": "nowhere"}],
    ],
)
def test_gold_that_is_not_in_the_index_fails(
    tmp_path: Path, store: LocalStore, evidence: Any
) -> None:
    with pytest.raises(InvalidInput, match=r"1 of 1 questions .* \(question '1'\)"):
        gold_of(tmp_path, store, evidence=evidence)


def test_a_gold_span_outside_its_document_fails_and_the_corpus_is_named(
    tmp_path: Path, store: LocalStore
) -> None:
    spans = [{"doc": "a.txt", "start": 40, "end": 51}]
    queries = [{"_id": "q", "text": "Why?", "metadata": {"gold_spans": spans}}]
    folder = beir(tmp_path / "set", queries, "q\ta.txt\t1\n")
    (folder / "corpus.jsonl").write_text("")
    with store.snapshot() as snapshot, pytest.raises(InvalidInput) as refused:
        join(read_questions(folder), snapshot, "index")
    assert "no characters 40 to 51" in str(refused.value)
    assert f"`rag index {folder}/corpus.jsonl --index DIR`" in str(refused.value)


DATASETS = Path(__file__).parents[2] / "shared" / "datasets"


@pytest.mark.parametrize(
    ("name", "answerable", "unanswerable"),
    [
        ("squad2", 1055, 1331),
        ("hotpotqa_sample", 100, 0),
        ("mtrag_un", 132, 71),
        ("multihop_rag_excerpts", 172, 28),
        ("kg_rag_sec10q", 78, 0),
        ("chroma_chunking", 189, 0),
    ],
)
def test_public_sets_load(name: str, answerable: int, unanswerable: int) -> None:
    if not (DATASETS / name).is_dir():
        pytest.skip(f"{DATASETS / name} is not on this machine")
    examples = read_questions(DATASETS / name / "dev").examples
    counts = [sum(e.answerable is kind for e in examples) for kind in (True, False)]
    assert counts == [answerable, unanswerable]


@pytest.mark.parametrize("start", ["NaN", "Infinity", "1e999", '"x"', "null", "[1]"])
def test_a_gold_span_that_is_none_is_refused(tmp_path: Path, start: str) -> None:
    folder = beir(tmp_path / "b", [], "q\td1\t1\n")
    span = f'{{"doc": "d1", "start": {start}, "end": 9}}'
    row = f'{{"_id": "q", "text": "Why?", "metadata": {{"gold_spans": [{span}]}}}}'
    (folder / "queries.jsonl").write_text(row)
    with pytest.raises(InvalidInput, match="line 1: `gold_spans`"):
        read_questions(folder)
