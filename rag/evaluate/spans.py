"""How much of a span other spans cover. A place is (document, start, end)."""

from collections.abc import Iterable, Sequence

Place = tuple[str, int, int]


def overlap(one: Place, other: Place) -> bool:
    """Whether they share a character."""
    return one[0] == other[0] and max(one[1], other[1]) < min(one[2], other[2])


def half_covered(places: Sequence[Place], by: Iterable[Place]) -> bool:
    """Whether the union of ``by`` covers at least half of any of the places."""
    covering = sorted(by)
    return any(2 * _covered(place, covering) >= place[2] - place[1] for place in places)


def _covered(place: Place, covering: Sequence[Place]) -> int:
    """How many characters of a place are in the union of sorted others."""
    document, reached, end = place
    covered = 0
    for other in covering:
        if other[0] != document:
            continue
        start, stop = max(other[1], reached), min(other[2], end)
        if start < stop:
            covered += stop - start
            reached = stop
    return covered
