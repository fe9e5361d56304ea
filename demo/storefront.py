"""The shop of the sample, on the local Shopify: people buy there, and it has a stock of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests

from demo.processes import Trouble
from demo.sample import SampleOrder
from sandbox.shopify.tokens import CLIENT_ID, CLIENT_SECRET

LOCATION = "Online"

TIMEOUT_S = 30


class Storefront:
    """The local Shopify at an address; `products` are the names of the SKUs."""

    def __init__(self, url: str, products: Mapping[str, str]) -> None:
        self._url = url
        self._products = products

    def settings(self, live_since: str) -> dict[str, str]:
        """The function's settings for this shop."""
        return {
            "SHOPIFY_SHOP": "north-bar-academy.myshopify.com",
            "SHOPIFY_URL": self._url,
            "SHOPIFY_CLIENT_ID": CLIENT_ID,
            "SHOPIFY_CLIENT_SECRET": CLIENT_SECRET,
            "SHOPIFY_LOCATION": LOCATION,
            "SHOPIFY_PUSH": "on",
            "LIVE_SINCE": live_since,
        }

    def buy(self, order: SampleOrder) -> None:
        """The customer has paid, and Shopify took the pieces from its stock; a second time nothing happens.

        Nobody is told: whoever calls runs the Zap.
        """
        lines = [
            {
                "sku": line.sku,
                "quantity": line.quantity,
                "title": self._products.get(line.sku, "Something else"),
            }
            for line in order.lines
        ]
        self._do(
            "buy",
            lines=lines,
            order_id=order.order_id,
            order_name=order.order_name,
            customer=order.customer_name,
            email=order.email,
            oversell=True,
            quietly=True,
        )

    def refund(self, order: SampleOrder) -> None:
        """The customer has the money back, and the shop the pieces."""
        self._do("refund", order=order.order_id)

    def stock(self) -> dict[str, int]:
        """What the shop can sell of each SKU."""
        found = self._said(requests.get(f"{self._url}/_sandbox/shopify/stock", timeout=TIMEOUT_S))["stock"]
        return {level["sku"]: level["available"] for level in found if level["location"] == LOCATION}

    def _do(self, edit: str, **asked: object) -> None:
        body = {"edit": edit, **asked}
        self._said(requests.post(f"{self._url}/_sandbox/shopify/person", json=body, timeout=TIMEOUT_S))

    def _said(self, reply: requests.Response) -> dict[str, Any]:
        if not reply.ok:
            raise Trouble(f"The local Shopify answered with {reply.status_code}: {reply.text}")
        said: dict[str, Any] = reply.json()
        return said
