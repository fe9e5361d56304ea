"""NPTA Catalogue made to say what the shop sells, while people go on typing into it.

Only the system's columns are written, and only in rows whose SKU was read a moment before; new rows are
inserted, never written over what may be there. The reply of each batch shows the tab as it is afterwards, and
the plan is made anew on it: what was hit by mistake, because somebody sorted or moved a column in that
moment, is put right by the next batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fulfillment.assortment import Assortment, Pulled, Ware, plan_pull
from fulfillment.catalogue import CatalogueRow
from fulfillment.characters import trimmed
from fulfillment.errors import BatchRefused, NotSetUp
from fulfillment.sheets.client import Json, SheetsClient, to_bytes
from fulfillment.sheets.codec import Layout, Scalar, to_cell, to_text
from fulfillment.sheets.formulas import Lookup, in_row
from fulfillment.sheets.looking import Rows, Seen
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.setup_edits import area, repeat_cell, write_cells
from fulfillment.sheets.tabs import LIVE_CATALOGUE, NPTA_CATALOGUE
from fulfillment.wares import Variant

FIRST_ROW = 1
"""The index of the row below the header."""

ROUNDS = 4
"""Batches at the most, where people move things between each read and the batch that rests on it."""

NEW_AT_ONCE = 3_000
"""New rows of one batch: 450 bytes each, and Google advises 2 MB a request."""

TAB_MASK = (
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "data(startRow,rowData(values(effectiveValue))))"
)

RANGES = (f"'{NPTA_CATALOGUE}'", f"'{LIVE_CATALOGUE}'!1:1")

WRITTEN = ("product", "provider", "category", "active")
"""The columns of a row that the shop speaks of."""

BEGINS_WITH = ("SKU", *WRITTEN, "fulfillment")
"""The columns of a new row."""

ROW = ("SKU", "product", "category", "entitlements", "fulfillment", "active", "provider")
"""The columns of a CatalogueRow, in the order of its fields."""

Typed = tuple[tuple[str, str], ...]
"""All that stands in a row besides what is the system's: by this it is found again."""


@dataclass(slots=True)
class CatalogueTab:
    """NPTA Catalogue as a read or a reply shows it."""

    sheet_id: int
    size: int
    layout: Layout
    live: Layout
    rows: Rows
    """Everything, the header row included."""

    @classmethod
    def of(cls, reply: Mapping[str, Any], schema: Schema) -> CatalogueTab:
        """Raises NotSetUp where a tab or a column is missing."""
        seen = Seen.of(reply)
        rows, live = seen.block(NPTA_CATALOGUE), seen.block(LIVE_CATALOGUE)
        grid = seen.grids[NPTA_CATALOGUE]
        layout = Layout.of(schema.tab(NPTA_CATALOGUE), rows[0] if rows else [])
        live_layout = Layout.of(schema.tab(LIVE_CATALOGUE), live[0] if live else [])
        return cls(grid.sheet_id, grid.rows, layout, live_layout, rows)

    def texts(self, index: int) -> dict[str, str]:
        """header -> trimmed text, of our columns of one row."""
        return {header: trimmed(to_text(self.cell(index, column))) for header, column in self._columns()}

    def _columns(self) -> Iterable[tuple[str, int]]:
        return self.layout.place.items()

    def cell(self, index: int, column: int) -> Scalar:
        row = self.rows[index] if index < len(self.rows) else []
        return row[column] if column < len(row) else None

    def typed(self, index: int) -> Typed:
        """What people have in this row, their own columns included; blank ones left out."""
        headers = enumerate(self.layout.header_row)
        ours = {*WRITTEN, "available", "status"}
        cells = [
            (header, trimmed(to_text(self.cell(index, n)))) for n, header in headers if header not in ours
        ]
        return tuple((header, text) for header, text in cells if text)

    def listed(self) -> list[CatalogueRow]:
        """Every row below the header."""
        found = []
        for index in range(1, len(self.rows)):
            texts = self.texts(index)
            found.append(CatalogueRow(index + 1, *(texts[header] for header in ROW)))
        return found

    def end(self) -> int:
        """The index of the first row behind the last one that holds more than our formulas."""
        looked_up = {self.layout.place[header] for header in ("available", "status")}
        for index in range(len(self.rows) - 1, 0, -1):
            filled = {n for n, value in enumerate(self.rows[index]) if value not in (None, "")}
            if filled - looked_up:
                return index + 1
        return 1


