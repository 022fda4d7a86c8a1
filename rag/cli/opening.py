"""Opens what the settings name: the index, its pipeline, the terminal."""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from rag.embed import open_embedder
from rag.errors import IndexMissing, RagError
from rag.pipeline import Pipeline
from rag.render import Terminal
from rag.settings import Settings
from rag.store.local import LocalStore, SyncReport, sync


def sync_index(settings: Settings, paths: tuple[str, ...], rebuild: bool = False) -> SyncReport:
    """Syncs with a progress bar on a terminal; the default index begins with ``seeds/``."""
    store = LocalStore(Path(settings.index)) if paths else store_at(settings)
    if not paths and not store.exists():
        paths = ("seeds",)
    spec = settings.embedder or _spec_of(store)
    with progress_bar() as progress:
        download = settings.downloads and bool(settings.embedder)
        embedder = open_embedder(spec, settings.home, download)
        return sync(store, paths, embedder, rebuild, progress)


def _spec_of(store: LocalStore) -> str:
    """The embedder that an index was made with; none for one that cannot be read."""
    if not store.exists():
        return ""
    try:
        with store.snapshot() as snapshot:
            return snapshot.info.spec
    except RagError:
        return ""


def _can_begin_with_seeds(settings: Settings, store: LocalStore) -> bool:
    never_made = isinstance(store.missing(), IndexMissing)
    return settings.index == "index" and Path("seeds").is_dir() and never_made


def store_at(settings: Settings) -> LocalStore:
    """The index, which is there or can begin with ``seeds/``. Raises IndexUnusable."""
    store = LocalStore(Path(settings.index))
    if not store.exists() and not _can_begin_with_seeds(settings, store):
        raise store.missing()
    return store


def open_store(settings: Settings) -> LocalStore:
    """The index; the default one is made from ``seeds/`` by the first command that needs it."""
    store = store_at(settings)
    if not store.exists():
        click.echo("Indexing seeds/ for the first time ...", err=True)
        sync_index(settings, ())
    return store


def open_pipeline(settings: Settings) -> Pipeline:
    """The pipeline over the index that the settings name."""
    open_store(settings)
    return Pipeline.open(
        settings.index,
        home=settings.home,
        embedder=settings.embedder,
        threshold=settings.threshold,
        llm=settings.llm,
        download=settings.downloads,
    )


@contextmanager
def progress_bar(label: str = "indexing", unit: str = "B") -> Iterator[Callable[[int, int], None]]:
    """A callback (done, total); the bar, with rate and remaining time, is drawn on a terminal."""
    from tqdm import tqdm

    with tqdm(
        desc=label,
        unit=unit,
        unit_scale=unit == "B",
        dynamic_ncols=True,
        leave=False,
        disable=not sys.stderr.isatty(),
    ) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield progress


def terminal() -> Terminal:
    """Text for stdout, in colour where a person reads it."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return Terminal(colour, shutil.get_terminal_size().columns)
