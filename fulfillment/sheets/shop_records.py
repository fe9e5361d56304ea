"""Snapshots of the shop as dated tabs, and the marks on them that let stock be pushed.

A mark is developer metadata on the snapshot's own tab: whoever deletes the tab takes the permission with it,
and whoever renames it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zlib import crc32

from fulfillment.errors import NotPossible
from fulfillment.record import Gate, Recorded, ShopRecord
from fulfillment.sheets.client import Json, SheetsClient, to_bytes
from fulfillment.sheets.codec import Scalar, from_cell, header_of, to_cell, to_integer, to_text
from fulfillment.sheets.looking import Rows
from fulfillment.sheets.setup_columns import GUARD
from fulfillment.sheets.setup_edits import area, write_cells
from fulfillment.wares import Location

OF_SHOP = "snapshot-of"
"""Key of the metadata that makes a tab a snapshot; its value is when it was taken, and of which shop."""

CONFIRMED = "push-confirmed"
"""Key of the metadata whose value is the code of the push that was confirmed, and when."""

COLUMNS = ("SKU", "product", "status", "price", "tracked", "variant_id", "item")

STOCK_AT = "stock at "
"""Before the location's name and id, in the headers of the columns that follow."""

MARKS_MASK = "sheets(properties(sheetId,title),developerMetadata(metadataId,metadataKey,metadataValue))"

ROWS_MASK = "sheets(data(rowData(values(effectiveValue))))"


@dataclass(frozen=True, slots=True)
class FiledTab:
    """A tab that holds a snapshot, with its marks."""

    sheet_id: int
    title: str
    taken: str
    shop: str
    confirmed: str = ""
    marks: tuple[int, ...] = ()
    """Ids of the metadata that confirms."""


def read_gate(client: SheetsClient, shop: str) -> Gate:
    """What is on file of this shop. 1 read."""
    tab = newest(client, shop)
    if tab is None:
        return Gate()
    code, _, at = tab.confirmed.partition(" ")
    return Gate(tab.title, code, datetime.fromisoformat(at) if at else None)


def newest(client: SheetsClient, shop: str) -> FiledTab | None:
    """The newest snapshot of this shop. 1 read."""
    return max(_filed(client.get([], MARKS_MASK), shop), key=lambda tab: tab.taken, default=None)


def _filed(reply: Mapping[str, Any], shop: str) -> Iterator[FiledTab]:
    for sheet in reply.get("sheets", []):
        marks = sheet.get("developerMetadata", [])
        values = {mark.get("metadataKey"): str(mark.get("metadataValue", "")) for mark in marks}
        taken, _, of = values.get(OF_SHOP, "").partition(" ")
        if taken and of == shop:
            ids = tuple(mark["metadataId"] for mark in marks if mark.get("metadataKey") == CONFIRMED)
            properties = sheet["properties"]
            yield FiledTab(
                properties.get("sheetId", 0), properties["title"], taken, of, values.get(CONFIRMED, ""), ids
            )


def confirm(client: SheetsClient, shop: str, code: str, at: datetime) -> None:
    """The push of this code counts as seen. 1 read, 1 write. Raises NotPossible without a snapshot."""
    tab = newest(client, shop)
    if tab is None:
        raise NotPossible(Gate().what_is_missing)
    requests: list[Json] = [_forgotten(mark) for mark in tab.marks]
    requests.append(_mark(tab.sheet_id, CONFIRMED, f"{code} {at.isoformat(timespec='seconds')}"))
    client.batch_update(to_bytes({"requests": requests}))


def close(client: SheetsClient, shop: str) -> None:
    """No push counts as seen any more. 1 read, 1 write where one did."""
    marks = [mark for tab in _filed(client.get([], MARKS_MASK), shop) for mark in tab.marks]
    if marks:
        client.batch_update(to_bytes({"requests": [_forgotten(mark) for mark in marks]}))


def _forgotten(metadata_id: int) -> Json:
    lookup = {"metadataId": metadata_id}
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}


