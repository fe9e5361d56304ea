"""How long calls take: not at all, a fixed time, or as recorded of Google."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass

from sandbox.book import Json
from sandbox.errors import bad_request

# Seconds on average, from recorded traffic on small sheets; what is not named takes as long as a batch.
RECORDED_MEANS = {
    "spreadsheets.get": 0.45,
    "spreadsheets.values.get": 0.32,
    "spreadsheets.values.batchGet": 0.32,
}
RECORDED_MEAN = 0.43

# A log-normal spread with which 95 % stay under a second: exp(1.645 s - s²/2) is 1 / 0.43 at about 0.62.
SPREAD = 0.6


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same time for every read, and for every write."""

    read_s: float
    write_s: float

    def draw(self, method: str, is_write: bool) -> float:
        return self.write_s if is_write else self.read_s


class Recorded:
    """Times drawn from a distribution like the recorded one."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._random = random.Random(seed)

    def draw(self, method: str, is_write: bool) -> float:
        mean = RECORDED_MEANS.get(method, RECORDED_MEAN)
        with self._lock:
            return mean * self._random.lognormvariate(-SPREAD * SPREAD / 2, SPREAD)


NONE = Fixed(0.0, 0.0)
Latency = Fixed | Recorded


def latency(asked: object) -> Latency:
    """The latency that a setting asks for: "recorded", fixed milliseconds, or null for none."""
    if asked is None:
        return NONE
    if asked == "recorded":
        return Recorded()
    if isinstance(asked, dict) and asked and asked.keys() <= {"read_ms", "write_ms"}:
        return Fixed(_seconds(asked, "read_ms"), _seconds(asked, "write_ms"))
    raise bad_request('latency must be "recorded", {"read_ms": n, "write_ms": n} or null.')


def _seconds(asked: Json, name: str) -> float:
    value = asked.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise bad_request(f"{name} must be a number of milliseconds.")
    return value / 1000
