"""Mutations that must not be done twice: @idempotent, its keys, and what was answered to each.

shopify.dev, implementing idempotency, and the descriptions of the error codes: the same key with the same
parameters gets the first answer again, or IDEMPOTENCY_CONCURRENT_REQUEST while the first is on its way; with
other parameters IDEMPOTENCY_KEY_PARAMETER_MISMATCH; a key whose attempt failed is spent
(IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED). Sure. Which mutations want a key stands in the description of each. How
long a key is remembered is not known here: a day.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.book import Json
from sandbox.shopify.refusals import user_error

MANDATORY = ("inventorySetQuantities", "inventoryActivate")
"""Those of our mutations that are refused without a key."""

REMEMBERED_S = 86_400.0

RUNNING = "This request is currently in progress, please try again."
MISMATCH = "The same idempotency key cannot be used with different operation parameters."
FAILED = "A previous request with this idempotency key failed. Retry with a new idempotency key."


@dataclass(frozen=True, slots=True)
class Done:
    """What was done under a key."""

    asked: str
    payload: Json
    at_s: float


class Keys:
    """The keys of an app; `once` is used under the shop's lock."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._done: dict[str, Done] = {}
        self._guard = threading.Lock()
        self._running: Counter[str] = Counter()

    @contextmanager
    def running(self, key: str) -> Iterator[None]:
        """A request with this key is on its way meanwhile, and another one is told so."""
        with self._guard:
            self._running[key] += 1
        try:
            yield
        finally:
            with self._guard:
                self._running[key] -= 1

    def is_running(self, key: str) -> bool:
        with self._guard:
            return self._running[key] > 0

    def once(self, key: str, mutation: str, arguments: Json, do: Callable[[], Json], nothing: Json) -> Json:
        """What `do` answers, now or when the key was first used; `nothing` is a payload without a result."""
        asked = json.dumps([mutation, arguments], sort_keys=True)
        done = self._done.get(key)
        if self.is_running(key):
            return _refused(nothing, RUNNING, "IDEMPOTENCY_CONCURRENT_REQUEST")
        if done is None or done.at_s < self._now_s() - REMEMBERED_S:
            payload = do()
            self._done[key] = Done(asked, payload, self._now_s())
            return payload
        if done.asked != asked:
            return _refused(nothing, MISMATCH, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
        if done.payload["userErrors"]:
            return _refused(nothing, FAILED, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
        return done.payload


def _refused(nothing: Json, text: str, code: str) -> Json:
    return {**nothing, "userErrors": [user_error(text, code=code)]}
