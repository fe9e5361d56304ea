"""The allowance: points that are taken by each query and come back at a steady rate.

2,000 points and 100 a second were seen on a Standard plan (community.shopify.dev/t/23101, 2025); 100 a
second is what shopify.dev names for it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sandbox.book import Json

SIZE = 2000
RESTORED_PER_S = 100


class Bucket:
    """Full at first; never more than full."""

    def __init__(
        self,
        size: float = SIZE,
        restored_per_s: float = RESTORED_PER_S,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.size, self.restored_per_s = size, restored_per_s
        self._now_s = now_s
        self._guard = threading.Lock()
        self._left, self._counted_at = size, now_s()

    def take(self, cost: float) -> bool:
        """Takes the points out; False, and nothing taken, where there are not so many."""
        with self._guard:
            self._count()
            if cost > self._left:
                return False
            self._left -= cost
            return True

    def give_back(self, points: float) -> None:
        """What was asked for and not used."""
        with self._guard:
            self._count()
            self._left = min(self.size, self._left + points)

    def shown(self) -> Json:
        """`throttleStatus`."""
        with self._guard:
            self._count()
            return {
                "maximumAvailable": self.size,
                "currentlyAvailable": int(self._left),
                "restoreRate": self.restored_per_s,
            }

    def _count(self) -> None:
        now_s = self._now_s()
        self._left = min(self.size, self._left + (now_s - self._counted_at) * self.restored_per_s)
        self._counted_at = now_s
