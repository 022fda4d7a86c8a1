"""What the user named -> roots, so that every file has one root and every document one id."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import InvalidInput
from rag.files import expanded
from rag.load import CORPUS

_NAMED = re.compile(r"([A-Za-z0-9][\w.-]*)=(.+)", re.S)


@dataclass(frozen=True, slots=True)
class Root:
    """A folder or file that an index keeps in step with; ids begin with its name, if it has one."""

    path: Path
    name: str

    def id_of(self, relative: str) -> str:
        """The document id of a path below this root."""
        return f"{self.name}/{relative}" if self.name else relative


def resolve_roots(
    named: Sequence[str], known: Mapping[str, str], index: Path
) -> tuple[list[Root], list[Path]]:
    """The roots that the named paths stand for, and the files that were named.

    ``known`` maps the path of each root of the index to its name. What is inside a known root is
    covered by it, but for a corpus that it would not read as one, or that is given a name. Raises
    InvalidInput for a path that is not there or lies inside the index.
    """
    roots = {Path(path): Root(Path(path), name) for path, name in known.items()}
    wanted: dict[Path, Root] = {}
    singled: list[Path] = []
    for text in named:
        path, name = _parse(text)
        if path.is_relative_to(index.resolve()):
            raise InvalidInput(
                f"{text} is inside the index folder {index}; documents live elsewhere."
            )
        root = _root_of(path, name, wanted | roots)
        wanted[root.path] = root
        if path.is_file():
            singled.append(path)
    if not named:
        wanted = roots
    for root in wanted.values():
        if not root.path.exists():
            raise InvalidInput(
                f"The root {root.path} is gone; bring it back, or `rag remove {root.path}` "
                "forgets its documents."
            )
    return list(wanted.values()), singled


def _parse(text: str) -> tuple[Path, str | None]:
    name = None
    if (match := _NAMED.fullmatch(text)) and not Path(text).exists():
        name, text = match.groups()
    if "\0" in text or not text:
        raise InvalidInput("A path may not be empty or hold a NUL character.")
    path = expanded(text)
    if not path.exists():
        raise InvalidInput(f"There is no file or folder {text}; check the path.")
    if not path.is_dir() and not path.is_file():
        raise InvalidInput(f"{text} is neither a folder nor a regular file.")
    return path.resolve(), name


def _root_of(path: Path, name: str | None, roots: Mapping[Path, Root]) -> Root:
    """The innermost root that holds a path that was named, or a new one. Raises InvalidInput."""
    holding = [root for root in roots.values() if path.is_relative_to(root.path)]
    cover = max(holding, key=lambda root: len(root.path.parts), default=None)
    if cover is None or (cover.path != path and _is_apart(path, name)):
        if name and any(name == root.name for root in roots.values()):
            raise InvalidInput(f"Another root is named {name!r} already; choose another name.")
        return Root(path, name or "")
    if name is not None and name != cover.name:
        raise InvalidInput(
            f"{cover.path} is a root already, "
            + (f"named {cover.name!r}" if cover.name else "without a name")
            + f"; `rag remove {cover.path}` forgets it, then name it anew."
        )
    return cover


def _is_apart(path: Path, name: str | None) -> bool:
    """Whether a path below a root is a corpus that the root does not read as its user means it."""
    if not path.is_file() or path.suffix.lower() != ".jsonl":
        return False
    return name is not None or path.name != CORPUS
