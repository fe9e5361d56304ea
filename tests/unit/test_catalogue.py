"""What people typed into the catalogue, checked and published; how many of a product can be sold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fulfillment.catalogue import CatalogueRow, plan_publish
from fulfillment.errors import NotPossible
from fulfillment.model import Levels, Product
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
