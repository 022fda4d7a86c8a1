"""Many values -> one with its interval; two runs over the same questions -> their difference.

An Average takes samples of shape (samples, questions, columns), NaN where a question has no value,
and gives one number a sample. Intervals are 95% percentile bootstraps over questions (Efron &
Tibshirani 1993); the test flips, question by question, which run an outcome came from, which for a
mean is the sign-flip test of the paired differences. All with a fixed seed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Average = Callable[[Values], Values]

SEED = 20241023
_RESAMPLES = 2000
_AT_ONCE = 250
_LEVELS = (2.5, 97.5)
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Difference:
    """B minus A with its interval and the p-value of no difference."""

    value: float
    low: float
    high: float
    p: float


def mean(samples: Values) -> Values:
    """The mean of the first column."""
    first = samples[..., 0]
    return _divide(np.nansum(first, axis=1), np.sum(~np.isnan(first), axis=1))


def ratio(samples: Values) -> Values:
    """The sum of the first column over the sum of the second."""
    return _divide(np.nansum(samples[..., 0], axis=1), np.nansum(samples[..., 1], axis=1))


def percentile(q: float) -> Average:
    """The q-th percentile of the first column, between values by linear interpolation."""

    def average(samples: Values) -> Values:
        return np.array([_percentile(sample[:, 0], q) for sample in samples])

    return average


def auroc(samples: Values) -> Values:
    """How likely a question with a 1 in the second column has the higher first one; ties half."""
    return np.array([_auroc(sample) for sample in samples])


def interval(values: Values, average: Average) -> tuple[float, float]:
    """The 95% interval of an average over questions; ``values`` is (questions, columns)."""
    rows = range(0, _RESAMPLES, _AT_ONCE)
    drawn = np.concatenate([average(values[_draw(len(values), start)]) for start in rows])
    return _bounds(drawn)


def difference(a: Values, b: Values, average: Average) -> Difference:
    """B minus A over the same questions; both are (questions, columns)."""
    observed = float((average(b[None]) - average(a[None]))[0])
    rows = range(0, _RESAMPLES, _AT_ONCE)
    draws = (_draw(len(a), start) for start in rows)
    low, high = _bounds(np.concatenate([average(b[i]) - average(a[i]) for i in draws]))
    flipped = []
    for swap in _swaps(a, b):
        swap = swap[..., None]
        ours, theirs = np.where(swap, b[None], a[None]), np.where(swap, a[None], b[None])
        flipped.append(average(theirs) - average(ours))
    found = np.concatenate(flipped)
    found = found[~np.isnan(found)]
    as_far = float(np.mean(np.abs(found) >= abs(observed) - _ROUNDING)) if len(found) else 1.0
    return Difference(observed, low, high, as_far)


def _draw(n: int, start: int) -> NDArray[np.int64]:
    """(``_AT_ONCE``, n) question numbers, drawn with replacement."""
    return np.random.default_rng([SEED, start]).integers(0, n, (_AT_ONCE, n))


def _swaps(a: Values, b: Values) -> Iterator[NDArray[np.bool_]]:
    """Which questions change sides: every way if there are few, else a sample with the identity."""
    same = np.all((a == b) | (np.isnan(a) & np.isnan(b)), axis=1)
    (differ,) = np.nonzero(~same)
    if 2 ** len(differ) <= _RESAMPLES:
        every = np.zeros((2 ** len(differ), len(a)), np.bool_)
        for bit, question in enumerate(differ):
            every[:, question] = (np.arange(len(every)) >> bit) & 1
        yield every
        return
    yield np.zeros((1, len(a)), np.bool_)
    for start in range(0, _RESAMPLES, _AT_ONCE):
        rng = np.random.default_rng([SEED, start])
        yield rng.integers(0, 2, (_AT_ONCE, len(a))).astype(np.bool_)


def _bounds(drawn: Values) -> tuple[float, float]:
    drawn = drawn[~np.isnan(drawn)]
    if not len(drawn):
        return float("nan"), float("nan")
    low, high = np.percentile(drawn, _LEVELS)
    return float(low), float(high)


def _divide(above: Values, below: NDArray[np.float64] | NDArray[np.int64]) -> Values:
    result = np.full(above.shape, np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result


def _percentile(column: Values, q: float) -> float:
    known = column[~np.isnan(column)]
    return float(np.percentile(known, q)) if len(known) else float("nan")


def _auroc(sample: Values) -> float:
    known = sample[~np.isnan(sample).any(axis=1)]
    positive = known[:, 1] > 0
    n, m = int(positive.sum()), int((~positive).sum())
    if not n or not m:
        return float("nan")
    _, place, counts = np.unique(known[:, 0], return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * m))
