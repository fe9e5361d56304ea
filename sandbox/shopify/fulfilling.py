"""fulfillmentCreate: pieces of an order are marked as fulfilled, and leave what is committed.

The texts of its errors are from memory, and unsure; that there are such errors is not.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.book import Json
from sandbox.shopify.refusals import user_error
from sandbox.shopify.selling import settle
from sandbox.shopify.shop import Shop
from sandbox.shopify.state import FulfillmentLine, FulfillmentOrder, gid, read_gid

OPEN = ("OPEN", "IN_PROGRESS")

Part = tuple[FulfillmentOrder, FulfillmentLine, int]


class Fulfilling:
    """What an app does to the fulfillment of orders."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self.mails: list[int] = []
        """The orders whose customers Shopify has written to."""

    def create(self, fulfillment: Json, message: str | None = None) -> Json:
        """All of it, or nothing."""
        asked = fulfillment["lineItemsByFulfillmentOrder"]
        errors = [error for each in asked if (error := self._wrong_order(each))]
        errors += [] if errors else self._wrong_together(asked)
        parts = [] if errors else [part for each in asked for part in self._parts(each)]
        errors += [_WRONG_QUANTITY for _, line, quantity in parts if not 0 < quantity <= line.remaining]
        if errors or not parts:
            return {"fulfillment": None, "userErrors": errors or [_NOTHING]}
        for part in parts:
            self._fulfil(*part)
        if fulfillment.get("notifyCustomer"):
            self.mails.append(parts[0][0].order_id)
        number = self._shop.new_id("Fulfillment")
        return {"fulfillment": {"id": gid("Fulfillment", number), "status": "SUCCESS"}, "userErrors": []}

    def _order(self, each: Json) -> FulfillmentOrder | None:
        return self._shop.state.fulfillment_orders.get(read_gid(each["fulfillmentOrderId"])[1])

    def _wrong_order(self, each: Json) -> Json | None:
        order = self._order(each)
        if order is None:
            return user_error("Fulfillment order does not exist.", "fulfillment")
        if order.status not in OPEN:
            text = f"Fulfillment order {order.id} has an unfulfillable status= {order.status.lower()}."
            return user_error(text, "fulfillment")
        return None

    def _wrong_together(self, asked: list[Json]) -> list[Json]:
        """One order and one location at a time (the mutation's description)."""
        found = [order for each in asked if (order := self._order(each))]
        if len({(order.order_id, order.location_id) for order in found}) > 1:
            text = "All fulfillment orders must be of one order and one location."
            return [user_error(text, "fulfillment")]
        return []

    def _parts(self, each: Json) -> Iterator[Part]:
        """What is asked for; all that remains, where no lines are named."""
        order = self._order(each)
        assert order is not None
        asked = each.get("fulfillmentOrderLineItems")
        if not asked:
            yield from ((order, line, line.remaining) for line in order.lines if line.remaining)
            return
        lines = {line.id: line for line in order.lines}
        for one in asked:
            line = lines.get(read_gid(one["id"])[1])
            yield (order, line, one["quantity"]) if line else (order, FulfillmentLine(0, 0, 0, 0), 1)

    def _fulfil(self, asked_for: FulfillmentOrder, line: FulfillmentLine, quantity: int) -> None:
        line.remaining -= quantity
        settle(asked_for)
        order = self._shop.state.orders[asked_for.order_id]
        order.updated_at = self._shop.now()
        sold = next(each for each in order.lines if each.id == line.line_id)
        variant = self._shop.state.variants.get(sold.variant_id or 0)
        if variant and sold.location_id and (level := self._shop.level(variant.item_id, sold.location_id)):
            level.committed -= quantity


_WRONG_QUANTITY = user_error("Invalid fulfillment order line item quantity requested.", "fulfillment")
_NOTHING = user_error("There is nothing to fulfil.", "fulfillment")
