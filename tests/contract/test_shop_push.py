"""The shop's stock: what the tabs say, product by product, and nothing before a person has seen it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fulfillment.errors import ShopRefused
from sandbox.shopify.stand import ShopifyStand
from tests.local import Workbook
from tests.market import Market


@pytest.fixture
def market(workbook: Workbook) -> Iterator[Market]:
    with ShopifyStand() as shopify:
        market = Market(workbook, shopify)
        market.open()
        yield market


def test_a_push_gives_the_shop_what_the_tabs_say(market: Market) -> None:
    market.let_push()
    assert market.figures() == {"CPT": 9, "CNC": 4, "DUO": 4, "CES": 0}
    assert market.stock() == {"CPT": 9, "CNC": 4, "DUO": 4, "CES": 50}
    assert market.people.available("KBS") == 50


def test_an_order_of_a_bundle_moves_every_product_that_shares_its_pools(market: Market) -> None:
    market.let_push()
    service = market.service()
    market.serve(market.sell("DUO", 2), service)
    assert market.stock() == {"CPT": 7, "CNC": 2, "DUO": 2, "CES": 50}
    market.serve(market.sell("CNC", 2), service)
    assert market.stock() == {"CPT": 7, "CNC": 0, "DUO": 0, "CES": 50}


def test_what_did_not_change_is_not_pushed_again(market: Market) -> None:
    market.let_push()
    before = len(market.pushes())
    service = market.service()
    market.run("refresh", service)
    market.serve(market.sell("CNC"), service)  # the shop has taken the piece itself
    assert [change["sku"] for change in market.pushes()[before:]] == ["DUO"]


def test_a_refresh_pushes_what_an_import_brought(market: Market) -> None:
    market.let_push()
    market.workbook.stock("NASM CNC combined EX-9 5", "NASM CES combined EX-8 3")
    assert "Pushed the stock of 3 products" in market.run("refresh")["message"]
    assert market.stock() == {"CPT": 9, "CNC": 9, "DUO": 9, "CES": 3}


def test_a_paid_order_that_has_not_arrived_is_taken_off_every_product_that_shares_its_pools(
    market: Market,
) -> None:
    market.let_push()
    placed = market.sell("DUO", 2)
    said = market.run("push", dry_run=True)
    assert {change["sku"]: (change["was"], change["to"]) for change in said["changes"]} == {
        "CPT": (9, 7),
        "CNC": (4, 2),
    }
    assert said["changes"][0]["why"] == "9 can be served, 2 of it is sold and has not arrived here"
    market.run("refresh")
    assert market.stock() == {"CPT": 7, "CNC": 2, "DUO": 2, "CES": 50}
    market.serve(placed)
    assert market.stock() == {"CPT": 7, "CNC": 2, "DUO": 2, "CES": 50} == {**market.figures(), "CES": 50}


@pytest.mark.parametrize("placed", [{"paid": False}, {"test": True}])
def test_orders_that_will_not_be_served_are_not_taken_off(market: Market, placed: dict[str, bool]) -> None:
    market.let_push()
    market.sell("CNC", 1, **placed)
    market.run("refresh")
    assert market.stock() == {"CPT": 9, "CNC": 4, "DUO": 4, "CES": 50}


def test_orders_from_before_the_shop_was_ours_are_not_taken_off(market: Market) -> None:
    market.let_push()
    market.sell("CNC")
    market.run("refresh", market.service(LIVE_SINCE="2099-01-01"))
    assert market.stock() == {"CPT": 9, "CNC": 4, "DUO": 4, "CES": 50}


@pytest.mark.parametrize("asked", ["productVariants", "nodes", "orders", "inventorySetQuantities"])
def test_what_is_sold_at_any_moment_of_a_push_is_never_given_back(market: Market, asked: str) -> None:
    market.let_push()
    market.workbook.stock("NASM CNC combined EX-9 5")
    service = market.service()
    sold = market.sell_before(asked, "CNC")
    assert "Pushed the stock of 2 products" in market.run("push", service)["message"]
    assert sold == ["#1001"]
    assert market.stock()["CNC"] == 8
    market.is_never_stale()


def test_one_item_that_the_shop_refuses_does_not_hold_up_the_others(market: Market) -> None:
    market.shopify.change({"partial_sets": True})
    market.let_push()
    market.workbook.stock("NASM CNC combined EX-9 5")
    market.sell_before("inventorySetQuantities", "CNC")
    market.run("push")
    assert market.stock() == {"CPT": 9, "CNC": 8, "DUO": 8, "CES": 50}


def test_an_item_that_is_not_counted_is_told_and_put_right_only_when_asked(market: Market) -> None:
    market.people.change_variant("CPT", tracked=False)
    market.let_push()
    [problem] = market.run("push")["problems"]
    assert problem["sku"] == "CPT"
    assert problem["message"].startswith("The shop does not count it: push with --fix")
    assert not market.people.variant("CPT").is_tracked
    assert "Put right: CPT." in market.run("push", fix=True)["message"]
    assert market.people.variant("CPT").is_tracked
    assert market.stock()["CPT"] == 9


def test_an_item_that_is_not_stocked_at_the_location_is_put_right_when_asked(market: Market) -> None:
    market.people.add_product("Elsewhere", [{"sku": "ALT", "stock": {}}], product_type="Bundle")
    market.run("pull")
    market.describe({"ALT": "NASM-CNC-FULL"})
    market.run("publish")
    market.let_push()
    assert [problem["sku"] for problem in market.run("push")["problems"]] == ["ALT"]
    market.run("push", fix=True)
    assert market.people.available("ALT") == 4


def test_a_sku_on_two_variants_is_told_and_neither_is_set(market: Market) -> None:
    market.people.add_product("Course CNC anew", [{"sku": "CNC", "stock": {"Online": 7}}])
    market.let_push()
    assert market.run("push")["problems"] == [
        {"sku": "CNC", "message": "2 variants in the shop have this SKU: nothing is pushed to any of them."}
    ]
    assert market.stock()["CNC"] == 50


def test_a_push_that_would_close_much_of_the_shop_asks_first(market: Market) -> None:
    for sku in ("A", "B", "C", "D"):
        market.people.add_product(sku, [{"sku": sku, "stock": {"Online": 5}}], product_type="Bundle")
    market.run("pull")
    market.describe(dict.fromkeys("ABCD", "NASM-PES-FULL"))
    market.workbook.stock("NASM PES combined EX-5 1")
    market.run("publish")
    market.let_push()
    market.serve(market.sell("CPT"))
    market.workbook.service().withdraw(batch="", codes=["EX-5"], quarantined=False, reason="", by="test")
    said = market.run("push")
    assert (said["status"], said["reason"]) == ("error", "stopped")
    assert "so many products would go to zero at once" in said["message"]
    assert market.people.available("A") == 1
    assert "so many products would go to zero" in market.run("refresh")["message"]
    assert "not the code" in market.refusal("push", confirm="WRONG1")
    assert market.run("push", confirm=said["code"].lower())["pushed"] == 4
    assert market.people.available("A") == 0


def test_a_shop_that_fails_fails_no_order_and_what_it_missed_is_pushed_by_a_refresh(market: Market) -> None:
    market.let_push()
    service = market.service(DEADLINE_S="3")
    market.shopify.faults.add({"instructions": ["503"] * 50})
    assert market.serve(market.sell("CNC"), service).answer.outcome == "fulfilled"
    assert "still due: Shopify answered with an error" in market.run("refresh", service)["message"]
    market.shopify.faults.clear()
    market.run("refresh", service)
    assert market.stock() == {"CPT": 9, "CNC": 3, "DUO": 3, "CES": 50}


def test_a_shop_whose_stock_is_not_pushed_is_asked_what_kind_of_order_it_is_and_nothing_else(
    market: Market,
) -> None:
    market.let_push()
    market.forget_calls()
    service = market.service(SHOPIFY_PUSH="off")
    market.serve(market.sell("CNC"), service)
    market.run("refresh", service)
    assert market.calls() == {"order": 1}


def test_an_order_costs_four_requests_of_an_instance_that_knows_the_shop_and_a_replay_one(
    market: Market,
) -> None:
    market.let_push()
    service = market.service()
    market.serve(market.sell("DUO"), service)
    market.forget_calls()
    market.workbook.forget_calls()
    placed = market.sell("DUO")
    market.serve(placed, service)
    assert market.calls() == {"order": 1, "nodes": 1, "orders": 1, "inventorySetQuantities": 1}
    assert market.workbook.calls()["methods"] == {"spreadsheets.batchUpdate": 1}
    market.forget_calls()
    market.serve(placed, service)
    assert market.calls() == {"order": 1}


def test_a_snapshot_keeps_the_shop_and_restoring_it_is_shown_first(market: Market) -> None:
    market.let_push()
    assert market.stock() == {"CPT": 9, "CNC": 4, "DUO": 4, "CES": 50}
    market.people.count("CES", 7)
    shown = market.run("restore-levels")
    assert {c["sku"]: (c["was"], c["to"]) for c in shown["changes"]} == {
        "CPT": (9, 50),
        "CNC": (4, 50),
        "DUO": (4, 50),
        "CES": (7, 50),
    }
    assert market.stock()["CES"] == 7
    assert market.run("restore-levels", confirm=shown["code"])["pushed"] == 4
    assert set(market.stock().values()) == {50}


def test_a_snapshot_has_prices_status_and_the_stock_of_each_location(market: Market) -> None:
    with market.shopify.shop.changing():
        market.shopify.shop.add_location("Studio")
    market.people.add_product(
        "Mat", [{"sku": "MAT", "price": "19.50", "stock": {"Online": 1, "Studio": 6}}], status="DRAFT"
    )
    said = market.run("snapshot", market.service(SHOPIFY_LOCATION="online"))
    [mat] = [row for row in market.workbook.tab(said["tab"]) if row["SKU"] == "MAT"]
    assert (mat["product"], mat["status"], mat["price"], mat["tracked"]) == ("Mat", "DRAFT", "19.50", True)
    assert [value for header, value in mat.items() if header.startswith("stock at")] == [1, 6]


def test_a_shop_with_several_locations_wants_one_to_be_named(market: Market) -> None:
    with market.shopify.shop.changing():
        market.shopify.shop.add_location("Studio")
    with pytest.raises(ShopRefused, match=r"name one in SHOPIFY_LOCATION\. There are `Online`"):
        market.run("push", dry_run=True)
    market.run("push", market.service(SHOPIFY_LOCATION="Online"), dry_run=True)
    with pytest.raises(ShopRefused, match="names no active location"):
        market.run("push", market.service(SHOPIFY_LOCATION="Paris"), dry_run=True)


def test_a_refresh_of_an_instance_that_knows_the_shop_does_not_list_it_again(market: Market) -> None:
    market.let_push()
    service = market.service()
    market.run("refresh", service)
    market.forget_calls()
    market.run("refresh", service)
    assert market.calls() == {"nodes": 1, "orders": 1}


def test_a_sku_that_moved_to_another_item_is_noticed_before_anything_is_set(market: Market) -> None:
    market.let_push()
    service = market.service()
    market.run("refresh", service)
    market.people.change_variant("CNC", new_sku="CNC-OLD")
    market.people.add_product("Course CNC anew", [{"sku": "CNC", "stock": {"Online": 1}}])
    market.workbook.stock("NASM CNC combined EX-9 5")
    market.run("refresh", service)
    assert (market.people.available("CNC"), market.people.available("CNC-OLD")) == (9, 4)


def test_an_order_waits_for_a_shop_that_is_away_once_and_not_again(market: Market) -> None:
    market.let_push()
    service = market.service()
    market.shopify.faults.add({"rates": {"503": 1.0}})
    market.serve(market.sell("CNC"), service)
    market.forget_calls()
    assert market.serve(market.sell("CNC"), service).answer.outcome == "fulfilled"
    assert market.calls() == {}
    market.shopify.faults.clear()
    market.run("refresh")
    assert market.stock() == {"CPT": 9, "CNC": 2, "DUO": 2, "CES": 50}


def test_no_order_waits_for_a_refresh_that_is_pushing(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fulfillment.pushing.AFTER_ORDER_S", 0.1)
    market.let_push()
    service = market.service()
    with service.storefront._pusher.turn:
        assert market.serve(market.sell("DUO"), service).answer.outcome == "fulfilled"
        assert market.stock()["CNC"] == 4
    market.run("refresh", service)
    assert market.stock()["CNC"] == 3
