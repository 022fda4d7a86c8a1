"""Query -> Hits: dense and lexical search, fused, restricted to the chosen documents."""

import fnmatch
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.datatypes import Hit, Mode, Passage
from rag.errors import InvalidInput
from rag.mentions import names
from rag.rerank import rerank
from rag.store import Snapshot
from rag.words import terms

# 0.6 cosine + 0.4 BM25 / the best BM25 of the query picks the passages that are reranked.
_DENSE_WEIGHT = 0.6
_CANDIDATES = 100
_RERANKED = 40
_NAMED = 10  # passages that are looked at for the names in the query
PASSAGES_A_DOCUMENT = 20  # that are looked at for each document where documents are wanted


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents to search: ids that match any of the globs, dates within the bounds.

    Raises InvalidInput for what is not a date.
    """

    files: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("since", self.since), ("until", self.until)):
            if value is not None:
                _check_date(name, value)

    def keys(self, snapshot: Snapshot) -> tuple[frozenset[int] | None, int]:
        """The documents' keys (None: all), and how many were left out for want of a date."""
        if not (self.files or self.since or self.until):
            return None, 0
        globs = re.compile("|".join(map(fnmatch.translate, self.files)))
        since, until = self.since or "", self.until or "9999-12-31"
        chosen, undated = set(), 0
        for key, id, dated in snapshot.dates():
            if self.files and not globs.match(id):
                continue
            if (self.since or self.until) and dated is None:
                undated += 1
            elif since <= (dated or "") <= until:
                chosen.add(key)
        return frozenset(chosen), undated


def _check_date(name: str, value: str) -> None:
    try:
        if not re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
            raise ValueError
        date.fromisoformat(value)
    except ValueError:
        raise InvalidInput(f"{name} must be a date like 2024-10-23, not {value!r}.") from None


def retrieve(
    snapshot: Snapshot,
    query: str,
    vector: NDArray[np.float32],
    k: int,
    mode: Mode = "hybrid",
    only: Collection[int] | None = None,
) -> list[Hit]:
    """The ``k`` best passages for a query whose embedding is ``vector``, best first.

    Each passage that either search finds gets its exact cosine and its exact BM25 score. Ties are
    broken by the order in which passages were added. Raises InvalidInput for a ``k`` below 1.
    """
    if k < 1:
        raise InvalidInput(f"k must be at least 1, not {k}.")
    words = terms(query)
    n = min(max(_CANDIDATES, 2 * k), snapshot.info.passages)
    found: set[int] = set()
    if mode != "dense":
        found |= snapshot.lexical(words, n, only).keys()
    if mode != "lexical":
        found |= snapshot.dense(vector, n, only).keys()
    named = _named(snapshot, query, only) if mode == "hybrid" else ()
    found.update(named)
    cosines, scores = snapshot.complete_scores(vector, words, found)
    fused = _fuse(cosines, scores, mode)
    best = sorted(fused, key=lambda key: (-fused[key], key))
    passages: dict[int, Passage] = {}
    if mode == "hybrid":
        closer = list(dict.fromkeys([*best[:_RERANKED], *named]))
        passages = dict(zip(closer, snapshot.passages(closer), strict=True))
        fused |= _reranked(query, passages, cosines, scores)
        closer.sort(key=lambda key: (-fused[key], key))
        last = fused[closer[-1]] if closer else 0.0
        best = list(dict.fromkeys([*closer, *best]))
        fused |= {key: min(fused[key], last) for key in best[len(closer) :]}
    best = best[:k]
    others = [key for key in best if key not in passages]
    passages |= dict(zip(others, snapshot.passages(others), strict=True))
    return [
        Hit(passages[key], rank, round(fused[key], 6), round(cosines[key], 6))
        for rank, key in enumerate(best, start=1)
    ]


def best_of_both(one: Sequence[Hit], other: Sequence[Hit]) -> list[Hit]:
    """The best hits of two searches, each passage once, as many as the longer one found."""
    best: dict[tuple[str, int], Hit] = {}
    for hit in sorted((*one, *other), key=lambda hit: -hit.score):
        best.setdefault(place(hit), hit)
    kept = list(best.values())[: max(len(one), len(other))]
    return [replace(hit, rank=rank) for rank, hit in enumerate(kept, start=1)]


def place(hit: Hit) -> tuple[str, int]:
    """Where the passage of a hit stands: its document and where it begins."""
    return hit.passage.document, hit.passage.start


def _named(snapshot: Snapshot, query: str, only: Collection[int] | None) -> Collection[int]:
    """The best passages for the names in a query: they may be long and unlike the rest of it."""
    said = " ".join(name for name, _ in names(query))
    return snapshot.lexical(terms(said), _NAMED, only).keys() if said else ()


def _reranked(
    query: str,
    passages: Mapping[int, Passage],
    cosines: Mapping[int, float],
    scores: Mapping[int, float],
) -> dict[int, float]:
    """The scores of passages that are looked at more closely."""
    most = max(scores.values(), default=1.0)
    relative = [scores.get(key, 0.0) / most for key in passages]
    new = rerank(query, list(passages.values()), [cosines[key] for key in passages], relative)
    return dict(zip(passages, new, strict=True))


def _fuse(cosines: dict[int, float], scores: dict[int, float], mode: Mode) -> dict[int, float]:
    """What decides which passages are looked at more closely, or the order itself."""
    if mode == "dense":
        return cosines
    if mode == "lexical":
        return scores
    most = max(scores.values(), default=1.0)
    return {
        key: _DENSE_WEIGHT * cosine + (1 - _DENSE_WEIGHT) * scores.get(key, 0.0) / most
        for key, cosine in cosines.items()
    }


def by_document(hits: Sequence[Hit]) -> list[Hit]:
    """The best hit of each document, best first."""
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.document, hit)
    return list(best.values())
