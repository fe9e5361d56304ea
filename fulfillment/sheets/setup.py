"""Makes a spreadsheet ready: tabs, headers, formats, guards, formulas, and the first version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from fulfillment.answers import when
from fulfillment.errors import NotOurs
from fulfillment.sheets.client import SheetsClient, to_bytes
from fulfillment.sheets.codec import Layout, to_cell, to_text
from fulfillment.sheets.fence import create_stamp
from fulfillment.sheets.formulas import Lookup
from fulfillment.sheets.looking import LOOK_MASK, Grid, Rows, Seen, read_system
from fulfillment.sheets.schema import Column, Schema, Tab
from fulfillment.sheets.tabs import LIVE_CATALOGUE, NPTA_CATALOGUE, SYSTEM, Codecs, SystemRow
from fulfillment.workbook import LEDGERS

Request = dict[str, object]

PROPERTIES_MASK = "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)))"

ROWS = 1_000
"""Rows of a new tab; rows that are appended make it grow."""

FIRST_SHEET_ID = 1_001
"""Ids of the tabs that setup adds: the first ones from here on that are free."""

ARCHIVE_TABS = (*LEDGERS, SYSTEM)

DEFAULT_TAB = "Sheet1"
"""The tab of a new spreadsheet: it goes when nothing stands in it."""

HEADER_FORMAT = {
    "textFormat": {"bold": True},
    "backgroundColor": {"red": 0.91, "green": 0.94, "blue": 0.98},
}

GUARD = "Written by the fulfilment service"


@dataclass(slots=True)
class Work:
    """What there is to do, collected tab by tab."""

    schema: Schema
    there: Seen
    requests: list[Request] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    grids: dict[str, Grid] = field(default_factory=dict)
    layouts: dict[str, Layout] = field(default_factory=dict)

    def free_sheet_id(self) -> int:
        taken = {grid.sheet_id for grid in (*self.there.grids.values(), *self.grids.values())}
        return next(number for number in range(FIRST_SHEET_ID, 2**31) if number not in taken)


def make_ready(
    client: SheetsClient,
    schema: Schema,
    *,
    now: datetime,
    commit_id: str,
    adopt: bool = False,
    belongs_to: str = "",
) -> tuple[str, ...]:
    """What was done, in sentences. Adds what is missing and changes nothing that people typed.

    2 reads, 1 write. `adopt` takes over a copied or restored spreadsheet as it stands; without it one raises
    NotOurs. An archive's System row names the spreadsheet that it belongs to, every other's its own.
    """
    work = Work(schema, _read(client, schema))
    stamp = list(_version(work, belongs_to or client.spreadsheet_id, now, commit_id, adopt=adopt))
    tabs = [tab for tab in schema.tabs if not belongs_to or tab.title in ARCHIVE_TABS]
    for place, tab in enumerate(tabs):
        if tab.title in work.there.grids:
            _complete(work, tab)
        else:
            _add(work, tab, place)
    if stamp:
        system = work.layouts[SYSTEM]
        row = {name: to_cell(value) for name, value in Codecs(schema).system.values(stamp[0]).items()}
        cells = [row.get(header, {}) for header in system.header_row]
        work.requests += _cells(work.grids[SYSTEM].sheet_id, 1, 0, [cells])
        work.requests.insert(0, create_stamp(stamp[0].version, stamp[0].commit_id))
    if NPTA_CATALOGUE in work.layouts:
        _look_up(work)
    _drop_default_tab(work)
    client.batch_update(to_bytes({"requests": work.requests}))
    return tuple(work.done)


def _read(client: SheetsClient, schema: Schema) -> Seen:
    """The tabs there are, their sizes and header rows, the System row and the stamps."""
    titles = set(Seen.of(client.get([], PROPERTIES_MASK)).grids)
    ours = [tab.title for tab in schema.tabs if tab.title in titles and tab.title != SYSTEM]
    ranges = [f"'{title}'!1:1" for title in ours]
    ranges += [f"'{SYSTEM}'!1:2"] * (SYSTEM in titles) + [f"'{DEFAULT_TAB}'"] * (DEFAULT_TAB in titles)
    return Seen.of(client.get(ranges, LOOK_MASK))


def _version(
    work: Work, spreadsheet_id: str, now: datetime, commit_id: str, *, adopt: bool
) -> Iterator[SystemRow]:
    """The System row to write: the first one, or the one that adopts; none where it stands."""
    rows = work.there.blocks.get(SYSTEM, [[]])[0]
    first = SystemRow(1, commit_id, when(now), 0, 0, 0, 0, 0, work.schema.version, spreadsheet_id)
    if len(rows) < 2 or not any(cell not in (None, "") for cell in rows[1]):
        work.done.append("Started at version 1.")
        yield first
        return
    old = read_system(rows, Codecs(work.schema))
    newest = max(old.version, *work.there.stamps, 0)
    if old.spreadsheet_id == spreadsheet_id and newest == old.version:
        return
    if not adopt:
        raise NotOurs(
            "This spreadsheet is a copy, or was restored to an earlier state: orders answered elsewhere or "
            "since are not in it. Taken over as it stands, their keys could be given out again. If that is "
            "what you want, run `python -m fulfillment setup --adopt`."
        )
    work.done.append(f"Adopted the spreadsheet as it stands, at version {newest + 1}.")
    yield replace(
        old,
        version=newest + 1,
        commit_id=commit_id,
        committed_at=when(now),
        spreadsheet_id=spreadsheet_id,
    )


def _add(work: Work, tab: Tab, place: int) -> None:
    """A tab that is missing, whole."""
    grid = Grid(work.free_sheet_id(), ROWS, len(tab.columns))
    work.grids[tab.title] = grid
    work.layouts[tab.title] = Layout.of(tab, tab.headers)
    size = {"rowCount": grid.rows, "columnCount": grid.columns, "frozenRowCount": 1}
    properties = {"sheetId": grid.sheet_id, "title": tab.title, "index": place, "gridProperties": size}
    work.requests.append({"addSheet": {"properties": {**properties, "hidden": tab.hidden}}})
    for number, column in enumerate(tab.columns):
        work.requests += _column(tab, column, grid, number)
    if tab.protected:
        work.requests.append(_protect({"sheetId": grid.sheet_id}, warning_only=False))
    work.done.append(f"Added the tab `{tab.title}`.")


def _complete(work: Work, tab: Tab) -> None:
    """A tab that is there: columns that are missing are added behind all others."""
    grid = work.there.grids[tab.title]
    rows = work.there.blocks[tab.title][0] if work.there.blocks[tab.title] else []
    found = [to_text(cell).strip() for cell in rows[0]] if rows else []
    missing = [column for column in tab.columns if column.header not in found]
    start = grid.columns if any(found) else 0
    if length := start + len(missing) - grid.columns:
        append = {"sheetId": grid.sheet_id, "dimension": "COLUMNS", "length": length}
        work.requests += [{"appendDimension": append}] if length > 0 else []
    for number, column in enumerate(missing, start):
        work.requests += _column(tab, column, grid, number)
        work.done.append(f"Added the column `{column.header}` to `{tab.title}`.")
    header_row = [*found, *[""] * (start - len(found)), *(column.header for column in missing)]
    work.grids[tab.title] = replace(grid, columns=max(grid.columns, start + len(missing)))
    work.layouts[tab.title] = Layout.of(tab, header_row)


def _column(tab: Tab, column: Column, grid: Grid, number: int) -> Iterator[Request]:
    """Header, note, width, format, dropdown and guard of one column."""
    header = {**to_cell(column.header), "userEnteredFormat": HEADER_FORMAT, "note": column.note}
    yield from _cells(grid.sheet_id, 0, number, [[header]], fields="userEnteredValue,userEnteredFormat,note")
    below = {
        "sheetId": grid.sheet_id,
        "startRowIndex": 1,
        "startColumnIndex": number,
        "endColumnIndex": number + 1,
    }
    span = {"sheetId": grid.sheet_id, "dimension": "COLUMNS", "startIndex": number, "endIndex": number + 1}
    width = {"range": span, "properties": {"pixelSize": column.width}, "fields": "pixelSize"}
    yield {"updateDimensionProperties": width}
    if column.type == "text":  # Plain text: nothing that is typed here becomes a number or a date
        text = {"userEnteredFormat": {"numberFormat": {"type": "TEXT"}}}
        yield {"repeatCell": {"range": below, "cell": text, "fields": "userEnteredFormat.numberFormat"}}
    if column.values:
        condition = {
            "type": "ONE_OF_LIST",
            "values": [{"userEnteredValue": value} for value in column.values],
        }
        rule = {"condition": condition, "showCustomUi": True, "strict": False}
        yield {"setDataValidation": {"range": below, "rule": rule}}
    if tab.kind == "people" and not column.people:
        yield _protect(below, warning_only=True)


def _protect(area: Mapping[str, object], *, warning_only: bool) -> Request:
    guard = {"range": area, "description": GUARD, "warningOnly": warning_only}
    return {"addProtectedRange": {"protectedRange": guard}}


def _cells(
    sheet_id: int,
    row: int,
    column: int,
    cells: list[list[dict[str, object]]],
    fields: str = "userEnteredValue",
) -> Iterator[Request]:
    start = {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column}
    rows = [{"values": values} for values in cells]
    yield {"updateCells": {"rows": rows, "fields": fields, "start": start}}


def _look_up(work: Work) -> None:
    """The formulas of NPTA Catalogue, in every row of the tab."""
    catalogue, grid = work.layouts[NPTA_CATALOGUE], work.grids[NPTA_CATALOGUE]
    lookup = Lookup(catalogue, work.layouts[LIVE_CATALOGUE])
    for column in catalogue.tab.columns:
        if column.formula:
            number = catalogue.place[column.header]
            area = {
                "sheetId": grid.sheet_id,
                "startRowIndex": 1,
                "startColumnIndex": number,
                "endColumnIndex": number + 1,
            }
            cell = {"userEnteredValue": {"formulaValue": lookup.formula(column.formula)}}
            repeat = {"range": area, "cell": cell, "fields": "userEnteredValue"}
            work.requests.append({"repeatCell": repeat})


def _drop_default_tab(work: Work) -> None:
    rows: Rows = work.there.blocks.get(DEFAULT_TAB, [[["something"]]])[0]
    if not any(cell not in (None, "") for row in rows for cell in row):
        delete = {"sheetId": work.there.grids[DEFAULT_TAB].sheet_id}
        work.requests.append({"deleteSheet": delete})
