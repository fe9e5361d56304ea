"""The shop's orders: none missed, none holding what was taken back, and what was served is marked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from fulfillment.errors import ShopAway
from sandbox.shopify.stand import ShopifyStand
from tests.local import Workbook, order
from tests.market import Market

LIVE = {"LIVE_SINCE": "2026-01-01", "SHOPIFY_PUSH": "off"}


@pytest.fixture
def market(workbook: Workbook) -> Iterator[Market]:
    with ShopifyStand() as shopify:
        market = Market(workbook, shopify)
        market.open()
        yield market


def wrong(market: Market, **settings: str) -> dict[str, str]:
    """Order name -> what is wrong with it."""
    said = market.run("reconcile", market.service(**{**LIVE, **settings}))
    return {each["order_name"]: each["verdict"] for each in said["orders"] if each["message"]}


def verdicts(market: Market) -> dict[str, str]:
    said = market.run("reconcile", market.service(**LIVE))
    return {each["order_name"]: each["verdict"] for each in said["orders"]}


def test_a_paid_order_that_never_arrived_is_missed_after_fifteen_minutes(market: Market) -> None:
    placed = market.sell("CPT")
    assert verdicts(market) == {"#1001": "expected"}
    market.grow_older(placed, timedelta(minutes=16))
    said = market.run("reconcile", market.service(**LIVE))
    assert (said["status"], said["reason"]) == ("error", "differing")
    [problem] = said["problems"]
    assert problem["message"].startswith("Order #1001 (1 x CPT), placed on ")
    assert "Run the Zap for it" in problem["message"]
    market.serve(placed)
    assert verdicts(market) == {"#1001": "in order"}


@pytest.mark.parametrize("bought", [{"paid": False}, {"test": True}])
def test_orders_that_are_not_to_be_served_are_not_missed(market: Market, bought: dict[str, bool]) -> None:
    market.grow_older(market.sell("CPT", **bought), timedelta(hours=1))
    assert wrong(market) == {}


def test_an_order_for_what_people_fulfil_is_not_missed(market: Market) -> None:
    market.grow_older(market.sell("KBS"), timedelta(hours=1))
    assert verdicts(market) == {"#1001": "nothing for keys"}


def test_an_order_from_before_the_shop_was_ours_is_not_looked_at(market: Market) -> None:
    market.grow_older(market.sell("CPT"), timedelta(hours=1))
    assert wrong(market, LIVE_SINCE="2099-01-01") == {}
    assert "Set LIVE_SINCE" in market.refusal("reconcile")


@pytest.mark.parametrize("edit", ["cancel", "refund"])
def test_an_order_taken_back_that_still_holds_keys_is_named_until_it_is_released(
    market: Market, edit: str
) -> None:
    placed = market.sell("CPT")
    market.serve(placed)
    market.people.edit({"edit": edit, "order": placed.order_name})
    assert wrong(market) == {"#1001": "taken back"}
    market.run("release", order_id=placed.order_id)
    assert wrong(market) == {}


def test_a_piece_that_was_refunded_is_named_until_its_key_is_released(market: Market) -> None:
    placed = market.sell("CPT", 3)
    market.serve(placed)
    market.people.refund(placed.order_name, {"CPT": 1})
    said = market.run("reconcile", market.service(**LIVE))
    assert "(CPT: 2 in the shop, 3 here)" in said["problems"][0]["message"]
    market.run("release", order_id=placed.order_id, units="1.3")
    assert wrong(market) == {}


def test_an_order_closed_or_failed_here_is_not_missed(market: Market) -> None:
    by_hand, short = market.sell("CPT"), market.sell("CES")
    for placed in (by_hand, short):
        market.grow_older(placed, timedelta(hours=1))
    market.run("close", order_ids=[by_hand.order_id])
    assert market.serve(short).answer.outcome == "failed"
    assert wrong(market) == {}


@pytest.mark.parametrize("has_slack", [True, False])
def test_an_alarm_stands_in_the_log_once_and_is_no_commit_where_nobody_takes_it(
    market: Market, caplog: pytest.LogCaptureFixture, has_slack: bool
) -> None:
    market.grow_older(market.sell("CPT"), timedelta(hours=1))
    service = market.telling_service(**LIVE) if has_slack else market.service(**LIVE)
    before = service.check()
    for _ in range(3):
        market.run("reconcile", service)
    (alarm,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert alarm.startswith("Order #1001 (1 x CPT), placed on ")
    assert service.check() - before == has_slack


def test_a_refresh_raises_an_alarm_once_for_each_order_that_is_wrong(market: Market) -> None:
    placed = market.sell("CPT")
    market.grow_older(placed, timedelta(hours=1))
    service = market.telling_service(**LIVE)
    assert "1 order of the shop to look at: Order #1001" in market.run("refresh", service)["message"]
    market.run("refresh", service)
    alarms = [row for row in market.workbook.tab("Outbox") if row["event"] in ("owed", "claimed")]
    assert [row["message_id"] for row in alarms] == [f"alarm:missing:{placed.order_id}"]
    assert "Run the Zap for it" in alarms[0]["body"]


def test_a_test_order_takes_no_keys_unless_its_tag_says_so(market: Market) -> None:
    service = market.service()
    trial = market.serve(market.sell("CPT", test=True), service).answer
    assert (trial.outcome, trial.reason) == ("skipped", "test_order")
    told = market.serve(market.sell("CPT", test=True, tags=["serve-test"]), service).answer
    assert told.outcome == "fulfilled"
    assert market.run("status", order_id=trial.order_id)["next"].startswith(
        "Nothing. To serve it all the same"
    )
    assert market.figures()["CPT"] == 8
    assert market.run("audit")["ok"]


def test_a_test_order_told_afterwards_to_be_served_gets_its_keys(market: Market) -> None:
    placed = market.sell("CPT", test=True)
    market.serve(placed)
    market.people.order(placed.order_name).tags.append("serve-test")
    market.run("clear", order_id=placed.order_id)
    assert market.serve(placed).answer.outcome == "fulfilled"


def test_an_order_whose_kind_the_shop_cannot_tell_is_served(market: Market) -> None:
    placed = market.sell("CPT")
    market.shopify.faults.add({"instructions": ["503"] * 60})
    assert market.serve(placed, market.service(SHOPIFY_PUSH="off")).answer.outcome == "fulfilled"


def test_an_order_that_is_none_of_the_shops_is_served_without_asking(market: Market) -> None:
    market.forget_calls()
    assert (
        market.serve(order("from-elsewhere"), market.service(SHOPIFY_PUSH="off")).answer.outcome
        == "fulfilled"
    )
    assert market.calls() == {}


def test_what_was_served_is_marked_and_nothing_else(market: Market) -> None:
    bought = market.people.buy({"CPT": 2, "KBS": 1})
    placed = order(str(bought.id), "CPT*2 KBS", order_name=bought.name)
    market.serve(placed, market.service(MARK_FULFILLED="on", SHOPIFY_PUSH="off"))
    assert market.open_pieces(bought.name) == {"CPT": 0, "KBS": 1}


def test_marking_is_off_by_default_and_can_be_done_for_one_order(market: Market) -> None:
    placed = market.sell("CPT", 2)
    market.serve(placed)
    assert market.open_pieces(placed.order_name) == {"CPT": 2}
    said = market.run("mark", order_id=placed.order_name)
    assert said["message"] == "Order #1001: 2 pieces are marked as fulfilled in the shop."
    again = market.run("mark", order_id=placed.order_id)
    assert (again["status"], again["marked"]) == ("ok", 0)
    assert market.open_pieces(placed.order_name) == {"CPT": 0}


def test_a_mark_whose_reply_was_lost_is_not_made_twice(market: Market) -> None:
    bought = market.people.buy({"CPT": 2})
    market.serve(order(str(bought.id), "CPT*1", order_name=bought.name))  # the Zap sent one of the two
    market.shopify.faults.add({"method": "fulfillmentCreate", "instructions": ["apply-then-drop"]})
    with pytest.raises(ShopAway):
        market.run("mark", order_id=bought.name)
    assert market.run("mark", order_id=bought.name)["marked"] == 0
    assert market.open_pieces(bought.name) == {"CPT": 1}
    assert market.shopify.faults.shown()["spent"] == {"apply-then-drop": 1}


def test_what_was_not_marked_after_the_order_is_marked_by_a_refresh(market: Market) -> None:
    placed = market.sell("CPT")
    market.shopify.faults.add({"method": "order", "instructions": ["503"] * 20})
    service = market.service(MARK_FULFILLED="on", **LIVE)
    market.serve(placed, service)
    assert market.open_pieces(placed.order_name) == {"CPT": 1}
    market.shopify.faults.clear()
    market.run("refresh", service)
    assert market.open_pieces(placed.order_name) == {"CPT": 0}


def test_a_failed_order_is_not_marked_and_says_why(market: Market) -> None:
    placed = market.sell("CES")
    market.serve(placed)
    assert "nothing of it was served" in market.refusal("mark", order_id=placed.order_id)
