"""Google's word for who calls: ID tokens of persons at the sidebar, and of the scheduler's account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import cachecontrol
import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from google.auth.transport.requests import Request
from google.oauth2 import id_token

from fulfillment.errors import GoogleAway, Unauthenticated

ISSUERS = ("accounts.google.com", "https://accounts.google.com")

CERTS_TIMEOUT_S = 5
CLOCK_SKEW_S = 10
"""Google's clock and ours may differ by so much."""

LONGEST = 8_192
"""Characters; Google's tokens have about 1,200."""


class Identity(NamedTuple):
    """Who a token is of; `domain` is the Workspace domain that vouches for the address, if one does."""

    address: str
    domain: str


class GoogleIdentities:
    """Verifies ID tokens that were made for one of these audiences. Any thread."""

    def __init__(self, audiences: Sequence[str], certs_url: str) -> None:
        self._audiences = [*audiences]
        self._certs_url = certs_url
        # google-auth asks for the certificates at each token; they say themselves how long they may be kept
        session = cachecontrol.CacheControl(requests.Session())
        self._request = partial(Request(session), timeout=CERTS_TIMEOUT_S)

    def of(self, token: str) -> Identity:
        """Whose token it is. 0 calls, or 1 where the certificates have grown old.

        Raises Unauthenticated for one that is forged, over, or meant for others; GoogleAway where Google's
        certificates cannot be had.
        """
        if not self._audiences or token.count(".") != 2 or len(token) > LONGEST:
            raise Unauthenticated("It is not a token that this service gave out.")
        claims = self._claims(token)
        if claims.get("iss") not in ISSUERS:
            raise Unauthenticated("The token was not issued by Google.")
        address = str(claims.get("email", "")).casefold()
        if not address or claims.get("email_verified") is not True:
            raise Unauthenticated(
                "The token does not name a verified address: the scopes openid and email are needed."
            )
        return Identity(address, str(claims.get("hd", "")).casefold())

    def _claims(self, token: str) -> Mapping[str, Any]:
        try:
            return id_token.verify_token(
                token,
                self._request,  # type: ignore[arg-type]
                audience=self._audiences,
                certs_url=self._certs_url,
                clock_skew_in_seconds=CLOCK_SKEW_S,
            )
        except TransportError as error:
            raise GoogleAway("Google's certificates, by which tokens are verified, cannot be had.") from error
        except (GoogleAuthError, ValueError):  # the text quotes the token
            raise Unauthenticated(
                "The token is not valid: it is over, or was made for another service."
            ) from None
