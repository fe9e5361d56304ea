"""The only place that constructs things: settings, the store, the service, the API."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import google.auth
import google.auth.exceptions
from google.auth.credentials import AnonymousCredentials, Credentials

from fulfillment.access import Access
from fulfillment.alarms import Alarm
from fulfillment.answers import listed
from fulfillment.api import Api
from fulfillment.checks import Trial
from fulfillment.clock import CLOCK
from fulfillment.errors import NotSetUp
from fulfillment.gateways.hook import HookCourier
from fulfillment.gateways.identity import GoogleIdentities
from fulfillment.gateways.shopify import ClientCredentials, FixedToken, Sessions, Shopify, ShopifyClient
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
from fulfillment.sheets.trial import try_writing
from fulfillment.telling import Teller
from fulfillment.trade import Trade

SCHEMA_FILE = Path(__file__).parent.parent / "sheets_schema.yaml"

OF_THE_WORKBOOK = ("spreadsheet", "tabs", "books")
"""Trials that /health makes by a look of its own."""

SCOPES = ("https://www.googleapis.com/auth/spreadsheets",)


def new_commit_id() -> str:
    """Twelve characters that no other commit has."""
    return secrets.token_hex(6)


def build_service(
    settings: Settings, couriers: Mapping[str, Courier] | None = None, alarm: Alarm | None = None
) -> Service:
    """The use cases on the spreadsheet of these settings. No call is made yet.

    `couriers`: who takes which kind of message, by the settings unless named; what nobody takes is not told.
    """
    schema, now = read_schema(SCHEMA_FILE), _clock(settings)
    archive = _archive_client(settings)
    store = SheetStore(_client(settings), schema, new_commit_id=new_commit_id, now=now, archive=archive)
    policy = schema.completed(settings.to_policy(schema.to_levels()))
    after = timedelta(days=settings.archive_days) if archive else None
    couriers = _couriers(settings) if couriers is None else couriers
    teller = Teller(couriers, now=now, alarm=alarm or _alarm(settings, couriers))
    return Service(
        store,
        policy,
        now=now,
        deadline_s=settings.deadline_s,
        archive_after=after,
        teller=teller,
        trade=_trade(settings, schema) if settings.shopify_shop else None,
    )


def _trade(settings: Settings, schema: Schema) -> Trade:
    return Trade(
        shop=_shop(settings),
        tabs=SheetShopTabs(_client(settings), schema),
        push=settings.shopify_push,
        live_since=settings.is_live_since,
        marks_fulfilled=settings.mark_fulfilled == "on",
    )


def _shop(settings: Settings) -> Shopify:
    sessions = Sessions(settings.shop_url, CLOCK)
    token = settings.shopify_token.get_secret_value()
    secret = settings.shopify_client_secret.get_secret_value()
    tokens = (
        FixedToken(token) if token else ClientCredentials(sessions, settings.shopify_client_id, secret, CLOCK)
    )
    client = ShopifyClient(sessions, tokens, settings.shopify_api_version, CLOCK)
    new_key = partial(secrets.token_hex, 16)
    return Shopify(client, name=settings.shopify_shop, location=settings.shopify_location, new_key=new_key)


def _couriers(settings: Settings) -> Mapping[str, Courier]:
    """Slack tells the team, where there is a channel; the hook mails keys, where it is to."""
    couriers: dict[str, Courier] = {}
    if url := settings.slack_webhook_url.get_secret_value():
        couriers |= dict.fromkeys(TOLD, SlackCourier(url))
    if settings.delivery == "hook":
        url, secret = settings.delivery_hook_url.get_secret_value(), settings.hook_secret
        couriers[MAILED] = HookCourier(url, secret, answer_body, now=_clock(settings))
    return couriers


def build_api(settings: Settings) -> Api:
    """The routes of these settings. No call is made yet."""
    identities = GoogleIdentities(settings.audiences, settings.oidc_certs_url) if settings.allowed else None
    access = Access(settings.tokens, settings.allowed, identities)
    trials = {name: trial for name, trial in build_trials(settings).items() if name not in OF_THE_WORKBOOK}
    couriers = _couriers(settings)
    alarm = _alarm(settings, couriers)
    service = build_service(settings, couriers, alarm)
    return Api(service, access, alarm=alarm, trials=trials, project=settings.google_cloud_project)


def _alarm(settings: Settings, couriers: Mapping[str, Courier]) -> Alarm:
    return Alarm(couriers.get("alarm"), now=_clock(settings))


def build_setup(settings: Settings) -> Callable[..., Report]:
    """Makes the spreadsheet of these settings ready; takes `adopt` and `check`."""
    schema: Schema = read_schema(SCHEMA_FILE)
    now = _clock(settings)()
    ready = partial(make_ready, _client(settings), schema, now=now, commit_id=new_commit_id())
    return partial(ready, low_stock=settings.low_stock)


def build_trials(settings: Settings) -> dict[str, Trial]:
    """What of these settings can be tried, by name. No call is made yet."""
    return {
        "spreadsheet": partial(_try_writing, settings),
        "tabs": partial(_try_setup, settings),
        "books": partial(_try_books, settings),
    }


def build_scratch(settings: Settings, spreadsheet_id: str, *, rounds: int) -> Scratch:
    """A spreadsheet that holds nothing of worth, for probes. No call is made yet."""
    credentials = _credentials(settings)
    return Scratch(partial(SheetsClient, spreadsheet_id, credentials, settings.sheets_url), rounds)


def _try_writing(settings: Settings) -> str:
    try_writing(_client(settings))
    return "shared with the service, which can write to it."


def _try_setup(settings: Settings) -> str:
    report = build_setup(settings)(check=True)
    if report.is_ready:
        return "every tab, column, rule and protection is there."
    found = listed([*report.repairs, *report.left], most=5)
    raise NotSetUp(f"{found} Run setup.")


def _try_books(settings: Settings) -> str:
    service = build_service(settings)
    return f"read, at version {service.check()}."


def _clock(settings: Settings) -> Callable[[], datetime]:
    return partial(datetime.now, ZoneInfo(settings.time_zone))


def _client(settings: Settings) -> SheetsClient:
    return SheetsClient(settings.spreadsheet_id, _credentials(settings), settings.sheets_url)


def _archive_client(settings: Settings) -> SheetsClient | None:
    archive_id = settings.archive_spreadsheet_id
    return SheetsClient(archive_id, _credentials(settings), settings.sheets_url) if archive_id else None


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
