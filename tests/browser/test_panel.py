"""The sidebar in a real browser: what it asks, what it says, and that it does nothing twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import ADVANCED, MAIN, Panel
from tests.local import Function, Workbook, posted

HTML_KEY = "<img src=x onerror=alert(1)>"
FORMULA_KEY = '=HYPERLINK("http://example.com")'


@pytest.fixture(scope="module", autouse=True)
def stock(shop: Workbook) -> None:
    shop.sell(CPT="NASM-CPT-FULL", NSTB="ELEIKO-STR1-FULL,NASM-CPT-FULL", ODD="NASM-ODD-FULL")
    shop.stock("NASM CPT combined EX-1 40", "ELEIKO STR1 combined KEY-123 40")
    odd = {
        "region": "CANADA",
        "provider": "NASM",
        "product_code": "ODD",
        "component": "combined",
        "seats": "1",
    }
    shop.service().import_keys([odd | {"keycode": code} for code in (HTML_KEY, FORMULA_KEY)], by="test")


@pytest.fixture
def slow(shop: Workbook) -> Iterator[None]:
    """Google takes its time."""
    shop.slow_down(read_ms=200, write_ms=200)
    yield
    shop.slow_down(read_ms=0, write_ms=0)


def calls(page: Page) -> list[str]:
    """The calls of the service that the page has made from now on."""
    made: list[str] = []
    page.on(
        "request",
        lambda request: made.append(request.url) if request.url.endswith("/_sandbox/fetch") else None,
    )
    return made


def test_every_operation_has_a_card_that_says_what_it_does(panel: Panel) -> None:
    for part, names in (("Main", MAIN), ("Advanced", ADVANCED)):
        panel.turn_to(part)
        for name in names:
            button = panel.card(name).get_by_role("button", name=name, exact=True)
            expect(button).to_have_accessible_description(re.compile(r"\w+.*\."))


def test_release_says_whose_keys_it_would_take_before_it_takes_them(
    panel: Panel, function: Function, shop: Workbook
) -> None:
    function.post("/orders", posted("101", "NSTB"), "zap")
    panel.press("Release Keys", "Release…", Order="#101")
    panel.confirm("Release Keys", "Release 2 keys", says="Ada B.")
    panel.says("Release Keys", "Released 2 keys.")
    panel.press("Release Keys", "Release…", Order="101")
    panel.says("Release Keys", "released already")


def test_a_question_is_taken_back_by_escape_and_by_other_words(panel: Panel, function: Function) -> None:
    function.post("/orders", posted("102"), "zap")
    panel.press("Release Keys", "Release…", Order="#102")
    question = panel.card("Release Keys").get_by_role("group", name="Please confirm")
    expect(question).to_be_focused()
    panel.root.get_by_role("group").press("Escape")
    expect(question).to_have_count(0)
    expect(panel.card("Release Keys").get_by_role("button", name="Release…")).to_be_focused()
    panel.press("Release Keys", "Release…")
    expect(question).to_be_visible()
    panel.card("Release Keys").get_by_role("textbox", name="Order").fill("#10")
    expect(question).to_have_count(0)
    assert len(function.post("/orders/status", {"order_id": "102"}).json()["keys"]) == 1


def test_an_order_is_named_in_every_form(panel: Panel, function: Function) -> None:
    function.post("/orders", posted("6855909900103", order_name="#1103"), "zap")
    forms = (
        "6855909900103",
        "#1103",
        " 1103 ",
        "gid://shopify/Order/6855909900103",
        "https://admin.shopify.com/store/a-shop/orders/6855909900103",
    )
    for form in forms:
        panel.press("Order status", "Look up", Order=form)
        panel.says("Order status", "1 key assigned to order #1103.")
        panel.press("Order status", "Look up", Order="nothing")
        panel.says("Order status", "never seen")


@pytest.mark.usefixtures("slow")
def test_a_double_click_does_nothing_twice(panel: Panel, page: Page, shop: Workbook) -> None:
    made = calls(page)
    panel.turn_to("Main")
    panel.card("Refresh Inventory").get_by_role("button").dblclick()
    expect(panel.card("Refresh Inventory")).to_have_attribute("aria-busy", "true")
    expect(panel.card("Refresh Inventory").get_by_role("button")).to_have_attribute("aria-disabled", "true")
    panel.says("Refresh Inventory", "Inventory refreshed")
    panel.press("Give keys by hand", "Give keys…", Order="6855909900104", SKU_1="CPT")
    question = panel.card("Give keys by hand").get_by_role("group", name="Please confirm")
    question.get_by_role("button", name="Give keys", exact=True).dblclick()
    assert panel.keys("Give keys by hand") == ["EX-1"]
    assert len(made) == 3  # the refresh, the question, the order
    given = [row for row in shop.tab("Assignments") if row["order_id"] == "6855909900104"]
    assert len(given) == 1


def test_keys_given_by_hand_are_shown_to_copy_and_reported_as_sent(panel: Panel, shop: Workbook) -> None:
    card = panel.open("Give keys by hand")
    card.get_by_role("button", name="Add a product").click()
    address = "https://admin.shopify.com/store/a-shop/orders/6855909900105"
    fields = {"SKU_1": "NSTB", "SKU_2": "CPT", "Quantity_2": "2", "Its_name": "#1105", "Customer": "Bo"}
    panel.press("Give keys by hand", "Give keys…", Order=address, **fields)
    panel.confirm("Give keys by hand", "Give keys", says="never seen here")
    assert panel.keys("Give keys by hand") == ["KEY-123", "EX-1", "EX-1", "EX-1"]
    card.get_by_role("button", name="Copy all").click()
    expect(card.get_by_role("button", name="Copied")).to_be_visible()
    card.get_by_role("button", name="I have sent these keys").click()
    panel.says("Give keys by hand", "recorded as sent")
    assert {row["order_id"] for row in shop.tab("Order Cache")} >= {"6855909900105"}


def test_a_name_is_not_enough_to_give_keys_to_an_order_never_seen(panel: Panel) -> None:
    panel.press("Give keys by hand", "Give keys…", Order="#1199", SKU_1="CPT")
    panel.confirm("Give keys by hand", "Give keys", says="never seen here")
    panel.says("Give keys by hand", "name, not its id")
    expect(panel.card("Give keys by hand").get_by_role("textbox", name="Order")).to_have_attribute(
        "aria-invalid", "true"
    )


def test_what_looks_like_html_or_a_formula_is_shown_as_text(
    panel: Panel, function: Function, shop: Workbook
) -> None:
    name = "<b onmouseover=alert(2)>Eve</b>"
    function.post("/orders", posted("106", "ODD*2", customer_name=name, order_name="<i>#106</i>"), "zap")
    panel.press("Order status", "Look up", Order="106")
    assert panel.keys("Order status") == [HTML_KEY, FORMULA_KEY]
    panel.says("Order status", "<i>#106</i>")
    panel.press("Release Keys", "Release…", Order="106")
    panel.confirm("Release Keys", "Release 2 keys", says=name)
    assert panel.root.locator("main").locator("b, i, img, script").count() == 0


def test_keys_in_quarantine_are_ticked_and_restored_or_withdrawn(panel: Panel, function: Function) -> None:
    function.post("/orders", posted("108", "ODD*2 CPT*2"), "zap")
    function.post("/orders/release", {"order_id": "108", "quarantine": True, "reason": "refunded"})
    card = panel.open("Quarantine")
    expect(card.get_by_role("checkbox")).to_have_count(4)  # three keys, and all of them
    panel.press("Quarantine", "Restore…")
    panel.says("Quarantine", "Tick the keys first.")
    card.get_by_role("checkbox", name=f"{FORMULA_KEY} NASM-ODD-FULL · #108").check()
    card.get_by_role("checkbox", name="EX-1 2 × NASM-CPT-FULL · #108").check()
    panel.press("Quarantine", "Restore…")
    panel.confirm("Quarantine", "Restore 3 seats", says="nobody can have used")
    panel.says("Quarantine", "3 seats restored")
    expect(card.get_by_role("checkbox")).to_have_count(1)
    card.get_by_role("checkbox", name=HTML_KEY).check()
    panel.press("Quarantine", "Withdraw…")
    panel.confirm("Quarantine", "Withdraw 1 seat", says="1 seat of 1 key withdrawn")
    expect(card.get_by_role("button", name="Restore…")).to_be_hidden()
    panel.fold("Quarantine")
    panel.open("Quarantine")
    panel.says("Quarantine", "No seat is in quarantine.")


def test_a_form_that_lacks_something_says_what(panel: Panel) -> None:
    panel.press("Replace key", "Replace…", Order="#1")
    panel.says("Replace key", "Key that does not work: please fill this in.")
    expect(panel.card("Replace key").get_by_label("Key that does not work")).to_be_focused()
    panel.press("Withdraw Keys", "Withdraw…")
    panel.says("Withdraw Keys", "Send either a batch, or codes")


def test_the_panel_is_used_without_a_mouse(panel: Panel, page: Page, function: Function) -> None:
    function.post("/orders", posted("107"), "zap")
    panel.root.get_by_role("tab", name="Main").focus()
    page.keyboard.press("ArrowRight")
    expect(panel.root.get_by_role("tab", name="Advanced")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.card("Release Keys").get_by_role("textbox", name="Order")).to_be_focused()
    page.keyboard.type("#107")
    page.keyboard.press("Enter")
    expect(panel.card("Release Keys").get_by_role("group", name="Please confirm")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    panel.says("Release Keys", "Released 1 key.")
    page.keyboard.press("Escape")
    heading = panel.card("Release Keys").get_by_role("button", name="Release Keys", exact=True)
    expect(heading).to_be_focused()
    expect(heading).to_have_attribute("aria-expanded", "false")
