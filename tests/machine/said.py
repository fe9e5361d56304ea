"""What callers asked and were answered: the log that the checker holds against the tabs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LOST = 0
"""The status of a request whose answer never came: the connection broke off."""


@dataclass(frozen=True, slots=True)
class Said:
    """One request and its answer. Times are seconds of the clock on the wall."""

    what: str
    """`order`, `status`, `release`, `clear`, `replace`, `close`, `delivered`, `import`, ..."""
    asked: Mapping[str, Any] = field(repr=False)
    status: int
    body: Mapping[str, Any] = field(repr=False)
    asked_at: float = -math.inf
    answered_at: float = math.inf
    tries: int = 1
    """Which try of the same wish it was: what an earlier one did may have landed."""

    @property
    def is_answer(self) -> bool:
        """Was it answered, rather than put off or lost?"""
        return self.status == 200

    @property
    def is_no(self) -> bool:
        """Was the answer that it cannot be done?"""
        return bool(self.body.get("status") == "error")

    @property
    def order_id(self) -> str:
        return str(self.asked.get("order_id", ""))


def answer_of(body: Mapping[str, Any]) -> Said:
    """An answer to an order of which no more is known than what it said."""
    return Said("order", {"order_id": body["order_id"]}, 200, body)
