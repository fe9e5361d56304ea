"""The whole trade: customers buy, the Zap posts and mails, the team reads Slack, operators click."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from sandbox import forwarding
from sandbox.server import Sandbox
from sandbox.shopify.stand import ShopifyStand
from sandbox.slack import HOOK, SlackStand
from sandbox.zap import ZapStand, read_zaps
from tests.browser.desk import Desk
from tests.local import ROOT, TOKENS, Function, Workbook
from tests.market import Market


@pytest.fixture(scope="module")
def zapier(port: int) -> ZapStand:
    """The README's Zap on the module's function."""
    zaps = read_zaps((ROOT / "README.md").read_text(encoding="utf-8"))
    return ZapStand(zaps, function=f"http://127.0.0.1:{port}", secret=TOKENS["zap"])


@pytest.fixture(scope="module")
def shopify(zapier: ZapStand) -> Iterator[ShopifyStand]:
    """A shop whose paid orders the Zap is run for."""
    with ShopifyStand() as shopify:
        shopify.shop.listeners.append(zapier.order)
        yield shopify


@pytest.fixture(scope="module")
def google(port: int, shopify: ShopifyStand, zapier: ZapStand) -> Iterator[str]:
    function = forwarding.Function(f"http://127.0.0.1:{port}", TOKENS["operator"])
    with Sandbox(function=function) as sandbox:
        for stand in (shopify, SlackStand(), zapier):
            sandbox.front.add(stand)
        yield sandbox.url


@pytest.fixture(scope="module")
def market(shop: Workbook, shopify: ShopifyStand) -> Market:
    """Four products with keys for three of them, and a shop that has the stock that the tabs say."""
    market = Market(shop, shopify)
    market.open()
    market.let_push()
    return market


@pytest.fixture(scope="module")
def function(shop: Workbook, market: Market, google: str, port: int) -> Iterator[Function]:
    settings = market.environment(SLACK_WEBHOOK_URL=google + HOOK, LOW_STOCK="3", CRITICAL_STOCK="1")
    with Function(shop, port=port, **settings) as function:
        yield function


def test_a_paid_order_without_keys_ends_with_the_customers_mail(
    desk: Desk, market: Market, zapier: ZapStand
) -> None:
    bought = market.people.buy({"CES": 1}, customer="Ines Jensen", email="ines@example.com")
    alerts = desk.show("Slack").get_by_role("article").filter(has_text=bought.name)
    expect(alerts.filter(has_text="Out of stock: NASM-CES-FULL")).to_be_visible()
    desk.import_keys("NASM CES CES-1 5")
    desk.panel.says("Import Keys", f"1 waiting order can now be served whole: {bought.name}.")
    desk.clear(bought.name, says="planned anew")
    zapier.history.replay_whole(zapier.runs[-1])
    mail = desk.show("Mails").get_by_role("article").filter(has_text=bought.name)
    expect(mail).to_contain_text("CES-1")
    expect(mail).to_contain_text("Ines Jensen")
    said = desk.show("Slack").get_by_role("article").filter(has_text=bought.name)
    for words in ("Order Fulfilled", "E-mail confirmed"):
        expect(said.filter(has_text=words)).to_be_visible()


def test_low_stock_is_told_filled_up_and_on_sale_again(desk: Desk, market: Market) -> None:
    market.people.buy({"CNC": 2}, email="ada@example.com")
    alert = desk.show("Slack").get_by_role("article").filter(has_text="NASM CNC combined")
    expect(alert).to_contain_text("2")
    desk.import_keys("NASM CNC CNC-9 50")
    desk.turn_to("NPTA Catalogue")
    desk.shows("Course CNC", "available", "52")
    panel = desk.open_panel()
    panel.press("Refresh Inventory")
    panel.says("Refresh Inventory", "Pushed the stock of")
    expect(desk.show("The shop")).to_contain_text("CNC: 2 became 52")


def test_a_new_product_is_brought_in_described_published_and_sold(desk: Desk, market: Market) -> None:
    market.people.add_product(
        "Virtual Coaching", [{"sku": "VCS"}], product_type="Specialization", tags=["provider:nasm"]
    )
    desk.turn_to("NPTA Catalogue")
    panel = desk.open_panel()
    panel.press("Sync from Shopify")
    panel.says("Sync from Shopify", "1 added. Set the entitlements of what is new, then Sync Catalogue.")
    desk.shows("VCS", "fulfillment", "AUTO")
    desk.type(desk.cell("VCS", "entitlements"), "NASM-VCS-FULL")
    panel.press("Sync Catalogue")
    panel.confirm("Sync Catalogue", "Publish 6 products", says="VCS: New: customers get NASM-VCS-FULL.")
    panel.says("Sync Catalogue", "VCS")
    desk.import_keys("NASM VCS VCS-1 6")
    panel.press("Refresh Inventory")
    panel.says("Refresh Inventory", "Pushed the stock of")
    expect(desk.show("The shop")).to_contain_text("VCS: 0 became 6")
    bought = market.people.buy({"VCS": 2}, email="bo@example.com")
    mail = desk.show("Mails").get_by_role("article").filter(has_text=bought.name)
    expect(mail).to_contain_text("VCS-1")
    desk.turn_to("NPTA Catalogue")
    desk.shows("VCS", "available", "4")
