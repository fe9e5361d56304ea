"""Which keys an order gets: entitlements, levels, stock bundles, turns, regions, all or nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fulfillment.catalogue import CatalogueRow
from fulfillment.errors import OrderTooLarge
from fulfillment.model import Entitlement, Levels, LineItem, Reply, parse_entitlements
from fulfillment.release import plan_release
from tests.unit.shop import (
    EITHER_WAY,
    FULL_EITHER_WAY,
    WAYS,
    Shop,
    a_shop,
    a_stocked_shop,
    an_order,
    codes,
)

# entitlements


def test_a_product_code_is_everything_between_the_first_and_the_last_hyphen() -> None:
    assert Entitlement.parse("NASM-NSBK_CPT-CNC-CES-FULL") == Entitlement("NASM", "NSBK_CPT-CNC-CES", "FULL")


def test_any_case_and_blanks_around_are_forgiven_and_upper_case_is_kept() -> None:
    assert [str(e) for e in parse_entitlements("  nasm-cpt-full , NASM-Cnc-Exam ,")] == [
        "NASM-CPT-FULL",
        "NASM-CNC-EXAM",
    ]


@pytest.mark.parametrize(
    "text", ["", "NASM", "NASM-CPT", "-CPT-FULL", "NASM--FULL", "NASM-CPT-", "NASM-C PT-FULL"]
)
def test_half_an_entitlement_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not an entitlement"):
        Entitlement.parse(text)


def test_the_same_entitlement_twice_means_two_seats() -> None:
    shop = a_shop()
    shop.keys("CPT", "K1", "K2")
    shop.sell("TWICE", "NASM-CPT-FULL,nasm-cpt-full")
    assert codes(shop.order("1", "TWICE")) == ["K1", "K2"]


# levels


def test_each_level_takes_its_own_component() -> None:
    shop = a_shop()
    for level, component in (("FULL", "combined"), ("CONTENT", "content"), ("EXAM", "exam")):
        shop.keys("CPT", component, component=component)
        shop.sell(level, f"NASM-CPT-{level}")
        assert codes(shop.order(level, level)) == [component]


def test_nothing_falls_back_to_another_level_region_provider_or_product() -> None:
    shop = a_shop()
    shop.keys("CPT", "A", component="exam")
    shop.keys("CPT", "B", component="content")
    shop.keys("CPT", "C", region="US")
    shop.keys("CPT", "D", provider="NCSF")
    shop.keys("CPT2", "E")
    shop.keys("NSBK_CPT-CNC", "F")
    shop.sell("CPT", "NASM-CPT-FULL")
    assert shop.order("1", "CPT").answer.reason == "out_of_stock"
    assert not shop.assignments


def test_an_alternative_serves_when_the_first_way_is_out_and_is_named() -> None:
    shop = a_stocked_shop(["K1"], levels=FULL_EITHER_WAY)
    shop.keys("CPT", "C1", component="content")
    shop.keys("CPT", "X1", component="exam")
    assert shop.order("1", "CPT").warnings == ()
    reply = shop.order("2", "CPT")
    assert codes(reply) == ["C1", "X1"]
    assert {key.unit for key in reply.keys} == {"1.1"}
    assert reply.warnings == ("NASM-CPT-FULL was served by content and exam seats.",)


def test_half_an_alternative_is_none() -> None:
    shop = a_stocked_shop([], levels=FULL_EITHER_WAY)
    shop.keys("CPT", "C1", component="content")
    assert shop.order("1", "CPT").answer.outcome == "failed"


def test_an_alternative_may_be_one_providers_alone() -> None:
    shop = a_shop(levels=Levels(WAYS, {"NASM": {"FULL": EITHER_WAY}}))
    for provider in ("NASM", "NCSF"):
        shop.keys("CPT", f"C-{provider}", component="content", provider=provider)
        shop.keys("CPT", f"X-{provider}", component="exam", provider=provider)
        shop.sell(provider, f"{provider}-CPT-FULL")
    assert codes(shop.order("1", "NASM")) == ["C-NASM", "X-NASM"]
    assert shop.order("2", "NCSF").answer.reason == "out_of_stock"


def test_an_exam_order_takes_its_seat_before_one_that_has_a_choice() -> None:
    shop = a_stocked_shop(["K1"], levels=FULL_EITHER_WAY)
    shop.sell("EXAM", "NASM-CPT-EXAM")
    shop.keys("CPT", "C1", component="content")
    shop.keys("CPT", "X1", component="exam")
    assert codes(shop.order("1", "CPT", "EXAM")) == ["K1", "X1"]
    assert shop.order("2", "CPT", "EXAM").answer.outcome == "failed"


# stock bundles


def courses(*skus: str, **policy: object) -> Shop:
    """A shop with one key for each of these courses, and the bundle NSBK_CPT-CNC-CES with two seats."""
    shop = a_shop(**policy)
    for sku in skus:
        shop.keys(sku, f"single {sku}")
        shop.sell(sku, f"NASM-{sku}-FULL")
    shop.keys("NSBK_CPT-CNC-CES", "bundle", seats=2)
    return shop


def test_three_courses_of_a_stock_bundle_are_one_bundle_seat_in_any_order() -> None:
    (key,) = courses("CPT", "CNC", "CES").order("1", "CES", "CPT", "CNC").keys
    assert (key.unit, key.sku, key.keycode) == ("1.1+2.1+3.1", "CES,CPT,CNC", "bundle")
    assert key.entitlements == "NASM-CES-FULL,NASM-CPT-FULL,NASM-CNC-FULL"
    assert key.title == "The CES course, The CPT course, The CNC course"


def test_one_product_of_three_courses_gets_the_bundle_too() -> None:
    shop = courses("CPT", "CNC", "CES")
    shop.sell("ALL", "NASM-CNC-FULL,NASM-CPT-FULL,NASM-CES-FULL")
    (key,) = shop.order("1", "ALL").keys
    assert (key.unit, key.sku, key.keycode) == ("1.1", "ALL", "bundle")


def test_half_a_bundle_is_no_bundle() -> None:
    assert codes(courses("CPT", "CNC", "CES").order("1", "CPT", "CNC")) == ["single CPT", "single CNC"]


def test_a_bundle_and_one_course_more_is_no_bundle() -> None:
    shop = courses("CPT", "CNC", "CES", "PES")
    assert "bundle" not in codes(shop.order("1", "CPT", "CNC", "CES", "PES"))


def test_a_bundle_with_a_hyphen_in_a_course_code() -> None:
    shop = courses("CPT-CNC", "CES")
    assert codes(shop.order("1", "CES", "CPT-CNC")) == ["bundle"]


def test_other_providers_and_levels_courses_do_not_matter() -> None:
    shop = courses("CPT", "CNC", "CES")
    shop.keys("STS", "other provider", provider="NCSF")
    shop.sell("STS", "NCSF-STS-FULL")
    shop.keys("PES", "other level", component="exam")
    shop.sell("PESe", "NASM-PES-EXAM")
    reply = shop.order("1", "STS", "CPT", "PESe", "CNC", "CES")
    assert codes(reply) == ["other provider", "bundle", "other level"]


def test_without_a_bundle_seat_singles_are_used() -> None:
    shop = courses("CPT", "CNC", "CES")
    for order_id in ("1", "2"):
        assert codes(shop.order(order_id, "CPT", "CNC", "CES")) == ["bundle"]
    assert codes(shop.order("3", "CPT", "CNC", "CES")) == ["single CPT", "single CNC", "single CES"]
    assert shop.order("4", "CPT", "CNC", "CES").answer.outcome == "failed"


def test_sets_are_decided_one_by_one() -> None:
    shop = courses("CPT", "CNC", "CES")
    reply = shop.order("1", "CPT x3", "CNC x3", "CES x3")
    assert sorted(codes(reply)) == ["bundle", "bundle", "single CES", "single CNC", "single CPT"]


def test_with_different_quantities_the_full_sets_are_bundles_and_the_rest_singles() -> None:
    reply = courses("CPT", "CNC", "CES").order("1", "CPT x2", "CNC", "CES")
    assert [(key.unit, key.keycode) for key in reply.keys] == [
        ("1.1+2.1+3.1", "bundle"),
        ("1.2", "single CPT"),
    ]


def test_a_bundle_of_another_region_or_level_is_not_used() -> None:
    shop = courses("CPT", "CNC", "CES")
    shop.keys("NSBK_CPT-CNC", "far", region="US")
    shop.keys("NSBK_CPT-CNC", "exams", component="exam")
    assert codes(shop.order("1", "CPT", "CNC")) == ["single CPT", "single CNC"]


def test_a_row_may_name_a_bundles_entitlement_itself() -> None:
    shop = courses("CPT")
    shop.sell("PACK", "NASM-NSBK_CPT-CNC-CES-FULL")
    (key,) = shop.order("1", "PACK").keys
    assert (key.product_code, key.keycode, key.entitlements) == (
        "NSBK_CPT-CNC-CES",
        "bundle",
        "NASM-NSBK_CPT-CNC-CES-FULL",
    )


def test_a_named_bundle_takes_its_seat_before_a_set_that_has_a_choice() -> None:
    shop = courses("CPT", "CNC", "CES")
    shop.sell("PACK", "NASM-NSBK_CPT-CNC-CES-FULL")
    shop.order("0", "PACK")
    reply = shop.order("1", "CPT", "CNC", "CES", "PACK")
    assert codes(reply) == ["single CPT", "single CNC", "single CES", "bundle"]


def test_shortages_are_those_of_the_plan_with_single_keys() -> None:
    shop = courses("CPT", "CNC", "CES")
    reply = shop.order("1", "CPT x4", "CNC x4", "CES x4")
    assert [(s["entitlement"], s["wanted"], s["available"]) for s in reply.shortages] == [
        ("NASM-CPT-FULL", 4, 1),
        ("NASM-CNC-FULL", 4, 1),
        ("NASM-CES-FULL", 4, 1),
    ]


# turns


def test_the_oldest_key_goes_first() -> None:
    shop = a_stocked_shop(["K2", "K1", "K10"])
    assert [codes(shop.order(n, "CPT"))[0] for n in "abc"] == ["K2", "K1", "K10"]


def test_a_key_is_given_to_its_last_seat_before_the_next() -> None:
    shop = a_shop()
    shop.keys("CPT", "K1", "K2", seats=2)
    shop.sell("CPT", "NASM-CPT-FULL")
    assert codes(shop.order("1", "CPT x3")) == ["K1", "K1", "K2"]


def test_a_seat_given_back_waits_at_the_end() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.order("1", "CPT")
    shop.release("1")
    shop.keys("CPT", "K3")
    assert shop.free("CPT") == ["K2", "K1", "K3"]


def test_within_a_commit_seats_given_back_come_before_imported_ones() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT")
    other = a_shop()
    other.keys("CPT", "K2")
    released = plan_release(shop.snapshot.draft(), "1", now=shop.now, by="").changes
    shop.commit(replace(released, events=tuple(other.events)))
    assert shop.free("CPT") == ["K1", "K2"]


def test_turns_do_not_depend_on_the_order_in_which_rows_are_read() -> None:
    shop = a_stocked_shop(["K3", "K1", "K2"])
    shop.order("1", "CPT x2")
    shop.release("1", units=["1.1"])
    shop.snapshot = shop.rebuilt(reverse=True)
    assert shop.free("CPT") == ["K2", "K3"]


# all or nothing


def test_an_order_is_served_whole_or_not_at_all_and_every_shortage_is_named() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.sell("CNC", "NASM-CNC-FULL")
    shop.keys("CES", "S1")
    shop.sell("CES", "NASM-CES-FULL")
    reply = shop.order("1", "CNC", "CES", "CPT x3")
    assert (reply.answer.outcome, reply.answer.reason, reply.keys) == ("failed", "out_of_stock", ())
    assert [(s["entitlement"], s["region"], s["wanted"], s["available"]) for s in reply.shortages] == [
        ("NASM-CNC-FULL", "CANADA", 1, 0),
        ("NASM-CPT-FULL", "CANADA", 3, 2),
    ]
    assert shop.free("CPT") == ["K1", "K2"]
    assert not shop.assignments


def test_a_failed_order_leaves_its_seats_to_the_next_one_in_the_group() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    shop.sell("CNC", "NASM-CNC-FULL")
    failed, served = shop.orders(an_order("1", "CPT", "CNC"), an_order("2", "CPT"))
    assert isinstance(failed, Reply)
    assert isinstance(served, Reply)
    assert (failed.answer.outcome, codes(served)) == ("failed", ["K1"])


def test_orders_of_one_group_never_share_a_seat() -> None:
    shop = a_stocked_shop(["K1", "K2"])
    replies = shop.orders(*(an_order(n, "CPT") for n in "abc"))
    assert [codes(r) if isinstance(r, Reply) else None for r in replies] == [["K1"], ["K2"], []]


def test_the_same_order_twice_in_one_group_is_one_order() -> None:
    shop = a_stocked_shop()
    first, second = shop.orders(an_order("1", "CPT"), an_order("1", "CPT"))
    assert isinstance(first, Reply)
    assert isinstance(second, Reply)
    assert (second.replayed, second.keys, len(shop.assignments)) == (True, first.keys, 1)


def test_two_lines_of_one_product_are_two_pieces() -> None:
    reply = a_stocked_shop().order("1", "CPT", "CPT x2")
    assert [(key.unit, key.keycode) for key in reply.keys] == [("1.1", "K1"), ("2.1", "K2"), ("2.2", "K3")]


def test_all_of_a_large_order_is_served() -> None:
    shop = a_stocked_shop([f"K{n:04}" for n in range(1200)])
    reply = shop.order("1", *(["CPT x2"] * 30), "CPT x1000")
    assert len(set(codes(reply))) == 1060
    assert reply.keys[-1].unit == "31.1000"


def test_an_order_too_large_for_a_cell_is_refused_alone() -> None:
    shop = a_stocked_shop([f"K{n}" for n in range(3)])
    shop.keys("CPT", "the many seats of a key", seats=5_000)
    before, refused, after = shop.orders(
        an_order("1", "CPT"), an_order("2", "CPT x4000"), an_order("3", "CPT")
    )
    assert isinstance(refused, OrderTooLarge)
    assert isinstance(before, Reply)
    assert isinstance(after, Reply)
    assert (codes(before), codes(after)) == (["K1"], ["K2"]) or (codes(before), codes(after)) == (
        ["K0"],
        ["K1"],
    )
    assert shop.audit() == ()
    assert "2" not in shop.snapshot.orders


# lines


def test_external_lines_are_skipped_and_named() -> None:
    shop = a_stocked_shop()
    shop.sell("KBS", fulfillment="EXTERNAL")
    reply = shop.order("1", LineItem("KBS", 2, "A kettlebell"), "CPT")
    assert (reply.answer.outcome, codes(reply)) == ("fulfilled", ["K1"])
    assert reply.skipped == (("KBS", 2, "A kettlebell", "external"),)
    assert "2 x KBS" in reply.message
    assert reply.keys[0].unit == "2.1"


def test_a_line_without_sku_is_skipped_with_a_warning() -> None:
    reply = a_stocked_shop().order("1", ": A tip", "CPT")
    assert reply.warnings == ("Line 1 (A tip) has no SKU and was skipped.",)
    assert reply.skipped == (("", 1, "A tip", "no sku"),)
    assert codes(reply) == ["K1"]


def test_an_order_of_nothing_else_is_skipped_and_sends_no_mail() -> None:
    shop = a_shop()
    shop.sell("KBS", fulfillment="EXTERNAL")
    reply = shop.order("1", "KBS", ": A tip")
    assert (reply.answer.outcome, reply.answer.reason, reply.send_email) == ("skipped", "", False)


def test_a_quantity_of_0_is_ignored() -> None:
    reply = a_stocked_shop().order("1", "never sold x0", "CPT", "CPT x0")
    assert [(key.unit, key.keycode) for key in reply.keys] == [("2.1", "K1")]


def test_the_region_of_the_order_counts_else_the_default() -> None:
    shop = a_stocked_shop(["here"])
    shop.keys("CPT", "there", region="US")
    there, here = shop.order("1", "CPT", region="US"), shop.order("2", "CPT")
    assert (codes(there), codes(here)) == (["there"], ["here"])
    assert (there.keys[0].region, here.answer.region) == ("US", "CANADA")


def test_a_product_that_is_not_active_is_served_with_a_warning() -> None:
    shop = a_stocked_shop()
    shop.sell("CPT", "NASM-CPT-FULL", active="FALSE")
    reply = shop.order("1", "CPT")
    assert codes(reply) == ["K1"]
    assert "not active" in reply.warnings[0]


@pytest.mark.parametrize("email", ["", "ada", "ada@home", "a@b.ca, c@d.ca", "<a@b.ca>", "a b@c.ca"])
def test_an_order_without_a_usable_address_is_served_but_not_mailed(email: str) -> None:
    reply = a_stocked_shop().order("1", "CPT", email=email)
    assert (codes(reply), reply.send_email) == (["K1"], False)
    assert "no usable e-mail address" in reply.warnings[-1]


# reasons


def reason_of(shop: Shop, *lines: str) -> tuple[str, str]:
    reply = shop.order("-".join(lines) or "none", *lines)
    assert reply.answer.outcome == "failed"
    return reply.answer.reason, reply.message


def test_each_failure_has_its_reason_and_of_several_the_first_counts() -> None:
    shop = a_stocked_shop([])
    shop.sell("EMPTY")
    shop.sell("BAD", "NASM-CPT")
    assert reason_of(shop) == (
        "no_items",
        "Order #none was not served. It has no line with a quantity above 0.",
    )
    assert reason_of(shop, "CPT")[0] == "out_of_stock"
    assert reason_of(shop, "CPT", "EMPTY")[0] == "no_entitlements"
    assert reason_of(shop, "CPT", "EMPTY", "BAD")[0] == "bad_entitlements"
    reason, message = reason_of(shop, "CPT", "EMPTY", "BAD", "never sold")
    assert reason == "unknown_sku"
    for named in ("Out of stock: NASM-CPT-FULL", "EMPTY has no entitlements", "BAD:", "`never sold`"):
        assert named in message


def test_an_order_of_quantities_of_0_alone_has_no_items() -> None:
    assert reason_of(a_stocked_shop(), "CPT x0")[0] == "no_items"


def test_a_near_miss_is_hinted_and_never_served() -> None:
    shop = a_stocked_shop()
    reason, message = reason_of(shop, "cpt")
    assert (reason, shop.assignments) == ("unknown_sku", [])
    assert "did you mean `CPT`" in message


def test_a_sku_like_nothing_is_not_hinted() -> None:
    assert "did you mean" not in reason_of(a_stocked_shop(), "kettlebell")[1]


def test_an_external_product_never_fails_on_its_entitlements() -> None:
    shop = a_shop()
    shop.sell("KBS", "", fulfillment="EXTERNAL")
    assert shop.order("1", "KBS").answer.outcome == "skipped"


# what goes wrong elsewhere


def test_a_failed_order_records_no_key_and_no_apology_in_its_place() -> None:
    shop = a_stocked_shop(["K1"])
    shop.order("1", "CPT x2")
    assert (shop.answers[0].keys, shop.answers[0].outcome) == ("[]", "failed")


def test_a_line_without_sku_never_matches_a_product_without_one() -> None:
    shop = a_stocked_shop()
    external = CatalogueRow(3, "OTHER", fulfillment="EXTERNAL")
    shop.publish(
        external, CatalogueRow(2, "", entitlements="NASM-CPT-FULL", fulfillment="AUTO", product="nameless")
    )
    assert shop.order("1", ": CPT").answer.outcome == "skipped"
    assert not shop.assignments


def test_no_order_gets_keys_that_another_one_holds() -> None:
    shop = a_stocked_shop([f"K{n}" for n in range(60)])
    replies = [shop.order(str(n), "CPT x2") for n in range(30)]
    given = [code for reply in replies for code in codes(reply)]
    assert len(set(given)) == len(given) == 60


def test_both_stock_figures_agree() -> None:
    shop = a_stocked_shop(["K1", "K2", "K3"])
    for step in (
        lambda: shop.order("1", "CPT"),
        lambda: shop.release("1"),
        lambda: shop.order("2", "CPT x2"),
    ):
        step()
        assert shop.available("CPT") == shop.stock("CPT")[2] == len(shop.free("CPT"))


def test_skus_that_differ_by_case_are_two_products() -> None:
    shop = a_stocked_shop(["full"])
    shop.keys("CPT", "exam", component="exam")
    shop.sell("CPTe", "NASM-CPT-EXAM")
    shop.sell("CPTE", "NASM-CPT-FULL")
    assert codes(shop.order("1", "CPTe")) == ["exam"]
    assert codes(shop.order("2", "CPTE")) == ["full"]
