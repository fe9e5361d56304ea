"""What a commit sends: the fence, the ledgers' new rows, the views, the System row, in one batchUpdate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fulfillment.model import Product
from fulfillment.ports import Views
from fulfillment.sheets.codec import Cell, Codec, Layout, Scalar, to_cell
from fulfillment.sheets.fence import create_stamp, delete_stamp
from fulfillment.sheets.looking import Grid
from fulfillment.sheets.published import create_record, delete_record
from fulfillment.sheets.removal import HEADER_ROWS, remove_rows, row_left
from fulfillment.sheets.tabs import KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM, Codecs, SystemRow
from fulfillment.workbook import Changes, LedgerName

Request = dict[str, object]

GROWTH = 200
"""Rows by which a view's grid grows when it is full, so that it does not grow at every commit."""

LEDGER_GROWTH = 2_000
"""Rows by which a ledger's grid grows: 32,000 cells, of ten million that a spreadsheet may hold."""

FREE_ROWS = 200
"""With fewer rows left below its last one, a ledger's grid grows for the commits that come next."""

REPLY_MASK = (
    "replies(createDeveloperMetadata(developerMetadata(metadataId,metadataValue))),"
    "updatedSpreadsheet(sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "data(startRow,rowData(values(effectiveValue,note)))))"
)


