"""What the shop is to have of each product, and what has to change there for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from fulfillment.allocation import plan_order
from fulfillment.answers import listed
from fulfillment.catalogue import Problem
from fulfillment.errors import FulfillmentError
from fulfillment.model import Entitlement, LineItem, Order, Policy, Pool, Product, parse_entitlements
from fulfillment.wares import SERVE_TEST, Level, Quantity, ShopOrder, Variant
from fulfillment.workbook import NOTHING, Changes, Snapshot

AWAITED_FOR = timedelta(hours=1)
"""A paid order that has not arrived here is waited for so long; mostly the Zap takes a minute."""

MOST_TO_ZERO = 0.2
"""The share of the shop's products that a push may take to zero without asking."""

ALWAYS_TO_ZERO = 3
"""So many products may go to zero in any shop, however small: a few share their pools."""

Available = Callable[[Snapshot, Changes], Mapping[str, int | None]]
"""SKU -> how many could be sold, once these changes stand."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the shop is to have of a product."""

    sku: str
    product: str
    count: int
    awaited: int = 0
    """So many fewer than the tabs say, for orders that were paid and have not arrived here."""


@dataclass(frozen=True, slots=True)
class Shelves:
    """Every product whose stock is ours to keep, by SKU."""

    of: Mapping[str, Shelf]
    awaited: tuple[str, ...] = ()
    """The orders that were paid and have not arrived here."""

    def only(self, skus: Iterable[str]) -> Shelves:
        """Those of these products alone."""
        return replace(self, of={sku: self.of[sku] for sku in skus if sku in self.of})


def plan_shelves(
    snapshot: Snapshot,
    orders: Iterable[ShopOrder],
    *,
    available: Available,
    policy: Policy,
    live_since: datetime | None,
    now: datetime,
) -> Shelves:
    """What the shop is to have, as if the paid orders that have not arrived here had been served.

    Shopify takes sold units itself when an order is placed; our tabs learn of it when the order is posted.
    Until then they say too much.
    """
    awaited = [order for order in orders if _is_awaited(order, snapshot, live_since, now)]
    said = available(snapshot, NOTHING)
    left = available(snapshot, _served(snapshot, awaited, policy, now)) if awaited else said
    ours = (product for product in snapshot.catalogue.values() if is_ours(snapshot, product, said, policy))
    shelves = (
        Shelf(p.sku, p.product, left[p.sku] or 0, (said[p.sku] or 0) - (left[p.sku] or 0)) for p in ours
    )
    return Shelves({shelf.sku: shelf for shelf in shelves}, tuple(order.order_name for order in awaited))


def is_ours(
    snapshot: Snapshot, product: Product, available: Mapping[str, int | None], policy: Policy
) -> bool:
    """Is its stock in the shop ours to keep? Not of what people fulfil, and not before keys were imported."""
    count = available.get(product.sku)
    if count is None:
        return False
    return count > 0 or not never_had_keys(snapshot, product, policy)


def never_had_keys(snapshot: Snapshot, product: Product, policy: Policy) -> bool:
    """Is there something that its customers get, and no key was ever imported for?"""
    entitlements = parse_entitlements(product.entitlements)
    return not entitlements or not all(_ever_had_keys(snapshot, each, policy) for each in entitlements)


def _ever_had_keys(snapshot: Snapshot, entitlement: Entitlement, policy: Policy) -> bool:
    """Was a key imported into every pool that it needs in the default region, in one way or another?"""
    place = (policy.default_region, entitlement.provider, entitlement.product_code)
    return any(
        all(Pool(*place, component) in snapshot.pools.queues for component in way)
        for way in policy.levels.ways_of(entitlement)
    )


def _is_awaited(order: ShopOrder, snapshot: Snapshot, live_since: datetime | None, now: datetime) -> bool:
    since = max(filter(None, (now - AWAITED_FOR, live_since)))
    is_served = not order.is_test or SERVE_TEST in order.tags
    return (
        order.is_paid and is_served and order.created_at >= since and not has_seen(snapshot, order.order_id)
    )


def has_seen(snapshot: Snapshot, order_id: str) -> bool:
    """Has this order arrived here?"""
    return order_id in snapshot.orders or order_id in snapshot.archived_orders


def _served(snapshot: Snapshot, orders: Iterable[ShopOrder], policy: Policy, now: datetime) -> Changes:
    """The changes that these orders would bring; one that cannot be served brings none."""
    draft, parts = snapshot.draft(), list[Changes]()
    for order in orders:
        mark = draft.drawing.mark()
        try:
            plan = plan_order(draft, as_order(order), policy=policy, now=now, by="")
        except FulfillmentError:
            draft.drawing.rewind(mark)
            continue
        draft.advance(plan.changes)
        parts.append(plan.changes)
    return Changes.together(parts)


def as_order(order: ShopOrder) -> Order:
    """The order as its Zap would post it."""
    lines = tuple(LineItem(line.sku, line.quantity, line.title) for line in order.lines)
    return Order(order.order_id, order.order_name, lines=lines)


@dataclass(frozen=True, slots=True)
class Move:
    """A product's stock in the shop as it is to change."""

    sku: str
    product: str
    item: str
    was: int
    to: int
    why: str

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.item, self.was, self.to)


