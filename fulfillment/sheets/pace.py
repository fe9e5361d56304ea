"""When the next call may go out: within Google's quota, and with gaps in which rivals can commit."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

CALLS_PER_MINUTE = 50
"""Google allows one user 60 reads and 60 writes a minute; the rest is for people's scripts and retries."""

BURST = 20
"""Calls that may go out at once after a quiet time."""

WINDOW_S = 60.0
WINDOW_CALLS = 57
"""No more than these in any minute. A burst and the steady pace together would be more: what a burst leaves
of its minute is spread over the rest, or else nothing could go out at its end, for fifteen seconds."""

STRETCH_KEPT = 0.9
"""How much of the stretch stays with each commit that no rival came before."""

STRETCH_MOST = 3.0
"""What counts is how many commits of others came before ours, which tells one busy rival from several only up
to a point: with more, whoever won after a long wait would wait long again."""


@dataclass(slots=True)
class Pace:
    """A token bucket within a moving window, stretched by every rival seen. Times are monotonic seconds."""

    calls_per_minute: float = CALLS_PER_MINUTE
    _tokens: float = BURST
    _counted_at: float = float("-inf")
    _not_before: float = float("-inf")
    _stretch: float = 0.0
    _sent: deque[float] = field(default_factory=deque)

    @property
    def gap_s(self) -> float:
        """Seconds from one call to the next, once the burst is spent."""
        return 60.0 / self.calls_per_minute

    @property
    def has_rivals(self) -> bool:
        """Were other writers seen lately?"""
        return self._stretch > 0

    def ready_in_s(self, now: float) -> float:
        """Seconds until a call may go out; 0 where it may at once."""
        missing = max(0.0, 1.0 - self._refilled(now))
        return max(missing * self.gap_s, self._not_before - now, self._spread_s(now), 0.0)

    def _spread_s(self, now: float) -> float:
        """Seconds until a call may go out so that the minute's last ones go out in step with the others."""
        sent = [at for at in self._sent if at > now - WINDOW_S]
        if len(sent) < BURST:
            return 0.0
        left = max(0, WINDOW_CALLS - len(sent))
        return sent[-1] + (sent[0] + WINDOW_S - sent[-1]) / (left + 1) - now

    def spend(self, now: float) -> None:
        """A call goes out now, whether it was ready or not."""
        self._tokens, self._counted_at = self._refilled(now) - 1.0, now
        self._sent.append(now)
        while self._sent[0] < now - WINDOW_S:
            self._sent.popleft()

    def _refilled(self, now: float) -> float:
        return min(BURST, self._tokens + max(0.0, now - self._counted_at) / self.gap_s)

    def won(self, now: float, *, foreign: int, jitter: float) -> None:
        """A commit of ours landed, after `foreign` ones of others since our last. `jitter` is 0 to 1.

        A loser needs a look and a write to commit, and whoever has just won would always be faster: with
        rivals about everybody waits for about one gap a rival, whoever won.
        """
        self._stretch = max(min(float(foreign), STRETCH_MOST), self._stretch * STRETCH_KEPT)
        self._stretch = self._stretch if self._stretch > 0.3 else 0.0
        self._pause(now, jitter)

    def lost(self, now: float, *, jitter: float) -> None:
        """Another writer was first."""
        self._stretch = min(STRETCH_MOST, max(1.0, self._stretch * 1.2))
        self._pause(now, jitter)

    def _pause(self, now: float, jitter: float) -> None:
        # less than a whole gap a rival, and winners win again: the worst wait of three doubles
        self._not_before = now + self._stretch * self.gap_s * (1.0 + 0.5 * jitter)

    def refused(self, now: float, *, jitter: float) -> None:
        """Google's quota is spent, by us or by others who share it: nothing goes out for some seconds."""
        self._not_before = now + 2.0 + 4.0 * jitter
