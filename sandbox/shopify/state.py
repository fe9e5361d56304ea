"""What a shop has: products, stock, orders. Plain data, kept as JSON where a folder is given.

Ids are Shopify's numbers; the API shows them as `gid://shopify/Product/8100000000001`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

FIRST_IDS = {
    "Location": 81_000_000_001,
    "Product": 8_100_000_000_001,
    "ProductVariant": 44_100_000_000_001,
    "InventoryItem": 46_100_000_000_001,
    "Order": 6_855_909_800_001,
    "LineItem": 15_100_000_000_001,
    "Refund": 940_000_000_001,
    "FulfillmentOrder": 7_100_000_000_001,
    "FulfillmentOrderLineItem": 16_100_000_000_001,
    "Fulfillment": 5_100_000_000_001,
    "DraftOrder": 1_100_000_000_001,
    "InventoryAdjustmentGroup": 40_100_000_000_001,
}
"""Where each kind's ids begin: as many digits as they have in a shop of today."""

FIRST_ORDER_NUMBER = 1001
"""Shopify calls a shop's first order #1001 (help.shopify.com, order ID format)."""


def gid(kind: str, number: int) -> str:
    """`gid://shopify/Order/6855909900591`."""
    return f"gid://shopify/{kind}/{number}"


def read_gid(text: str) -> tuple[str, int]:
    """Kind and number; ("", 0) for what is no id of Shopify's."""
    scheme, _, rest = text.partition("://shopify/")
    kind, _, number = rest.partition("/")
    if scheme != "gid" or not kind or not (number.isascii() and number.isdigit()):
        return "", 0
    return kind, int(number)


@dataclass(slots=True)
class Location:
    """A place where stock lies."""

    id: int
    name: str
    is_active: bool = True
    fulfills_online_orders: bool = True


@dataclass(slots=True)
class Product:
    """What a customer sees; each has at least one variant."""

    id: int
    title: str
    status: str = "ACTIVE"
    product_type: str = ""
    tags: list[str] = field(default_factory=list)
    variants: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Variant:
    """What is bought; its stock is that of its inventory item."""

    id: int
    product_id: int
    item_id: int
    sku: str | None
    title: str = "Default Title"
    price: str = "0.00"
    policy: str = "DENY"
    """CONTINUE sells on when nothing is left."""
    is_tracked: bool = True


@dataclass(slots=True)
class Level:
    """What a location has of an item. What was sold and is not fulfilled yet is committed."""

    item_id: int
    location_id: int
    available: int = 0
    committed: int = 0
    is_active: bool = True
    """An inactive one is not shown, and nothing is sold of it."""


@dataclass(slots=True)
class Line:
    """A line of an order; a tip has neither variant nor SKU."""

    id: int
    title: str
    sku: str | None
    quantity: int
    current: int
    """What is left of it after refunds."""
    variant_id: int | None = None
    location_id: int | None = None
    """Where its stock was taken from."""


@dataclass(slots=True)
class Refund:
    """Money given back, perhaps for pieces."""

    id: int
    at: datetime


@dataclass(slots=True)
class Order:
    """An order as the shop's owner sees it."""

    id: int
    name: str
    email: str
    created_at: datetime
    updated_at: datetime
    lines: list[Line]
    financial: str = "PAID"
    cancelled_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)
    is_test: bool = False
    source: str = "web"
    tags: list[str] = field(default_factory=list)
    customer: str = ""
    note: str = ""


@dataclass(slots=True)
class FulfillmentLine:
    """So much of a line is to be fulfilled; `remaining` of it still is."""

    id: int
    line_id: int
    total: int
    remaining: int


@dataclass(slots=True)
class FulfillmentOrder:
    """The lines of an order that one location is to fulfil."""

    id: int
    order_id: int
    location_id: int
    lines: list[FulfillmentLine]
    status: str = "OPEN"


@dataclass(slots=True)
class Draft:
    """An order on paper."""

    id: int
    name: str
    email: str
    note: str
    tags: list[str]
    lines: list[tuple[int, int]]
    """(variant, quantity)"""
    order_id: int | None = None
    """The order that it became."""


@dataclass(slots=True)
class Change:
    """A change of what is available: who made it, from what to what."""

    no: int
    at: datetime
    by: str
    """`app`, `person`, or what took or gave back the pieces: `order #1001`, `refund #1001`."""
    item_id: int
    location_id: int
    before: int
    after: int
    expected: int | None = None
    """What the app believed to be there; None where it did not say, and for all others."""
    document: str = ""
    key: str = ""


@dataclass(slots=True)
class State:
    """Everything there is."""

    name: str = "Sample Shop"
    domain: str = "sample-shop.myshopify.com"
    locations: dict[int, Location] = field(default_factory=dict)
    products: dict[int, Product] = field(default_factory=dict)
    variants: dict[int, Variant] = field(default_factory=dict)
    levels: dict[int, dict[int, Level]] = field(default_factory=dict)
    """By item and location."""
    orders: dict[int, Order] = field(default_factory=dict)
    fulfillment_orders: dict[int, FulfillmentOrder] = field(default_factory=dict)
    drafts: dict[int, Draft] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    next_ids: dict[str, int] = field(default_factory=lambda: dict(FIRST_IDS))
    next_number: int = FIRST_ORDER_NUMBER
