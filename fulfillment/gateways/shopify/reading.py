"""Answers of the Admin API as the shop's nouns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from fulfillment.characters import trimmed
from fulfillment.wares import Level, Location, OpenLine, ShopLine, ShopOrder, Variant

Json = Mapping[str, Any]

ONLY_VARIANT = "Default Title"
"""What Shopify calls the variant of a product that has no others."""


def id_of(gid: str) -> str:
    """`6855909900591` of `gid://shopify/Order/6855909900591`."""
    return gid.rpartition("/")[2].partition("?")[0]


def variant(node: Json) -> Variant:
    product, item = node["product"], node["inventoryItem"]
    title = str(node["title"] or "")
    return Variant(
        variant_id=node["id"],
        item=item["id"],
        sku=trimmed(str(node["sku"] or "")),
        product=trimmed(str(product["title"])),
        title="" if product["hasOnlyDefaultVariant"] or title == ONLY_VARIANT else trimmed(title),
        status=product["status"],
        category=trimmed(str(product["productType"] or "")),
        tags=tuple(product["tags"]),
        price=str(node["price"]),
        is_tracked=bool(item["tracked"]),
    )


def location(node: Json) -> Location:
    return Location(node["id"], str(node["name"]))


def level_of_item(node: Json) -> Level:
    """What the location asked for has of an item."""
    level = node["inventoryLevel"]
    count = None if level is None else available(level)
    return Level(node["id"], count, bool(node["tracked"]), str(node["sku"] or "").strip())


def level_at_location(node: Json) -> Level:
    """A level as a location lists it, which does not say whether the item is tracked."""
    return Level(node["item"]["id"], available(node))


def available(level: Json) -> int:
    return next((int(each["quantity"]) for each in level["quantities"] if each["name"] == "available"), 0)


def lines(nodes: Iterable[Json]) -> tuple[ShopLine, ...]:
    return tuple(
        ShopLine(trimmed(str(node["sku"] or "")), int(node["currentQuantity"]), str(node["title"] or ""))
        for node in nodes
    )


def order(node: Json, lines: tuple[ShopLine, ...]) -> ShopOrder:
    return ShopOrder(
        order_id=id_of(node["id"]),
        order_name=str(node["name"]),
        created_at=datetime.fromisoformat(node["createdAt"]),
        financial=str(node["displayFinancialStatus"] or ""),
        fulfillment=str(node["displayFulfillmentStatus"] or ""),
        is_test=bool(node["test"]),
        is_cancelled=node["cancelledAt"] is not None,
        tags=tuple(node["tags"]),
        lines=lines,
    )


def open_lines(fulfillment_order: Json) -> tuple[OpenLine, ...]:
    return tuple(
        OpenLine(
            fulfillment_order=fulfillment_order["id"],
            line=node["id"],
            sku=trimmed(str(node["sku"] or "")),
            remaining=int(node["remainingQuantity"]),
            done=int(node["totalQuantity"]) - int(node["remainingQuantity"]),
            status=str(fulfillment_order["status"]),
        )
        for node in fulfillment_order["lineItems"]["nodes"]
    )
