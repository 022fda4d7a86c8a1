"""Slows the guessing of passwords: after five wrong ones, each costs its address a wait."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

_FREE = 5  # wrong passwords without a wait
_LONGEST = 900.0  # seconds
_MOST = _FREE + 10  # tries that are counted; from here on the wait is the longest
_REMEMBERED = 10_000  # addresses; the one that was quiet longest is forgotten first


class Brake:
    """Counts the passwords that each address has tried since its last right one.

    The wait is 1 s after the fifth, and twice as long after each one more, up to 15 minutes.
    ``clock`` gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._tried: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def take(self, address: str) -> int:
        """0 lets one password be tried, and counts it as wrong; else the seconds to wait."""
        tried, free_at = self._tried.pop(address, (0, 0.0))
        wait = max(0.0, free_at - self._clock())
        if not wait:
            tried = min(tried + 1, _MOST)
            cost = min(2.0 ** (tried - _FREE), _LONGEST) if tried >= _FREE else 0.0
            free_at = self._clock() + cost
        self._tried[address] = (tried, free_at)
        if len(self._tried) > _REMEMBERED:
            self._tried.popitem(last=False)
        return math.ceil(wait)

    def release(self, address: str) -> None:
        """The password was right: the address begins anew."""
        self._tried.pop(address, None)
