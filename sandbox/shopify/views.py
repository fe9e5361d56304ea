"""What the API shows of the shop: each object as its fields, those that lead further as functions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.book import Json
from sandbox.shopify.paging import Key, page
from sandbox.shopify.search import matches
from sandbox.shopify.selling import fulfillment_orders_of, fulfillment_status
from sandbox.shopify.shop import Shop
from sandbox.shopify.state import (
    Draft,
    FulfillmentLine,
    FulfillmentOrder,
    Level,
    Line,
    Location,
    Order,
    Product,
    Refund,
    Variant,
    gid,
    read_gid,
)

SHOWN_DAYS = 60
"""Older orders are shown to apps with `read_all_orders` alone (the schema's description of `order`; sure)."""

SORTED_ORDERS: dict[str, Callable[[Order], str]] = {
    "CREATED_AT": lambda order: order.created_at.isoformat(),
    "PROCESSED_AT": lambda order: order.created_at.isoformat(),
    "UPDATED_AT": lambda order: order.updated_at.isoformat(),
    "ID": lambda order: "",
}
"""PROCESSED_AT is the default (the schema's)."""


def by_id(thing: Any) -> Key:
    """Ids in their order, as Shopify sorts what nobody sorts otherwise."""
    return "", thing.id


class Views:
    """The shop as an app with some scopes sees it."""

    def __init__(self, shop: Shop, scopes: Sequence[str]) -> None:
        self._shop = shop
        self._state = shop.state
        self._scopes = scopes

    def root(self) -> Json:
        """The fields of QueryRoot."""
        return {
            "shop": {
                "__typename": "Shop",
                "name": self._state.name,
                "myshopifyDomain": self._state.domain,
            },
            "currentAppInstallation": {
                "__typename": "AppInstallation",
                "accessScopes": [{"handle": scope, "description": scope} for scope in self._scopes],
            },
            "locations": self._locations,
            "location": lambda id: self._found("Location", id),
            "productVariants": lambda **asked: page(
                self._state.variants.values(), self.variant, by_id, **asked
            ),
            "orders": self._orders,
            "order": lambda id: self._found("Order", id),
            "nodes": lambda ids: [self._found("", each) for each in ids],
        }

    def _found(self, kind: str, id: str) -> Json | None:
        """The object of an id of this kind, or of any; None where there is none."""
        named, number = read_gid(id)
        if kind and named != kind:
            return None
        match named:
            case "Location":
                return self._shown(self._state.locations.get(number), self.location)
            case "Product":
                return self._shown(self._state.products.get(number), self.product)
            case "ProductVariant":
                return self._shown(self._state.variants.get(number), self.variant)
            case "InventoryItem":
                return self._shown(self._shop.variant_of(number), self.item)
            case "Order":
                order = self._state.orders.get(number)
                return self.order(order) if order and self._is_shown(order) else None
        return None

    def _shown(self, thing: Any, show: Callable[[Any], Json]) -> Json | None:
        return None if thing is None else show(thing)

    def _locations(self, includeInactive: bool = False, **asked: Any) -> Json:
        found = [each for each in self._state.locations.values() if each.is_active or includeInactive]
        return page(found, self.location, by_id, **asked)

    def location(self, location: Location) -> Json:
        return {
            "__typename": "Location",
            "id": gid("Location", location.id),
            "name": location.name,
            "isActive": location.is_active,
            "fulfillsOnlineOrders": location.fulfills_online_orders,
            "inventoryLevels": lambda **asked: self._levels_at(location, **asked),
        }

    def _levels_at(self, location: Location, includeInactive: bool = False, **asked: Any) -> Json:
        levels = [places[location.id] for places in self._state.levels.values() if location.id in places]
        found = [level for level in levels if level.is_active or includeInactive]
        return page(found, self.level, lambda level: ("", level.item_id), **asked)

    def level(self, level: Level) -> Json:
        return {
            "__typename": "InventoryLevel",
            "id": f"{gid('InventoryLevel', level.location_id)}?inventory_item_id={level.item_id}",
            "isActive": level.is_active,
            "item": lambda: self.item(self._state.variants[self._variant_id(level)]),
            "location": lambda: self.location(self._state.locations[level.location_id]),
            "quantities": lambda names: [_quantity(level, name) for name in names],
        }

    def _variant_id(self, level: Level) -> int:
        variant = self._shop.variant_of(level.item_id)
        assert variant is not None, level
        return variant.id

    def item(self, variant: Variant) -> Json:
        return {
            "__typename": "InventoryItem",
            "id": gid("InventoryItem", variant.item_id),
            "sku": variant.sku,
            "tracked": variant.is_tracked,
            "inventoryLevel": lambda **asked: self._level_of(variant, **asked),
        }

    def _level_of(
        self,
        variant: Variant,
        locationId: str,
        includeInactive: bool = False,
    ) -> Json | None:
        level = self._shop.level(variant.item_id, read_gid(locationId)[1])
        return self.level(level) if level and (level.is_active or includeInactive) else None

    def variant(self, variant: Variant) -> Json:
        product = self._state.products[variant.product_id]
        return {
            "__typename": "ProductVariant",
            "id": gid("ProductVariant", variant.id),
            "sku": variant.sku,
            "title": variant.title,
            "price": variant.price,
            "inventoryPolicy": variant.policy,
            "product": lambda: self.product(product),
            "inventoryItem": lambda: self.item(variant),
        }

    def product(self, product: Product) -> Json:
        return {
            "__typename": "Product",
            "id": gid("Product", product.id),
            "title": product.title,
            "status": product.status,
            "productType": product.product_type,
            "tags": sorted(product.tags),
            "hasOnlyDefaultVariant": self._has_only_default_variant(product),
        }

    def _has_only_default_variant(self, product: Product) -> bool:
        titles = [self._state.variants[number].title for number in product.variants]
        return titles == ["Default Title"]

    def _orders(
        self,
        query: str | None = None,
        sortKey: str = "PROCESSED_AT",
        **asked: Any,
    ) -> Json:
        is_found, value = matches(query), SORTED_ORDERS[sortKey]
        found = [order for order in self._state.orders.values() if self._is_shown(order) and is_found(order)]
        return page(found, self.order, lambda order: (value(order), order.id), **asked)

    def _is_shown(self, order: Order) -> bool:
        is_young = order.created_at >= self._shop.now() - timedelta(days=SHOWN_DAYS)
        return is_young or "read_all_orders" in self._scopes

    def order(self, order: Order) -> Json:
        return {
            "__typename": "Order",
            "id": gid("Order", order.id),
            "name": order.name,
            "test": order.is_test,
            "createdAt": _time(order.created_at),
            "processedAt": _time(order.created_at),
            "updatedAt": _time(order.updated_at),
            "cancelledAt": _time(order.cancelled_at) if order.cancelled_at else None,
            "displayFinancialStatus": order.financial,
            "displayFulfillmentStatus": fulfillment_status(self._shop, order),
            "sourceName": order.source,
            "tags": sorted(order.tags),
            "note": order.note or None,
            "refunds": lambda first=None: [self.refund(each) for each in order.refunds[:first]],
            "lineItems": lambda **asked: page(order.lines, self.line, by_id, **asked),
            "fulfillmentOrders": lambda **asked: page(
                fulfillment_orders_of(self._shop, order), self.fulfillment_order, by_id, **asked
            ),
        }

    def refund(self, refund: Refund) -> Json:
        return {"__typename": "Refund", "id": gid("Refund", refund.id), "createdAt": _time(refund.at)}

    def line(self, line: Line) -> Json:
        return {
            "__typename": "LineItem",
            "id": gid("LineItem", line.id),
            "sku": line.sku,
            "title": line.title,
            "quantity": line.quantity,
            "currentQuantity": line.current,
        }

    def fulfillment_order(self, asked_for: FulfillmentOrder) -> Json:
        return {
            "__typename": "FulfillmentOrder",
            "id": gid("FulfillmentOrder", asked_for.id),
            "status": asked_for.status,
            "lineItems": lambda **asked: page(
                asked_for.lines, lambda part: self.fulfillment_line(asked_for, part), by_id, **asked
            ),
        }

    def fulfillment_line(self, asked_for: FulfillmentOrder, part: FulfillmentLine) -> Json:
        lines = self._state.orders[asked_for.order_id].lines
        line = next(line for line in lines if line.id == part.line_id)
        return {
            "__typename": "FulfillmentOrderLineItem",
            "id": gid("FulfillmentOrderLineItem", part.id),
            "sku": line.sku,
            "totalQuantity": part.total,
            "remainingQuantity": part.remaining,
            "lineItem": lambda: self.line(line),
        }

    def draft(self, draft: Draft) -> Json:
        return {
            "__typename": "DraftOrder",
            "id": gid("DraftOrder", draft.id),
            "name": draft.name,
            "order": lambda: self.order(self._state.orders[draft.order_id]) if draft.order_id else None,
        }


def _quantity(level: Level, name: str) -> Json:
    """What is on hand is what is available and what is committed (shopify.dev, inventory states; sure)."""
    counts = {
        "available": level.available,
        "committed": level.committed,
        "on_hand": level.available + level.committed,
    }
    return {"name": name, "quantity": counts.get(name, 0)}


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
