"""Who may ask: old tokens for good, and tokens for a day that an app gets for its id and secret.

shopify.dev, "Using the client credentials grant": POST /admin/oauth/access_token with grant_type, client_id
and client_secret, as a form or as JSON (Shopify's own library sends JSON), answers access_token, scope and
expires_in (86,399 seconds). Sure. What a wrong secret is answered with is not documented: the status is
likely, the body a guess.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from urllib.parse import parse_qsl

from sandbox.book import Json
from sandbox.wire import Answer, Request, json_answer

LIFETIME_S = 86_399

UNRECOGNIZED = "[API] Invalid API key or access token (unrecognized login or wrong password)"
"""As seen in many a thread, github.com/Shopify/shopify-api-js/issues/1232 among them; sure."""

CLIENT_ID, CLIENT_SECRET, TOKEN = "local-client", "local-secret", "shpat_local"
"""What the stand-in takes unless told otherwise."""


class Tokens:
    """The tokens of one app in one shop."""

    def __init__(self, scopes: Sequence[str], now_s: Callable[[], float] = time.monotonic) -> None:
        self.scopes = [*scopes]
        self.lifetime_s = LIFETIME_S
        self._now_s = now_s
        self._guard = threading.Lock()
        self._ends_at_s: dict[str, float] = {}

    def is_good(self, token: str) -> bool:
        with self._guard:
            return token == TOKEN or self._ends_at_s.get(token, 0) > self._now_s()

    def end(self) -> None:
        """Every token that was given for credentials has ended, as when a day is over."""
        with self._guard:
            self._ends_at_s.clear()

    def give(self, request: Request) -> Answer:
        """The answer to an app that asks for a token."""
        asked = _read(request)
        if asked.get("grant_type") != "client_credentials":
            return json_answer(400, {"error": "invalid_request"})
        if (asked.get("client_id"), asked.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return json_answer(400, {"error": "invalid_client"})
        token = f"shpat_{secrets.token_hex(16)}"
        with self._guard:
            self._ends_at_s[token] = self._now_s() + self.lifetime_s
        scope = ",".join(self.scopes)
        return json_answer(200, {"access_token": token, "scope": scope, "expires_in": self.lifetime_s})


def _read(request: Request) -> Json:
    try:
        text = request.body.decode()
        if "json" in request.headers.get("content-type", ""):
            asked = json.loads(text)
            return asked if isinstance(asked, dict) else {}
        return dict(parse_qsl(text))
    except ValueError:
        return {}
