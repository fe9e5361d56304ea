"""Access tokens: one for good, or one for about a day that is fetched anew before it ends."""

from __future__ import annotations

import threading
from typing import Protocol

from fulfillment.clock import Clock
from fulfillment.errors import ShopAway, ShopRefused
from fulfillment.gateways.shopify.sessions import Sessions

RENEWED_BEFORE_S = 300.0
"""A token is renewed so long before its end: what is asked with it must be answered before that."""


class Tokens(Protocol):
    """Whoever has the token for the next call."""

    def token(self, *, until: float, refused: str = "") -> str:
        """A token; another than the one that was refused. Raises ShopRefused where there is none."""


class FixedToken:
    """A token that the shop's owner made by hand; it ends when somebody ends it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def token(self, *, until: float, refused: str = "") -> str:
        """See Tokens."""
        if refused:
            raise ShopRefused(
                "Shopify does not accept the token (401): is SHOPIFY_TOKEN that of this shop's app?"
            )
        return self._token


class ClientCredentials:
    """Tokens given for the app's own credentials. One thread fetches, the others wait for it."""

    def __init__(self, sessions: Sessions, client_id: str, client_secret: str, clock: Clock) -> None:
        self._sessions = sessions
        self._client_id, self._client_secret = client_id, client_secret
        self._clock = clock
        self._guard = threading.Lock()
        self._token, self._ends_at = "", 0.0

    def token(self, *, until: float, refused: str = "") -> str:
        """See Tokens. 1 request where the token is refused, or about to end."""
        with self._guard:
            if self._token == refused or self._clock.now_s() > self._ends_at - RENEWED_BEFORE_S:
                self._token, self._ends_at = self._fetched(until)
            return self._token

    def _fetched(self, until: float) -> tuple[str, float]:
        body = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret,
        }
        asked_at = self._clock.now_s()
        reply = self._sessions.post("/admin/oauth/access_token", body, until=until)
        if reply.status_code == 429 or reply.status_code >= 500:
            raise ShopAway(f"Shopify gave no token (status {reply.status_code}).")
        try:
            given = reply.json()
            return str(given["access_token"]), asked_at + float(given["expires_in"])
        except (ValueError, KeyError, TypeError):
            raise ShopRefused(
                f"Shopify gave no token for these credentials (status {reply.status_code}): check "
                "SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET, and that the app is installed in this shop."
            ) from None
