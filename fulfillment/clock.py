"""Time as an instance feels it: how much has passed, waiting, and chance. An argument wherever it matters."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

import tenacity


def _now_s() -> float:
    return time.monotonic()  # looked up each time: who stops the time in a test stops it here too


@dataclass(frozen=True, slots=True)
class Clock:
    """The machine's own, unless a test brings another."""

    now_s: Callable[[], float] = _now_s
    """Seconds since whenever; they never go back."""
    sleep: Callable[[float], None] = time.sleep
    chance: Callable[[], float] = random.random
    """0 to 1, for jitter."""

    def retrying(
        self, *errors: type[Exception], first_s: float, most_s: float, until: float
    ) -> tenacity.Retrying:
        """Calls again after any of these errors, until the time `until`; then the error is raised.

        It waits for a random part of `first_s`, which doubles each time up to `most_s`.
        """

        def wait_s(state: tenacity.RetryCallState) -> float:
            return self.chance() * float(min(most_s, first_s * 2 ** min(state.attempt_number - 1, 30)))

        def is_too_late(state: tenacity.RetryCallState) -> bool:
            return self.now_s() + state.upcoming_sleep >= until

        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(errors),
            wait=wait_s,
            stop=is_too_late,
            sleep=self.sleep,
            reraise=True,
        )


CLOCK = Clock()
