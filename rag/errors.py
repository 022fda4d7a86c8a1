"""Every error that is the user's to know, with the exit code of the command line.

::

    RagError
    ├── InvalidInput        2  wrong usage, settings or input
    │   └── NothingIndexed  2  no file at all could be indexed
    ├── IndexUnusable       4  it cannot be used
    │   ├── IndexMissing    4  there is none
    │   ├── IndexDamaged    4  a byte is not what was written
    │   └── EmbedderMismatch 4 it was made with another embedder
    ├── LLMFailed           5  a language model or other back end failed
    └── MachineRefused      7  disk full, permission, port taken, another writer

A message is one sentence: what happened, where, and what to do.
"""


class RagError(Exception):
    """The base of all errors raised on purpose. ``kind`` names it in JSON."""

    exit_code = 1

    @property
    def kind(self) -> str:
        """The class name in snake case, as in ``{"error": {"kind": "index_missing"}}``."""
        name = type(self).__name__.replace("LLM", "Llm")
        return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class InvalidInput(RagError):
    """Wrong usage, settings or input."""

    exit_code = 2


class NothingIndexed(InvalidInput):
    """No file at all could be indexed."""


class IndexUnusable(RagError):
    """An index that cannot be used."""

    exit_code = 4


class IndexMissing(IndexUnusable):
    """There is no index here."""


class IndexDamaged(IndexUnusable):
    """Stored bytes are not what was written."""


class EmbedderMismatch(IndexUnusable):
    """The index was made with another embedder than the one at hand."""


class LLMFailed(RagError):
    """A language model, or another back end, failed.

    ``retries``: asked again so often it may succeed, after ``retry_after`` seconds if it said so;
    ``too_long``: it may succeed with a shorter prompt.
    """

    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        retries: int = 0,
        retry_after: float | None = None,
        too_long: bool = False,
    ) -> None:
        super().__init__(message)
        self.retries = retries
        self.retry_after = retry_after
        self.too_long = too_long


class MachineRefused(RagError):
    """The machine said no: disk full, permission, port taken, another writer."""

    exit_code = 7
