"""`make run`: the sample is served, told in a printout, and served the same again."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import requests

from demo.options import Options, read_options
from demo.processes import Processes, Trouble, wait_until_answers
from demo.sample import SampleOrder, read_sample
from demo.workbook import Note, client
from sandbox.server import Sandbox
from sandbox.shopify.stand import ShopifyStand

ROOT = Path(__file__).parents[2]
ORDERS = read_sample().orders

HEAD = re.compile(r" ?\d+  (?P<name>#\d+)  .*   (?P<outcome>\S.*)")


@dataclass
class Printed:
    """An order as the printout tells it."""

    name: str
    outcome: str
    keys: list[str] = field(default_factory=list)


@dataclass
class Place:
    """A folder and two free ports for a run of the demonstration."""

    folder: Path
    port: int = field(default_factory=lambda: free_port())
    sandbox_port: int = field(default_factory=lambda: free_port())

    def start(self, **settings: str) -> subprocess.Popen[str]:
        ports = {"PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port)}
        return subprocess.Popen(
            [sys.executable, "-m", "demo"],
            cwd=ROOT,
            env={**os.environ, **ports, "LOCAL_DIR": str(self.folder), **settings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run_once(self) -> tuple[int, str]:
        process = self.start(ONCE="1")
        output, _ = process.communicate(timeout=150)
        return process.returncode, output


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def read(output: str) -> list[Printed]:
    """The orders of a printout."""
    orders: list[Printed] = []
    label = ""
    for line in output.partition("The orders")[2].partition("The stock")[0].splitlines():
        label = line[4:12].strip() or label
        if head := HEAD.fullmatch(line):
            orders.append(Printed(head["name"], head["outcome"]))
        elif label == "keys" and line.strip():
            orders[-1].keys.append(line[13:].split()[0])
    return orders


def expected(order: SampleOrder) -> str:
    """The outcome that the first run is to print."""
    reason = f": {order.reason.replace('_', ' ')}" if order.reason else ""
    replayed = ", replayed" if order.replayed else ""
    return f"{order.outcome}{reason}{replayed}" + (f", then {order.ends}" if order.ends else "")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("local"))


@pytest.fixture(scope="module")
def runs(place: Place) -> list[tuple[int, str]]:
    """What the first and the second run say."""
    return [place.run_once(), place.run_once()]


def test_the_first_run_gives_every_order_what_the_sample_says(runs: list[tuple[int, str]]) -> None:
    status, output = runs[0]
    assert status == 0, output
    printed = read(output)
    assert [order.name for order in printed] == [order.order_name for order in ORDERS]
    for order, told in zip(ORDERS, printed, strict=True):
        assert told.outcome.removesuffix(", changed") == expected(order)
        assert bool(told.keys) == ("fulfilled" in told.outcome)
    assert "Audit: The books are in order." in output


def test_the_second_run_replays_every_order_with_the_same_keys(runs: list[tuple[int, str]]) -> None:
    (_, first), (status, second) = runs
    assert status == 0, second
    for order, before, after in zip(ORDERS, read(first), read(second), strict=True):
        assert after.outcome.startswith(order.ends or order.outcome)
        assert ", replayed" in after.outcome
        assert after.keys == ([] if order.ends == "released" else before.keys)


def test_the_seat_of_the_refund_goes_to_the_later_order(runs: list[tuple[int, str]]) -> None:
    printed = read(runs[0][1])
    (refunded,) = [number for number, order in enumerate(ORDERS) if order.then == "refund"]
    assert printed[refunded].keys == printed[refunded + 1].keys


def test_everybody_who_got_keys_got_them_by_mail_once(runs: list[tuple[int, str]]) -> None:
    told = [
        output.partition("What the customers read")[2].partition("What the team")[0] for _, output in runs
    ]
    mailed = {order.email for order in ORDERS if "fulfilled" in (order.outcome, order.ends) and order.email}
    assert sorted(re.findall(r"^to +(\S+)", told[0], re.MULTILINE)) == sorted(mailed)
    assert "Hello Ada Bernard," in told[0]
    assert "Nothing: all mails went out in an earlier run." in told[1]


def test_the_team_hears_of_every_order_once(runs: list[tuple[int, str]]) -> None:
    told = [output.partition("reads in Slack")[2].partition("Where it is")[0] for _, output in runs]
    for order in ORDERS:
        assert len(re.findall(rf"{order.order_name} .*", told[0])) >= 1
    assert told[0].count("Order Fulfilled") == len(re.findall(r"E-mail confirmed", told[0])) + 1
    assert "Nothing new: every order is told once." in told[1]


def test_the_shop_has_what_the_tabs_say_after_every_run(runs: list[tuple[int, str]]) -> None:
    for _, output in runs:
        told = output.partition("The shop's stock")[2].partition("Audit")[0]
        figures = re.findall(r"^(\w+) .* (\d+) +(\d+)$", told, re.MULTILINE)
        assert [sku for sku, *_ in figures] == [row[0] for row in read_sample().catalogue.rows if row[4]]
        assert [sku for sku, tabs, shop in figures if tabs != shop] == []


def test_nothing_was_pushed_on_a_stale_base(place: Place, runs: list[tuple[int, str]]) -> None:
    pushed = [change for change in ShopifyStand(place.folder / "shopify").changes() if change["by"] == "app"]
    assert len(pushed) > 10
    assert [change for change in pushed if change["expected"] != change["before"]] == []


def test_the_printout_fits_a_hundred_columns_and_has_no_colours(runs: list[tuple[int, str]]) -> None:
    for _, output in runs:
        told, _, _ = output.partition("Where it is")
        assert "\x1b" not in output
        assert max(map(len, told.splitlines())) <= 100
        assert not any(line.endswith(" ") for line in told.splitlines())


def test_the_readme_shows_what_is_really_printed(runs: list[tuple[int, str]]) -> None:
    excerpt = (ROOT / "README.md").read_text(encoding="utf-8").partition("```text\n")[2].partition("```")[0]
    for paragraph in excerpt.strip("\n").split("\n\n"):
        assert f"{paragraph}\n" in runs[0][1]


@pytest.mark.usefixtures("runs")
def test_every_product_of_the_sample_is_live(place: Place) -> None:
    with Sandbox(place.folder / "sheets", place.sandbox_port):
        google = client(Options(place.port, place.sandbox_port, place.folder, once=True))
        spreadsheet_id = json.loads((place.folder / "workbook.json").read_text())["spreadsheet_id"]
        header_row, *rows = google.open_by_key(spreadsheet_id).worksheet("NPTA Catalogue").get_all_values()
    status = {row[0]: row[header_row.index("status")] for row in rows if row[0]}
    assert status == dict.fromkeys(status, "live")


def mailed_again(place: Place) -> str:
    """To whom the mail goes when an operator sends the first order's keys again: by the hook, and its Zap."""
    url, body = f"http://127.0.0.1:{place.port}/orders/resend", {"order_id": ORDERS[0].order_id}
    requests.post(url, json=body, headers={"Authorization": "Bearer local"}, timeout=60).raise_for_status()
    mails = f"http://127.0.0.1:{place.sandbox_port}/_sandbox/zap"
    requests.post(f"{mails}/caught", timeout=60).raise_for_status()  # what it has not begun by itself yet
    for _ in range(600):
        if found := requests.get(f"{mails}/mails", timeout=10).json()["mails"]:
            return str(found[-1]["to"])
        time.sleep(0.05)
    return ""


