"""The day, played: each thing at its hour, by as many people at once as it takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import requests

from demo.rehearsal.day import Bought, Happening
from demo.rehearsal.stage import DayClock, Stage

SEND_EVERY_S, REFRESH_EVERY_S = 10.0, 30.0
"""The scheduler's minute and quarter of an hour, in our time: nothing in the function is faster than real."""

PEOPLE = 64

LOOK_EVERY_S = 8.0


@dataclass
class Played:
    """What was done, and how long the customers waited."""

    orders: dict[str, Bought] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    """From the Zap's post to the end of its run, of each order."""
    again: list[str] = field(default_factory=list)
    refunded: dict[str, int] = field(default_factory=dict)
    """order_id -> keys released."""
    log: list[str] = field(default_factory=list)


class Player:
    """Plays a day on a stage."""

    def __init__(self, stage: Stage, clock: DayClock, say: Callable[[str], None]) -> None:
        self._stage = stage
        self._clock = clock
        self._say = say
        self._over = threading.Event()
        self.played = Played()

    def play(self, day: list[Happening], *, patience_s: float) -> Played:
        """Everything has happened, and what was left to be told or replayed is done, or time is up."""
        scheduler = threading.Thread(target=self._schedule, daemon=True)
        scheduler.start()
        with ThreadPoolExecutor(PEOPLE) as people:
            for happening in day:
                self._clock.wait_until(happening.hour)
                people.submit(self._happen, happening)
        self._settle(patience_s)
        self._over.set()
        scheduler.join()
        return self.played

    def _happen(self, happening: Happening) -> None:
        try:
            self._do(happening)
        except Exception as error:  # noqa: BLE001  one that fails must not be silent, nor stop the day
            self._tell(happening, f"{happening.what} failed: {type(error).__name__}")

    def _do(self, happening: Happening) -> None:
        stage, order = self._stage, happening.order
        if happening.what == "down":
            self._tell(happening, f"{happening.who} is away.")
            stage.down(happening.who)
        elif happening.what == "up":
            stage.up(happening.who)
            self._tell(happening, f"{happening.who} is there again.")
        elif happening.what == "import":
            self._tell(happening, stage.restock()["message"])
        elif order is not None:
            self._order(happening, order)

    def _order(self, happening: Happening, order: Bought) -> None:
        began = time.monotonic()
        if happening.what == "buy":
            self.played.orders[order.order_id] = order
            self._stage.buy(order)
            self.played.seconds.append(time.monotonic() - began)
        elif happening.what == "again":
            self._stage.post(order)
            self.played.again.append(order.order_id)
        else:
            self.played.refunded[order.order_id] = self._stage.refund(order).get("released", 0)

    def _tell(self, happening: Happening, what: str) -> None:
        hour, minute = divmod(int(happening.hour * 60), 60)
        self._say(f"{hour:02d}:{minute:02d}  {what}")
        self.played.log.append(what)

    def _schedule(self) -> None:
        """The scheduler calls until the day is over; what it is answered shows in the report."""
        sent = refreshed = time.monotonic()
        while not self._over.wait(0.5):
            now = time.monotonic()
            if now - sent >= SEND_EVERY_S:
                self._call("/outbox/send")
                sent = now
            if now - refreshed >= REFRESH_EVERY_S:
                self._call("/inventory/refresh")
                refreshed = now

    def _call(self, path: str) -> None:
        try:
            self._stage.call(path)
        except (requests.RequestException, ValueError) as error:
            self.played.log.append(f"{path}: {type(error).__name__}")

    def _settle(self, patience_s: float) -> None:
        until = time.monotonic() + patience_s
        while time.monotonic() < until and not self._is_settled():
            time.sleep(LOOK_EVERY_S)
        self._call("/inventory/refresh")

    def _is_settled(self) -> bool:
        """Has every run of the Zap ended, and is every message told that is due?"""
        if any(run.status in ("playing", "scheduled") for run in self._stage.zap.runs):
            return False
        return not any(
            row["event"] in ("claimed", "failed") for row in newest(self._stage, "Outbox", "message_id")
        )


def newest(stage: Stage, tab: str, column: str) -> list[dict[str, str]]:
    """The newest row of each order, or message, that a tab knows."""
    rows = sorted(stage.rows(tab), key=lambda row: int(row["no"]))
    return [*{row[column]: row for row in rows}.values()]
