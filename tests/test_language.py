"""Documents and questions that the default embedder does not know."""

from pathlib import Path

import pytest
from fakes import FakeEmbedder

from rag.embed import DEFAULT_SPEC
from rag.language import MULTILINGUAL_SPEC, foreign_script, question_warning
from rag.store.local import LocalStore, sync


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("How many trucks entered Gaza?", None),
        ("Wie viele Lastwagen fuhren täglich über die Straße?", None),
        ("Сколько грузовиков въехало?", "Cyrillic"),
        ("一天有多少辆卡车进入加沙？", "CJK"),
        ("كم شاحنة دخلت غزة؟", "Arabic"),
        ("What does μ mean?", None),
        ("225 + 35 = ?", None),
        ("", None),
    ],
)
def test_script(text: str, script: str | None) -> None:
    assert foreign_script(text) == script


def test_question_warning_names_a_model() -> None:
    warning = question_warning("Сколько грузовиков?", DEFAULT_SPEC)
    assert warning and "Cyrillic" in warning and MULTILINGUAL_SPEC in warning
    assert question_warning("Сколько грузовиков?", MULTILINGUAL_SPEC) is None
    assert question_warning("How many?", DEFAULT_SPEC) is None


def test_documents_in_another_script_are_named(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("Whales sing in the sea.", encoding="utf-8")
    (tmp_path / "notes" / "b.txt").write_text("Киты поют в море.", encoding="utf-8")
    embedder = FakeEmbedder()
    embedder.spec = DEFAULT_SPEC
    report = sync(LocalStore(tmp_path / "index"), [str(tmp_path / "notes")], embedder)
    (warning,) = report.warnings
    assert warning.startswith("1 document is not in Latin script (b.txt)")
    assert MULTILINGUAL_SPEC in warning
    embedder.spec = "another"
    other = sync(LocalStore(tmp_path / "other"), [str(tmp_path / "notes")], embedder)
    assert other.warnings == ()
