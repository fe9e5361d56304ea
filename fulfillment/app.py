"""The only place that constructs things: settings, the store, the service, the API."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import google.auth
import google.auth.exceptions
from google.auth.credentials import AnonymousCredentials, Credentials

from fulfillment.access import Access
from fulfillment.alarms import Alarm
from fulfillment.api import Api
from fulfillment.checks import Trial
from fulfillment.clock import CLOCK, Clock
from fulfillment.gateways.hook import HookCourier
from fulfillment.gateways.identity import GoogleIdentities
from fulfillment.gateways.shopify import (
    ClientCredentials,
    FixedToken,
    Sessions,
    Shopify,
    ShopifyClient,
    try_access,
    try_location,
    try_orders,
)
from fulfillment.gateways.slack import SlackCourier
from fulfillment.outbox import MAILED, TOLD
from fulfillment.payloads import answer_body
from fulfillment.ports import Courier
from fulfillment.service import Service
from fulfillment.settings import Settings, WrongSettings
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.schema import Schema, read_schema
from fulfillment.sheets.scratch import Scratch
from fulfillment.sheets.setup import Report, make_ready
from fulfillment.sheets.shop_tabs import SheetShopTabs
from fulfillment.sheets.store import SheetStore
from fulfillment.telling import Teller
from fulfillment.trade import Trade
from fulfillment.trials import trial_until, try_books, try_hook, try_slack, try_spreadsheet, try_tabs

SCHEMA_FILE = Path(__file__).parent.parent / "sheets_schema.yaml"

OF_HEALTH = ("shop", "slack")
"""Trials that /health makes, 1 request each; the spreadsheet it knows by a look of its own."""

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)


def new_commit_id() -> str:
    """Twelve characters that no other commit has."""
    return secrets.token_hex(6)


def build_service(
    settings: Settings,
    couriers: Mapping[str, Courier] | None = None,
    alarm: Alarm | None = None,
    clock: Clock = CLOCK,
) -> Service:
    """The use cases on the spreadsheet of these settings. No call is made yet.

    `couriers`: who takes which kind of message, by the settings unless named; what nobody takes is not told.
    """
    schema, now = read_schema(SCHEMA_FILE), build_clock(settings)
    archive = _of_the_archive(settings) if settings.archive_spreadsheet_id else None
    store = SheetStore(
        _client(settings),
        schema,
        new_commit_id=new_commit_id,
        now=now,
        archive=archive,
        clock=clock,
        names_due=settings.retention_days is not None,
    )
    policy = schema.completed(settings.to_policy(schema.to_levels()))
    after = timedelta(days=settings.archive_days) if archive else None
    couriers = _couriers(settings, clock) if couriers is None else couriers
    teller = Teller(couriers, now=now, alarm=alarm or _alarm(settings, couriers, clock), clock=clock)
    return Service(
        store,
        policy,
        now=now,
        deadline_s=settings.deadline_s,
        archive_after=after,
        forget_after=timedelta(days=settings.retention_days) if settings.retention_days else None,
        teller=teller,
        clock=clock,
        trade=_trade(settings, schema, clock) if settings.shopify_shop else None,
    )


def _trade(settings: Settings, schema: Schema, clock: Clock) -> Trade:
    return Trade(
        shop=_shop(settings, clock),
        tabs=SheetShopTabs(_client(settings), schema),
        push=settings.shopify_push,
        live_since=settings.is_live_since,
        marks_fulfilled=settings.mark_fulfilled == "on",
    )


def _shop(settings: Settings, clock: Clock = CLOCK) -> Shopify:
    sessions = Sessions(settings.shop_url, clock)
    token = settings.shopify_token.get_secret_value()
    secret = settings.shopify_client_secret.get_secret_value()
    tokens = (
        FixedToken(token) if token else ClientCredentials(sessions, settings.shopify_client_id, secret, clock)
    )
    client = ShopifyClient(sessions, tokens, settings.shopify_api_version, clock)
    new_key = partial(secrets.token_hex, 16)
    return Shopify(client, name=settings.shopify_shop, location=settings.shopify_location, new_key=new_key)


def _couriers(settings: Settings, clock: Clock) -> Mapping[str, Courier]:
    """Slack tells the team, where there is a channel; the hook mails keys, where it is to."""
    couriers: dict[str, Courier] = {}
    if url := settings.slack_webhook_url.get_secret_value():
        couriers |= dict.fromkeys(TOLD, SlackCourier(url, clock=clock))
    if settings.delivery == "hook":
        couriers[MAILED] = _hook(settings, clock)
    return couriers


def _hook(settings: Settings, clock: Clock) -> HookCourier:
    url, secret = settings.delivery_hook_url.get_secret_value(), settings.hook_secret
    return HookCourier(url, secret, answer_body, now=build_clock(settings), clock=clock)


def build_api(settings: Settings, clock: Clock = CLOCK) -> Api:
    """The routes of these settings. No call is made yet."""
    identities = GoogleIdentities(settings.audiences, settings.oidc_certs_url) if settings.allowed else None
    access = Access(settings.tokens, settings.allowed, identities)
    trials = {name: trial for name, trial in build_trials(settings).items() if name in OF_HEALTH}
    couriers = _couriers(settings, clock)
    alarm = _alarm(settings, couriers, clock)
    service = build_service(settings, couriers, alarm, clock)
    return Api(
        service,
        access,
        alarm=alarm,
        trials=trials,
        project=settings.google_cloud_project,
        support=settings.support_contact,
    )


def _alarm(settings: Settings, couriers: Mapping[str, Courier], clock: Clock) -> Alarm:
    return Alarm(couriers.get("alarm"), now=build_clock(settings), clock=clock)


def build_setup(settings: Settings) -> Callable[..., Report]:
    """Makes the spreadsheet of these settings ready; takes `adopt` and `check`."""
    schema: Schema = read_schema(SCHEMA_FILE)
    now = build_clock(settings)()
    ready = partial(make_ready, _client(settings), schema, now=now, commit_id=new_commit_id())
    return partial(ready, low_stock=settings.low_stock)


def build_trials(settings: Settings, *, sends: bool = False) -> dict[str, Trial]:
    """What of these settings can be tried, by name. No call is made yet.

    `sends`: people see a message of it, where else nobody notices.
    """
    return {
        "spreadsheet": partial(try_spreadsheet, partial(_client, settings)),
        "tabs": partial(try_tabs, lambda: build_setup(settings)(check=True)),
        "books": partial(try_books, partial(build_service, settings)),
        **dict(_further_trials(settings, sends)),
    }


def _further_trials(settings: Settings, sends: bool) -> Iterator[tuple[str, Trial]]:
    """Those of what may be left out."""
    if settings.archive_spreadsheet_id:
        yield "archive", partial(try_spreadsheet, partial(_of_the_archive, settings))
    if settings.shopify_shop:
        shop = _shop(settings)
        yield "shop", partial(try_access, shop, trial_until)
        yield "location", partial(try_location, shop, trial_until)
        yield "orders", partial(try_orders, shop, trial_until)
    if url := settings.slack_webhook_url.get_secret_value():
        yield "slack", partial(try_slack, SlackCourier(url), sends=sends)
    if settings.delivery == "hook":
        yield (
            "hook",
            partial(
                try_hook, _hook(settings, CLOCK), settings.test_recipient, build_clock(settings), sends=sends
            ),
        )


def build_scratch(settings: Settings, spreadsheet_id: str, *, rounds: int) -> Scratch:
    """A spreadsheet that holds nothing of worth, for probes. No call is made yet."""
    credentials = _credentials(settings)
    client = partial(SheetsClient, spreadsheet_id, credentials, settings.sheets_url, "the id that you gave")
    return Scratch(client, rounds)


def build_clock(settings: Settings) -> Callable[[], datetime]:
    """What time it is, where the shop is."""
    return partial(datetime.now, ZoneInfo(settings.time_zone))


def _client(settings: Settings) -> SheetsClient:
    """Of the shop's spreadsheet."""
    return SheetsClient(settings.spreadsheet_id, _credentials(settings), settings.sheets_url)


def _of_the_archive(settings: Settings) -> SheetsClient:
    archive_id = settings.archive_spreadsheet_id
    return SheetsClient(archive_id, _credentials(settings), settings.sheets_url, "ARCHIVE_SPREADSHEET_ID")


def _credentials(settings: Settings) -> Credentials:
    """The service account that runs the function; a local stand-in asks for none."""
    if settings.is_local:
        return AnonymousCredentials()  # type: ignore[no-untyped-call]
    try:
        credentials, _ = google.auth.default(scopes=SCOPES)
    except google.auth.exceptions.DefaultCredentialsError:
        raise WrongSettings(
            "There are no Google credentials here. The cloud has a service account; elsewhere "
            "run `gcloud auth application-default login`, or name a key file in "
            "GOOGLE_APPLICATION_CREDENTIALS."
        ) from None
    return credentials
