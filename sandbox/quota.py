"""Quotas as Google counts them: reads and writes apart, per user and per project, in a window of a minute."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

from sandbox.errors import quota_exceeded

WINDOW_S = 60.0
PER_USER = 60
PER_PROJECT = 300


class Quotas:
    """Counts calls in a sliding window; a refused call is not counted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.on = False
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: dict[tuple[str, str, str], deque[float]] = {}

    def switch(self, on: bool) -> None:
        with self._lock:
            self.on = on
            self._calls.clear()

    def spend(self, user: str, is_write: bool) -> None:
        """Counts one call, or refuses it: the user's limit is looked at first."""
        if not self.on:
            return
        kind = "Write" if is_write else "Read"
        limits = ((("user", user), PER_USER), (("project", ""), PER_PROJECT))
        now = self._clock()
        with self._lock:
            windows = [(self._window(kind, *who, now), who[0], limit) for who, limit in limits]
            for window, scope, limit in windows:
                if len(window) >= limit:
                    raise quota_exceeded(kind, scope, limit)
            for window, _, _ in windows:
                window.append(now)

    def _window(self, kind: str, scope: str, who: str, now: float) -> deque[float]:
        window = self._calls.setdefault((kind, scope, who), deque())
        while window and window[0] <= now - WINDOW_S:
            window.popleft()
        return window
