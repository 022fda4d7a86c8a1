"""question + Hits -> growing Answers that a language model writes, each sentence of it checked."""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from rag.cite import CheckedReply, read_pieces, read_reply
from rag.clean import clean_text
from rag.converse import leans, rewrite_prompt, rewritten, standalone
from rag.datatypes import Answer, Delta, Hit, Message, Prompt, Status
from rag.disagree import disagreeing
from rag.errors import LLMFailed
from rag.llms import LLM
from rag.prompt import build_prompt, without_prompt

_QUESTION_TOKENS = 200
_MOST_PAIRS = 3  # that are named where sources disagree
_SHOWN_EVERY = 0.05  # seconds: checking a reply anew for each token would cost more than writing it


def write(draft: Answer, hits: Sequence[Hit], llm: LLM, strict: bool = False) -> Iterator[Answer]:
    """Snapshots of ``draft`` as the reply to its query grows; the last one is checked as a whole.

    It is ``complete`` only if the LLM finished. Where it failed in mid-reply, what there is stays,
    with a warning. ``strict`` keeps only sentences that are quoted or verified. An LLM for which
    the prompt is too long, whatever it said of its window, is asked once more with the better half
    of the passages. Raises LLMFailed if there is nothing at all.
    """
    prompt = build_prompt(draft.question, draft.query, hits, llm.count, llm.window)
    if not prompt.hits:
        raise LLMFailed(
            f"The window of {llm.spec}, {llm.window:,} tokens, has no room for a passage; use an "
            "LLM with a larger one."
        )
    try:
        yield from _written(draft, prompt, hits, llm, strict)
    except LLMFailed as failure:
        better = prompt.hits[: len(prompt.hits) // 2]
        if not (failure.too_long and better):
            raise
        prompt = build_prompt(draft.question, draft.query, better, llm.count, llm.window)
        yield from _written(draft, prompt, hits, llm, strict)


def _written(
    draft: Answer, prompt: Prompt, hits: Sequence[Hit], llm: LLM, strict: bool
) -> Iterator[Answer]:
    """What the LLM makes of a prompt with some of the hits."""
    draft = replace(draft, left_out=tuple(hit.rank for hit in hits if hit not in prompt.hits))
    reply, last, warnings = "", Delta(""), []
    answer, written, shown = draft, "", 0.0
    try:
        with closing(llm.stream(prompt)) as deltas:  # type: ignore[type-var]
            for last in deltas:
                reply = last.text if last.restart else reply + last.text
                if time.monotonic() - shown >= _SHOWN_EVERY:
                    if reply != written:
                        answer, written = _checked(draft, reply, prompt, False, strict), reply
                    yield answer
                    shown = time.monotonic()
    except LLMFailed as failure:
        if not _says_something(reply):
            raise
        warnings.append(f"the answer is incomplete: {failure}")
    if not _says_something(reply):
        raise LLMFailed(f"{llm.spec} gave an empty answer; ask again.")
    if last.finish == "length":
        warnings.append("the answer is incomplete: the LLM was cut off at its limit")
    warnings += _cut_prompt(prompt, last)
    answer = _compared(_checked(draft, reply, prompt, True, strict))
    yield replace(
        answer,
        complete=last.finish == "stop",
        warnings=(*answer.warnings, *warnings),
        usage={
            "prompt_tokens": last.prompt_tokens or prompt.tokens,
            "completion_tokens": last.completion_tokens or llm.count(reply),
        },
    )


def write_out(draft: Answer, history: Sequence[Message], llm: LLM) -> Generator[Answer, None, str]:
    """A follow-up as a question that stands alone, as an LLM or, where it errs, the rules put it.

    Yields ``draft`` while the LLM writes. Raises LLMFailed if the LLM cannot be asked at all.
    """
    question = draft.question
    if not (llm.rewrites and history and leans(question)):
        return standalone(question, history)
    prompt = Prompt(question, rewrite_prompt(question, history), (), reply_tokens=_QUESTION_TOKENS)
    reply = ""
    with closing(llm.stream(prompt)) as deltas:  # type: ignore[type-var]
        for delta in deltas:
            reply = delta.text if delta.restart else reply + delta.text
            if not delta.text:
                yield draft
    return rewritten(reply, question, history)


def _says_something(reply: str) -> bool:
    """Whether there are words in a reply, and not only markers."""
    return any(piece.text for piece in read_pieces(clean_text(reply)))


def _checked(draft: Answer, reply: str, prompt: Prompt, finished: bool, strict: bool) -> Answer:
    reply = without_prompt(reply, prompt)
    checked = read_reply(reply, prompt.hits, question=draft.query, finished=finished, strict=strict)
    return replace(
        draft,
        status=_status(checked),
        text=checked.text,
        sentences=checked.sentences,
        citations=checked.citations,
        invalid_markers=checked.invalid_markers,
    )


def _status(checked: CheckedReply) -> Status:
    if checked.abstained:
        return "not_in_documents"
    return "partial" if checked.partial else "answered"


def _compared(answer: Answer) -> Answer:
    """The answer; conflicting, with a warning, where the quotes that it cites disagree."""
    pairs = disagreeing(answer.query, answer.citations)
    if not pairs:
        return answer
    told = ", ".join(f"[{one.id}] and [{other.id}]" for one, other in pairs[:_MOST_PAIRS])
    warning = f"the sources disagree: see {told}"
    return replace(answer, status="conflicting", warnings=(*answer.warnings, warning))


def _cut_prompt(prompt: Prompt, last: Delta) -> list[str]:
    """A warning where the server read far less than it was sent: some cut a prompt silently."""
    if not 0 < last.prompt_tokens < prompt.tokens / 2:
        return []
    return [
        f"the LLM read only {last.prompt_tokens:,} of about {prompt.tokens:,} tokens: its window "
        "is smaller than it says, and passages were lost"
    ]
