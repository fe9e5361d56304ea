"""The sample workbook: made once, found again, and edited as a person does."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import gspread
import requests
from google.auth.credentials import AnonymousCredentials

from demo.options import Options
from demo.processes import Trouble
from demo.sample import Sample, Table
from sandbox.snapshot import FORMAT

TITLE = "Order fulfilment, sample"

GOOGLE = ("https://sheets.googleapis.com", "https://www.googleapis.com")

TIMEOUT_S = 30

BEGIN_ANEW = (
    "Remove that folder to begin anew, or choose another one with LOCAL_DIR: `LOCAL_DIR=.local2 make run`."
)


def client(options: Options) -> gspread.Client:
    """gspread, sent to the local Google."""

    class LocalClient(gspread.HTTPClient):
        def request(self, method: str, endpoint: str, *args: Any, **kwargs: Any) -> requests.Response:
            for google in GOOGLE:
                endpoint = endpoint.replace(google, options.sandbox_url)
            return super().request(method, endpoint, *args, **kwargs)

    credentials = AnonymousCredentials()  # type: ignore[no-untyped-call]
    found = gspread.Client(credentials, http_client=LocalClient)
    found.set_timeout(TIMEOUT_S)
    return found


class Note:
    """The small file that remembers which spreadsheet is ours, once it is filled."""

    def __init__(self, folder: Path, sample: Sample) -> None:
        self._folder = folder
        self._file = folder / "workbook.json"
        self._version = f"{sample.version}.{FORMAT}"

    def read(self) -> str:
        """The spreadsheet's id, empty where there is none. Raises Trouble where it is of another version."""
        if not self._file.exists():
            return ""
        try:
            noted = json.loads(self._file.read_text(encoding="utf-8"))
            version, spreadsheet_id = str(noted["version"]), str(noted["spreadsheet_id"])
        except (ValueError, KeyError, TypeError):
            version, spreadsheet_id = "unknown", ""
        if version != self._version:
            raise Trouble(
                f"The sample workbook in {self._folder} is of version {version}, and this is version "
                f"{self._version}. {BEGIN_ANEW}"
            )
        return spreadsheet_id

    def write(self, spreadsheet_id: str) -> None:
        """Remembers this spreadsheet."""
        noted = {"version": self._version, "spreadsheet_id": spreadsheet_id}
        self._file.write_text(json.dumps(noted) + "\n", encoding="utf-8")


def open_or_create(google: gspread.Client, spreadsheet_id: str, folder: Path) -> gspread.Spreadsheet:
    """The workbook of this id; a new one where there is none. Raises Trouble for one that cannot be read."""
    if spreadsheet_id:
        try:
            return google.open_by_key(spreadsheet_id)
        except gspread.SpreadsheetNotFound:
            pass
        except gspread.exceptions.APIError as error:
            raise Trouble(f"The sample workbook in {folder} cannot be read ({error}). {BEGIN_ANEW}") from None
    return google.create(TITLE)


def type_into(workbook: gspread.Spreadsheet, title: str, table: Table) -> None:
    """Types the table into a tab, each value below its header, where the first free row is."""
    tab = workbook.worksheet(title)
    header_row = tab.row_values(1)
    first = len(tab.col_values(header_row.index(table.headers[0]) + 1)) + 1
    rows = [dict(zip(table.headers, row, strict=True)) for row in table.rows]
    values = [[row.get(header) for header in header_row] for row in rows]  # None leaves a cell as it is
    workbook.values_update(f"'{title}'!A{first}", {"valueInputOption": "RAW"}, {"values": values})


class Stock(NamedTuple):
    """A row of Key Inventory, in seats."""

    pool: str
    total: int
    available: int
    level: str


def read_stock(workbook: gspread.Spreadsheet) -> dict[str, Stock]:
    """Key Inventory as it stands, by pool."""
    header_row, *rows = workbook.worksheet("Key Inventory").get_all_values()
    return {stock.pool: stock for stock in _stock(header_row, rows)}


def _stock(header_row: list[str], rows: Iterable[list[str]]) -> Iterable[Stock]:
    for row in rows:
        cell = dict(zip(header_row, row, strict=True))
        pool = " ".join(cell[name] for name in ("region", "provider", "product_code", "component"))
        yield Stock(pool, int(cell["total"]), int(cell["available"]), cell["level"])
