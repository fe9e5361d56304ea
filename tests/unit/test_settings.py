"""The settings: what is missing, wrong or contradictory is named, each in a sentence without a secret."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from fulfillment.settings import Settings, WrongSettings, read_settings

GOOD = {
    "SPREADSHEET_ID": "a-spreadsheet",
    "API_TOKENS": "zap:z-secret, admin:a-secret",
    "DEFAULT_REGION": " canada ",
    "TEST_RECIPIENT": "test@shop.example",
}


SHOP = {"SHOPIFY_SHOP": "bar", "SHOPIFY_TOKEN": "shpat_s3cret"}


@pytest.fixture(autouse=True)
def empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def read(monkeypatch: pytest.MonkeyPatch, **changes: str) -> Settings:
    for name, value in {**GOOD, **changes}.items():
        monkeypatch.setenv(name, value)
    return read_settings()


def test_the_least_that_is_needed_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    assert settings.default_region == "CANADA"
    assert settings.tokens == (("zap", "z-secret"), ("admin", "a-secret"))


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(WrongSettings) as wrong:
        read_settings()
    assert all(f"{name} is required" in str(wrong.value) for name in list(GOOD)[:3])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"API_TOKENS": " , "}, "API_TOKENS names no token"),
        ({"API_TOKENS": "king:s3cret"}, "API_TOKENS write role:secret"),
        ({"API_TOKENS": "s3cret"}, "API_TOKENS write role:secret"),
        ({"TIME_ZONE": "Toronto"}, "TIME_ZONE `Toronto` is no time zone"),
        ({"TEST_RECIPIENT": ""}, "TEST_RECIPIENT must be the address"),
        ({"LOW_STOCK": "many"}, "LOW_STOCK"),
        ({"OIDC_ALLOWED": "operator:ana@shop.example"}, "OIDC_AUDIENCES and OIDC_ALLOWED go together"),
        ({"OIDC_AUDIENCES": "x.apps.example"}, "OIDC_AUDIENCES and OIDC_ALLOWED go together"),
        ({"OIDC_ALLOWED": "operator:@", "OIDC_AUDIENCES": "x"}, "OIDC_ALLOWED write role:address"),
        ({"OIDC_ALLOWED": "ana@shop.example", "OIDC_AUDIENCES": "x"}, "OIDC_ALLOWED write role:address"),
        ({"ARCHIVE_SPREADSHEET_ID": "a-spreadsheet"}, "ARCHIVE_SPREADSHEET_ID must name another"),
        ({"SHOPIFY_PUSH": "on"}, "SHOPIFY_PUSH is on, so SHOPIFY_SHOP must name the shop"),
        ({"SHOPIFY_PUSH": "yes"}, "SHOPIFY_PUSH"),
        ({"MARK_FULFILLED": "on"}, "MARK_FULFILLED is on, so SHOPIFY_SHOP must name the shop"),
        ({"SHOPIFY_TOKEN": "shpat_s3cret"}, "SHOPIFY_TOKEN is set, so SHOPIFY_SHOP must name the shop"),
        ({"SHOPIFY_SHOP": "bar"}, "SHOPIFY_SHOP needs SHOPIFY_CLIENT_ID and SHOPIFY_CLIENT_SECRET"),
        ({"SHOPIFY_SHOP": "bar", "SHOPIFY_CLIENT_ID": "app"}, "SHOPIFY_SHOP needs SHOPIFY_CLIENT_ID and"),
        ({**SHOP, "SHOPIFY_CLIENT_ID": "app"}, "are two ways in: set one of them"),
        ({**SHOP, "SHOPIFY_SHOP": "www.northbar.ca"}, "SHOPIFY_SHOP write the shop's own domain"),
        ({**SHOP, "SHOPIFY_API_VERSION": "2026-11"}, "SHOPIFY_API_VERSION write a version"),
        ({**SHOP, "K_SERVICE": "shop", "SHOPIFY_URL": "http://127.0.0.1:1"}, "SHOPIFY_URL is for tests"),
        ({"LIVE_SINCE": "next Monday"}, "LIVE_SINCE write a day or a time"),
        ({"K_SERVICE": "shop", "SHEETS_URL": "http://127.0.0.1:8090"}, "SHEETS_URL is a local address"),
        ({"SLACK_WEBHOOK_URL": "hooks.slack.com/s3cret"}, "SLACK_WEBHOOK_URL must be an address"),
        ({"SLACK_WEBHOOK_URL": "http://hooks.slack.com/s3cret"}, "SLACK_WEBHOOK_URL must be an address"),
        ({"SLACK_WEBHOOK_URL": "https:///s3cret"}, "SLACK_WEBHOOK_URL must be an address"),
        (
            {"K_SERVICE": "shop", "SLACK_WEBHOOK_URL": "http://127.0.0.1/s3cret"},
            "SLACK_WEBHOOK_URL is a local",
        ),
        ({"K_SERVICE": "shop", "OIDC_CERTS_URL": "https://elsewhere.example"}, "OIDC_CERTS_URL is for tests"),
    ],
)
def test_a_wrong_setting_stops_the_start_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, str], sentence: str
) -> None:
    with pytest.raises(WrongSettings) as wrong:
        read(monkeypatch, **changes)
    assert sentence in str(wrong.value)
    assert "s3cret" not in str(wrong.value)


def test_all_that_contradicts_something_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = {"TEST_RECIPIENT": "", "DELIVERY": "hook", "SHOPIFY_PUSH": "on", "MARK_FULFILLED": "on"}
    with pytest.raises(WrongSettings) as wrong:
        read(monkeypatch, **changes, OIDC_AUDIENCES="x")
    assert [line.split()[0] for line in str(wrong.value).splitlines()[1:]] == [
        *("MODE", "OIDC_AUDIENCES", "DELIVERY=hook", "SHOPIFY_PUSH", "MARK_FULFILLED")
    ]


def test_a_spreadsheet_may_be_copied_from_the_address_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    address = "https://docs.google.com/spreadsheets/d/1a-B_c/edit?gid=0#gid=0"
    settings = read(monkeypatch, SPREADSHEET_ID=address, ARCHIVE_SPREADSHEET_ID=" 2dEf ")
    assert (settings.spreadsheet_id, settings.archive_spreadsheet_id) == ("1a-B_c", "2dEf")


def test_no_secret_shows_where_settings_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    app = {"SHOPIFY_SHOP": "bar", "SHOPIFY_CLIENT_ID": "app", "SHOPIFY_CLIENT_SECRET": "c-secret"}
    shown = repr(read(monkeypatch, **app))
    assert not any(secret in shown for secret in ("z-secret", "a-secret", "c-secret"))


@pytest.mark.parametrize(
    "typed",
    [
        "bar",
        "bar.myshopify.com",
        "https://Bar.myshopify.com/",
        "https://admin.shopify.com/store/bar/products",
    ],
)
def test_the_shop_may_be_copied_from_the_address_bar(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    settings = read(monkeypatch, SHOPIFY_SHOP=typed, SHOPIFY_TOKEN="shpat_s3cret")
    assert settings.shop_url == "https://bar.myshopify.com"


def test_a_day_begins_in_the_time_zone_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    since = read(monkeypatch, LIVE_SINCE="2026-12-01", TIME_ZONE="America/Toronto").is_live_since
    assert since is not None
    assert since.isoformat() == "2026-12-01T00:00:00-05:00"