@dataclass(frozen=True, slots=True)
class Place:
    """A tab as it was last seen: its grid, and where its columns stand."""

    grid: Grid
    layout: Layout


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, ready to be sent."""

    changes: Changes
    """Numbered."""
    views: Views
    system: SystemRow
    forget: tuple[int, ...]
    """Versions whose stamps are deleted; they were seen."""
    catalogue: tuple[Product, ...]
    """As it is published after this commit."""
    whole_catalogue: bool
    """Write Live Catalogue anew rather than its `available` alone."""
    ends: Mapping[LedgerName, int]
    """The last row of each ledger, as last seen: by it the grids grow, and nothing is written."""
    record: str = ""
    """The print of the catalogue that is published after this commit, where that goes on record with it."""
    retired: tuple[int, ...] = ()
    """Versions whose records it takes the place of."""
    standing: Mapping[LedgerName, Sequence[int]] = field(default_factory=dict)
    """Of the ledgers that rows leave, or are changed in: every `no` that stands there, in order."""

    def body(self, places: Mapping[str, Place], codecs: Codecs, *, prune: bool = True) -> dict[str, object]:
        """The batchUpdate. Its reply shows System and the header of each tab written."""
        requests = [
            create_stamp(self.system.version, self.system.commit_id),
            *(delete_stamp(version) for version in self.forget if prune),
            *self._recorded(prune=prune),
            *self._ledgers(places, codecs),
            *self._inventory(places[KEY_INVENTORY], codecs),
            *self._catalogue(places[LIVE_CATALOGUE], codecs),
            *self._headers(places),
            *rows_at(places[SYSTEM], 1, [codecs.system.values(self.system)]),
        ]
        return {
            "requests": requests,
            "includeSpreadsheetInResponse": True,
            "responseRanges": self.shown_ranges(),
            "responseIncludeGridData": True,
        }

    def shown_ranges(self) -> list[str]:
        """What the reply shows: System, the headers of the tabs written, the last row where others left."""
        last = [f"'{name}'!{row}:{row}" for name in self.standing for row in [self.left(name)[0]]]
        return [f"'{SYSTEM}'!1:2", *(f"'{title}'!1:1" for title in self.written()), *last]

    def written(self) -> list[str]:
        """The tabs whose columns matter to this commit, System apart."""
        numbered = dict.fromkeys([*self.standing, *self.changes.appended()])
        return [*numbered, KEY_INVENTORY, LIVE_CATALOGUE]

    def left(self, name: LedgerName) -> tuple[int, int | None]:
        """(row, its `no`) of the last row of a ledger that rows leave: see `row_left`."""
        return row_left(self.standing[name], self._leaving(name))

    def _leaving(self, name: LedgerName) -> set[int]:
        rows = self.changes.leaving.ledger_rows() if self.changes.leaving else {}
        return {row.no for row in rows.get(name, ())}

    def _ledgers(self, places: Mapping[str, Place], codecs: Codecs) -> Iterator[Request]:
        for name, standing in self.standing.items():
            place = places[name]
            yield from _grown(place, self.ends[name])  # rows must be left: Google deletes not all of them
            yield from remove_rows(
                place.grid.sheet_id, place.layout.place["no"], standing, self._leaving(name)
            )
            yield from rewrite(place, standing, self.changes.rewritten.get(name, {}))
        for name, rows in self.changes.appended().items():
            place, codec = places[name], codecs.ledgers[name]
            cells = [{"values": place.layout.cells(codec.values(row))} for row in rows]
            append = {"sheetId": place.grid.sheet_id, "rows": cells, "fields": "userEnteredValue"}
            yield {"appendCells": append}
            yield from _grown(place, self.ends[name] + len(rows))

    def _recorded(self, *, prune: bool) -> Iterator[Request]:
        """The record of what is published; the old one goes first, for there is room for one."""
        if self.record:
            yield from (delete_record(version) for version in self.retired if prune)
            yield create_record(self.system.catalogue_version, self.record)

    def _headers(self, places: Mapping[str, Place]) -> Iterator[Request]:
        """Headers that a person typed over, where the views are written anew."""
        for place in places.values() if self.changes.views else ():
            if retyped := place.layout.retyped:
                yield from rows_at(place, 0, [{header: header for header in retyped}], headers=[*retyped])

    def _inventory(self, place: Place, codecs: Codecs) -> Iterator[Request]:
        yield from _whole(place, codecs.inventory, [codecs.inventory.values(r) for r in self.views.inventory])

    def _catalogue(self, place: Place, codecs: Codecs) -> Iterator[Request]:
        available = self.views.available
        if self.whole_catalogue:
            rows = [codecs.catalogue.values(product) for product in self.catalogue]
            yield from _whole(
                place, codecs.catalogue, [{**r, "available": available[str(r["SKU"])]} for r in rows]
            )
        elif self.catalogue:
            figures = [{"available": available[product.sku]} for product in self.catalogue]
            yield from rows_at(place, 1, figures, headers=["available"])


def _grown(place: Place, end: int) -> Iterator[Request]:
    """A block of rows more where few are free below the last one.

    `appendCells` makes room for what it appends and no more, so that a full grid would grow at every commit.
    """
    if place.grid.rows - end < FREE_ROWS:
        append = {"sheetId": place.grid.sheet_id, "dimension": "ROWS", "length": LEDGER_GROWTH}
        yield {"appendDimension": append}


def _whole(place: Place, codec: Codec[Any], rows: Sequence[Mapping[str, Scalar]]) -> Iterator[Request]:
    """A view written anew with its header; what stood below its last row is cleared."""
    height = len(rows) + 1
    if height > place.grid.rows:
        length = height - place.grid.rows + GROWTH
        yield {"appendDimension": {"sheetId": place.grid.sheet_id, "dimension": "ROWS", "length": length}}
    header: dict[str, Scalar] = {name: name for name in codec.tab.headers}
    yield from rows_at(place, 0, [header, *rows], height=max(height, place.grid.rows))


def rewrite(
    place: Place, standing: Sequence[int], rows: Mapping[int, Mapping[str, Scalar]]
) -> Iterator[Request]:
    """These cells of rows with these numbers, once the ledger is sorted by `no`."""
    for row, number in enumerate(standing, HEADER_ROWS):
        if cells := rows.get(number):
            yield from rows_at(place, row, [cells], headers=[*cells])


def rows_at(
    place: Place,
    row: int,
    rows: Sequence[Mapping[str, Scalar]],
    *,
    headers: Sequence[str] | None = None,
    height: int | None = None,
) -> Iterator[Request]:
    """Rows written from 0-based `row` on, in our columns only; the range may be higher than its rows."""
    for column, names in place.layout.runs(headers):
        cells: list[dict[str, list[Cell]]] = [
            {"values": [to_cell(r.get(name)) for name in names]} for r in rows
        ]
        area = {
            "sheetId": place.grid.sheet_id,
            "startRowIndex": row,
            "endRowIndex": row + (height or len(rows)),
            "startColumnIndex": column,
            "endColumnIndex": column + len(names),
        }
        yield {"updateCells": {"rows": cells, "fields": "userEnteredValue", "range": area}}
