"""A look at the workbook: what one read shows, and whether it adds up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fulfillment.errors import NotSetUp, OutboxTorn, TornRead
from fulfillment.model import Message, Product
from fulfillment.sheets.codec import Codec, Layout, Scalar, from_cell, to_text
from fulfillment.sheets.fence import STAMPS_MASK, read_stamps
from fulfillment.sheets.tabs import Codecs, SystemRow
from fulfillment.workbook import OUTBOX, LedgerName, LedgerRow

LOOK_MASK = (
    f"{STAMPS_MASK},"
    "sheets(properties(sheetId,title,gridProperties(rowCount,columnCount)),"
    "data(startRow,rowData(values(effectiveValue))))"
)

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


@dataclass(slots=True)
class Seen:
    """What one read of the spreadsheet shows; `blocks` has the rows of each range asked for, by tab."""

    stamps: dict[int, str]
    grids: dict[str, Grid]
    blocks: dict[str, list[Rows]] = field(default_factory=dict)

    @classmethod
    def of(cls, reply: Mapping[str, Any]) -> Seen:
        seen = cls(read_stamps(reply), {})
        for sheet in reply.get("sheets", []):
            properties = sheet["properties"]
            size = properties.get("gridProperties", {})
            title = properties.get("title", "")
            seen.grids[title] = Grid(
                properties.get("sheetId", 0), size.get("rowCount", 0), size.get("columnCount", 0)
            )
            seen.blocks[title] = [_rows(block) for block in sheet.get("data", [])]
        return seen

    def block(self, title: str, number: int = 0) -> Rows:
        """The rows of the tab's n-th range. Raises NotSetUp where the tab is missing."""
        if title not in self.grids:
            raise NotSetUp(f"The spreadsheet has no tab `{title}`: run setup, which adds what is missing.")
        blocks = self.blocks[title]
        return blocks[number] if number < len(blocks) else []


def _rows(block: Mapping[str, Any]) -> Rows:
    return [[from_cell(cell) for cell in row.get("values", [])] for row in block.get("rowData", [])]


def column_letters(column: int) -> str:
    """`A` for 0, `AA` for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def layout_of(tab_rows: Rows, codec: Codec[Any]) -> Layout:
    """The layout that a tab's first row shows."""
    return Layout.of(codec.tab, tab_rows[0] if tab_rows else [])


def read_system(rows: Rows, codecs: Codecs) -> SystemRow:
    """The System row. Raises NotSetUp where it is blank, TornRead where it cannot be read."""
    layout = layout_of(rows, codecs.system)
    if len(rows) < 2 or not any(cell not in (None, "") for cell in rows[1]):
        raise NotSetUp("The tab `System` is blank: run setup, or setup --adopt for a copied spreadsheet.")
    try:
        row: SystemRow = codecs.system.reader(layout)(rows[1])
    except ValueError:
        raise TornRead("The row of the tab `System` cannot be read.") from None
    return row


def read_products(rows: Rows, system: SystemRow, codecs: Codecs) -> tuple[Product, ...]:
    """The published catalogue. Raises TornRead where it is not the one that System speaks of."""
    layout = layout_of(rows, codecs.catalogue)
    read, sku = codecs.catalogue.reader(layout), layout.place["SKU"]
    filled = [row for row in rows[1:] if to_text(_cell_at(row, sku))]
    try:
        products: tuple[Product, ...] = tuple(read(row) for row in filled)
    except ValueError:
        raise TornRead("A row of the tab `Live Catalogue` cannot be read.") from None
    if len({product.sku for product in products}) != len(products):
        raise TornRead("The tab `Live Catalogue` has a SKU twice.")
    if any(product.version != system.catalogue_version for product in products):
        raise TornRead("The tab `Live Catalogue` is not of the version that System speaks of.")
    return products


def missing_products(rows: Rows, system: SystemRow, codecs: Codecs) -> str:
    """What is plainly missing from the published catalogue, as a sentence; empty when nothing is.

    A torn read, or a person, may leave it blank: an order must not fail for a SKU that stood there.
    """
    sku = layout_of(rows, codecs.catalogue).place["SKU"]
    filled = [row for row in rows[1:] if any(cell not in (None, "") for cell in row)]
    if system.catalogue_version and not filled:
        return "The tab `Live Catalogue` is blank, though a catalogue was published."
    if any(not to_text(_cell_at(row, sku)) for row in filled):
        return "The tab `Live Catalogue` has a row without a SKU."
    return ""


