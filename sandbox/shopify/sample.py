"""The sample shop: its locations, products and past orders, as `sample.yaml` has them, all invented."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml

from sandbox.shopify.people import People
from sandbox.shopify.shop import Shop

FILE = Path(__file__).with_name("sample.yaml")


def fill(shop: Shop, people: People, file: Path = FILE) -> None:
    """The shop has what the file says; it was empty, but for a location."""
    sample: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    with shop.changing() as state:
        state.name, state.domain = sample["shop"]["name"], sample["shop"]["domain"]
        people.location().name, *others = sample["locations"]
        for name in others:
            shop.add_location(name, fulfills_online_orders=False)
        for product in sample["products"]:
            people.add_product(**product)
        for order in sample["orders"]:
            _add_order(people, **order)


def _add_order(people: People, days_ago: float, then: dict[str, Any] | None = None, **bought: Any) -> None:
    """An order of some days ago, and what became of it since."""
    order = people.buy(**bought, quietly=True)
    people.edit({**then, "order": order.name}) if then else None
    order.created_at -= timedelta(days=days_ago)
    order.updated_at -= timedelta(days=days_ago / 2)
