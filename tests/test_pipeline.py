"""From a question to an answer that can be checked, on the seeds with the real embedder."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from rag import EmbedderMismatch, IndexMissing, InvalidInput, Message, Pipeline, Selection
from rag.embed import Embedder
from rag.onnx_model import OnnxModel
from rag.store.local import LocalStore, sync

TRUCKS = "How many aid trucks a day entered Gaza in April?"


@pytest.fixture(scope="module")
def index(embedder: Embedder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    index = tmp_path_factory.mktemp("seeds") / "index"
    seeds = Path(__file__).parents[1] / "seeds"
    sync(LocalStore(index), [str(seeds)], embedder)
    return index


@pytest.fixture(scope="module")
def pipeline(home: Path, index: Path) -> Pipeline:
    return Pipeline.open(index, home=home)


@pytest.mark.parametrize(
    ("question", "document", "words"),
    [
        (TRUCKS, "001_635429398ea7a8c9.txt", "about 225 trucks"),
        (
            "Who said 'The military leadership is waiting for a political plan'?",
            "000_6308a8e0d84dfabf.txt",
            "said the Israeli army platoon commander",
        ),
        (
            "What did Netanyahu say about the mistake of Oslo?",
            "002_6f6967ff42105706.txt",
            "I will not allow Israel to repeat the mistake of Oslo",
        ),
        (
            "How long is the cease-fire in the U.S. plan?",
            "001_635429398ea7a8c9.txt",
            "called for a six-week cease-fire",
        ),
    ],
)
def test_answers_quote_the_right_file(
    pipeline: Pipeline, question: str, document: str, words: str
) -> None:
    answer = pipeline.ask(question)
    assert answer.status == "answered" and answer.complete
    assert words in answer.text
    assert {citation.document for citation in answer.citations} == {document}


@pytest.mark.parametrize(
    "question", ["What is the capital of Australia?", "Who won the 2022 World Cup?"]
)
def test_what_the_documents_do_not_say(pipeline: Pipeline, question: str) -> None:
    answer = pipeline.ask(question)
    assert answer.status == "not_in_documents"
    assert answer.sentences == () and answer.citations == ()
    assert len(answer.passages) == 10


@pytest.mark.parametrize(
    ("question", "documents"),
    [
        ("hi", 3),
        ("What are these documents about?", 3),
        ("Which documents do you have?", 3),
        ("Give me an overview of the articles in here, please.", 3),
        ("What's in these documents?", 3),
        ("Summarise the second article", 1),
    ],
)
def test_questions_about_the_collection(pipeline: Pipeline, question: str, documents: int) -> None:
    answer = pipeline.ask(question)
    assert answer.status == "answered"
    assert len({citation.document for citation in answer.citations}) == documents


def test_how_many_documents_there_are(pipeline: Pipeline) -> None:
    answer = pipeline.ask("How many documents are there?")
    assert (answer.text, answer.citations) == ("3 documents are indexed.", ())


@pytest.mark.parametrize(
    "question",
    [
        "What do the sources say about aid trucks?",
        "What do you know about Biden?",
        "What did the first article say about Khan Younis?",
        "Describe the platoon commander.",
        "Which documents did Sinwar sign?",
        "What is the file format?",
    ],
)
def test_a_question_that_names_a_file_is_not_about_the_collection(
    pipeline: Pipeline, question: str
) -> None:
    assert "documents are indexed" not in pipeline.ask(question).text
    assert "begins:" not in pipeline.ask(question).text


def test_what_frames_a_question_changes_nothing(pipeline: Pipeline) -> None:
    plain = pipeline.ask(TRUCKS)
    framed = pipeline.ask(f"Hi! Can you tell me {TRUCKS[0].lower()}{TRUCKS[1:]} Thanks.")
    assert framed.query == TRUCKS != framed.question
    assert (framed.text, framed.short) == (plain.text, plain.short)
    assert pipeline.ask("Hello! Could you tell me which documents you have?").passages


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Where did Blinken travel?", "will also travel to Qatar"),
        ("Who is the national security adviser?", "adviser Jake Sullivan"),
        ("How long is the cease-fire in the U.S. plan?", "weeks-long cease-fire"),
    ],
)
def test_what_else_is_told_does_not_hide_what_is_asked(
    pipeline: Pipeline, question: str, words: str
) -> None:
    answer = pipeline.ask(f"I have a meeting about this tomorrow. {question}")
    assert words in answer.sentences[0].text
    assert answer.answerability is not None and answer.answerability > 0.9


def test_a_question_in_a_letter_is_found(home: Path, embedder: Embedder, tmp_path: Path) -> None:
    letter = (
        "Thank you for your letter of last week, which I have read with great interest. My wife "
        "and I are preparing a small exhibition in our town hall, and the printer needs our texts "
        "by Friday at the latest. {} The weather here has been dreadful. Kind regards, Peter Miller"
    )
    for number in range(12):
        (tmp_path / f"{number}.txt").write_text(letter.format(f"This is note {number}."), "utf-8")
    (tmp_path / "wheel.txt").write_text("The mill's wheel was made by Anna Berg in 1871.", "utf-8")
    sync(LocalStore(tmp_path / "index"), [str(tmp_path)], embedder)
    pipeline = Pipeline.open(tmp_path / "index", home=home)
    answer = pipeline.ask(letter.format("Who made the wheel of the mill?"), k=3)
    assert [hit.rank for hit in answer.passages] == [1, 2, 3]
    assert answer.short is not None and answer.short.text == "Anna Berg"


def test_what_else_is_told_picks_what_answers(
    home: Path, embedder: Embedder, tmp_path: Path
) -> None:
    (tmp_path / "prices.md").write_text(
        "# Climbing hall\n\nA day ticket costs 14 pounds for adults. Students pay 11 pounds for a "
        "day ticket. Children under 14 pay 8 pounds for a day ticket.\n\n"
        "| Pass | Adults | Students | Children |\n|---|---|---|---|\n"
        "| Monthly | £52 | £41 | £30 |\n| Yearly | £480 | £390 | £260 |\n",
        encoding="utf-8",
    )
    sync(LocalStore(tmp_path / "index"), [str(tmp_path / "prices.md")], embedder)
    pipeline = Pipeline.open(tmp_path / "index", home=home)
    ticket = pipeline.ask("I am a student. How much is a day ticket?")
    assert ticket.short is not None and ticket.short.text == "11 pounds"
    shown = [pipeline.ask(f"What does the yearly pass cost? (for {who})").short for who in
             ("adults", "students", "children")]  # fmt: skip
    assert [short and short.text for short in shown] == ["£480", "£390", "£260"]


def test_the_short_answer_is_that_of_the_time_asked_about(pipeline: Pipeline) -> None:
    short = pipeline.ask(TRUCKS).short
    assert short is not None and short.text == "about 225 trucks" and short.sure


@pytest.mark.parametrize(
    "question", [TRUCKS, "Who is the national security adviser?", "Where did Blinken travel?"]
)
def test_the_short_answer_stands_in_the_sentence_that_it_cites(
    question: str, pipeline: Pipeline
) -> None:
    answer = pipeline.ask(question)
    short = answer.short
    assert short is not None
    (cited,) = [citation for citation in answer.citations if citation.id == short.citation]
    assert cited.start <= short.start < short.end <= cited.end
    assert cited.quote[short.start - cited.start : short.end - cited.start] == short.text


def test_each_question_in_a_question_is_answered(pipeline: Pipeline) -> None:
    answer = pipeline.ask(
        "How many were killed in Hamas' terror attacks, and how many people are still missing "
        "under the rubble in Khan Younis?"
    )
    assert "more than 1,200 people dead" in answer.text
    assert "up to 8,000 are still missing" in answer.text


def test_a_question_in_a_question_that_nothing_answers_is_named(pipeline: Pipeline) -> None:
    answer = pipeline.ask(
        "How many aid trucks a day entered Gaza in April "
        "and what is the boiling point of mercury [1]?"
    )
    assert answer.status == "partial"
    assert "about 225 trucks per day" in answer.text
    said = "The documents do not say: what is the boiling point of mercury (1)?"
    assert answer.text.endswith(f"\n{said}")


def test_no_more_than_four_questions_are_answered_at_once(pipeline: Pipeline) -> None:
    asked = ["Who is Blinken?", "Who is Biden?", "Who is Sinwar?", "Who is Cook?", "Who is Efron?"]
    answer = pipeline.ask(" ".join(asked))
    assert answer.warnings == ("only the first 4 questions are answered",)
    assert pipeline.ask(" ".join(asked[:3] * 20)).warnings == ()


def test_where_nothing_is_looked_through_nothing_is_answered(home: Path, index: Path) -> None:
    nowhere = Selection(files=("nothing*",))
    without_threshold = Pipeline.open(index, home=home, threshold=0.0)
    assert without_threshold.ask(TRUCKS, selection=nowhere).status == "not_in_documents"


def test_every_citation_is_exact_and_every_sentence_cited(pipeline: Pipeline) -> None:
    for question in (TRUCKS, "hi", "Why did Biden warn Israel?"):
        answer = pipeline.ask(question)
        assert answer.sentences
        numbers = [citation.id for citation in answer.citations]
        assert numbers == list(range(1, len(numbers) + 1))
        for citation in answer.citations:
            text = (Path(__file__).parents[1] / "seeds" / citation.document).read_text("utf-8")
            assert text[citation.start : citation.end] == citation.quote
            hit = answer.passages[citation.passage - 1]
            assert hit.rank == citation.passage
            assert hit.passage.document == citation.document
            assert hit.passage.start <= citation.start < citation.end <= hit.passage.end
        for sentence in answer.sentences:
            assert sentence.support == "quoted" and len(sentence.citations) == 1
            assert f"[{sentence.citations[0]}]" in answer.text


def test_ask_is_the_last_of_stream(pipeline: Pipeline) -> None:
    *drafts, last = pipeline.stream(TRUCKS)
    asked = pipeline.ask(TRUCKS)
    assert [draft.complete for draft in drafts] == [False]
    assert drafts[0].passages == last.passages
    assert (asked.text, asked.citations, asked.passages) == (
        last.text,
        last.citations,
        last.passages,
    )


def test_filters_hold(pipeline: Pipeline) -> None:
    answer = pipeline.ask(TRUCKS, selection=Selection(files=("002*",)))
    assert {hit.passage.document for hit in answer.passages} == {"002_6f6967ff42105706.txt"}
    dated = pipeline.ask(TRUCKS, selection=Selection(since="2023-01-01"))
    assert {hit.passage.document for hit in dated.passages} == {"002_6f6967ff42105706.txt"}
    assert dated.warnings == ("2 documents without a date were left out",)
    later = pipeline.ask(TRUCKS, selection=Selection(since="2999-01-01"))
    assert later.warnings == (*dated.warnings, "the filter selects no document")
    none = pipeline.ask(TRUCKS, selection=Selection(files=("*.pdf",)))
    assert (none.status, none.warnings) == ("not_in_documents", ("the filter selects no document",))
    assert pipeline.left_out(Selection(files=("*.pdf",))) == none.warnings
    assert pipeline.left_out(Selection()) == ()
    assert pipeline.ask(TRUCKS, selection=Selection(files=("no*",))).passages == ()


def test_a_changed_source_is_said_to_have_changed(
    home: Path, embedder: Embedder, tmp_path: Path
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.txt").write_text("The bridge was opened by the mayor in 1987.")
    sync(LocalStore(tmp_path / "index"), [str(folder)], embedder)
    pipeline = Pipeline.open(tmp_path / "index", home=home)
    assert pipeline.ask("Who opened the bridge?").warnings == ()
    (folder / "a.txt").write_text("The bridge was opened by the queen in 1987.")
    assert pipeline.ask("Who opened the bridge?").warnings == (
        "a.txt changed since it was indexed",
    )
    (folder / "a.txt").unlink()
    assert pipeline.ask("Who opened the bridge?").warnings == (
        "a.txt is gone or cannot be read since it was indexed",
    )


def test_bad_questions_are_refused(pipeline: Pipeline) -> None:
    for question in ("", "  \n", "\u200b\u200d", "a" * 4001):
        with pytest.raises(InvalidInput):
            pipeline.ask(question)


def test_no_index_and_another_embedder(home: Path, embedder: Embedder, tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="rag index PATH"):
        Pipeline.open(tmp_path / "nowhere", home=home)
    folder = tmp_path / "model"
    import shutil

    from rag.embed.model_folder import find_model_folder

    shutil.copytree(find_model_folder(embedder.spec).path, folder)
    (folder / "a.txt").write_text("The bridge was opened by the mayor in 1987.")
    sync(LocalStore(tmp_path / "index"), [str(folder / "a.txt")], embedder)
    with pytest.raises(EmbedderMismatch, match="--rebuild"):
        Pipeline.open(tmp_path / "index", home=home, embedder=str(folder))


def test_a_follow_up_is_searched_as_the_question_it_is(pipeline: Pipeline) -> None:
    history = [Message("user", TRUCKS), Message("assistant", "About 225 trucks per day [1].")]
    answer = pipeline.ask("And in October?", history=history)
    assert answer.question == "And in October?"
    assert answer.query == "How many aid trucks a day entered Gaza in October?"
    assert "an estimated 35 trucks per day" in answer.text
    assert pipeline.ask(TRUCKS, history=history).query == TRUCKS


def test_a_history_may_be_of_mappings_or_none(pipeline: Pipeline) -> None:
    told = [{"role": "user", "content": TRUCKS}, {"role": "assistant", "content": "225 [1]."}]
    expected = "How many aid trucks a day entered Gaza in October?"
    assert pipeline.ask("And in October?", history=told).query == expected
    assert pipeline.ask("And in October?", history=None).query == "And in October?"


@pytest.mark.parametrize(
    "history",
    [
        [{"role": "user"}], [{"role": 5, "content": "x"}], [{"role": "user", "content": 5}],
        [Message("user", cast(Any, None))], ["x"], [None], "x", 5, {"role": "user", "content": "x"},
    ],
)  # fmt: skip
def test_a_history_that_is_none_is_refused(pipeline: Pipeline, history: Any) -> None:
    with pytest.raises(InvalidInput) as refused:
        pipeline.ask(TRUCKS, history=history)
    assert str(refused.value) == 'The history must be a list of {"role", "content"}.'


@pytest.mark.parametrize(
    ("dates", "status"), [((None, None), "conflicting"), (("2021", "2015"), "answered")]
)
def test_sources_that_disagree_and_a_development(
    home: Path,
    embedder: Embedder,
    tmp_path: Path,
    dates: tuple[str | None, str | None],
    status: str,
) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name, count, year in (("a", 61, dates[0]), ("b", 94, dates[1])):
        matter = f"---\ndate: {year}-05-01\n---\n" if year else ""
        (folder / f"{name}.md").write_text(f"{matter}The Orlin Institute has {count} members.\n")
    sync(LocalStore(tmp_path / "index"), [str(folder)], embedder)
    answer = Pipeline.open(tmp_path / "index", home=home).ask(
        "How many members does the Orlin Institute have?"
    )
    assert answer.status == status
    assert answer.text.startswith("The sources disagree:") == (status == "conflicting")
    quoted = [citation.document for citation in answer.citations]
    assert sorted(quoted) == ["a.md", "b.md"]
    assert answer.told.count("The Orlin Institute has") == 2
    assert "disagree" not in answer.told
    assert status == "conflicting" or quoted == ["b.md", "a.md"]


def notes(folder: Path, embedder: Embedder, **texts: str) -> LocalStore:
    """An index of small files."""
    (folder / "notes").mkdir()
    for name, text in texts.items():
        (folder / "notes" / f"{name}.txt").write_text(text)
    store = LocalStore(folder / "index")
    sync(store, [str(folder / "notes")], embedder)
    return store


def test_what_sources_disagree_on_hides_no_other_part_of_a_question(
    home: Path, embedder: Embedder, tmp_path: Path
) -> None:
    a = "The Orlin Institute has 61 members. It was founded in 1904 by Clara Voss."
    b = "The Orlin Institute has 94 members. Its garden is open on Sundays."
    pipeline = Pipeline(notes(tmp_path, embedder, a=a, b=b), home)
    asked = "Who founded the Orlin Institute, how many members does it have"
    answer = pipeline.ask(f"{asked} and what does a ticket cost?")
    assert answer.status == "conflicting"
    assert answer.text == (
        "It was founded in 1904 by Clara Voss. [1]\nThe sources disagree:\n"
        "The Orlin Institute has 61 members. [2]\nThe Orlin Institute has 94 members. [3]\n"
        "The documents do not say: what does a ticket cost?"
    )


def test_the_words_that_answer_one_question_do_not_answer_another(
    home: Path, embedder: Embedder, tmp_path: Path
) -> None:
    built = "The Corn Hall was built in 1871 by the architect Anna Lind."
    store = notes(tmp_path, embedder, hall=f"{built} It has 40 rooms.")
    question = "When was the hall built and when did it burn down?"
    answer = Pipeline(store, home).ask(question)
    assert answer.status == "partial"
    said = "The documents do not say: When did it burn down? (hall built)"
    assert answer.text == f"{built} [1]\n{said}"


def test_a_document_about_another_thing_neither_answers_nor_contradicts(
    home: Path, embedder: Embedder, tmp_path: Path
) -> None:
    a = "The kettle A100\n\nThe water stays warm for 30 minutes. The tank is made of glass."
    b = "The kettle B300\n\nThe water stays warm for 60 minutes. The tank is made of steel."
    pipeline = Pipeline(notes(tmp_path, embedder, a=a, b=b), home)
    answer = pipeline.ask("How long does the A100 keep the water warm?")
    assert (answer.status, answer.text) == ("answered", "The water stays warm for 30 minutes. [1]")
    both = pipeline.ask("Compare how long the A100 and the B300 keep the water warm.")
    assert both.text == (
        "The water stays warm for 30 minutes. [1] The water stays warm for 60 minutes. [2]"
    )
    assert pipeline.ask("How long does the water stay warm?").status == "conflicting"


def test_what_hardly_answers_is_no_disagreement(
    home: Path, embedder: Embedder, tmp_path: Path
) -> None:
    a, b = ("On weekdays we open at 10:00.", "On weekdays we open at 9:00.")
    pipeline = Pipeline(notes(tmp_path, embedder, a=a, b=b), home, threshold=0.0)
    answer = pipeline.ask("What time does the sauna close on holidays?")
    assert answer.answerability is not None and answer.answerability < 0.5
    assert answer.status == "answered"
    assert pipeline.ask("When do you open on weekdays?").status == "conflicting"


def test_each_disagreement_has_all_its_sides(
    home: Path, embedder: Embedder, tmp_path: Path
) -> None:
    members = {n: f"The Orlin Institute of Ulm has {n}1 members." for n in "6789"}
    texts = {**members, "x": "A ticket costs 12 euros.", "y": "A ticket costs 19 euros."}
    pipeline = Pipeline(notes(tmp_path, embedder, **texts), home)
    answer = pipeline.ask(
        "How many members does the Orlin Institute of Ulm have, and what does a ticket cost?"
    )
    opening, *sides = [line.partition(" [")[0] for line in answer.text.split("\n")]
    assert opening == "The sources disagree:"
    assert (set(sides[:4]), set(sides[4:])) == (
        set(members.values()),
        {"A ticket costs 12 euros.", "A ticket costs 19 euros."},
    )


def test_a_side_is_not_quoted_as_agreed_because_it_stands_beside(
    home: Path, embedder: Embedder, tmp_path: Path
) -> None:
    a = (
        "The founder of the Orlin Institute is Clara Voss and it has these numbers:\n\n"
        "- The Orlin Institute has 61 members.\n- The Orlin Institute has 12 gardens.\n"
    )
    store = notes(tmp_path, embedder, a=a, b="The Orlin Institute has 94 members.")
    answer = Pipeline(store, home).ask(
        "Who is the founder of the Orlin Institute and how many members does it have?"
    )
    told, _, sides = answer.text.partition("The sources disagree:")
    assert "Clara Voss" in told and "members" not in told
    assert sides.count("members") == 2
    places = [(c.document, c.start) for c in answer.citations]
    assert len(places) == len(set(places))


def test_an_empty_collection_says_so(home: Path, embedder: Embedder, tmp_path: Path) -> None:
    store = notes(tmp_path, embedder, a="The Orlin Institute has 61 members.")
    (tmp_path / "notes" / "a.txt").unlink()
    sync(store, [], embedder)
    for question in ("Which documents do you have?", "What is the first document about?"):
        answer = Pipeline(store, home).ask(question)
        assert (answer.status, answer.text) == ("answered", "No document is indexed.")


def test_a_question_of_one_sign_or_with_odd_characters(pipeline: Pipeline) -> None:
    assert pipeline.ask("?").status == "not_in_documents"
    expected = pipeline.ask(TRUCKS)
    for odd in (f"{TRUCKS}\x00\x1b", f"\u202e{TRUCKS}", f"\ufeff{TRUCKS}\n"):
        assert pipeline.ask(odd).citations == expected.citations
    answer = pipeline.ask(f"\ud800 {TRUCKS}")
    assert (answer.question, answer.status) == (f"\ufffd {TRUCKS}", "answered")


def test_what_cannot_be_asked_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    nowhere = Pipeline(LocalStore(tmp_path / "nowhere"), tmp_path)
    for question in ("", " \n", "\u200b\u2060", "x" * 50_000):
        with pytest.raises(InvalidInput, match="is empty|50,000 characters; the limit is 4,000"):
            nowhere.ask(question)
        with pytest.raises(InvalidInput):
            nowhere.search(question)


def test_k_beyond_what_is_there_and_below_one(pipeline: Pipeline) -> None:
    for k in (22, 10**30):
        hits = pipeline.search(TRUCKS, k=k)
        assert sorted(hit.rank for hit in hits) == list(range(1, 22))
        assert len({(hit.passage.document, hit.passage.start) for hit in hits}) == 21
    for k in (0, -1):
        for ask in (pipeline.ask, pipeline.search):
            with pytest.raises(InvalidInput, match="k must be at least 1"):
                ask(TRUCKS, k=k)


def test_the_same_question_a_hundred_times_at_once(pipeline: Pipeline) -> None:
    expected = replace(pipeline.ask(TRUCKS), timings_ms={})
    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda _: pipeline.ask(TRUCKS), range(100)))
    assert [replace(answer, timings_ms={}) for answer in answers] == [expected] * 100


def test_a_follow_up_does_not_lean_on_a_whole_book(pipeline: Pipeline) -> None:
    book = [Message("user", f"{TRUCKS} {'x ' * 500_000}"), Message("assistant", "225 \ud800 [1].")]
    answer = pipeline.ask("And in October?", history=book)
    assert len(answer.query) < 20_000 and "\ufffd" not in answer.text
    assert answer.query.encode()


def test_another_llm_loads_nothing_twice(
    home: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    load = OnnxModel.__init__

    def noted(model: OnnxModel, path: Path, *more: int) -> None:
        loaded.append(path.name)
        load(model, path, *more)

    monkeypatch.setattr(OnnxModel, "__init__", noted)
    written = Pipeline.open(index, home=home, llm="ollama:any")
    written.search(TRUCKS)
    quoting = written.with_llm("extractive")
    assert "about 225 trucks" in quoting.ask(TRUCKS).text
    assert sorted(loaded) == ["model.onnx", "reader.onnx"]
    assert (written.host, quoting.host) == ("127.0.0.1:11434", None)
    assert written.with_llm("ollama:any") is written and quoting.with_llm("extractive") is quoting
    with pytest.raises(InvalidInput):
        written.with_llm("nonsense")


def test_prepared_it_loads_nothing_for_a_question(
    home: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = set(threading.enumerate())
    pipeline = Pipeline.open(index, home=home)
    pipeline.prepare()
    for thread in set(threading.enumerate()) - before:
        thread.join()

    def refused(model: OnnxModel, path: Path) -> None:
        raise AssertionError(path)

    monkeypatch.setattr(OnnxModel, "__init__", refused)
    assert "about 225 trucks" in pipeline.ask(TRUCKS).text


def test_the_last_day_there_is(home: Path, embedder: Embedder, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\ndate: 9999-12-31\n---\nThe bridge was opened by the mayor."
    )
    sync(LocalStore(tmp_path / "index"), [str(tmp_path / "a.md")], embedder)
    pipeline = Pipeline.open(tmp_path / "index", home=home)
    last = Selection(since="9999-12-31")
    assert [hit.passage.date for hit in pipeline.search("bridge", selection=last)] == ["9999-12-31"]


PAGE = """<html><head><title>Camp</title></head><body><article><h1>Camp rules</h1>
<p>The camp is open in summer, and all are welcome to it, wherever they come from.</p>
<h2>What to bring</h2><p>You need to bring:</p>
<ul><li>a tent</li><li>two maps of it<ul><li>one that is new</li></ul></li><li>a stove</li></ul>
<h2>Fees</h2><p>Each night costs nine euros for adults and four euros for children.</p>
</article></body></html>"""


def test_long_tables_sections_and_lists_of_pages(
    embedder: Embedder, home: Path, tmp_path: Path
) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    rows = "".join(f"| `pool.size{n}` | `{n * 3}` | Threads of pool {n}. |\n" for n in range(60))
    text = f"# Settings\n\n| option | default | meaning |\n|---|---|---|\n{rows}"
    (docs / "settings.md").write_text(text, encoding="utf-8")
    (docs / "camp.html").write_text(PAGE, encoding="utf-8")
    store = LocalStore(tmp_path / "index")
    sync(store, [str(docs)], embedder)
    pipeline = Pipeline.open(tmp_path / "index", home=home)

    answer = pipeline.ask("What is the default of pool.size47?")
    quotes = [citation.quote for citation in answer.citations]
    assert quotes[0] == "| option | default | meaning |" and rows.splitlines()[47] in quotes
    assert all(text[c.start : c.end] == c.quote for c in answer.citations)
    assert answer.short and answer.short.text == "`141`" and answer.short.sure

    brought = [citation.quote for citation in pipeline.ask("What do I need to bring?").citations]
    assert brought == [
        "You need to bring:", "- a tent", "- two maps of it", "- one that is new", "- a stove",
    ]  # fmt: skip
    with store.snapshot() as snapshot:
        page = snapshot.document("camp.html")
    assert page and "\n\n## What to bring\n\n" in page.text and "\n\n  - one that" in page.text


def test_what_answers_a_question_in_one_is_cited_by_the_rank_that_the_whole_gave_it(
    home: Path, embedder: Embedder, tmp_path: Path
) -> None:
    texts = {
        "hall": "The Corn Hall was built in 1871 by the architect Anna Lind.",
        "bridge": "The bridge over the Orl is 260 metres long and carries trams.",
        "mill": "The mill of Orlin grinds rye for the bakers of the town.",
    }
    pipeline = Pipeline(notes(tmp_path, embedder, **texts), home)
    for question in (
        "When was the Corn Hall built and how long is the bridge over the Orl?",
        "How long is the bridge over the Orl and when was the Corn Hall built?",
    ):
        answer = pipeline.ask(question)
        documents = {hit.rank: hit.passage.document for hit in answer.passages}
        assert {c.document for c in answer.citations} == {"hall.txt", "bridge.txt"}
        assert all(documents[c.passage] == c.document for c in answer.citations)
