"""Everything that the day needs: Google, Shopify, Slack, the Zap with its mailbox, and the function."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import zip_longest
from pathlib import Path
from socket import socket
from typing import Any, cast

import gspread
import requests

from demo.options import Options
from demo.processes import HOST, ROOT, Processes, Trouble, run, wait_until_answers
from demo.rehearsal.day import Bought
from demo.sample import Sample, SampleOrder, Table, read_sample
from demo.storefront import Storefront
from demo.workbook import TITLE, client, type_beside, type_into
from sandbox.server import Sandbox
from sandbox.shopify.stand import ShopifyStand
from sandbox.slack import SlackStand
from sandbox.zap import Run, ZapStand, read_zaps

TOKEN = "rehearsal"

GOOGLE_METHODS = ("spreadsheets.get", "spreadsheets.batchUpdate", "spreadsheets.values.batchGet")

SEATS = 40
"""Of each key that is imported in the course of the day."""


class DayClock:
    """The day's time: so many hours pass in so many minutes of ours."""

    def __init__(self, minutes: float) -> None:
        self._factor = 24 * 60 / minutes
        self.begin()

    def begin(self) -> None:
        """It is midnight."""
        self._began_at, self._began = datetime.now(UTC), time.monotonic()

    @property
    def hour(self) -> float:
        """0 to 24, and on."""
        return (time.monotonic() - self._began) * self._factor / 3600

    def now(self) -> datetime:
        """The time as Zapier feels it: its replays come when their hours have passed."""
        return self._began_at + timedelta(hours=self.hour)

    def wait_until(self, hour: float) -> None:
        """Returns at that hour of the day."""
        time.sleep(max(0.0, (hour - self.hour) * 3600 / self._factor))


