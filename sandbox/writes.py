"""The writes that a spreadsheet can undergo, each a function that gives the same result when done again.

What is decided outside the book (the place an append goes to, the time) stands in the arguments, so that the
journal can do it all once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sandbox import batch, entering, people
from sandbox.book import Book, Ids, Json, check_cell_count, titled
from sandbox.kinds.sheets import USUAL_COLUMNS, USUAL_ROWS, arrived, tab_of
from sandbox.ranges import Area
from sandbox.snapshot import tab_from

# What a spreadsheet that Drive made of a file has, as recorded.
DRIVE_TIME_ZONE = "America/Los_Angeles"

Write = Callable[[Book, Json, Json, Ids], tuple[Book, Any]]


def batch_update(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, list[Json]]:
    return batch.apply(book, body.get("requests", []), ids)


def update(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, entering.Written]:
    return entering.update(book, args["range"], body, args["option"], ids.at)


def update_batch(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, list[entering.Written]]:
    return entering.batch_update(book, body.get("data", []), body["valueInputOption"], ids.at)


def append(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, tuple[entering.Written, str | None]]:
    place = entering.Place(**args["place"])
    book, written = entering.append(book, place, body, args["option"], args["insert"], ids.at)
    return book, (written, place.table)


def clear(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, list[str]]:
    return entering.clear(book, [args["range"]])


def clear_batch(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, list[str]]:
    return entering.clear(book, body.get("ranges", []))


def receive_tab(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, Json]:
    """A tab copied here from another spreadsheet."""
    return arrived(book, tab_from(body["tab"]), ids)


def rename(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, None]:
    return titled(book, args["title"]), None


def import_rows(book: Book, args: Json, body: Json, ids: Ids) -> tuple[Book, None]:
    """The rows of a file in the place of all tabs: one tab, called like the spreadsheet."""
    rows: list[list[str]] = body["rows"]
    size = {"rowCount": max(len(rows), USUAL_ROWS), "columnCount": max(USUAL_COLUMNS, *map(len, rows), 1)}
    tab = tab_of({"sheetId": ids.draw(), "title": book.title, "gridProperties": size})
    properties = book.properties | {"timeZone": DRIVE_TIME_ZONE}
    emptied = check_cell_count(replace(book, tabs=(tab,), named_ranges=(), properties=properties))
    area = Area(tab, 0, 0, max(len(rows), 1), size["columnCount"])
    return entering.put(emptied, area, rows, "USER_ENTERED", ids.at)[0], None


WRITES: dict[str, Write] = {
    "batchUpdate": batch_update,
    "values.update": update,
    "values.batchUpdate": update_batch,
    "values.append": append,
    "values.clear": clear,
    "values.batchClear": clear_batch,
    "receiveTab": receive_tab,
    "rename": rename,
    "import": import_rows,
    "person": people.edit,
}

# The messages that the bodies of writes are; a body that is not among them is our own and taken as it is.
MESSAGES = {
    "batchUpdate": "BatchUpdateSpreadsheetRequest",
    "values.update": "ValueRange",
    "values.batchUpdate": "BatchUpdateValuesRequest",
    "values.append": "ValueRange",
    "values.clear": "ClearValuesRequest",
    "values.batchClear": "BatchClearValuesRequest",
}
