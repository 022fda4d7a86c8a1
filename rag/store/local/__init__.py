"""An index in a folder: ``catalog.sqlite`` is the truth, ``vectors-N.faiss`` is derived from it.

::

    catalog.py       the SQLite file: how it is opened, by whom, and what its errors mean
    schema.py        its tables, and the refusal of a file that holds others
    rows.py          how its rows are packed and guarded
    state.py         a generation's own row, and the note of what was acknowledged
    durable.py       files that are written whole or not at all
    lock.py          one writer at a time
    -- read
    reader.py        one generation, read and checked
    search.py        dense and lexical search of it
    word_index.py    BM25 over its words
    vectors.py       FAISS structures over its embeddings
    vector_files.py  the files that hold them, each hashed before it is read
    structure.py     which structure suits which size
    -- write
    roots.py         what the user named -> roots
    listing.py       the files below them
    sync.py          keeps an index in step with its roots
    intake.py        documents on their way in: split, embedded and written a batch at a time
    background.py    the thread that embeds meanwhile
    writer.py        changes, inside one transaction at a time
    segments.py      when a vector file is written anew, and from which rows
    forget.py        takes out a document or a root, by name
    report.py        what a sync did, file by file
"""

from rag.store.local.catalog import LocalStore
from rag.store.local.forget import forget
from rag.store.local.report import SyncReport
from rag.store.local.sync import sync

__all__ = ["LocalStore", "SyncReport", "forget", "sync"]
