"""Every row of the ledgers and views, read for an audit: whatever is wrong with them is not an error here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fulfillment.audit_rows import put_right
from fulfillment.damage import Breach
from fulfillment.errors import BatchRefused, NotSetUp, TornRead
from fulfillment.ports import Books, ViewsShown
from fulfillment.sheets.archive import Archive
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.codec import Codec, Layout, header_of
from fulfillment.sheets.flaws import BELONGS, VIEWS, WRITTEN_ANEW, flaws_of, formulas_over, is_ours, strays_of
from fulfillment.sheets.looking import Rows, Seen, numbers_of, read_system
from fulfillment.sheets.setup import Found, look_for_breaks
from fulfillment.sheets.setup_there import cells_of
from fulfillment.sheets.tabs import KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM, Codecs
from fulfillment.workbook import LEDGERS, NUMBERED, Archived

VIEWS_MASK = (
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "data(startRow,rowData(values(userEnteredValue,effectiveValue,note))))"
)

TITLES = (*NUMBERED, LIVE_CATALOGUE, KEY_INVENTORY, SYSTEM)


def read_books(
    client: SheetsClient, codecs: Codecs, archive: Archive | None
) -> tuple[list[Breach], Books | None]:
    """What is wrong with the shape of the tabs, and what they say; None where that cannot be read so.

    3 reads, and 1 of the archive where there is one. A tab that was renamed, and a column whose header was
    retyped, are read all the same.
    """
    found = look_for_breaks(client, codecs.schema, WRITTEN_ANEW)
    flaws = flaws_of(found)
    layouts = {title: layout for title in TITLES if (layout := _layout(found, title))}
    if len(layouts) < len(TITLES):
        return flaws, None
    tabs = _read(client, found, layouts)
    for title in TITLES:
        flaws += strays_of(title, tabs[title], layouts[title])
    try:
        system = read_system(tabs[SYSTEM], codecs, layouts[SYSTEM])
    except (NotSetUp, TornRead) as error:
        return [*flaws, Breach(10, SYSTEM, 0, str(error))], None
    unreadable: list[tuple[str, int, str]] = []
    events, assignments, answers, messages = (
        _rows(tabs[name], layouts[name], codecs.ledgers[name], unreadable) for name in NUMBERED
    )
    catalogue = _rows(tabs[LIVE_CATALOGUE], layouts[LIVE_CATALOGUE], codecs.catalogue, unreadable)
    inventory = _rows(tabs[KEY_INVENTORY], layouts[KEY_INVENTORY], codecs.inventory, unreadable)
    standing = {name: numbers_of(tabs[name], layouts[name]) for name in LEDGERS}
    return flaws, Books(
        system.version,
        system.last_no(),
        tuple(events),
        tuple(assignments),
        tuple(answers),
        tuple(catalogue),
        tuple(inventory),
        tuple(unreadable),
        archive.read_index(standing) if archive else Archived(),
        tuple(messages),
        found.there.records.get(system.catalogue_version, ""),
    )


def read_views(client: SheetsClient, codecs: Codecs) -> ViewsShown:
    """What the views show, and what in them is not as the service writes it. 1 read."""
    reply = client.get([f"'{title}'" for title in VIEWS], VIEWS_MASK)
    cells = {s["properties"]["title"]: s.get("data", [{}])[0].get("rowData", []) for s in reply["sheets"]}
    seen, flaws, rows = Seen.of(reply), list[Breach](), dict[str, list[Any]]()
    for codec in (codecs.inventory, codecs.catalogue):
        title, layout = codec.tab.title, seen.layout(codec)
        flaws += formulas_over(layout, [cells_of(row) for row in cells[title]])
        flaws += strays_of(title, seen.block(title), layout)
        rows[title] = _rows(seen.block(title), layout, codec, [])
    return ViewsShown(tuple(rows[KEY_INVENTORY]), tuple(rows[LIVE_CATALOGUE]), put_right(flaws))


def _layout(found: Found, title: str) -> Layout | None:
    """Where the columns of a tab stand; None where the tab or one of them is not there."""
    sheet, headers = found.tabs.sheets.get(title), found.headers.get(title)
    is_there = sheet and not sheet.is_new and headers and not headers.added
    return found.layout(title) if is_there else None


def _read(client: SheetsClient, found: Found, layouts: Mapping[str, Layout]) -> dict[str, Rows]:
    """Everything that stands in the tabs. 1 read. Raises TornRead where somebody moved them meanwhile."""
    called = [found.tabs.sheets[title].title.replace("'", "''") for title in layouts]
    try:
        tabs = dict(zip(layouts, client.values([f"'{title}'" for title in called]), strict=True))
    except BatchRefused:
        raise TornRead("A tab was renamed or deleted while the tabs were read.") from None
    for title, rows in tabs.items():
        if header_of(rows[0] if rows else []) != header_of(found.tabs.sheets[title].headers):
            raise TornRead(f"The columns of the tab `{title}` were moved while it was read.")
    return tabs


def _rows(rows: Rows, layout: Layout, codec: Codec[Any], unreadable: list[tuple[str, int, str]]) -> list[Any]:
    """The rows of the service that can be read; the others are named in `unreadable`."""
    title = codec.tab.title
    ours = [layout.place[header] for header in BELONGS[title]]
    read, found = codec.reader(layout), []
    for number, cells in enumerate(rows[1:], 2):
        if not is_ours(cells, ours):
            continue
        try:
            found.append(read(cells))
        except ValueError:
            unreadable.append((title, number, "a number or a time is missing, or is none"))
    return found
