"""What works on this machine, in lines that fit into a bug report: no keys, no documents."""

import platform
import shutil
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from rag.embed import DEFAULT_SPEC, open_embedder
from rag.errors import RagError
from rag.llms import KINDS, LLM, open_llm
from rag.llms.ollama_server import open_ollama
from rag.settings import Settings
from rag.store.local import LocalStore

_LEAST_DISK = 2**30  # bytes: an index of 100,000 passages and the embedder's ONNX twin
_WHOLE = {"local": "local:smollm2"}  # what can be named without knowing a model
_NOT_FOR_USERS = "scripted"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; ``needed`` tells whether rag works without it."""

    name: str
    ok: bool
    told: str
    needed: bool = True


def examine(settings: Settings, environment: Mapping[str, str]) -> Iterator[Check]:
    """Every check, the needed ones first. Nothing but a local Ollama is spoken to."""
    yield Check("Python", sys.version_info >= (3, 11), f"{platform.python_version()}, 3.11 needed")
    yield Check("machine", True, f"{platform.platform()}, {platform.machine()}")
    yield from _packages()
    yield _sqlite()
    yield _embedder(settings)
    yield from _disk(settings)
    yield _index(settings)
    yield from _llms(environment)


def _packages() -> Iterator[Check]:
    from packaging.requirements import Requirement

    for line in requires("rag") or []:
        requirement = Requirement(line)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(requirement.name)
        except PackageNotFoundError:
            found = "missing"
        ok = found != "missing" and requirement.specifier.contains(found, prereleases=True)
        yield Check(requirement.name, ok, f"{found}, {requirement.specifier} needed")


def _sqlite() -> Check:
    try:
        sqlite3.connect(":memory:").execute("CREATE VIRTUAL TABLE words USING fts5(text)")
    except sqlite3.Error as error:
        return Check("SQLite", False, f"{sqlite3.sqlite_version}, without FTS5 ({error})")
    return Check("SQLite", True, f"{sqlite3.sqlite_version}, with FTS5")


def _embedder(settings: Settings) -> Check:
    spec = settings.embedder or DEFAULT_SPEC
    try:
        embedder = open_embedder(spec, settings.home, download=False)
        weights = str(embedder.fingerprint["weights"])
    except RagError as error:
        return Check("embedder", False, str(error))
    told = f"{spec}, sha256 {weights[:12]}, questions by {embedder.describe()}"
    return Check("embedder", True, told)


def _disk(settings: Settings) -> Iterator[Check]:
    for name, folder in (("disk, index", Path(settings.index)), ("disk, RAG_HOME", settings.home)):
        place = folder.absolute()
        while not place.exists():
            place = place.parent
        free = shutil.disk_usage(place).free
        yield Check(name, free >= _LEAST_DISK, f"{free / 2**30:.1f} GB free, 1 GB needed")


def _index(settings: Settings) -> Check:
    store = LocalStore(Path(settings.index))
    if not store.exists():
        return Check("index", True, f"none in {settings.index} yet", needed=False)
    try:
        with store.snapshot() as snapshot:
            info = snapshot.info
    except RagError as error:
        return Check("index", False, str(error))
    told = f"generation {info.generation}, {info.documents:,} documents, {info.passages:,} passages"
    return Check("index", True, told)


def llms_at_hand(environment: Mapping[str, str]) -> dict[str, str | None]:
    """The LLMs that work on this machine and need no more than their name -> who gets passages."""
    specs = [*_WHOLE.values(), *(f"ollama:{model}" for model in _pulled(environment)[0])]
    opened = ((spec, _opened(spec, environment)) for spec in specs)
    return {spec: llm.host for spec, llm in opened if not isinstance(llm, RagError)}


def _llms(environment: Mapping[str, str]) -> Iterator[Check]:
    """Which LLMs could be named, and what the others need."""
    for kind in KINDS:
        if kind == _NOT_FOR_USERS:
            continue
        spec = _WHOLE.get(kind, f"{kind}:MODEL")
        llm = _opened(spec, environment)
        if isinstance(llm, RagError):
            yield Check(f"LLM {spec}", False, str(llm), needed=False)
            continue
        told = f"passages go to {llm.host}" if llm.host else "on this machine"
        models, trouble = _pulled(environment) if kind == "ollama" else ((), "")
        if models:
            told += f", which has {', '.join(models)}"
        yield Check(f"LLM {spec}", not trouble, trouble or told, needed=False)


def _pulled(environment: Mapping[str, str]) -> tuple[tuple[str, ...], str]:
    """The models of an Ollama on this machine, and why there are none."""
    try:
        return open_ollama("MODEL", environment).siblings(), ""
    except RagError as error:
        return (), str(error)


def _opened(spec: str, environment: Mapping[str, str]) -> LLM | RagError:
    """The LLM, or why it cannot be used."""
    try:
        return open_llm(spec, environment)
    except RagError as error:
        return error
