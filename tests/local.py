"""A shop on the local stand-ins, for tests: a real workbook over HTTP, real function processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from fulfillment.app import SCHEMA_FILE, build_service, build_setup
from fulfillment.model import LineItem, Order
from fulfillment.ports import Courier
from fulfillment.service import Service
from fulfillment.settings import Settings
from fulfillment.sheets.schema import read_schema
from fulfillment.sheets.tabs import NPTA_CATALOGUE

ROOT = Path(__file__).parent.parent

TOKENS = {"admin": "a-secret", "zap": "z-secret", "operator": "o-secret", "scheduler": "s-secret"}

STARTED_WITHIN_S = 30

CATALOGUE_ROWS = 100
"""As many as tests fill. Google gives a tab 1,000, with a formula in each, which every audit reads."""


class Workbook:
    """A spreadsheet on the local Google, set up."""

    def __init__(self, google: str) -> None:
        self.google = google
        columns = len(read_schema(SCHEMA_FILE).tab(NPTA_CATALOGUE).headers)
        grid = {"rowCount": CATALOGUE_ROWS, "columnCount": columns}
        small = {"title": NPTA_CATALOGUE, "gridProperties": grid}
        sheets = [{"properties": {"title": "Sheet1"}}, {"properties": small}]
        body = {"properties": {"title": "A shop"}, "sheets": sheets}
        self.id: str = requests.post(f"{google}/v4/spreadsheets", json=body, timeout=10).json()[
            "spreadsheetId"
        ]
        build_setup(self.settings())()

    def environment(self, **changes: str) -> dict[str, str]:
        """The environment of a function on this workbook."""
        return {
            "SPREADSHEET_ID": self.id,
            "SHEETS_URL": self.google,
            "API_TOKENS": ",".join(f"{role}:{secret}" for role, secret in TOKENS.items()),
            "DEFAULT_REGION": "CANADA",
            "MODE": "live",
            **changes,
        }

    def settings(self, **changes: str) -> Settings:
        return Settings(**{name.lower(): value for name, value in self.environment(**changes).items()})

    def service(self, couriers: Mapping[str, Courier] | None = None, **changes: str) -> Service:
        """A new instance, in this process, that knows nothing yet."""
        return build_service(self.settings(**changes), couriers)

    def tab(self, title: str, render: str = "UNFORMATTED_VALUE") -> list[dict[str, Any]]:
        """The rows of a tab, by header."""
        header, *rows = self.values(title, render)
        return [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]

    def values(self, title: str, render: str = "UNFORMATTED_VALUE") -> list[list[Any]]:
        reply = self._call("get", f"/values/{title}", params={"valueRenderOption": render})
        values: list[list[Any]] = reply.get("values", [])
        return values

    def everything(self) -> dict[str, list[list[Any]]]:
        """All tabs, to be compared."""
        sheets = self._call("get", "", params={"fields": "sheets.properties.title"})["sheets"]
        titles = [sheet["properties"]["title"] for sheet in sheets]
        return {title: self.values(title, "FORMULA") for title in titles}

    def type(self, place: str, rows: Sequence[Sequence[object]]) -> None:
        """Cells typed from `place` (`Import Keys!A2`) on, as text where they are text."""
        body = {"valueInputOption": "RAW", "data": [{"range": place, "values": rows}]}
        self._call("post", "/values:batchUpdate", json=body)

    def batch(self, *batch: Mapping[str, object]) -> None:
        """Requests of a batchUpdate, as somebody's script would send them."""
        self._call("post", ":batchUpdate", json={"requests": batch})

    def sheet_id(self, title: str) -> int:
        sheets = self._call("get", "", params={"fields": "sheets.properties"})["sheets"]
        found: int = next(s["properties"]["sheetId"] for s in sheets if s["properties"]["title"] == title)
        return found

    def _call(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        url = f"{self.google}/v4/spreadsheets/{self.id}{path}"
        answer = requests.request(method, url, timeout=30, **request)
        answer.raise_for_status()
        reply: dict[str, Any] = answer.json()
        return reply

    def stock(self, *keys: str) -> None:
        """Keys imported: `NASM CPT combined CODE 15`, in CANADA."""
        rows = [dict(zip(KEY_COLUMNS, key.split(), strict=True)) | {"region": "CANADA"} for key in keys]
        self.service().import_keys(rows, by="test")

    def sell(self, **entitlements: str) -> None:
        """Products published by SKU; an empty text is EXTERNAL."""
        rows = [
            [sku, f"Course {sku}", "", "Certification", text, "AUTO" if text else "EXTERNAL", True]
            for sku, text in entitlements.items()
        ]
        self.type("NPTA Catalogue!A2", rows)
        self.service().publish()

    def calls(self) -> dict[str, Any]:
        """What the local Google was asked since the last `forget_calls`."""
        calls: dict[str, Any] = requests.get(f"{self.google}/_sandbox/stats", timeout=10).json()
        return calls

    def forget_calls(self) -> None:
        requests.delete(f"{self.google}/_sandbox/stats", timeout=10).raise_for_status()

    def slow_down(self, *, read_ms: int, write_ms: int) -> None:
        """Every call takes so long from now on; zero ends it."""
        latency = {"read_ms": read_ms, "write_ms": write_ms} if read_ms or write_ms else None
        url = f"{self.google}/_sandbox/settings"
        requests.put(url, json={"latency": latency}, timeout=10).raise_for_status()

    def fail(self, method: str, *instructions: str) -> None:
        """The next calls of a method fail like this."""
        body = {"method": method, "instructions": instructions}
        requests.post(f"{self.google}/_sandbox/faults", json=body, timeout=10).raise_for_status()

    def draw_faults(self, method: str, rates: Mapping[str, float], seed: int) -> None:
        """Each call of a method fails like this with these probabilities, until that ends."""
        body = {"method": method, "rates": rates, "seed": seed}
        requests.post(f"{self.google}/_sandbox/faults", json=body, timeout=10).raise_for_status()

    def unprotect(self) -> None:
        """Takes the protection off all tabs, which stops people, but no owner of the spreadsheet."""
        sheets = self._call("get", "", params={"fields": "sheets.protectedRanges.protectedRangeId"})["sheets"]
        guards = [guard["protectedRangeId"] for sheet in sheets for guard in sheet.get("protectedRanges", [])]
        self.batch(*({"deleteProtectedRange": {"protectedRangeId": guard}} for guard in guards))

    def faults(self) -> dict[str, Any]:
        report: dict[str, Any] = requests.get(f"{self.google}/_sandbox/faults", timeout=10).json()
        return report

    def end_faults(self) -> None:
        requests.delete(f"{self.google}/_sandbox/faults", timeout=10).raise_for_status()


KEY_COLUMNS = ("provider", "product_code", "component", "keycode", "seats")


def order(order_id: str, lines: str = "CPT", **fields: str) -> Order:
    """An order of `SKU` or `SKU*2`, several separated by blanks."""
    pairs = [text.partition("*") for text in lines.split()]
    items = tuple(LineItem(sku, int(count or 1)) for sku, _, count in pairs)
    return Order(
        order_id, **{"order_name": f"#{order_id}", "email": "ada@example.com", **fields}, lines=items
    )


def posted(order_id: str, lines: str = "CPT", **fields: object) -> dict[str, object]:
    """The same as the Zap posts it."""
    pairs = [text.partition("*") for text in lines.split()]
    return {
        "order_id": order_id,
        "order_name": f"#{order_id}",
        "email": "ada@example.com",
        "customer_name": "Ada B.",
        "line_items_sku": ",".join(sku for sku, _, _ in pairs),
        "line_items_quantity": ",".join(count or "1" for _, _, count in pairs),
        **fields,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Function:
    """The function under functions-framework, as a process of its own; on a free port unless one is named."""

    def __init__(
        self,
        workbook: Workbook,
        entry: Path = ROOT / "main.py",
        port: int = 0,
        python: Path = Path(sys.executable),
        **environment: str,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [str(python.with_name("functions-framework")), "--target=handle"]
        command += [f"--source={entry}", "--host=127.0.0.1", f"--port={self.port}"]
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115  closed with the process
        self.process = subprocess.Popen(
            command,
            env={
                **os.environ,
                "THREADS": "100",
                "PYTHONPATH": str(ROOT),
                **workbook.environment(**environment),
            },
            stdout=self._printed,  # a pipe that nobody reads would stop a process that says much
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait_until_it_answers()

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + STARTED_WITHIN_S
        while time.monotonic() < until and self.process.poll() is None:
            try:
                requests.get(f"{self.url}/health", timeout=5)
            except requests.ConnectionError:
                time.sleep(0.05)
            else:
                return
        self.kill()
        said = self.printed().decode()
        self.close()
        raise AssertionError(f"the function did not start: {said}")

    def post(self, path: str, body: object, role: str = "admin", **request: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {TOKENS[role]}", **request.pop("headers", {})}
        return requests.post(f"{self.url}{path}", json=body, headers=headers, timeout=60, **request)

    def get(self, path: str, role: str = "admin") -> requests.Response:
        headers = {"Authorization": f"Bearer {TOKENS[role]}"}
        return requests.get(f"{self.url}{path}", headers=headers, timeout=60)

    def kill(self) -> None:
        """As `kill -9` of master and workers at once."""
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def printed(self) -> bytes:
        """Everything that the process has said; to be asked once it has ended."""
        self._printed.seek(0)
        return self._printed.read()

    def close(self) -> None:
        self.kill()
        self._printed.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def codes(keys: Iterable[Mapping[str, Any]]) -> list[str]:
    """The key codes of an answer."""
    return [key["keycode"] for key in keys]
