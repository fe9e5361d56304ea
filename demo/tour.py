"""The tour: everything is started, every sample order is posted, and what happens is printed."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from functools import partial

import gspread
import requests

from demo.options import Options
from demo.post import read_channel, read_mails
from demo.printout import Printout
from demo.processes import HOST, Processes, Trouble, check_port, run, wait_until_answers
from demo.sample import Sample, read_sample
from demo.shop import TOKEN, Shop, Step
from demo.storefront import Storefront
from demo.workbook import (
    Note,
    Noted,
    client,
    open_or_create,
    read_available,
    read_stock,
    type_beside,
    type_into,
)
from sandbox.slack import HOOK as SLACK_HOOK
from sandbox.zap.stand import HOOK as CATCH_HOOK


class Tour:
    """One run of the demonstration."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._sample: Sample = read_sample()
        self._note = Note(options.folder, self._sample)
        products = {row[0]: row[1] for row in self._sample.catalogue.rows}
        self._printout = Printout(products)
        self._storefront = Storefront(options.sandbox_url, products)

    def run(self) -> int:
        """The exit status, once everything is printed and, without ONCE, somebody interrupted it."""
        noted = self._note.read()
        check_port(self._options.sandbox_port, "SANDBOX_PORT")
        check_port(self._options.port, "PORT")
        with Processes(self._options.folder / "logs") as processes:
            try:
                self._show(processes, noted)
            except (Trouble, requests.RequestException, gspread.exceptions.GSpreadException) as error:
                processes.check()  # a process that has ended is the better explanation
                raise Trouble(str(error)) from error
            if not self._options.once:
                self._wait(processes)
        return 0

    def _show(self, processes: Processes, noted: Noted) -> None:
        """Everything there is to print."""
        self._printout.say("Starting the local Google and Shopify, and the function ...")
        self._start_google(processes)
        workbook = open_or_create(client(self._options), noted.spreadsheet_id, self._options.folder)
        settings = self._settings(workbook.id) | self._storefront.settings(noted.live_since)
        shop = self._start_function(processes, workbook, settings)
        if workbook.id == noted.spreadsheet_id:
            self._printout.say(
                "\nThis is the workbook of an earlier run: the same orders get the same answers."
            )
        else:
            self._fill(workbook, shop)
            self._open_the_shop(settings)
            self._note.write(workbook.id, noted.live_since)
        self._serve_all(workbook, shop)
        self._printout.heading("What the customers read")
        self._printout.mails(read_mails(self._options))
        self._printout.heading("What the team reads in Slack")
        self._printout.channel(read_channel(self._options))
        self._printout.heading("Where it is")
        self._printout.addresses(self._options, workbook.id, self._sample.orders[0])

    def _start_google(self, processes: Processes) -> None:
        options = self._options
        arguments = ["-m", "sandbox", f"--port={options.sandbox_port}", f"--dir={options.folder}"]
        function = {"FUNCTION_URL": options.url, "API_TOKEN": TOKEN}
        google = processes.start("The local Google", arguments, function)
        wait_until_answers(google, f"{options.sandbox_url}/_sandbox/stats")

    def _start_function(
        self, processes: Processes, workbook: gspread.Spreadsheet, settings: dict[str, str]
    ) -> Shop:
        """The function on this workbook, which is made ready while the function starts."""
        arguments = ["-m", "functions_framework", "--target=handle", f"--host={HOST}"]
        function = processes.start("The function", [*arguments, f"--port={self._options.port}"], settings)
        run(["-m", "fulfillment", "setup"], settings)
        wait_until_answers(function, f"{self._options.url}/health")
        paste = partial(type_into, workbook, "Import Keys", self._sample.keys_later)
        zap_url = f"{self._options.sandbox_url}/_sandbox/zap"
        return Shop(self._options.url, zap_url, self._storefront, restock=paste)

    def _settings(self, spreadsheet_id: str) -> dict[str, str]:
        """The function's settings: live, as nobody mails anything here."""
        return {
            "SPREADSHEET_ID": spreadsheet_id,
            "SHEETS_URL": self._options.sandbox_url,
            "API_TOKENS": f"admin:{TOKEN},zap:{TOKEN}",
            "DEFAULT_REGION": "CANADA",
            "MODE": "live",
            "FAILED_ORDERS": "hold",
            "LOW_STOCK": "5",
            "CRITICAL_STOCK": "2",
            "THREADS": "100",
            "SLACK_WEBHOOK_URL": self._options.sandbox_url + SLACK_HOOK,
            "DELIVERY": "hook",
            "DELIVERY_HOOK_URL": self._options.sandbox_url + CATCH_HOOK,
        }

    def _fill(self, workbook: gspread.Spreadsheet, shop: Shop) -> None:
        """A new workbook gets the shop's products, what people type beside them, and the sample's keys."""
        self._printout.heading("A new workbook")
        self._printout.step(shop.pull())
        type_beside(workbook, "NPTA Catalogue", self._sample.catalogue, ("entitlements", "fulfillment"))
        type_into(workbook, "Import Keys", self._sample.keys)
        self._printout.step(shop.import_keys())
        self._printout.step(shop.publish())

    def _open_the_shop(self, settings: dict[str, str]) -> None:
        """The shop has the stock that the tabs say, once it is on file and somebody has seen what changes."""
        record = self._options.folder / "shop-before.json"
        self._command(settings, "snapshot", f"--file={record}")
        preview = json.loads(run(["-m", "fulfillment", "push", "--dry-run", "--json"], settings))
        self._printout.step(Step("push --dry-run", preview["message"]))
        self._command(settings, "push", f"--confirm={preview['code']}")

    def _command(self, settings: dict[str, str], name: str, *options: str) -> None:
        """A command at a terminal, and what it says."""
        said = run(["-m", "fulfillment", name, *options, "--json"], settings)
        self._printout.step(Step(name, json.loads(said)["message"]))

    def _serve_all(self, workbook: gspread.Spreadsheet, shop: Shop) -> None:
        before = read_stock(workbook)
        self._printout.heading("The orders")
        for order in self._sample.orders:
            self._printout.served(shop.serve(order))
        self._printout.heading("The stock")
        self._printout.stock(before, read_stock(workbook))
        self._printout.heading("The shop's stock")
        self._printout.step(shop.refresh())
        sku, entitlements = map(self._sample.catalogue.headers.index, ("SKU", "entitlements"))
        with_keys = [row[sku] for row in self._sample.catalogue.rows if row[entitlements]]
        self._printout.shelves(with_keys, read_available(workbook), self._storefront.stock())
        self._printout.say(f"\nAudit: {shop.audit()}")

    def _wait(self, processes: Processes) -> None:
        """Returns when somebody interrupts. Raises Trouble when one of the processes ends by itself."""
        with suppress(KeyboardInterrupt):
            self._printout.say("\nServing. Ctrl-C ends it; the workbook stays.")
            while True:
                processes.check()
                time.sleep(0.3)
        self._printout.say("Ended.")
