"""What the shop says of itself: its variants, what it has of them, and its orders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

ON_SALE = ("ACTIVE", "UNLISTED")
"""Statuses of products that can be bought; an unlisted one is bought by whoever has its link."""

SERVE_TEST = "serve-test"
"""The tag by which a test order is told to take keys all the same."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One thing that can be bought; its stock is kept under `item`."""

    variant_id: str
    item: str
    sku: str
    product: str
    title: str = ""
    """What tells it from the product's other variants, empty where it has none."""
    status: str = "ACTIVE"
    category: str = ""
    tags: tuple[str, ...] = ()
    price: str = ""
    is_tracked: bool = True

    @property
    def name(self) -> str:
        """`Certified Personal Trainer - self-study`."""
        return f"{self.product} - {self.title}" if self.title else self.product

    @property
    def is_active(self) -> bool:
        """Can it be bought?"""
        return self.status in ON_SALE


@dataclass(frozen=True, slots=True)
class Location:
    """A place where the shop has stock."""

    location_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Level:
    """What a location has of an item: None where it is not stocked there."""

    item: str
    available: int | None
    is_tracked: bool = True
    sku: str = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """An item's stock to be changed, from what was read to what it should be."""

    item: str
    was: int
    to: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """An item whose stock the shop did not change."""

    item: str
    why: str
    is_stale: bool = False
    """Its stock was another than what had been read: reading it again may cure it."""


@dataclass(frozen=True, slots=True)
class ShopLine:
    """A line of an order in the shop; `quantity` is what is left of it after refunds and edits."""

    sku: str
    quantity: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class ShopOrder:
    """An order as the shop has it now."""

    order_id: str
    order_name: str
    created_at: datetime
    financial: str
    fulfillment: str = "UNFULFILLED"
    is_test: bool = False
    is_cancelled: bool = False
    tags: tuple[str, ...] = ()
    lines: tuple[ShopLine, ...] = ()

    @property
    def is_paid(self) -> bool:
        """Was it paid, and is it still to be served?"""
        return self.financial in ("PAID", "PARTIALLY_REFUNDED") and not self.is_cancelled

    @property
    def is_taken_back(self) -> bool:
        """Was it cancelled, or all of its money given back?"""
        return self.is_cancelled or self.financial in ("REFUNDED", "VOIDED")


@dataclass(frozen=True, slots=True)
class OpenLine:
    """So many pieces of a SKU that are still to be marked as fulfilled, and where the shop keeps them."""

    fulfillment_order: str
    line: str
    sku: str
    remaining: int
    done: int = 0
    """So many of it are fulfilled already."""
    status: str = "OPEN"
