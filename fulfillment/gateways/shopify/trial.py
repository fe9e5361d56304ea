"""Whether the shop lets the app do what it is needed for: told by asking, and leaving no trace."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime

from fulfillment.errors import ShopRefused
from fulfillment.gateways.shopify.shop import Shopify

SCOPES = (
    "read_products",
    "read_locations",
    "write_inventory",
    "read_orders",
    "write_merchant_managed_fulfillment_orders",
    "write_draft_orders",
)
"""The access scopes that the README lists."""


def try_access(shop: Shopify, until: Callable[[], float]) -> str:
    """Credentials and scopes are as they should be. 1 request. Raises ShopRefused, ShopAway."""
    missing = missing_of(shop.scopes(until=until()))
    if missing:
        raise ShopRefused(
            f"The app lacks the access scopes {', '.join(missing)}: add them in Shopify's Dev Dashboard, "
            "release that version, and let the shop accept it."
        )
    return f"{shop.name} lets the app do everything that it is needed for."


def missing_of(granted: Collection[str]) -> list[str]:
    """The scopes that were not granted; one to write includes the one to read."""
    return [
        scope
        for scope in SCOPES
        if scope not in granted and scope.replace("read_", "write_", 1) not in granted
    ]


def try_location(shop: Shopify, until: Callable[[], float]) -> str:
    """The location of ours is there, and no other is meant. 1 request. Raises ShopRefused, ShopAway."""
    return f"stock is kept at `{shop.location(until=until()).name}`."


def try_orders(shop: Shopify, until: Callable[[], float]) -> str:
    """Orders can be read, which needs more than a scope. 1 request. Raises ShopRefused, ShopAway."""
    try:
        shop.orders(until=until(), updated_since=datetime.now(UTC))
    except ShopRefused as refused:
        raise ShopRefused(
            f"{refused} Orders are protected customer data: say in the Dev Dashboard why the app reads them."
        ) from None
    return "paid orders can be read."
