"""Alarms that need no Outbox: heard at once, and not once for every order."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from fulfillment.alarms import Alarm
from fulfillment.errors import FulfillmentError
from fulfillment.refusals import not_let_in, refusal_of
from tests.pigeons import AWAY, Pigeon
from tests.unit.shop import OPENING


class Watch:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.now = OPENING

    def __call__(self) -> datetime:
        return self.now


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, str]]:
    return [
        {"severity": record.levelname, "alarm": record.alarm, "message": record.getMessage()}  # type: ignore[attr-defined]
        for record in caplog.records
    ]


def test_an_alarm_is_one_line_in_the_log_and_one_message(caplog: pytest.LogCaptureFixture) -> None:
    pigeon = Pigeon()
    Alarm(pigeon, now=Watch())("Google is away.", "google")
    (said,) = lines(caplog)
    assert said == {"severity": "ERROR", "alarm": "google", "message": "Google is away."}
    (letter,) = pigeon.letters
    assert (letter.message.kind, json.loads(letter.message.body)) == ("alarm", {"text": "Google is away."})


def test_the_same_cause_is_told_once_in_ten_minutes_with_how_often_it_was(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pigeon, watch = Pigeon(), Watch()
    alarm = Alarm(pigeon, now=watch)
    for _ in range(4):
        alarm("Google is away.", "google")
        watch.now += timedelta(minutes=3)
    alarm("Google is away.", "google")
    alarm("A token is wrong.", "401")
    told = [letter.message.subject for letter in pigeon.letters]
    assert told == [
        "Google is away.",
        "Google is away. (3 more of the same since the last alarm.)",
        "A token is wrong.",
    ]
    assert len(lines(caplog)) == 6


@pytest.mark.parametrize("trouble", [AWAY, ZeroDivisionError()])
def test_an_alarm_that_slack_does_not_take_is_still_in_the_log(
    trouble: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    Alarm(Pigeon(before=[trouble]), now=Watch())("Google is away.", "google")
    assert [said["alarm"] for said in lines(caplog)] == ["google", "slack"]


def test_an_order_that_was_refused_is_told_without_what_was_sent() -> None:
    class Odd(FulfillmentError):
        pass

    said, cause = not_let_in(refusal_of(Odd("ada@home.ca")), "req-1")
    assert "ada@home.ca" not in said
    assert ("500" in said, "req-1" in said, cause) == (True, True, "order refused: 500")
