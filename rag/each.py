"""A question -> an answer without an LLM, in which each question in it is judged for itself."""

from collections.abc import Callable, Sequence

from rag.asked import parts
from rag.choose import answers_another
from rag.compose import answered
from rag.converse import standalone
from rag.datatypes import Answer, Message
from rag.extract import Candidate

_MOST = 4  # questions in one that are answered each for itself
Judge = Callable[[str], Sequence[Candidate]]


def answered_each(draft: Answer, found: Sequence[Candidate], judge: Judge) -> Answer:
    """The answer that quotes what answers the question, and each question in it.

    ``found`` are the candidates for the whole; ``judge`` gives those for a question in it, best
    first, or none where the documents do not answer it.
    """
    asked = _questions(draft.query)
    if len(asked) > _MOST:
        draft = draft.warned(f"only the first {_MOST} questions are answered")
        asked = asked[:_MOST]
    each = [(question, own) for question in asked if (own := judge(question))]
    best = [own[0] for _, own in each]
    each = [
        (question, own)
        for question, own in each
        if not answers_another(question, own, [other for other in best if other is not own[0]])
    ]
    missing = [question for question in asked if question not in dict(each)]
    return answered(draft, found, each, missing if each else ())


def _questions(query: str) -> list[str]:
    """The questions in one, each as it stands alone; none where there is only one."""
    first, *others = dict.fromkeys(parts(query))
    asked = [Message("user", first)]
    return [first, *(standalone(other, asked) for other in others)] if others else []
