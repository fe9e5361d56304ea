"""NPTA Catalogue, in which people type: read as it stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fulfillment.catalogue import CatalogueRow
from fulfillment.characters import trimmed
from fulfillment.errors import BatchRefused, NotSetUp
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.codec import Layout, to_text
from fulfillment.sheets.looking import Rows
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.tabs import NPTA_CATALOGUE


def read_catalogue(client: SheetsClient, schema: Schema) -> list[CatalogueRow]:
    """Every row of NPTA Catalogue that holds anything, blanks around values trimmed. 1 read."""
    rows = _values(client, NPTA_CATALOGUE)
    layout = Layout.of(schema.tab(NPTA_CATALOGUE), rows[0] if rows else [])
    wanted = ("SKU", "product", "category", "entitlements", "fulfillment", "active")
    found = [
        CatalogueRow(number, *(cells[header] for header in wanted))
        for number, cells in _rows(rows, layout, wanted)
    ]
    return [row for row in found if not row.is_blank]


def _values(client: SheetsClient, title: str) -> Rows:
    try:
        return client.values([f"'{title}'"])[0]
    except BatchRefused:
        raise NotSetUp(f"The tab `{title}` is missing: run setup, which adds what is missing.") from None


def _rows(rows: Rows, layout: Layout, headers: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, header -> trimmed text) of every row below the header."""
    places = [(header, layout.place[header]) for header in headers]
    for number, cells in enumerate(rows[1:], 2):
        yield (
            number,
            {header: trimmed(to_text(cells[at])) if at < len(cells) else "" for header, at in places},
        )
