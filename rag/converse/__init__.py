"""History + follow-up -> a question that stands alone, by rules or by an LLM.

``rules`` read the conversation, ``ellipsis`` puts a fragment into the question before it ("And in
April?"), ``rewrite`` asks an LLM and checks its reply, ``kept`` is the last conversation of
`rag ask`, for `-c`.
"""

from rag.converse.rewrite import rewrite_prompt, rewritten
from rag.converse.rules import leans, standalone

__all__ = ["leans", "rewrite_prompt", "rewritten", "standalone"]
