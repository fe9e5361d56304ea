"""Couriers that fail, instances that die: what is owed is told, or somebody heard that it was not."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import freezegun
import pytest
from freezegun.api import FrozenDateTimeFactory

from fulfillment.clock import CLOCK
from fulfillment.errors import NotDelivered, NotPossible
from fulfillment.model import Letter
from fulfillment.outbox import KINDS
from fulfillment.service import Service
from tests.local import Workbook, order
from tests.machine.checker import TABS, breaches
from tests.pigeons import Crash


@dataclass
class Hazard:
    """A courier of which each trip may fail, before or after the letters arrived, or end its instance."""

    chance: random.Random
    arrived: Counter[str] = field(default_factory=Counter)
    keys: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    """message_id -> the key codes that it was ever sent with."""
    is_calm: bool = False

    def deliver(self, letters: Sequence[Letter], *, until: float) -> None:
        fate = 1.0 if self.is_calm else self.chance.random()
        if fate < 0.05:
            raise Crash
        if fate < 0.3:
            raise NotDelivered("It is away.")
        self.arrived.update(letter.message.message_id for letter in letters)
        for letter in letters:
            if letter.reply:
                codes = tuple(key.keycode for key in letter.reply.keys)
                self.keys.setdefault(letter.message.message_id, set()).add(codes)
        if fate < 0.35:
            raise Crash
        if fate < 0.4:
            raise NotDelivered("Its answer was lost.", may_have_arrived=True)


class Fleet:
    """Two instances, each started anew when it has died."""

    def __init__(self, workbook: Workbook, hazard: Hazard) -> None:
        self._workbook, self._hazard = workbook, hazard
        self._instances = [self._started() for _ in range(2)]
        self.deaths = 0

    def _started(self) -> Service:
        return self._workbook.service(dict.fromkeys(KINDS, self._hazard))

    def do(self, what: str, order_id: str = "", lines: str = "CPT") -> None:
        place = self._hazard.chance.randrange(2)
        service = self._instances[place]
        try:
            match what:
                case "order":
                    service.fulfil(order(order_id, lines), by="zap")
                case "delivered":
                    service.delivered(order_id, by="zap")
                case "resend":
                    service.resend(order_id, by="panel")
                case "send":
                    service.send_due(by="scheduler")
        except Crash:
            self._instances[place] = self._started()
            self.deaths += 1
        except NotPossible:
            pass  # the order has failed


@pytest.fixture
def clock() -> Iterator[FrozenDateTimeFactory]:
    """A time that moves where a test moves it, and where somebody waits."""
    with freezegun.freeze_time(datetime.now(UTC)) as clock:
        waits = CLOCK.sleep
        object.__setattr__(CLOCK, "sleep", lambda seconds: clock.tick(timedelta(seconds=seconds)))
        yield clock  # type: ignore[misc]
        object.__setattr__(CLOCK, "sleep", waits)


@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_owed_is_told_whatever_fails_and_whoever_dies(
    workbook: Workbook, seed: int, clock: FrozenDateTimeFactory, caplog: pytest.LogCaptureFixture
) -> None:
    workbook.stock("NASM CPT combined EX-1 30", "NASM CPT combined EX-2 30")
    workbook.sell(CPT="NASM-CPT-FULL", KBS="")
    hazard = Hazard(random.Random(seed))
    fleet = Fleet(workbook, hazard)
    for number in range(16):
        fleet.do("order", str(number), hazard.chance.choice(["CPT", "CPT*2", "KBS"]))
        for what in hazard.chance.choices(["delivered", "resend", "send", "order"], k=2):
            fleet.do(what, str(hazard.chance.randrange(number + 1)))
        clock.tick(timedelta(seconds=hazard.chance.randrange(120)))
    hazard.is_calm = True
    for _ in range(14):  # nine hours of tries, and the fifteen minutes of mails
        clock.tick(timedelta(hours=1))
        fleet.do("send")
    tabs = {tab: workbook.tab(tab) for tab in TABS}
    assert workbook.service().audit() == ()
    assert fleet.deaths > 1
    assert breaches(tabs) == []
    ends = {row["message_id"]: row["event"] for row in tabs["Outbox"]}
    assert set(ends.values()) <= {"sent", "delivered", "given_up"}
    _is_told(ends, tabs["Outbox"], hazard)
    logged = {each for record in caplog.records for each in getattr(record, "messages", ())}
    assert {id_ for id_, count in hazard.arrived.items() if count > 1} <= logged
    assert all(len(codes) == 1 for codes in hazard.keys.values())


def _is_told(ends: dict[str, str], rows: Sequence[dict[str, object]], hazard: Hazard) -> None:
    """Sent is what arrived; what was tried and given up without having arrived has raised an alarm."""
    for message_id, event in ends.items():
        assert event != "sent" or hazard.arrived[message_id], message_id
    given_up = [row for row in rows if row["event"] == "given_up" and row["attempts"]]
    assert all(str(row["error"]) for row in given_up)