@dataclass(slots=True)
class Pulling:
    """The tab being brought up to what the shop sells; `run` may be called again after any failure."""

    client: SheetsClient
    schema: Schema
    variants: Sequence[Variant]
    report: Pulled | None = None
    """What there was to do when the tab was first read."""
    kept: dict[Typed, dict[str, Scalar]] = field(default_factory=dict)
    """The system's cells, as first read, of rows that the shop says nothing of."""
    ours: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """header -> every text that was written into its column."""

    def run(self) -> Pulled:
        """The tab says what the shop sells. 1 read, 1 write for each 3,000 new rows, rarely more."""
        tab = self._read()
        plan = plan_pull(tab.listed(), self.variants)
        if self.report is None:
            self._remember(tab, plan)
        assert self.report is not None
        for _ in range(ROUNDS + len(plan.new) // NEW_AT_ONCE):
            requests = [*self._requests(tab, plan)]
            if not requests:
                break
            before, tab = tab, self._sent(requests)
            if repairs := [*_misplaced(before, tab, requests)]:
                tab = self._sent(repairs)
            plan = plan_pull(tab.listed(), self.variants)
        return self.report

    def _read(self) -> CatalogueTab:
        try:
            return CatalogueTab.of(self.client.get(RANGES, TAB_MASK), self.schema)
        except BatchRefused:
            raise NotSetUp(
                f"The tab `{NPTA_CATALOGUE}` or `{LIVE_CATALOGUE}` is missing: run setup, which adds what is "
                "missing."
            ) from None

    def _sent(self, requests: Sequence[Json]) -> CatalogueTab:
        """The tab after these requests."""
        body = {
            "requests": requests,
            "includeSpreadsheetInResponse": True,
            "responseRanges": RANGES,
            "responseIncludeGridData": True,
        }
        reply = self.client.batch_update(to_bytes(body), fields=f"updatedSpreadsheet({TAB_MASK})")
        return CatalogueTab.of(reply["updatedSpreadsheet"], self.schema)

    def _remember(self, tab: CatalogueTab, plan: Assortment) -> None:
        for index, row in enumerate(tab.listed(), 1):
            if row.sku not in plan.wares:
                self.kept[tab.typed(index)] = {
                    header: tab.cell(index, tab.layout.place[header]) for header in WRITTEN
                }
        differing = {row.sku for index, row in enumerate(tab.listed(), 1) if self._wanted(tab, index, plan)}
        self.report = Pulled(
            added=len(plan.new),
            changed=len(differing - plan.gone),
            gone=len(differing & plan.gone),
            seen=len({variant.sku for variant in self.variants if variant.sku}),
            problems=plan.problems,
        )

    def _requests(self, tab: CatalogueTab, plan: Assortment) -> Iterator[Json]:
        """What is still to be done."""
        columns: dict[str, dict[int, Scalar]] = defaultdict(dict)
        for index in range(1, len(tab.rows)):
            for header, value in self._wanted(tab, index, plan).items():
                columns[header][index] = value
                self.ours[header].add(to_text(value))
        for header, values in columns.items():
            yield from _column_written(tab, header, values)
        if plan.new:
            yield from _rows_added(tab, plan.new[:NEW_AT_ONCE])

    def _wanted(self, tab: CatalogueTab, index: int, plan: Assortment) -> dict[str, Scalar]:
        """The cells of a row that are to be others, with what they are to say."""
        texts = tab.texts(index)
        sku, typed = texts["SKU"], tab.typed(index)
        wanted: dict[str, Scalar] = {}
        if sku in plan.wares:
            wanted = _cells(plan.wares[sku])
        elif typed in self.kept:  # written by us, and not its own: it goes back to what it was
            kept = self.kept[typed]
            wanted = {name: value for name, value in kept.items() if texts[name] in self.ours[name]}
        if sku in plan.gone:
            wanted["active"] = False
        return {name: value for name, value in wanted.items() if to_text(value) != texts[name]}


def _cells(ware: Ware) -> dict[str, Scalar]:
    """The system's cells of a product; its provider stays where the shop does not say it clearly."""
    cells: dict[str, Scalar] = {"product": ware.product, "category": ware.category, "active": ware.active}
    return cells if ware.provider is None else cells | {"provider": ware.provider}


def _column_written(tab: CatalogueTab, header: str, values: Mapping[int, Scalar]) -> Iterator[Json]:
    """Requests that write these rows of a column, neighbours together."""
    first, run = 0, list[Scalar]()
    for index, value in values.items():
        if run and index != first + len(run):
            yield _written(tab, first, header, run)
            run = []
        first = first if run else index
        run.append(value)
    yield _written(tab, first, header, run)


def _written(tab: CatalogueTab, first: int, header: str, run: Sequence[Scalar]) -> Json:
    return write_cells(tab.sheet_id, first, tab.layout.place[header], [[to_cell(value)] for value in run])


def _rows_added(tab: CatalogueTab, wares: Sequence[Ware]) -> Iterator[Json]:
    """Requests that insert rows behind the last one, with their formulas.

    They look like the blank rows that follow; where none follows, like the row before. In an empty tab the
    first one goes into the blank row below the header: rows inserted there would push down where our
    protections and colours begin.
    """
    first, last = tab.end(), tab.end() + len(wares)
    if inserted := range(max(first, FIRST_ROW + 1), last) if tab.size > FIRST_ROW else range(first, last):
        span = {"sheetId": tab.sheet_id, "dimension": "ROWS"}
        span |= {"startIndex": inserted.start, "endIndex": inserted.stop}
        yield {"insertDimension": {"range": span, "inheritFromBefore": inserted.start >= tab.size}}
    rows: list[dict[str, Scalar]] = [
        {"SKU": ware.sku, "fulfillment": ware.fulfillment, "provider": "", **_cells(ware)} for ware in wares
    ]
    for column, headers in tab.layout.runs(BEGINS_WITH):
        cells = [[to_cell(row[header]) for header in headers] for row in rows]
        yield write_cells(tab.sheet_id, first, column, cells)
    lookup = Lookup(tab.layout, tab.live)
    for header in ("available", "status"):
        column = tab.layout.place[header]
        where = area(tab.sheet_id, row=first, end_row=last, column=column, end_column=column + 1)
        cell = {"userEnteredValue": {"formulaValue": in_row(lookup.formula(header), first)}}
        yield repeat_cell(where, cell, "userEnteredValue")


def _misplaced(before: CatalogueTab, tab: CatalogueTab, requests: Iterable[Json]) -> Iterator[Json]:
    """Requests that put back what was written into columns that somebody had just moved."""
    if before.layout.header_row == tab.layout.header_row:
        return
    for row, column, count, width in _areas(requests):
        for at in range(column, column + width):
            header = _header(tab, at)
            if header == _header(before, at):
                continue
            old = before.layout.header_row.index(header) if header in before.layout.header_row else None
            values = [before.cell(n, old) if old is not None and row < before.end() else None
                      for n in range(row, row + count)]  # fmt: skip
            yield write_cells(tab.sheet_id, row, at, [[to_cell(value)] for value in values])


def _header(tab: CatalogueTab, column: int) -> str:
    row = tab.layout.header_row
    return row[column] if column < len(row) else ""


def _areas(requests: Iterable[Json]) -> Iterator[tuple[int, int, int, int]]:
    """(row, column, rows, columns) of everything that was written."""
    for request in requests:
        if "updateCells" in request:
            start, rows = request["updateCells"]["start"], request["updateCells"]["rows"]
            yield start["rowIndex"], start["columnIndex"], len(rows), len(rows[0]["values"])
        elif "repeatCell" in request:
            where = request["repeatCell"]["range"]
            row, column = where["startRowIndex"], where["startColumnIndex"]
            yield row, column, where["endRowIndex"] - row, where["endColumnIndex"] - column
