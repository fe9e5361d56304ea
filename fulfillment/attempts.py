"""What becomes of a message: claimed, sent, tried again, given up, each a row of the Outbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from fulfillment.answers import when
from fulfillment.messages import Outbox
from fulfillment.model import Message

CLAIM = timedelta(minutes=5)
"""Who claimed a message has so long to send it; nothing heard by then, anybody may."""

DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""After the first try, the second ...: what is away for longer than these together needs a person."""

JITTER = 0.2
"""By so much of it a delay is longer at the most, so that what failed together is not tried together."""


def is_due(message: Message, now: datetime) -> bool:
    """Has its time come? One that is claimed is its claimer's until then."""
    return not message.due_at or datetime.fromisoformat(message.due_at) <= now


def due(outbox: Outbox, now: datetime) -> Iterator[Message]:
    """The pending messages to be sent now, the oldest first."""
    return (message for message in outbox.to_be_told() if is_due(message, now))


def claimed(message: Message, *, now: datetime, by: str) -> Message:
    """The row by which whoever commits it is the one to send it.

    Its `error` says that nothing was heard of an earlier claim: then it may have been sent before.
    """
    unheard = f"Nothing was heard of the claim of {message.at}." if message.event == "claimed" else ""
    claim = _next(message, "claimed", now=now, by=by, due_at=when(now + CLAIM), error=unheard)
    return replace(claim, attempts=message.attempts + 1)


def first_claim(message: Message, *, now: datetime) -> Message:
    """A new message, with its first claim where it is due at once."""
    if message.event != "owed" or not is_due(message, now):
        return message
    return replace(message, event="claimed", attempts=1, due_at=when(now + CLAIM))


def sent(message: Message, *, now: datetime, by: str) -> Message:
    """The row that says that it went out."""
    return _next(message, "sent", now=now, by=by)


def delivered(message: Message, *, now: datetime, by: str) -> Message:
    """The row that says that what it is about has reached the customer."""
    return _next(message, "delivered", now=now, by=by)


def not_sent(
    message: Message,
    error: str,
    *,
    now: datetime,
    by: str,
    chance: float,
    is_final: bool = False,
    not_before: timedelta = timedelta(0),
) -> Message:
    """The row that says when it is tried again, or that it is given up. `chance` is 0 to 1, for jitter."""
    if is_final or message.attempts > len(DELAYS):
        return given_up(message, error, now=now, by=by)
    delay = max(DELAYS[message.attempts - 1] * (1 + JITTER * chance), not_before)
    return _next(message, "failed", now=now, by=by, due_at=when(now + delay), error=error)


def given_up(message: Message, error: str, *, now: datetime, by: str) -> Message:
    """The row that says that it will not be told, and why."""
    return _next(message, "given_up", now=now, by=by, error=error)


def _next(message: Message, event: str, **cells: object) -> Message:
    """The message's next row; what it says is in its first one."""
    at = when(cells.pop("now"))  # type: ignore[arg-type]
    blank = {"subject": "", "body": "", "due_at": "", "error": "", "no": 0, "version": 0}
    return replace(message, **{**blank, **cells, "at": at, "event": event})  # type: ignore[arg-type]
