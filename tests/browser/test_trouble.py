"""What the sidebar says when the service cannot, and that it goes on when it can again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.panel import Panel
from tests.local import TOKENS, Function, Workbook


@pytest.fixture(scope="module")
def function(shop: Workbook, port: int) -> Iterator[Function]:
    """A function that gives up soon."""
    with Function(shop, port=port, DEADLINE_S="4") as function:
        yield function


def test_a_busy_service_is_asked_again_by_a_button(panel: Panel, shop: Workbook) -> None:
    shop.fail("spreadsheets.get", *["503"] * 50)
    panel.press("Order status", "Look up", Order="1")
    again = panel.card("Order status").get_by_role("button", name=re.compile("Try again in"))
    expect(again).to_have_attribute("aria-disabled", "true")
    panel.says("Order status", "Not now")
    panel.says("Order status", "Nothing is done twice")
    shop.end_faults()
    panel.card("Order status").get_by_role("button", name="Try again", exact=True).click()
    panel.says("Order status", "never seen")


def test_a_slow_service_is_waited_for_in_words(panel: Panel, page: Page) -> None:
    page.clock.install()
    page.context.route("**/_sandbox/fetch", lambda route: None)
    panel.press("Order status", "Look up", Order="1")
    panel.says("Order status", "Working…")
    page.clock.fast_forward(9_000)
    panel.says("Order status", "Still working. Please leave the panel open.")
    button = panel.card("Order status").get_by_role("button", name="Look up")
    expect(button).to_have_attribute("aria-disabled", "true")
    page.close()  # its clock is not that of the next test


def answering(status: int, headers: dict[str, str] | None = None, **said: str) -> dict[str, object]:
    return {"code": status, "headers": headers or {}, "text": json.dumps({"status": "error", **said})}


FAILURES = {
    "did not answer within a minute": {"trouble": "timeout"},
    "cannot be reached at http://127.0.0.1": {"trouble": "unavailable"},
    "it is not the service (status 403)": {"code": 403, "headers": {}, "text": "<html>Forbidden</html>"},
    "does not know /orders/status yet": answering(404, message="No such route"),
    "Try again in 7 s": answering(429, {"Retry-After": "7"}, message="Too many requests."),
    "request r7": answering(500, message="It was logged.", request_id="r7"),
}
"""words -> what UrlFetchApp comes by instead of an answer of the function"""


def test_every_failure_has_its_words(panel: Panel, page: Page) -> None:
    failures = iter(FAILURES.values())
    page.context.route("**/_sandbox/fetch", lambda route: route.fulfill(json=next(failures)))
    for words in FAILURES:
        panel.press("Order status", "Look up", Order="1")
        panel.says("Order status", words)


def test_credentials_that_do_not_fit_are_said_to_be_so(panel: Panel) -> None:
    panel.root.get_by_role("button", name="Connection").click()
    connection = panel.card("Connection")
    expect(connection).to_contain_text("local-stand-in.apps.googleusercontent.com")
    connection.get_by_role("button", name="Forget the secret").click()
    panel.says("Connection", "does not accept how this panel signs in")
    expect(connection).to_contain_text("as you, by Google")
    for secret, words in (
        ("no secret at all", "does not accept the shared secret"),
        (TOKENS["zap"], "may not do this"),
        (TOKENS["operator"], "Connected: the service answers"),
    ):
        connection.get_by_role("textbox", name="Shared secret").fill(secret)
        connection.get_by_role("button", name="Save and test").click()
        panel.says("Connection", words)


def test_a_wrong_address_is_said_to_be_so(panel: Panel) -> None:
    panel.root.get_by_role("button", name="Connection").click()
    connection = panel.card("Connection")
    for address, words in (("shop.example", "not the address"), ("http://shop.example", "not the address")):
        connection.get_by_role("textbox", name="Address").fill(address)
        connection.get_by_role("button", name="Save and test").click()
        panel.says("Connection", words)
        expect(connection.get_by_role("textbox", name="Address")).to_have_value(address)


def test_a_service_that_was_down_is_found_again(
    panel: Panel, function: Function, shop: Workbook, port: int
) -> None:
    function.kill()
    panel.press("Order status", "Look up", Order="1")
    panel.says("Order status", f"cannot be reached at {function.url}")
    with Function(shop, port=port):
        panel.press("Order status", "Look up", Order="1")
        panel.says("Order status", "never seen")
