"""The runbook's cases, each from the trouble to its end, by clicking and typing alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.desk import Desk
from tests.local import Workbook


@pytest.fixture(scope="module", autouse=True)
def stock(shop: Workbook) -> None:
    """Each case has a product and a pool of its own."""
    shop.sell(
        CNC="NASM-CNC-FULL",
        CES="NASM-CES-FULL",
        PES="NASM-PES-FULL",
        WLS="NASM-WLS-FULL",
        STS="NCSF-STS-FULL",
        LOW="NASM-LOW-FULL",
        DUE="NASM-DUE-FULL",
        SAME="NASM-SAME-FULL",
        TRIO="",
    )
    shop.type(
        "NPTA Catalogue!A11", [["FNS", "Fitness Nutrition", "NASM", "Specialization", "", "AUTO", True]]
    )
    shop.service().publish()
    seats = (
        "CNC-1 1",
        "CES-1 5",
        "PES-1 1",
        "PES-2 1",
        "PES-3 1",
        "WLS-1 3",
        "WLS-2 3",
        "LOW-1 2",
        "DUE-1 1",
        "SAME-1 5",
    )
    shop.stock(
        *(f"NASM {seat.partition('-')[0]} combined {seat}" for seat in seats), "NCSF STS combined STS-1 9"
    )


def test_an_order_failed_for_want_of_keys(desk: Desk) -> None:
    expect(desk.post("2001", "CNC", "3")).to_contain_text(
        "Out of stock: NASM-CNC-FULL in CANADA (3 wanted, 1 in"
    )
    desk.turn_to("Key Inventory")
    desk.shows("CNC", "available", "1")
    desk.import_keys("NASM CNC CNC-2 4")
    desk.panel.says("Import Keys", "1 waiting order can now be served whole: #2001.")
    desk.clear("#2001", says="Order #2001 was cleared")
    answer = desk.post("2001", "CNC", "3")
    expect(answer).to_contain_text("3 keys assigned to order #2001.")
    expect(answer.locator("code")).to_have_text(["CNC-1", "CNC-2", "CNC-2"])


def test_waiting_orders_are_served_together_once_keys_came_in(desk: Desk) -> None:
    for number in ("2013", "2014"):
        expect(desk.post(number, "DUE", "2")).to_contain_text("Out of stock")
    panel = desk.open_panel()
    panel.press("Waiting orders", "Look up")
    panel.says("Waiting orders", "No waiting order can be served whole")
    desk.import_keys("NASM DUE DUE-2 2")
    desk.panel.says("Import Keys", "#2013")
    panel.press("Waiting orders", "Look up")
    panel.confirm("Waiting orders", "Serve 1 order", says="#2013: 2 keys")
    panel.says("Waiting orders", "Served 1 waiting order: #2013.")
    expect(desk.post("2013", "DUE", "2").locator("code")).to_have_text(["DUE-1", "DUE-2"])


def test_an_order_that_somebody_served_by_hand_is_closed(desk: Desk) -> None:
    expect(desk.post("2011", "CNC", "90")).to_contain_text("Out of stock")
    panel = desk.open_panel()
    panel.press("Close order", "Close…", Order="#2011", Reason="keys from the provider's page")
    panel.confirm("Close order", "Close order", says="Out of stock")
    panel.says("Close order", "Closed 1 order as served by hand.")
    expect(desk.post("2011", "CNC", "90")).to_contain_text("closed as served by hand")


def test_an_order_failed_for_want_of_entitlements(desk: Desk) -> None:
    expect(desk.post("2002", "FNS")).to_contain_text("no entitlements")
    desk.turn_to("NPTA Catalogue")
    desk.type(desk.cell("FNS", "entitlements"), "NASM-CES-FULL")
    desk.shows("FNS", "status", "changed: Sync Catalogue to publish")
    panel = desk.open_panel()
    panel.press("Sync Catalogue")
    panel.confirm("Sync Catalogue", "Publish 10 products", says="10 products would be live")
    panel.says("Sync Catalogue", "10 products live.")
    desk.shows("FNS", "status", "live")
    desk.clear("#2002", says="planned anew")
    expect(desk.post("2002", "FNS").locator("code")).to_have_text(["CES-1"])


def test_the_mail_of_an_order_failed(desk: Desk) -> None:
    expect(desk.post("2003", "SAME", email="ada@exmaple.com").locator("code")).to_have_text(["SAME-1"])
    desk.clear("#2003", says="exactly the 1 key that it holds")
    again = desk.post("2003", "SAME", email="ada@example.com")
    expect(again.locator("code")).to_have_text(["SAME-1"])
    expect(again.locator("pre")).to_contain_text('"send_email": true')
    expect(again.locator("pre")).to_contain_text('"deliver_to": "ada@example.com"')
    desk.turn_to("Key Inventory")
    desk.shows("SAME", "used", "1")


def test_a_refunded_customers_seat_goes_to_the_end_of_the_queue(desk: Desk) -> None:
    expect(desk.post("2004", "PES").locator("code")).to_have_text(["PES-1"])
    desk.turn_to("Key Inventory")
    desk.shows("PES", "available", "2")
    panel = desk.open_panel()
    panel.press("Release Keys", "Release…", Order="#2004", Reason="refunded")
    panel.confirm("Release Keys", "Release 1 key", says="Order #2004 of Ada Bernard")
    panel.says("Release Keys", "Released 1 key.")
    desk.shows("PES", "available", "3")
    for number, code in (("2005", "PES-2"), ("2006", "PES-3"), ("2007", "PES-1")):
        expect(desk.post(number, "PES").locator("code")).to_have_text([code])
    late = desk.post("2004", "PES")
    expect(late).to_contain_text("released")
    expect(late.locator("code")).to_have_count(0)


def test_a_key_that_does_not_work_is_replaced(desk: Desk) -> None:
    expect(desk.post("2008", "WLS").locator("code")).to_have_text(["WLS-1"])
    panel = desk.open_panel()
    panel.press("Replace key", "Replace…", Order="#2008", Key_that="WLS-1")
    panel.confirm("Replace key", "Replace key", says="#2008")
    assert panel.keys("Replace key") == ["WLS-2"]
    expect(desk.post("2008", "WLS").locator("code")).to_have_text(["WLS-2"])
    desk.turn_to("Key Inventory")
    desk.shows("WLS", "used", "2")


def test_an_orders_status_is_told_by_its_id_and_by_its_name(desk: Desk) -> None:
    desk.post("2009", "STS")
    panel = desk.open_panel()
    for name in ("68559092009", "#2009"):
        panel.press("Order status", "Look up", Order=name)
        panel.says("Order status", "1 key assigned to order #2009.")
        panel.says("Order status", "What happened")
        assert panel.keys("Order status") == ["STS-1"]
        panel.press("Order status", "Look up", Order="#2999")
        panel.says("Order status", "No order is called #2999")


def test_low_stock_is_seen_and_filled_up(desk: Desk) -> None:
    desk.turn_to("Key Inventory")
    desk.shows("LOW", "level", "low")
    desk.import_keys("NASM LOW LOW-2 50", "NASM LOW LOW-3 50")
    desk.turn_to("Key Inventory")
    desk.shows("LOW", "available", "102")
    desk.shows("LOW", "level", "ok")
    desk.turn_to("NPTA Catalogue")
    desk.shows("Course LOW", "available", "102")


def test_a_course_without_a_product_of_its_own_is_part_of_a_custom_bundle(desk: Desk) -> None:
    desk.import_keys("NASM VCS VCS-1 4")
    desk.turn_to("Key Inventory")
    desk.shows("VCS", "available", "4")
    desk.turn_to("NPTA Catalogue")
    desk.type(desk.cell("TRIO", "entitlements"), "NASM-VCS-FULL,NCSF-STS-FULL,nasm-vcs-full")
    desk.type(desk.cell("TRIO", "fulfillment"), "AUTO")
    panel = desk.open_panel()
    panel.press("Sync Catalogue")
    panel.confirm("Sync Catalogue", "Publish 10 products", says="10 products would be live")
    desk.shows("TRIO", "available", "2")
    expect(desk.post("2010", "TRIO").locator("code")).to_have_text(["VCS-1", "VCS-1", "STS-1"])
    desk.turn_to("NPTA Catalogue")
    desk.shows("TRIO", "available", "1")


def test_an_order_that_cannot_be_read_is_refused_field_by_field(desk: Desk) -> None:
    answer = desk.post("2012", "CNC,CES", "1")
    expect(answer).to_contain_text("line_items_quantity")
    expect(answer).not_to_contain_text("iterable")
