"""Checks of the shop's promises by naive code of their own, from the raw ledger rows alone."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from itertools import groupby

from fulfillment.allocation import plan_order
from fulfillment.model import Assignment, KeyEvent, Pool
from fulfillment.workbook import Snapshot
from tests.unit.shop import Shop, an_order

KeyPlace = tuple[str, str]
"""(provider, key code)."""


def seats_by_key(shop: Shop) -> tuple[Counter[KeyPlace], Counter[KeyPlace], Counter[KeyPlace]]:
    """(in stock, live, quarantined) seats of every key."""
    stock: Counter[KeyPlace] = Counter()
    live: Counter[KeyPlace] = Counter()
    quarantined: Counter[KeyPlace] = Counter()
    for event in shop.events:
        stock[event.provider, event.keycode] += event.seats if event.event == "imported" else -event.seats
    for row in shop.assignments:
        key = (row.provider, row.keycode)
        live[key] += 1 if row.event == "assigned" else -1
        quarantined[key] += row.event == "quarantined"
    return stock, live, quarantined


def check_no_seat_is_given_twice(shop: Shop) -> None:
    stock, live, quarantined = seats_by_key(shop)
    for key, n in live.items():
        assert n >= 0
        assert n + quarantined[key] <= stock[key]


def check_the_sums(shop: Shop) -> None:
    """Per pool: imported - withdrawn = available + assigned + quarantined, as Key Inventory shows it."""
    total: Counter[Pool] = Counter()
    used: Counter[Pool] = Counter()
    for event in shop.events:
        total[event.pool] += event.seats if event.event == "imported" else -event.seats
    for row in shop.assignments:
        used[row.pool] += {"assigned": 1, "released": -1}.get(row.event, 0)
    shown = {Pool(*list(row_places(row))): row for row in shop.inventory}
    assert set(shown) == set(total)
    for at, row in shown.items():
        assert (row.total, row.used, row.available) == (total[at], used[at], total[at] - used[at])
        assert row.level == ("out" if not row.available else "low" if row.available <= 20 else "ok")


def row_places(row: object) -> list[str]:
    return [getattr(row, name) for name in ("region", "provider", "product_code", "component")]


def live_seats(shop: Shop) -> dict[str, Counter[tuple[str, str]]]:
    """order_id -> (unit, key code) of the seats that are its own."""
    live: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in shop.assignments:
        live[row.order_id][row.unit, row.keycode] += 1 if row.event == "assigned" else -1
    return {order_id: +seats for order_id, seats in live.items()}


def check_orders_hold_what_they_were_told(shop: Shop) -> None:
    live = live_seats(shop)
    newest = {answer.order_id: answer for answer in shop.answers}
    assert not {order_id for order_id, seats in live.items() if seats} - set(newest)
    for order_id, answer in newest.items():
        keys = Counter(map(tuple, json.loads(answer.keys)))
        kept = Counter(map(tuple, json.loads(answer.details).get("kept", [])))
        if answer.outcome == "fulfilled":
            assert keys
        elif answer.outcome != "cleared":
            assert not keys
        assert live.get(order_id, Counter()) == keys + kept


def queues_of(shop: Shop) -> dict[Pool, list[str]]:
    """Every pool's queue, worked out commit by commit; a seat given out of turn fails."""
    queues: dict[Pool, list[str]] = defaultdict(list)
    rows: list[Assignment | KeyEvent] = sorted([*shop.assignments, *shop.events], key=when_it_counts)
    for version, commit in groupby(rows, key=lambda row: row.version):
        same = list(commit)
        replaced = {row.keycode for row in same if isinstance(row, Assignment) and row.reason == "replaced"}
        for row in same:
            if row.event == "imported":
                queues[row.pool] += [row.keycode] * row.seats  # type: ignore[union-attr]
            elif row.event == "released":
                queues[row.pool].append(row.keycode)
            elif row.event == "assigned":
                passed_over = replaced if row.reason == "replacement" else set()
                oldest = next(code for code in queues[row.pool] if code not in passed_over)
                assert row.keycode == oldest, f"row {row.no} of version {version} is out of turn"
                queues[row.pool].remove(oldest)
            elif row.event == "withdrawn":
                for _ in range(row.seats):  # type: ignore[union-attr]
                    queues[row.pool].remove(row.keycode)
    return queues


def when_it_counts(row: Assignment | KeyEvent) -> tuple[int, int, int]:
    """Given back, imported, taken, withdrawn; and each of them by `no`."""
    phase = {"released": 0, "quarantined": 0, "imported": 1, "assigned": 2, "withdrawn": 3}
    return row.version, phase[row.event], row.no


def check_turns(shop: Shop) -> None:
    for at, codes in queues_of(shop).items():
        assert list(shop.snapshot.pools.queue(at)) == codes


def check_availability(shop: Shop) -> None:
    """`available` pieces would be served whole in one order, and one more would not."""
    for product in shop.live:
        if product.fulfillment == "EXTERNAL" or product.problem:
            assert product.available is None
        else:
            assert product.available is not None
            assert not product.available or is_served(shop, product.sku, product.available)
            assert not is_served(shop, product.sku, product.available + 1)


def most_that_can_be_served(shop: Shop, sku: str) -> int:
    """By trying n = 1, 2, 3 ..., up to more than any test has in stock."""
    return next(n for n in range(1_000) if not is_served(shop, sku, n + 1))


def is_served(shop: Shop, sku: str, n: int) -> bool:
    order = an_order("nobody's", f"{sku} x{n}")
    plan = plan_order(shop.snapshot.draft(), order, policy=shop.policy, now=shop.now, by="")
    return plan.result.answer.outcome == "fulfilled"  # type: ignore[union-attr]


def check_a_cold_start_sees_the_same(shop: Shop) -> None:
    assert state_of(shop.rebuilt()) == state_of(shop.snapshot)
    assert state_of(shop.rebuilt(reverse=True)) == state_of(shop.snapshot)


def state_of(snapshot: Snapshot) -> dict[str, object]:
    pools = snapshot.pools
    return {
        "version": snapshot.version,
        "last_no": snapshot.last_no,
        "skus": list(snapshot.catalogue),
        "queues": {at: (queue.free, list(queue)) for at, queue in pools.queues.items()},
        "totals": pools.totals,
        "keys": pools.keys,
        "bundles": pools.bundles,
        "orders": snapshot.orders,
        "names": snapshot.names,
    }
