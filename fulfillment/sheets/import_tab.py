"""Import Keys as people pasted it, and the mark that says up to where it was cleared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fulfillment.errors import BatchRefused, NotSetUp
from fulfillment.pasting import FIELDS, Paste, PastedRow
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.codec import Layout, Scalar, to_text
from fulfillment.sheets.looking import Rows, Seen
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.tabs import IMPORT_KEYS

MARK = "cleared-to"
"""Key of the developer metadata on the tab whose value is the version up to which it was cleared."""

TAB_MASK = (
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "developerMetadata(metadataId,metadataKey,metadataValue),"
    "data(startRow,rowData(values(effectiveValue))))"
)

EXACT_BELOW = 10**15
"""From here on a number in a cell may have lost digits of the code that was typed."""

COLUMNS = (*FIELDS, "result")

Fingerprint = tuple[str, ...]
"""What stands in a pasted row: by this it is found again, wherever it has moved."""


@dataclass(slots=True)
class ImportTab:
    """Import Keys as a read or a reply shows it."""

    sheet_id: int
    layout: Layout
    rows: list[tuple[int, dict[str, str]]]
    """(row number, header -> text) of every row below the header."""
    marks: dict[int, int]
    """metadata id -> version; one, but where two imports ended at once."""

    @classmethod
    def of(cls, reply: Mapping[str, Any], schema: Schema) -> ImportTab:
        """Raises NotSetUp where the tab or a column is missing."""
        seen = Seen.of(reply)
        rows = seen.block(IMPORT_KEYS)
        layout = Layout.of(schema.tab(IMPORT_KEYS), rows[0] if rows else [])
        return cls(seen.grids[IMPORT_KEYS].sheet_id, layout, [*_texts(rows, layout)], _marks(reply))

    @property
    def settled(self) -> int:
        """The version up to which what was imported has left the tab."""
        return max(self.marks.values(), default=0)

    def count(self) -> Counter[Fingerprint]:
        """How often each row stands there, blank ones apart."""
        return Counter(fingerprint_of(cells) for _, cells in self.rows if _is_filled(cells))


def _texts(rows: Rows, layout: Layout) -> Iterator[tuple[int, dict[str, str]]]:
    places = [(header, layout.place[header]) for header in COLUMNS]
    for number, cells in enumerate(rows[1:], 2):
        yield number, {header: _text(cells[at]) if at < len(cells) else "" for header, at in places}


def _text(value: Scalar) -> str:
    """The text of a cell; a number too long to be exact as it would be shown: `1.23457E+19`."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= EXACT_BELOW:
        return f"{value:.5E}"
    return to_text(value)


def _marks(reply: Mapping[str, Any]) -> dict[int, int]:
    found = [entry for sheet in reply.get("sheets", []) for entry in sheet.get("developerMetadata", [])]
    ours = [entry for entry in found if entry.get("metadataKey") == MARK]
    return {entry["metadataId"]: int(entry.get("metadataValue") or 0) for entry in ours}


def fingerprint_of(cells: Mapping[str, str]) -> Fingerprint:
    """By what a row is known."""
    return tuple(cells[name] for name in FIELDS)


def _is_filled(cells: Mapping[str, str]) -> bool:
    return any(cells[name] for name in FIELDS)


def read_import_tab(client: SheetsClient, schema: Schema) -> Paste:
    """Every row of Import Keys that holds anything, and up to where it was cleared. 1 read."""
    tab = read_tab(client, schema)
    return Paste([PastedRow(n, cells) for n, cells in tab.rows if _is_filled(cells)], tab.settled)


def read_tab(client: SheetsClient, schema: Schema) -> ImportTab:
    """The tab as it stands. 1 read. Raises NotSetUp."""
    try:
        return ImportTab.of(client.get([f"'{IMPORT_KEYS}'"], TAB_MASK), schema)
    except BatchRefused:
        raise NotSetUp(
            f"The tab `{IMPORT_KEYS}` is missing: run setup, which adds what is missing."
        ) from None
