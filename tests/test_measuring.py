"""`rag eval`, `rag compare` and `rag gate` as a user or a script runs them."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from rag.cli import main
from rag.embed import Embedder
from rag.errors import InvalidInput
from rag.evaluate.gold import join
from rag.evaluate.questions import read_questions
from rag.evaluate.ranking import NAMES
from rag.settings import save_setting
from rag.store.local import LocalStore, sync

ROOT = Path(__file__).parents[1]
FACTS = {
    "d1": "The lighthouse of Tarn was built in 1856 by the engineer Mary Holt.",
    "d2": "The railway between Tarn and Osk opened in 1871 and closed in 1964.",
    "d3": "Bread in Osk is baked with rye, and the bakers start at three in the morning.",
    "d4": "The engineer Mary Holt later moved to Osk, where she taught mathematics.",
}
QUERIES = {
    "q1": ("Who built the lighthouse of Tarn?", {"d1": 1, "d4": 1}),
    "q2": ("When did the railway open?", {"d2": 1}),
    "q3": ("What did the engineer teach?", {"d4": 2, "d1": 1}),
}


class Inside:
    """Runs `rag` in this process, in a folder with its own RAG_HOME."""

    def __init__(
        self, folder: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.folder = folder
        self._patch = patch
        self._capture = capture

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr."""
        self._patch.setattr(sys, "argv", ["rag", *arguments])
        self._capture.readouterr()
        code = 0
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        return code, *self._capture.readouterr()

    def json(self, *arguments: str) -> Any:
        code, out, err = self(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)


@pytest.fixture
def shell(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Inside:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_HOME", str(home))
    return Inside(tmp_path, monkeypatch, capsys)


def write_jsonl(path: Path, *rows: Any) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Path:
    """A BEIR folder "set", and an index "small" of its corpus."""
    made = tmp_path_factory.mktemp("made")
    (made / "set").mkdir()
    corpus = [{"_id": id, "title": "", "text": text} for id, text in FACTS.items()]
    write_jsonl(made / "set" / "corpus.jsonl", *corpus)
    queries = [{"_id": id, "text": text} for id, (text, _) in QUERIES.items()]
    write_jsonl(made / "set" / "queries.jsonl", *queries)
    lines = [f"{q}\t{d}\t{gain}" for q, (_, gold) in QUERIES.items() for d, gain in gold.items()]
    text = "\n".join(["query-id\tcorpus-id\tscore", *lines]) + "\n"
    (made / "set" / "qrels.tsv").write_text(text)
    sync(LocalStore(made / "small"), [str(made / "set" / "corpus.jsonl")], embedder)
    return made


@pytest.fixture
def beir(shell: Inside, made: Path) -> None:
    """The folder and its index, in the working directory."""
    shutil.copytree(made, shell.folder, dirs_exist_ok=True)


def test_a_trec_run_scores_the_same_as_the_evaluation(shell: Inside, beir: None) -> None:
    import ir_measures

    found = shell.json("eval", "set", "--index", "small")
    assert found["out"] == f"eval/{shell.folder.name}-set"
    lines = [f"{id}\t{text}\n" for id, (text, _) in QUERIES.items()]
    (shell.folder / "q.tsv").write_text("".join(lines))
    command = ("search", "--queries", "q.tsv", "--run", "run.txt", "--index", "small")
    assert shell(*command)[0] == 0
    measures = {name: ir_measures.parse_measure(theirs) for name, theirs in NAMES.items()}
    qrels = [
        ir_measures.Qrel(q, d, gain) for q, (_, gold) in QUERIES.items() for d, gain in gold.items()
    ]
    lines = (shell.folder / "run.txt").read_text().splitlines()
    run = [
        ir_measures.ScoredDoc(query, document, float(score))
        for query, _, document, _, score, _ in map(str.split, lines)
    ]
    reference = ir_measures.calc_aggregate(list(measures.values()), qrels, run)
    ours = {name: found["measures"][name]["value"] for name in NAMES}
    assert ours == pytest.approx({n: reference[m] for n, m in measures.items()}, abs=1e-6)
    assert ours["ndcg@10"] > 0 and found["measures"]["ndcg@10"]["n"] == 3


def test_the_wrong_index_is_refused_with_the_command_for_a_right_one(
    shell: Inside, beir: None, seed_index: LocalStore
) -> None:
    shutil.copytree(seed_index.folder, shell.folder / "wrong")
    code, _, told = shell("eval", "set", "--index", "wrong")
    assert code == 2 and "`rag index set/corpus.jsonl --index DIR`" in told
    assert not (shell.folder / "eval").exists()


def test_a_run_its_gate_its_comparison_and_its_threshold(
    shell: Inside, beir: None, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        {"id": "1", "question": "When was the lighthouse of Tarn built?", "answers": ["1856"],
         "evidence": [{"file": "d1", "quote": "was built in 1856"}], "type": "date"},
        {"id": "2", "question": "Which king visited the moon?", "answerable": False, "type": "no"},
    ]  # fmt: skip
    write_jsonl(shell.folder / "q.jsonl", *rows)
    code, out, err = shell("eval", "q.jsonl", "--index", "small", "--out", "one")
    assert code == 0, err
    assert "contains" in out and "one/report.html" in out
    assert sorted(p.name for p in (shell.folder / "one").iterdir()) == [
        "report.html", "results.jsonl", "summary.json",
    ]  # fmt: skip
    summary = json.loads((shell.folder / "one" / "summary.json").read_text())
    assert list(summary)[:5] == ["run", "n", "failed", "measures", "by_type"]
    assert summary["measures"]["contains"] == {"value": 1, "low": 1, "high": 1, "n": 1}
    assert summary["measures"]["abstain_f1"]["value"] == 1
    row = json.loads((shell.folder / "one" / "results.jsonl").read_text().splitlines()[0])
    assert row["answer"]["citations"][0]["document"] == "d1" and row["outcome"] == "right"

    assert shell("eval", "q.jsonl", "--index", "small", "--out", "two", "--type", "date")[0] == 0
    code, _, err = shell("compare", "one", "two")
    assert code == 2 and "--common" in err
    assert shell.json("compare", "one", "two", "--common")["n"] == 1
    assert "0 of 2 questions changed" in shell("compare", "one", "one")[1]

    assert shell("gate", "one", "--min", "contains=1", "--max", "false_refusal_rate=0")[0] == 0
    code, out, _ = shell("gate", "one", "--min", "contains=1.1")
    assert (code, out) == (6, "contains is 1, and must be at least 1.1\n")
    code, out, _ = shell("gate", "one", "--max", "abstain_recall=0.5", "--json")
    assert code == 6 and json.loads(out)["ok"] is False

    own = shell.folder / "own"
    shutil.copytree(home, own)
    monkeypatch.setenv("RAG_HOME", str(own))
    (own / "rag.toml").write_text("# mine\nk = 9\nthreshold = 0.9  # strict\n")
    command = ("eval", "q.jsonl", "--index", "small", "--out", "three", "--calibrate", "0")
    code, out, err = shell(*command)
    assert code == 0, err
    assert "<- written" in out and "measures that need more are absent" in err
    found = json.loads((shell.folder / "one" / "results.jsonl").read_text().splitlines()[0])
    text = (own / "rag.toml").read_text()
    assert text.startswith("# mine\nk = 9\nthreshold = 0.") and text.endswith("  # strict\n")
    written = float(text.split("threshold = ")[1].split()[0])
    assert 0 <= found["answerability"] - written < 1e-6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["eval", "--index", "small"], "seeds-dev.jsonl"),
        (["eval", "nowhere.jsonl", "--index", "small"], "nowhere.jsonl"),
        (["eval", "empty.jsonl", "--index", "small"], "no questions"),
        (["eval", "bad.jsonl", "--index", "small"], "line 2"),
        (["eval", "set", "--index", "small", "--type", "none"], "types"),
        (["eval", "set", "--index", "small", "--limit", "0"], "--limit"),
        (["eval", "set", "--index", "small", "--calibrate", "2"], "--calibrate"),
        (["compare", "set", "set"], "no run"),
        (["gate", "set", "--min", "contains=1"], "no run"),
        (["gate", "set"], "--min"),
        (["gate", "set", "--min", "contains"], "MEASURE=VALUE"),
    ],
)
def test_bad_input_is_exit_2(shell: Inside, beir: None, arguments: list[str], words: str) -> None:
    (shell.folder / "empty.jsonl").write_text("")
    (shell.folder / "bad.jsonl").write_text('{"id": "1", "question": "Why?"}\n{"id": "2"}\n')
    code, out, err = shell(*arguments)
    assert code == 2 and words in err, err
    assert out == ""


