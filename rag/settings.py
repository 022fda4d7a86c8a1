"""Settings: flag > ``RAG_*`` environment variable > ``rag.toml`` > default.

Two ``rag.toml`` files are read: the one in the working directory, which may not name a hosted LLM,
a host, a model to download or a path outside its folder (a folder from a stranger must not redirect
documents), and the user's own in ``$RAG_HOME``, which may.
"""

import difflib
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rag.datatypes import EXTRACTIVE
from rag.errors import InvalidInput, MachineRefused
from rag.files import write_whole

Source = Literal["default", "rag.toml", "environment", "flag"]
_LARGEST_FILE = 1_000_000
_LOCAL_LLMS = (EXTRACTIVE, "local", "scripted")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the commands read. Each field is a setting's name; ``sources`` says where it came from.

    ``threshold`` is the abstention threshold on the answerability of a question in [0, 1];
    ``k`` counts passages (None: each command's own default). ``downloads``: the ``embedder`` may be
    had from the model hub if it is not here, for it was the user who named it.
    """

    home: Path
    index: str = "index"
    llm: str = EXTRACTIVE
    embedder: str = ""
    k: int | None = None
    threshold: float | None = None
    host: str = "127.0.0.1"
    port: int = 7860
    sources: Mapping[str, Source] = field(default_factory=dict)
    downloads: bool = True

    def describe(self) -> dict[str, dict[str, Any]]:
        """``{name: {"value", "source"}}`` for ``rag status``."""
        return {
            name: {"value": getattr(self, name), "source": self.sources.get(name, "default")}
            for name in NAMES
        }


NAMES = ("index", "llm", "embedder", "k", "threshold", "host", "port")


def home_folder(environment: Mapping[str, str]) -> Path:
    """``$RAG_HOME``, else the platform's user data folder. Raises InvalidInput without a home."""
    given = environment.get("RAG_HOME")
    if not given:
        import platformdirs

        given = platformdirs.user_data_dir("rag", appauthor=False)
    try:
        return Path(given).expanduser()
    except RuntimeError:
        raise InvalidInput(
            f"{given} is in no user's home folder; set RAG_HOME to a folder."
        ) from None


def load_settings(
    flags: Mapping[str, Any],
    environment: Mapping[str, str] = os.environ,
    folder: Path | None = None,
) -> Settings:
    """Settings from all four places; ``flags`` holds None for a flag that was not given.

    Raises InvalidInput, with the place and the nearest known name, for what cannot be used.
    """
    folder = folder or Path.cwd()
    home = home_folder(environment)
    values: dict[str, Any] = {}
    sources: dict[str, Source] = {}

    def take(found: Mapping[str, Any], source: Source, where: str) -> None:
        for name, value in found.items():
            values[name] = _checked(name, value, where)
            sources[name] = source

    take(_read_toml(home / "rag.toml"), "rag.toml", str(home / "rag.toml"))
    own: dict[str, Any] = {}
    if folder.resolve() != home.resolve():
        own = _read_toml(folder / "rag.toml")
        for name, value in own.items():
            _refuse_redirect(name, _checked(name, value, str(folder / "rag.toml")), folder)
        take(own, "rag.toml", str(folder / "rag.toml"))
    for name in NAMES:
        if value := environment.get(f"RAG_{name.upper()}"):
            take({name: value}, "environment", f"RAG_{name.upper()}")
    given = {k: v for k, v in flags.items() if k in NAMES and v is not None}
    for name, value in given.items():
        take({name: value}, "flag", f"--{name}" if len(name) > 1 else f"-{name}")
    downloads = "embedder" not in own or sources["embedder"] != "rag.toml"
    return Settings(home=home, sources=sources, downloads=downloads, **values)


def save_setting(home: Path, name: str, value: float) -> Path:
    """Writes a setting into the user's ``rag.toml``, keeping all else that is there.

    Gives the file's path. Raises InvalidInput where the file cannot be read or kept, and
    MachineRefused where it cannot be written.
    """
    path = home / "rag.toml"
    before = _read_toml(path)
    number = repr(_checked(name, value, f"--{name}"))
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
        line = re.compile(rf"(?m)^([ \t]*{name}[ \t]*=[ \t]*)[^#\r\n]*?([ \t]*(?:#.*)?)$")
        after, replaced = line.subn(rf"\g<1>{number}\g<2>", text, count=1)
        if not replaced:
            gap = "\n" if text and not text.endswith("\n") else ""
            after = f"{text}{gap}{name} = {number}\n"
        if _parses_as(after) != before | {name: value}:
            raise InvalidInput(f"{path} cannot be changed; write `{name} = {number}` into it.")
        home.mkdir(parents=True, exist_ok=True)
        write_whole(path, after.encode("utf-8"))
    except OSError as error:
        raise MachineRefused(f"{path} cannot be written: {error.strerror}.") from error
    return path


def _parses_as(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput(f"{path} is not a regular file; move it away or write settings into it.")
    if status.st_size > _LARGEST_FILE:
        raise InvalidInput(f"{path} is {status.st_size:,} bytes; a settings file is far smaller.")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is not valid TOML: {error}.") from error
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error


def _checked(name: str, value: Any, where: str) -> Any:
    """The value in its type and range, or InvalidInput."""
    if name not in NAMES:
        near = difflib.get_close_matches(name, NAMES, 1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(NAMES)}."
        raise InvalidInput(f"{where} has an unknown setting {name!r}{hint}")
    if name in ("index", "llm", "embedder", "host"):
        if isinstance(value, str) and value.strip() and "\0" not in value and "\n" not in value:
            return value
        raise InvalidInput(
            f"{name} in {where} must be a non-empty text on one line, not {value!r}."
        )
    if name == "threshold":
        return _number(name, value, where, float, 0.0, 1.0)
    return _number(name, value, where, int, *((1, 1000) if name == "k" else (0, 65535)))


def _number(
    name: str, value: Any, where: str, kind: type[int] | type[float], low: float, high: float
) -> int | float:
    try:
        if isinstance(value, bool) or (kind is int and isinstance(value, float)):
            raise ValueError
        number = kind(value)
    except (TypeError, ValueError, OverflowError):
        word = "whole number" if kind is int else "number"
        raise InvalidInput(f"{name} in {where} must be a {word}, not {value!r}.") from None
    if not low <= number <= high:
        raise InvalidInput(f"{name} in {where} must be from {low} to {high}, not {value!r}.")
    return number


def _refuse_redirect(name: str, value: Any, folder: Path) -> None:
    """Refuses what a rag.toml from a stranger could redirect documents with."""
    where = folder / "rag.toml"
    advice = "give it as a flag, or in the rag.toml of your RAG_HOME"
    if name == "host":
        raise InvalidInput(f"{where} may not set a host; {advice}.")
    if not isinstance(value, str):
        return
    if name == "llm" and value.partition(":")[0] not in _LOCAL_LLMS:
        raise InvalidInput(f"{where} may not name the hosted LLM {value!r}; {advice}.")
    path = value.partition(":")[2] if name == "llm" else value
    if name == "index" or "/" in path or os.sep in path or path.startswith((".", "~")):
        target = (folder / path).expanduser().resolve()
        if path.startswith("~") or not target.is_relative_to(folder.resolve()):
            raise InvalidInput(
                f"{where} may not name a path outside its folder: {value!r}; {advice}."
            )
