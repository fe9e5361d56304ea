"""The shop's orders looked through: none missed, none holding keys that was taken back, all marked."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from fulfillment.answers import Plan
from fulfillment.clock import Clock
from fulfillment.comparison import Compared, alarms, compare
from fulfillment.errors import FulfillmentError, NotPossible
from fulfillment.group import Door
from fulfillment.marks import Marked, plan_marks, served
from fulfillment.references import find_order, known
from fulfillment.trade import Trade
from fulfillment.wares import ShopOrder
from fulfillment.workbook import Changes, Draft

LOOKED_BACK = timedelta(days=2)
"""A refresh looks at the orders that changed in so long: what was missed then had its alarm before."""

log = logging.getLogger("fulfillment")


@dataclass(frozen=True, slots=True)
class Reconciler:
    """Compares orders, and marks what was served."""

    door: Door
    trade: Trade
    now: Callable[[], datetime]
    clock: Clock

    def compare(self, since: datetime | None, *, by: str, until: float) -> tuple[Compared, ...]:
        """Every order of the shop since then, and since LIVE_SINCE; alarms are on their way.

        1 request for each 25 orders, 1 read, 1 write where an alarm is new. Raises NotPossible where
        nothing says since when orders are ours.
        """
        if since is not None and since.tzinfo is None:
            since = since.replace(tzinfo=self.now().tzinfo)
        bounds = [*filter(None, (since, self.trade.live_since))]
        if not bounds:
            raise NotPossible("Since when are orders ours? Set LIVE_SINCE, or say --since 2026-12-01.")
        orders = self.trade.shop.orders(until=until, created_since=max(bounds))
        return self._compared(orders, max(bounds), by, until)

    def _compared(
        self, orders: Sequence[ShopOrder], since: datetime, by: str, until: float
    ) -> tuple[Compared, ...]:
        def plan(draft: Draft) -> Plan[tuple[Compared, ...]]:
            now = self.now()
            found = compare(draft.snapshot, orders, since=since, now=now)
            return Plan(found, Changes(messages=alarms(found, draft.snapshot, now=now, by=by)))

        return self.door.settle(plan, until=until)

    def look_back(self, *, by: str, until: float) -> tuple[Compared, ...]:
        """The orders that changed lately, those that were placed since LIVE_SINCE; marked where it is on."""
        since = self.trade.live_since
        if since is None:
            return ()
        orders = self.trade.shop.orders(until=until, updated_since=max(since, self.now() - LOOKED_BACK))
        found = self._compared(orders, since, by, until)
        if self.trade.marks_fulfilled:
            served = {order.order_id for order in found if order.verdict == "in order"}
            self._mark_open([order for order in orders if order.order_id in served], until)
        return found

    def _mark_open(self, orders: Sequence[ShopOrder], until: float) -> None:
        """As many as there is time for; the next refresh goes on."""
        for order in orders:
            if self.clock.now_s() >= until:
                return
            if order.is_paid and order.fulfillment != "FULFILLED":
                self.mark_quietly(order.order_id, until=until)

    def mark(self, reference: str, *, until: float) -> Marked:
        """What was served of an order is marked as fulfilled; what is already, stays so. 2 requests.

        Raises UnknownOrder, NotPossible, ShopAway, ShopRefused.
        """

        def plan(draft: Draft) -> Plan[tuple[str, str, Counter[str]]]:
            order_id = find_order(draft, reference)
            file, answer = known(draft, order_id)
            return Plan((order_id, answer.order_name or order_id, served(file, answer)))

        order_id, name, pieces = self.door.settle(plan, until=until)
        groups, held_up = plan_marks(pieces, self.trade.shop.open_lines(order_id, until=until))
        for group in groups:
            self.trade.shop.fulfill(group, until=until)
        return Marked(name, sum(count for group in groups for _, count in group), held_up)

    def mark_quietly(self, reference: str, *, until: float) -> None:
        """The same, where nobody waits for it: what fails is tried again by the next refresh."""
        try:
            self.mark(reference, until=until)
        except NotPossible:
            return
        except FulfillmentError as error:
            log.warning("An order is not marked as fulfilled yet: %s", error)
