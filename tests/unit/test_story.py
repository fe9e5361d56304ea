"""The story of an order, as an operator reads it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fulfillment.model import Message
from fulfillment.story import story
from tests.unit.shop import Shop, a_stocked_shop


def told(shop: Shop, order_id: str, *messages: Message) -> list[tuple[str, str]]:
    return [(event.event, event.message) for event in story(shop.snapshot.file(order_id), messages)]


def a_message(**fields: object) -> Message:
    row = Message("2026-03-02T09:00:00+00:00", "failed:1:1", "sent", "failed", "1", "", version=99)
    return replace(row, **fields)  # type: ignore[arg-type]


def test_a_story_begins_with_what_was_asked_for_and_tells_what_was_short() -> None:
    shop = a_stocked_shop(["K1"])
    shop.sell("KBS", fulfillment="EXTERNAL")
    shop.order("1", "CPT x2", "KBS", ": A tip")
    received, failed = told(shop, "1")
    assert received == (
        "received",
        "Received, region CANADA: 2 x CPT (The CPT course), 1 x KBS (The KBS course), for a person to serve "
        "and 1 x A tip, without a SKU.",
    )
    assert (failed[0], "(2 wanted, 1 in stock)" in failed[1]) == ("failed", True)


def test_every_turn_of_an_order_is_told_in_its_order_and_with_its_reason() -> None:
    shop = a_stocked_shop(["K1", "K2", "K3"])
    shop.order("1", "CPT")
    shop.delivered("1")
    shop.replace("1", "K1")
    shop.release("1", quarantine=True)
    shop.clear("1")
    shop.order("1", "CPT x2")
    shop.order("1", "CPT")
    events = told(shop, "1")
    assert [event for event, _ in events][:8] == [
        "received",
        "assigned",
        "fulfilled",
        "delivered",
        "assigned",
        "quarantined",
        "fulfilled",
        "quarantined",
    ]
    words = [message for _, message in events]
    assert "1 key assigned (replacement): 1 x NASM-CPT-FULL." in words
    assert "1 key taken out of use, and kept out of stock (replaced): 1 x NASM-CPT-FULL." in words
    assert ("received", "Posted with other lines, region CANADA: 2 x CPT (The CPT course).") in events
    assert ("cleared" in dict(events), "released" in dict(events)) == (True, True)


def test_an_order_in_test_mode_says_so_and_a_closed_one_asked_for_nothing_known() -> None:
    shop = a_stocked_shop(mode="test")
    shop.order("1", "CPT")
    assert told(shop, "1")[0][1].endswith("In test mode: its mail goes to the test recipient.")
    shop.close("2", reason="by hand")
    assert told(shop, "2") == [("closed", "Order 2 was closed as served by hand (by hand).")]


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (a_message(kind="failed_again"), [("told", "Told: failed again.")]),
        (a_message(event="claimed"), []),
        (a_message(event="owed", kind="unconfirmed"), []),
        (a_message(event="given_up", error="It was released."), []),
        (
            a_message(event="given_up", attempts=6, error="Slack is away."),
            [("not told", "Not told, given up: failed. Slack is away.")],
        ),
        (
            a_message(event="failed", due_at="2026-03-02T09:05:00+00:00"),
            [("not told", "Not told yet: failed; tried again at 2026-03-02T09:05:00+00:00.")],
        ),
    ],
)
def test_what_people_were_told_is_part_of_it(message: Message, words: list[tuple[str, str]]) -> None:
    shop = a_stocked_shop()
    shop.order("1", "CPT")
    assert told(shop, "1", message)[3:] == words