@pytest.mark.usefixtures("runs")
def test_an_interrupt_ends_it_without_a_word_too_many(place: Place) -> None:
    process = place.start()
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Serving"):
            break
    assert mailed_again(place) == ORDERS[0].email
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert rest.endswith("Ended.\n")
    assert "Traceback" not in rest
    for port in (place.port, place.sandbox_port):
        with socket.socket() as client:
            assert client.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("setting", ["PORT", "SANDBOX_PORT"])
def test_a_busy_port_is_named_with_the_setting_that_changes_it(tmp_path: Path, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        process = Place(tmp_path).start(ONCE="1", **{setting: str(port)})
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert output.startswith(f"Port {port} cannot be used (Address already in use).")
    assert f"`{setting}=" in output


def test_a_workbook_of_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "workbook.json").write_text('{"version": "0.1", "spreadsheet_id": "x"}')
    status, output = Place(tmp_path).run_once()
    assert status == 1
    assert "is of version 0.1" in output
    assert "LOCAL_DIR" in output


def test_a_workbook_that_cannot_be_read_is_named_with_what_to_do(tmp_path: Path) -> None:
    Note(tmp_path, read_sample()).write("1abc", "2026-11-20T10:00:00+00:00")
    (tmp_path / "sheets").mkdir()
    (tmp_path / "sheets" / "1abc.snapshot").write_text('{"format": 0}\n')
    status, output = Place(tmp_path).run_once()
    assert status == 1
    assert f"The sample workbook in {tmp_path} cannot be read" in output
    assert "LOCAL_DIR" in output


@pytest.mark.parametrize("port", ["none", "0", "70000"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(Trouble, match=f"^PORT must be a port between 1 and 65535, not `{port}`.$"):
        read_options({"PORT": port})


def test_the_same_port_twice_is_refused() -> None:
    with pytest.raises(Trouble, match="both 8080"):
        read_options({"SANDBOX_PORT": "8080"})


def test_a_process_that_ends_is_named_with_its_last_words(tmp_path: Path) -> None:
    with Processes(tmp_path) as processes:
        child = processes.start("The function", ["-c", "import sys; sys.exit('no such spreadsheet')"], {})
        with pytest.raises(Trouble, match=r"(?s)The function has ended .*status 1.*no such spreadsheet"):
            wait_until_answers(child, f"http://127.0.0.1:{free_port()}/health")
