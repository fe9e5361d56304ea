"""A shop that fails, throttles and answers late: its stock is right in the end, and never set blindly."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from fulfillment.errors import ShopAway
from sandbox.shopify.stand import ShopifyStand
from tests.local import Workbook, order
from tests.market import ENTITLEMENTS, Market

A_THIRD = {
    "throttled": 0.06,
    "throttled-429": 0.04,
    "503": 0.06,
    "reset": 0.03,
    "internal": 0.03,
    "apply-then-drop": 0.04,
    "apply-late:0.4": 0.03,
    "stall:0.3": 0.04,
}
"""A third of all calls; what only happens to changes does not happen to queries."""


@pytest.fixture
def market(workbook: Workbook) -> Iterator[Market]:
    with ShopifyStand() as shopify:
        market = Market(workbook, shopify)
        market.open()
        workbook.stock("NASM CPT combined EX-7 60", "NASM CNC combined EX-8 60")
        market.let_push()
        yield market


def is_as_the_tabs_say(market: Market) -> None:
    figures = market.figures()
    assert {sku: market.people.available(sku) for sku in figures} == {**figures, "CES": 50}


def until_it_is_through(market: Market) -> None:
    """Refreshes, as the scheduler does, until one gets through."""
    for _ in range(20):
        if "Pushed the stock" in market.run("refresh", market.service(DEADLINE_S="8"))["message"]:
            return
    raise AssertionError("no refresh got through")


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_with_a_third_of_all_calls_failing_the_stock_is_right_in_the_end(market: Market, seed: int) -> None:
    market.shopify.faults.add({"rates": A_THIRD, "seed": seed})
    chance = random.Random(seed)
    service = market.service(DEADLINE_S="8")
    for _ in range(12):
        sku = chance.choice(["CPT", "CNC", "DUO"])
        placed = market.sell(sku, chance.randint(1, 2))
        if chance.random() < 0.8:  # of the others the shop alone knows
            assert market.serve(placed, service).answer.outcome == "fulfilled"
    missed = [each for each in market.people.orders() if not known(market, each["order_id"])]
    until_it_is_through(market)
    market.is_never_stale()
    assert sum(market.shopify.faults.shown()["spent"].values()) >= 8
    market.shopify.faults.clear()
    for each in missed:
        lines = " ".join(f"{line['sku']}*{line['quantity']}" for line in each["lines"])
        market.serve(order(each["order_id"], lines, order_name=each["order_name"]))
    market.run("refresh")
    is_as_the_tabs_say(market)
    market.is_never_stale()
    assert set(market.figures()) == set(ENTITLEMENTS)


def known(market: Market, order_id: str) -> bool:
    return any(row["order_id"] == order_id for row in market.workbook.tab("Order Cache"))


@pytest.mark.parametrize("fault", ["apply-then-drop", "apply-then-503", "apply-late:0.5"])
def test_a_change_whose_reply_was_lost_is_made_once(market: Market, fault: str) -> None:
    before = len(market.pushes())
    market.workbook.stock("NASM CNC combined EX-9 5")
    market.shopify.faults.add({"method": "inventorySetQuantities", "instructions": [fault]})
    assert market.run("push")["status"] == "ok"
    assert market.shopify.faults.shown()["spent"] == {fault: 1}
    assert sorted(push["sku"] for push in market.pushes()[before:]) == ["CNC", "DUO"]
    is_as_the_tabs_say(market)
    market.is_never_stale()


def test_a_push_that_breaks_off_is_due_again(market: Market) -> None:
    market.workbook.stock("NASM CNC combined EX-9 5")
    market.shopify.faults.add({"method": "inventorySetQuantities", "rates": {"503": 1.0}})
    with pytest.raises(ShopAway):
        market.run("push", market.service(DEADLINE_S="1"))
    market.shopify.faults.clear()
    assert market.run("push")["pushed"] == 2
    is_as_the_tabs_say(market)


def test_thirty_orders_at_once_of_two_instances_leave_the_stock_right(market: Market) -> None:
    services = [market.service(), market.service()]
    chance = random.Random(7)
    orders = [market.sell(chance.choice(["CPT", "CNC", "DUO"])) for _ in range(30)]
    with ThreadPoolExecutor(30) as pool:
        served = pool.map(lambda n: market.serve(orders[n], services[n % 2]), range(30))
        assert {reply.answer.outcome for reply in served} == {"fulfilled"}
    market.run("refresh", services[0])
    is_as_the_tabs_say(market)
    market.is_never_stale()
