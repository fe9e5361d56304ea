"""What each refusal looks like over HTTP: its status, its code, its sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from fulfillment.answers import listed
from fulfillment.errors import (
    BadRequest,
    BatchRefused,
    Forbidden,
    FulfillmentError,
    InvalidFields,
    LookAgain,
    NotAllowed,
    Refused,
    ShopRefused,
    Unauthenticated,
    Unavailable,
    WorkbookBroken,
)

MAX_BODY = 4 * 2**20
"""Bytes. Ten thousand keys pasted as rows are 1.5 MB, the largest orders a few hundred kB."""

REFUSED_ADVICE = (
    "A person may have to help: is a tab protected against the service account, or is the spreadsheet full?"
)

BROKEN_RETRY_S = 60
"""When to come back where a person has to mend something first."""


@dataclass
class Refusal(Exception):
    """The request ends here."""

    status: int
    code: str
    message: str
    fields: Mapping[str, str] = field(default_factory=dict)
    retry_after_s: int = 0
    allow: Sequence[str] = ()
    """The methods that the route knows, where it was called by another."""


def refusal_of(error: FulfillmentError) -> Refusal:
    """The refusal that an error of ours is; nothing was assigned, or the same call finds out."""
    text = str(error)
    match error:
        case InvalidFields():
            return Refusal(422, "invalid_fields", f"Some fields are wrong: {text}", error.problems)
        case BadRequest():
            return Refusal(400, "unreadable", text)
        case Unauthenticated():
            return Refusal(401, "unauthorized", text)
        case Forbidden():
            return Refusal(403, "forbidden", text)
        case Refused():
            return Refusal(422, error.code, text)
        case Unavailable():
            return Refusal(503, "busy", f"Not now: {text}", retry_after_s=error.retry_after_s)
        case WorkbookBroken():
            return Refusal(503, "workbook_broken", text, retry_after_s=BROKEN_RETRY_S)
        case NotAllowed():
            return Refusal(503, "google_refuses", text, retry_after_s=BROKEN_RETRY_S)
        case ShopRefused():
            return Refusal(503, "shop_refuses", text, retry_after_s=BROKEN_RETRY_S)
        case BatchRefused():
            return Refusal(503, "google_refuses", f"{text} {REFUSED_ADVICE}", retry_after_s=BROKEN_RETRY_S)
        case LookAgain():
            return Refusal(503, "busy", f"Not now: {text}", retry_after_s=5)
    return Refusal(500, "internal", "Something went wrong here; it was logged.")


def refusal_of_http(error: HTTPException) -> Refusal:
    """What werkzeug refuses: paths, methods and sizes that are not served."""
    if isinstance(error, RequestEntityTooLarge):
        return Refusal(413, "too_large", f"The body is over {MAX_BODY // 2**20} MB; send less at once.")
    texts = {
        404: ("not_found", "There is no such route; the README lists them."),
        405: ("method_not_allowed", "This route does not know that method; the README lists them."),
    }
    code, text = texts.get(error.code or 400, ("bad_request", "The request cannot be understood."))
    allow = sorted(error.valid_methods or ()) if isinstance(error, MethodNotAllowed) else ()
    return Refusal(error.code or 400, code, text, allow=allow)


def unread(route: str, message: str) -> tuple[str, str]:
    """(what to say, its cause) of a no to the scheduler, whose answers nobody reads."""
    return f"The scheduler's {route} was answered: {message}", f"scheduler: {route}"


def not_let_in(refusal: Refusal, request_id: str) -> tuple[str, str]:
    """(what to say, its cause) of an order that was refused; never a value that the caller sent."""
    why = f"{refusal.status} ({refusal.code})"
    if refusal.fields:
        why += f": wrong are {listed(sorted(refusal.fields))}"
    if refusal.code == "workbook_broken":  # what to mend, and where; a Zap tries again meanwhile
        advice = refusal.message
    elif refusal.status in (429, 500, 503):
        advice = "A Zap tries again by itself, for hours; if this goes on, open the Zap's history."
    elif refusal.status in (401, 403):
        advice = "Compare the Authorization header of the Zap's POST step with API_TOKENS."
    else:
        advice = "The Zap's history shows what was sent: mend the step, and replay the run."
    said = f"A paid order did not get in: POST /orders was answered {why}, request {request_id}. {advice}"
    return said, f"order refused: {refusal.status}"
