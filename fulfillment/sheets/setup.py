"""Makes a spreadsheet ready, and repairs one: what is wanted, what is there, and what it takes.

What is wanted comes from the schema; what is there, from two reads; each difference is a Drift, a sentence
and the requests that put it right, and all of them go in one batch. A tab or column that is missing is taken
for a blank one, so that what it takes to make one is what it takes to repair one. How a thing of ours is
known again, so that it never comes twice, stands where its drifts are found: tabs and columns by name, and
where that was retyped by what they hold; protections by description and place; rules by formula; charts by
their id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from fulfillment.errors import NotOurs
from fulfillment.sheets.client import SheetsClient, to_bytes
from fulfillment.sheets.codec import Layout
from fulfillment.sheets.formulas import Lookup
from fulfillment.sheets.schema import Schema, Tab
from fulfillment.sheets.setup_columns import column_drifts, formula_drifts
from fulfillment.sheets.setup_dashboard import LOOKED_AT, Board, dashboard_drifts
from fulfillment.sheets.setup_edits import Drift, Request, silent
from fulfillment.sheets.setup_headers import Headers, find_headers
from fulfillment.sheets.setup_looks import look_drifts
from fulfillment.sheets.setup_tabs import DEFAULT_TAB, Tabs, find_tabs, wanted_tabs
from fulfillment.sheets.setup_there import CELLS_MASK, VALUES_MASK, Sheet, There, read_cells, read_there
from fulfillment.sheets.setup_version import (
    COPIED,
    LOST,
    TAKE_OVER,
    counted,
    first_row,
    is_as_left,
    read_row,
    taken_over,
    write_row,
)
from fulfillment.sheets.tabs import LIVE_CATALOGUE, NPTA_CATALOGUE, SYSTEM
from fulfillment.workbook import LEDGERS

LOW_STOCK = 20


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: put right now, or to be put right, and left to a person."""

    repairs: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        return not self.repairs and not self.left


@dataclass(slots=True)
class Found:
    """Every tab as it is to be, and every drift on the way there."""

    schema: Schema
    there: There
    tabs: Tabs
    low_stock: int = LOW_STOCK
    headers: dict[str, Headers] = field(default_factory=dict)
    drifts: list[Drift] = field(default_factory=list)

    def layout(self, title: str) -> Layout | None:
        """Where the tab's columns stand after the repair; None where one of them has no place."""
        headers, tab = self.headers.get(title), self.schema.tab(title)
        return (
            Layout(tab, headers.place, tuple(headers.row)) if headers and headers.is_complete(tab) else None
        )


def make_ready(
    client: SheetsClient,
    schema: Schema,
    *,
    now: datetime,
    commit_id: str,
    adopt: bool = False,
    check: bool = False,
    belongs_to: str = "",
    low_stock: int = LOW_STOCK,
) -> Report:
    """The spreadsheet has all that the schema wants, but for what is left to a person.

    2 reads, 1 write; with `check` nothing is written. `adopt` takes over a copied or restored spreadsheet as
    it stands; without it one raises NotOurs. An archive's System row names the spreadsheet that it belongs
    to, every other's its own.
    """
    found = look_through(client, schema, now=now, low_stock=low_stock)
    version = _version(client, found, belongs_to or client.spreadsheet_id, now, commit_id, adopt=adopt)
    drifts = [*found.tabs.drifts, *found.drifts, *version]
    requests = [request for drift in drifts for request in drift.requests]
    if requests and not check:
        client.batch_update(to_bytes({"requests": _fence_first(requests)}))
    said = [drift for drift in drifts if drift.sentence]
    repairs = tuple(drift.sentence for drift in said if drift.requests)
    return Report(repairs, tuple(drift.sentence for drift in said if not drift.requests))


def look_through(
    client: SheetsClient,
    schema: Schema,
    *,
    now: datetime,
    low_stock: int = LOW_STOCK,
) -> Found:
    """Every tab as it is to be, and all that it lacks. 2 reads."""
    whole = [tab.title for tab in wanted_tabs(schema) if tab.kind == "people" or not tab.columns]
    found = _find(client, schema, [*whole, DEFAULT_TAB], low_stock, CELLS_MASK)
    for title, headers in found.headers.items():
        drifts = _tab_drifts(schema.tab(title), found.tabs.sheets[title], headers, low_stock)
        _take(found, found.tabs.sheets[title], drifts)
    found.drifts += _time_zone(found.there, now)
    return found


def look_for_breaks(client: SheetsClient, schema: Schema, whole: Collection[str]) -> Found:
    """The same, without what only looks otherwise: tabs, headers and formulas. 2 reads.

    `whole`: tabs of which every row is read, besides those with formulas.
    """
    return _find(client, schema, [NPTA_CATALOGUE, schema.dashboard.title, *whole], LOW_STOCK, VALUES_MASK)


def name_again(client: SheetsClient, schema: Schema) -> list[str]:
    """The system's own tabs that were renamed bear their names again; a sentence each. 2 reads, 1 write."""
    renamed = [drift for drift in look_for_breaks(client, schema, ()).tabs.drifts if drift.is_refreshed]
    if renamed:
        client.batch_update(to_bytes({"requests": [r for drift in renamed for r in drift.requests]}))
    return [drift.sentence for drift in renamed]


