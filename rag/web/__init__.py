"""The chat in the browser.

::

    app.py            Gradio carries it, behind our gate, with our own page
    lean.py           Gradio without what the chat does not need
    gate.py           what stands before every request: who may come in, by which door
    brake.py          slows the guessing of passwords
    sent.py           what a page sends -> checked values
    mailboxes.py      what is kept for who asked and has not listened yet
    talk.py           a question in, the growing turn out, and what is kept of it
    conversations.py  conversations in files
    feedback.py       thumbs and test questions
    export.py         a conversation as a file to keep
    library.py        the documents behind the page: list, open, search, remove, upload, sync
    indexing.py       one run of indexing at a time, watched by any page
    upload.py         takes a file from the page into the folder of uploads
    examples.py       example questions that the index answers
    inert.py          foreign text -> HTML in which nothing can begin
    answer.py         a turn of a conversation -> HTML
    sources.py        an answer's passages -> HTML
    documents.py      what is indexed -> HTML
"""

from rag.web.app import serve

__all__ = ["serve"]
