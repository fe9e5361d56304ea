"""A shop's books with rows missing, read as a store reads them; and a shop that did a bit of everything."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from fulfillment.damage import Gaps, windows
from fulfillment.diagnosis import diagnose
from fulfillment.errors import FulfillmentError
from fulfillment.model import Pool
from fulfillment.rebuilding import Rebuilt, plan_rebuild
from fulfillment.withdrawal import plan_restore, plan_withdraw
from fulfillment.workbook import LEDGERS, Changes, LedgerName, Snapshot, commits_of
from tests.unit.shop import Shop, a_shop

Rows = dict[LedgerName, list[Any]]


def rows_of(shop: Shop) -> Rows:
    return {
        "Import History": list(shop.events),
        "Assignments": list(shop.assignments),
        "Order Cache": list(shop.answers),
    }


def without(rows: Rows, gone: Mapping[LedgerName, Collection[int]]) -> Rows:
    return {name: [row for row in rows[name] if row.no not in gone.get(name, ())] for name in LEDGERS}


def read(shop: Shop, rows: Rows, *, loose: Mapping[LedgerName, tuple[Any, ...]] | None = None) -> Snapshot:
    """The snapshot of these rows, judged."""
    snapshot, newest = Snapshot(), shop.snapshot.version
    for version, changes in commits_of(*(rows[name] for name in LEDGERS)):
        snapshot.advance(changes, version)
    snapshot.advance(Changes(catalogue=shop.live), newest)
    snapshot.last_no = dict(shop.snapshot.last_no)
    gaps = {}
    for name in LEDGERS:
        there = {row.no: row.version for row in rows[name]}
        absent = [no for no in range(1, snapshot.last_no[name] + 1) if no not in there]
        gaps[name] = Gaps(windows(absent, there, newest), loose=(loose or {}).get(name, ()))
    snapshot.damage = diagnose(snapshot, gaps, rows["Import History"])
    snapshot.pools.set_aside(snapshot.damage.claims, snapshot.damage.off)
    return snapshot


def rebuilt(shop: Shop, rows: Rows, *, accept: bool = False, **read_with: Any) -> tuple[Rebuilt, Rows]:
    """What a rebuild says, and the rows after it."""
    snapshot = read(shop, rows, **read_with)
    plan = plan_rebuild(snapshot.draft(), accept=accept, policy=shop.policy, now=shop.now)
    back = plan.changes.returning or Changes()
    return plan.result, {
        "Import History": [*rows["Import History"], *back.events],
        "Assignments": [*rows["Assignments"], *back.assignments],
        "Order Cache": [*rows["Order Cache"], *back.answers],
    }


def free_seats(snapshot: Snapshot) -> Counter[tuple[Pool, str]]:
    return Counter((pool, code) for pool, queue in snapshot.pools.queues.items() for code in queue)


def shop_with(shop: Shop, rows: Rows) -> Shop:
    """The same shop with these books."""
    return replace(
        shop, events=rows["Import History"], assignments=rows["Assignments"], answers=rows["Order Cache"]
    )


def a_busy_shop(seed: int, steps: int = 40) -> Shop:
    """Orders, releases, replacements, quarantine, withdrawals and imports, by chance."""
    chance, shop = random.Random(seed), a_shop()
    shop.keys("CPT", "A1", "A2", "A3", seats=3)
    shop.keys("CNC", "B1", "B2", "B3", "B4")
    shop.keys("NSBK_CPT-CNC", "C1", seats=2)
    shop.sell("CPT", "NASM-CPT-FULL")
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.sell("BOTH", "NASM-CPT-FULL,NASM-CNC-FULL")
    shop.sell("KBS", "", fulfillment="EXTERNAL")
    for step in range(steps):
        try:
            _do_something(shop, chance, step)
        except FulfillmentError:
            continue
    return shop


def _do_something(shop: Shop, chance: random.Random, step: int) -> None:
    order_id = str(chance.randrange(8))
    lines = chance.sample(["CPT", "CNC", "BOTH", "KBS", "CPT x2"], chance.randint(1, 2))
    match chance.randrange(12):
        case 0 | 1 | 2 | 3 | 4:
            shop.order(order_id, *lines)
        case 5:
            shop.release(order_id, quarantine=chance.random() < 0.3)
        case 6:
            shop.release(order_id, sku=chance.choice(["CPT", "CNC"]))
        case 7:
            shop.clear(order_id)
        case 8:
            held = shop.held(order_id)
            shop.replace(order_id, chance.choice(held)[1] if held else "none")
        case 9:
            shop.keys(chance.choice(["CPT", "CNC"]), f"N{step}", seats=chance.randint(1, 3))
        case 10:
            code = chance.choice(["A1", "B2", "C1"])
            draft = shop.snapshot.draft()
            plan = plan_withdraw(draft, codes=[code], quarantined=chance.random() < 0.5, now=shop.now, by="t")
            shop.do(plan)
        case 11:
            codes = [row.keycode for rows in shop.snapshot.pools.quarantine.values() for row in rows]
            shop.do(plan_restore(shop.snapshot.draft(), codes, reason="", now=shop.now, by="t"))
