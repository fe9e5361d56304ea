"""The inventory, as the tab Key Inventory shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fulfillment.answers import when
from fulfillment.model import Policy, Pool
from fulfillment.pools import Stock


@dataclass(frozen=True, slots=True)
class InventoryRow:
    """A row of Key Inventory: one pool, in seats."""

    region: str
    provider: str
    product_code: str
    component: str
    total: int
    used: int
    available: int
    level: Literal["ok", "low", "out"]
    updated_at: str


def inventory(stock: Stock, policy: Policy, now: datetime) -> tuple[InventoryRow, ...]:
    """The inventory view: every pool that ever had keys; `used` counts quarantined seats too."""
    return tuple(_inventory_row(pool, stock, policy, when(now)) for pool in sorted(stock.total))


def _inventory_row(pool: Pool, stock: Stock, policy: Policy, at: str) -> InventoryRow:
    total, free = stock.total[pool], stock.free(pool)
    is_low = free <= policy.limits_of_pool(pool).low
    level: Literal["ok", "low", "out"] = "out" if not free else "low" if is_low else "ok"
    return InventoryRow(*pool, total, total - free, free, level, at)
