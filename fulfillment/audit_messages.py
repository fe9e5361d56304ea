"""The audit of the Outbox: was everything that is owed told, and nothing about keys that nobody has?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from fulfillment.damage import Breach
from fulfillment.messages import Outbox
from fulfillment.model import Message
from fulfillment.ports import Books

OVERDUE = timedelta(hours=1)
"""So long after its time a message has not been missed by one call of the scheduler's, but by all."""


def audit_messages(books: Books, messages: Sequence[Message], now: datetime) -> Iterator[Breach]:
    """Messages about keys that were not assigned, and messages that nobody sends (promise 6)."""
    outbox = Outbox()
    outbox.advance(sorted(messages, key=lambda message: message.no))
    for message in outbox.to_be_told():
        if message.due_at and datetime.fromisoformat(message.due_at) < now - OVERDUE:
            late = f"{message.message_id} was due at {message.due_at} and was not sent."
            yield Breach(6, "Outbox", message.no, f"{late} Is POST /outbox/send called every minute?")
    yield from _about_nothing(books, messages)


def _about_nothing(books: Books, messages: Sequence[Message]) -> Iterator[Breach]:
    """Messages that say an order has keys, written before any key was given to it."""
    given: dict[str, int] = {}
    for row in books.assignments:
        if row.event == "assigned":
            given[row.order_id] = min(row.version, given.get(row.order_id, row.version))
    for message in messages:
        if message.kind not in ("fulfilled", "keys") or message.order_id in books.archived.orders:
            continue
        if given.get(message.order_id, message.version + 1) > message.version:
            wrong = f"{message.message_id} tells of keys that Assignments did not hold then."
            yield Breach(6, "Outbox", message.no, f"{wrong} Compare the order's rows, and tell the customer.")
