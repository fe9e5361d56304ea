"""What people broke in the shape of the tabs, for the audit: each with its place, and what to do about it.

Tabs and columns are looked at as `setup` looks at them, and of what it would put right only that counts which
keeps a tab from serving its purpose: colours, widths and protections are no breach of a promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fulfillment.answers import listed
from fulfillment.damage import UNDO, Breach
from fulfillment.sheets.codec import Layout, Scalar
from fulfillment.sheets.looking import Rows, column_letters
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.setup import Found
from fulfillment.sheets.setup_edits import Drift
from fulfillment.sheets.setup_there import Sheet
from fulfillment.sheets.tabs import KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM
from fulfillment.workbook import LEDGERS, NUMBERED

WRITTEN_ANEW = (KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM)
"""The tabs of which a refresh writes every cell of ours anew."""

BELONGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(map(str, NUMBERED), ("no", "version")),
    KEY_INVENTORY: ("total", "updated_at"),
    LIVE_CATALOGUE: ("SKU", "version"),
    SYSTEM: ("version", "spreadsheet_id"),
}
"""The columns by which a row of each tab is known as one that the service wrote: one of them is filled."""

SETUP = "`python -m fulfillment setup` puts it right."
REFRESH = "Refresh Inventory puts it right."


def flaws_of(found: Found) -> list[Breach]:
    """What is broken by the looks of tabs, headers and formulas."""
    drifts = [drift for drift in (*found.tabs.drifts, *found.drifts) if drift.breaks and drift.sentence]
    broken = [Breach(10, drift.breaks, 0, _with_repair(drift, found)) for drift in drifts]
    sheets = {title: found.tabs.sheets.get(title) for title in WRITTEN_ANEW}
    formulas = [_formulas(title, sheet) for title, sheet in sheets.items() if sheet and not sheet.is_new]
    return [*broken, *filter(None, formulas)]


def _with_repair(drift: Drift, found: Found) -> str:
    """The sentence, and what to do; a drift that is left to a person says so itself."""
    if not drift.requests:
        return drift.sentence
    sheet = found.tabs.sheets.get(drift.breaks)
    if sheet is not None and sheet.is_new:
        return f"{drift.sentence} {_bring_back(drift.breaks, found.schema)}"
    return f"{drift.sentence} {SETUP}"


def _bring_back(title: str, schema: Schema) -> str:
    """What to do about a tab that is gone."""
    setup = "`python -m fulfillment setup` makes it anew"
    if title == schema.dashboard.title:
        return f"{setup}."
    return f"Bring it back with {UNDO}. Where neither helps: {setup}{FILLED.get(title, '')}."


FILLED: dict[str, str] = {
    KEY_INVENTORY: ", and Refresh Inventory fills it",
    LIVE_CATALOGUE: ", and Sync Catalogue fills it",
    SYSTEM: " with `--adopt`, which says what that means",
    **dict.fromkeys(LEDGERS, ", and `python -m fulfillment rebuild` fills it from the other ledgers"),
}
"""What else it takes to have a tab again that was made anew."""


def _formulas(title: str, sheet: Sheet) -> Breach | None:
    """Cells of a tab that hold a formula where the service writes plain values."""
    places = [
        _address(row, column)
        for row, cells in enumerate(sheet.cells)
        for column, cell in enumerate(cells)
        if cell.formula
    ]
    if not places:
        return None
    filled = f"{_cells(places, title)} by a formula, where the service writes what the ledgers say"
    return Breach(8, title, 0, f"{filled}. {REFRESH}")


def strays_of(title: str, rows: Rows, layout: Layout) -> Iterator[Breach]:
    """Cells where the service writes nothing: beside its columns, or in no row of its own.

    In columns that people headed themselves they may write what they like, beside a row.
    """
    ours = [layout.place[header] for header in BELONGS[title]]
    headed = {n for n, text in enumerate(layout.header_row) if text} | {*layout.place.values()}
    beside, below = list[str](), list[str]()
    for number, cells in enumerate(rows):
        if number and not is_ours(cells, ours):
            below += [_address(number, n) for n in _filled(cells)]
        elif len(cells) > len(headed):
            beside += [_address(number, n) for n in _filled(cells) if n not in headed]
    if beside:
        found = f"{_cells(beside, title)} beside its columns"
        yield Breach(10, title, 0, f"{found}. Delete what stands there, or give its column a header.")
    if below:
        # new rows go below the last cell that holds anything, wherever that is
        why = ": new rows come below it" if title in NUMBERED else ""
        found = f"{_cells(below, title)} in no row that the service wrote"
        yield Breach(10, title, 0, f"{found}. Delete what stands there{why}.")


def is_ours(cells: Sequence[Scalar], places: Iterable[int]) -> bool:
    """Is something filled in of a row's cells at these places?"""
    return any(place < len(cells) and cells[place] not in (None, "") for place in places)


def _filled(cells: Sequence[Scalar]) -> Iterator[int]:
    return (column for column, cell in enumerate(cells) if cell not in (None, ""))


def _address(row: int, column: int) -> str:
    return f"{column_letters(column)}{row + 1}"


def _cells(places: Sequence[str], title: str) -> str:
    """`Cell B7 of `System` is filled`, `Cells B7, B8, B9 and 4 more of `System` are filled`."""
    cells = f"Cell {places[0]}" if len(places) == 1 else f"Cells {listed(places, most=3)}"
    return f"{cells} of `{title}` {'is' if len(places) == 1 else 'are'} filled"
