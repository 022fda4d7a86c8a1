"""Words for comparing texts: stop words left out, the rest by their stems.

The only import of Stemmer; its Porter stemmer is that of the catalog's word index.
"""

import re
import threading
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from rag.datatypes import Span

# English function words, and what only frames a question ("tell me what the articles say about").
STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are aren as at be because been
    before being below between both but by can cannot could couldn d did didn do does doesn
    doing don down during each either else ever every few for from further had hadn has hasn
    have haven having he her here hers herself him himself his how however i if in into is
    isn it its itself just ll m many may me might more most much must my myself no nor not
    now of off on once only or other our ours ourselves out over own per please re s same
    shall she should shouldn so some such t tell than that the their theirs them themselves
    then there these they this those though through to too under until up upon us ve very
    was wasn we were weren what when where whether which while who whom whose why will with
    within without won would wouldn yet you your yours yourself according article articles
    document documents text
    """.split()
)
_ONE_AT_A_TIME = threading.Lock()  # the stemmer keeps the word it works on in itself
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+")


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """The Porter stem of a lower-cased word."""
    with _ONE_AT_A_TIME:
        return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from Stemmer import Stemmer

    return Stemmer("porter", 0)  # without a cache of its own: ours holds more


def tokens(text: str) -> Iterator[tuple[str, Span]]:
    """Each word in lower case with its span; figures with points or commas are one word."""
    for match in _TOKEN.finditer(text):
        yield match.group().lower(), match.span()


def terms(text: str) -> list[str]:
    """The words of a query for the word index, in order; stop words only if there are no others."""
    words = [word.lower() for word in _WORD.findall(text)]
    content = [word for word in words if word not in STOP_WORDS]
    return list(dict.fromkeys(content or words))


def stems(text: str) -> list[str]:
    """The stems of the content words, in order, with repetitions."""
    return [found for word in _TOKEN.findall(text) if (found := _content_stem(word))]


@lru_cache(maxsize=50_000)
def _content_stem(word: str) -> str:
    """The stem of a word as it is written; of a stop word, none."""
    word = word.lower()
    return "" if word in STOP_WORDS else stem(word)
