"""History + follow-up -> a question that stands alone, by rules or by an LLM.

``history`` is what was said before, ``rules`` read it, ``ellipsis`` puts a fragment into the
question before it ("And in April?"), ``rewrite`` asks an LLM and checks its reply, ``kept`` is the
last conversation of `rag ask`, for `-c`.
"""

from rag.converse.history import Told, messages
from rag.converse.rewrite import rewrite_prompt, rewritten
from rag.converse.rules import leans, standalone

__all__ = ["Told", "leans", "messages", "rewrite_prompt", "rewritten", "standalone"]