@dataclass
class Stage:
    """The stand-ins, and the hands of those who work with them."""

    google: Sandbox
    shopify: ShopifyStand
    slack: SlackStand
    zap: ZapStand
    workbook: gspread.Spreadsheet
    settings: Mapping[str, str]
    sample: Sample
    url: str
    imported: int = 0

    def call(
        self, path: str, body: Mapping[str, object] | None = None, *, get: bool = False
    ) -> dict[str, Any]:
        """What an operator or the scheduler is answered, also where that is a refusal."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        verb = "GET" if get else "POST"
        answer = requests.request(verb, self.url + path, json=body or {}, headers=headers, timeout=60)
        return cast(dict[str, Any], answer.json())

    def buy(self, order: Bought) -> Run:
        """The customer pays in the shop, and the Zap runs: the keys are mailed, where there are any."""
        Storefront(self.shopify.url, {}).buy(cast(SampleOrder, order))
        return self.post(order)

    def post(self, order: Bought) -> Run:
        """The Zap runs for it."""
        first, _, last = order.customer_name.rpartition(" ")
        return self.zap.order(
            {
                "id": order.order_id,
                "name": order.order_name,
                "email": order.email,
                "customer": {"first_name": first, "last_name": last},
                "line_items": [{"sku": line.sku, "quantity": line.quantity} for line in order.lines],
            }
        )

    def refund(self, order: Bought) -> dict[str, Any]:
        """The customer has the money back, and an operator releases the keys."""
        Storefront(self.shopify.url, {}).refund(cast(SampleOrder, order))
        return self.call("/orders/release", {"order_id": order.order_id, "reason": "refunded"})

    def restock(self) -> dict[str, Any]:
        """A new key of many seats for each pool, pasted and imported."""
        self.imported += 1
        keys = self.sample.keys
        pools = sorted({row[:4] for row in keys.rows})
        rows = tuple((*pool, f"DAY{self.imported}-{n}", str(SEATS)) for n, pool in enumerate(pools))
        type_into(self.workbook, "Import Keys", Table(headers=keys.headers, rows=rows))
        return self.call("/keys/import")

    def down(self, who: str) -> None:
        """From now on it answers nothing but 503."""
        away = {"rates": {"503": 1.0}, "seed": 1}
        if who == "Google":
            for method in GOOGLE_METHODS:
                self._google_faults("post", {"method": method, **away})
        else:
            {"Slack": self.slack, "Shopify": self.shopify}[who].faults.add(away)

    def up(self, who: str) -> None:
        """It is there again."""
        if who == "Google":
            self._google_faults("delete", {})
        else:
            {"Slack": self.slack, "Shopify": self.shopify}[who].faults.clear()

    def _google_faults(self, verb: str, body: Mapping[str, object]) -> None:
        requests.request(verb, f"{self.google.url}/_sandbox/faults", json=body, timeout=10).raise_for_status()

    def rows(self, tab: str) -> list[dict[str, str]]:
        """The rows of a tab, by header."""
        headers, *rows = self.workbook.values_get(f"'{tab}'").get("values", [[]])
        return [dict(zip_longest(headers, row, fillvalue="")) for row in rows]

    def end_quotas(self) -> None:
        """From now on nobody is counted: whoever writes the report reads as much as it takes."""
        quotas = {"quotas": False, "latency": None}
        requests.put(f"{self.google.url}/_sandbox/settings", json=quotas, timeout=10).raise_for_status()


@contextmanager
def a_stage(folder: Path, clock: DayClock) -> Iterator[Stage]:
    """The stage, set: the sample's products are in the catalogue with keys, and in the shop with stock."""
    sample, port = read_sample(), _free_port()
    url = f"http://{HOST}:{port}"
    zaps = read_zaps((ROOT / "README.md").read_text(encoding="utf-8"))
    with ExitStack() as stack:
        google, shopify = stack.enter_context(Sandbox()), stack.enter_context(ShopifyStand(sample=True))
        slack = stack.enter_context(SlackStand())
        zap = stack.enter_context(ZapStand(zaps, function=url, secret=TOKEN, now=clock.now))
        quotas = {"quotas": True, "latency": "recorded"}
        requests.put(f"{google.url}/_sandbox/settings", json=quotas, timeout=10).raise_for_status()
        sheets = int(google.url.rpartition(":")[2])
        workbook = client(Options(port, sheets, folder, once=True)).create(TITLE)
        settings = _settings(workbook.id, google, shopify, slack, zap)
        processes = stack.enter_context(Processes(folder))
        arguments = ["-m", "functions_framework", "--target=handle", f"--host={HOST}", f"--port={port}"]
        function = processes.start("The function", arguments, settings)
        run(["-m", "fulfillment", "setup"], settings)
        wait_until_answers(function, f"{url}/health")
        stage = Stage(google, shopify, slack, zap, workbook, settings, sample, url)
        _open(stage, folder)
        zap.keep_going()
        yield stage
        processes.check()


def _settings(
    spreadsheet_id: str, google: Sandbox, shopify: ShopifyStand, slack: SlackStand, zap: ZapStand
) -> dict[str, str]:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "SPREADSHEET_ID": spreadsheet_id,
        "SHEETS_URL": google.url,
        "API_TOKENS": f"admin:{TOKEN}",
        "DEFAULT_REGION": "CANADA",
        "MODE": "live",
        "THREADS": "100",
        "SLACK_WEBHOOK_URL": slack.hook_url,
        **Storefront(shopify.url, {}).settings(since),
    }


def _open(stage: Stage, folder: Path) -> None:
    """The catalogue is there and live, keys are in stock, and the shop has what the tabs say."""
    stage.call("/catalogue/pull")
    type_beside(stage.workbook, "NPTA Catalogue", stage.sample.catalogue, ("entitlements", "fulfillment"))
    stage.restock()
    stage.call("/catalogue/publish")
    run(["-m", "fulfillment", "snapshot", f"--file={folder / 'shop-before.json'}"], stage.settings)
    preview = json.loads(run(["-m", "fulfillment", "push", "--dry-run", "--json"], stage.settings))
    if "code" not in preview:
        raise Trouble(f"The shop's stock could not be previewed: {preview['message']}")
    run(["-m", "fulfillment", "push", f"--confirm={preview['code']}"], stage.settings)


def _free_port() -> int:
    with socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
