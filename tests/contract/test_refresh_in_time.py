"""A refresh answers before its caller gives up, however slow the shop is; the next one goes on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fulfillment.app import build_service
from fulfillment.clock import Clock
from fulfillment.service import Service
from sandbox.shopify.stand import ShopifyStand
from tests.local import Workbook
from tests.market import Market

GIVES_UP_S = 60.0
"""The scheduler's attempt deadline in deploy.sh, and the function's timeout."""

LIVE = {"LIVE_SINCE": "2026-01-01", "MARK_FULFILLED": "on"}


@pytest.fixture
def market(workbook: Workbook) -> Iterator[Market]:
    """Eight orders were served and are not marked yet; their stock is still to be pushed."""
    with ShopifyStand() as shopify:
        market = Market(workbook, shopify)
        market.open()
        market.let_push()
        for _ in range(8):
            market.serve(market.sell("CPT"), market.service(SHOPIFY_PUSH="off"))
        yield market


def slow(market: Market, *, answer_s: float, **settings: str) -> tuple[Service, Clock]:
    """An instance for which time passes by what it asks of the shop, and its clock."""
    market.forget_calls()
    clock = Clock(now_s=lambda: answer_s * sum(market.calls().values()), sleep=lambda seconds: None)
    known = market.environment(**LIVE, **settings)
    return build_service(market.workbook.settings(**known), {}, clock=clock), clock


@pytest.mark.parametrize("answer_s", [8.0, 12.0])
def test_a_refresh_answers_in_time_however_slow_the_shop_is(market: Market, answer_s: float) -> None:
    service, clock = slow(market, answer_s=answer_s)
    said = market.run("refresh", service)
    assert said["status"] == "ok"
    assert clock.now_s() < GIVES_UP_S


def test_each_step_has_its_turn_and_the_next_refresh_goes_on(market: Market) -> None:
    marked = []
    for _ in range(8):
        service, _ = slow(market, answer_s=4.0)
        market.run("refresh", service)
        marked.append(8 - sum(market.open_pieces(f"#{number}").get("CPT", 0) for number in range(1001, 1009)))
    assert 0 < marked[0] < 8
    assert marked[-1] == 8
    assert marked == sorted(marked)
    assert market.stock()["CPT"] == 1


def test_what_there_was_no_time_for_is_named(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fulfillment.operations.books.REFRESH_S", 5.0)
    service, _ = slow(market, answer_s=4.0)
    said = market.run("refresh", service)
    assert "The shop's stock is still due: There was no time left to ask Shopify." in said["message"]
    assert "There was no time left for the shop's orders: the next refresh sees to it." in said["message"]
