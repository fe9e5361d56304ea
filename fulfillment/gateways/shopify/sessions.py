"""HTTP to one host: a session a thread, and a time limit for every call."""

from __future__ import annotations

import threading

import requests

from fulfillment.clock import Clock
from fulfillment.errors import ShopAway

CONNECT_TIMEOUT_S = 3.0

MOST_S = 15.0
"""How long the shop may be silent in one call: a page of 250 takes it a second or two."""


class Sessions:
    """POSTs of JSON; a session is no thing for two threads at once."""

    def __init__(self, base_url: str, clock: Clock) -> None:
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._of_thread = threading.local()

    def post(
        self, path: str, body: object, *, until: float, headers: dict[str, str] | None = None
    ) -> requests.Response:
        """The answer, whatever its status. Raises ShopAway where none comes before `until`."""
        left_s = until - self._clock.now_s()
        if left_s <= 0:
            raise ShopAway("There was no time left to ask Shopify.")
        timeout = (min(CONNECT_TIMEOUT_S, left_s), min(MOST_S, left_s))
        try:
            return self._session().post(
                self._base_url + path, json=body, headers=headers, timeout=timeout, allow_redirects=False
            )
        except requests.RequestException as error:
            raise ShopAway(f"Shopify did not answer ({type(error).__name__}).") from None

    def _session(self) -> requests.Session:
        if not hasattr(self._of_thread, "session"):
            self._of_thread.session = requests.Session()
        session: requests.Session = self._of_thread.session
        return session
