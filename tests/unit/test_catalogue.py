"""What people typed into the catalogue, checked and published; how many of a product can be sold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.catalogue import CatalogueRow, Published, plan_publish
from fulfillment.errors import NotPossible
from fulfillment.model import Levels, Product
from fulfillment.publication import Offer
from tests.unit.bookkeeper import most_that_can_be_served
from tests.unit.shop import FULL_EITHER_WAY, LEVELS, Shop, a_shop, a_stocked_shop, codes


def row(sku: str, entitlements: str = "NASM-CPT-FULL", *, no: int = 2, **cells: str) -> CatalogueRow:
    return CatalogueRow(no, sku, **{"entitlements": entitlements, "fulfillment": "AUTO", **cells})


def live(shop: Shop, sku: str) -> Product:
    return shop.snapshot.catalogue[sku]


# publishing


def test_rows_are_published_in_upper_case_and_trimmed() -> None:
    shop = a_shop()
    published = shop.publish(row("CPT", " nasm-cpt-full ,NASM-CNC-Exam", fulfillment="auto", active="true"))
    assert published.published == 1
    assert live(shop, "CPT").entitlements == "NASM-CPT-FULL,NASM-CNC-EXAM"
    assert (live(shop, "CPT").fulfillment, live(shop, "CPT").active) == ("AUTO", True)


def test_orders_use_only_what_is_published() -> None:
    shop = a_stocked_shop()
    shop.rows["NEW"] = row("NEW", no=3)
    assert shop.order("1", "NEW").answer.reason == "unknown_sku"
    shop.publish(*shop.rows.values())
    assert codes(shop.order("2", "NEW")) == ["K1"]


@pytest.mark.parametrize("cell", ["NASM-CPT", "NASM-CPT-GOLD", "nonsense", "NASM-CPT-FULL;NASM-CNC-FULL"])
def test_a_row_that_cannot_be_read_keeps_its_former_published_state(cell: str) -> None:
    shop = a_stocked_shop()
    published = shop.sell("CPT", cell)
    (problem,) = published.problems
    assert (problem.sku, published.published) == ("CPT", 0)
    assert problem.message.endswith("It stays as published before.")
    assert codes(shop.order("1", "CPT")) == ["K1"]


def test_a_new_row_that_cannot_be_read_is_published_with_its_problem_and_its_orders_fail() -> None:
    shop = a_stocked_shop()
    assert shop.sell("NEW", "NASM-CPT").problems[0].sku == "NEW"
    assert live(shop, "NEW").problem
    assert shop.available("NEW") is None
    assert shop.order("1", "NEW").answer.reason == "bad_entitlements"


@pytest.mark.parametrize("cells", [{"fulfillment": "perhaps"}, {"fulfillment": ""}, {"active": "maybe"}])
def test_a_new_row_with_another_cell_wrong_is_not_served_either(cells: dict[str, str]) -> None:
    shop = a_stocked_shop()
    assert shop.publish(row("NEW", **cells)).problems
    assert shop.order("1", "NEW").answer.reason == "bad_entitlements"


def test_a_problem_that_was_mended_is_gone() -> None:
    shop = a_stocked_shop()
    shop.sell("CPT", "NASM-CPT")
    shop.sell("NEW", "NASM-CPT")
    shop.sell("NEW", "NASM-CPT-FULL")
    assert shop.sell("CPT", "NASM-CPT-FULL").problems == ()
    assert (live(shop, "CPT").problem, live(shop, "NEW").problem) == ("", "")


def test_a_row_that_stays_wrong_never_forgets_its_former_state() -> None:
    shop = a_stocked_shop()
    for cell in ("NASM-CPT", "wrong", "NASM-CPT-GOLD"):
        shop.sell("CPT", cell)
    assert (live(shop, "CPT").entitlements, codes(shop.order("1", "CPT"))) == ("NASM-CPT-FULL", ["K1"])


def test_a_sku_in_two_rows_keeps_its_former_state_and_names_the_rows() -> None:
    shop = a_stocked_shop()
    published = shop.publish(row("CPT", no=2), row("CPT", "NASM-CNC-FULL", no=7))
    assert "rows 2 and 7" in published.problems[0].message
    assert codes(shop.order("1", "CPT")) == ["K1"]


def test_a_new_sku_in_two_rows_is_served_by_neither() -> None:
    shop = a_stocked_shop()
    shop.publish(row("NEW"), row("NEW", no=3))
    assert shop.order("1", "NEW").answer.reason == "bad_entitlements"


def test_skus_differ_by_letter_case() -> None:
    shop = a_shop()
    assert shop.publish(row("CNC"), row("CNCe", "NASM-CPT-EXAM", no=3)).published == 2


def test_an_emptied_cell_is_published_as_empty() -> None:
    shop = a_stocked_shop()
    published = shop.sell("CPT", "")
    assert (live(shop, "CPT").entitlements, published.problems, shop.available("CPT")) == ("", (), 0)
    assert "has no entitlements" in published.warnings[0]
    assert shop.order("1", "CPT").answer.reason == "no_entitlements"


def test_a_pool_without_keys_is_a_warning() -> None:
    shop = a_shop()
    published = shop.sell("CPT", "NASM-CPT-FULL")
    assert published.warnings == ("CPT: NASM-CPT-FULL never had a key in CANADA.",)
    assert (published.published, published.problems) == (1, ())


def test_rows_gone_from_the_tab_are_unpublished_and_it_says_so() -> None:
    shop = a_stocked_shop()
    published = shop.publish(CatalogueRow(2, "OTHER", fulfillment="EXTERNAL"))
    assert published.unpublished == ("CPT",)
    assert "CPT" in published.warnings[-1]
    assert shop.order("1", "CPT").answer.reason == "unknown_sku"


def test_a_catalogue_emptied_by_mistake_stays_live() -> None:
    shop = a_stocked_shop()
    with pytest.raises(NotPossible, match="stay live"):
        shop.publish(row("", no=4))
    assert shop.order("1", "CPT").keys


def test_a_row_without_sku_is_a_problem_and_a_blank_one_nothing() -> None:
    published = a_shop().publish(row("", no=4), CatalogueRow(5, ""))
    assert [(problem.sku, problem.message) for problem in published.problems] == [("", "Row 4 has no SKU.")]


def test_publishing_what_is_published_changes_nothing() -> None:
    shop = a_stocked_shop()
    shop.sell("BAD", "NASM-CPT")
    plan = plan_publish(shop.snapshot, [*shop.rows.values()], policy=shop.policy, now=shop.now)
    assert plan.changes.is_nothing
    assert plan.result.published == 1


def test_only_what_changed_has_a_new_time() -> None:
    shop = a_stocked_shop()
    before = live(shop, "CPT").published_at
    shop.sell("CNC", "NASM-CNC-FULL")
    assert (live(shop, "CPT").published_at, live(shop, "CNC").published_at > before) == (before, True)


# what changes for customers, and what may have been meant


def changes(published: Published) -> dict[str, str]:
    return {change.sku: change.message for change in published.changes}


def a_catalogue() -> Shop:
    """CPT and BOTH are served from stock, EXT by a person; three CPT keys and one CNC key."""
    shop = a_stocked_shop()
    shop.keys("CNC", "N1")
    shop.publish(row("CPT"), row("BOTH", "NASM-CPT-FULL,NASM-CNC-FULL", no=3), external("EXT", no=4))
    return shop


def external(sku: str, *, no: int) -> CatalogueRow:
    return row(sku, "", no=no, fulfillment="EXTERNAL")


def test_a_preview_says_for_each_product_what_customers_get_and_how_many_can_be_sold() -> None:
    published = a_catalogue().publish(
        row("CPT", "NASM-CPT-FULL,NASM-CNC-FULL"),
        row("BOTH", "", no=3),
        row("EXT", "NASM-CPT-FULL", no=4, active="no"),
        row("NEW", "NASM-CNC-FULL", no=5),
        external("BYHAND", no=6),
    )
    assert changes(published) == {
        "CPT": "Customers get NASM-CNC-FULL more. 1 can be sold now, instead of 3.",
        "BOTH": "Emptied: its orders fail until it has entitlements (customers got NASM-CPT-FULL and "
        "NASM-CNC-FULL). None can be sold any more.",
        "EXT": "Keys are assigned from then on; a person served it before. Customers get NASM-CPT-FULL. 3 "
        "can be sold now. Not active any more; what was paid for is served.",
        "NEW": "New: customers get NASM-CNC-FULL. 1 can be sold now.",
        "BYHAND": "New: a person serves it.",
    }
    first = published.changes[0]
    assert first.before == Offer("NASM-CPT-FULL", "AUTO", True, 3, "")
    assert first.after == Offer("NASM-CPT-FULL,NASM-CNC-FULL", "AUTO", True, 1, "")


def test_what_is_gone_or_less_is_said_too() -> None:
    shop = a_catalogue()
    published = shop.publish(row("CPT", fulfillment="EXTERNAL"), row("BOTH", "NASM-CNC-FULL", no=3))
    assert changes(published) == {
        "CPT": "A person serves it from then on, and no key is assigned.",
        "BOTH": "Customers no longer get NASM-CPT-FULL.",
        "EXT": "Gone from the catalogue (a person serves it): orders of it fail from then on.",
    }
    assert published.changes[-1].after is None


def test_a_problem_that_comes_and_goes_is_a_change_and_one_that_stays_is_none() -> None:
    shop = a_catalogue()
    rows = [row("BOTH", "NASM-CPT-FULL,NASM-CNC-FULL", no=3), external("EXT", no=4)]
    broken = changes(shop.publish(row("CPT", "NASM-CPT"), *rows))
    assert list(broken) == ["CPT"]
    assert broken["CPT"].startswith("Problem: Row 2: `NASM-CPT` is not")
    assert changes(shop.publish(row("CPT", "NASM-CPT"), *rows)) == {}
    mended = changes(shop.publish(row("CPT"), *rows))
    assert mended == {"CPT": "Its problem is put right: customers get NASM-CPT-FULL."}


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("NASM-CPT", "write PROVIDER-PRODUCT_CODE-LEVEL (did you mean `NASM-CPT-FULL`?)"),
        ("nasm cpt full", "(did you mean `NASM-CPT-FULL`?)"),
        ("NASM-CPT-FUL", "`FUL`, and the levels are FULL, CONTENT and EXAM (did you mean `NASM-CPT-FULL`?)"),
        ("NASM-CPT-FULL;NASM-CNC-FULL", "several separated by commas"),
        (
            "NASM-\u0421PT-FULL",
            "holds CYRILLIC CAPITAL LETTER ES (U+0421), its character 6: type it anew (",
        ),
        ("NASM\u2013CPT\u2013FULL", "holds EN DASH (U+2013), its character 5"),
        ("NASM-CPT-FULL,NASM-CNC,NASM-CPT-FULLL", "`NASM-CPT-FULLL` ends in `FULLL`"),
    ],
)
def test_an_entitlement_that_cannot_be_right_is_named_with_the_nearest(cell: str, words: str) -> None:
    (problem,) = a_catalogue().publish(row("NEW", cell)).problems
    assert words in problem.message


def test_a_pool_that_never_had_a_key_is_named_with_the_nearest_that_had() -> None:
    shop = a_catalogue()
    shop.keys("CES", "C1", region="US")
    warnings = shop.publish(row("A", "NASM-CPTT-FULL"), row("B", "NASM-CES-FULL", no=3)).warnings
    assert warnings[:2] == (
        "A: NASM-CPTT-FULL never had a key in CANADA (did you mean `NASM-CPT-FULL`?).",
        "B: NASM-CES-FULL never had a key in CANADA (there are keys in US).",
    )


def test_everything_that_is_wrong_with_a_row_is_said_at_once() -> None:
    (problem,) = a_catalogue().publish(row("NEW", "NASM-CPT", fulfillment="AUTOM", active="si")).problems
    for words in ("found `AUTOM` (did you mean `AUTO`?)", "is not an entitlement", "found `si`"):
        assert words in problem.message


@pytest.mark.parametrize(
    ("skus", "words"),
    [
        (["CPT", "cpt", "BOTH", "EXT"], "CPT and cpt differ in letter case alone"),
        (["CPT", "C PT", "BOTH", "EXT"], "`CPT` and `C PT` differ in blanks alone: is that one product?"),
        (["cpt", "BOTH", "EXT"], "`CPT` was published, and the catalogue has `cpt` now"),
    ],
)
def test_skus_that_people_take_for_one_another_are_named(skus: list[str], words: str) -> None:
    published = a_catalogue().publish(*(row(sku, no=no) for no, sku in enumerate(skus, 2)))
    assert any(words in warning for warning in published.warnings)


# availability


def test_external_products_and_problems_show_a_blank() -> None:
    shop = a_stocked_shop()
    shop.sell("KBS", fulfillment="EXTERNAL")
    shop.sell("CPT", "NASM-CPT")
    assert (shop.available("KBS"), shop.available("CPT")) == (None, None)


def test_the_scarcest_entitlement_counts_and_two_of_one_halve_it() -> None:
    shop = a_stocked_shop(["K1", "K2", "K3"])
    shop.keys("CNC", "N1")
    shop.sell("BOTH", "NASM-CPT-FULL,NASM-CNC-FULL")
    shop.sell("TWICE", "NASM-CPT-FULL,NASM-CPT-FULL")
    assert (shop.available("CPT"), shop.available("BOTH"), shop.available("TWICE")) == (3, 1, 1)


def test_bundle_seats_count_for_the_products_that_they_serve() -> None:
    shop = a_stocked_shop(["K1"])
    shop.keys("CNC", "N1")
    shop.keys("NSBK_CNC-CPT", "B1", seats=4)
    shop.sell("BOTH", "NASM-CPT-FULL,NASM-CNC-FULL")
    assert (shop.available("BOTH"), shop.available("CPT")) == (5, 1)


def test_other_regions_keys_do_not_count() -> None:
    shop = a_stocked_shop(["K1"])
    shop.keys("CPT", "K2", region="US")
    assert shop.available("CPT") == 1


stocks = st.dictionaries(
    st.tuples(
        st.sampled_from(("A", "B", "NSBK_A-B", "NSBK_B-A", "NSBK_A")),
        st.sampled_from(("combined", "combined", "content", "exam")),
    ),
    st.integers(1, 4),
)
cells = st.lists(
    st.sampled_from(("P-A-FULL", "P-A-FULL", "P-B-FULL", "P-A-EXAM", "P-NSBK_A-B-FULL")),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(stocks, cells, st.sampled_from((LEVELS, FULL_EITHER_WAY)))
def test_available_is_the_largest_order_that_is_served_whole(
    stock: dict[tuple[str, str], int], cells: list[str], levels: Levels
) -> None:
    shop = a_shop(levels=levels)
    for (code, component), seats in stock.items():
        shop.keys(code, f"K-{code}-{component}", seats=seats, component=component, provider="P")
    shop.sell("it", ",".join(cells))
    assert shop.available("it") == most_that_can_be_served(shop, "it")
    assert replace(live(shop, "it"), available=None, version=0).problem == ""
