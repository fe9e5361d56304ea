"""How the service is, held against its targets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fulfillment.health import Books, Health, Pulse, books_of, health
from tests.unit.shop import OPENING, a_stocked_shop

WELL = Books(version=7, waiting=0, pending=0, due_at="", confirmed=99, unconfirmed=1, error="")


def told(books: Books = WELL, seconds: float = 1.0, errors: int = 0, **times: object) -> Health:
    """The health after a hundred orders that took so long, of which some were not answered."""
    pulse = Pulse()
    for number in range(100):
        pulse.beat(seconds, is_error=number < errors)
    return health(books, pulse, **{"now": OPENING, "refreshed_at": OPENING, "ahead_s": 0.0, **times})  # type: ignore[arg-type]


def test_all_is_well_where_every_target_is_met() -> None:
    said = told()
    assert (said.verdict, list(said.misses)) == ("ok", [])
    assert (said.order_s, said.error_rate) == (1.0, 0.0)


@pytest.mark.parametrize(
    ("seconds", "errors", "verdict"),
    [
        (9.0, 0, "ok"),
        (11.0, 0, "warn"),
        (31.0, 0, "critical"),
        (1.0, 1, "ok"),
        (1.0, 3, "warn"),
        (1.0, 6, "critical"),
    ],
)
def test_slow_orders_and_errors_are_told_in_two_steps(seconds: float, errors: int, verdict: str) -> None:
    assert told(seconds=seconds, errors=errors).verdict == verdict


def test_five_slow_orders_of_a_hundred_are_no_alarm() -> None:
    pulse = Pulse()
    for number in range(100):
        pulse.beat(40.0 if number < 5 else 1.0, is_error=False)
    assert health(WELL, pulse, now=OPENING, refreshed_at=OPENING, ahead_s=0.0).verdict == "ok"


def test_mails_that_are_not_confirmed_are_told() -> None:
    (miss,) = told(replace(WELL, confirmed=90, unconfirmed=10)).misses
    assert miss.message.startswith("10 of 100 mails not confirmed in time")


def test_a_message_that_is_due_for_long_is_told_with_the_last_error() -> None:
    late = (OPENING - timedelta(minutes=11)).isoformat()
    (miss,) = told(replace(WELL, pending=2, due_at=late, error="Slack answered with status 500.")).misses
    assert miss.message.startswith("2 messages to be sent, due since")
    assert miss.message.endswith("Slack answered with status 500.")


def test_a_scheduler_that_does_not_come_and_a_clock_that_is_wrong_are_told() -> None:
    said = told(refreshed_at=OPENING - timedelta(hours=1), ahead_s=-61.0)
    assert [miss.verdict for miss in said.misses] == ["warn", "warn"]
    assert "-61 s from Google's" in said.misses[1].message


def test_the_worst_comes_first() -> None:
    said = told(replace(WELL, confirmed=0, unconfirmed=1), seconds=31.0)
    assert [miss.verdict for miss in said.misses] == ["critical", "warn"]


def test_orders_that_wait_for_keys_are_counted() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT x9")
    shop.order("2", "CPT")
    shop.order("3", "unknown")
    assert books_of(shop.snapshot).waiting == 1