def _mark(sheet_id: int, key: str, value: str) -> Json:
    mark = {
        "metadataKey": key,
        "metadataValue": value,
        "location": {"sheetId": sheet_id},
        "visibility": "DOCUMENT",
    }
    return {"createDeveloperMetadata": {"developerMetadata": mark}}


def file_record(client: SheetsClient, record: ShopRecord) -> None:
    """The record stands in a tab of its own. 1 read, 1 write; again it changes nothing.

    The tab's id comes from its title, so that a batch whose reply was lost is found by the next try.
    """
    there = client.get([], "sheets.properties.title").get("sheets", [])
    if record.title in {sheet["properties"]["title"] for sheet in there}:
        return
    rows = [*_rows(record)]
    sheet_id = crc32(record.title.encode()) & 0x7FFFFFFF
    grid = {"rowCount": len(rows) + 1, "columnCount": len(rows[0]), "frozenRowCount": 1}
    properties = {"title": record.title, "sheetId": sheet_id, "gridProperties": grid}
    properties |= {"index": len(there)}
    guard = {"range": area(sheet_id), "description": GUARD}
    cells = [[to_cell(value) for value in row] for row in rows]
    taken = record.at.isoformat(timespec="seconds")
    requests: list[Json] = [
        {"addSheet": {"properties": properties}},
        write_cells(sheet_id, 0, 0, cells),
        {"addProtectedRange": {"protectedRange": guard}},
        _mark(sheet_id, OF_SHOP, f"{taken} {record.shop}"),
    ]
    client.batch_update(to_bytes({"requests": requests}))


def _rows(record: ShopRecord) -> Iterator[list[Scalar]]:
    places = record.locations
    yield [*COLUMNS, *(f"{STOCK_AT}{each.name} ({each.location_id})" for each in places)]
    for each in record.variants:
        stock = [each.stock.get(place.location_id) for place in places]
        known = (each.sku, each.product, each.status, each.price, each.is_tracked, each.variant_id, each.item)
        yield [*known, *stock]


def read_record(client: SheetsClient, shop: str) -> ShopRecord:
    """The newest snapshot of this shop as its tab has it. 2 reads. Raises NotPossible where there is none."""
    tab = newest(client, shop)
    if tab is None:
        raise NotPossible(Gate().what_is_missing)
    sheets = client.get([f"'{tab.title}'"], ROWS_MASK)["sheets"]
    data: list[Json] = next((sheet["data"] for sheet in sheets if "data" in sheet), [])
    rows: Rows = [
        [from_cell(cell) for cell in row.get("values", [])]
        for block in data
        for row in block.get("rowData", [])
    ]
    return _record(rows, tab)


def _record(rows: Rows, tab: FiledTab) -> ShopRecord:
    """Raises NotPossible where a person has changed the tab beyond reading."""
    try:
        headers = header_of(rows[0])
        place = {header: headers.index(header) for header in COLUMNS}
        locations = {n: _location(header) for n, header in enumerate(headers) if header.startswith(STOCK_AT)}
        variants = tuple(_recorded(row, place, locations) for row in rows[1:] if any(row))
    except (ValueError, IndexError):
        raise NotPossible(
            f"The tab `{tab.title}` cannot be read any more: somebody has changed it. Use the file that was "
            "written with it."
        ) from None
    return ShopRecord(datetime.fromisoformat(tab.taken), tab.shop, tuple(locations.values()), variants)


def _location(header: str) -> Location:
    name, _, location_id = header.removeprefix(STOCK_AT).removesuffix(")").rpartition(" (")
    return Location(location_id, name)


def _recorded(row: list[Scalar], place: Mapping[str, int], locations: Mapping[int, Location]) -> Recorded:
    cells = [*row, *[None] * (max([*place.values(), *locations]) + 1 - len(row))]
    texts = {header: to_text(cells[n]) for header, n in place.items()}
    stock = {
        each.location_id: to_integer(cells[n]) for n, each in locations.items() if cells[n] not in (None, "")
    }
    return Recorded(
        texts["SKU"],
        texts["product"],
        texts["variant_id"],
        texts["item"],
        texts["status"],
        texts["price"],
        texts["tracked"] == "TRUE",
        stock,
    )
