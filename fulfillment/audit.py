"""Proves the books: every promise that can be read from the tabs, and each breach by tab and `no`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from fulfillment.audit_gaps import audit_gaps
from fulfillment.audit_messages import audit_messages
from fulfillment.audit_orders import audit_orders
from fulfillment.audit_rows import REFRESH, audit_rows
from fulfillment.audit_seats import SeatAudit
from fulfillment.availability import availability
from fulfillment.damage import Breach, is_lost
from fulfillment.model import Policy, Pool, Product
from fulfillment.pools import Stock, stock_after
from fulfillment.ports import Books
from fulfillment.stocktake import InventoryRow, inventory
from fulfillment.workbook import Row, commits_of

__all__ = ["Breach", "audit"]

ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""Times of views are not compared."""


def audit(books: Books, policy: Policy, *, now: datetime) -> tuple[Breach, ...]:
    """Every breach there is, damaged rows first; no message names a key code."""
    events, assignments = _counted(books.events), _counted(books.assignments)
    answers = _counted(books.answers)
    seats = SeatAudit.of(commits_of(events, assignments, answers))
    for pool in books.archived.pools:
        seats.pools.know(pool)
    stock = stock_after(seats.pools, (), ())
    return (
        *audit_gaps(books, events, assignments, answers),
        *audit_rows(books),
        *seats.breaches,
        *audit_orders(assignments, answers),
        *audit_messages(books, _counted(books.messages), now),
        *_audit_inventory(books.inventory, stock, policy),
        *_audit_catalogue(books.catalogue, stock, policy),
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


Figures = tuple[int, int, int, str]


def _audit_inventory(rows: Sequence[InventoryRow], stock: Stock, policy: Policy) -> Iterator[Breach]:
    """Key Inventory against what the ledgers say, pool by pool."""
    shown, due = _figures(rows), _figures(inventory(stock, policy, ANY_TIME))
    for pool, count in Counter(map(_pool_of, rows)).items():
        if count > 1:
            yield Breach(8, "Key Inventory", 0, f"{pool} stands in {count} rows. {REFRESH}")
    for pool in sorted({*shown, *due}):
        if shown.get(pool) != due.get(pool):
            wrong = (
                f"{pool} shows {_in_words(shown.get(pool))}, and the ledgers say {_in_words(due.get(pool))}."
            )
            yield Breach(8, "Key Inventory", 0, f"{wrong} {REFRESH}")


def _pool_of(row: InventoryRow) -> Pool:
    return Pool(row.region, row.provider, row.product_code, row.component)


def _figures(rows: Iterable[InventoryRow]) -> dict[Pool, Figures]:
    return {_pool_of(row): (row.total, row.used, row.available, row.level) for row in rows}


def _in_words(figures: Figures | None) -> str:
    return "no row" if figures is None else "total {}, used {}, available {} ({})".format(*figures)


def _audit_catalogue(products: Sequence[Product], stock: Stock, policy: Policy) -> Iterator[Breach]:
    """Live Catalogue's `available` against what the ledgers say."""
    due = availability({product.sku: product for product in products}, stock, policy)
    for product in products:
        if product.available != due[product.sku]:
            shown, right = (_or_blank(n) for n in (product.available, due[product.sku]))
            wrong = f"{product.sku} shows {shown} available, and the ledgers say {right}."
            yield Breach(8, "Live Catalogue", 0, f"{wrong} {REFRESH}")


def _or_blank(available: int | None) -> str:
    return "nothing" if available is None else str(available)
