"""The shop's nouns: orders, entitlements, keys, and the rows that the ledgers are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypedDict

from fulfillment.characters import trimmed

BUNDLE_PREFIX = "NSBK_"
"""Product codes of stock bundle keys begin with this; the course codes follow, joined by hyphens."""

COMPONENTS = ("combined", "content", "exam")

CATEGORIES = ("Certification", "Specialization", "Bundle")

Outcome = Literal["fulfilled", "failed", "skipped", "released", "cleared", "closed"]
SeatEvent = Literal["assigned", "released", "quarantined", "restored"]
KeyEventName = Literal["imported", "withdrawn"]
MessageEvent = Literal["owed", "claimed", "sent", "failed", "given_up", "delivered"]
ItemKind = Literal["auto", "external", "no sku"]
Mode = Literal["test", "live"]

REASONS = ("no_items", "unknown_sku", "bad_entitlements", "no_entitlements", "out_of_stock")
"""Why an order fails; of several the first in this order is the answer's reason."""

FORGOTTEN = '"forgotten_at":'
"""By this the details of a row are known to say it, without being read."""

TEST_ORDER = "test_order"
"""Why a test order of the shop's is skipped."""

_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s.,;<>\"]{2,}")


class Pool(NamedTuple):
    """Where keys are interchangeable: one region, provider, product code and component."""

    region: str
    provider: str
    product_code: str
    component: str

    def __str__(self) -> str:
        return f"{self.region} {self.provider} {self.product_code} {self.component}"


class KeyId(NamedTuple):
    """A key is the same key when provider and code are the same."""

    provider: str
    keycode: str

    def __repr__(self) -> str:
        return f"KeyId({self.provider!r}, {masked(self.keycode)})"


def masked(keycode: str) -> str:
    """How a key code may appear outside the spreadsheet and the answer: its length alone."""
    return f"<key of {len(keycode)} characters>"


def is_usable_address(email: str) -> bool:
    """Can a mail be sent there at all? (one @, a domain with a dot, nothing between)"""
    return _ADDRESS.fullmatch(email.strip()) is not None


@dataclass(frozen=True, slots=True, order=True)
class Entitlement:
    """One kind of access: `NASM-CPT-FULL` is provider NASM, product code CPT, level FULL."""

    provider: str
    product_code: str
    level: str

    def __str__(self) -> str:
        return f"{self.provider}-{self.product_code}-{self.level}"

    @classmethod
    def parse(cls, text: str) -> Entitlement:
        """The entitlement that a person wrote, in any case and with blanks around it.

        Provider up to the first hyphen, level after the last, the product code between them, hyphens
        included. A semicolon is no part of a code: with it the next entitlement would be read as one. Raises
        ValueError with a sentence for the operator.
        """
        cleaned = trimmed(text).upper()
        provider, _, rest = cleaned.partition("-")
        product_code, _, level = rest.rpartition("-")
        parts = tuple(map(trimmed, (provider, product_code, level)))
        if not all(parts) or any(re.search(r"[\s;]", part) for part in parts):
            raise ValueError(f"`{trimmed(text)}` is not an entitlement: write PROVIDER-PRODUCT_CODE-LEVEL")
        return cls(*parts)


def parse_entitlements(cell: str) -> tuple[Entitlement, ...]:
    """All entitlements of a catalogue cell, separated by commas; the same one twice means two.

    Raises ValueError for the first that cannot be read.
    """
    return tuple(Entitlement.parse(part) for part in cell.split(",") if trimmed(part))


def bundle_of(product_code: str) -> str | None:
    """The courses' part of a stock bundle's product code, None for any other code."""
    return product_code[len(BUNDLE_PREFIX) :] if product_code.startswith(BUNDLE_PREFIX) else None


Way = tuple[str, ...]
"""One way to serve a level: a seat of each of these components."""


