"""What the shop sells, as the catalogue is to say it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fulfillment.assortment import Assortment, plan_pull
from fulfillment.catalogue import CatalogueRow
from fulfillment.errors import NotPossible
from fulfillment.wares import Variant


def sold(sku: str, product: str = "Trainer", **fields: object) -> Variant:
    variant = Variant(f"v-{sku}-{product}", f"i-{sku}-{product}", sku, product)
    return replace(variant, **{"category": "Certification", **fields})  # type: ignore[arg-type]


def row(number: int, sku: str) -> CatalogueRow:
    return CatalogueRow(number, sku, "Trainer", "Certification")


def messages(assortment: Assortment) -> list[str]:
    return [problem.message for problem in assortment.problems]


def test_a_new_product_begins_as_auto_in_the_three_categories_and_as_external_else() -> None:
    categories = {"A": "Certification", "B": "specialization", "C": "Bundle", "D": "Seminar", "E": ""}
    new = plan_pull([], [sold(sku, category=category) for sku, category in categories.items()]).new
    assert [(ware.sku, ware.category, ware.fulfillment) for ware in new] == [
        ("A", "Certification", "AUTO"),
        ("B", "Specialization", "AUTO"),
        ("C", "Bundle", "AUTO"),
        ("D", "Seminar", "EXTERNAL"),
        ("E", "", "EXTERNAL"),
    ]


def test_a_variant_is_named_by_its_product_and_what_tells_it_apart() -> None:
    [plain, exam] = plan_pull([], [sold("CPT"), sold("CPTe", title="exam only")]).new
    assert [plain.product, exam.product] == ["Trainer", "Trainer - exam only"]


@pytest.mark.parametrize("tag", ["provider:NASM", "Provider: nasm ", " PROVIDER:Nasm"])
def test_the_provider_tag_may_be_written_in_any_case(tag: str) -> None:
    [ware] = plan_pull([], [sold("CPT", tags=("sale", tag))]).new
    assert ware.provider == "NASM"


def test_several_provider_tags_are_told_and_none_of_them_is_chosen() -> None:
    assortment = plan_pull([], [sold("CPT", tags=("provider:NASM", "provider:NCSF"))])
    assert assortment.new[0].provider is None
    assert messages(assortment) == [
        "`Trainer` has several provider tags, NASM and NCSF: the provider was left as it is."
    ]


def test_the_same_provider_twice_is_one() -> None:
    assortment = plan_pull([], [sold("CPT", tags=("provider:NASM", "provider:nasm"))])
    assert assortment.new[0].provider == "NASM"
    assert not assortment.problems


@pytest.mark.parametrize(
    ("status", "active"), [("ACTIVE", True), ("UNLISTED", True), ("DRAFT", False), ("ARCHIVED", False)]
)
def test_what_can_be_bought_by_its_link_is_active(status: str, active: bool) -> None:
    assert plan_pull([], [sold("CPT", status=status)]).new[0].active is active


def test_a_product_without_a_sku_is_told_and_not_listed() -> None:
    assortment = plan_pull([], [sold("", "Tip jar")])
    assert not assortment.new
    assert messages(assortment) == ["`Tip jar` has no SKU in the shop: give it one, then sync again."]


def test_a_sku_on_two_variants_is_told_and_its_row_stays_as_it_is() -> None:
    variants = [sold("CPT", "Trainer"), sold("CPT", "Coach")]
    assortment = plan_pull([row(2, "CPT")], variants)
    assert not assortment.new
    assert not assortment.wares
    assert not assortment.gone
    assert messages(assortment) == [
        "`Trainer` and `Coach` have the SKU CPT in the shop: each needs one of its own."
    ]


def test_a_sku_in_two_rows_is_told_and_neither_is_written() -> None:
    assortment = plan_pull([row(3, "CPT"), row(7, "CPT")], [sold("CPT")])
    assert not assortment.wares
    assert not assortment.new
    assert messages(assortment) == ["The SKU stands in rows 3 and 7 of NPTA Catalogue: keep one of them."]


def test_a_product_that_the_shop_no_longer_has_is_gone_and_not_forgotten() -> None:
    assortment = plan_pull([row(2, "CPT"), row(3, "OLD")], [sold("CPT")])
    assert assortment.gone == {"OLD"}


def test_a_shop_that_seems_to_sell_nothing_leaves_the_catalogue_alone() -> None:
    with pytest.raises(NotPossible, match="Is SHOPIFY_SHOP the right shop"):
        plan_pull([row(2, "CPT")], [])
    assert plan_pull([], []).new == ()


def test_letter_case_tells_skus_apart() -> None:
    assortment = plan_pull([row(2, "CPT")], [sold("cpt")])
    assert [ware.sku for ware in assortment.new] == ["cpt"]
    assert assortment.gone == {"CPT"}
