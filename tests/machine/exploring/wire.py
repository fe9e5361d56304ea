"""A spreadsheet that is a value, and what Google answers of it: the border at which the exploration decides.

Only as much of the Sheets API as the store uses, and none of its code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from fulfillment.sheets.fence import FENCE_BASE, FENCE_KEY
from fulfillment.sheets.published import RECORD_KEY

Scalar = str | int | float | bool | None
Row = tuple[Scalar, ...]
Tab = tuple[Row, ...]
Json = dict[str, Any]

GRID_ROWS = 1_000
"""No tab of an exploration ever outgrows its grid."""

STAMPS = "stamps"
"""The part of a spreadsheet that is no tab."""


@dataclass(frozen=True, slots=True)
class Book:
    """A spreadsheet at one moment."""

    stamps: tuple[tuple[int, str], ...]
    """(metadata id, value)."""
    titles: tuple[str, ...]
    tabs: tuple[Tab, ...]

    def tab(self, title: str) -> Tab:
        return self.tabs[self.titles.index(title)]

    def rows(self, title: str) -> list[dict[str, Any]]:
        """The rows of a tab, by header."""
        header, *rows = self.tab(title)
        return [dict(zip(header, [*row, *[""] * len(header)], strict=False)) for row in rows]  # type: ignore[misc]

    def with_tab(self, place: int, tab: Tab) -> Book:
        return replace(self, tabs=(*self.tabs[:place], tab, *self.tabs[place + 1 :]))

    def mixed_with(self, older: Book, parts: Iterable[str]) -> Book:
        """As a torn read shows it: these tabs, or the stamps, as they were earlier."""
        parts = set(parts)
        tabs = [
            old if title in parts else new
            for title, new, old in zip(self.titles, self.tabs, older.tabs, strict=True)
        ]
        return Book(older.stamps if STAMPS in parts else self.stamps, self.titles, tuple(tabs))


def blank(headers: Mapping[str, Sequence[str]], system: Mapping[str, Scalar]) -> Book:
    """A spreadsheet whose tabs have their headers and nothing else, but for the row of System."""
    tabs: dict[str, Tab] = {title: (tuple(names),) for title, names in headers.items()}
    tabs["System"] = (*tabs["System"], tuple(system[str(name)] for name in tabs["System"][0]))
    return Book((), tuple(tabs), tuple(tabs.values()))


# what a read shows


def values_of(book: Book, ranges: Sequence[str]) -> list[list[list[Scalar]]]:
    """values:batchGet."""
    return [
        [["" if cell is None else cell for cell in row] for row in block]
        for block in (_block(book, each)[2] for each in ranges)
    ]


def shown(book: Book, ranges: Sequence[str]) -> Json:
    """spreadsheets.get with the store's mask: ranges come back grouped by sheet."""
    reply: Json = {"sheets": _sheets(book, ranges)} if ranges else {}
    stamps = [
        {"metadataId": number, "metadataKey": _key(number), "metadataValue": value}
        for number, value in book.stamps
    ]
    return {"developerMetadata": stamps, **reply} if stamps else reply


def _key(number: int) -> str:
    return FENCE_KEY if number > FENCE_BASE else RECORD_KEY


def _sheets(book: Book, ranges: Sequence[str]) -> list[Json]:
    found: dict[str, list[Json]] = {}
    for each in ranges:
        title, start, rows = _block(book, each)
        found.setdefault(title, []).append({"startRow": start, "rowData": [_row_data(row) for row in rows]})
    return [
        {"properties": _properties(book, title), "data": found[title]}
        for title in book.titles
        if title in found
    ]


def _properties(book: Book, title: str) -> Json:
    size = {"rowCount": GRID_ROWS, "columnCount": len(book.tab(title)[0])}
    return {"sheetId": book.titles.index(title), "title": title, "gridProperties": size}


@cache
def _row_data(row: Row) -> Json:
    return {"values": [_cell_data(cell) for cell in row]}


