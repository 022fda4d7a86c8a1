"""Makes pieces of raw LLM text safe and leaves its reasoning out, across piece boundaries."""

import re

from rag.clean import clean_text

_NAMES = "think|thinking|thought|reasoning"
_OPEN = re.compile(rf"<({_NAMES})>", re.I)
_CLOSE = re.compile(rf"</(?:{_NAMES})>", re.I)
# The beginning of a tag, at the end of a piece: the next piece may go on with it.
_BEGUN = re.compile(r"<(?:/?[a-z]{0,9})$", re.I)


class ReplyText:
    """Takes pieces in and gives back what of them belongs to the reply.

    Surrogate halves of one character, which come in two pieces, are joined, lone ones become
    U+FFFD. Text between ``<think>`` and ``</think>`` is left out. Where a chat template opened the
    reasoning, the reply begins with it and shows only its end: then ``restarted`` says that all
    that was given back before was reasoning too.
    """

    def __init__(self) -> None:
        self._held = ""
        self._reasoning = False
        self.restarted = False

    def feed(self, piece: str, last: bool = False) -> str:
        """The part of the reply that this piece completes; ``last`` gives back what was held."""
        self.restarted = False
        text = self._held + piece
        self._held = ""
        if not last:
            text, self._held = _hold_back(text)
        return self._without_reasoning(clean_text(text))

    def _without_reasoning(self, text: str) -> str:
        kept = ""
        while text:
            if self._reasoning:
                close = _CLOSE.search(text)
                if not close:
                    return kept
                self._reasoning = False
                text = text[close.end() :]
                continue
            tag = _OPEN.search(text)
            close = _CLOSE.search(text)
            if close and (not tag or close.start() < tag.start()):
                kept, text = "", text[close.end() :]
                self.restarted = True
            elif tag:
                kept, text = kept + text[: tag.start()], text[tag.end() :]
                self._reasoning = True
            else:
                return kept + text
        return kept


def _hold_back(text: str) -> tuple[str, str]:
    """The text, and its end that cannot be judged before more of it has come."""
    begun = _BEGUN.search(text)
    end = begun.start() if begun else len(text)
    if end == len(text) and text and ("\ud800" <= text[-1] <= "\udbff" or text[-1] == "\r"):
        end -= 1
    return text[:end], text[end:]
