"""Chat with your own documents and get answers you can check.

The house, in reading order::

    datatypes.py    Document Passage Hit Message Sentence Citation Answer: frozen, no I/O
    errors.py       RagError and its tree, drawn in the docstring
    settings.py     defaults < rag.toml < RAG_* < flags
    clean.py        any text -> text that is safe to store, embed and show
    wording.py      how many things there are, and which ones, in a message
    words.py        words and their stems, stop words left out
    mentions.py     text -> the times, names and phrases it mentions, by their looks
    quantities.py   text -> the quantities in it, as intervals of what is counted
    -- build: documents -> index
    files.py        what lies below a root, and its bytes, read without leaving it
    load/           any file -> Documents (text, title, date, url, pages); LOADERS by suffix
    lines.py        a line and the one above it -> edges of code, rules under headings
    marks.py        a sentence -> what it is by its looks: a heading, an item, a statement
    line_ends.py    text -> the runs of lines within which a sentence may go on
    sentences.py    text -> sentences, with exact offsets
    language.py     whether the embedder can know a text's language
    outline.py      a sentence -> the headings and names of columns that it stands under
    split.py        Document -> Passages that fit the embedder's window
    embed/          texts -> unit vectors: sentence-transformers, and its ONNX twin for questions
    onnx_model.py   runs the ONNX networks: the embedder's twin and the reader
    store/          the Store protocol; local/: SQLite is the truth, FAISS is derived from it
    -- ask: question -> Answer
    converse/       history + follow-up -> a question that stands alone, by rules or by an LLM
    collection.py   questions about the collection itself, from the catalog
    retrieve.py     question -> Hits: dense, lexical, fused, filtered
    rerank.py       how well a passage holds the words of the query together
    chronology.py   whether two times may be the same, and what follows what
    statements.py   a statement -> what it says, taken apart: words, values, times, names
    disagree.py     statements that give different values for the same thing at the same time
    framing.py      a question -> the same without courtesy and what else only frames it
    spelling.py     a query with slips of the pen -> the same in the documents' words
    reader/         question + passage -> the words that answer; a small network, it only points
    asked.py        what a question asks for: a kind of thing, several things, yes or no, one of two
    kinds.py        where a sentence holds such a kind of thing, and what may be one
    denial.py       what a question denies, and whether a sentence affirms it
    extract.py      question + Hits -> the sentences that may answer it, without a language model
    abstain.py      how likely it is that these sentences and their passages answer at all
    choose.py       which of them answer it, with what belongs to them
    tables.py       a sentence -> the table that it is a row of, and its cells
    beside.py       a sentence -> those beside it that belong to it
    short.py        the few words in them that answer, and whether these are sure
    compose.py      those sentences -> an Answer that quotes them
    each.py         the same for each question in a question
    tokens.py       counts tokens for LLMs without a tokenizer of their own
    prompt.py       question + Hits -> Prompt: numbers the passages by rank, fits the window
    llms/           Prompt -> deltas: the LLM protocol, its kinds, their deadlines
    cite/           an LLM's reply + the Hits it cites -> sentences with checked citations
    write.py        question + Hits + LLM -> growing Answers, each sentence checked
    draft.py        question -> how its Answer begins, before anything is searched
    pipeline.py     stream(question) -> growing Answers; ask(question) -> the last one
    -- present and measure
    freshness.py    what changed, is new or is gone since it was indexed
    verify.py       an exported answer against the files as they are now
    doctor.py       what works on this machine, LLMs included
    status.py       what is indexed, and in what state its files are
    render.py       Answer -> terminal, JSON
    cli/            the commands
    web/            the Gradio app
    mcp_server.py   an MCP server over stdio: ask, search, show
    evaluate/       a question set -> measures, a report, a comparison of two runs

From a built index (``rag index`` makes one)::

    from rag import Pipeline
    pipeline = Pipeline.open("index")
    answer = pipeline.ask("How many aid trucks a day entered Gaza in April?")
    print(answer.text, answer.citations[0].quote)

The values are plain and frozen:

>>> from rag import Message
>>> Message("user", "And in April?").content
'And in April?'
"""

from rag.datatypes import Answer, Citation, Document, Hit, Message, Passage, Sentence
from rag.errors import (
    EmbedderMismatch,
    IndexDamaged,
    IndexMissing,
    InvalidInput,
    LLMFailed,
    RagError,
)
from rag.pipeline import Pipeline
from rag.retrieve import Selection

__all__ = [
    "Answer",
    "Citation",
    "Document",
    "EmbedderMismatch",
    "Hit",
    "IndexDamaged",
    "IndexMissing",
    "InvalidInput",
    "LLMFailed",
    "Message",
    "Passage",
    "Pipeline",
    "RagError",
    "Selection",
    "Sentence",
]
