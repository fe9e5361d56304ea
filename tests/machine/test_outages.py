"""An hour without Slack, then an hour without Google: what the team saw, minute by minute."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import freezegun
import pytest
import requests
from flask import Request as FlaskRequest
from freezegun.api import FrozenDateTimeFactory
from werkzeug.test import EnvironBuilder

from fulfillment.app import build_api
from fulfillment.clock import Clock
from fulfillment.settings import Settings
from sandbox.slack import SlackStand
from sandbox.wire import Answer, Request
from sandbox.zap import ZapStand, read_zaps
from tests.local import ROOT, TOKENS, Workbook
from tests.serving import serving

PAGE = ROOT / "docs" / "outages.md"

NINE = datetime(2026, 11, 20, 9, 0, tzinfo=ZoneInfo("America/Toronto"))

SLACK_AWAY = range(30, 90)
GOOGLE_AWAY = range(120, 180)
ORDERS_EVERY = 15
END = 235


class Here:
    """The function in this process, so that its time is the test's."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._api = build_api(settings, clock)

    def answer(self, request: Request) -> Answer:
        asked = EnvironBuilder(
            path=request.path, method=request.verb, headers=request.headers, data=request.body
        )
        response = self._api.handle(FlaskRequest(asked.get_environ()))
        return Answer(response.status_code, response.get_data())


class Day:
    """A morning: an order each quarter of an hour, the scheduler each minute, Autoreplay on time."""

    def __init__(
        self, workbook: Workbook, slack: SlackStand, zapier: ZapStand, time: FrozenDateTimeFactory
    ) -> None:
        self._workbook, self._slack, self._zapier, self._time = workbook, slack, zapier, time

    def pass_by(self) -> None:
        for minute in range(END):
            self._time.tick(max(timedelta(0), NINE + timedelta(minutes=minute) - datetime.now(UTC)))
            self._slack.trouble = "away" if minute in SLACK_AWAY else ""
            if minute == GOOGLE_AWAY.start:
                self._google_is_away()
            if minute == GOOGLE_AWAY.stop:
                self._workbook.end_faults()
            if minute % ORDERS_EVERY == 0 and minute < GOOGLE_AWAY.stop:
                self._zapier.order(paid(minute))
            self._zapier.history.autoreplay()
            self._call_scheduler()

    def _google_is_away(self) -> None:
        body = {"rates": {"503": 1.0}, "seed": 1}
        requests.post(f"{self._workbook.google}/_sandbox/faults", json=body, timeout=10).raise_for_status()

    def _call_scheduler(self) -> None:
        headers = {"Authorization": f"Bearer {TOKENS['scheduler']}"}
        requests.post(f"{self._zapier.function}/outbox/send", headers=headers, timeout=30)


def paid(minute: int) -> dict[str, Any]:
    """The order of this minute; one asks for what is not in stock."""
    return {
        "id": str(6_855_909_900_000 + minute),
        "name": f"#{1000 + minute}",
        "email": f"customer{minute}@example.com",
        "customer": {"first_name": "Ada", "last_name": f"B. {minute}"},
        "line_items": [{"sku": "GONE" if minute == 45 else "CPT", "quantity": 1}],
    }


@pytest.fixture
def time() -> Iterator[FrozenDateTimeFactory]:
    with freezegun.freeze_time(NINE.astimezone(UTC), tick=False) as time:
        yield time  # type: ignore[misc]


def seen(slack: SlackStand) -> list[str]:
    """The channel as the rows of a table: the time of the shop, the title, and whom or what it is about."""
    rows = []
    for message in slack.messages:
        at = datetime.fromisoformat(message.at).astimezone(NINE.tzinfo)
        title, about, *_ = message.shown.splitlines()
        rows.append(f"| {at:%H:%M} | {title} | {about.partition(', request')[0]} |")
    return rows


def test_what_the_team_saw_minute_by_minute(
    workbook: Workbook, time: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "fulfillment")
    workbook.stock("NASM CPT combined EX-1 50")
    workbook.sell(CPT="NASM-CPT-FULL", GONE="NASM-XYZ-FULL")
    clock = Clock(sleep=lambda seconds: time.tick(timedelta(seconds=seconds)), chance=lambda: 0.5)
    zaps = read_zaps((ROOT / "README.md").read_text(encoding="utf-8"))
    with SlackStand(burst=1000) as slack:
        settings = workbook.settings(SLACK_WEBHOOK_URL=slack.hook_url)
        with serving(Here(settings, clock)) as url:
            zapier = ZapStand(zaps, function=url, secret=TOKENS["zap"])
            Day(workbook, slack, zapier, time).pass_by()
    table = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d\d:", line)]
    assert seen(slack) == table
    assert sorted(mail.order_id for mail in zapier.mails) == sorted(
        run.outputs[1]["id"] for run in zapier.runs if run.outputs[1]["name"] != "#1045"
    )
    assert said_at(caplog, "cannot be told") in SLACK_AWAY
    assert said_at(caplog, "did not get in") in GOOGLE_AWAY


def said_at(caplog: pytest.LogCaptureFixture, text: str) -> int:
    """In which minute the log said this first."""
    first = next(record for record in caplog.records if text in record.getMessage())
    return int(first.created - NINE.timestamp()) // 60
