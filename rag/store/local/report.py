"""What a sync did, file by file."""

from dataclasses import dataclass

from rag.store import FileState


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a sync did with one file (``document``: its id, or the path of a corpus)."""

    document: str
    state: FileState
    passages: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a sync did. ``embedded`` and ``reused`` count passages of added and updated files."""

    generation: int
    documents: int
    passages: int
    embedded: int
    reused: int
    seconds: float
    files: tuple[FileReport, ...]
    warnings: tuple[str, ...] = ()
