"""The tour: everything is started, every sample order is posted, and what happens is printed."""

from __future__ import annotations

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
from demo.shop import TOKEN, Shop
from demo.workbook import Note, client, open_or_create, read_stock, type_into
from sandbox.slack import HOOK as SLACK_HOOK


class Tour:
    """One run of the demonstration."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._sample: Sample = read_sample()
        self._note = Note(options.folder, self._sample)
        self._printout = Printout({row[0]: row[1] for row in self._sample.catalogue.rows})

    def run(self) -> int:
        """The exit status, once everything is printed and, without ONCE, somebody interrupted it."""
        known_id = self._note.read()
        check_port(self._options.sandbox_port, "SANDBOX_PORT")
        check_port(self._options.port, "PORT")
        with Processes(self._options.folder / "logs") as processes:
            try:
                self._show(processes, known_id)
            except (Trouble, requests.RequestException, gspread.exceptions.GSpreadException) as error:
                processes.check()  # a process that has ended is the better explanation
                raise Trouble(str(error)) from error
            if not self._options.once:
                self._wait(processes)
        return 0

    def _show(self, processes: Processes, known_id: str) -> None:
        """Everything there is to print."""
        self._printout.say("Starting the local Google and the function ...")
        self._start_google(processes)
        workbook = open_or_create(client(self._options), known_id, self._options.folder)
        shop = self._start_function(processes, workbook)
        if workbook.id == known_id:
            self._printout.say(
                "\nThis is the workbook of an earlier run: the same orders get the same answers."
            )
        else:
            self._fill(workbook, shop)
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

    def _start_function(self, processes: Processes, workbook: gspread.Spreadsheet) -> Shop:
        """The function on this workbook, which is made ready while the function starts."""
        settings = self._settings(workbook.id)
        arguments = ["-m", "functions_framework", "--target=handle", f"--host={HOST}"]
        function = processes.start("The function", [*arguments, f"--port={self._options.port}"], settings)
        run(["-m", "fulfillment", "setup"], settings)
        wait_until_answers(function, f"{self._options.url}/health")
        paste = partial(type_into, workbook, "Import Keys", self._sample.keys_later)
        return Shop(self._options.url, f"{self._options.sandbox_url}/_sandbox/zap", restock=paste)

    def _settings(self, spreadsheet_id: str) -> dict[str, str]:
        """The function's settings: live, as nobody mails anything here."""
        return {
            "SPREADSHEET_ID": spreadsheet_id,
            "SHEETS_URL": self._options.sandbox_url,
            "API_TOKENS": f"admin:{TOKEN}",
            "DEFAULT_REGION": "CANADA",
            "MODE": "live",
            "FAILED_ORDERS": "hold",
            "LOW_STOCK": "5",
            "CRITICAL_STOCK": "2",
            "THREADS": "100",
            "SLACK_WEBHOOK_URL": self._options.sandbox_url + SLACK_HOOK,
        }

    def _fill(self, workbook: gspread.Spreadsheet, shop: Shop) -> None:
        """A new workbook gets the sample's catalogue and keys; from then on it is found again."""
        self._printout.heading("A new workbook")
        type_into(workbook, "NPTA Catalogue", self._sample.catalogue)
        type_into(workbook, "Import Keys", self._sample.keys)
        self._printout.step(shop.import_keys())
        self._printout.step(shop.publish())
        self._note.write(workbook.id)

    def _serve_all(self, workbook: gspread.Spreadsheet, shop: Shop) -> None:
        before = read_stock(workbook)
        self._printout.heading("The orders")
        for order in self._sample.orders:
            self._printout.served(shop.serve(order))
        self._printout.heading("The stock")
        self._printout.stock(before, read_stock(workbook))
        self._printout.say(f"\nAudit: {shop.audit()}")

    def _wait(self, processes: Processes) -> None:
        """Returns when somebody interrupts. Raises Trouble when one of the processes ends by itself."""
        with suppress(KeyboardInterrupt):
            self._printout.say("\nServing. Ctrl-C ends it; the workbook stays.")
            while True:
                processes.check()
                time.sleep(0.3)
        self._printout.say("Ended.")
