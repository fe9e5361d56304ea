"""The port ShopTabs on a spreadsheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from fulfillment.assortment import Pulled
from fulfillment.record import Gate, ShopRecord
from fulfillment.sheets import shop_records
from fulfillment.sheets.catalogue_tab import Pulling
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.schema import Schema
from fulfillment.wares import Variant


class SheetShopTabs:
    """What the exchange with the shop keeps in the spreadsheet."""

    def __init__(self, client: SheetsClient, schema: Schema) -> None:
        self._client, self._schema = client, schema

    def pulling(self, variants: Sequence[Variant]) -> Callable[[], Pulled]:
        """See ShopTabs."""
        return Pulling(self._client, self._schema, variants).run

    def gate(self, shop: str) -> Gate:
        """See ShopTabs."""
        return shop_records.read_gate(self._client, shop)

    def confirm(self, shop: str, code: str, at: datetime) -> None:
        """See ShopTabs."""
        shop_records.confirm(self._client, shop, code, at)

    def close(self, shop: str) -> None:
        """See ShopTabs."""
        shop_records.close(self._client, shop)

    def file(self, record: ShopRecord) -> None:
        """See ShopTabs."""
        shop_records.file_record(self._client, record)

    def filed(self, shop: str) -> ShopRecord:
        """See ShopTabs."""
        return shop_records.read_record(self._client, shop)
