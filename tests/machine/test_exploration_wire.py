"""The spreadsheet that the exploration uses answers as the local Google does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from google.auth.credentials import AnonymousCredentials

from fulfillment.app import SCHEMA_FILE, new_commit_id
from fulfillment.clock import Clock
from fulfillment.errors import BatchRefused
from fulfillment.service import Service
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.schema import read_schema
from fulfillment.sheets.store import SheetStore
from tests.local import Workbook, order
from tests.machine.exploring.exploration import policy
from tests.machine.exploring.wire import Book, applied, shown, values_of
from tests.machine.exploring.writer import NOW

TITLES = (
    "Import History",
    "Assignments",
    "Order Cache",
    "Outbox",
    "Live Catalogue",
    "Key Inventory",
    "System",
)


class Compared:
    """In the place of SheetsClient: asks the local Google, and holds the other's answer against it."""

    def __init__(self, workbook: Workbook) -> None:
        self.spreadsheet_id = workbook.id
        credentials = AnonymousCredentials()  # type: ignore[no-untyped-call]
        self._client = SheetsClient(workbook.id, credentials, workbook.google)
        self._sheets = {workbook.sheet_id(title): place for place, title in enumerate(TITLES)}
        self.book = Book((), TITLES, tuple(rows_of(workbook.values(title)) for title in TITLES))
        stamps = self._client.get([], "developerMetadata").get("developerMetadata", [])
        pairs = sorted((stamp["metadataId"], stamp["metadataValue"]) for stamp in stamps)
        self.book = Book(tuple(pairs), TITLES, self.book.tabs)
        self.compared = self.calls = 0

    def get(self, ranges: Sequence[str], fields: str, **timeout: float) -> Any:
        reply = self._client.get(ranges, fields)
        asked = shown(self.book, ranges)
        if "developerMetadata" not in fields:
            del asked["developerMetadata"]
        assert plain(asked) == plain(reply)
        self.compared += 1
        return reply

    def values(self, ranges: Sequence[str], **timeout: float) -> Any:
        reply = self._client.values(ranges)
        assert values_of(self.book, ranges) == reply
        self.compared += 1
        return reply

    def batch_update(self, body: bytes, *, fields: str = "", timeout_s: float = 20) -> Any:
        done = applied(self.book, self._renumbered(body))
        self.compared += 1
        try:
            reply = self._client.batch_update(body, fields=fields)
        except BatchRefused:
            assert done is None
            raise
        assert done is not None
        self.book, ours = done
        assert ours["replies"][0]["createDeveloperMetadata"]["developerMetadata"]["metadataValue"] in str(
            reply
        )
        assert plain(ours["updatedSpreadsheet"]) == plain(reply["updatedSpreadsheet"])
        return reply

    def _renumbered(self, body: bytes) -> bytes:
        """The same batch with the sheets' ids as the exploration numbers them."""
        batch = json.loads(body)
        for request in batch["requests"]:
            ((_, asked),) = request.items()
            for place in (asked, asked.get("range", {})):
                if "sheetId" in place:
                    place["sheetId"] = self._sheets[place["sheetId"]]
        return json.dumps(batch).encode()


def rows_of(values: list[list[Any]]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(None if cell == "" else cell for cell in row) for row in values)


def plain(reply: Any) -> Any:
    """What the store reads of a reply: each tab's cells, and the stamps."""
    tabs = {
        sheet["properties"]["title"]: [trimmed(block.get("rowData", [])) for block in sheet.get("data", [])]
        for sheet in reply.get("sheets", [])
    }
    stamps = sorted((s["metadataId"], s["metadataValue"]) for s in reply.get("developerMetadata", []))
    return tabs, stamps


def trimmed(rows: list[Any]) -> list[list[Any]]:
    found = [[cell.get("effectiveValue") or None for cell in row.get("values", [])] for row in rows]
    for row in found:
        while row and row[-1] is None:
            row.pop()
    while found and not found[-1]:
        found.pop()
    return found


def test_it_shows_and_applies_what_the_local_google_does(workbook: Workbook) -> None:
    workbook.stock("NASM CPT combined EX-1 3", "NASM CPT combined EX-2 1")
    workbook.sell(CPT="NASM-CPT-FULL")
    schema, wire = read_schema(SCHEMA_FILE), Compared(workbook)
    clock, services = Clock(sleep=lambda _: None), []
    for _ in range(2):
        client: Any = wire
        store = SheetStore(client, schema, new_commit_id=new_commit_id, now=lambda: NOW, clock=clock)
        services.append(Service(store, policy(schema), now=lambda: NOW, deadline_s=25, clock=clock))
    here, there = services
    for number, service in enumerate((here, there, there, here, here, there)):
        service.fulfil(order(f"{number}"), by="zap")
        service.fulfil(order("0"), by="zap")
    there.release("0", sku="", units=(), quarantine=False, reason="", by="zap")
    here.clear("1", by="zap")
    here.fulfil(order("1"), by="zap")
    here.refresh()
    assert wire.compared > 20
    assert [rows_of(workbook.values(title)) for title in TITLES] == [*wire.book.tabs]
