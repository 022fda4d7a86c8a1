"""Whether an embedder can be expected to know the language of a text."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from rag.embed import DEFAULT_SPEC
from rag.wording import counted, listed

MULTILINGUAL_SPEC = "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2"
_LETTERS = 2000  # of a text are looked at
_SHARE = 0.3  # of them in another script
_NAMED = 3


def foreign_script(text: str) -> str | None:
    """The script that a good part of a text is written in, if it is not the Latin one."""
    letters = list(islice(filter(str.isalpha, text), _LETTERS))
    scripts = Counter(unicodedata.name(c, "UNKNOWN").split()[0] for c in letters)
    del scripts["LATIN"]
    if not letters or scripts.total() < _SHARE * len(letters):
        return None
    (name, _), *_ = scripts.most_common()
    return name if name == "CJK" else name.capitalize()


def question_warning(question: str, spec: str) -> str | None:
    """What to say of a question that the embedder ``spec`` does not understand."""
    script = foreign_script(question) if spec == DEFAULT_SPEC else None
    return f"the question is in {script} script, {_advice()}" if script else None


def documents_warning(ids: Sequence[str]) -> str:
    """What to say of documents in another script than the default embedder knows."""
    count = counted(len(ids), "document is", "documents are")
    return f"{count} not in Latin script ({listed(ids, _NAMED)}), {_advice()}"


def _advice() -> str:
    return (
        f"and the embedder {DEFAULT_SPEC} knows English only; `rag index --rebuild --embedder "
        f"{MULTILINGUAL_SPEC}` makes an index for many languages"
    )
