"""Every row of the ledgers and views, read for an audit: whatever is wrong with them is not an error here."""

from __future__ import annotations

from typing import Any

from fulfillment.errors import BatchRefused, NotSetUp
from fulfillment.ports import Books
from fulfillment.sheets.archive import Archive
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.codec import Codec
from fulfillment.sheets.looking import Rows, layout_of, numbers_of, read_system
from fulfillment.sheets.tabs import KEY_INVENTORY, LIVE_CATALOGUE, SYSTEM, Codecs
from fulfillment.workbook import LEDGERS, NUMBERED, Archived


def read_books(client: SheetsClient, codecs: Codecs, archive: Archive | None = None) -> Books:
    """All tabs in one read, and what the archive has in another. Raises NotSetUp, NotOurs."""
    titles = (*NUMBERED, LIVE_CATALOGUE, KEY_INVENTORY, SYSTEM)
    try:
        tabs = dict(zip(titles, client.values([f"'{title}'" for title in titles]), strict=True))
    except BatchRefused:
        raise NotSetUp("A tab is missing: run setup, which adds what is missing.") from None
    unreadable: list[tuple[str, int, str]] = []
    events, assignments, answers, messages = (
        _rows(tabs[name], codecs.ledgers[name], unreadable) for name in NUMBERED
    )
    catalogue = _rows(tabs[LIVE_CATALOGUE], codecs.catalogue, unreadable)
    inventory = _rows(tabs[KEY_INVENTORY], codecs.inventory, unreadable)
    system = read_system(tabs[SYSTEM], codecs)
    standing = {name: numbers_of(tabs[name], layout_of(tabs[name], codecs.ledgers[name])) for name in LEDGERS}
    return Books(
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
    )


def _rows(rows: Rows, codec: Codec[Any], unreadable: list[tuple[str, int, str]]) -> list[Any]:
    """The rows that can be read; the others are named in `unreadable`."""
    read, found = codec.reader(layout_of(rows, codec)), []
    for number, cells in enumerate(rows[1:], 2):
        if not any(cell not in (None, "") for cell in cells):
            continue
        try:
            found.append(read(cells))
        except ValueError:
            unreadable.append((codec.tab.title, number, "a number or a time is missing, or is none"))
    return found
