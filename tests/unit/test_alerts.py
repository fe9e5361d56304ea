"""What runs out: each level is told once when it is crossed, and again only after a restock."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.alerts import Alert, Shelf, all_low, crossings, in_words, level_of
from fulfillment.availability import availability
from fulfillment.model import Limits, Pool
from fulfillment.pools import stock_after
from fulfillment.sales import Sales
from tests.unit.shop import Shop, a_shop

DAYS = 14


def shelf(shop: Shop) -> Shelf:
    stock = stock_after(shop.snapshot.pools, (), ())
    products = dict(shop.snapshot.catalogue)
    return Shelf(stock, products, availability(products, stock, shop.policy))


def pace(shop: Shop) -> dict[Pool, int]:
    return dict(shop.snapshot.sales.given(today=shop.now.date(), days=DAYS))


def told(shop: Shop, before: Shelf) -> list[Alert]:
    """What crossed a level since then."""
    return [*crossings(before, shelf(shop), policy=shop.policy, given=lambda: pace(shop))]


def low(shop: Shop) -> list[str]:
    found = all_low(shelf(shop), policy=shop.policy, given=lambda: pace(shop))
    return [alert.message for alert in found]


def a_course(seats: int, **policy: object) -> Shop:
    """CPT with so many seats; low at 4, critical at 2."""
    shop = a_shop(**{"low_stock": 4, "critical_stock": 2, **policy})
    shop.keys("CPT", "K", seats=seats)
    shop.sell("CPT", "NASM-CPT-FULL")
    return shop


def test_a_pool_is_told_of_when_it_crosses_a_level_and_names_the_products_that_it_limits() -> None:
    shop = a_course(6)
    before = shelf(shop)
    shop.order("1", "CPT x2")
    (alert,) = told(shop, before)
    assert (alert.level, alert.pool, alert.left, alert.days) == ("low", "CANADA NASM CPT combined", 4, 28)
    assert alert.message == (
        "CANADA NASM CPT combined: 4 seats left (low), 28 days at the pace of the last 14. It limits CPT (4 "
        "can be sold)."
    )


def test_below_a_level_nothing_is_told_until_the_next_one_and_at_none_left() -> None:
    shop = a_course(6)
    levels = []
    for number in range(6):
        before = shelf(shop)
        shop.order(str(number), "CPT")
        levels.append([alert.level for alert in told(shop, before)])
    assert levels == [[], ["low"], [], ["critical"], [], ["out"]]
    assert low(shop) == ["CANADA NASM CPT combined: out of stock. It limits CPT (0 can be sold)."]


def test_a_commit_that_crosses_several_levels_tells_the_worst() -> None:
    shop = a_course(6)
    before = shelf(shop)
    shop.order("1", "CPT x6")
    assert [alert.level for alert in told(shop, before)] == ["out"]


def test_a_restock_is_no_alert_and_arms_the_level_again() -> None:
    shop = a_course(3)
    before = shelf(shop)
    shop.keys("CPT", "L", seats=3)
    assert told(shop, before) == []
    before = shelf(shop)
    shop.order("1", "CPT x2")
    assert [alert.level for alert in told(shop, before)] == ["low"]


def test_a_first_import_of_a_few_seats_crosses_nothing_downwards() -> None:
    shop = a_shop(low_stock=4)
    shop.sell("CPT", "NASM-CPT-FULL")
    before = shelf(shop)
    shop.keys("CPT", "K")
    assert told(shop, before) == []


def test_a_bundle_names_the_part_that_limits_it_and_how_many_days_are_left() -> None:
    shop = a_shop(low_stock=4, critical_stock=1, pool_limits={"NASM-CNC": Limits(0, 0)})
    shop.keys("CPT", "K", seats=50)
    shop.keys("CNC", "N", seats=12)
    shop.sell("BOTH", "NASM-CPT-FULL,NASM-CNC-FULL,NASM-CNC-FULL")
    before = shelf(shop)
    shop.order("1", "BOTH x2")
    (alert,) = told(shop, before)
    assert (alert.sku, alert.pool, alert.left, alert.days) == ("BOTH", "", 4, 28)
    assert alert.message == (
        "BOTH (The BOTH course): 4 pieces left (low), 28 days at the pace of the last 14. NASM-CNC-FULL "
        "limits it."
    )


def test_a_product_without_entitlements_says_so() -> None:
    shop = a_course(9)
    before = shelf(shop)
    shop.sell("CPT", "")
    (alert,) = told(shop, before)
    assert alert.message == (
        "CPT (The CPT course): out of stock, none given in the last 14 days. It has no entitlements."
    )


def test_single_products_and_pools_may_have_levels_of_their_own() -> None:
    shop = a_course(6, product_limits={"CPT": Limits(5, 1)}, pool_limits={"NASM-CPT": Limits(0, 0)})
    before = shelf(shop)
    shop.order("1", "CPT")
    assert [(alert.sku, alert.level) for alert in told(shop, before)] == [("CPT", "low")]
    assert [row.level for row in shop.inventory] == ["ok"]


def test_keys_withdrawn_whole_are_told_of_by_the_products_that_miss_them() -> None:
    shop = a_course(6)
    before = shelf(shop)
    shop.withdraw("CPT", "K", 6)
    assert [alert.sku for alert in told(shop, before)] == ["CPT"]
    assert [message.partition(":")[0] for message in low(shop)] == ["CPT (The CPT course)"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(1, 6)), max_size=12), st.integers(1, 12))
def test_each_crossing_is_told_once(steps: list[tuple[bool, int]], opening: int) -> None:
    shop = a_course(opening)
    limits = shop.policy.limits_of("CPT")
    was = level_of(opening, limits)
    for number, (is_import, seats) in enumerate(steps):
        before = shelf(shop)
        if is_import:
            shop.keys("CPT", f"K{number}", seats=seats)
        else:
            shop.order(str(number), f"CPT x{seats}")
        left = shop.available("CPT")
        assert left is not None
        now, order = level_of(left, limits), ["ok", "low", "critical", "out"]
        expected = [now] if order.index(now) > order.index(was) else []
        assert [alert.level for alert in told(shop, before)] == expected
        was = now


# the pace


def test_the_pace_counts_every_seat_given_in_the_days_today_included() -> None:
    shop = a_course(50)
    shop.order("old", "CPT x5")
    shop.now += timedelta(days=13)
    shop.order("1", "CPT x2")
    shop.release("1")
    assert sum(pace(shop).values()) == 7
    shop.now += timedelta(days=1)
    assert sum(pace(shop).values()) == 2


def test_the_pace_is_the_same_when_the_books_are_read_anew_in_any_order() -> None:
    shop = a_course(50)
    for day in range(5):
        shop.order(str(day), "CPT")
        shop.now += timedelta(days=3)
    anew = shop.rebuilt(reverse=True).sales.given(today=shop.now.date(), days=DAYS)
    assert (dict(anew), sum(anew.values())) == (pace(shop), 4)


def test_what_has_left_the_ledger_counts_no_more_and_old_days_are_forgotten() -> None:
    shop = a_course(50)
    shop.order("1", "CPT x3")
    sales, today = Sales(), shop.now.date()
    sales.advance(shop.assignments)
    sales.retire(shop.assignments[:1])
    assert sum(sales.given(today=today, days=DAYS).values()) == 2
    late = shop.now + timedelta(days=100)
    shop.now = late
    shop.order("2", "CPT")
    sales.advance(shop.assignments[-1:])
    assert sum(sales.given(today=late.date(), days=1000).values()) == 1


@pytest.mark.parametrize("at", ["", "yesterday", "2026-99-99T09:00:00-05:00"])
def test_a_time_that_a_person_overtyped_is_no_day(at: str) -> None:
    shop = a_course(50)
    shop.order("1", "CPT")
    sales = Sales()
    sales.advance([replace(shop.assignments[0], at=at), shop.assignments[0]])
    assert sum(sales.given(today=shop.now.date(), days=DAYS).values()) == 1


@pytest.mark.parametrize("days", [1, 14])
def test_a_pace_without_sales_is_none(days: int) -> None:
    assert Sales().given(today=date(2026, 3, 2), days=days) == {}


def test_many_are_counted_after_the_worst() -> None:
    alerts = [Alert("low", f"P{n}", "", n, None, "") for n in range(8)]
    assert in_words(tuple(alerts)) == "Low: P0 (0), P1 (1), P2 (2), P3 (3), P4 (4) and 3 more."
    assert in_words(()) == ""
