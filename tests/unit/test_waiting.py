"""Which orders on hold the stock would serve, with what an import is about to bring."""

from __future__ import annotations

from fulfillment.intake import Imported, plan_import
from fulfillment.pasting import Paste
from fulfillment.waiting import WaitingOrder, in_words, servable
from fulfillment.workbook import NOTHING
from tests.unit.shop import BY, FULL_EITHER_WAY, Shop, a_shop, a_stocked_shop, pasted


def bringing(shop: Shop, *keys: str) -> tuple[WaitingOrder, ...]:
    """The orders that could be served with these keys: `CPT 2` are two seats."""
    rows = [
        ("CANADA", "NASM", key.split()[0], "combined", f"N{n}", key.split()[1]) for n, key in enumerate(keys)
    ]
    plan = plan_import(shop.snapshot, Paste(pasted(*rows)), batch="b", now=shop.now, by=BY)
    return servable(shop.snapshot, plan.changes, policy=shop.policy)


def ids(orders: tuple[WaitingOrder, ...]) -> list[str]:
    return [order.order_id for order in orders]


def a_shop_with_waiting_orders() -> Shop:
    """Three orders that failed: one piece, three pieces, one piece."""
    shop = a_stocked_shop([])
    for order_id, lines in (("1", "CPT"), ("2", "CPT x3"), ("3", "CPT")):
        shop.order(order_id, lines)
    return shop


def test_the_oldest_waiting_order_comes_first_and_leaves_less_for_the_others() -> None:
    shop = a_shop_with_waiting_orders()
    assert ids(bringing(shop, "CPT 1")) == ["1"]
    assert ids(bringing(shop, "CPT 4")) == ["1", "2"]
    assert ids(bringing(shop, "CPT 5")) == ["1", "2", "3"]


def test_an_order_that_cannot_be_served_whole_is_passed_over() -> None:
    shop = a_shop_with_waiting_orders()
    assert ids(bringing(shop, "CPT 2")) == ["1", "3"]
    assert ids(bringing(shop, "CNC 9")) == []


def test_an_order_is_as_old_as_the_first_of_its_failures() -> None:
    shop = a_shop_with_waiting_orders()
    shop.order("1", "CPT", email="new@home.ca")  # its answer is recorded anew, behind the others
    assert [(o.order_id, o.order_name, o.seats) for o in bringing(shop, "CPT 1")] == [("1", "#1", 1)]


def test_only_orders_that_wait_for_keys_are_named() -> None:
    shop = a_shop_with_waiting_orders()
    shop.order("4", "UNKNOWN")
    shop.close("1")
    shop.clear("3")
    assert ids(bringing(shop, "CPT 9")) == ["2"]


def test_an_order_whose_product_was_changed_is_planned_as_it_is_sold_now() -> None:
    shop = a_shop_with_waiting_orders()
    shop.sell("CPT", "NASM-CNC-FULL")
    assert ids(bringing(shop, "CPT 9")) == []
    assert ids(bringing(shop, "CNC 1")) == ["1"]
    shop.sell("CPT", "", fulfillment="EXTERNAL")
    assert ids(bringing(shop, "CNC 9")) == []


def test_alternatives_and_stock_bundles_count() -> None:
    shop = a_shop(levels=FULL_EITHER_WAY)
    shop.sell("BOTH", "NASM-CPT-FULL, NASM-CNC-FULL")
    shop.order("1", "BOTH")
    assert ids(bringing(shop, "NSBK_CNC-CPT 1")) == ["1"]
    shop.keys("CPT", "C1", component="content")
    shop.keys("CPT", "E1", component="exam")
    assert [(o.order_id, o.seats) for o in bringing(shop, "CNC 1")] == [("1", 3)]


def test_what_is_listed_can_be_served_together() -> None:
    shop = a_shop_with_waiting_orders()
    shop.keys("CPT", "K1", seats=4)
    listed = servable(shop.snapshot, NOTHING, policy=shop.policy)
    for order, lines in zip(listed, ("CPT", "CPT x3"), strict=True):
        shop.clear(order.order_id)
        assert shop.order(order.order_id, lines).answer.outcome == "fulfilled"


def test_it_is_said_in_a_sentence() -> None:
    one = bringing(a_shop_with_waiting_orders(), "CPT 1")
    assert in_words(one, can="can now") == "1 waiting order can now be served whole: #1."
    assert in_words((), can="can now") == ""


def test_an_import_tells_its_effect_on_each_pool() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT")
    done: Imported = shop.paste(
        ("CANADA", "NASM", "CPT", "combined", "K2", "3"), ("CANADA", "NASM", "CNC", "exam", "N1", "2")
    )
    effects = [(pool.product_code, pool.component, pool.before, pool.after) for pool in done.stock]
    assert effects == [("CNC", "exam", 0, 2), ("CPT", "combined", 0, 3)]
