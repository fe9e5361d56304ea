"""What happens to orders: placed, paid, cancelled, refunded; and what that does to the stock.

Shopify takes sold pieces from `available` when the order is placed, and keeps them as committed until they
are fulfilled (shopify.dev, inventory states: `committed` is "part of a placed order but not fulfilled";
sure).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.shopify.shop import Shop
from sandbox.shopify.state import (
    FulfillmentLine,
    FulfillmentOrder,
    Level,
    Line,
    Order,
    Refund,
    Variant,
)


class NotSold(Exception):
    """The shop does not do it; the text says why."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that somebody buys: a variant, or something that has none (a tip, a product deleted since)."""

    quantity: int
    variant: Variant | None = None
    sku: str | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What is bought, and how."""

    lines: Sequence[Wanted]
    email: str = ""
    customer: str = ""
    financial: str = "PAID"
    is_test: bool = False
    source: str = "web"
    tags: Sequence[str] = ()
    note: str = ""
    order_id: int | None = None
    name: str = ""
    is_quiet: bool = False
    """Nobody is told that it was paid."""


def buy(shop: Shop, purchase: Purchase, *, oversell: bool = False) -> Order:
    """The order that was placed. Raises NotSold where something is sold out.

    With `oversell` it is placed all the same, as when two customers take the last one at once.
    """
    if not purchase.lines or any(line.quantity < 1 for line in purchase.lines):
        raise NotSold("An order needs lines, each with a quantity of 1 or more.")
    if purchase.order_id in shop.state.orders:
        raise NotSold(f"There is an order {purchase.order_id}.")
    if not oversell:
        _check_stock(shop, purchase.lines)
    now, name = shop.now(), purchase.name or f"#{shop.state.next_number}"
    order = Order(
        id=purchase.order_id or shop.new_id("Order"),
        name=name,
        email=purchase.email,
        created_at=now,
        updated_at=now,
        lines=[_line(shop, wanted) for wanted in purchase.lines],
        financial=purchase.financial,
        is_test=purchase.is_test,
        source=purchase.source,
        tags=[*purchase.tags],
        customer=purchase.customer,
        note=purchase.note,
    )
    shop.state.next_number = max(shop.state.next_number, _number(name) + 1)
    shop.state.orders[order.id] = order
    for line in order.lines:
        _move(shop, line, -line.quantity, line.quantity, f"order {order.name}")
    _ask_to_fulfil(shop, order)
    if order.financial == "PAID" and not purchase.is_quiet:
        shop.paid(order)
    return order


def _number(name: str) -> int:
    digits = name.lstrip("#")
    return int(digits) if digits.isascii() and digits.isdigit() else 0


def _check_stock(shop: Shop, lines: Iterable[Wanted]) -> None:
    wanted: dict[int, int] = {}
    for line in lines:
        if line.variant and line.variant.is_tracked and line.variant.policy == "DENY":
            wanted[line.variant.id] = wanted.get(line.variant.id, 0) + line.quantity
    for number, quantity in wanted.items():
        variant = shop.state.variants[number]
        level = _level_sold_from(shop, variant)
        if level is None or level.available < quantity:
            raise NotSold(f"{variant.sku or variant.title} is sold out.")


def _level_sold_from(shop: Shop, variant: Variant) -> Level | None:
    """The first location that serves online orders and stocks it."""
    levels = shop.state.levels.get(variant.item_id, {})
    for location in shop.state.locations.values():
        level = levels.get(location.id)
        if level and level.is_active and location.is_active and location.fulfills_online_orders:
            return level
    return None


def _line(shop: Shop, wanted: Wanted) -> Line:
    variant = wanted.variant
    if variant is None:
        return Line(
            shop.new_id("LineItem"), wanted.title or "Tip", wanted.sku, wanted.quantity, wanted.quantity
        )
    level = _level_sold_from(shop, variant) if variant.is_tracked else None
    return Line(
        id=shop.new_id("LineItem"),
        title=wanted.title or shop.state.products[variant.product_id].title,
        sku=variant.sku,
        quantity=wanted.quantity,
        current=wanted.quantity,
        variant_id=variant.id,
        location_id=level.location_id if level else None,
    )


def _move(shop: Shop, line: Line, available: int, committed: int, by: str) -> None:
    """So many pieces more (or fewer) of the line's product are available, and committed to orders."""
    variant = shop.state.variants.get(line.variant_id or 0)
    if variant and line.location_id and (level := shop.level(variant.item_id, line.location_id)):
        level.committed += committed
        if available:
            shop.set_available(level, level.available + available, by)