def read_ledger(
    name: LedgerName,
    rows: Rows,
    layout: Layout,
    system: SystemRow,
    *,
    after: int,
    codecs: Codecs,
    archived: Collection[int] = frozenset(),
) -> list[LedgerRow]:
    """The rows of a ledger from `no` after + 1 to where System says it ends, in the order of `no`.

    Rows beyond belong to a commit that System does not speak of yet: they come with the next look. Raises
    TornRead where one is missing that is not `archived`, stands there twice, or cannot be read.
    """
    last, codec, place = system.last_no()[name], codecs.ledgers[name], layout.place["no"]
    found: dict[int, Sequence[Scalar]] = {}
    for cells in rows:
        number = cells[place] if place < len(cells) else None
        if not isinstance(number, (int, float)) or not after < number <= last:
            continue
        if number in found:
            raise TornRead(f"The tab `{name}` has the row with no {int(number)} twice.")
        found[int(number)] = cells
    missing = [n for n in range(after + 1, last + 1) if n not in found and n not in archived]
    if missing:
        raise TornRead(f"The tab `{name}` has no row with no {missing[0]}, and should end at {last}.")
    ledger = _decoded(name, codec, layout, {n: found[n] for n in range(after + 1, last + 1) if n in found})
    if any(row.version > system.version for row in ledger):
        raise TornRead(f"The tab `{name}` holds rows of a version that System does not speak of.")
    return ledger


def read_messages(
    rows: Rows, layout: Layout, system: SystemRow, *, after: int, codecs: Codecs, as_it_is: bool
) -> list[Message]:
    """The rows of the Outbox from `no` after + 1 on, in the order of `no`; the oldest ones have left it.

    Raises OutboxTorn where the last one is not there, one stands there twice, or cannot be read; unless it
    is taken `as_it_is`, and what can be read is read.
    """
    last, place = system.last_message_no, layout.place["no"]
    found: dict[int, Message] = {}
    read = codecs.ledgers[OUTBOX].reader(layout)
    for cells in rows:
        number = _cell_at(cells, place)
        if not isinstance(number, (int, float)) or not after < number <= last:
            continue
        try:
            message: Message = read(cells)
        except ValueError:
            if as_it_is:
                continue
            raise OutboxTorn(f"The row with no {int(number)} of the tab `Outbox` cannot be read.") from None
        if int(number) in found and not as_it_is:
            raise OutboxTorn(f"The tab `Outbox` has the row with no {int(number)} twice.")
        found.setdefault(int(number), message)
    if last > after and last not in found and not as_it_is:
        raise OutboxTorn(f"The tab `Outbox` has no row with no {last}, and should end there.")
    if any(message.version > system.version for message in found.values()):
        raise TornRead("The tab `Outbox` holds rows of a version that System does not speak of.")
    return [found[number] for number in sorted(found)]


def _decoded(
    name: LedgerName, codec: Codec[Any], layout: Layout, rows: Mapping[int, Sequence[Scalar]]
) -> list[LedgerRow]:
    """These rows, given by their `no`. TornRead names the first that cannot be read."""
    try:
        return list(codec.read_all(layout, [*rows.values()]))
    except ValueError:
        read = codec.reader(layout)
        return [_read_or_torn(name, read, cells, number) for number, cells in rows.items()]


def _read_or_torn(name: LedgerName, read: Any, cells: Sequence[Scalar], number: int) -> LedgerRow:
    try:
        row: LedgerRow = read(cells)
    except ValueError:
        raise TornRead(f"The row with no {number} of the tab `{name}` cannot be read.") from None
    return row


def numbers_of(rows: Rows, layout: Layout) -> set[int]:
    """Every `no` that stands in a ledger."""
    place = layout.place["no"]
    cells = (row[place] for row in rows[1:] if place < len(row))
    return {int(cell) for cell in cells if isinstance(cell, (int, float))}


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
            )
    return Anchor(1, None)


def is_still_there(anchor: Anchor, rows: Rows, layout: Layout) -> bool:
    """Does the first of these rows, read from the anchor on, still bear its `no` and version?"""
    if anchor.row == 1:
        return True
    found = {name: _cell_at(rows[0], layout.place[name]) if rows else None for name in ("no", "version")}
    return found["no"] == anchor.no and anchor.version in (None, found["version"])


def _cell_at(cells: Sequence[Scalar], place: int) -> Scalar:
    return cells[place] if place < len(cells) else None


def is_tidy(rows: Rows, products: Sequence[Product], layout: Layout) -> bool:
    """Do the products stand one below the other right under the header, so that a block fits beside them?"""
    place = layout.place["SKU"]
    skus = [to_text(row[place]) if place < len(row) else "" for row in rows[1 : len(products) + 1]]
    return skus == [product.sku for product in products]
