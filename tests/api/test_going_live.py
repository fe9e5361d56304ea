"""Going live and back, step by step, as a developer does it: commands, a function, and all that is around."""

from __future__ import annotations

import csv
import json
import os
import stat
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from fulfillment.cli import cli
from fulfillment.errors import Refused
from sandbox.shopify.stand import ShopifyStand
from sandbox.slack import SlackStand
from sandbox.zap import Run, ZapStand, read_zaps
from tests.local import ROOT, TOKENS, Function, Workbook, posted
from tests.market import ENTITLEMENTS, KEYS, Market

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]  # a whole evening, with four starts of the function

ME = "me@example.com"

STEPS = [
    "Snapshot of the shop",
    "Check",
    "Setup",
    "Sync from Shopify",
    "Entitlements",
    "Sync Catalogue",
    "Import Keys",
    "Preview of the push",
    "Draft order, and its four ticks",
    "Live",
    "Orders of test mode",
    "Marked as fulfilled",
]


def now() -> datetime:
    return datetime.now(ZoneInfo("America/Toronto"))


class Evening:
    """The shop, with everything around it, and a developer at a terminal."""

    def __init__(self, workbook: Workbook, shopify: ShopifyStand, slack: SlackStand, folder: Path) -> None:
        self.workbook, self.folder = workbook, folder
        self.market, self.slack = Market(workbook, shopify), slack
        self.settings = self.market.environment(
            MODE="test", TEST_RECIPIENT=ME, SHOPIFY_PUSH="preview", SLACK_WEBHOOK_URL=slack.hook_url
        )
        for sku in ENTITLEMENTS:
            self.market.people.add_product(
                f"Course {sku}", [{"sku": sku, "stock": {"Online": 50}}], product_type="Certification"
            )

    def function(self) -> Function:
        return Function(self.workbook, **self.settings)

    def run(self, *command: str, status: int = 0) -> str:
        """What a command says."""
        environment = self.workbook.environment(**self.settings)
        done: Result = CliRunner().invoke(cli, command, env=environment, catch_exceptions=False)
        assert done.exit_code == status, done.output
        return done.output

    def refusal(self, *command: str) -> str:
        """Why it says no."""
        with pytest.raises(Refused) as no:
            self.run(*command)
        return str(no.value)

    def steps(self, *options: str, status: int = 1) -> dict[str, bool]:
        """The checklist: which step is done."""
        lines = self.run("go-live", *options, status=status).splitlines()
        marked = [line for line in lines if line.startswith("[")]
        return {line[4:].partition(":")[0]: line[1] == "x" for line in marked}

    def open_steps(self, *options: str, status: int = 1) -> list[str]:
        return [title for title, is_done in self.steps(*options, status=status).items() if not is_done]

    def zap(self, function: Function, name: str) -> Run:
        """The Zap's run of an order of the shop."""
        zaps = read_zaps((ROOT / "README.md").read_text(encoding="utf-8"))
        zapier = ZapStand(zaps, function=function.url, secret=TOKENS["zap"], has_autoreplay=False)
        order = self.market.people.order(name)
        lines = [{"sku": line.sku, "quantity": 1, "title": "Course"} for line in order.lines]
        return zapier.order({"id": order.id, "name": name, "email": ME, "line_items": lines})

    def prepare(self) -> None:
        """All that is done before an order is made."""
        self.run("snapshot", "--file", str(self.folder / "before.json"))
        self.run("pull")
        self.market.describe(ENTITLEMENTS)
        self.workbook.stock(*KEYS, "NASM CES combined EX-3 2")
        self.run("publish")
        self.confirm()

    def confirm(self) -> None:
        code = json.loads(self.run("push", "--dry-run", "--json"))["code"]
        self.run("push", "--confirm", code)

    def go_live(self) -> None:
        self.settings |= {"MODE": "live", "SHOPIFY_PUSH": "on", "LIVE_SINCE": now().isoformat()}

    def deployed(self) -> Path:
        """A deploy.env, and a gcloud that remembers that the jobs run."""
        recorder = self.folder / "bin" / "gcloud"
        recorder.parent.mkdir()
        source = (ROOT / "tests/deploy/gcloud.py").read_text().splitlines()[1:]
        recorder.write_text("\n".join([f"#!{sys.executable}", *source]))
        recorder.chmod(0o755)
        jobs = {f"scheduler fulfillment-{name}": "ENABLED" for name in ("outbox", "refresh", "audit")}
        (self.folder / "made").write_text(json.dumps(jobs))
        settings = self.folder / "deploy.env"
        settings.write_text((ROOT / "deploy.example.env").read_text())
        path = f"{recorder.parent}:{os.environ['PATH']}"
        self.settings |= {"PATH": path, "GCLOUD_MEMORY": str(self.folder)}
        return settings


@pytest.fixture
def evening(workbook: Workbook, tmp_path: Path) -> Iterator[Evening]:
    with ShopifyStand() as shopify, SlackStand() as slack:
        yield Evening(workbook, shopify, slack, tmp_path)


def test_nothing_is_ticked_that_is_not_done(evening: Evening) -> None:
    said = evening.run("go-live", status=1)
    assert evening.open_steps() == [*STEPS[:1], *STEPS[3:10], STEPS[11]]
    assert "on file: take one first (python -m fulfillment snapshot)." in said
    assert "[ ] Sync from Shopify: Run pull: the shop sells CES, CNC, CPT and DUO" in said
    assert "[ ] Live: After the steps above: set MODE=live, SHOPIFY_PUSH=on and LIVE_SINCE=" in said


