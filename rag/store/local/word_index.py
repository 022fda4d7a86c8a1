"""BM25 over the words of one generation of a local index."""

import json
import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.int64]
_NONE = np.empty(0, np.int64)

# BM25 weighs a word in the title as this many in the text.
_TITLE_WEIGHT = 1.0
# Of a large index's words the rarest are searched for, as many as are in this many passages in all;
# more can be looked for in given passages, which takes a tenth of the time.
_MOST_RANKED = 15_000
_MOST_SCANNED = 100_000
# Where more passages than this have any of the words, only those are scored whose words are, summed
# by rarity, at least this share as rare as those of the last passage that is wanted.
_MOST_SCORED = 300
_PROMISING = 0.85
_LEAST_ODDS = 1 + 1e-6  # even a word of every passage counts for a little, as in SQLite's bm25


class WordIndex:
    """Ranks passages, by their keys, and scores given ones.

    ``counts`` is what is known of how many passages have a term, and is added to.
    """

    def __init__(
        self, connection: sqlite3.Connection, passages: int, counts: dict[str, int]
    ) -> None:
        self._connection = connection
        self._passages = passages
        self._counts = counts

    def best(self, terms: Sequence[str], n: int, only: Keys | None) -> dict[int, float]:
        """The ``n`` best passages by any of the terms, of ``only`` these: key -> score above 0."""
        terms = self._rarest(terms, _MOST_RANKED)
        return self._scored(terms, self._promising(terms, n, only), n)

    def scores(self, terms: Sequence[str], keys: Sequence[int]) -> dict[int, float]:
        """The score of each of the passages that has any of the terms."""
        return self._scored(self._rarest(terms, _MOST_SCANNED), keys)

    def beginning(self, begin: str) -> list[str]:
        """The stems that begin so."""
        rows = self._connection.execute(
            "SELECT term FROM temp.vocabulary WHERE term >= ? AND term < ?",
            (begin, begin + "\U0010ffff"),
        )
        return [term for (term,) in rows]

    def _scored(
        self, terms: Sequence[str], keys: Sequence[int] | None, n: int = -1
    ) -> dict[int, float]:
        """The ``n`` best, or all, of the passages (None: of all) that have any of the terms."""
        if not terms:
            return {}
        among = "" if keys is None else " AND +rowid IN (SELECT value FROM json_each(?3))"
        rows = self._connection.execute(
            "SELECT rowid, -bm25(words, ?1, 1.0) AS score FROM words "
            f"WHERE words MATCH ?2{among} ORDER BY score DESC, rowid LIMIT ?4",
            (_TITLE_WEIGHT, _match(terms), json.dumps(keys), n),
        )
        return {key: score for key, score in rows if score > 0}

    def _promising(self, terms: Sequence[str], n: int, only: Keys | None) -> list[int] | None:
        """The passages among which the ``n`` best are, as far as the rarity of words tells.

        In a large index it takes a tenth of the time to find a passage that it takes to score it,
        because its length has to be read. None: all, for one word is as rare in each.
        """
        among = self._passages if only is None else len(only)
        if len(terms) < 2 or among <= _MOST_SCORED:
            return None if only is None else [int(key) for key in only]
        postings = [self._with(term) for term in terms]
        counts = np.array([len(keys) for keys in postings], np.int64)
        keys, places = np.unique(np.concatenate([_NONE, *postings]), return_inverse=True)
        rarity = np.log(((self._passages - counts + 0.5) / (counts + 0.5)).clip(_LEAST_ODDS))
        sums = np.bincount(places, np.repeat(rarity, counts), len(keys))
        if only is not None:
            inside = np.isin(keys, only)
            keys, sums = keys[inside], sums[inside]
        if len(keys) > max(n, _MOST_SCORED):
            keys = keys[sums >= _PROMISING * np.partition(sums, -n)[-n]]
        found: list[int] = keys.tolist()
        return found

    def _with(self, term: str) -> Keys:
        (keys,) = self._connection.execute(
            "SELECT json_group_array(rowid) FROM words WHERE words MATCH ?", (_match([term]),)
        ).fetchone()
        return np.array(json.loads(keys), np.int64)

    def _rarest(self, terms: Sequence[str], most: int) -> list[str]:
        """The terms that are in no more than ``most`` passages in all; at least one is in any."""
        if self._passages <= most:
            return list(terms)
        counts = {term: self._count(term) for term in terms}
        kept: list[str] = []
        total = 0
        for term in sorted(counts, key=lambda term: counts[term]):
            if total and total + counts[term] > most:
                break
            total += counts[term]
            kept.append(term)
        return [term for term in terms if term in kept]

    def _count(self, term: str) -> int:
        """How many passages have the term; where they are very many, as among the first ones."""
        if term not in self._counts:
            count, reached = self._connection.execute(
                "SELECT count(*), max(rowid) FROM "
                "(SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)",
                (_match([term]), _MOST_RANKED),
            ).fetchone()
            if count == _MOST_RANKED:
                (last,) = self._connection.execute("SELECT max(key) FROM passages").fetchone()
                count = max(count, count * last // max(reached, 1))
            self._counts[term] = int(count)
        return self._counts[term]


def _match(terms: Sequence[str]) -> str:
    """An FTS5 query for any of the terms, each taken literally."""
    return " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
