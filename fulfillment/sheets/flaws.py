"""What people broke in the shape of the tabs, for the audit: each with its place, and what to do about it.

Tabs and columns are looked at as `setup` looks at them, and of what it would put right only that counts which
keeps a tab from serving its purpose: colours, widths and protections are no breach of a promise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fulfillment.answers import listed
from fulfillment.audit_rows import REFRESH
from fulfillment.damage import UNDO, Breach
from fulfillment.sheets.codec import Layout, Scalar, column_letters
from fulfillment.sheets.looking import Rows
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.setup import Found
from fulfillment.sheets.setup_edits import Drift
from fulfillment.sheets.setup_there import Seen
from fulfillment.sheets.tabs import KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM
from fulfillment.workbook import LEDGERS, NUMBERED

VIEWS = (KEY_INVENTORY, LIVE_CATALOGUE)
"""The tabs of which a refresh writes every cell of ours anew, down to the last one of the grid."""

WRITTEN_ANEW = (*VIEWS, SYSTEM)
"""Those, and the one of which it writes the one row."""

BELONGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(map(str, NUMBERED), ("no", "version")),
    KEY_INVENTORY: ("total", "updated_at"),
    LIVE_CATALOGUE: ("SKU", "version"),
    SYSTEM: ("version", "spreadsheet_id"),
}
"""The columns by which a row of each tab is known as one that the service wrote: one of them is filled."""

SETUP = "`python -m fulfillment setup` puts it right."


def flaws_of(found: Found) -> list[Breach]:
    """What is broken by the looks of tabs, headers and formulas."""
    drifts = [drift for drift in (*found.tabs.drifts, *found.drifts) if drift.breaks and drift.sentence]
    broken = [
        Breach(10, drift.breaks, 0, f"{drift.sentence} {_cure(drift, found)}".rstrip()) for drift in drifts
    ]
    formulas = [breach for title in WRITTEN_ANEW for breach in _formulas(title, found)]
    return [*broken, *formulas]


def _formulas(title: str, found: Found) -> Iterator[Breach]:
    sheet, layout = found.tabs.sheets.get(title), found.layout(title)
    if sheet is not None and layout is not None:
        yield from formulas_over(layout, sheet.cells)


def _cure(drift: Drift, found: Found) -> str:
    """What to do about it; a drift that is left to a person says so itself."""
    title = drift.breaks
    sheet, headers = found.tabs.sheets.get(title), found.headers.get(title)
    if not drift.requests:
        return ""
    if drift.is_refreshed:
        return REFRESH
    if sheet is not None and sheet.is_new:
        return _bring_back(title, found.schema)
    if headers is not None and headers.added and title in BELONGS:
        return f"Bring it back with {UNDO}: what stood in it is lost else."
    return SETUP


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


def formulas_over(layout: Layout, rows: Sequence[Sequence[Seen]]) -> Iterator[Breach]:
    """The one breach of all cells with a formula where the service writes figures; none without any."""
    title, ours = layout.tab.title, {*layout.place.values()}
    filled = ((n, m) for n, cells in enumerate(rows) for m, cell in enumerate(cells) if cell.formula)
    places = [_address(row, column) for row, column in filled if column in ours]
    if places:
        what = f"{_cells(places, title)} by a formula, where the service writes what the ledgers say."
        yield Breach(8, title, 0, f"{what} {REFRESH}")


def strays_of(title: str, rows: Rows, layout: Layout) -> Iterator[Breach]:
    """Cells where the service writes nothing: beside its columns, or in no row of its own.

    In columns that people headed themselves they may write what they like, beside a row.
    """
    known_by = [layout.place[header] for header in BELONGS[title]]
    ours = {*layout.place.values()}
    headed = {n for n, text in enumerate(layout.header_row) if text} | ours
    below_counts = ours if title in VIEWS else headed
    beside, below = list[str](), list[str]()
    for number, cells in enumerate(rows):
        if number and not is_ours(cells, known_by):
            filled = [*_filled(cells)]
            below += [_address(number, n) for n in filled if n in below_counts]
            beside += [_address(number, n) for n in filled if n not in headed]
        elif len(cells) > len(headed):
            beside += [_address(number, n) for n in _filled(cells) if n not in headed]
    if beside:
        found = f"{_cells(beside, title)} beside its columns"
        yield Breach(10, title, 0, f"{found}. Delete what stands there, or give its column a header.")
    if below:
        # new rows go below the last cell that holds anything, wherever that is
        why = ": new rows come below it" if title in NUMBERED else ""
        cure = REFRESH if title in VIEWS else f"Delete what stands there{why}."
        yield Breach(10, title, 0, f"{_cells(below, title)} in no row that the service wrote. {cure}")


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
