"""An index in a folder: ``catalog.sqlite`` is the truth, ``vectors-N.faiss`` is derived from it."""

from rag.store.local.catalog import LocalStore
from rag.store.local.sync import SyncReport, forget, sync

__all__ = ["LocalStore", "SyncReport", "forget", "sync"]
