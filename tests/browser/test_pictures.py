"""What everything looks like, kept in test-output/pictures/; and that nothing is wider than the sidebar."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from demo.sample import SampleOrder, read_sample
from tests.browser import pictures
from tests.browser.desk import Desk
from tests.browser.panel import ADVANCED, MAIN
from tests.local import Function, Workbook

SIDEBAR_PX = 300


@pytest.fixture(scope="module", autouse=True)
def sample(shop: Workbook, function: Function) -> None:
    """A day of the sample's shop."""
    sample = read_sample()
    shop.type("NPTA Catalogue!A2", [[*row[:6], row[6] == "TRUE"] for row in sample.catalogue.rows])
    shop.type("Import Keys!A2", sample.keys.rows)
    for route in ("/keys/import", "/catalogue/publish"):
        function.post(route, {}).raise_for_status()
    for order in sample.orders:
        function.post("/orders", body_of(order)).raise_for_status()


def body_of(order: SampleOrder) -> dict[str, object]:
    lines = [{"sku": line.sku, "quantity": line.quantity} for line in order.lines]
    return order.model_dump(include={"order_id", "order_name", "customer_name", "email"}) | {
        "line_items": lines
    }


def test_pictures_are_taken_of_everything(desk: Desk) -> None:
    pictures.take(desk)
    taken = {picture.stem for picture in pictures.FOLDER.iterdir()}
    assert {"dashboard", "npta-catalogue", "panel-main", "panel-release-keys", "panel-connection"} <= taken


def test_nothing_is_wider_than_the_sidebar(desk: Desk) -> None:
    panel = desk.panel
    for name in ADVANCED:
        panel.open(name)
    panel.press("Order status", "Look up", Order="#1002")
    panel.press("Release Keys", "Release…", Order="#1009")
    panel.says("Release Keys", "Ines Jensen")
    panel.press("Withdraw Keys", "Withdraw…", Key_codes="EX-" + 200 * "W")
    panel.says("Withdraw Keys", "not in stock")
    for name in MAIN[1:]:
        panel.press(name)
        expect(panel.answer(name).locator(".said")).to_be_visible()
    page = panel.root.locator("html")
    assert page.evaluate("page => page.clientWidth") <= SIDEBAR_PX
    for part in ("Main", "Advanced"):
        panel.turn_to(part)
        assert page.evaluate("page => page.scrollWidth - page.clientWidth") == 0
        pictures.shoot(desk.page, pictures.FOLDER, f"panel {part} with answers")