def test_a_missing_index_is_exit_4(shell: Inside) -> None:
    write_jsonl(shell.folder / "q.jsonl", {"id": "1", "question": "Why?"})
    assert shell("eval", "q.jsonl", "--index", "idnex")[0] == 4


def test_the_questions_about_seeds_fit_the_seeds(shell: Inside, seed_index: LocalStore) -> None:
    shutil.copytree(ROOT / "tests" / "questions", shell.folder / "tests" / "questions")
    found = shell.json("eval", "--limit", "3", "--index", str(seed_index.folder))
    assert (found["n"], found["out"]) == (3, "eval/seeds-dev")
    assert {"contains", "recall@10", "citation_recall"} <= found["measures"].keys()
    for half in ("dev", "test"):
        questions = read_questions(ROOT / "tests" / "questions" / f"seeds-{half}.jsonl")
        with seed_index.snapshot() as snapshot:
            golds = join(questions, snapshot, "index")
        assert all(gold.relevant for gold in golds.values() if gold.quotes)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "threshold = 0.5\n"),
        ("k = 3", "k = 3\nthreshold = 0.5\n"),
        ("threshold=1\nk = 3\n", "threshold=0.5\nk = 3\n"),
        ("# threshold = 1\r\nk = 3\r\n", "# threshold = 1\r\nk = 3\r\nthreshold = 0.5\n"),
    ],
)
def test_a_setting_is_saved_beside_the_others(
    tmp_path: Path, before: str | None, after: str
) -> None:
    if before is not None:
        (tmp_path / "rag.toml").write_bytes(before.encode())
    path = save_setting(tmp_path, "threshold", 0.5)
    assert path.read_bytes().decode() == after


def test_a_file_that_cannot_be_kept_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "rag.toml").write_text('"threshold" = 0.1\n')
    with pytest.raises(InvalidInput, match="threshold = 0.5"):
        save_setting(tmp_path, "threshold", 0.5)
    assert (tmp_path / "rag.toml").read_text() == '"threshold" = 0.1\n'
