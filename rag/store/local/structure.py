"""What the catalog notes of a vector file, and which structure suits which size."""

import math
from dataclasses import dataclass

# Exact search over this many takes about 5 ms and 75 MB at 384 dimensions, and both grow with them.
FLAT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Segment:
    """What the catalog notes of a vector file.

    ``last`` is its greatest key; ``count`` vectors are in it; its ``clusters`` (0: exact search)
    were found when there were ``trained`` vectors.
    """

    name: str
    size: int
    sha256: str
    dimension: int
    count: int
    last: int
    clusters: int
    trained: int

    @property
    def searched(self) -> int:
        """The clusters that a question looks at."""
        return max(16, self.clusters // 24)


def describe(segment: Segment | None, passages: int) -> dict[str, str]:
    """The kind of structure that serves, and why."""
    if segment is None or not segment.clusters:
        why = f"exact search over {passages:,} passages; up to {FLAT_MOST:,} vectors it is as quick"
        return {"kind": "flat", "why": why}
    return {
        "kind": "ivf-sq8",
        "why": f"{segment.count:,} vectors are more than {FLAT_MOST:,}: {segment.clusters:,} "
        f"clusters of 8-bit vectors, of which a question searches {segment.searched:,}; the "
        "scores of hits are computed from the exact ones",
    }


def clusters_for(count: int) -> int:
    """How many clusters that many vectors are divided into; 0 where exact search is as good."""
    return 0 if count <= FLAT_MOST else round(4 * math.sqrt(count))
