"""Gradio without what it prepares for editors, readers of its code, MCP clients and plots.

Whenever it is imported it renders a type stub of each of its components, and compares that with the
file beside it in the folder of installed packages; it renders a docstring for each of their events;
and where the package ``mcp`` is installed, it loads that for a server of its own. That is half of
the import's time. The first request waits for Matplotlib, where that is installed, for around each
one its back end is changed and changed back. The chat needs nothing of this.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

_SKIPPED = {  # module -> what in it does nothing
    "gradio.component_meta": ("create_or_modify_pyi",),
    "gradio.events": ("EventListener.set_doc",),
    "gradio.utils": ("MatplotlibBackendMananger.__enter__", "MatplotlibBackendMananger.__exit__"),
}
_ABSENT = "mcp"  # Gradio does without, as where it is not installed


@contextmanager
def lean() -> Iterator[None]:
    """What is imported within leaves them out; a Gradio that makes them otherwise is as it is."""
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    """Finds the modules that prepare what is left out, and hides the one that is absent."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == _ABSENT:
            raise ModuleNotFoundError(f"{fullname} is left out", name=fullname)
        if fullname not in _SKIPPED:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(SourceFileLoader):
    """Loads a module of which some functions do nothing."""

    def exec_module(self, module: ModuleType) -> None:
        super().exec_module(module)
        for skipped in _SKIPPED[self.name]:
            *path, name = skipped.split(".")
            owner: Any = module
            for part in path:
                owner = getattr(owner, part, None)
            if hasattr(owner, name):
                setattr(owner, name, _do_nothing)


def _do_nothing(*_: object, **__: object) -> None: ...