def _ask_to_fulfil(shop: Shop, order: Order) -> None:
    """Every line that is a product's is to be fulfilled, by the location that its stock was taken from."""
    somewhere = next(iter(shop.state.locations))
    places = {line.location_id or somewhere for line in order.lines if line.variant_id}
    for place in sorted(places):
        lines = [
            FulfillmentLine(shop.new_id("FulfillmentOrderLineItem"), line.id, line.quantity, line.quantity)
            for line in order.lines
            if line.variant_id and (line.location_id or somewhere) == place
        ]
        asked = FulfillmentOrder(shop.new_id("FulfillmentOrder"), order.id, place, lines)
        shop.state.fulfillment_orders[asked.id] = asked


def pay(shop: Shop, order: Order) -> None:
    """A pending order is paid."""
    if order.financial != "PENDING":
        raise NotSold(f"{order.name} is {order.financial}, not PENDING.")
    order.financial, order.updated_at = "PAID", shop.now()
    shop.paid(order)


def cancel(shop: Shop, order: Order, *, restock: bool = True) -> None:
    """The order is off, its money given back, and what was not fulfilled is in stock again."""
    if order.cancelled_at:
        raise NotSold(f"{order.name} was cancelled already.")
    now = shop.now()
    for line in order.lines:
        _take_back(shop, order, line, line.current, f"cancellation {order.name}", restock=restock)
    order.financial = "VOIDED" if order.financial == "PENDING" else "REFUNDED"
    if order.financial == "REFUNDED":
        order.refunds.append(Refund(shop.new_id("Refund"), now))
    order.cancelled_at = order.updated_at = now


def refund(shop: Shop, order: Order, pieces: dict[int, int] | None = None, *, restock: bool = True) -> None:
    """So many pieces of these lines are given back with their money; without any, everything that is left."""
    pieces = {line.id: line.current for line in order.lines} if pieces is None else pieces
    lines = {line.id: line for line in order.lines}
    if order.financial not in ("PAID", "PARTIALLY_REFUNDED"):
        raise NotSold(f"{order.name} is {order.financial}: there is no money to give back.")
    for number, quantity in pieces.items():
        if number not in lines or not 0 <= quantity <= lines[number].current:
            raise NotSold(f"{order.name} has not so many pieces of line {number} left.")
    for number, quantity in pieces.items():
        _take_back(shop, order, lines[number], quantity, f"refund {order.name}", restock=restock)
    order.refunds.append(Refund(shop.new_id("Refund"), shop.now()))
    is_all = not any(line.current for line in order.lines)
    order.financial, order.updated_at = "REFUNDED" if is_all else "PARTIALLY_REFUNDED", shop.now()


def _take_back(shop: Shop, order: Order, line: Line, quantity: int, by: str, *, restock: bool) -> None:
    """Pieces leave the order: those that are not fulfilled yet first."""
    line.current -= quantity
    open_pieces = 0
    for asked in fulfillment_orders_of(shop, order):
        for part in asked.lines:
            if part.line_id == line.id:
                taken = min(quantity - open_pieces, part.remaining)
                part.remaining -= taken
                part.total -= taken
                open_pieces += taken
        settle(asked)
    _move(shop, line, quantity if restock else 0, -open_pieces, by)


def settle(asked: FulfillmentOrder) -> None:
    """Its status as what remains of it says."""
    if not any(part.remaining for part in asked.lines):
        asked.status = "CLOSED"
    elif any(part.remaining < part.total for part in asked.lines):
        asked.status = "IN_PROGRESS"


def fulfillment_orders_of(shop: Shop, order: Order) -> list[FulfillmentOrder]:
    """The oldest first."""
    return [asked for asked in shop.state.fulfillment_orders.values() if asked.order_id == order.id]


def fulfillment_status(shop: Shop, order: Order) -> str:
    """`displayFulfillmentStatus`, of what there was to fulfil."""
    parts = [part for asked in fulfillment_orders_of(shop, order) for part in asked.lines]
    if not any(part.remaining < part.total for part in parts):
        return "UNFULFILLED"
    return "PARTIALLY_FULFILLED" if any(part.remaining for part in parts) else "FULFILLED"
