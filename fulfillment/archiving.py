"""What is settled: sets of orders and keys of whose history nothing will be needed but the answers.

A set is a key with every order that ever had a seat of it, with every other key of these orders, and so on.
It is settled when every seat of its keys was given out and is held, and nothing of it was touched for long.
All rows of its keys go together, so that the queues of all other keys are the same without them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from fulfillment.model import KeyId
from fulfillment.pools import Pools
from fulfillment.workbook import ROW_BYTES, Changes, OrderFile, Snapshot

STEP_ROWS = 2_000
"""Rows that one step moves: some two megabytes, as Google advises for a request."""

SET_BYTES = 7_000_000
"""A set comes back whole, in one commit, when one of its orders is touched: a larger one stays."""


@dataclass(frozen=True, slots=True)
class SettledSet:
    """Orders and keys that move together."""

    orders: tuple[str, ...]
    keys: tuple[KeyId, ...]
    rows: Changes
    """All rows of the orders, by `no`; those of the keys are in Import History alone."""

    @property
    def size(self) -> int:
        """How many rows move, a key counted as one."""
        return len(self.rows.assignments) + len(self.rows.answers) + len(self.keys)

    @property
    def weight(self) -> int:
        """About how many bytes they take in a request."""
        return self.rows.weight() + len(self.keys) * ROW_BYTES


@dataclass(frozen=True, slots=True)
class Step:
    """What one step moves, and how many orders could move after it."""

    sets: tuple[SettledSet, ...] = ()
    left: int = 0
    stuck: int = 0
    """Orders that could move, but for the size of their set."""

    @property
    def orders(self) -> int:
        return sum(len(each.orders) for each in self.sets)

    @property
    def keys(self) -> tuple[KeyId, ...]:
        return tuple(key for each in self.sets for key in each.keys)

    def rows(self) -> Changes:
        """The orders' rows, by `no`."""
        return Changes(
            assignments=tuple(sorted((r for s in self.sets for r in s.rows.assignments), key=lambda r: r.no)),
            answers=tuple(sorted((r for s in self.sets for r in s.rows.answers), key=lambda r: r.no)),
        )


def plan_step(snapshot: Snapshot, *, before: datetime) -> Step:
    """The oldest settled sets, as many as one step moves."""
    chosen: list[SettledSet] = []
    size = weight = left = stuck = 0
    for each in settled_sets(snapshot, before=before):
        if each.weight > SET_BYTES:
            stuck += len(each.orders)
        elif chosen and (size + each.size > STEP_ROWS or weight + each.weight > SET_BYTES):
            left += len(each.orders)
        else:
            chosen.append(each)
            size, weight = size + each.size, weight + each.weight
    return Step(tuple(chosen), left, stuck)


def settled_sets(snapshot: Snapshot, *, before: datetime) -> list[SettledSet]:
    """Every set that is settled and of which nothing was touched since `before`, oldest first."""
    old = [order_id for order_id, file in snapshot.orders.items() if is_old(file, before)]
    if not old:
        return []
    holders = _holders(snapshot.orders)
    settled, seen = [], set[str]()
    for order_id in old:
        if order_id not in seen:
            orders, keys = connected(order_id, lambda id_: _keys_of(snapshot.orders[id_]), holders)
            seen |= orders
            if _is_settled(orders, keys, snapshot, before):
                settled.append(_set_of(orders, keys, snapshot))
    return settled


def is_old(file: OrderFile, before: datetime) -> bool:
    """Was it answered, and nothing of it touched since?"""
    last = [answer.at for answer in file.answers[-1:]] + [row.at for row in file.seats[-1:]]
    return bool(file.answers) and all(is_before(at, before) for at in last)


def is_before(at: str, before: datetime) -> bool:
    try:
        return datetime.fromisoformat(at) < before
    except (ValueError, TypeError):  # a person retyped it: nobody knows
        return False


def _holders(orders: Mapping[str, OrderFile]) -> dict[KeyId, list[str]]:
    """key -> every order that ever had a seat of it."""
    holders: dict[KeyId, list[str]] = defaultdict(list)
    for order_id, file in orders.items():
        for key in _keys_of(file):
            holders[key].append(order_id)
    return holders


def _keys_of(file: OrderFile) -> set[KeyId]:
    return {row.key for row in file.seats}


def connected(
    order_id: str, keys_of: Callable[[str], set[KeyId]], holders: Mapping[KeyId, Sequence[str]]
) -> tuple[set[str], set[KeyId]]:
    """All orders and keys of an order's set."""
    orders, keys, waiting = {order_id}, set[KeyId](), [order_id]
    while waiting:
        new = keys_of(waiting.pop()) - keys
        keys |= new
        others = {other for key in new for other in holders[key]} - orders
        orders |= others
        waiting += others
    return orders, keys


def _is_settled(orders: set[str], keys: set[KeyId], snapshot: Snapshot, before: datetime) -> bool:
    return all(is_old(snapshot.orders[order_id], before) for order_id in orders) and all(
        _is_given_out(key, snapshot.pools, before) for key in keys
    )


def _is_given_out(key: KeyId, pools: Pools, before: datetime) -> bool:
    """Is every seat of it held? A key that was withdrawn whole may come again, and stays."""
    record = pools.keys.get(key)
    return (
        record is not None
        and record.total > 0
        and key not in pools.quarantine
        and not pools.free_of(key)
        and is_before(record.touched_at, before)
    )


def _set_of(orders: set[str], keys: set[KeyId], snapshot: Snapshot) -> SettledSet:
    files = [snapshot.orders[order_id] for order_id in orders]
    seats = sorted((row for file in files for row in file.seats), key=lambda row: row.no)
    answers = sorted((row for file in files for row in file.answers), key=lambda row: row.no)
    rows = Changes(assignments=tuple(seats), answers=tuple(answers))
    return SettledSet(tuple(sorted(orders)), tuple(sorted(keys)), rows)
