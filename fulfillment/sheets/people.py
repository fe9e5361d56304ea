"""The tabs in which people type: read as they stand, and never written where somebody may be typing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from fulfillment.catalogue import CatalogueRow
from fulfillment.errors import BatchRefused, NotSetUp
from fulfillment.sheets.client import SheetsClient, to_bytes
from fulfillment.sheets.codec import Layout, to_cell, to_text
from fulfillment.sheets.looking import Rows, Seen
from fulfillment.sheets.schema import Schema
from fulfillment.sheets.tabs import IMPORT_KEYS, NPTA_CATALOGUE
from fulfillment.stocktake import FIELDS, PastedRow, RowResult

TAB_MASK = (
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "data(startRow,rowData(values(effectiveValue))))"
)

Fingerprint = tuple[str, ...]
"""What stands in a pasted row: by this it is found again, wherever it has moved."""


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


def read_import_tab(client: SheetsClient, schema: Schema) -> list[PastedRow]:
    """Every row of Import Keys that holds anything. 1 read."""
    rows = _values(client, IMPORT_KEYS)
    layout = Layout.of(schema.tab(IMPORT_KEYS), rows[0] if rows else [])
    return [PastedRow(number, cells) for number, cells in _rows(rows, layout, FIELDS) if any(cells.values())]


def _values(client: SheetsClient, title: str) -> Rows:
    try:
        return client.values([f"'{title}'"])[0]
    except BatchRefused:
        raise NotSetUp(f"The tab `{title}` is missing: run setup, which adds what is missing.") from None


def _rows(rows: Rows, layout: Layout, headers: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """(row number, header -> trimmed text) of every row below the header."""
    places = [(header, layout.place[header]) for header in headers]
    for number, cells in enumerate(rows[1:], 2):
        yield number, {header: to_text(cells[at]).strip() if at < len(cells) else "" for header, at in places}


@dataclass(slots=True)
class ImportTab:
    """Import Keys as a read or a reply shows it."""

    sheet_id: int
    layout: Layout
    rows: list[tuple[int, dict[str, str]]]

    @classmethod
    def of(cls, reply: Mapping[str, object], schema: Schema) -> ImportTab:
        seen = Seen.of(reply)
        rows = seen.block(IMPORT_KEYS)
        layout = Layout.of(schema.tab(IMPORT_KEYS), rows[0] if rows else [])
        return cls(seen.grids[IMPORT_KEYS].sheet_id, layout, list(_rows(rows, layout, FIELDS)))

    def count(self) -> Counter[Fingerprint]:
        return Counter(_fingerprint(cells) for _, cells in self.rows if any(cells.values()))


def _fingerprint(cells: Mapping[str, str]) -> Fingerprint:
    return tuple(cells[name] for name in FIELDS)


def settle_import_tab(
    client: SheetsClient, schema: Schema, pasted: Sequence[PastedRow], results: Sequence[RowResult]
) -> None:
    """Imported rows are cleared, the others get their `result`. 1 read, 1 write, rarely one more.

    The rows are found by what stands in them on a read made now. Should somebody insert or sort rows in the
    fraction of a second before the write, the reply shows it, and what was hit by mistake is put back.
    """
    before = ImportTab.of(client.get([f"'{IMPORT_KEYS}'"], TAB_MASK), schema)
    outcome = {result.row: result for result in results}
    leaving: Counter[Fingerprint] = Counter()
    marks: dict[Fingerprint, str] = {}
    for row in pasted:
        result = outcome.get(row.row)
        if result is not None and result.result == "imported":
            leaving[_fingerprint(row.cells)] += 1
        elif result is not None:
            marks[_fingerprint(row.cells)] = f"{result.result}: {result.message}"
    requests, cleared = _requests(before, leaving, marks)
    if not requests:
        return
    body = {
        "requests": requests,
        "includeSpreadsheetInResponse": True,
        "responseRanges": [f"'{IMPORT_KEYS}'"],
        "responseIncludeGridData": True,
    }
    reply = client.batch_update(to_bytes(body), fields=f"updatedSpreadsheet({TAB_MASK})")
    after = ImportTab.of(reply["updatedSpreadsheet"], schema)
    _put_back(client, before, after, cleared)


def _requests(
    tab: ImportTab, leaving: Counter[Fingerprint], marks: Mapping[Fingerprint, str]
) -> tuple[list[dict[str, object]], Counter[Fingerprint]]:
    """The requests that clear and mark the rows found, and what they are meant to clear."""
    requests: list[dict[str, object]] = []
    left, cleared = leaving.copy(), Counter[Fingerprint]()
    for number, cells in tab.rows:
        fingerprint = _fingerprint(cells)
        if left[fingerprint]:
            left[fingerprint] -= 1
            cleared[fingerprint] += 1
            requests += _write(tab, number, {})
        elif fingerprint in marks:
            requests += _write(tab, number, {"result": marks[fingerprint]})
    return requests, cleared


def _write(tab: ImportTab, number: int, values: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """Requests that write these columns of one row, or clear all of ours."""
    for column, names in tab.layout.runs(list(values) or None):
        start = {"sheetId": tab.sheet_id, "rowIndex": number - 1, "columnIndex": column}
        rows = [{"values": [to_cell(values.get(name)) for name in names]}]
        yield {"updateCells": {"rows": rows, "fields": "userEnteredValue", "start": start}}


def _put_back(
    client: SheetsClient, before: ImportTab, after: ImportTab, cleared: Counter[Fingerprint]
) -> None:
    """Rows that were cleared in place of the ones meant, because somebody moved rows, stand there again."""
    stayed, there = before.count() - cleared, after.count()
    missed = sum(((there - stayed) & cleared).values())
    hit = list((stayed - there).elements())[:missed]
    if not hit:
        return
    rows = [
        {"values": before.layout.cells(dict(zip(FIELDS, fingerprint, strict=True)))} for fingerprint in hit
    ]
    append = {"sheetId": before.sheet_id, "rows": rows, "fields": "userEnteredValue"}
    client.batch_update(to_bytes({"requests": [{"appendCells": append}]}))
