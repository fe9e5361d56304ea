"""The mutations of stock: set what is available, track an item, stock it at a location.

From the schema's descriptions of 2026-10 and the enumeration of its error codes, all sure but these, of
which nothing is documented: one wrong row refuses all rows (`partial_sets` has the others applied, so that
a client can be tried with both); an item that is not tracked takes a quantity all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sandbox.book import Json
from sandbox.shopify.refusals import no_change_from, user_error
from sandbox.shopify.shop import Shop
from sandbox.shopify.state import Level, gid, read_gid
from sandbox.shopify.views import Views

REASONS = {
    "correction", "cycle_count_available", "damaged", "movement_canceled", "movement_created",
    "movement_received", "movement_updated", "other", "promotion", "quality_control", "received",
    "reservation_created", "reservation_deleted", "reservation_updated", "restock", "safety_stock",
    "shrinkage",
}  # fmt: skip
"""shopify.dev, manage inventory quantities and states, reasons for a change; sure."""

MOST = 1_000_000_000
"""Quantities go as far up and down (descriptions of the error codes)."""

DOCUMENT = re.compile(r"gid://[\w.-]+/[\w-]+/.+|(?!gid:)[a-z][a-z0-9+.-]*:(//)?[^\s/].*", re.IGNORECASE)
"""The description of `referenceDocumentUri`: a scheme and content; of a gid, all three parts."""

TEXTS = {
    "INVALID_NAME": "The quantity name must be either 'available' or 'on_hand'.",
    "INVALID_REASON": "The specified reason is invalid.",
    "INVALID_REFERENCE_DOCUMENT": "The specified reference document is invalid.",
    "INVALID_INVENTORY_ITEM": "The specified inventory item could not be found.",
    "INVALID_LOCATION": "The specified location could not be found.",
    "INVALID_QUANTITY_TOO_HIGH": "The total quantity can't be higher than 1,000,000,000.",
    "INVALID_QUANTITY_TOO_LOW": "The total quantity can't be lower than -1,000,000,000.",
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": (
        "The combination of inventoryItemId and locationId must be unique."
    ),
    "CHANGE_FROM_QUANTITY_STALE": "The changeFromQuantity value does not match persisted value.",
}
"""The descriptions of the codes, which the messages are taken to be."""


class Inventory:
    """What an app does to the stock of a shop; `key` is that of @idempotent."""

    def __init__(self, shop: Shop, views: Views, *, partial_sets: bool = False) -> None:
        self._shop = shop
        self._views = views
        self._partial_sets = partial_sets

    def set_quantities(self, key: str, input: Json) -> Json:
        """inventorySetQuantities."""
        rows = input["quantities"]
        if any("changeFromQuantity" not in row for row in rows):
            raise no_change_from()
        if errors := [*_wrong_inputs(input)]:
            return {"inventoryAdjustmentGroup": None, "userErrors": errors}
        found = {
            number: error for number, row in enumerate(rows) if (error := self._wrong(rows, number, row))
        }
        errors = [*found.values()]
        good = [row for number, row in enumerate(rows) if number not in found]
        if errors and not self._partial_sets:
            good = []
        for row in good:
            self._set(row, input, key)
        return {"inventoryAdjustmentGroup": self._group(good, input), "userErrors": errors}

    def _wrong(self, rows: list[Json], number: int, row: Json) -> Json | None:
        item, place = _place(row)
        code, field = "", "changeFromQuantity"
        if self._shop.variant_of(item) is None:
            code, field = "INVALID_INVENTORY_ITEM", "inventoryItemId"
        elif place not in self._shop.state.locations:
            code, field = "INVALID_LOCATION", "locationId"
        elif [_place(other) for other in rows].count((item, place)) > 1:
            code, field = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", "inventoryItemId"
        elif not -MOST <= row["quantity"] <= MOST:
            high = row["quantity"] > MOST
            code, field = f"INVALID_QUANTITY_TOO_{'HIGH' if high else 'LOW'}", "quantity"
        elif row["changeFromQuantity"] not in (None, self._available(item, place)):
            code = "CHANGE_FROM_QUANTITY_STALE"
        return _coded(code, "input", "quantities", str(number), field) if code else None

    def _available(self, item: int, place: int) -> int:
        level = self._shop.level(item, place)
        return level.available if level else 0

    def _set(self, row: Json, input: Json, key: str) -> None:
        """Where the item is not stocked, since 2026-10 a level appears that is not active.

        The code ITEM_NOT_STOCKED_AT_LOCATION is gone from that version on, and the quantity is taken
        (community.shopify.dev/t/33834); nothing is sold of it before somebody stocks the item there.
        """
        item, place = _place(row)
        level = self._shop.level(item, place) or self._shop.add_level(item, place, is_active=False)
        quantity = row["quantity"] - (level.committed if input["name"] == "on_hand" else 0)
        said = {"document": input.get("referenceDocumentUri") or "", "key": key}
        self._shop.set_available(level, quantity, "app", expected=row["changeFromQuantity"], **said)

    def _group(self, rows: list[Json], input: Json) -> Json | None:
        if not rows:
            return None
        return {
            "id": gid("InventoryAdjustmentGroup", self._shop.new_id("InventoryAdjustmentGroup")),
            "reason": input["reason"],
            "referenceDocumentUri": input.get("referenceDocumentUri"),
        }

    def update_item(self, id: str, input: Json) -> Json:
        """inventoryItemUpdate, of `tracked` alone."""
        variant = self._shop.variant_of(read_gid(id)[1])
        if variant is None:
            missing = user_error("The product couldn't be updated because it does not exist.", "id")
            return {"inventoryItem": None, "userErrors": [missing]}
        variant.is_tracked = input.get("tracked", variant.is_tracked)
        return {"inventoryItem": self._views.item(variant), "userErrors": []}

    def activate(self, inventoryItemId: str, locationId: str, available: int | None = None, **_: Any) -> Json:
        """inventoryActivate; what an inactive level held stays (changelog of 2026-04), else there is none."""
        item, place = read_gid(inventoryItemId)[1], read_gid(locationId)[1]
        if self._shop.variant_of(item) is None or place not in self._shop.state.locations:
            field = "locationId" if self._shop.variant_of(item) else "inventoryItemId"
            return {"inventoryLevel": None, "userErrors": [user_error("It could not be found.", field)]}
        level = self._shop.level(item, place) or self._shop.add_level(item, place, is_active=False)
        if level.is_active and available is not None:
            text = "Not allowed to set available quantity when the item is already active at the location."
            return {"inventoryLevel": None, "userErrors": [user_error(text, "available")]}
        self._activate(level, available)
        return {"inventoryLevel": self._views.level(level), "userErrors": []}

    def _activate(self, level: Level, available: int | None) -> None:
        level.is_active = True
        if available is not None:
            self._shop.set_available(level, available, "app")


def _wrong_inputs(input: Json) -> Iterator[Json]:
    document = input.get("referenceDocumentUri")
    if input["name"] not in ("available", "on_hand"):
        yield _coded("INVALID_NAME", "input", "name")
    if input["reason"] not in REASONS:
        yield _coded("INVALID_REASON", "input", "reason")
    if document is not None and not DOCUMENT.fullmatch(document):
        yield _coded("INVALID_REFERENCE_DOCUMENT", "input", "referenceDocumentUri")


def _coded(code: str, *field: str) -> Json:
    return user_error(TEXTS[code], *field, code=code)


def _place(row: Json) -> tuple[int, int]:
    (item_kind, item), (place_kind, place) = read_gid(row["inventoryItemId"]), read_gid(row["locationId"])
    return item if item_kind == "InventoryItem" else 0, place if place_kind == "Location" else 0
