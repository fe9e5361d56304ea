"""Other ways to give out keys from a spreadsheet, written as their tutorials do, with gspread.

Each has two sheets: `Keys` (keycode, order), where a key without an order is free, and `Orders` (order,
keycode).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import gspread
import requests

GOOGLE = "https://sheets.googleapis.com"

PATIENCE_S = 20.0
"""A worker that got 429 waits for a random part of so long, as those tutorials' back-off does in the end."""

LOCK_PAUSE_S = 1.0
"""Who finds the lock taken looks again after so long."""

T = TypeVar("T")


class Book:
    """One worker's own connection to the spreadsheet."""

    def __init__(self, base_url: str, spreadsheet_id: str) -> None:
        class Local(gspread.HTTPClient):
            def request(self, method: str, endpoint: str, *args: Any, **more: Any) -> requests.Response:
                return super().request(method, endpoint.replace(GOOGLE, base_url), *args, **more)

        self._session = requests.Session()
        client = gspread.Client(auth=None, session=self._session, http_client=Local)
        self.file = patiently(lambda: client.open_by_key(spreadsheet_id))
        self.keys, self.orders, self.lock = (self.file.worksheet(t) for t in ("Keys", "Orders", "Lock"))

    def close(self) -> None:
        self._session.close()


def patiently(call: Callable[[], T]) -> T:
    """The call's value, asked for again where the quota is spent or Google is busy."""
    while True:
        try:
            return call()
        except gspread.exceptions.APIError as error:
            if error.response.status_code not in (429, 500, 503):
                raise
            time.sleep(random.uniform(1.0, PATIENCE_S))


def the_usual_way(book: Book, order_id: str) -> str:
    """get_all_records, the first free row, update_cell, append_row. 1 read, 2 writes."""
    records = patiently(lambda: book.keys.get_all_records())
    row = next(number for number, record in enumerate(records, 2) if record["order"] == "")
    keycode = str(records[row - 2]["keycode"])
    patiently(lambda: book.keys.update_cell(row, 2, order_id))
    patiently(lambda: book.orders.append_row([order_id, keycode]))
    return keycode


def with_a_lock_row(book: Book, order_id: str) -> str:
    """The same between taking a lock in a cell and giving it back. 2 reads, 4 writes where it is free."""
    while patiently(lambda: book.lock.acell("A1").value):
        time.sleep(random.uniform(0.5, 1.5) * LOCK_PAUSE_S)
    patiently(lambda: book.lock.update_cell(1, 1, order_id))
    try:
        return the_usual_way(book, order_id)
    finally:
        patiently(lambda: book.lock.update_cell(1, 1, ""))


def one_batch_each(book: Book, order_id: str) -> str:
    """Keys and orders in one batchGet, both rows written by one batchUpdate. 1 read, 1 write."""
    reply = patiently(lambda: book.file.values_batch_get(["Keys!A2:B", "Orders!A2:A"]))
    keys, orders = (found.get("values", []) for found in reply["valueRanges"])
    row = next(number for number, cells in enumerate(keys, 2) if len(cells) < 2 or not cells[1])
    keycode = str(keys[row - 2][0])
    data = [
        {"range": f"Keys!B{row}", "values": [[order_id]]},
        {"range": f"Orders!A{len(orders) + 2}:B{len(orders) + 2}", "values": [[order_id, keycode]]},
    ]
    body = {"valueInputOption": "RAW", "data": data}
    patiently(lambda: book.file.values_batch_update(body))
    return keycode


RIVALS: dict[str, Callable[[Book, str], str]] = {
    "the usual way (gspread)": the_usual_way,
    "the same with a lock row": with_a_lock_row,
    "one batchGet, one batchUpdate": one_batch_each,
}


def spreadsheet_with(base_url: str, codes: Sequence[str]) -> str:
    """The id of a spreadsheet with these keys, and nothing given out."""
    sheets = [{"properties": {"title": title}} for title in ("Keys", "Orders", "Lock")]
    made = requests.post(f"{base_url}/v4/spreadsheets", json={"sheets": sheets}, timeout=10).json()
    data = [
        {"range": "Keys!A1:B1", "values": [["keycode", "order"]]},
        {"range": f"Keys!A2:A{len(codes) + 1}", "values": [[code] for code in codes]},
        {"range": "Orders!A1:B1", "values": [["order", "keycode"]]},
    ]
    url = f"{base_url}/v4/spreadsheets/{made['spreadsheetId']}/values:batchUpdate"
    requests.post(url, json={"valueInputOption": "RAW", "data": data}, timeout=10).raise_for_status()
    return str(made["spreadsheetId"])
