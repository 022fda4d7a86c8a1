"""What flows between the stages: frozen values without I/O.

A passage, a sentence and a citation are (document, start, end): offsets count characters of the
document's extracted text, and ``text[start:end]`` is what they say.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Span = tuple[int, int]
Above = tuple[tuple[Span, str], ...]  # lines before a passage, and where they stand
Status = Literal["answered", "partial", "conflicting", "not_in_documents"]
Support = Literal["quoted", "verified", "weak", "unsupported"]
Mode = Literal["hybrid", "dense", "lexical"]
NOT_IN_DOCUMENTS = "The documents do not say."
EXTRACTIVE = "extractive"  # where an LLM is named: none, sentences are quoted


@dataclass(frozen=True, slots=True)
class Document:
    """One file (or one row of a corpus), whole.

    ``title`` is always there to be shown; ``titled`` says whether it is the document's own (then
    it is embedded with each passage) or only its file name. ``body`` is where the text proper
    begins, after front matter; ``sha256`` is of the file's bytes, or of the corpus row; ``pages``
    are the offsets at which its pages begin, the first one's included, where it has pages.
    """

    id: str
    text: str
    title: str
    titled: bool
    date: str | None
    url: str | None
    sha256: str
    body: int = 0
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A contiguous run of whole sentences of a document, with what a citation of it needs.

    ``above`` are the lines before it that it stands under, with their spans: headings, outermost
    first, and the names of the columns of the table that it goes on with.
    """

    document: str
    title: str
    titled: bool
    date: str | None
    url: str | None
    sha256: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    pages: tuple[int, ...] = ()
    above: Above = ()

    def quote(self, span: Span) -> str:
        """The text of ``span``, in the document's offsets: in the passage, or a line above it."""
        start, end = span
        own = ((self.start, self.end), self.text)
        at, text = next(((at, line) for at, line in self.above if at[0] <= start < at[1]), own)
        return text[start - at[0] : end - at[0]]

    @property
    def in_place(self) -> str:
        """Its text below the lines that it stands under, as it is searched."""
        return in_place(self.text, self.above)

    def page(self, offset: int) -> int | None:
        """The number of the page, from 1, that holds an offset of the document."""
        return max(1, bisect_right(self.pages, offset)) if self.pages else None


def in_place(text: str, above: Above) -> str:
    """The text of a passage below the lines that it stands under."""
    return "\n".join([*(line for _, line in above), text])


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found: its rank from 1, its score and the cosine behind it."""

    passage: Passage
    rank: int
    score: float
    cosine: float


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What an LLM is told: the passages in it are ``hits``, numbered there by their rank.

    ``left_out`` did not fit the window; ``tokens`` counts the messages; ``question`` is what was
    typed, where the messages may ask what it stands for in the conversation; ``reply_tokens`` is
    how long the reply may be.
    """

    question: str
    messages: tuple[Message, ...]
    hits: tuple[Hit, ...]
    left_out: tuple[Hit, ...] = ()
    tokens: int = 0
    reply_tokens: int = 1024


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a reply as it streams.

    The last one of a whole reply has ``finish``: "stop", or "length" where the LLM was cut off;
    a stream that ends without one is incomplete. Token counts come with the last one, if at all.
    ``restart``: what came before was the LLM's reasoning, the reply begins with this piece.
    """

    text: str
    finish: Literal["stop", "length"] | None = None
    prompt_tokens: int = 0
    completion_tokens: int = 0
    restart: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with the numbers of the citations that carry it."""

    text: str
    citations: tuple[int, ...]
    support: Support


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact quotation: ``text[start:end] == quote`` in the document's extracted text.

    ``id`` numbers the cited spans of one answer by first use; ``passage`` is the rank of the hit.
    """

    id: int
    passage: int
    document: str
    title: str
    date: str | None
    url: str | None
    page: int | None
    start: int
    end: int
    quote: str
    sha256: str

    @classmethod
    def of(cls, id: int, hit: Hit, span: Span) -> "Citation":
        """The citation of a span, in the document's offsets, that a hit holds."""
        passage = hit.passage
        return cls(
            id=id,
            passage=hit.rank,
            document=passage.document,
            title=passage.title,
            date=passage.date,
            url=passage.url,
            page=passage.page(span[0]),
            start=span[0],
            end=span[1],
            quote=passage.quote(span),
            sha256=passage.sha256,
        )


@dataclass(frozen=True, slots=True)
class ShortAnswer:
    """The few words that answer, inside a citation's quote (document offsets).

    ``sure``: they are the cell that is asked for, or what the reader points at rather than at
    nothing, and may be what the question asks for. Others are its best guess, not to be stressed.
    """

    text: str
    citation: int
    start: int
    end: int
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, the date (ISO), the id and the title of its document, and its headings there."""

    text: str
    date: str | None
    document: str
    title: str = ""
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A snapshot of an answer; the last one of a stream is final.

    ``left_out`` are the ranks of the passages that did not fit the LLM's window.
    ``answerability``, in [0, 1], is what the abstention threshold cuts; None where nothing did.
    ``invalid_markers`` counts the markers of a reply that named no passage and were left out.
    """

    question: str
    query: str
    status: Status
    text: str
    complete: bool = True
    short: ShortAnswer | None = None
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    passages: tuple[Hit, ...] = ()
    left_out: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    llm: str = EXTRACTIVE
    embedder: str = ""
    usage: Mapping[str, int] = field(
        default_factory=lambda: {"prompt_tokens": 0, "completion_tokens": 0}
    )
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    index: Mapping[str, int] = field(default_factory=dict)
    answerability: float | None = None
    invalid_markers: int = 0

    def warned(self, *warnings: str) -> "Answer":
        """The same with more warnings."""
        return replace(self, warnings=(*self.warnings, *warnings))

    @property
    def told(self) -> str:
        """Its sentences alone, for the next question to lean on: no words of the tool's own."""
        return " ".join(sentence.text for sentence in self.sentences)
