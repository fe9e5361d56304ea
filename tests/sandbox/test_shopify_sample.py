"""The sample shop, and the people in it."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import requests

from demo.sample import read_sample
from sandbox.errors import Refusal
from sandbox.shopify.customers import Customers
from sandbox.shopify.people import People
from sandbox.shopify.stand import ShopifyStand
from tests.sandbox.test_durability import process


@pytest.fixture(scope="module")
def people() -> People:
    return ShopifyStand(sample=True).people


def test_the_sample_shop_sells_what_the_sample_catalogue_has() -> None:
    shop = ShopifyStand(sample=True).shop.state
    products = {
        shop.variants[number].sku: product
        for product in shop.products.values()
        for number in product.variants
    }
    for row in read_sample().catalogue.rows:
        sku, title, provider, category, *_, active = row
        product = products[sku]
        tags = [tag.lower().replace(" ", "") for tag in product.tags]
        assert (product.title, product.product_type) == (title, category)
        assert f"provider:{provider.lower()}" in tags
        assert (product.status == "ACTIVE") == (active == "TRUE")
    assert len(shop.products) == 35


def test_the_sample_has_what_shops_have() -> None:
    shop = ShopifyStand(sample=True).shop.state
    skus = [variant.sku for variant in shop.variants.values()]
    assert None in skus
    assert len(skus) > len({*skus})
    assert {product.status for product in shop.products.values()} == {
        "ACTIVE",
        "DRAFT",
        "ARCHIVED",
        "UNLISTED",
    }
    assert any(not variant.is_tracked for variant in shop.variants.values())
    assert {order.financial for order in shop.orders.values()} == {
        "PAID",
        "PENDING",
        "PARTIALLY_REFUNDED",
        "REFUNDED",
        "VOIDED",
    }
    assert any(order.is_test for order in shop.orders.values())


def test_the_orders_of_the_tour_can_be_placed_in_it(people: People) -> None:
    titles = {row[0]: row[1] for row in read_sample().catalogue.rows}
    for order in read_sample().orders:
        lines = [
            {"sku": line.sku, "quantity": line.quantity, "title": titles.get(line.sku, "Something else")}
            for line in order.lines
        ]
        placed = people.buy(lines, order_id=order.order_id, order_name=order.order_name, oversell=True)
        assert placed.name == order.order_name
    assert people.buy().name == "#1017"


def test_a_customer_who_is_left_to_it_buys_something(people: People) -> None:
    bought = [people.buy() for _ in range(10)]
    assert all(order.lines and order.email.endswith("@example.com") for order in bought)
    assert len({line.sku for order in bought for line in order.lines}) > 3


def test_the_same_seed_sends_the_same_customers(people: People) -> None:
    on_sale = [people.variant(sku) for sku in ("CPTa", "CNC", "CES", "STS")]
    one, other = Customers(7), Customers(7)
    assert [one.next_one(on_sale) for _ in range(20)] == [other.next_one(on_sale) for _ in range(20)]


@pytest.mark.parametrize(
    "edit",
    [
        {},
        {"edit": "dance"},
        {"edit": "buy", "lines": {"NONE": 1}},
        {"edit": "buy", "lines": {}},
        {"edit": "buy", "line": {"CPTa": 1}},
        {"edit": "cancel", "order": "#7"},
        {"edit": "refund", "order": "#981", "lines": {"CPTa": 2}},
        {"edit": "count", "sku": "VCS", "quantity": 1},
        {"edit": "change_product", "sku": "CPTa", "status": "GONE"},
    ],
)  # fmt: skip
def test_an_edit_that_makes_no_sense_is_refused(people: People, edit: dict[str, object]) -> None:
    with pytest.raises(Refusal) as refused:
        people.edit(edit)
    assert refused.value.code == 400


def test_products_are_changed_and_deleted_by_people() -> None:
    people = ShopifyStand(sample=True).people
    people.edit({"edit": "change_product", "sku": "CES", "title": "New name", "status": "DRAFT", "tags": []})
    people.edit({"edit": "change_variant", "sku": "PES", "new_sku": "PES2", "price": "1.00"})
    people.edit({"edit": "delete_product", "sku": "CNC"})
    people.edit({"edit": "add_product", "title": "Another", "variants": [{"sku": "NEW"}]})
    assert people.edit({"edit": "count", "sku": "NEW", "quantity": 4}) == {"available": 4}
    assert people.variant("PES2").price == "1.00"
    with pytest.raises(Refusal):
        people.edit({"edit": "count", "sku": "CNC", "quantity": 4})


def test_the_sample_shop_is_served_beside_the_local_google(tmp_path: Path) -> None:
    with process(tmp_path) as (_, url):
        bought = requests.post(f"{url}/_sandbox/shopify/person", json={"edit": "buy"}, timeout=10).json()
        pane, *_ = requests.get(f"{url}/_sandbox/panes", timeout=10).json()["panes"]
    assert (pane["title"], pane["count"]) == ("The shop", 14)
    assert pane["entries"][0]["title"] == f"{bought['order_name']}, paid"
    assert ShopifyStand(tmp_path / "shopify").people.order(bought["order_name"]).email == bought["email"]


def test_whoever_buys_in_it_starts_the_zap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with HTTPServer(("127.0.0.1", 0), Posted) as function:
        monkeypatch.setenv("FUNCTION_URL", f"http://127.0.0.1:{function.server_port}")
        monkeypatch.setenv("API_TOKEN", "a-secret")
        with process(tmp_path) as (_, url):
            bought = requests.post(f"{url}/_sandbox/shopify/person", json={"edit": "buy"}, timeout=10).json()
            function.timeout = 20
            function.handle_request()
    path, posted = Posted.bodies.pop()
    assert path == "/orders"
    assert (posted["order_id"], posted["order_name"]) == (bought["order_id"], bought["order_name"])
    assert posted["line_items_sku"] == ",".join(line["sku"] for line in bought["lines"])


class Posted(BaseHTTPRequestHandler):
    """A function that keeps what is posted to it."""

    bodies: ClassVar[list[tuple[str, dict[str, str]]]] = []

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.bodies.append((self.path, json.loads(self.rfile.read(length))))
        self.send_response(503)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""
