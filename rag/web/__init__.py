"""The chat in the browser."""

from rag.web.app import serve

__all__ = ["serve"]
