"""Sync from Shopify over HTTP: what it costs, its tokens, its allowance, and what goes wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fulfillment.errors import ShopAway, ShopRefused
from sandbox.shopify.stand import ShopifyStand
from tests.local import Workbook
from tests.market import Market

TAB = "NPTA Catalogue"


@pytest.fixture
def market(workbook: Workbook) -> Iterator[Market]:
    with ShopifyStand() as shopify:
        yield Market(workbook, shopify)


def a_shop(market: Market, products: int, variants: int = 1) -> None:
    """So many products, each with so many variants."""
    for number in range(products):
        sold = [{"sku": f"P{number:04}-{n}", "title": f"Kind {n}"} for n in range(variants)]
        market.people.add_product(
            f"Course {number}", sold, product_type="Certification", tags=["provider:nasm"]
        )


def skus(market: Market) -> list[str]:
    return [str(row["SKU"]) for row in market.workbook.tab(TAB) if row["SKU"]]


def test_a_thousand_products_of_three_variants_take_few_calls_and_commits(market: Market) -> None:
    with market.shopify.shop.changing():
        a_shop(market, 1_000, 3)
    market.shopify.change({"points": 1_000_000})
    market.forget_calls()
    market.workbook.forget_calls()
    said = market.run("pull")
    assert (said["status"], said["added"]) == ("ok", 3_000)
    assert market.calls() == {"productVariants": 12}
    assert market.workbook.calls()["methods"] == {"spreadsheets.get": 1, "spreadsheets.batchUpdate": 1}
    assert len(skus(market)) == 3_000
    market.workbook.forget_calls()
    assert market.run("pull")["added"] == 0
    assert market.workbook.calls()["methods"] == {"spreadsheets.get": 1}


def test_the_provider_category_and_status_come_from_the_shop(market: Market) -> None:
    market.people.add_product(
        "Trainer", [{"sku": "CPT"}], product_type="certification", tags=["Provider:Nasm"], status="UNLISTED"
    )
    market.people.add_product("Tip jar", [{"sku": None}])
    market.people.add_product("One", [{"sku": "TWICE"}])
    market.people.add_product("Two", [{"sku": "TWICE"}])
    said = market.run("pull")
    [row] = [row for row in market.workbook.tab(TAB) if row["SKU"]]
    assert (row["product"], row["provider"], row["category"]) == ("Trainer", "NASM", "Certification")
    assert (row["active"], row["fulfillment"]) == (True, "AUTO")
    assert [problem["sku"] for problem in said["problems"]] == ["", "TWICE"]


def test_what_the_shop_changes_and_drops_follows(market: Market) -> None:
    a_shop(market, 2)
    market.run("pull")
    market.people.change_product("P0000-0", title="Renamed")
    market.people.delete_product("P0001-0")
    said = market.run("pull")
    assert (said["added"], said["changed"], said["gone"]) == (0, 1, 1)
    rows = {row["SKU"]: row for row in market.workbook.tab(TAB) if row["SKU"]}
    assert (rows["P0000-0"]["product"], rows["P0000-0"]["active"]) == ("Renamed - Kind 0", True)
    assert (rows["P0001-0"]["product"], rows["P0001-0"]["active"]) == ("Course 1 - Kind 0", False)


def test_an_allowance_that_is_spent_is_waited_for(market: Market) -> None:
    with market.shopify.shop.changing():
        a_shop(market, 600)
    market.shopify.change({"points": 1_000, "restored_per_s": 2_000})
    market.forget_calls()
    assert market.run("pull")["added"] == 600
    assert market.calls()["productVariants"] <= 4  # three pages, and at most one refusal to learn from
    assert market.shopify.api.errors["THROTTLED"] <= 1


@pytest.mark.parametrize("fault", ["throttled", "throttled-429", "503", "reset", "internal", "html-502"])
def test_a_call_that_fails_is_made_again(market: Market, fault: str) -> None:
    a_shop(market, 2)
    market.shopify.faults.add({"instructions": [fault, fault]})
    assert market.run("pull")["added"] == 2
    assert market.shopify.faults.shown()["spent"] == {fault: 2}


def test_a_shop_that_does_not_come_back_is_told_and_nothing_is_written(market: Market) -> None:
    a_shop(market, 2)
    market.shopify.faults.add({"rates": {"503": 1.0}})
    with pytest.raises(ShopAway, match="error of its own"):
        market.run("pull", market.service(DEADLINE_S="1"))
    assert skus(market) == []


def test_a_wrong_token_is_refused_in_a_sentence(market: Market) -> None:
    with pytest.raises(ShopRefused, match="SHOPIFY_TOKEN"):
        market.run("pull", market.service(SHOPIFY_TOKEN="shpat_wrong"))


APP = {"SHOPIFY_TOKEN": "", "SHOPIFY_CLIENT_ID": "local-client", "SHOPIFY_CLIENT_SECRET": "local-secret"}


def test_a_token_is_fetched_once_for_many_calls(market: Market) -> None:
    a_shop(market, 2)
    service = market.service(**APP)
    market.forget_calls()
    market.run("pull", service)
    market.run("pull", service)
    assert market.calls() == {"access_token": 1, "productVariants": 2}


def test_a_token_that_was_ended_is_fetched_anew(market: Market) -> None:
    a_shop(market, 2)
    service = market.service(**APP)
    market.run("pull", service)
    market.shopify.tokens.end()
    market.forget_calls()
    assert market.run("pull", service)["status"] == "ok"
    assert market.calls() == {"productVariants": 2, "access_token": 1}


def test_a_token_is_renewed_before_its_end(market: Market) -> None:
    market.shopify.change({"token_lifetime_s": 200})  # less than what is kept in hand
    service = market.service(**APP)
    market.forget_calls()
    market.run("pull", service)
    market.run("pull", service)
    assert market.calls() == {"access_token": 2, "productVariants": 2}


def test_wrong_credentials_are_refused_in_a_sentence_without_them(market: Market) -> None:
    with pytest.raises(ShopRefused, match="check SHOPIFY_CLIENT_ID") as refusal:
        market.run("pull", market.service(**{**APP, "SHOPIFY_CLIENT_SECRET": "s3cret"}))
    assert "s3cret" not in str(refusal.value)


def test_a_missing_scope_is_named_by_what_it_is_for(market: Market) -> None:
    market.shopify.change({"scopes": ["read_orders"]})
    with pytest.raises(ShopRefused, match="lacks a scope that the README lists"):
        market.run("pull")


def test_a_version_that_never_was_is_refused_in_a_sentence(market: Market) -> None:
    with pytest.raises(ShopRefused, match="check SHOPIFY_SHOP, SHOPIFY_API_VERSION"):
        market.run("pull", market.service(SHOPIFY_API_VERSION="2030-01"))


def test_without_a_shop_it_says_which_setting_is_missing(workbook: Workbook, market: Market) -> None:
    with pytest.raises(Exception, match="SHOPIFY_SHOP is not set"):
        market.run("pull", workbook.service())
