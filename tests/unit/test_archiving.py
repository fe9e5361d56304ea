"""What is settled, and that nothing else is different once it has gone to the archive."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from fulfillment.archiving import plan_step, settled_sets
from fulfillment.errors import FulfillmentError
from fulfillment.workbook import Changes, Snapshot, commits_of
from tests.unit.bookkeeper import state_of
from tests.unit.shop import Shop, a_shop, a_stocked_shop, an_order, codes

FOREVER = datetime(2100, 1, 1, tzinfo=UTC)


def settled(shop: Shop, before: datetime = FOREVER) -> list[tuple[tuple[str, ...], list[str]]]:
    sets = settled_sets(shop.snapshot, before=before)
    return [(each.orders, [key.keycode for key in each.keys]) for each in sets]


def archive(shop: Shop) -> Changes:
    """Every settled set leaves the snapshot; its rows."""
    step = plan_step(shop.snapshot, before=FOREVER)
    events = tuple(event for event in shop.events if event.key in step.keys)
    rows = step.rows()
    rows = Changes(events, rows.assignments, rows.answers)
    shop.snapshot.advance(Changes(leaving=rows), shop.snapshot.version)
    return rows


def test_a_key_all_of_whose_seats_are_held_moves_with_its_orders() -> None:
    shop = a_shop()
    shop.keys("CPT", "K1", "K2", seats=2)
    shop.sell("CPT", "NASM-CPT-FULL")
    for order_id in ("1", "2", "3"):
        shop.order(order_id, "CPT")
    assert settled(shop) == [(("1", "2"), ["K1"])]


def test_keys_of_one_order_move_together() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.keys("CNC", "N1", seats=2)
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.order("1", "CPT", "CNC")
    assert settled(shop) == []
    shop.order("2", "CNC")
    assert settled(shop) == [(("1", "2"), ["K1", "N1"])]


def test_a_seat_given_back_or_in_quarantine_keeps_its_set() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.order("1", "CPT")
    shop.order("2", "CPT")
    shop.release("1")
    shop.release("2", quarantine=True)
    assert settled(shop) == []


def test_orders_without_seats_are_sets_of_their_own() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT x9")
    shop.close("2")
    assert settled(shop) == [(("1",), []), (("2",), [])]


def test_nothing_that_was_touched_since_is_settled() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.order("1", "CPT")
    before = shop.now
    shop.order("2", "CPT")
    assert settled(shop, before + timedelta(seconds=-1)) == [(("1",), ["K1"])]
    shop.delivered("1")
    assert settled(shop, before) == []


def test_a_key_that_was_archived_is_a_duplicate() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT")
    archive(shop)
    assert "archive" in shop.keys("CPT", "K1").rows[0].message


def played(seed: int) -> tuple[Shop, random.Random]:
    """A shop after some random history; the same for the same seed."""
    chance, shop = random.Random(seed), a_shop()
    for number in range(8):
        shop.keys("CPT", f"K{number}", seats=chance.randint(1, 3))
        shop.keys("CNC", f"N{number}", seats=chance.randint(1, 3))
    shop.sell("CPT", "NASM-CPT-FULL")
    shop.sell("CNC", "NASM-CNC-FULL")
    for number in range(14):
        do_something(shop, chance, f"a{number}")
    return shop, chance


def do_something(shop: Shop, chance: random.Random, order_id: str) -> object:
    """One operation; its answer, or why not."""
    known = sorted({*shop.snapshot.orders}) or [order_id]
    kind = chance.randrange(8)
    try:
        if kind == 0:
            return shop.release(chance.choice(known), quarantine=chance.random() < 0.2)
        if kind == 1:
            return shop.clear(chance.choice(known))
        return codes(shop.order(order_id, *chance.choice([("CPT",), ("CNC x2",), ("CPT", "CNC")])))
    except FulfillmentError as error:
        return str(error)


def test_queues_and_later_orders_are_the_same_whether_history_is_archived_or_not() -> None:
    moved = 0
    for seed in range(60):
        (plain, _), (archived, _) = played(seed), played(seed)
        rows = archive(archived)
        moved += len(rows.answers)
        for number in range(12):
            posts = [shop.orders(an_order(f"b{number}", "CPT", "CNC")) for shop in (plain, archived)]
            assert [reply.keys for reply in posts[0]] == [reply.keys for reply in posts[1]]  # type: ignore[union-attr]
        queues = [{at: list(q) for at, q in shop.snapshot.pools.queues.items()} for shop in (plain, archived)]
        assert queues[0] == queues[1]
    assert moved > 60


def test_what_comes_back_is_as_if_it_had_never_gone() -> None:
    for seed in range(60):
        (plain, _), (archived, _) = played(seed), played(seed)
        rows = archive(archived)
        if rows.is_nothing:
            continue
        archived.snapshot.advance(Changes(returning=rows), archived.snapshot.version)
        assert state_of(archived.snapshot) == state_of(plain.snapshot)
        assert not archived.snapshot.archived_orders
        assert not archived.snapshot.archived_keys


def test_a_cold_start_without_the_archived_rows_comes_to_the_same_queues() -> None:
    for seed in range(60):
        shop, _ = played(seed)
        rows = archive(shop)
        gone = ({r.no for r in rows.events}, {r.no for r in rows.assignments}, {r.no for r in rows.answers})
        cold = Snapshot()
        left = (
            [row for row in shop.events if row.no not in gone[0]],
            [row for row in shop.assignments if row.no not in gone[1]],
            [row for row in shop.answers if row.no not in gone[2]],
        )
        for version, changes in commits_of(*left):
            cold.advance(changes, version)
        warm = shop.snapshot
        assert cold.orders == warm.orders
        assert cold.pools.keys == warm.pools.keys
        assert {at: list(q) for at, q in cold.pools.queues.items() if q.free} == {
            at: list(q) for at, q in warm.pools.queues.items() if q.free
        }
