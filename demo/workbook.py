"""The sample workbook: made once, found again, and edited as a person does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import gspread
import requests
from google.auth.credentials import AnonymousCredentials
from gspread.utils import ValueInputOption, rowcol_to_a1

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


class Noted(NamedTuple):
    """The sample workbook; the shop's orders from `live_since` on are its to serve."""

    spreadsheet_id: str
    live_since: str


class Note:
    """The small file that remembers which spreadsheet is ours, once it is filled, and since when."""

    def __init__(self, folder: Path, sample: Sample) -> None:
        self._folder = folder
        self._file = folder / "workbook.json"
        self._version = f"{sample.version}.{FORMAT}"

    def read(self) -> Noted:
        """The spreadsheet; without an id where there is none. Raises Trouble for one of another version."""
        if not self._file.exists():
            return Noted("", datetime.now(UTC).isoformat(timespec="seconds"))
        try:
            noted = json.loads(self._file.read_text(encoding="utf-8"))
            version = str(noted["version"])
            found = Noted(str(noted["spreadsheet_id"]), str(noted.get("live_since", "")))
        except (ValueError, KeyError, TypeError, AttributeError):
            version, found = "unknown", Noted("", "")
        if version != self._version:
            raise Trouble(
                f"The sample workbook in {self._folder} is of version {version}, and this is version "
                f"{self._version}. {BEGIN_ANEW}"
            )
        return found

    def write(self, spreadsheet_id: str, live_since: str) -> None:
        """Remembers this spreadsheet."""
        noted = {"version": self._version, "spreadsheet_id": spreadsheet_id, "live_since": live_since}
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


def type_beside(workbook: gspread.Spreadsheet, title: str, table: Table, columns: Sequence[str]) -> None:
    """Types these columns of the table into the rows of a tab that have the same first column."""
    tab = workbook.worksheet(title)
    header_row, *rows = tab.get_all_values()
    place = header_row.index(table.headers[0])
    row_of = {row[place]: number for number, row in enumerate(rows, 2)}
    typed = [
        {"range": rowcol_to_a1(row_of[row[0]], header_row.index(column) + 1), "values": [[value]]}
        for row in table.rows
        for column, value in zip(table.headers, row, strict=True)
        if column in columns
    ]
    tab.batch_update(typed, value_input_option=ValueInputOption.raw)


def read_available(workbook: gspread.Spreadsheet) -> dict[str, str]:
    """`available` of every product as NPTA Catalogue shows it, by SKU."""
    header_row, *rows = workbook.worksheet("NPTA Catalogue").get_all_values()
    sku, available = header_row.index("SKU"), header_row.index("available")
    return {row[sku]: row[available] for row in rows if row[sku]}


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