@dataclass(frozen=True, slots=True)
class Levels:
    """What a level is made of: ways, best first. Data of `sheets_schema.yaml`."""

    ways: Mapping[str, tuple[Way, ...]]
    by_provider: Mapping[str, Mapping[str, tuple[Way, ...]]] = field(default_factory=dict)

    def ways_of(self, entitlement: Entitlement) -> tuple[Way, ...]:
        """The ways to serve an entitlement, best first; none where its level is unknown."""
        own = self.by_provider.get(entitlement.provider, {})
        return own.get(entitlement.level) or self.ways.get(entitlement.level, ())

    def names(self) -> tuple[str, ...]:
        """Every level there is, for messages."""
        return tuple(self.ways)


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of an order; `sku` is empty for tips and custom items."""

    sku: str
    quantity: int
    title: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A paid order as it arrived, in whatever shape. An empty region means the default one."""

    order_id: str
    order_name: str = ""
    customer_name: str = ""
    email: str = ""
    region: str = ""
    lines: tuple[LineItem, ...] = ()
    is_test: bool = False
    """The shop says so: it takes no keys."""


@dataclass(frozen=True, slots=True)
class Product:
    """A product as published: one row of Live Catalogue.

    `entitlements` is the cell's text, so that what could not be read is still shown. `available` is None
    where the tab shows a blank.
    """

    sku: str
    product: str = ""
    category: str = ""
    active: bool = True
    entitlements: str = ""
    fulfillment: str = "AUTO"
    available: int | None = None
    problem: str = ""
    published_at: str = ""
    version: int = 0

    @property
    def is_external(self) -> bool:
        """Does a person fulfil it?"""
        return self.fulfillment == "EXTERNAL"


class Item(NamedTuple):
    """A line as the order cache remembers it."""

    sku: str
    quantity: int
    title: str
    kind: ItemKind


class Shortage(TypedDict):
    """What an order was short of."""

    entitlement: str
    region: str
    wanted: int
    available: int


class Details(TypedDict, total=False):
    """What else an answer says; kept as JSON in the order cache.

    `kept` are seats that the order holds although its newest lines do not ask for them, as
    `[[unit, keycode], ...]`; `deliver_to` is the test recipient of an order answered in test mode; `mail`
    says which of the order's mails the keys go out by, where it is not the first; `forgotten_at` says when
    name and address of its customer were blanked.
    """

    warnings: list[str]
    skipped: list[Item]
    shortages: list[Shortage]
    kept: list[tuple[str, str]]
    deliver_to: str
    delivered_at: str
    mail: int
    forgotten_at: str


