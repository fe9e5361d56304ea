"""The stock that a commit leaves: the views that show it, and the messages of what it brings low."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from fulfillment.alerts import Alert, Shelf, all_low, crossings
from fulfillment.availability import Figures
from fulfillment.model import Message, Policy, Pool
from fulfillment.outbox import of_stock
from fulfillment.pools import stock_after
from fulfillment.ports import Views
from fulfillment.stocktake import InventoryRow, inventory
from fulfillment.workbook import NOTHING, Changes, Snapshot


@dataclass(frozen=True, slots=True)
class Refreshed:
    """The inventory as it is written, and all that is low."""

    inventory: tuple[InventoryRow, ...]
    low: tuple[Alert, ...]
    repaired: tuple[str, ...] = ()
    """What somebody had changed and is put right, as sentences."""
    left: tuple[str, ...] = ()
    """What is still wrong, and what to do."""


class Stockroom:
    """What stands in the views after a commit, and what is to be told of it; no call is made."""

    def __init__(self, policy: Policy, *, now: Callable[[], datetime]) -> None:
        self._policy = policy
        self._now = now
        self._figures = Figures(policy)

    def views_after(self, snapshot: Snapshot, changes: Changes) -> Views:
        """The views as they are to stand once these changes do."""
        shelf = self._shelf(snapshot, changes)
        return Views(inventory(shelf.stock, self._policy, self._now()), shelf.available)

    def available_after(self, snapshot: Snapshot, changes: Changes) -> Mapping[str, int | None]:
        """How many of each product can be sold once these changes stand."""
        return self._shelf(snapshot, changes).available

    def counted(
        self, snapshot: Snapshot, repaired: tuple[str, ...] = (), left: tuple[str, ...] = ()
    ) -> Refreshed:
        """The stock as it stands, whoever made it so."""
        shelf = self._shelf(snapshot, NOTHING)
        low = all_low(shelf, policy=self._policy, given=partial(self._given, snapshot, NOTHING))
        return Refreshed(inventory(shelf.stock, self._policy, self._now()), low, repaired, left)

    def alerts(self, snapshot: Snapshot, changes: Changes) -> tuple[Message, ...]:
        """The message that these changes bring stock to a level, or none."""
        if not changes.events and not changes.assignments and changes.catalogue is None:
            return ()
        before, after = self._shelf(snapshot, NOTHING), self._shelf(snapshot, changes)
        given = partial(self._given, snapshot, changes)
        crossed = crossings(before, after, policy=self._policy, given=given)
        return of_stock(crossed, version=snapshot.version + 1, now=self._now())

    def _given(self, snapshot: Snapshot, changes: Changes) -> Mapping[Pool, int]:
        """The seats given out in the days of the pace, these changes included."""
        given = snapshot.sales.given(today=self._now().date(), days=self._policy.pace_days)
        return given + Counter(row.pool for row in changes.assignments if row.event == "assigned")

    def _shelf(self, snapshot: Snapshot, changes: Changes) -> Shelf:
        """What there is to give out and to sell once these changes stand."""
        leaving, returning = changes.leaving or NOTHING, changes.returning or NOTHING
        stock = stock_after(
            snapshot.pools,
            changes.events,
            changes.assignments,
            leaving=leaving.events,
            returning=returning.events,
        )
        published = changes.catalogue
        products = (
            snapshot.catalogue if published is None else {product.sku: product for product in published}
        )
        return Shelf(stock, products, self._figures.of(products, stock))
