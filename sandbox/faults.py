"""The fault plan: what is to go wrong, and when.

A queue for each method gives up one instruction per call; rates draw one with a seed. What was spent is
counted, so that a test can show that its fault did happen.
"""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Collection
from dataclasses import dataclass

from sandbox.book import Json
from sandbox.errors import bad_request

# Instructions that take a number of seconds after a colon.
TIMED = {"stall", "apply-late", "stale-read"}
ANYWHERE = {"500", "503", "429", "html-502", "reset", "reset-midway", "stall"}
ON_WRITES = {"apply-then-drop", "apply-then-503", "apply-late"}
ON_READS = {"stale-read", "torn-read"}
KNOWN = ANYWHERE | ON_WRITES | ON_READS

# The queue that serves every method which has none of its own.
ANY_METHOD = "*"


@dataclass(frozen=True, slots=True)
class Instruction:
    """One thing that is to go wrong."""

    kind: str
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return f"{self.kind}:{self.seconds:g}" if self.kind in TIMED else self.kind

    def suits(self, is_write: bool) -> bool:
        """False for what cannot happen to it: a read has nothing to apply, a write cannot be stale."""
        return self.kind not in (ON_READS if is_write else ON_WRITES)


def instruction(text: object, known: Collection[str] = KNOWN) -> Instruction:
    """The instruction that a text is; refused by name when there is none."""
    kind, colon, seconds = str(text).partition(":")
    if kind not in known or bool(colon) != (kind in TIMED):
        raise bad_request(
            f"No such fault: {text}. There are {', '.join(sorted(known))} (S seconds after a colon)."
        )
    try:
        return Instruction(kind, float(seconds or 0))
    except ValueError:
        raise bad_request(f"Not a number of seconds: {text}") from None


class FaultPlan:
    """What is still to go wrong, and what has."""

    def __init__(self, known: Collection[str] = KNOWN) -> None:
        """`known`: the faults there are."""
        self._known = known
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Ends the plan; the counts begin anew as well."""
        with self._lock:
            self._queues: dict[str, deque[Instruction]] = {}
            self._rates: dict[str, list[tuple[Instruction, float]]] = {}
            self._seed: int | None = None
            self._random = random.Random(0)
            self._spent: Counter[str] = Counter()
            self._spent_by_method: dict[str, Counter[str]] = {}

    def add(self, asked: Json) -> None:
        """Takes up instructions for a queue, or rates; checked whole before any of it is taken."""
        method = str(asked.get("method") or ANY_METHOD)
        if not isinstance(asked.get("instructions", []), list) or not isinstance(
            asked.get("rates", {}), dict
        ):
            raise bad_request("instructions must be a list and rates an object.")
        queue = [instruction(text, self._known) for text in asked.get("instructions", [])]
        rates = [
            (instruction(text, self._known), _probability(rate))
            for text, rate in asked.get("rates", {}).items()
        ]
        if not queue and "rates" not in asked:
            raise bad_request("Either instructions or rates must be given.")
        if sum(rate for _, rate in rates) > 1:
            raise bad_request("The rates add up to more than 1.")
        with self._lock:
            self._queues.setdefault(method, deque()).extend(queue)
            if "rates" in asked:
                self._rates[method] = rates
                self._seed = int(asked.get("seed", 0))
                self._random = random.Random(self._seed)

    def draw(self, method: str, is_write: bool) -> Instruction | None:
        """What is to go wrong with this call, and counts it as spent."""
        with self._lock:
            drawn = self._queued(method) or self._by_rate(method, is_write)
            if drawn:
                self._spent[drawn.text] += 1
                self._spent_by_method.setdefault(method, Counter())[drawn.text] += 1
            return drawn

    def _queued(self, method: str) -> Instruction | None:
        queue = self._queues.get(method) or self._queues.get(ANY_METHOD)
        return queue.popleft() if queue else None

    def _by_rate(self, method: str, is_write: bool) -> Instruction | None:
        rates = self._rates.get(method) or self._rates.get(ANY_METHOD)
        if not rates:
            return None
        drawn = self._random.random()
        for one, rate in rates:
            if drawn < rate:
                return one if one.suits(is_write) else None
            drawn -= rate
        return None

    def pick(self) -> int:
        """A number for a choice within a fault, from the same seed."""
        with self._lock:
            return self._random.randrange(2**30)

    def shown(self) -> Json:
        with self._lock:
            return {
                "queued": {m: [one.text for one in queue] for m, queue in self._queues.items() if queue},
                "rates": {
                    m: {one.text: rate for one, rate in rates} for m, rates in self._rates.items() if rates
                },
                "seed": self._seed,
                "spent": dict(self._spent),
                "spent_by_method": {m: dict(counts) for m, counts in self._spent_by_method.items()},
            }


def _probability(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise bad_request(f"Not a probability: {value}")
    return float(value)
