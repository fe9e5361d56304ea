"""What may be asked of Shopify now: each query has a cost, and the allowance refills by so much a second."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

SPARE = 1.0
"""Points to wait for beyond what is missing, as Shopify rounds."""

UNKNOWN_WAIT_S = 1.0
"""How long to wait where a refusal does not say what is missing."""


class Allowance:
    """The bucket as the newest answer showed it, and what each operation costs; any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._left, self._most, self._seen_at, self._restored_per_s = 0.0, 0.0, 0.0, 0.0
        self._costs: dict[str, float] = {}

    def learn(self, operation: str, reply: Mapping[str, Any], now_s: float) -> None:
        """Take over what an answer says of costs; one that says nothing changes nothing."""
        cost = (reply.get("extensions") or {}).get("cost") or {}
        status = cost.get("throttleStatus") or {}
        with self._guard:
            if "requestedQueryCost" in cost:
                self._costs[operation] = float(cost["requestedQueryCost"])
            if "currentlyAvailable" in status:
                self._left, self._seen_at = float(status["currentlyAvailable"]), now_s
                self._most = float(status.get("maximumAvailable", self._left))
                self._restored_per_s = float(status.get("restoreRate", 0))

    def wait_s(self, operation: str, now_s: float) -> float:
        """Seconds until the operation may be asked: what is missing divided by the restore rate."""
        with self._guard:
            if not self._restored_per_s or operation not in self._costs:
                return 0.0
            left = min(self._most, self._left + (now_s - self._seen_at) * self._restored_per_s)
            missing = self._costs[operation] + SPARE - left
            return max(0.0, missing / self._restored_per_s)
