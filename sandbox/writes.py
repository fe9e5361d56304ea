"""The writes that a spreadsheet can undergo, each a function that gives the same result when done again.

What is decided outside the book (the place an append goes to, the time) stands in the arguments, so that the
journal can do it all once more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sandbox import batch, entering, people
from sandbox.book import Book, Ids, Json, titled
from sandbox.kinds.sheets import arrived
from sandbox.snapshot import tab_from

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


WRITES: dict[str, Write] = {
    "batchUpdate": batch_update,
    "values.update": update,
    "values.batchUpdate": update_batch,
    "values.append": append,
    "values.clear": clear,
    "values.batchClear": clear_batch,
    "receiveTab": receive_tab,
    "rename": rename,
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
