"""History + follow-up -> a question that stands alone, by rules or by an LLM.

::

    history.py   what was said before -> Messages
    rules.py     a follow-up -> a question that stands alone, by rules
    ellipsis.py  a fragment -> the question before with that part changed: "And in April?"
    rewrite.py   what asks an LLM to write a follow-up out, and its reply checked
    kept.py      the last conversation of `rag ask`, for `-c`
"""

from rag.converse.history import Told, messages
from rag.converse.rewrite import rewrite_prompt, rewritten
from rag.converse.rules import leans, standalone

__all__ = ["Told", "leans", "messages", "rewrite_prompt", "rewritten", "standalone"]
