"""A newcomer's first ten minutes: an empty workbook, and at the end of it an order that was served."""

from __future__ import annotations

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser.desk import APPS_SCRIPT, Desk
from tests.local import Function, Workbook

PRODUCT = ("CPTa", "Certified Personal Trainer", "NASM", "Certification", "NASM-CPT-FULL", "AUTO", "TRUE")
HEADER = ("region", "provider", "product_code", "component", "keycode", "seats")
KEYS = (
    HEADER,
    ("Canada", "nasm", "CPT", "combined", "0012", "2"),
    ("CANADA", "NASM", "CPT", "combined", "=1+1", "15 seats"),
)


@pytest.mark.timeout(120)
def test_from_an_empty_workbook_to_an_order_that_was_served(desk: Desk, page: Page) -> None:
    panel = desk.panel

    # a product is typed, and published
    desk.turn_to("NPTA Catalogue")
    desk.cell_at(1, "entitlements").hover()
    expect(page.get_by_role("tooltip")).to_contain_text("PROVIDER-PRODUCT_CODE-LEVEL")
    desk.paste(desk.cell_at(2, "SKU"), [PRODUCT])
    desk.shows("CPTa", "status", "changed: Sync Catalogue to publish")
    panel.press("Sync Catalogue")
    panel.confirm("Sync Catalogue", "Publish 1 product", says="NASM-CPT-FULL")
    panel.says("Sync Catalogue", "never had a key")
    desk.shows("CPTa", "status", "live")
    desk.shows("CPTa", "available", "0")

    # keys are pasted with their header, one of them wrong
    desk.turn_to("Import Keys")
    desk.paste(desk.cell_at(2, "region"), KEYS)
    panel.press("Import Keys", "Check first")
    panel.says("Import Keys", "Nothing was imported yet")
    panel.says("Import Keys", "CANADA NASM CPT combined: 0 → 2")
    panel.press("Import Keys")
    panel.says("Import Keys", "1 key imported (2 seats), 1 refused. See the result column.")
    desk.shows("=1+1", "result", "seats must be a whole number above 0, found `15 seats`")
    desk.type(desk.cell("=1+1", "seats"), "15")
    panel.press("Import Keys")
    panel.says("Import Keys", "1 key imported (15 seats).")

    # an order comes in, twice, and everybody sees what became of it
    expect(desk.post("1001", "CPTa", "3").locator("code")).to_have_text(["0012", "0012", "=1+1"])
    expect(desk.post("1001", "CPTa", "3").locator("code")).to_have_text(["0012", "0012", "=1+1"])
    desk.turn_to("Key Inventory")
    desk.shows("CPT", "used", "3")
    desk.turn_to("Order Cache")
    desk.shows("68559091001", "outcome", "fulfilled")
    story = desk.show("Order story")
    story.get_by_role("textbox", name="Order").fill("#1001")
    story.get_by_role("button", name="Tell its story").click()
    expect(story).to_contain_text("3 keys assigned to order #1001.")

    # what the service writes is not for people to change
    desk.turn_to("Assignments")
    desk.cell_at(2, "keycode").click()
    page.keyboard.type("another")
    page.keyboard.press("Enter")
    problem = page.get_by_role("dialog")
    expect(problem).to_contain_text(
        "trying to edit a protected cell or object. Please contact the spreadsheet owner"
    )
    problem.get_by_role("button", name="OK").click()
    expect(desk.cell_at(2, "keycode")).to_have_text("0012")


def test_the_menu_opens_the_panel_and_its_connection(desk: Desk, function: Function) -> None:
    desk.choose("NPTA Control Panel", "Connection…")
    address = desk.panel.card("Connection").get_by_role("textbox", name="Address")
    expect(address).to_have_value(function.url)
    desk.panel.card("Connection").get_by_role("button", name="Save and test").click()
    desk.panel.says("Connection", "Connected: the service answers, and reads the spreadsheet.")
    desk.choose("NPTA Control Panel", "Open")
    expect(desk.panel.card("Sync Catalogue")).to_be_visible()


def test_the_files_that_run_here_are_those_that_are_pushed_to_google(google: str, shop: Workbook) -> None:
    for name in ("appsscript.json", "Code.js", "Sidebar.html"):
        served = requests.get(f"{google}/apps_script/{name}", timeout=10)
        assert served.content == (APPS_SCRIPT / name).read_bytes(), name
