"""A book as a value: no request changes an old one, and each survives being written down."""

from __future__ import annotations

import random
from typing import Any

import pytest

from sandbox import batch, messages, shown, snapshot
from sandbox.book import Book, Ids, Json
from sandbox.errors import Refusal
from sandbox.sheets_api import new_book
from tests.sandbox.rest_client import append_cells, row
from tests.sandbox.test_batch import one_of_each_kind

STEPS = 150


class Draw:
    """Requests that mostly make sense, on two tabs of twelve rows and eight columns."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def area(self) -> Json:
        top, left = self.random.randrange(10), self.random.randrange(6)
        bottom, right = top + self.random.randint(1, 3), left + self.random.randint(1, 3)
        sheet = {"sheetId": self.random.randrange(2)}
        rows, columns = {"startRowIndex": top, "endRowIndex": bottom}, {"startColumnIndex": left}
        return sheet | rows | columns | {"endColumnIndex": right}

    def stretch(self) -> Json:
        start = self.random.randrange(7)
        dimension = self.random.choice(["ROWS", "COLUMNS"])
        tab = self.random.randrange(2)
        end = start + self.random.randint(1, 3)
        return {"sheetId": tab, "dimension": dimension, "startIndex": start, "endIndex": end}

    def cell(self) -> Json:
        value: Any = self.random.choice(
            [
                {"stringValue": "x"},
                {"numberValue": 5},
                {"boolValue": True},
                {"formulaValue": "=A1&B$2"},
                {"formulaValue": "=SUM(Second!A:A)"},
                {"formulaValue": "=IFERROR(INDEX(Second!B:B,MATCH($A1,Second!A:A,0)),0)"},
            ]
        )
        dress = self.random.choice([{}, {"note": "n"}, {"userEnteredFormat": {"textFormat": {"bold": True}}}])
        return {"userEnteredValue": value} | dress

    def request(self) -> Json:
        changes: dict[str, Json] = {
            "insertDimension": {"range": self.stretch(), "inheritFromBefore": self.random.random() < 0.5},
            "deleteDimension": {"range": self.stretch()},
            "moveDimension": {"source": self.stretch(), "destinationIndex": self.random.randrange(9)},
            "repeatCell": {"range": self.area(), "cell": self.cell(), "fields": "*"},
            "updateCells": {
                "range": self.area(),
                "rows": [{"values": [self.cell()]}],
                "fields": self.random.choice(["*", "note", "userEnteredValue", "userEnteredFormat"]),
            },
            "sortRange": {
                "range": {"sheetId": 0, "startRowIndex": 1},
                "sortSpecs": [
                    {"dimensionIndex": 0, "sortOrder": self.random.choice(["ASCENDING", "DESCENDING"])}
                ],
            },
            "mergeCells": {"range": self.area(), "mergeType": "MERGE_ALL"},
            "unmergeCells": {"range": {"sheetId": self.random.randrange(2)}},
            "copyPaste": {"source": self.area(), "destination": self.area()},
            "setDataValidation": {"range": self.area(), "rule": {"condition": {"type": "BOOLEAN"}}},
            "updateSheetProperties": {
                "properties": {"sheetId": 1, "title": self.random.choice(["Second", "Other"])},
                "fields": "title",
            },
        }
        others = one_of_each_kind()
        kind = self.random.choice([*changes, *changes, *others])
        return {kind: changes.get(kind) or others[kind]}


def begun() -> Book:
    grid = {"rowCount": 12, "columnCount": 8}
    first = {"properties": {"sheetId": 0, "title": "First", "gridProperties": grid}}
    second = {"properties": {"sheetId": 1, "title": "Second", "gridProperties": grid}}
    return new_book({"sheets": [first, second]})


def seen(book: Book) -> Json:
    return shown.spreadsheet(book, with_cells=True)


@pytest.mark.parametrize("seed", range(6))
def test_random_work_never_changes_the_past_and_survives_being_written_down(seed: int) -> None:
    draw, book = Draw(seed), begun()
    accepted = 0
    for serial in range(STEPS):
        request = messages.read("Request", draw.request())
        before = seen(book)
        try:
            after, _ = batch.apply(book, [request], Ids("test", serial, 0.0))
        except Refusal:
            continue
        accepted += 1
        assert seen(book) == before
        again = snapshot.book_from(snapshot.lines_of(after))
        assert seen(again) == seen(after)
        assert messages.read("Spreadsheet", seen(after)) == seen(after)
        repeated, _ = batch.apply(book, [request], Ids("test", serial, 0.0))
        assert seen(repeated) == seen(after)
        book = after if len(after.tabs) < 6 and after.tab(0) and after.tab(1) else book
    assert accepted > STEPS / 4


def test_a_batch_is_its_requests_one_after_the_other() -> None:
    requests = [
        append_cells(row("a", "b")),
        append_cells(row("c")),
        {"addSheet": {"properties": {"title": "T"}}},
    ]
    together, replies = batch.apply(begun(), requests, Ids("test", 1, 0.0))
    ids, book = Ids("test", 1, 0.0), begun()
    for n, request in enumerate(requests):
        book, [reply] = batch.apply(book, [request], ids)
        assert reply == replies[n]
    assert seen(book) == seen(together)
