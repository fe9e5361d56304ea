"""Which tab is which: those that are missing, renamed, or out of order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from fulfillment.sheets.schema import Schema, Tab
from fulfillment.sheets.setup_dashboard import LOOKED_AT
from fulfillment.sheets.setup_edits import Drift, Request, update_sheet
from fulfillment.sheets.setup_looks import TAB_COLORS
from fulfillment.sheets.setup_there import Sheet, There

FIRST_SHEET_ID = 1_001
"""Ids of the tabs that setup adds: the first ones from here on that are free."""

DEFAULT_TAB = "Sheet1"
"""The tab of a new spreadsheet: it goes when nothing stands in it."""


@dataclass(slots=True)
class Tabs:
    """The sheet of each tab after the repair, and what it takes to have them all, in order."""

    sheets: dict[str, Sheet] = field(default_factory=dict)
    drifts: list[Drift] = field(default_factory=list)


def find_tabs(schema: Schema, there: There) -> Tabs:
    """The sheet of each tab, of the dashboard first; a tab that is nowhere gets a new one."""
    found = Tabs()
    wanted = wanted_tabs(schema)
    for tab in wanted:
        if sheet := there.titled(tab.title):
            found.sheets[tab.title] = sheet
    titles = {tab.title for tab in wanted}
    others = [sheet for sheet in there.sheets if sheet.title not in titles]
    doubtful = set()
    for tab in (tab for tab in wanted if tab.title not in found.sheets):
        likely = [sheet for sheet in others if tab.columns and set(tab.headers) <= set(sheet.headers)]
        if len(likely) == 1:
            others.remove(likely[0])
            found.sheets[tab.title] = likely[0]
            found.drifts.append(_renamed(tab, likely[0]))
        elif likely:
            doubtful.add(tab.title)
            found.drifts.append(_in_doubt(tab, likely))
    found.drifts += _order([tab for tab in wanted if tab.title not in doubtful], found.sheets, there)
    found.drifts += _default_tab(there)
    return found


def wanted_tabs(schema: Schema) -> list[Tab]:
    """All tabs, the dashboard as one without columns; an archive has none of it."""
    has_dashboard = set(LOOKED_AT) <= {tab.title for tab in schema.tabs}
    dashboard = Tab(title=schema.dashboard.title, kind="view", protected=True, columns=())
    return [*([dashboard] if has_dashboard else []), *schema.tabs]


def _renamed(tab: Tab, sheet: Sheet) -> Drift:
    rename = update_sheet(sheet.sheet_id, "title", title=tab.title)
    sentence, is_ours = f"`{tab.title}` was renamed to `{sheet.title}`.", tab.kind != "people"
    return Drift(sentence, (rename,), breaks=tab.title, is_refreshed=is_ours)


def _in_doubt(tab: Tab, likely: Iterable[Sheet]) -> Drift:
    titles = " and ".join(f"`{sheet.title}`" for sheet in likely)
    sentence = f"`{tab.title}` is missing, and {titles} both look like it: rename the right one."
    return Drift(sentence, breaks=tab.title)


def _order(wanted: Sequence[Tab], sheets: dict[str, Sheet], there: There) -> Iterator[Drift]:
    """Adds what is missing behind its neighbour, and moves what is out of order; people's tabs keep theirs.

    Ours stand, in order, in the places that ours have: only they change places with one another.
    """
    titles = {sheets[title].sheet_id: title for title in sheets}
    row = [sheet.sheet_id for sheet in sorted(there.sheets, key=lambda sheet: sheet.index)]
    yield from _moves(wanted, titles, row, sheets)
    place = 0
    for tab in wanted:
        if tab.title in sheets:
            place = row.index(sheets[tab.title].sheet_id) + 1
            continue
        sheet = _new_sheet(tab, (*there.sheets, *sheets.values()))
        sheets[tab.title] = sheet
        row.insert(place, sheet.sheet_id)
        yield Drift(f"The tab `{tab.title}` is missing.", (_add(tab, sheet, place),), breaks=tab.title)
        place += 1


def _moves(
    wanted: Sequence[Tab], titles: dict[int, str], row: list[int], sheets: dict[str, Sheet]
) -> Iterator[Drift]:
    places = [place for place, sheet_id in enumerate(row) if sheet_id in titles]
    order = [sheets[tab.title].sheet_id for tab in wanted if tab.title in sheets]
    requests: list[Request] = []
    names: list[str] = []
    for place, sheet_id in zip(places, order, strict=True):
        if row[place] != sheet_id:  # it stands further right: what is left of it is in order
            row.remove(sheet_id)
            row.insert(place, sheet_id)
            requests.append(update_sheet(sheet_id, "index", index=place))
            names.append(f"`{titles[sheet_id]}`")
    if requests:
        yield Drift(f"Tabs are out of order: {', '.join(names)} belong further left.", tuple(requests))


def _new_sheet(tab: Tab, others: Iterable[Sheet]) -> Sheet:
    taken = {sheet.sheet_id for sheet in others}
    number = next(number for number in range(FIRST_SHEET_ID, 2**31) if number not in taken)
    sheet = Sheet(
        number, tab.title, columns=len(tab.columns) or DASHBOARD_COLUMNS, is_whole=True, is_new=True
    )
    return replace(sheet, hidden=tab.hidden, frozen_rows=1 if tab.columns else 0)


DASHBOARD_COLUMNS = 16


def _add(tab: Tab, sheet: Sheet, place: int) -> Request:
    size = {"rowCount": sheet.rows, "columnCount": sheet.columns, "frozenRowCount": sheet.frozen_rows}
    grid = {**size, "hideGridlines": not tab.columns}
    properties = {
        "sheetId": sheet.sheet_id,
        "title": tab.title,
        "index": place,
        "hidden": tab.hidden,
        "tabColor": TAB_COLORS[tab.kind],
        "gridProperties": grid,
    }
    return {"addSheet": {"properties": properties}}


def _default_tab(there: There) -> Iterator[Drift]:
    sheet = there.titled(DEFAULT_TAB)
    if sheet is not None and not sheet.charts and all(cell.is_blank for row in sheet.cells for cell in row):
        delete: Request = {"deleteSheet": {"sheetId": sheet.sheet_id}}
        yield Drift(f"The empty tab `{DEFAULT_TAB}` of a new spreadsheet is there.", (delete,))
