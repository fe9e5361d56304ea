"""One order that goes all the way before customers' orders do: made in the shop, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fulfillment.answers import Plan
from fulfillment.checklist import Ticks, ticks_of
from fulfillment.errors import NotPossible
from fulfillment.group import Door
from fulfillment.model import Policy
from fulfillment.shelves import Available
from fulfillment.trade import Trade
from fulfillment.wares import ShopOrder, Variant
from fulfillment.workbook import NOTHING, Draft

TAG = "go-live"
"""How the order is found again in the shop, which alone remembers it."""

STOCK = "go-live-stock-"
"""A tag that says what the shop had of the product before."""

NOTE = "A trial before going live. Cancel it afterwards, and restock."


@dataclass(frozen=True, slots=True)
class Drafting:
    """Makes the order, and looks at it."""

    door: Door
    trade: Trade
    policy: Policy
    available: Available
    now: Callable[[], datetime]

    def make(self, sku: str, *, until: float) -> str:
        """A paid order of one piece is in the shop, by the test recipient; its name.

        Of the product that most are in stock of, unless one is named. Raises NotPossible where MODE is live,
        and while an earlier one waits for its ticks.
        """
        if self.policy.mode == "live":
            raise NotPossible("MODE is live: customers' orders are served, and a trial would be one of them.")
        earlier = self.newest(until=until)
        if earlier and not earlier.is_cancelled:
            raise NotPossible(
                f"There is order {earlier.order_name} already: to make another, cancel it there."
            )
        ware, stock = self._chosen(sku, until)
        tags = (TAG, f"{STOCK}{stock}")
        return self.trade.shop.buy(
            ware.variant_id, email=self.policy.test_recipient, note=NOTE, tags=tags, until=until
        )

    def _chosen(self, sku: str, until: float) -> tuple[Variant, int]:
        """The product to buy, and what the shop has of it."""
        free = self.door.settle(lambda draft: Plan(self.available(draft.snapshot, NOTHING)))
        most = sku or max(free, key=lambda each: free[each] or 0, default="")
        if not free.get(most):
            raise NotPossible(f"No piece of {most or 'any product'} can be served: import keys first.")
        wares = [each for each in self.trade.shop.variants(until=until) if each.sku == most]
        levels = self.trade.shop.levels([ware.item for ware in wares], until=until)
        stock = levels[wares[0].item].available if len(wares) == 1 and wares[0].item in levels else None
        if stock is None or not wares[0].is_tracked:
            raise NotPossible(f"The shop does not count {most}, or has it twice: name another product.")
        return wares[0], stock

    def newest(self, *, until: float) -> ShopOrder | None:
        """The newest order made for this. 1 request."""
        orders = self.trade.shop.orders(until=until, tag=TAG)
        return max(orders, key=lambda order: order.created_at, default=None)

    def ticks(self, *, until: float) -> Ticks | None:
        """What became of it; None where there is none. 4 requests and 1 read."""
        order = self.newest(until=until)
        if order is None:
            return None
        sku = order.lines[0].sku if order.lines else ""
        level = self._level(sku, until)

        def plan(draft: Draft) -> Plan[Ticks]:
            file, outbox = draft.file(order.order_id), draft.snapshot.outbox
            told = {each.kind for each in outbox.of_order(order.order_id) if each.event == "sent"}
            is_back = order.is_cancelled  # and its piece was put back
            is_ours = level == self.available(draft.snapshot, NOTHING).get(sku)
            has_new_stock = is_back or (level is not None and (is_ours or level != _before(order)))
            return Plan(ticks_of(order, file, told, has_new_stock=has_new_stock, now=self.now()))

        return self.door.settle(plan)

    def _level(self, sku: str, until: float) -> int | None:
        items = [each.item for each in self.trade.shop.variants(until=until) if each.sku == sku]
        levels = self.trade.shop.levels(items, until=until)
        return next((level.available for level in levels.values()), None)


def _before(order: ShopOrder) -> int | None:
    """What the shop had of the product before the order was made."""
    found = [tag.removeprefix(STOCK) for tag in order.tags if tag.startswith(STOCK)]
    return int(found[0]) if found and found[0].lstrip("-").isdigit() else None
