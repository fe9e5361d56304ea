"""A spreadsheet that holds nothing of worth, for finding out how Google behaves there."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TypeVar

from fulfillment.errors import BatchRefused, FulfillmentError
from fulfillment.sheets.client import Json, SheetsClient, to_bytes

TAB_ID = 730_313
"""Of the probes' own tab; it is made anew for each run, and removed at the end."""

T = TypeVar("T")
Request = Mapping[str, object]


@dataclass
class Scratch:
    """One tab of our own in a scratch spreadsheet, and as many clients as there are threads."""

    connect: Callable[[], SheetsClient]
    rounds: int = 10
    """How often what may go well by luck is tried."""
    pause: Callable[[float], None] = time.sleep
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(730_000_000))
    _client: SheetsClient | None = None

    @property
    def client(self) -> SheetsClient:
        """The client of whoever runs the probes, one call at a time."""
        if self._client is None:
            self._client = self.connect()
        return self._client

    @contextmanager
    def tab(self, rows: int = 50) -> Iterator[None]:
        """A tab of so many rows and 5 columns; what the probes left there goes with it."""
        grid = {"rowCount": rows, "columnCount": 5}
        self.remove()
        self.batch({"addSheet": {"properties": {"sheetId": TAB_ID, "title": TITLE, "gridProperties": grid}}})
        try:
            yield
        finally:
            self.remove()

    def remove(self) -> None:
        """Neither the tab nor our metadata is there."""
        ours = {"developerMetadataLookup": {"metadataKey": KEY}}
        for gone in ({"deleteSheet": {"sheetId": TAB_ID}}, {"deleteDeveloperMetadata": {"dataFilter": ours}}):
            with suppress(BatchRefused):  # it was not there
                self.batch(gone)

    def batch(self, *requests: Request, **options: object) -> Json:
        """One batchUpdate, by the probes' own client. 1 write."""
        return self.client.batch_update(to_bytes({"requests": requests, **options}))

    def ids_there(self) -> set[int]:
        """The ids of our metadata. 1 read."""
        mask = "developerMetadata(metadataId,metadataKey)"
        found = self.client.get((), mask).get("developerMetadata", [])
        return {each["metadataId"] for each in found if each["metadataKey"] == KEY}

    def cells(self, a1: str) -> list[list[object]]:
        """What stands there. 1 read."""
        (rows,) = self.client.values([f"'{TITLE}'!{a1}"])
        return [[*row] for row in rows]

    def new_id(self) -> int:
        """One that nobody has used yet in this run."""
        return next(self._ids)

    def together(self, work: Sequence[Callable[[SheetsClient], T]]) -> list[T | FulfillmentError]:
        """Each of these, at the same time, by a client of its own; what it returned or raised."""

        def done(one: Callable[[SheetsClient], T]) -> T | FulfillmentError:
            try:
                return one(self.connect())
            except FulfillmentError as error:
                return error

        with ThreadPoolExecutor(len(work)) as pool:
            return [*pool.map(done, work)]


TITLE = "probe"
KEY = "probe"


def create(metadata_id: int, value: str = "") -> Request:
    """Metadata of this id."""
    place = {"metadataKey": KEY, "location": {"spreadsheet": True}, "visibility": "DOCUMENT"}
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {"metadataId": metadata_id, "metadataValue": value, **place}
        }
    }


def delete(metadata_id: int) -> Request:
    """That of this id gone."""
    lookup = {"developerMetadataLookup": {"metadataId": metadata_id}}
    return {"deleteDeveloperMetadata": {"dataFilter": lookup}}


def append(*texts: str) -> Request:
    """A row of these texts after the last one."""
    cells = [{"userEnteredValue": {"stringValue": text}} for text in texts]
    return {"appendCells": {"sheetId": TAB_ID, "rows": [{"values": cells}], "fields": "userEnteredValue"}}


def write(row: int, *numbers: float) -> Request:
    """These numbers from the first cell of a row on; rows count from 0."""
    cells = [{"userEnteredValue": {"numberValue": number}} for number in numbers]
    start = {"sheetId": TAB_ID, "rowIndex": row, "columnIndex": 0}
    return {"updateCells": {"start": start, "rows": [{"values": cells}], "fields": "userEnteredValue"}}
