"""Every way the service says no.

FulfillmentError
├── LookAgain                  the look-again loop's: look at the spreadsheet, then plan anew
│   ├── Conflict               another writer's commit was first
│   ├── CommitUncertain        the reply was lost, and looking did not tell either
│   └── TornRead               what was read does not add up, or is older than what was seen before
├── InArchive                  the order's rows have to be read from the archive before it is planned
├── Unavailable                nothing was assigned, or the same call finds out: 503, Retry-After
│   ├── Busy                   no time is left before the caller's deadline
│   ├── QuotaSpent             Google's calls of this minute are used up
│   ├── GoogleAway             no answer, or an answer that is not one
│   └── ShopAway               the same of Shopify
├── WorkbookBroken             a person has to mend the spreadsheet; says what, where, and how
│   ├── NotSetUp               tabs or columns are missing
│   ├── Damaged                ledger rows are missing, repeated or unreadable
│   └── NotOurs                copied or restored: adopt it first
├── BatchRefused               Google refuses this batch itself, whoever sends it
├── BadRequest                 the caller sent what cannot be read
│   ├── Unreadable             the body is not what its type says: 400
│   └── InvalidFields          fields are missing or wrong, each named: 422
├── Refused                    the request cannot be done; nothing was changed
│   ├── OrderTooLarge          its answer does not fit the ledger's cells
│   ├── UnknownOrder           no order has this id or name
│   └── NotPossible            what was asked cannot be done to this order
├── NoAccess                   the caller may not do this here
│   ├── Unauthenticated        no token, or none that is valid: 401
│   └── Forbidden              it is known who calls, and that one is not on the list: 403
├── ShopRefused                Shopify does not do it: credentials, scopes, or what was asked
├── NotDelivered               a message did not go out; says whether another try may help
└── NotAllowed                 Google refuses the credentials or the sharing
"""

from __future__ import annotations

from collections.abc import Mapping


class FulfillmentError(Exception):
    """Base of all; its text is a sentence that may be shown to an operator."""


class LookAgain(FulfillmentError):
    """The cure is to look at the spreadsheet and plan anew."""


class Conflict(LookAgain):
    """Another writer committed on the version that this plan was based on."""


class CommitUncertain(LookAgain):
    """Whether the commit landed could not be told yet."""


class TornRead(LookAgain):
    """A look mixed two states of the workbook, or showed one older than a state seen before."""


class InArchive(FulfillmentError):
    """A plan asked for an order whose rows the archive has."""

    def __init__(self, order_id: str) -> None:
        super().__init__(f"Order {order_id} is in the archive.")
        self.order_id = order_id


class Unavailable(FulfillmentError):
    """Not now; `retry_after_s` says when it is worth another try."""

    def __init__(self, message: str, *, retry_after_s: int = 5) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Busy(Unavailable):
    """It could not be served before the caller's deadline."""


class QuotaSpent(Unavailable):
    """429: stopped at Google's door, so that nothing of it was applied."""


class GoogleAway(Unavailable):
    """A 5xx, a time-out, a reset connection, or a body that is not JSON: a write may have landed."""


class ShopAway(Unavailable):
    """Shopify gave no answer in time, or none that is one: a change may have been made."""


class WorkbookBroken(FulfillmentError):
    """The spreadsheet needs a person."""


class NotSetUp(WorkbookBroken):
    """A tab or a column that the schema names is not there."""


class Damaged(WorkbookBroken):
    """Ledger rows are missing, repeated or unreadable, and looking again does not help."""


class NotOurs(WorkbookBroken):
    """The spreadsheet is a copy, or was restored to an earlier state."""


class BatchRefused(FulfillmentError):
    """400 for the batch itself: another try gives the same."""


class BadRequest(FulfillmentError):
    """What was sent cannot be read; nothing was changed."""


class Unreadable(BadRequest):
    """The body is not JSON or a form, or not an object."""


class InvalidFields(BadRequest):
    """`problems` names each field that is wrong, with a sentence about it."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = dict(problems)


class Refused(FulfillmentError):
    """The request cannot be done, and nothing was changed; `code` is the answer's reason."""

    code = "refused"


class OrderTooLarge(Refused):
    """The order does not fit one cell of the ledger."""

    code = "too_large"


class UnknownOrder(Refused):
    """No order has this id, or more than one has this name."""

    code = "unknown_order"


class NotPossible(Refused):
    """The order is not in a state for what was asked."""

    code = "not_possible"


class NoAccess(FulfillmentError):
    """The caller may not do this here; nothing was changed."""


class Unauthenticated(NoAccess):
    """The credentials are missing, wrong, over, or meant for another service."""


class Forbidden(NoAccess):
    """`address` is who Google says it is, and not on the list."""

    def __init__(self, address: str) -> None:
        super().__init__(
            f"{address} may not use this service. Whoever runs it can add that address to OIDC_ALLOWED."
        )
        self.address = address


class ShopRefused(FulfillmentError):
    """Shopify does not do what was asked; another try gives the same until a person has mended it."""


class NotDelivered(FulfillmentError):
    """A message did not go out, as far as is known; `is_final` where no other try will help.

    `may_have_arrived`: the request went out and its answer was lost. `retry_after_s`: what the other side
    asks for.
    """

    def __init__(
        self,
        message: str,
        *,
        is_final: bool = False,
        may_have_arrived: bool = False,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.is_final = is_final
        self.may_have_arrived = may_have_arrived
        self.retry_after_s = retry_after_s


class NotAllowed(FulfillmentError):
    """401 or 403 from Google: credentials, or the spreadsheet is not shared with the service."""
