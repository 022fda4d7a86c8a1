"""An index in a folder: ``catalog.sqlite`` is the truth, ``vectors-N.faiss`` is derived from it."""

from rag.store.local.catalog import LocalStore
from rag.store.local.forget import forget
from rag.store.local.report import SyncReport
from rag.store.local.sync import sync

__all__ = ["LocalStore", "SyncReport", "forget", "sync"]
