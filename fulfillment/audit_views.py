"""The audit of the views: do they show what the ledgers say?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from fulfillment.answers import listed
from fulfillment.audit_rows import REFRESH
from fulfillment.availability import availability
from fulfillment.damage import Breach
from fulfillment.imprint import as_published, imprint
from fulfillment.model import Policy, Pool, Product
from fulfillment.pools import Stock
from fulfillment.stocktake import InventoryRow, inventory

ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
"""Times of views are not compared."""


def audit_views(
    rows: Sequence[InventoryRow], products: Sequence[Product], stock: Stock, policy: Policy
) -> Iterator[Breach]:
    """Figures of Key Inventory and Live Catalogue that are not those of the ledgers (promise 8)."""
    yield from _inventory(rows, stock, policy)
    yield from _catalogue(products, stock, policy)


Figures = tuple[int, int, int, str]


def audit_published(products: Sequence[Product], on_record: str) -> Iterator[Breach]:
    """Rows of Live Catalogue that are gone, or are not as they were published."""
    if not on_record or imprint(products) == on_record:
        return
    same = as_published(products, on_record)
    strange = [product.sku for product in products if product not in same]
    if imprint(same) != on_record:
        wrong = "Rows of `Live Catalogue` are gone, or are not as they were published"
        cure = "Run Refresh Inventory; where it cannot tell what was published, Sync Catalogue."
    else:
        wrong, cure = "`Live Catalogue` has rows that were not published", REFRESH
    named = f": {listed([f'`{sku}`' for sku in strange])}" if strange else ""
    yield Breach(8, "Live Catalogue", 0, f"{wrong}{named}. {cure}")


def _inventory(rows: Sequence[InventoryRow], stock: Stock, policy: Policy) -> Iterator[Breach]:
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


def _catalogue(products: Sequence[Product], stock: Stock, policy: Policy) -> Iterator[Breach]:
    """Live Catalogue's `available` against what the ledgers say."""
    due = availability({product.sku: product for product in products}, stock, policy)
    for product in products:
        if product.available != due[product.sku]:
            shown, right = (_or_blank(n) for n in (product.available, due[product.sku]))
            wrong = f"{product.sku} shows {shown} available, and the ledgers say {right}."
            yield Breach(8, "Live Catalogue", 0, f"{wrong} {REFRESH}")


def _or_blank(available: int | None) -> str:
    return "nothing" if available is None else str(available)
