"""A look at the workbook: what one read shows, and whether it adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fulfillment.damage import REBUILD
from fulfillment.errors import NotSetUp, TornRead
from fulfillment.model import Message, Product
from fulfillment.sheets.codec import Codec, Layout, Scalar, from_cell, to_text
from fulfillment.sheets.fence import STAMPS_MASK, read_stamps
from fulfillment.sheets.published import read_records
from fulfillment.sheets.tabs import Codecs, SystemRow
from fulfillment.workbook import OUTBOX

LOOK_MASK = (
    f"{STAMPS_MASK},"
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "data(startRow,rowData(values(effectiveValue,note))))"
)
"""Notes are on headers alone: by them one is known that a person typed over."""

Rows = list[list[Scalar]]


@dataclass(frozen=True, slots=True)
class Grid:
    """A tab's id and size."""

    sheet_id: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Anchor:
    """The last row of a ledger that was seen: where it stood, with its `no` and version, to be found again.

    Row 1 is the header's. It is checked whenever it is used, and never written to. The version tells a row
    from the one that got its `no` after the workbook was restored; None where it is not known.
    """

    row: int
    no: int | None
    version: int | None = None
    is_rebuilt: bool = False
    """Did somebody lose it and bring it back? Then it may not say all that it said."""


@dataclass(slots=True)
class Seen:
    """What one read of the spreadsheet shows; `blocks` has the rows of each range asked for, by tab."""

    stamps: dict[int, str]
    grids: dict[str, Grid]
    blocks: dict[str, list[Rows]] = field(default_factory=dict)
    notes: dict[str, list[str]] = field(default_factory=dict)
    """title -> the notes of its header row, where that was asked for."""
    records: dict[int, str] = field(default_factory=dict)
    """version -> imprint of what it published."""

    @classmethod
    def of(cls, reply: Mapping[str, Any]) -> Seen:
        seen = cls(read_stamps(reply), {}, records=read_records(reply))
        for sheet in reply.get("sheets", []):
            properties = sheet["properties"]
            size = properties.get("gridProperties", {})
            title = properties.get("title", "")
            seen.grids[title] = Grid(
                properties.get("sheetId", 0), size.get("rowCount", 0), size.get("columnCount", 0)
            )
            seen.blocks[title] = [_rows(block) for block in sheet.get("data", [])]
            seen.notes[title] = _notes(sheet.get("data", []))
        return seen

    def block(self, title: str, number: int = 0) -> Rows:
        """The rows of the tab's n-th range. Raises NotSetUp where the tab is missing."""
        if title not in self.grids:
            raise NotSetUp(f"The spreadsheet has no tab `{title}`: run setup, which adds what is missing.")
        blocks = self.blocks[title]
        return blocks[number] if number < len(blocks) else []

    def layout(self, codec: Codec[Any]) -> Layout:
        """Where the columns of a tab stand whose first row was asked for. Raises NotSetUp."""
        return layout_of(self.block(codec.tab.title), codec, self.notes[codec.tab.title])


def _notes(blocks: Sequence[Mapping[str, Any]]) -> list[str]:
    """The notes of a tab's first row."""
    rows = blocks[0].get("rowData", []) if blocks and not blocks[0].get("startRow") else []
    return [cell.get("note", "") for cell in rows[0].get("values", [])] if rows else []


def _rows(block: Mapping[str, Any]) -> Rows:
    return [[from_cell(cell) for cell in row.get("values", [])] for row in block.get("rowData", [])]


def layout_of(tab_rows: Rows, codec: Codec[Any], notes: Sequence[str] = ()) -> Layout:
    """The layout that a tab's first row shows, with its notes where they were read."""
    return Layout.of(codec.tab, tab_rows[0] if tab_rows else [], notes)


def read_system(rows: Rows, codecs: Codecs, layout: Layout | None = None) -> SystemRow:
    """The System row. Raises NotSetUp where it is blank, TornRead where it cannot be read.

    `layout`: where its columns stand, where the header row does not tell.
    """
    layout = layout or layout_of(rows, codecs.system)
    if len(rows) < 2 or not any(cell not in (None, "") for cell in rows[1]):
        raise NotSetUp("The tab `System` is blank: run setup, or setup --adopt for a copied spreadsheet.")
    try:
        row: SystemRow = codecs.system.reader(layout)(rows[1])
    except ValueError:
        raise TornRead("The row of the tab `System` cannot be read.") from None
    return row


