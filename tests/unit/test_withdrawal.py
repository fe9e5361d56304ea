"""Keys that leave the stock, and seats in quarantine."""

from __future__ import annotations

import pytest

from fulfillment.errors import NotPossible
from fulfillment.withdrawal import plan_restore, plan_withdraw, quarantine
from tests.unit.shop import BY, Shop, a_shop, a_stocked_shop


def withdraw(shop: Shop, *codes: str, batch: str = "", quarantined: bool = False):  # type: ignore[no-untyped-def]
    draft = shop.snapshot.draft()
    plan = plan_withdraw(draft, codes=codes, batch=batch, quarantined=quarantined, now=shop.now, by=BY)
    return shop.do(plan)


def restore(shop: Shop, *codes: str) -> int:
    return shop.do(plan_restore(shop.snapshot.draft(), codes, reason="", now=shop.now, by=BY)).seats


def with_many_seats(**seats: int) -> Shop:
    """A shop that sells CPT and has keys of several seats for it."""
    shop = a_shop()
    for code, count in seats.items():
        shop.keys("CPT", code, seats=count)
    shop.sell("CPT", "NASM-CPT-FULL")
    return shop


def test_seats_not_given_out_leave_and_the_orders_that_hold_others_are_named() -> None:
    shop = with_many_seats(K1=3, K2=1)
    shop.order("1", "CPT")
    done = withdraw(shop, "K1", "never imported")
    assert (done.seats, done.keys, done.unknown) == (2, 1, 1)
    assert [(holder.order_id, holder.seats) for holder in done.holders] == [("1", 1)]
    assert shop.free("CPT") == ["K2"]
    assert withdraw(shop, "K1").seats == 0


def test_a_key_is_withdrawn_for_good_also_where_an_order_holds_all_of_it() -> None:
    shop = with_many_seats(K1=1, K2=1)
    shop.order("1", "CPT")
    assert (withdraw(shop, "K1").seats, withdraw(shop, "K1").seats) == (0, 0)
    assert [(event.event, event.seats) for event in shop.events[2:]] == [("withdrawn", 0)]
    shop.release("1")
    assert shop.free("CPT") == ["K2"]
    assert [row.keycode for row in quarantine(shop.snapshot.draft())] == ["K1"]
    assert shop.audit() == ()
    plan = plan_restore(shop.snapshot.draft(), ["K1"], reason="", now=shop.now, by=BY)
    assert "Of keys that were withdrawn: 1; the next customers get these all the same." in plan.result.message


def test_a_batch_is_withdrawn_whole_and_an_unknown_one_is_refused() -> None:
    shop = with_many_seats(K1=3, K2=1)
    (batch,) = {record.batch for record in shop.snapshot.pools.keys.values()}
    assert withdraw(shop, batch=batch).seats == 4
    assert shop.free("CPT") == []
    with pytest.raises(NotPossible, match="Import History"):
        withdraw(shop, batch="no such batch")


def test_quarantined_seats_come_back_at_the_end_or_leave_with_their_key() -> None:
    shop = with_many_seats(K1=2, K2=1)
    shop.order("1", "CPT x2")
    shop.release("1", quarantine=True)
    assert [row.order_id for row in quarantine(shop.snapshot.draft())] == ["1", "1"]
    assert withdraw(shop, "K1").seats == 0
    assert restore(shop, "K1", "K2") == 2
    assert quarantine(shop.snapshot.draft()) == []
    shop.order("2", "CPT x3")
    shop.release("2", quarantine=True)
    assert withdraw(shop, "K1", quarantined=True).seats == 2
    assert [row.keycode for row in quarantine(shop.snapshot.draft())] == ["K2"]
    assert shop.audit() == ()


def test_restored_seats_go_last() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.order("1", "CPT")
    shop.release("1", quarantine=True)
    restore(shop, "K1")
    assert [shop.order(number, "CPT").keys[0].keycode for number in ("2", "3")] == ["K2", "K1"]


def test_a_seat_of_a_withdrawn_key_does_not_come_back_by_a_release() -> None:
    shop = with_many_seats(BAD=2)
    shop.order("1", "CPT")
    withdraw(shop, "BAD")
    assert "kept out of stock" in shop.release("1").message
    assert shop.order("2", "CPT").answer.outcome == "failed"
    assert shop.audit() == ()


def test_a_withdrawn_key_that_was_imported_again_is_released_as_any_other() -> None:
    shop = with_many_seats(K=1)
    withdraw(shop, "K")
    shop.keys("CPT", "K")
    shop.order("1", "CPT")
    shop.release("1")
    assert shop.free("CPT") == ["K"]
