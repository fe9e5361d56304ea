"""The other way to be heard: straight to Slack and into the log, where the Outbox is of no use."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from fulfillment.clock import CLOCK, Clock
from fulfillment.errors import NotDelivered
from fulfillment.model import Letter, Message, to_json
from fulfillment.ports import Courier

SILENCE = timedelta(minutes=10)
"""Straight to Slack once in so long for each cause: what goes wrong goes wrong for every order."""

PATIENCE_S = 4.0
"""A caller waits for this; the log line is written first."""

log = logging.getLogger("fulfillment")


class Alarm:
    """Tells people at once; nothing is raised, and nothing is remembered beyond this instance."""

    def __init__(self, courier: Courier | None, *, now: Callable[[], datetime], clock: Clock = CLOCK) -> None:
        self._courier = courier
        self._now = now
        self._clock = clock
        self._guard = threading.Lock()
        self._told: dict[str, datetime] = {}
        self._unheard: dict[str, int] = {}

    def __call__(self, text: str, cause: str = "outbox") -> None:
        """One ERROR line in the log, and where this `cause` was not told lately one message in Slack."""
        log.error(text, extra={"alarm": cause})
        if self._courier is None:
            return
        more = self._due(cause)
        if more is None:
            return
        besides = f" ({more} more of the same since the last alarm.)" if more else ""
        self._deliver(self._courier, text + besides, cause)

    def _due(self, cause: str) -> int | None:
        """How many were not told since the last one; None where it is too early for another."""
        with self._guard:
            now, last = self._now(), self._told.get(cause)
            if last is not None and now - last < SILENCE:
                self._unheard[cause] = self._unheard.get(cause, 0) + 1
                return None
            self._told[cause] = now
            return self._unheard.pop(cause, 0)

    def _deliver(self, courier: Courier, text: str, cause: str) -> None:
        at = self._now().isoformat(timespec="seconds")
        message = Message(at, f"alarm:{cause}:{at}", "owed", "alarm", "", text, to_json({"text": text}))
        try:
            courier.deliver([Letter(message)], until=self._clock.now_s() + PATIENCE_S)
        except NotDelivered as error:
            log.error(str(error), extra={"alarm": "slack"})
        except Exception as error:  # noqa: BLE001  an alarm about an alarm must not be the end of a request
            log.error("The courier broke: %s.", type(error).__name__, extra={"alarm": "slack"})
