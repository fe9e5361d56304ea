"""A shop on the local Shopify, sold out of a workbook on the local Google, for tests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from fulfillment.errors import Refused
from fulfillment.model import Order, Reply
from fulfillment.operations import OPERATIONS
from fulfillment.service import Service
from sandbox.shopify.stand import ShopifyStand
from sandbox.shopify.tokens import TOKEN
from tests.local import Workbook, order
from tests.pigeons import Pigeon

ENTITLEMENTS = {
    "CPT": "NASM-CPT-FULL",
    "CNC": "NASM-CNC-FULL",
    "DUO": "NASM-CPT-FULL,NASM-CNC-FULL",
    "CES": "NASM-CES-FULL",
}
"""SKU -> what its customers get; DUO is a bundle of the first two. CES never had a key."""

KEYS = ("NASM CPT combined EX-1 9", "NASM CNC combined EX-2 4")


class Market:
    """One shop, with its products in the catalogue, published, and keys in stock."""

    def __init__(self, workbook: Workbook, shopify: ShopifyStand) -> None:
        self.workbook, self.shopify, self.people = workbook, shopify, shopify.people

    def environment(self, **changes: str) -> dict[str, str]:
        name = self.shopify.shop.state.domain
        known = {"SHOPIFY_SHOP": name, "SHOPIFY_URL": self.shopify.url, "SHOPIFY_TOKEN": TOKEN}
        return {**known, "SHOPIFY_PUSH": "on", **changes}

    def service(self, **changes: str) -> Service:
        """A new instance that knows nothing yet."""
        return self.workbook.service(**self.environment(**changes))

    def open(self, *, stock: int = 50) -> None:
        """Products in the shop, pulled, with entitlements and keys, and published."""
        for sku in ENTITLEMENTS:
            self.people.add_product(
                f"Course {sku}",
                [{"sku": sku, "stock": {"Online": stock}}],
                product_type="Certification",
                tags=["provider:nasm"],
            )
        self.people.add_product("Seminar", [{"sku": "KBS", "stock": {"Online": stock}}])
        self.run("pull")
        self.describe(ENTITLEMENTS)
        self.workbook.stock(*KEYS)
        self.run("publish")

    def describe(self, entitlements: Mapping[str, str]) -> None:
        """Entitlements typed beside their SKUs, as a person does."""
        for number, row in enumerate(self.workbook.tab("NPTA Catalogue"), 2):
            if row["SKU"] in entitlements:
                self.workbook.type(f"NPTA Catalogue!E{number}", [[entitlements[row["SKU"]]]])

    def let_push(self) -> None:
        """A snapshot on file, and a preview that a person confirmed."""
        self.run("snapshot")
        code = self.run("push", dry_run=True)["code"]
        assert self.run("push", confirm=code)["status"] == "ok"

    def run(self, name: str, service: Service | None = None, **body: object) -> dict[str, Any]:
        """An operation's answer, by an instance of its own where none is given."""
        return OPERATIONS[name].run(service or self.service(), body, "test")

    def sell(self, sku: str, quantity: int = 1, **bought: Any) -> Order:
        """Somebody buys in the shop; the order as its Zap would post it."""
        placed = self.people.buy({sku: quantity}, **bought)
        return order(str(placed.id), f"{sku}*{quantity}", order_name=placed.name)

    def serve(self, placed: Order, service: Service | None = None) -> Reply:
        return (service or self.service()).fulfil(placed, by="test")

    def stock(self) -> dict[str, int]:
        """SKU -> what the shop has of each product of ours."""
        return {sku: self.people.available(sku) for sku in ENTITLEMENTS}

    def figures(self) -> dict[str, int]:
        """SKU -> what the tabs say, as anybody can read it."""
        rows = self.workbook.tab("Live Catalogue")
        return {row["SKU"]: row["available"] for row in rows if row["available"] != ""}

    def snapshots(self) -> list[str]:
        """The tabs that hold one."""
        return [title for title in self.workbook.everything() if title.startswith("Shop ")]

    def pushes(self) -> list[dict[str, Any]]:
        """Every change that the app made to what is available, the oldest first."""
        return [change for change in self.shopify.changes() if change["by"] == "app"]

    def telling_service(self, **changes: str) -> Service:
        """One that has somebody to tell."""
        return self.workbook.service(Pigeon().everywhere(), **self.environment(**changes))

    def grow_older(self, placed: Order, age: timedelta) -> None:
        """It was placed so long ago."""
        self.people.order(placed.order_name).created_at -= age

    def open_pieces(self, name: str) -> dict[str, int]:
        """SKU -> pieces of an order that the shop still waits for to be fulfilled."""
        lines = {line.id: line.sku or "" for line in self.people.order(name).lines}
        order_id = self.people.order(name).id
        found = [
            each for each in self.shopify.shop.state.fulfillment_orders.values() if each.order_id == order_id
        ]
        return {lines[line.line_id]: line.remaining for each in found for line in each.lines}

    def refusal(self, name: str, **body: object) -> str:
        """Why an operation says no."""
        with pytest.raises(Refused) as no:
            self.run(name, **body)
        return str(no.value)

    def calls(self) -> dict[str, int]:
        """What the shop was asked, by the first field of each operation."""
        methods: dict[str, int] = self.shopify.stats.shown()["methods"]
        return methods

    def forget_calls(self) -> None:
        self.shopify.stats.reset()

    def sell_before(self, asked: str, sku: str) -> list[str]:
        """Somebody buys one just before the shop is next asked for this field; the order, once it is so."""
        sold: list[str] = []
        self.shopify.just_before(asked, lambda: sold.append(self.people.buy({sku: 1}).name))
        return sold

    def is_never_stale(self) -> None:
        """Nothing was ever pushed on anything but what was there."""
        assert [push for push in self.pushes() if push["expected"] != push["before"]] == []
