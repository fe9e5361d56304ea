"""How the service is: what the workbook tells of waiting orders and messages, held against targets."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from fulfillment.answers import counted, when
from fulfillment.workbook import Snapshot

Verdict = Literal["ok", "warn", "critical"]
VERDICTS: tuple[Verdict, ...] = ("ok", "warn", "critical")


@dataclass(frozen=True, slots=True)
class Targets:
    """What the service is held to; each in one place, here."""

    order_s: float = 5.0
    """So long may 95 of 100 orders take; the next two are when somebody should look, and must."""
    order_warn_s: float = 10.0
    order_critical_s: float = 30.0
    errors_warn: float = 0.01
    """Share of the posted orders that were answered with a mistake of ours, or told to come again."""
    errors_critical: float = 0.05
    mails_confirmed: float = 0.98
    """Share of the mails that the Zap's last step reported within its time."""
    message_due: timedelta = timedelta(minutes=10)
    """A message that is due for longer is not being sent."""
    refreshed: timedelta = timedelta(minutes=45)
    """The scheduler refreshes every 15 minutes."""
    clock_s: float = 5.0
    """Our clock and Google's: first in, first out goes by numbers, but people read times."""


TARGETS = Targets()

MEMORY = 2_000
"""Posted orders whose times are remembered."""


@dataclass(frozen=True, slots=True)
class Miss:
    """One target that is missed."""

    verdict: Verdict
    message: str


@dataclass(frozen=True, slots=True)
class Books:
    """What the workbook tells."""

    version: int
    waiting: int
    """Orders on hold for want of keys."""
    pending: int
    """Messages that are still to be told."""
    due_at: str
    """Since when the oldest of them is due; empty where none is."""
    confirmed: int
    unconfirmed: int
    error: str
    """Why a message could not be sent, of the newest that failed."""


def books_of(snapshot: Snapshot) -> Books:
    """What the snapshot tells of its orders and messages."""
    answers = (file.answer for file in snapshot.orders.values())
    messages = snapshot.outbox.messages.values()
    pending = [*snapshot.outbox.to_be_told()]
    return Books(
        version=snapshot.version,
        waiting=sum(a is not None and (a.outcome, a.reason) == ("failed", "out_of_stock") for a in answers),
        pending=len(pending),
        due_at=min((message.due_at for message in pending if message.due_at), default=""),
        confirmed=sum(message.kind == "confirmed" for message in messages),
        unconfirmed=sum(m.kind == "unconfirmed" and m.event in ("sent", "given_up") for m in messages),
        error=next((message.error for message in reversed(pending) if message.event == "failed"), ""),
    )


@dataclass(slots=True)
class Pulse:
    """How long orders took lately, and how many were not answered; of this instance. Any thread."""

    seconds: deque[float] = field(default_factory=lambda: deque(maxlen=MEMORY))
    errors: deque[bool] = field(default_factory=lambda: deque(maxlen=MEMORY))

    def beat(self, seconds: float, *, is_error: bool) -> None:
        """An order was answered after so long."""
        self.seconds.append(seconds)
        self.errors.append(is_error)

    def slow_s(self) -> float:
        """95 of 100 orders took no longer than this."""
        seconds = sorted(self.seconds)
        return seconds[math.ceil(len(seconds) * 0.95) - 1] if seconds else 0.0

    def error_rate(self) -> float:
        """The share of the orders that were not answered."""
        errors = [*self.errors]
        return sum(errors) / len(errors) if errors else 0.0


@dataclass(frozen=True, slots=True)
class Health:
    """How the service is, as whoever watches it reads it."""

    verdict: Verdict
    misses: Sequence[Miss]
    books: Books
    order_s: float
    """95 of the last 100 orders took no longer."""
    error_rate: float
    refreshed_at: str
    clock_ahead_s: float


def health(books: Books, pulse: Pulse, *, now: datetime, refreshed_at: datetime, ahead_s: float) -> Health:
    """What the figures are, and which miss their targets, the worst first.

    `ahead_s`: by how much our clock is ahead of Google's.
    """
    found = [*_of_orders(pulse), *_of_messages(books, now), *_of_time(now, refreshed_at, ahead_s)]
    misses = sorted(found, key=lambda miss: -VERDICTS.index(miss.verdict))
    return Health(
        verdict=misses[0].verdict if misses else "ok",
        misses=misses,
        books=books,
        order_s=round(pulse.slow_s(), 2),
        error_rate=round(pulse.error_rate(), 4),
        refreshed_at=when(refreshed_at),
        clock_ahead_s=round(ahead_s, 1),
    )


def _of_orders(pulse: Pulse) -> Iterator[Miss]:
    slow, errors = pulse.slow_s(), pulse.error_rate()
    if slow > TARGETS.order_warn_s:
        verdict: Verdict = "critical" if slow > TARGETS.order_critical_s else "warn"
        yield Miss(
            verdict, f"Of 100 orders 5 took longer than {slow:.0f} s; {TARGETS.order_s:.0f} s is the target."
        )
    if errors > TARGETS.errors_warn:
        verdict = "critical" if errors > TARGETS.errors_critical else "warn"
        yield Miss(verdict, f"{errors:.1%} of the posted orders were not answered; the log says why.")


def _of_messages(books: Books, now: datetime) -> Iterator[Miss]:
    if books.due_at and now - datetime.fromisoformat(books.due_at) > TARGETS.message_due:
        why = f" The last error: {books.error}" if books.error else " Does the scheduler call /outbox/send?"
        yield Miss("warn", f"{counted(books.pending, 'message')} to be sent, due since {books.due_at}.{why}")
    mails = books.confirmed + books.unconfirmed
    if mails and books.confirmed / mails < TARGETS.mails_confirmed:
        share = f"{books.unconfirmed} of {counted(mails, 'mail')} not confirmed in time"
        yield Miss("warn", f"{share}: look at the Zap's history.")


def _of_time(now: datetime, refreshed_at: datetime, ahead_s: float) -> Iterator[Miss]:
    if now - refreshed_at > TARGETS.refreshed:
        yield Miss("warn", f"Not refreshed since {when(refreshed_at)}: does the scheduler call it?")
    if abs(ahead_s) > TARGETS.clock_s:
        yield Miss("warn", f"The clock here is {ahead_s:+.0f} s from Google's.")