@dataclass(frozen=True, slots=True)
class KeyEvent:
    """A row of Import History: seats of a key joined or left the stock."""

    at: str
    event: KeyEventName
    batch: str
    region: str
    provider: str
    product_code: str
    component: str
    keycode: str = field(repr=False)
    seats: int
    reason: str = ""
    by: str = ""
    no: int = 0
    version: int = 0

    @property
    def pool(self) -> Pool:
        return Pool(self.region, self.provider, self.product_code, self.component)

    @property
    def key(self) -> KeyId:
        return KeyId(self.provider, self.keycode)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A row of Assignments: what happened to one seat of one order.

    `unit` and `sku` name every piece that the seat serves: `1.1+2.1` and `CPT,CNC` for a stock bundle's.
    """

    at: str
    event: SeatEvent
    order_id: str
    order_name: str
    unit: str
    sku: str
    entitlements: str
    region: str
    provider: str
    product_code: str
    component: str
    keycode: str = field(repr=False)
    reason: str = ""
    by: str = ""
    no: int = 0
    version: int = 0

    @property
    def pool(self) -> Pool:
        return Pool(self.region, self.provider, self.product_code, self.component)

    @property
    def key(self) -> KeyId:
        return KeyId(self.provider, self.keycode)

    @property
    def units(self) -> tuple[str, ...]:
        return tuple(self.unit.split("+"))

    @property
    def pieces(self) -> tuple[tuple[str, str], ...]:
        """(unit, SKU) of every piece that this seat serves."""
        skus = self.sku.split(",")
        if len(skus) != len(self.units):  # one piece, or SKUs that contain commas themselves
            skus = [self.sku] * len(self.units)
        return tuple(zip(self.units, skus, strict=True))


@dataclass(frozen=True, slots=True)
class Answer:
    """A row of Order Cache: an answer, or a change of an order; the newest row counts.

    `items`, `keys` and `details` are JSON as it stands in the cells, read only when asked for: a cold start
    reads hundreds of thousands of rows and needs none of them.
    """

    at: str
    order_id: str
    order_name: str
    customer: str
    email: str
    region: str
    outcome: Outcome
    reason: str
    message: str
    items: str = "[]"
    keys: str = field(default="[]", repr=False)
    details: str = "{}"
    mode: str = "live"
    by: str = ""
    no: int = 0
    version: int = 0

    @property
    def forgets(self) -> bool:
        """Does it blank who the customer is, in this row and in all rows of the order before it?"""
        return not self.customer and not self.email and FORGOTTEN in self.details

    def read_items(self) -> tuple[Item, ...]:
        return tuple(Item(*item) for item in json.loads(self.items or "[]"))

    def read_keys(self) -> tuple[tuple[str, str], ...]:
        """(unit, keycode) of every seat that the answer gave."""
        return tuple((unit, keycode) for unit, keycode in json.loads(self.keys or "[]"))

    def read_details(self) -> Details:
        details: Details = json.loads(self.details or "{}")
        return details


@dataclass(frozen=True, slots=True)
class Message:
    """A row of Outbox: what happened to one message; its newest row counts.

    `body` holds its facts as JSON, which whoever sends it puts into words; never a key code.
    """

    at: str
    message_id: str
    event: MessageEvent
    kind: str
    order_id: str
    subject: str = field(repr=False)
    body: str = field(default="{}", repr=False)
    attempts: int = 0
    due_at: str = ""
    error: str = ""
    by: str = ""
    no: int = 0
    version: int = 0


class GivenKey(NamedTuple):
    """A seat as an answer shows it."""

    unit: str
    sku: str
    title: str
    entitlements: str
    region: str
    provider: str
    product_code: str
    component: str
    keycode: str

    def __repr__(self) -> str:
        return f"GivenKey({self.unit}, {self.entitlements}, {masked(self.keycode)})"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the caller of an order is told: the recorded answer, with its seats, as of now."""

    answer: Answer
    keys: tuple[GivenKey, ...] = ()
    message: str = ""
    warnings: tuple[str, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    skipped: tuple[Item, ...] = ()
    send_email: bool = False
    deliver_to: str = ""
    replayed: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """A message on its way; one about keys brings what the order is told now."""

    message: Message
    reply: Reply | None = None


class Limits(NamedTuple):
    """At how many seats (of a pool) or pieces (of a product) stock is low, and critical."""

    low: int
    critical: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The shop's choices that planners need; read from the settings and the schema once."""

    default_region: str
    levels: Levels
    mode: Mode = "test"
    test_recipient: str = ""
    failed_orders: Literal["hold", "retry"] = "hold"
    waiting: Literal["off", "auto"] = "off"
    low_stock: int = 20
    critical_stock: int = 5
    product_limits: Mapping[str, Limits] = field(default_factory=dict)
    """By SKU, where they are not the general ones."""
    pool_limits: Mapping[str, Limits] = field(default_factory=dict)
    """By `PROVIDER-PRODUCT_CODE`, for all its regions and components."""
    pace_days: int = 14
    """How long stock lasts is said at the pace of so many days."""

    def limits_of(self, sku: str) -> Limits:
        """The levels of a product."""
        return self.product_limits.get(sku) or Limits(self.low_stock, self.critical_stock)

    def limits_of_pool(self, pool: Pool) -> Limits:
        """The levels of a pool."""
        own = self.pool_limits.get(f"{pool.provider}-{pool.product_code}")
        return own or Limits(self.low_stock, self.critical_stock)


def to_json(value: object) -> str:
    """Compact JSON for a cell, text as it is: the cell's limit counts characters, not escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
