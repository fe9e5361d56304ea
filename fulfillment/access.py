"""Who calls: a token of a role, or a person or service account that Google vouches for."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from fulfillment.errors import Forbidden, Unauthenticated

BEARER = "bearer "


class Identified(Protocol):
    """Whom Google vouches for."""

    @property
    def address(self) -> str: ...

    @property
    def domain(self) -> str: ...


class Identities(Protocol):
    """Verifies ID tokens. Raises Unauthenticated, GoogleAway."""

    def of(self, token: str) -> Identified: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, as the ledgers name it, and what that may do."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Access:
    """What this service accepts."""

    tokens: Sequence[tuple[str, str]] = field(repr=False)
    """(role, secret); two secrets of a role may stand side by side while one takes the other's place."""
    allowed: Sequence[tuple[str, str]] = ()
    """(role, address or @domain) of those whom Google vouches for; the first that fits counts."""
    identities: Identities | None = None

    def caller_of(self, authorization: str) -> Caller:
        """Who sent this Authorization header. Raises Unauthenticated, Forbidden, GoogleAway."""
        given = authorization.strip()
        if given[: len(BEARER)].lower() == BEARER:
            given = given[len(BEARER) :].strip()
        if not given:
            raise Unauthenticated("No token came: send `Authorization: Bearer TOKEN` as a header.")
        return self._by_secret(given) or self._by_identity(given)

    def _by_secret(self, given: str) -> Caller | None:
        """All secrets are compared, each in constant time, so that the time taken tells nothing."""
        sent = given.encode("utf-8", "surrogateescape")
        roles = [role for role, secret in self.tokens if hmac.compare_digest(sent, secret.encode())]
        return Caller(roles[0], roles[0]) if roles else None

    def _by_identity(self, given: str) -> Caller:
        if self.identities is None:
            raise Unauthenticated("The token is none that this service knows.")
        who = self.identities.of(given)
        for role, welcome in self.allowed:
            if welcome.casefold() in (who.address, f"@{who.domain}"):
                return Caller(who.address, role)
        raise Forbidden(who.address)