def _find(client: SheetsClient, schema: Schema, whole: Sequence[str], low_stock: int, mask: str) -> Found:
    """Every tab and column, and formulas that are not there; those of `whole` are read whole."""
    there = read_there(client, whole, mask)
    found = Found(schema, there, find_tabs(schema, there), low_stock)
    _read_renamed(client, found, whole, mask)
    for tab in found.schema.tabs:
        if sheet := found.tabs.sheets.get(tab.title):
            headers = found.headers[tab.title] = find_headers(tab, sheet)
            sheet.columns = len(headers.row)
            _take(found, sheet, headers.drifts)
    _take_lookups(found)
    _take_dashboard(found)
    return found


def _read_renamed(client: SheetsClient, found: Found, whole: Sequence[str], mask: str) -> None:
    """Reads what is known only now to be a tab of which every row counts."""
    sheets = [found.tabs.sheets[title] for title in whole if title in found.tabs.sheets]
    if partly := [sheet for sheet in sheets if not sheet.is_whole]:
        read_cells(client, partly, {sheet.title for sheet in partly}, mask)


def _take(found: Found, sheet: Sheet, drifts: Iterable[Drift]) -> None:
    """What a new tab has not yet goes with the tab, and needs no sentence of its own."""
    found.drifts += [silent(drift) for drift in drifts] if sheet.is_new else drifts


def _tab_drifts(tab: Tab, sheet: Sheet, headers: Headers, low_stock: int) -> Iterator[Drift]:
    for column in tab.columns:
        if column.header in headers.place:
            drifts = column_drifts(tab, column, sheet, headers.place[column.header])
            yield from map(silent, drifts) if column.header in headers.added else drifts
    yield from look_drifts(tab, sheet, headers.place, low_stock=low_stock)


def _take_lookups(found: Found) -> None:
    """The formulas of NPTA Catalogue, where it is known what they look up."""
    layouts = _layouts(found, (NPTA_CATALOGUE, LIVE_CATALOGUE))
    if len(layouts) < 2:
        return
    catalogue, headers = layouts[NPTA_CATALOGUE], found.headers[NPTA_CATALOGUE]
    sheet = found.tabs.sheets[NPTA_CATALOGUE]
    lookup = Lookup(catalogue, layouts[LIVE_CATALOGUE])
    for column in catalogue.tab.columns:
        if column.formula:
            drifts = formula_drifts(
                catalogue.tab, column, sheet, headers.place[column.header], lookup.formula(column.formula)
            )
            _take(found, sheet, map(silent, drifts) if column.header in headers.added else drifts)


def _take_dashboard(found: Found) -> None:
    sheet = found.tabs.sheets.get(found.schema.dashboard.title)
    layouts = _layouts(found, LOOKED_AT)
    if sheet is not None and len(layouts) == len(LOOKED_AT):
        _take(found, sheet, dashboard_drifts(Board(found.schema.dashboard, layouts), sheet))


def _layouts(found: Found, titles: Iterable[str]) -> dict[str, Layout]:
    """The layouts, after the repair, of those tabs of which every column is known."""
    return {title: layout for title in titles if (layout := found.layout(title))}


def _time_zone(there: There, now: datetime) -> Iterator[Drift]:
    """Times in the tabs are written in the zone of the settings: `today` must be the same day there."""
    wanted = now.tzinfo.key if isinstance(now.tzinfo, ZoneInfo) else there.time_zone
    if wanted != there.time_zone:
        properties = {"properties": {"timeZone": wanted}, "fields": "timeZone"}
        yield Drift(
            f"The spreadsheet's time zone is {there.time_zone}, and the service's {wanted}.",
            ({"updateSpreadsheetProperties": properties},),
        )


def _version(
    client: SheetsClient, found: Found, spreadsheet_id: str, now: datetime, commit_id: str, *, adopt: bool
) -> Iterator[Drift]:
    """The System row to be written, with its fence; none where it stands. Raises NotOurs, see make_ready."""
    schema, headers = found.schema, found.headers.get(SYSTEM)
    if headers is None or not headers.is_complete(schema.tab(SYSTEM)):
        return
    sheet, newest = found.tabs.sheets[SYSTEM], max(found.there.stamps, default=0)
    row, has_books = read_row(schema, sheet, headers), newest or _has_books(found)
    first = first_row(schema, spreadsheet_id, now, commit_id)
    if row is None and not has_books:
        yield write_row(schema, first, sheet, headers, "There are no books yet: they begin at version 1.")
    elif row is None or not is_as_left(row, spreadsheet_id, newest):
        said = LOST if row is None else COPIED
        if not adopt:
            raise NotOurs(f"{said} {TAKE_OVER}")
        old = counted(client, first, found.headers) if row is None else row
        new = taken_over(old, spreadsheet_id, newest, now, commit_id)
        yield write_row(
            schema, new, sheet, headers, f"{said} Adopted as it stands, at version {new.version}."
        )


def _has_books(found: Found) -> bool:
    sheets = [found.tabs.sheets.get(name) for name in LEDGERS]
    return any(not cell.is_blank for sheet in sheets if sheet for row in sheet.cells[1:] for cell in row)


def _fence_first(requests: list[Request]) -> list[Request]:
    """Where another writer was first, Google is to refuse the whole batch at its first request.

    The row itself comes last: what it is written to may be as new.
    """
    return sorted(requests, key=lambda request: "createDeveloperMetadata" not in request)
