"""One call of the Admin API, from its body to its answer: who asks, what it costs, what comes of it."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from graphql import ExecutionResult, GraphQLError

from sandbox.book import Json
from sandbox.shopify import refusals
from sandbox.shopify.bucket import Bucket
from sandbox.shopify.cost import MOST, Price, spent
from sandbox.shopify.execution import ADMIN, Asked, Execution, Wrong, key_of, read
from sandbox.shopify.fulfilling import Fulfilling
from sandbox.shopify.idempotency import Keys
from sandbox.shopify.shop import Shop
from sandbox.shopify.tokens import UNRECOGNIZED, Tokens
from sandbox.wire import Answer, Request, json_answer


def read_body(request: Request) -> Json:
    """The JSON object that came; empty where it is none."""
    try:
        asked = json.loads(request.body)
    except ValueError:
        return {}
    return asked if isinstance(asked, dict) else {}


def unrecognized() -> Answer:
    """The answer to a token that is none, or has ended."""
    return json_answer(401, {"errors": UNRECOGNIZED})


class AdminApi:
    """The API of one shop, for one app."""

    def __init__(self, shop: Shop, tokens: Tokens, now_s: Callable[[], float] = time.monotonic) -> None:
        self._shop = shop
        self._tokens = tokens
        self.keys = Keys(now_s)
        self._guard = threading.Lock()
        self.bucket = Bucket(now_s=now_s)
        self.fulfilling = Fulfilling(shop)
        self.partial_sets = False
        self.errors: Counter[str] = Counter()
        """How often each code was answered, users' errors among them."""
        self.points = 0
        """What all calls have cost."""

    def answer(self, request: Request, body: Json) -> Answer:
        """The answer to a call, carried out where it may be."""
        if not self._tokens.is_good(request.headers.get("x-shopify-access-token", "")):
            return unrecognized()
        if not isinstance(body.get("query"), str):
            return json_answer(400, {"errors": {"query": "Required parameter missing or invalid"}})
        try:
            asked = read(body["query"], body.get("operationName"), body.get("variables") or {})
        except Wrong as wrong:
            return self.refused(*wrong.errors)
        cost = Price(ADMIN.types, asked.document, asked.values).requested(asked.operation)
        if cost > MOST:
            return self.refused(refusals.too_costly(cost, MOST))
        if not self.bucket.take(cost):
            return self.throttled(cost=cost)
        return self._carried_out(asked, cost)

    @contextmanager
    def on_its_way(self, body: Json) -> Iterator[None]:
        """The call has come, and is not carried out yet: its key, if it has one, is taken meanwhile."""
        try:
            asked = read(str(body.get("query")), body.get("operationName"), body.get("variables") or {})
        except Wrong:
            yield
            return
        with self.keys.running(key_of(asked)):
            yield

    def _carried_out(self, asked: Asked, cost: int) -> Answer:
        try:
            result = self._run(asked)
        except Exception:
            self.bucket.give_back(cost)
            raise
        actual = min(cost, spent(asked.operation, result.data))
        self.bucket.give_back(cost - actual)
        self._count(actual, _codes(result))
        body: Json = {"data": result.data, "extensions": self._cost(cost, actual)}
        if result.errors:
            body["errors"] = [error.formatted for error in result.errors]
        return json_answer(200, body)

    def _run(self, asked: Asked) -> ExecutionResult:
        with self._shop.changing() if asked.is_write else self._shop.looking():
            scopes = self._tokens.scopes
            execution = Execution(
                self._shop, scopes, self.keys, self.fulfilling, partial_sets=self.partial_sets
            )
            return execution.run(asked)

    def refused(self, *errors: GraphQLError, status: int = 200, **beside: Any) -> Answer:
        """Errors without data."""
        self._count(0, [_code(error) for error in errors])
        return json_answer(status, {"errors": [error.formatted for error in errors], **beside})

    def throttled(self, status: int = 200, cost: int = 1) -> Answer:
        """The allowance is spent. Nobody says when that comes with 200 and when with 429: both were seen."""
        return self.refused(refusals.throttled(), status=status, extensions=self._cost(cost, None))

    def _cost(self, requested: int, actual: int | None) -> Json:
        status = self.bucket.shown()
        return {
            "cost": {
                "requestedQueryCost": requested,
                "actualQueryCost": actual,
                "throttleStatus": status,
            }
        }

    def _count(self, points: int, codes: list[str]) -> None:
        with self._guard:
            self.points += points
            self.errors.update(codes)

    def forget_counts(self) -> None:
        with self._guard:
            self.points = 0
            self.errors.clear()


def _code(error: GraphQLError) -> str:
    return str((error.extensions or {}).get("code", "graphql"))


def _codes(result: ExecutionResult) -> list[str]:
    payloads = [payload for payload in (result.data or {}).values() if isinstance(payload, Mapping)]
    users = [error for payload in payloads for error in payload.get("userErrors", ())]
    return [*map(_code, result.errors or ()), *(str(error.get("code") or "userError") for error in users)]
