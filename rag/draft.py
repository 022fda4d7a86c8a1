"""question -> how its Answer begins, before anything is searched."""

from dataclasses import replace

from rag.clean import clean_question
from rag.collection import answer_about_collection
from rag.compose import quoted
from rag.datatypes import Answer
from rag.errors import InvalidInput
from rag.framing import unframed
from rag.language import question_warning
from rag.store import Snapshot, StoreInfo
from rag.wording import counted

_LONGEST_QUESTION = 4000  # characters


def checked_question(question: str) -> str:
    """The question cleaned. Raises InvalidInput for one that is empty or too long."""
    cleaned = clean_question(question)
    if not cleaned:
        raise InvalidInput("The question is empty; ask something.")
    if len(cleaned) > _LONGEST_QUESTION:
        raise InvalidInput(
            f"The question has {len(cleaned):,} characters; the limit is {_LONGEST_QUESTION:,}."
        )
    return cleaned


def begun(question: str, info: StoreInfo, llm: str) -> Answer:
    """What is known of an answer by ``llm``, a spec, before anything is searched."""
    return Answer(
        question=question,
        query=question,
        status="not_in_documents",
        text="",
        complete=False,
        llm=llm,
        embedder=info.spec,
        index={
            "generation": info.generation,
            "documents": info.documents,
            "passages": info.passages,
        },
        warnings=_warnings(info, question),
    )


def overview_of(draft: Answer, snapshot: Snapshot) -> Answer | None:
    """The answer to a question about the documents as such; None for any other."""
    overview = answer_about_collection(unframed(draft.question), snapshot)
    if overview is None:
        return None
    answer = quoted(draft, overview.quotes, overview.opening, "answered")
    return replace(answer, passages=tuple(dict.fromkeys(hit for hit, _ in overview.quotes)))


def _warnings(info: StoreInfo, query: str) -> tuple[str, ...]:
    interrupted = (
        None
        if info.complete
        else "indexing was interrupted; `rag index` goes on, until then documents are missing"
    )
    return tuple(filter(None, (interrupted, question_warning(query, info.spec))))


def left_out(only: frozenset[int] | None, undated: int) -> tuple[str, ...]:
    """What to say of a selection: how many documents have no date to be selected by, if none is.

    ``only`` are the keys of those that are selected, None if all are.
    """
    told = ("the filter selects no document",) if only is not None and not only else ()
    if not undated:
        return told
    many = counted(undated, "document without a date was", "documents without a date were")
    return (f"{many} left out", *told)