def test_an_evening_live_and_back_and_live_again(evening: Evening) -> None:
    market, before = evening.market, evening.market.stock()
    evening.prepare()
    assert evening.open_steps() == STEPS[8:10] + STEPS[11:]

    with evening.function() as function:
        said = evening.run("go-live", "--draft", "CPT", "--yes", status=1)
        assert "Order #1001 is in the shop, paid." in said
        assert "Order #1001 still waits for its keys, Slack's message and the mail's confirmation" in said
        assert evening.zap(function, "#1001").status == "success"
    assert "[x] Draft order, and its four ticks: order #1001: keys, Slack, mail and stock." in evening.run(
        "go-live", "--wait", "60", status=1
    )
    assert "There is order #1001" in evening.refusal("go-live", "--draft", "--yes")

    evening.go_live()
    assert evening.open_steps() == STEPS[10:]
    said = evening.run("go-live", "--release-tests", "--yes")
    assert "Released 1 key." in said
    assert "Day 1 of 14: people mark in the shop" in said
    market.people.cancel("#1001")

    with evening.function() as function:
        market.people.buy({"DUO": 1})
        run = evening.zap(function, "#1002")
        assert (run.status, run.outputs[2]["mode"]) == ("success", "live")
        keys = run.outputs[2]["keys_text"]
        assert market.stock() == {"CPT": 8, "CNC": 3, "DUO": 3, "CES": 2}
    market.people.buy({"CNC": 1})  # the Zap is off by now

    struck = evening.folder / "strike.csv"
    said = evening.run("rollback", "--keys", str(struck), "--env", str(evening.deployed()), "--yes")
    assert market.stock() == before
    assert "its jobs are paused." in said
    assert {*json.loads((evening.folder / "made").read_text()).values()} == {"PAUSED"}
    assert "2 seats of 1 order were given out and are in use." in said
    assert "#1003: paid, and never came here." in said
    with struck.open() as file:
        rows = [(row["order_name"], row["keycode"]) for row in csv.DictReader(file)]
    assert rows == [("#1002", "EX-1"), ("#1002", "EX-2")]
    assert stat.S_IMODE(struck.stat().st_mode) == 0o600
    assert not [code for _, code in rows if code in said]
    assert evening.open_steps() == [STEPS[7], STEPS[11]]

    with evening.function() as function:
        market.people.buy({"CPT": 1})
        evening.zap(function, "#1004")
        assert market.stock() == {**before, "CPT": 49}  # what the shop took itself: nothing is pushed
        evening.confirm()
        assert "Day 1 of 14" in evening.run("go-live")
        assert evening.zap(function, "#1002").outputs[2]["keys_text"] == keys
        assert evening.zap(function, "#1003").status == "success"
        assert function.post("/inventory/refresh", {}).json()["status"] == "ok"
    assert market.stock() == market.figures()
    assert evening.run("audit") == "The books are in order.\n"


def test_the_two_weeks_end_with_a_setting(evening: Evening) -> None:
    evening.go_live()
    evening.settings["LIVE_SINCE"] = (now() - timedelta(days=15)).isoformat()
    assert "The two weeks of marking by hand are over: set MARK_FULFILLED=on" in evening.run(
        "go-live", status=1
    )
    evening.settings["MARK_FULFILLED"] = "on"
    assert evening.steps()["Marked as fulfilled"]


def test_test_orders_are_sent_for_real_but_for_the_draft_order(evening: Evening) -> None:
    evening.prepare()
    with evening.function() as function:
        evening.run("go-live", "--draft", "--yes", status=1)
        evening.market.people.buy({"CNC": 1})
        for name in ("#1001", "#1002"):
            evening.zap(function, name)
        assert function.post("/orders", posted("77", "CES*9")).json()["status"] == "failed"
    evening.go_live()
    said = evening.run("go-live", "--send-tests", "--yes")
    assert "The keys of order #1002 are to be mailed again, to the customer. Replay the Zap's run" in said
    assert "Released 1 key." in said
    with evening.function() as function:
        assert evening.zap(function, "#1002").outputs[2]["deliver_to"] == ME
        assert evening.zap(function, "#1001").status == "filtered"
        assert function.post("/orders", posted("77", "CES*2")).json()["mode"] == "live"
        function.post("/orders/release", {"order_id": "77", "quarantine": True})
    struck = evening.folder / "strike.csv"
    evening.run("rollback", "--keys", str(struck), "--yes")
    with struck.open() as file:
        assert [row["order_name"] for row in csv.DictReader(file)] == ["#1002", "#77", "#77"]


def test_nothing_is_made_or_undone_without_a_yes(evening: Evening) -> None:
    evening.prepare()
    evening.market.people.count("CPT", 7)
    for command in (("go-live", "--draft"), ("rollback",)):
        assert "Aborted!" in evening.run(*command, status=1)
    there = evening.folder / "before.json"
    assert "is there already" in evening.run("rollback", "--keys", str(there), "--yes", status=2)
    assert evening.market.people.orders() == []
    assert evening.market.people.available("CPT") == 7
    assert evening.steps()["Preview of the push"]
