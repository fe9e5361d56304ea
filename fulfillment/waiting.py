"""Orders that failed for want of keys and are on hold: which of them could be served whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile

from fulfillment import combination
from fulfillment.allocation import plan_order
from fulfillment.answers import Plan, counted, listed
from fulfillment.asked import Pieces, read_lines
from fulfillment.combination import Decision
from fulfillment.model import Answer, LineItem, Order, Policy, Pool, Reply
from fulfillment.pools import Stock, stock_after
from fulfillment.workbook import NOTHING, Changes, Draft, OrderFile, Snapshot

RETRIED_AT_ONCE = 100
"""Waiting orders that one commit serves: their mails go out one by one, in the time that is left."""


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order on hold that the stock would serve whole."""

    order_id: str
    order_name: str
    failed_at: str
    seats: int


def servable(snapshot: Snapshot, changes: Changes, *, policy: Policy) -> tuple[WaitingOrder, ...]:
    """The waiting orders that could be served whole once these changes stand, oldest first.

    Each is served before the next is looked at, so that all of them could be served together.
    """
    if snapshot.damage.assigning:
        return ()
    stock = stock_after(snapshot.pools, changes.events, changes.assignments)
    taken: Counter[Pool] = Counter()
    found = []
    for order_id, file, first in _waiting(snapshot):
        seats = _seats_of(file, snapshot, stock, taken, policy)
        if seats:
            taken += seats
            answer = file.answers[-1]
            found.append(WaitingOrder(order_id, answer.order_name, first.at, seats.total()))
    return tuple(found)


def _waiting(snapshot: Snapshot) -> list[tuple[str, OrderFile, Answer]]:
    """(id, file, first of its failures) of every order that is on hold for want of keys, oldest first."""
    orders = [
        (order_id, file, [*_failures(file)][-1])
        for order_id, file in snapshot.orders.items()
        if file.answer
        and file.answer.outcome == "failed"
        and file.answer.reason == "out_of_stock"
        and order_id not in snapshot.damage.orders
    ]
    return sorted(orders, key=lambda order: order[2].no)


def _failures(file: OrderFile) -> Iterator[Answer]:
    """The failures that the order's newest answer repeats, newest first."""
    return takewhile(lambda answer: answer.outcome == "failed", reversed(file.answers))


def _seats_of(
    file: OrderFile, snapshot: Snapshot, stock: Stock, taken: Counter[Pool], policy: Policy
) -> Counter[Pool]:
    """The seats that an order would take of each pool; none where it could not be served whole."""
    answer = file.answers[-1]
    lines = [LineItem(item.sku, item.quantity, item.title) for item in answer.read_items()]
    asked = read_lines(lines, snapshot.catalogue, Pieces(file), policy.levels)
    if asked.problems:
        return Counter()
    decisions = combination.combine(
        asked.demands(),
        region=answer.region,
        levels=policy.levels,
        bundles=stock.bundles,
        free=lambda pool: stock.free(pool) - taken[pool],
    )
    return Counter() if decisions is None else _taken_by(decisions)


def _taken_by(decisions: tuple[Decision, ...]) -> Counter[Pool]:
    seats: Counter[Pool] = Counter()
    for decision in decisions:
        for serving in decision.option:
            seats[serving.pool] += decision.count
    return seats


@dataclass(frozen=True, slots=True)
class Retried:
    """The waiting orders that were served, or that could be, and how many there was no room for."""

    orders: tuple[WaitingOrder, ...]
    replies: tuple[Reply, ...] = ()
    left: int = 0


def plan_retry(draft: Draft, *, policy: Policy, dry_run: bool, now: datetime, by: str) -> Plan[Retried]:
    """The waiting orders that the stock serves whole are served, the oldest first. To be planned alone."""
    found = servable(draft.snapshot, NOTHING, policy=policy)
    orders, left = found[:RETRIED_AT_ONCE], len(found[RETRIED_AT_ONCE:])
    if dry_run:
        return Plan(Retried(orders, (), left))
    again, together = replace(policy, failed_orders="retry"), draft.snapshot.draft()
    plans = []
    for order in orders:
        posted = _as_posted(together.file(order.order_id).answers[-1])
        plans.append(plan_order(together, posted, policy=again, now=now, by=by))
        together.advance(plans[-1].changes)
    replies = tuple(plan.result for plan in plans)
    return Plan(Retried(orders, replies, left), Changes.together([plan.changes for plan in plans]))


def _as_posted(answer: Answer) -> Order:
    """The order as it was posted when it failed."""
    lines = tuple(LineItem(item.sku, item.quantity, item.title) for item in answer.read_items())
    return Order(answer.order_id, answer.order_name, answer.customer, answer.email, answer.region, lines)


def in_words(waiting: Sequence[WaitingOrder], *, can: str) -> str:
    """`2 waiting orders can now be served whole: #1042 and #1043.`; empty without any."""
    if not waiting:
        return ""
    names = listed([order.order_name or order.order_id for order in waiting])
    return f"{counted(len(waiting), 'waiting order')} {can} be served whole: {names}."
