"""How often a caller may call, and how often somebody may try to get in."""

from __future__ import annotations

from collections.abc import Mapping

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

from fulfillment.access import Caller
from fulfillment.refusals import Refusal

PER_MINUTE: Mapping[str, int] = {"zap": 12_000, "operator": 600, "scheduler": 120, "admin": 12_000}
"""Requests of one caller to one instance: twice what an instance can serve, or a person can click. Beyond it
something runs in circles, and would take the turns of everybody else."""

FAILURES_PER_MINUTE = 20
"""Refused credentials from one address; after that its strangers are told to wait."""


class Throttle:
    """Counts of the last minute, in this instance's memory. Any thread."""

    def __init__(self) -> None:
        self._counts = SlidingWindowCounterRateLimiter(MemoryStorage())

    def admit(self, caller: Caller) -> None:
        """Counts a request. Raises Refusal (429) where the caller had too many."""
        limit = RateLimitItemPerMinute(PER_MINUTE[caller.role])
        if not self._counts.hit(limit, "caller", caller.name):
            raise Refusal(
                429,
                "too_many_requests",
                f"More than {limit.amount:,} requests in a minute: wait a minute.",
                retry_after_s=60,
            )

    def fail(self, address: str) -> None:
        """Counts refused credentials. Raises Refusal (429) where there were too many from this address."""
        if not self._counts.hit(RateLimitItemPerMinute(FAILURES_PER_MINUTE), "failure", address):
            raise Refusal(
                429,
                "too_many_attempts",
                "Too many attempts with wrong credentials: wait a minute.",
                retry_after_s=60,
            )
