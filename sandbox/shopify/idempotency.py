"""Mutations that must not be done twice: @idempotent, its keys, and what was answered to each.

shopify.dev, implementing idempotency, and the descriptions of the error codes: the same key with the same
parameters gets the first answer again, with others IDEMPOTENCY_KEY_PARAMETER_MISMATCH; a key whose attempt
failed is spent (IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED). Sure. Which mutations want a key stands in the
description of each. How long a key is remembered is not known here: a day.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.book import Json
from sandbox.shopify.refusals import user_error

MANDATORY = ("inventorySetQuantities", "inventoryActivate")
"""Those of our mutations that are refused without a key."""

REMEMBERED_S = 86_400.0

MISMATCH = "The same idempotency key cannot be used with different operation parameters."
FAILED = "A previous request with this idempotency key failed. Retry with a new idempotency key."


@dataclass(frozen=True, slots=True)
class Done:
    """What was done under a key."""

    asked: str
    payload: Json
    at_s: float


class Keys:
    """The keys of an app; used under the shop's lock."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        self._now_s = now_s
        self._done: dict[str, Done] = {}

    def once(self, key: str, mutation: str, arguments: Json, do: Callable[[], Json]) -> Json:
        """What `do` answers, now or when the key was first used."""
        asked = json.dumps([mutation, arguments], sort_keys=True)
        done = self._done.get(key)
        if done is None or done.at_s < self._now_s() - REMEMBERED_S:
            payload = do()
            self._done[key] = Done(asked, payload, self._now_s())
            return payload
        if done.asked != asked:
            return _refused(done.payload, MISMATCH, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH")
        if done.payload["userErrors"]:
            return _refused(done.payload, FAILED, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
        return done.payload


def _refused(payload: Json, text: str, code: str) -> Json:
    nothing: dict[str, Any] = dict.fromkeys(payload)
    return {**nothing, "userErrors": [user_error(text, code=code)]}
