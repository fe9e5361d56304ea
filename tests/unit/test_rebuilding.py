"""Rows that a person deleted: what they said is told by the other ledgers, or nothing new is assigned."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace

import pytest

from fulfillment.allocation import plan_order
from fulfillment.errors import Damaged
from fulfillment.intake import plan_import
from fulfillment.model import Assignment
from fulfillment.pasting import Paste
from fulfillment.pools import Pools
from fulfillment.withdrawal import plan_restore, plan_withdraw
from fulfillment.workbook import LEDGERS, LedgerName, Snapshot
from tests.unit.broken import Rows, a_busy_shop, free_seats, read, rebuilt, rows_of, shop_with, without
from tests.unit.shop import BY, Shop, a_shop, a_stocked_shop, an_order, pasted

SEEDS = range(60)


def some_of(rows: list[object], chance: random.Random) -> set[int]:
    """The numbers of a few rows, or of most."""
    share = chance.choice([0.05, 0.2, 0.9])
    return {no for no in range(1, len(rows) + 1) if chance.random() < share}


def told_elsewhere(rows: Rows, name: LedgerName) -> set[int]:
    """The numbers of rows that the other ledger tells: not of restored seats, nor of answers alone."""
    moved = [row for row in rows["Assignments"] if row.event != "restored"]
    if name == "Assignments":
        return {row.no for row in moved}
    commits = {(row.order_id, row.version) for row in moved}
    return {row.no for row in rows[name] if (row.order_id, row.version) in commits}


def held_by(rows: Rows) -> dict[str, Counter[tuple[str, str]]]:
    held: dict[str, Counter[tuple[str, str]]] = {}
    for row in sorted(rows["Assignments"], key=lambda row: row.no):
        if row.event != "restored":
            seats = held.setdefault(row.order_id, Counter())
            seats[row.unit, row.keycode] += 1 if row.event == "assigned" else -1
    return {order_id: +seats for order_id, seats in held.items() if +seats}


def told_by_all(rows: Rows) -> dict[str, list[list[str]]]:
    """The keys that each order was told of last, then those that it holds besides."""
    newest = {row.order_id: row for row in sorted(rows["Order Cache"], key=lambda row: row.no)}
    return {id_: [*json.loads(r.keys), *json.loads(r.details).get("kept", [])] for id_, r in newest.items()}


def with_kept(rows: Rows) -> set[str]:
    """Orders that ever held seats which their answer did not give: which, only Order Cache tells."""
    return {row.order_id for row in rows["Order Cache"] if "kept" in row.details}


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_rows_are_missing_no_seat_is_free_that_may_be_given(seed: int) -> None:
    shop, chance = a_busy_shop(seed), random.Random(seed)
    rows = rows_of(shop)
    gone = {name: some_of(rows[name], chance) for name in LEDGERS if chance.random() < 0.6}
    damaged = read(shop, without(rows, gone))
    if damaged.damage.is_attributed:
        assert not free_seats(damaged) - free_seats(shop.snapshot)


def test_without_setting_seats_aside_some_would_be_given_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = a_shop_with_orders()
    rows = without(rows_of(shop), {"Assignments": [1]})
    assert "K1" not in {code for _, code in free_seats(read(shop, rows))}
    monkeypatch.setattr(Pools, "set_aside", lambda *_: None)
    assert "K1" in {code for _, code in free_seats(read(shop, rows))}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("cell", ["event", "order_id", "unit", "provider", "product_code", "keycode"])
def test_whatever_cell_of_a_seat_is_changed_none_is_free_that_may_be_given(seed: int, cell: str) -> None:
    shop, chance = a_busy_shop(seed), random.Random(seed)
    rows = rows_of(shop)
    if rows["Assignments"]:
        place = chance.randrange(len(rows["Assignments"]))
        other = chance.choice(rows["Assignments"])
        changed = replace(rows["Assignments"][place], **{cell: getattr(other, cell)})
        rows["Assignments"][place] = changed
    assert not free_seats(read(shop, rows)) - free_seats(shop.snapshot)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["Assignments", "Order Cache"])
def test_either_ledger_is_rebuilt_from_the_other(seed: int, name: LedgerName) -> None:
    shop, chance = a_busy_shop(seed), random.Random(seed)
    rows = rows_of(shop)
    gone = {name: some_of(rows[name], chance) & told_elsewhere(rows, name)}
    done, after = rebuilt(shop, without(rows, gone))
    assert {row.no for row in done.rows} == gone[name]
    assert not done.left
    snapshot = read(shop, after)
    assert snapshot.damage.is_none
    assert held_by(after) == held_by(rows)
    told, was_told = told_by_all(after), told_by_all(rows)
    for order_id in was_told:
        as_before = sorted if order_id in with_kept(rows) else list
        assert as_before(told[order_id]) == as_before(was_told[order_id])
    assert not free_seats(snapshot) - free_seats(shop.snapshot)
    assert [breach for breach in shop_with(shop, after).audit() if breach.promise != 8] == []


def a_shop_with_orders() -> Shop:
    """Order 1 holds K1; 2 was released and its K2 is at the end of the queue; 3 holds K3."""
    shop = a_stocked_shop(["K1", "K2", "K3", "K4"])
    for order_id in "123":
        shop.order(order_id, "CPT")
    shop.release("2")
    return shop


def post(shop: Shop, snapshot: Snapshot, order_id: str) -> list[str]:
    plan = plan_order(snapshot.draft(), an_order(order_id, "CPT"), policy=shop.policy, now=shop.now, by=BY)
    return [key.keycode for key in plan.result.keys]


def test_only_the_order_of_a_missing_seat_waits_and_its_seat_is_given_to_nobody() -> None:
    shop = a_shop_with_orders()
    damaged = read(shop, without(rows_of(shop), {"Assignments": [1]}))
    with pytest.raises(Damaged, match=r"Order 1 waits: row 1 of `Assignments` is missing.*rebuild"):
        post(shop, damaged, "1")
    assert post(shop, damaged, "3") == ["K3"]
    assert post(shop, damaged, "4") == ["K4"]
    assert free_seats(damaged) == free_seats(shop.snapshot)


def test_only_the_order_of_a_missing_answer_waits() -> None:
    shop = a_shop_with_orders()
    damaged = read(shop, without(rows_of(shop), {"Order Cache": [1]}))
    with pytest.raises(Damaged, match="Order 1 waits: row 1 of `Order Cache` is missing"):
        post(shop, damaged, "1")
    assert post(shop, damaged, "4") == ["K4"]


def test_a_missing_row_that_nothing_tells_stops_new_assignment_until_it_is_given_up() -> None:
    shop = a_shop_with_orders()
    shop.order("failed", "CPT x9")
    rows = without(rows_of(shop), {"Order Cache": [5]})
    damaged = read(shop, rows)
    with pytest.raises(Damaged, match=r"row 5 of `Order Cache`.*rebuild --accept"):
        post(shop, damaged, "4")
    assert post(shop, damaged, "3") == ["K3"]
    done, same = rebuilt(shop, rows)
    assert ([(row.tab, row.no) for row in done.left], same) == ([("Order Cache", 5)], rows)
    done, after = rebuilt(shop, rows, accept=True)
    assert [(row.tab, row.no) for row in done.given_up] == [("Order Cache", 5)]
    accepted = read(shop, after)
    assert accepted.damage.is_none
    assert "" not in accepted.orders
    assert post(shop, accepted, "4") == ["K4"]
    assert shop_with(shop, after).audit() == ()


@pytest.mark.parametrize("name", LEDGERS)
def test_what_is_given_up_says_nothing_in_any_ledger(name: LedgerName) -> None:
    shop = a_shop_with_orders()
    shop.release("3", quarantine=True)
    shop.order("failed", "CPT x9")
    last = {"Import History": 4, "Assignments": 6, "Order Cache": 6}
    restored = replace(shop.assignments[-1], event="restored", no=6, version=shop.snapshot.version + 1)
    shop.assignments.append(restored)
    shop.snapshot.version, shop.snapshot.last_no["Assignments"] = restored.version, 6
    rows = without(rows_of(shop), {name: [last[name]]})
    assert not read(shop, rows).damage.is_attributed
    _, after = rebuilt(shop, rows, accept=True)
    accepted = read(shop, after)
    assert accepted.damage.is_none
    assert "" not in accepted.orders
    assert {pool.provider for pool in accepted.pools.queues} == {"NASM"}
    assert not {key for key in accepted.pools.keys if not key.keycode}


def test_a_row_that_lost_its_number_comes_back_as_it_was() -> None:
    shop = a_shop_with_orders()
    shop.order("failed", "CPT x9")
    rows = rows_of(shop)
    loose = {name: (replace(rows[name][-1], no=0),) for name in LEDGERS}
    broken = without(rows, {name: [len(rows[name])] for name in LEDGERS})
    done, after = rebuilt(shop, broken, loose=loose)
    assert len(done.rows) == 3
    assert after == rows


def test_a_seat_that_was_taken_back_stays_out_of_stock_where_nobody_can_tell_why() -> None:
    shop = a_shop_with_orders()
    _, after = rebuilt(shop, without(rows_of(shop), {"Assignments": [4]}))
    assert after["Assignments"][-1].event == "quarantined"
    assert "K2" not in {code for _, code in free_seats(read(shop, after))}


def test_a_seat_that_was_given_again_had_been_released() -> None:
    shop = a_shop_with_orders()
    shop.order("4", "CPT")
    assert shop.order("5", "CPT").keys[0].keycode == "K2"
    rows = rows_of(shop)
    _, after = rebuilt(shop, without(rows, {"Assignments": [4]}))
    back = next(row for row in after["Assignments"] if row.no == 4)
    assert isinstance(back, Assignment)
    assert (back.event, back.keycode) == ("released", "K2")


def test_a_seat_of_a_withdrawn_key_stays_out_of_stock_though_the_rest_of_its_order_was_released() -> None:
    shop = a_stocked_shop(["K1"])
    shop.keys("CNC", "C1")
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.order("1", "CPT", "CNC")
    shop.do(plan_withdraw(shop.snapshot.draft(), codes=["K1"], now=shop.now, by=BY))
    shop.release("1")
    rows = rows_of(shop)
    assert [row.event for row in rows["Assignments"][2:]] == ["quarantined", "released"]
    _, after = rebuilt(shop, without(rows, {"Assignments": [3]}))
    assert after["Assignments"][-1].event == "quarantined"
    assert free_seats(read(shop, after)) == free_seats(shop.snapshot)


def test_of_two_seats_taken_back_the_one_that_was_never_restored_was_released() -> None:
    shop = a_shop()
    shop.keys("CPT", "K1", seats=2)
    shop.sell("CPT", "NASM-CPT-FULL")
    for order_id in "12":
        shop.order(order_id, "CPT")
    shop.release("1", quarantine=True)
    shop.release("2")
    shop.order("3", "CPT")
    shop.do(plan_restore(shop.snapshot.draft(), ["K1"], reason="", now=shop.now, by=BY))
    rows = rows_of(shop)
    _, after = rebuilt(shop, without(rows, {"Assignments": [3, 4]}))
    back = {row.order_id: row.event for row in after["Assignments"] if row.no in (3, 4)}
    assert back == {"1": "quarantined", "2": "released"}
    assert read(shop, after).damage.is_none


def test_keys_that_came_by_a_replacement_are_rebuilt_in_the_order_in_which_they_left_the_queue() -> None:
    shop = a_stocked_shop(["K1"])
    shop.keys("CPT", "K2", seats=2)
    shop.keys("CPT", "K3", "K4")
    shop.order("1", "CPT x2")
    shop.replace("1", "K1")
    shop.replace("1", "K2")
    rows = rows_of(shop)
    assert [(row.unit, row.keycode) for row in rows["Assignments"][4:6]] == [("1.2", "K3"), ("1.1", "K4")]
    _, after = rebuilt(shop, without(rows, {"Assignments": range(5, 9)}))
    assert [(row.unit, row.keycode) for row in after["Assignments"][4:6]] == [("1.2", "K3"), ("1.1", "K4")]
    assert shop_with(shop, after).audit() == ()


def test_an_answer_to_other_lines_than_before_the_clear_is_rebuilt_from_its_seats() -> None:
    shop = a_stocked_shop(["K1"])
    shop.keys("CNC", "C1", "C2")
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.order("1", "CPT")
    shop.release("1")
    shop.clear("1")
    shop.order("1", "CNC x2")
    _, after = rebuilt(shop, without(rows_of(shop), {"Order Cache": [4]}))
    assert after["Order Cache"][-1].items == '[["CNC",2,"","auto"]]'
    assert shop_with(shop, after).audit() == ()


def test_a_rebuilt_answer_says_that_it_is_one_and_keeps_what_other_rows_tell() -> None:
    shop = a_shop_with_orders()
    shop.delivered("1")
    rows = rows_of(shop)
    _, after = rebuilt(shop, without(rows, {"Order Cache": [1]}))
    (first,) = [row for row in after["Order Cache"] if row.no == 1]
    old = rows["Order Cache"][0]
    assert (first.customer, first.email, first.items) == (old.customer, old.email, old.items)
    assert "rebuilt" in first.details
    assert "delivered_at" not in first.details
    _, after = rebuilt(shop, without(rows, {"Order Cache": [3]}))
    (third,) = [row for row in after["Order Cache"] if row.no == 3]
    assert (third.customer, third.email, third.items) == ("", "", '[["CPT",1,"","auto"]]')


def test_a_key_whose_import_is_missing_is_rebuilt_with_the_seats_that_were_given() -> None:
    shop = a_shop_with_orders()
    rows = without(rows_of(shop), {"Import History": [1]})
    damaged = read(shop, rows)
    paste = Paste(pasted(("CANADA", "NASM", "CPT", "combined", "K1", "1")))
    with pytest.raises(Damaged, match=r"No key is imported.*row 1 of `Import History`"):
        plan_import(damaged, paste, batch="b2", now=shop.now, by=BY)
    with pytest.raises(Damaged, match="There may be more keys"):
        plan_order(damaged.draft(), an_order("9", "CPT x9"), policy=shop.policy, now=shop.now, by=BY)
    done, after = rebuilt(shop, rows)
    assert [(row.tab, row.no) for row in done.rows] == [("Import History", 1)]
    assert read(shop, after).damage.is_none
    assert free_seats(read(shop, after)) == free_seats(shop.snapshot)


def test_no_message_of_a_rebuild_names_a_key() -> None:
    shop = a_shop_with_orders()
    rows = rows_of(shop)
    for name in LEDGERS:
        done, _ = rebuilt(shop, without(rows, {name: range(1, 9)}), accept=True)
        assert done.rows or done.given_up
        assert "K1" not in repr(done)
        assert "K1" not in repr(read(shop, without(rows, {name: [1]})).damage)
