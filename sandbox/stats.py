"""Counts of the calls that were made: what a test asks to know that an order cost one call."""

from __future__ import annotations

import threading
from collections import Counter

from sandbox.book import Json


class Stats:
    """Calls since the start or the last reset; a refused call counts, for Google counts it too."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reads = 0
        self._writes = 0
        self._methods: Counter[str] = Counter()

    def count(self, method: str, is_write: bool) -> None:
        with self._lock:
            self._methods[method] += 1
            self._writes += is_write
            self._reads += not is_write

    def shown(self) -> Json:
        with self._lock:
            return {"reads": self._reads, "writes": self._writes, "methods": dict(self._methods)}

    def reset(self) -> None:
        with self._lock:
            self._reads = self._writes = 0
            self._methods.clear()
