"""The shop: one thread at a time changes it, and with a file every change is kept."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter

from sandbox.book import Json
from sandbox.shopify.state import Change, Level, Location, Order, Product, State, Variant
from sandbox.shopify.trigger import as_paid

STATE = TypeAdapter(State)


def utc_now() -> datetime:
    """The time of a shop that nobody tells another."""
    return datetime.now(UTC)


class Shop:
    """The state, looked things up in and changed under its lock."""

    def __init__(self, file: Path | None = None, now: Callable[[], datetime] = utc_now) -> None:
        self.now = now
        self._file = file
        self._lock = threading.RLock()
        self._depth = 0
        self.state = STATE.validate_json(file.read_bytes()) if file and file.exists() else State()
        self.listeners: list[Callable[[Json], None]] = []
        """Who is told of each order that is paid, after it is kept; in the thread of whoever bought."""
        self._paid: list[Order] = []
        self._variant_of_item = {variant.item_id: variant for variant in self.state.variants.values()}

    @property
    def is_empty(self) -> bool:
        return not self.state.products

    @contextmanager
    def looking(self) -> Iterator[State]:
        """Nothing changes meanwhile."""
        with self._lock:
            yield self.state

    @contextmanager
    def changing(self) -> Iterator[State]:
        """Nobody else looks or changes meanwhile. Whoever changes has checked everything before."""
        with self._lock:
            self._depth += 1
            try:
                yield self.state
            finally:
                self._depth -= 1
            if self._depth:
                return
            if self._file:
                self._keep(self._file)
            news = [as_paid(order) for order in self._paid]
            self._paid.clear()
        for order in news:
            for tell in self.listeners:
                tell(order)

    def paid(self, order: Order) -> None:
        """The order was paid just now."""
        self._paid.append(order)

    def _keep(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_suffix(".new")
        beside.write_bytes(STATE.dump_json(self.state))
        os.replace(beside, file)

    def new_id(self, kind: str) -> int:
        """An id that nothing else of this kind has."""
        number = self.state.next_ids[kind]
        self.state.next_ids[kind] = number + 1
        return number

    def add_location(self, name: str, *, fulfills_online_orders: bool = True) -> Location:
        location = Location(self.new_id("Location"), name, fulfills_online_orders=fulfills_online_orders)
        self.state.locations[location.id] = location
        return location

    def add_product(self, title: str, status: str, product_type: str, tags: list[str]) -> Product:
        product = Product(self.new_id("Product"), title, status, product_type, tags)
        self.state.products[product.id] = product
        return product

    def add_variant(
        self, product: Product, sku: str | None, title: str, price: str, policy: str, *, is_tracked: bool
    ) -> Variant:
        """A variant with an inventory item of its own, stocked nowhere."""
        number, item = self.new_id("ProductVariant"), self.new_id("InventoryItem")
        variant = Variant(number, product.id, item, sku, title, price, policy, is_tracked)
        self.state.variants[number] = variant
        self._variant_of_item[item] = variant
        product.variants.append(number)
        return variant

    def remove_product(self, product: Product) -> None:
        """Deleted by a person: variants and stock with it."""
        for number in product.variants:
            variant = self.state.variants.pop(number)
            self.state.levels.pop(variant.item_id, None)
            del self._variant_of_item[variant.item_id]
        del self.state.products[product.id]

    def variant_of(self, item_id: int) -> Variant | None:
        """The variant whose stock this item is."""
        return self._variant_of_item.get(item_id)

    def level(self, item_id: int, location_id: int) -> Level | None:
        """The level there, active or not."""
        return self.state.levels.get(item_id, {}).get(location_id)

    def add_level(self, item_id: int, location_id: int, *, is_active: bool = True) -> Level:
        level = Level(item_id, location_id, is_active=is_active)
        self.state.levels.setdefault(item_id, {})[location_id] = level
        return level

    def set_available(
        self,
        level: Level,
        quantity: int,
        by: str,
        expected: int | None = None,
        document: str = "",
        key: str = "",
    ) -> None:
        """The level has so much from now on, and the change is remembered."""
        place, before = (level.item_id, level.location_id), level.available
        level.available = quantity
        number = len(self.state.changes) + 1
        change = Change(number, self.now(), by, *place, before, quantity, expected, document, key)
        self.state.changes.append(change)
