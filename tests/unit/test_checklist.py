"""The way to go live: a step is done when it is to be seen, and else says what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fulfillment.catalogue import CatalogueRow, Problem, Published
from fulfillment.checklist import (
    Ticks,
    confirmed,
    described,
    filed,
    marked,
    published,
    pulled,
    settled,
    switched,
    ticks_of,
    tried,
)
from fulfillment.mailing import Rehearsed
from fulfillment.model import Answer
from fulfillment.record import Gate
from fulfillment.wares import ShopOrder
from fulfillment.workbook import OrderFile

NOW = datetime(2026, 12, 1, 21, tzinfo=UTC)

PLACED = ShopOrder("1", "#1", NOW, "PAID")


def test_a_push_that_was_confirmed_before_its_snapshot_was_deleted_is_not() -> None:
    assert not filed(Gate()).is_done
    assert not confirmed(Gate(code="ABC", confirmed_at=NOW)).is_done
    assert confirmed(Gate("Shop 1", "ABC", NOW)).is_done


def test_an_empty_catalogue_is_no_step_done() -> None:
    assert [pulled([], []).is_done, described([]).is_done, published(Published(0)).is_done] == [False] * 3


def test_products_that_people_serve_need_no_entitlements() -> None:
    by_hand = CatalogueRow(2, "KBS", fulfillment="EXTERNAL")
    ours = CatalogueRow(3, "CPT", entitlements="NASM-CPT-FULL", fulfillment="AUTO")
    assert described([by_hand, ours]).is_done
    blank = CatalogueRow(4, "CNC", entitlements=" ", fulfillment="AUTO")
    assert described([by_hand, ours, blank]).message.startswith("Type the entitlements of CNC,")


def test_a_row_with_a_problem_is_named() -> None:
    found = published(Published(3, problems=(Problem("CPT", "Row 2: which one?"),)))
    assert (found.is_done, found.message) == (False, "1 row has a problem, CPT: Row 2: which one?")


@pytest.mark.parametrize("missing", ["keys", "slack", "mail", "stock"])
def test_each_tick_of_the_draft_order_is_needed(missing: str) -> None:
    ticks = dict.fromkeys(("keys", "slack", "mail", "stock"), True) | {missing: False}
    assert not tried(Ticks("#1", **ticks)).is_done


def test_what_slack_was_told_long_ago_need_not_stand_in_the_outbox_any_more() -> None:
    def slack(age: timedelta, told: tuple[str, ...] = ()) -> bool:
        at = (NOW - age).isoformat()
        answer = Answer(at, "1", "#1", "", "", "CANADA", "fulfilled", "", "")
        return ticks_of(PLACED, OrderFile([answer]), told, has_new_stock=True, now=NOW).slack

    assert not slack(timedelta(days=1))
    assert slack(timedelta(days=1), ("fulfilled",))
    assert slack(timedelta(days=14))
    assert not ticks_of(PLACED, OrderFile(), (), has_new_stock=True, now=NOW).slack


def test_only_what_is_missing_is_to_be_set() -> None:
    said = switched("live", "preview", None, is_ready=True, now=NOW).message
    assert said.startswith("set SHOPIFY_PUSH=on and LIVE_SINCE=2026-12-01T21:00 in deploy.env")
    assert switched("live", "on", NOW, is_ready=False, now=NOW).is_done


def test_orders_of_test_mode_are_named() -> None:
    found = settled([Rehearsed("1", "#1", "Ada B.", "fulfilled", 2)])
    assert "1 order reached no customer, #1 (fulfilled)" in found.message


def test_the_two_weeks_are_counted_from_the_first_day() -> None:
    def said(days: int) -> str:
        return marked(NOW - timedelta(days=days), is_on=False, is_live=True, now=NOW).message

    assert said(0).startswith("Day 1 of 14:")
    assert said(13).startswith("Day 14 of 14:")
    assert said(14).startswith("The two weeks of marking by hand are over:")
    assert said(-1).startswith("Day 1 of 14:")
