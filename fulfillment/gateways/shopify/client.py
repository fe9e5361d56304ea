"""One call of Shopify's Admin API, and what its failures mean to us.

| what comes back                                    | raised, or done                          |
|----------------------------------------------------|------------------------------------------|
| 401                                                | once more with a new token, then refused |
| `THROTTLED`, with status 200 or 429                | waited for what is missing, asked again  |
| 5xx, time-out, reset, a body that is no JSON       | asked again while there is time: ShopAway |
| other `errors`, 402, 403, 404, 423                 | ShopRefused                              |

It is asked again with the same bytes: a query harms nothing, and a change of stock carries an idempotency
key. What has none is sent once; whoever wants it looks first at what is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import requests

from fulfillment.clock import Clock
from fulfillment.errors import ShopAway, ShopRefused
from fulfillment.gateways.shopify.allowance import UNKNOWN_WAIT_S, Allowance
from fulfillment.gateways.shopify.sessions import Sessions
from fulfillment.gateways.shopify.tokens import Tokens

Json = Mapping[str, Any]

OPERATIONS = Path(__file__).parent

RETRY_FIRST_S, RETRY_MOST_S = 0.3, 4.0

INTERNAL = ("INTERNAL_SERVER_ERROR", "TIMEOUT")
"""Codes of errors that another try may cure."""


class Throttled(ShopAway):
    """The allowance of this moment is spent; `wait_s` says for how long."""

    def __init__(self, wait_s: float) -> None:
        super().__init__("Shopify's allowance is spent.")
        self.wait_s = wait_s


@cache
def document(operation: str) -> str:
    """The text of an operation: the file of that name."""
    return (OPERATIONS / f"{operation}.graphql").read_text(encoding="utf-8")


class ShopifyClient:
    """The Admin API of one shop; any thread."""

    def __init__(self, sessions: Sessions, tokens: Tokens, version: str, clock: Clock) -> None:
        self._sessions, self._tokens = sessions, tokens
        self._path = f"/admin/api/{version}/graphql.json"
        self._clock = clock
        self._allowance = Allowance()

    def run(self, operation: str, variables: Json, *, until: float, once: bool = False) -> Json:
        """The `data` of the answer. Raises ShopAway where none comes before `until`, ShopRefused.

        `once` is for what must not be done twice: where nobody knows whether it was, it is not sent again.
        """
        retrying = self._clock.retrying(ShopAway, first_s=RETRY_FIRST_S, most_s=RETRY_MOST_S, until=until)
        body = {"query": document(operation), "variables": variables}
        if once:
            return self._patiently(operation, body, until)
        data: Json = retrying(self._patiently, operation, body, until)
        return data

    def _patiently(self, operation: str, body: Json, until: float) -> Json:
        """Waits for the allowance; raises ShopAway where that takes too long."""
        while True:
            self._wait(self._allowance.wait_s(operation, self._clock.now_s()), until)
            try:
                return self._asked(operation, body, until)
            except Throttled as throttled:
                self._wait(throttled.wait_s, until)

    def _wait(self, wait_s: float, until: float) -> None:
        if self._clock.now_s() + wait_s >= until:
            raise ShopAway("There was no time left to ask Shopify.")
        if wait_s:
            self._clock.sleep(wait_s)

    def _asked(self, operation: str, body: Json, until: float) -> Json:
        token = self._tokens.token(until=until)
        reply = self._posted(body, token, until)
        if reply.status_code == 401:
            reply = self._posted(body, self._tokens.token(until=until, refused=token), until)
        return self._read(operation, reply)

    def _posted(self, body: Json, token: str, until: float) -> requests.Response:
        headers = {"X-Shopify-Access-Token": token}
        return self._sessions.post(self._path, body, until=until, headers=headers)

    def _read(self, operation: str, reply: requests.Response) -> Json:
        said = _json(reply)
        self._allowance.learn(operation, said, self._clock.now_s())
        errors = said.get("errors") or []
        codes = _codes(errors)
        if "THROTTLED" in codes or reply.status_code == 429:
            raise Throttled(self._throttled_s(operation, reply))
        if reply.status_code >= 500 or codes.intersection(INTERNAL):
            raise ShopAway(f"Shopify answered with an error of its own (status {reply.status_code}).")
        if errors or not reply.ok:
            raise ShopRefused(_refusal(reply.status_code, errors, operation))
        data = said.get("data")
        if not isinstance(data, dict):
            raise ShopAway("Shopify's answer has no data in it.")
        return data

    def _throttled_s(self, operation: str, reply: requests.Response) -> float:
        asked = reply.headers.get("Retry-After", "")
        if re.fullmatch(r"\d+(\.\d+)?", asked):
            return float(asked)
        return self._allowance.wait_s(operation, self._clock.now_s()) or UNKNOWN_WAIT_S


def _json(reply: requests.Response) -> Json:
    """The body; empty where the status alone tells. Raises ShopAway where it is no JSON object."""
    try:
        said = reply.json()
    except ValueError:
        said = None
    if isinstance(said, dict):
        return said
    if reply.ok:
        raise ShopAway("Shopify's answer is not the JSON object that it should be.")
    return {}


def _codes(errors: object) -> set[str]:
    """The codes of GraphQL errors; a refusal before GraphQL is one text, and has none."""
    found = errors if isinstance(errors, list) else []
    return {str((error.get("extensions") or {}).get("code", "")) for error in found}


def _refusal(status: int, errors: object, operation: str) -> str:
    """Why Shopify does not do it, in words. Its own texts quote names of fields, and nothing of customers."""
    if status == 401:
        return "Shopify does not accept the token (401)."
    if status in (402, 423):
        return f"The shop is closed or locked by Shopify (status {status})."
    if status == 404:
        return (
            "There is no such shop, or no such version of its API: check SHOPIFY_SHOP, SHOPIFY_API_VERSION."
        )
    codes = _codes(errors)
    if "ACCESS_DENIED" in codes or status == 403:
        return f"Shopify does not let the app do this ({operation}): it lacks a scope that the README lists."
    return f"Shopify refused {operation} ({', '.join(sorted(filter(None, codes))) or f'status {status}'})."
