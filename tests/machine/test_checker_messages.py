"""The checker finds what is wrong with an Outbox that was in order."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sandbox.server import Sandbox
from tests.local import Workbook, order
from tests.machine.checker import TABS, breaches
from tests.pigeons import Pigeon

Tabs = dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def healthy() -> Tabs:
    """Two orders told and mailed, one failed."""
    with Sandbox() as google:
        workbook = Workbook(google.url)
        workbook.stock("NASM CPT combined EX-1 5")
        workbook.sell(CPT="NASM-CPT-FULL")
        service = workbook.service(Pigeon().everywhere())
        for number in "12":
            service.fulfil(order(number), by="zap")
            service.delivered(number, by="zap")
        service.fulfil(order("3", "CPT*9"), by="zap")
        service.send_due(by="scheduler")
        return {tab: workbook.tab(tab) for tab in TABS}


def a_row_is_lost(tabs: Tabs) -> None:
    del tabs["Outbox"][2]


def the_last_row_is_lost(tabs: Tabs) -> None:
    tabs["Outbox"].pop()


def keys_are_told_of_that_nobody_has(tabs: Tabs) -> None:
    tabs["Outbox"][0]["order_id"] = "3"


def a_message_is_sent_again_after_its_end(tabs: Tabs) -> None:
    row = next(row for row in tabs["Outbox"] if row["event"] == "sent")
    tabs["Outbox"][-1] |= {"message_id": row["message_id"]}


def a_message_begins_with_its_end(tabs: Tabs) -> None:
    tabs["Outbox"][0]["event"] = "sent"


def an_order_is_not_told(tabs: Tabs) -> None:
    told = [row for row in tabs["Outbox"] if row["kind"] == "fulfilled" and row["order_id"] == "2"]
    for row in told:
        row["kind"] = "alarm"


DAMAGE: dict[Callable[[Tabs], None], str] = {
    a_row_is_lost: "is not numbered",
    the_last_row_is_lost: "System says last_message_no",
    keys_are_told_of_that_nobody_has: "tells of keys that the order did not have",
    a_message_is_sent_again_after_its_end: "goes on after it was sent",
    a_message_begins_with_its_end: "begins with sent",
    an_order_is_not_told: "nobody was to be told",
}


def test_an_outbox_in_order_has_no_breach(healthy: Tabs) -> None:
    assert breaches(healthy) == []


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__)
def test_the_checker_finds(healthy: Tabs, damage: Callable[[Tabs], None]) -> None:
    tabs = copy.deepcopy(healthy)
    damage(tabs)
    assert DAMAGE[damage] in "\n".join(breaches(tabs))