def _cell_data(cell: Scalar) -> Json:
    if cell is None or cell == "":
        return {}
    if isinstance(cell, bool):
        return {"effectiveValue": {"boolValue": cell}}
    return {"effectiveValue": {"stringValue" if isinstance(cell, str) else "numberValue": cell}}


def _block(book: Book, a1: str) -> tuple[str, int, Tab]:
    """(tab, 0-based first row, rows) of a range: `'T'`, `'T'!1:2`, or `'T'!A5:P`, open below."""
    title, first, last = _parsed(a1)
    return title, first, book.tab(title)[first:last]


@cache
def _parsed(a1: str) -> tuple[str, int, int | None]:
    match = re.fullmatch(r"'([^']+)'(?:!(?:(\d+):(\d+)|A(\d+):[A-Z]+))?", a1)
    assert match, a1
    first, last = match[2] or match[4] or "1", match[3]
    return match[1], int(first) - 1, int(last) if last else None


# what a write does


def applied(book: Book, body: bytes) -> tuple[Book, Json] | None:
    """The spreadsheet after a batchUpdate, and its reply; None where the fence refuses the batch."""
    batch = _read(body)
    stamps, replies = dict(book.stamps), []
    for request in batch["requests"]:
        ((kind, asked),) = request.items()
        if kind == "createDeveloperMetadata":
            stamp = asked["developerMetadata"]
            if stamp["metadataId"] in stamps:
                return None
            stamps[stamp["metadataId"]] = stamp["metadataValue"]
            replies.append({kind: {"developerMetadata": stamp}})
            continue
        if kind == "deleteDeveloperMetadata":
            stamps.pop(asked["dataFilter"]["developerMetadataLookup"]["metadataId"], None)
        else:
            book = _TAB_CHANGES[kind](book, asked)
        replies.append({})
    book = replace(book, stamps=tuple(sorted(stamps.items())))
    sheets = {"sheets": _sheets(book, batch["responseRanges"])}
    return book, {"replies": replies, "updatedSpreadsheet": sheets}


@cache
def _read(body: bytes) -> Json:
    batch: Json = json.loads(body)
    return batch


def _append(book: Book, asked: Json) -> Book:
    place = asked["sheetId"]
    return book.with_tab(place, (*book.tabs[place], *_rows(asked["rows"])))


def _update(book: Book, asked: Json) -> Book:
    """A range is written; what of it no row fills is cleared."""
    area = asked["range"]
    left, right = area["startColumnIndex"], area["endColumnIndex"]
    top, bottom = area["startRowIndex"], area["endRowIndex"]
    place, width = area["sheetId"], right - left
    tab = [list(row) for row in book.tabs[place]]
    new = list(_rows(asked["rows"]))
    for number in range(top, min(bottom, max(len(tab), top + len(new)))):
        while len(tab) <= number:
            tab.append([])
        cells = new[number - top] if number - top < len(new) else ()
        tab[number] += [None] * (right - len(tab[number]))
        tab[number][left:right] = [*cells, *[None] * (width - len(cells))]
    return book.with_tab(place, tuple(_trimmed(tab)))


def _trimmed(rows: Iterable[list[Scalar]]) -> Iterator[Row]:
    """The rows without blanks behind the last cell, and without blank rows behind the last row."""
    kept = []
    for row in rows:
        while row and row[-1] in (None, ""):
            row.pop()
        kept.append(tuple(row))
    while kept and not kept[-1]:
        kept.pop()
    return iter(kept)


def _rows(rows: Sequence[Json]) -> Iterator[Row]:
    for row in rows:
        yield tuple(_scalar(cell) for cell in row["values"])


def _scalar(cell: Json) -> Scalar:
    value: Scalar
    for value in cell.get("userEnteredValue", {}).values():
        return value
    return None


def _grow(book: Book, asked: Json) -> Book:
    return book


_TAB_CHANGES = {"appendCells": _append, "updateCells": _update, "appendDimension": _grow}
