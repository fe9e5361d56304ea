"""The tabs that the store reads and writes, and the codec of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fulfillment.model import Answer, Assignment, KeyEvent, Message, Product
from fulfillment.sheets.codec import Codec
from fulfillment.sheets.schema import Schema
from fulfillment.stocktake import InventoryRow
from fulfillment.workbook import NUMBERED, OUTBOX, LedgerName

KEY_INVENTORY = "Key Inventory"
LIVE_CATALOGUE = "Live Catalogue"
SYSTEM = "System"
NPTA_CATALOGUE = "NPTA Catalogue"
IMPORT_KEYS = "Import Keys"


@dataclass(frozen=True, slots=True)
class SystemRow:
    """The workbook's own row: where it stands."""

    version: int
    commit_id: str
    committed_at: str
    last_import_no: int
    last_assignment_no: int
    last_answer_no: int
    last_message_no: int
    catalogue_version: int
    schema_version: int
    spreadsheet_id: str

    def last_no(self) -> dict[LedgerName, int]:
        """The last `no` of each numbered tab at this version."""
        books = (self.last_import_no, self.last_assignment_no, self.last_answer_no)
        return dict(zip(NUMBERED, (*books, self.last_message_no), strict=True))


class Codecs:
    """A codec for every tab whose rows are read or written as dataclasses."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.ledgers: dict[LedgerName, Codec[Any]] = {
            "Import History": Codec(KeyEvent, schema.tab("Import History")),
            "Assignments": Codec(Assignment, schema.tab("Assignments")),
            "Order Cache": Codec(Answer, schema.tab("Order Cache")),
            OUTBOX: Codec(Message, schema.tab(OUTBOX)),
        }
        self.catalogue = Codec(Product, schema.tab(LIVE_CATALOGUE), named={"SKU": "sku"})
        self.inventory = Codec(InventoryRow, schema.tab(KEY_INVENTORY))
        self.system = Codec(SystemRow, schema.tab(SYSTEM))
        self.all: tuple[Codec[Any], ...]
        self.all = (*self.ledgers.values(), self.catalogue, self.inventory, self.system)
