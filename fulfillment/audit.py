"""Proves the books: every promise that can be read from the tabs, and each breach by tab and `no`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from fulfillment.audit_gaps import Gone
from fulfillment.audit_messages import audit_messages
from fulfillment.audit_orders import audit_orders
from fulfillment.audit_rows import audit_rows
from fulfillment.audit_seats import SeatAudit
from fulfillment.audit_views import audit_published, audit_views
from fulfillment.damage import Breach, is_lost
from fulfillment.model import Policy
from fulfillment.pools import stock_after
from fulfillment.ports import Books
from fulfillment.workbook import Row, commits_of

__all__ = ["Breach", "audit"]


def audit(books: Books, policy: Policy, *, now: datetime) -> tuple[Breach, ...]:
    """Every breach there is, damaged rows first; no message names a key code."""
    events, assignments = _counted(books.events), _counted(books.assignments)
    answers = _counted(books.answers)
    gone = Gone.of(books, events, assignments, answers)
    seats = SeatAudit.of(commits_of(events, assignments, answers))
    for pool in books.archived.pools:
        seats.pools.know(pool)
    stock = stock_after(seats.pools, (), ())
    return (
        *gone.breaches(),
        *audit_rows(books),
        *seats.breaches,
        *audit_orders(assignments, answers, apart=gone.orders),
        *audit_messages(books, _counted(books.messages), now),
        *audit_published(books.catalogue, books.imprint),
        *audit_views(books.inventory, books.catalogue, stock, policy),
    )


def _counted(rows: Iterable[Row]) -> Sequence[Row]:
    """The rows that count: not the exact copies that a person made, nor rows that say nothing."""
    first: dict[int, Row] = {}
    counted = []
    for row in rows:
        if row.no > 0 and first.get(row.no) != row:
            first.setdefault(row.no, row)
            if not is_lost(row):
                counted.append(row)
    return counted