def read_products(
    rows: Rows, layout: Layout, system: SystemRow, codecs: Codecs, *, despite: bool = False
) -> tuple[tuple[Product, ...], str]:
    """The published catalogue, and what is plainly missing of it, as a sentence; empty when nothing is.

    A torn read, or a person, may leave rows of it blank: an order must not fail for a SKU that stood there.
    Raises TornRead where one is not of the catalogue that System speaks of, stands there twice, or cannot be
    read; `despite` that, such rows are missing too.
    """
    read, place = codecs.catalogue.reader(layout), layout.place["SKU"]
    filled = [row for row in rows[1:] if any(cell not in (None, "") for cell in row)]
    skus = Counter(to_text(_cell_at(row, place)) for row in filled)
    products, gap = [], ""
    if system.catalogue_version and not filled:
        gap = "The tab `Live Catalogue` is blank, though a catalogue was published."
    for row in filled:
        sku = to_text(_cell_at(row, place))
        wrong = "has a SKU twice" if skus[sku] > 1 else ""
        try:
            product: Product = read(row)
        except ValueError:
            product, wrong = Product(sku), "has a row that cannot be read"
        if product.version != system.catalogue_version:
            wrong = wrong or "is not of the version that System speaks of"
        if not sku:
            gap = "The tab `Live Catalogue` has a row without a SKU."
        elif not wrong:
            products.append(product)
        elif not despite:
            raise TornRead(f"The tab `Live Catalogue` {wrong}.")
        else:
            gap = gap or f"The tab `Live Catalogue` {wrong}."
    return tuple(products), gap


def read_messages(
    rows: Rows, layout: Layout, system: SystemRow, *, after: int, codecs: Codecs, as_it_is: bool
) -> list[Message]:
    """The rows of the Outbox from `no` after + 1 on, in the order of `no`; the oldest ones have left it.

    Raises TornRead where the last one is not there, one stands there twice, or cannot be read; unless it
    is taken `as_it_is`, and what can be read is read.
    """
    last, place = system.last_message_no, layout.place["no"]
    found: dict[int, Message] = {}
    read = codecs.ledgers[OUTBOX].reader(layout)
    for cells in rows:
        number = number_in(_cell_at(cells, place))
        if number is None or not after < number <= last:
            continue
        try:
            message: Message = read(cells)
        except ValueError:
            if as_it_is:
                continue
            raise TornRead(f"The row with no {int(number)} of the tab `Outbox` cannot be read.") from None
        if int(number) in found and not as_it_is:
            raise TornRead(f"The tab `Outbox` has the row with no {int(number)} twice.")
        found.setdefault(int(number), message)
    if last > after and last not in found and not as_it_is:
        raise TornRead(f"The tab `Outbox` has no row with no {last}, and should end there.")
    if any(message.version > system.version for message in found.values()):
        raise TornRead("The tab `Outbox` holds rows of a version that System does not speak of.")
    return [found[number] for number in sorted(found)]


def number_in(cell: Scalar) -> int | None:
    """The `no` that a cell of that column holds, also where a person typed it as text."""
    if isinstance(cell, str):
        return int(cell) if cell.isascii() and cell.isdigit() else None
    is_whole = cell is not None and not isinstance(cell, bool) and cell == int(cell)
    return int(cell) if is_whole and cell else None


def numbers_of(rows: Rows, layout: Layout) -> set[int]:
    """Every `no` that stands in a ledger."""
    place = layout.place["no"]
    numbers = (number_in(row[place]) for row in rows[1:] if place < len(row))
    return {number for number in numbers if number is not None}


def anchor_of(rows: Rows, layout: Layout, *, first_row: int, last_no: int) -> Anchor:
    """Where the rows up to `last_no` end, of which `rows` show the tab from `first_row` (1-based) on.

    Rows of a later commit are left out: they were not taken over, and must be read again.
    """
    column = layout.place["no"]
    cells_of_no = (cells[column] if column < len(cells) else None for cells in rows)
    numbers = [cell if isinstance(cell, (int, float)) else None for cell in cells_of_no]
    if first_row == 1:
        numbers[:1] = [None]  # the header's
    beyond = (place for place, number in enumerate(numbers) if number is not None and number > last_no)
    for place in range(next(beyond, len(rows)) - 1, -1, -1):
        if any(cell not in (None, "") for cell in rows[place]):
            number, version = numbers[place], _cell_at(rows[place], layout.place["version"])
            is_version = number is not None and isinstance(version, (int, float))
            return Anchor(
                first_row + place,
                None if number is None else int(number),
                int(version) if is_version else None,  # type: ignore[arg-type]
                _cell_at(rows[place], layout.place["by"]) == REBUILD,
            )
    return Anchor(1, None)


def is_still_there(anchor: Anchor, rows: Rows, layout: Layout) -> bool:
    """Is the first of these rows, read from the anchor on, still the same?"""
    if anchor.row == 1:
        return True
    names = ("no", "version", "by")
    no, version, by = (_cell_at(rows[0], layout.place[name]) if rows else None for name in names)
    is_rebuilt = by == REBUILD
    return no == anchor.no and anchor.version in (None, version) and is_rebuilt == anchor.is_rebuilt


def _cell_at(cells: Sequence[Scalar], place: int) -> Scalar:
    return cells[place] if place < len(cells) else None


def is_tidy(rows: Rows, products: Sequence[Product], layout: Layout) -> bool:
    """Do the products stand one below the other right under the header, so that a block fits beside them?"""
    place = layout.place["SKU"]
    skus = [to_text(row[place]) if place < len(row) else "" for row in rows[1 : len(products) + 1]]
    return skus == [product.sku for product in products]