@dataclass(frozen=True, slots=True)
class Unfit:
    """A product whose stock cannot be set before the shop counts it at our location."""

    sku: str
    item: str
    to: int
    is_tracked: bool
    is_stocked: bool

    @property
    def message(self) -> str:
        """`The shop does not count it: push with --fix, or set Track quantity there.`"""
        wrong = "" if self.is_tracked else "does not count it"
        away = "" if self.is_stocked else "does not stock it at our location"
        said = " and ".join(filter(None, [wrong, away]))
        return f"The shop {said}: push with --fix, or put it right in the product's page there."


@dataclass(frozen=True, slots=True)
class Push:
    """What a push would do."""

    moves: tuple[Move, ...] = ()
    unfit: tuple[Unfit, ...] = ()
    kept: int = 0
    """How many products' stock is ours to keep."""
    problems: tuple[Problem, ...] = ()
    awaited: tuple[str, ...] = ()
    place: str = ""
    """The shop and its location: what was seen of one is not seen of another."""
    closing: tuple[str, ...] = ()
    """The SKUs that would go to zero."""

    @property
    def code(self) -> str:
        """Who says it has seen this push: the same for as long as the same products would go to zero."""
        return sha256("\n".join([self.place, *self.closing]).encode()).hexdigest()[:6].upper()

    @property
    def asks_first(self) -> bool:
        """Would it take so many products to zero that a person is asked first?"""
        return len(self.closing) > max(ALWAYS_TO_ZERO, MOST_TO_ZERO * self.kept)

    def with_fix(self) -> Push:
        """The same, where what is unfit is put right as well: an item that was not counted may close then."""
        more = {unfit.sku for unfit in self.unfit if not unfit.is_tracked and not unfit.to}
        return replace(self, closing=tuple(sorted({*self.closing, *more})))


def plan_push(
    shelves: Shelves,
    wares: Mapping[str, Sequence[Variant]],
    levels: Mapping[str, Level],
    *,
    place: str,
    kept: int,
) -> Push:
    """What has to change in the shop; `wares` are its variants by SKU, `levels` what was read, by item.

    `kept`: how many products' stock is ours to keep, those of `shelves` and all others.

    A SKU of several variants, or of none, is told and left alone.
    """
    moves, unfit, problems = list[Move](), list[Unfit](), list[Problem]()
    for shelf in shelves.of.values():
        same = wares.get(shelf.sku, ())
        level = levels.get(same[0].item) if len(same) == 1 else None
        if level is None:
            problems.append(Problem(shelf.sku, _unknown(len(same))))
        elif level.available is None or not level.is_tracked:
            is_stocked = level.available is not None
            unfit.append(Unfit(shelf.sku, level.item, shelf.count, level.is_tracked, is_stocked))
        elif level.available != shelf.count:
            why = _why(shelf)
            moves.append(Move(shelf.sku, shelf.product, level.item, level.available, shelf.count, why))
    return Push(
        moves=tuple(moves),
        unfit=tuple(unfit),
        kept=kept,
        problems=tuple(problems),
        awaited=shelves.awaited,
        place=place,
        closing=_closing(moves),
    )


def _closing(moves: Iterable[Move]) -> tuple[str, ...]:
    return tuple(sorted(move.sku for move in moves if move.was > 0 >= move.to))


def _unknown(count: int) -> str:
    if count > 1:
        return f"{count} variants in the shop have this SKU: nothing is pushed to any of them."
    return "The shop has no such SKU: there is nothing to push to."


def _why(shelf: Shelf) -> str:
    if not shelf.awaited:
        return f"{shelf.count} can be served"
    return (
        f"{shelf.count + shelf.awaited} can be served, {shelf.awaited} of it is sold and has not arrived here"
    )


def plan_restore(
    recorded: Mapping[str, int], wares: Mapping[str, Variant], levels: Mapping[str, Level], *, place: str
) -> Push:
    """What has to change for our location to have what was recorded; `recorded` and `wares` by item."""
    moves = list[Move]()
    gone = 0
    for item, count in recorded.items():
        level, ware = levels.get(item), wares.get(item)
        if level is None or level.available is None or ware is None:
            gone += 1
        elif level.available != count:
            moves.append(
                Move(ware.sku, ware.name, item, level.available, count, "as it was when it was recorded")
            )
    message = f"{gone} recorded items are no longer stocked there, and stay as they are."
    problems = (Problem("", message),) if gone else ()
    return Push(tuple(moves), (), len(recorded), problems, (), place, _closing(moves))


def in_words(push: Push) -> str:
    """`12 of 80 products would change, 3 of them to zero (CPT, CNC and CES).`"""
    return " ".join(_sentences(push))


def _sentences(push: Push) -> Iterator[str]:
    zero = f", {len(push.closing)} of them to zero ({listed(push.closing)})" if push.closing else ""
    yield f"{len(push.moves)} of {push.kept} products would change{zero}."
    if push.unfit:
        skus = listed([unfit.sku for unfit in push.unfit])
        yield f"{len(push.unfit)} cannot be set before they are put right: {skus}."
    if push.awaited:
        yield f"Paid, and not here yet: {listed(push.awaited)}."
