"""What `check` tries of an environment: everything that is named, and what exactly is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from fulfillment.app import build_trials
from fulfillment.checks import findings
from sandbox.shopify.stand import ShopifyStand
from sandbox.shopify.tokens import TOKEN
from sandbox.slack import SlackStand
from sandbox.zap import ZapStand, read_zaps
from tests.local import ROOT, TOKENS, Function, Workbook

ME = "me@example.com"


@pytest.fixture
def shopify() -> Iterator[ShopifyStand]:
    with ShopifyStand() as shopify:
        yield shopify


@pytest.fixture
def slack() -> Iterator[SlackStand]:
    with SlackStand() as slack:
        yield slack


def of_shop(shopify: ShopifyStand, **changes: str) -> dict[str, str]:
    known = {"SHOPIFY_SHOP": shopify.shop.state.domain, "SHOPIFY_URL": shopify.url, "SHOPIFY_TOKEN": TOKEN}
    return {**known, **changes}


def wrong(workbook: Workbook, **settings: str) -> dict[str, str]:
    """What is wrong, by the name of the trial."""
    found = findings(build_trials(workbook.settings(**settings)))
    return {finding.name: finding.message for finding in found if not finding.is_ok}


def test_everything_that_is_named_is_tried(
    workbook: Workbook, shopify: ShopifyStand, slack: SlackStand
) -> None:
    empty = {"properties": {"title": "Archive"}}
    made = requests.post(f"{workbook.google}/v4/spreadsheets", json=empty, timeout=10).json()
    settings = workbook.settings(
        **of_shop(shopify),
        SLACK_WEBHOOK_URL=slack.hook_url,
        ARCHIVE_SPREADSHEET_ID=made["spreadsheetId"],
    )
    found = {finding.name: finding.is_ok for finding in findings(build_trials(settings))}
    assert found == dict.fromkeys(
        ["spreadsheet", "tabs", "books", "archive", "shop", "location", "orders", "slack"], True
    )
    assert slack.messages == []


def test_each_scope_that_is_missing_is_named(workbook: Workbook, shopify: ShopifyStand) -> None:
    shopify.tokens.scopes = ["write_products", "read_locations", "read_inventory"]
    found = wrong(workbook, **of_shop(shopify))
    assert found.keys() == {"shop", "orders"}
    assert (
        "lacks the access scopes write_inventory, read_orders, write_merchant_managed_fulfillment_orders, "
        "write_draft_orders:" in found["shop"]
    )
    assert "protected customer data" in found["orders"]


def test_what_is_wrong_in_several_places_is_told_at_once(
    workbook: Workbook, shopify: ShopifyStand, slack: SlackStand
) -> None:
    slack.trouble = "revoked"
    found = wrong(
        workbook,
        **of_shop(shopify, SHOPIFY_TOKEN="wrong", SHOPIFY_LOCATION="Moon"),
        SLACK_WEBHOOK_URL=slack.hook_url,
        ARCHIVE_SPREADSHEET_ID="no-such-spreadsheet",
    )
    assert found.keys() == {"books", "archive", "shop", "location", "orders", "slack"}
    assert "Shopify does not accept the token (401)" in found["shop"]
    assert "put it into SLACK_WEBHOOK_URL" in found["slack"]
    place = wrong(workbook, **of_shop(shopify, SHOPIFY_LOCATION="Moon"))
    assert "SHOPIFY_LOCATION names no active location of the shop. There are " in place["location"]


def test_the_channel_hears_of_a_check_only_when_it_is_asked_to(workbook: Workbook, slack: SlackStand) -> None:
    settings = workbook.settings(SLACK_WEBHOOK_URL=slack.hook_url)
    assert all(finding.is_ok for finding in findings(build_trials(settings, sends=True)))
    assert [message.text for message in slack.messages] == [
        "This is a check: orders will be told here, and nothing has to be done."
    ]


def test_health_asks_the_shop_and_slack_once_each(
    workbook: Workbook, shopify: ShopifyStand, slack: SlackStand
) -> None:
    with Function(workbook, **of_shop(shopify), SLACK_WEBHOOK_URL=slack.hook_url) as function:
        said = function.get("/health").json()
        assert (said["status"], said["shop"], said["slack"]) == ("ok", "ok", "ok")
        assert shopify.stats.shown()["methods"] == {"shop": 1}
        slack.trouble = "revoked"
        away = function.get("/health")
    assert (away.status_code, away.json()["shop"]) == (503, "ok")
    assert away.json()["slack"].startswith("Slack refuses the message: no_service")
    assert slack.messages == []


def test_the_hook_is_called_only_when_it_is_asked_to_and_mails_the_test_recipient(workbook: Workbook) -> None:
    zaps = read_zaps((ROOT / "README.md").read_text(encoding="utf-8"))
    with ZapStand(zaps, secret=TOKENS["zap"]) as zapier:
        settings = workbook.settings(DELIVERY="hook", DELIVERY_HOOK_URL=zapier.hook_url, TEST_RECIPIENT=ME)
        assert build_trials(settings)["hook"]().startswith("an address was set")
        assert zapier.calls == []
        assert ME in build_trials(settings, sends=True)["hook"]()
        (call,) = zapier.calls
        assert (call.problems, call.body["deliver_to"], call.body["keys"]) == ((), ME, [])


def test_the_hook_is_not_tried_on_customers(workbook: Workbook) -> None:
    settings = workbook.settings(DELIVERY="hook", DELIVERY_HOOK_URL="https://hooks.example.com/1")
    (found,) = [f for f in findings(build_trials(settings, sends=True)) if f.name == "hook"]
    assert (found.is_ok, found.message.startswith("Set TEST_RECIPIENT")) == (False, True)
