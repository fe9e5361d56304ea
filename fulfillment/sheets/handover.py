"""Settled rows on their way to the archive, and archived ones lent to the plans that ask for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fulfillment.errors import TornRead
from fulfillment.model import KeyId
from fulfillment.sheets.archive import Archive
from fulfillment.sheets.numbered import Wanted
from fulfillment.sheets.standing import Standing
from fulfillment.workbook import Changes, Snapshot

LEAVING: Wanted = {"Import History": ("provider", "keycode"), "Assignments": (), "Order Cache": ()}

MOVED = (
    "While settled rows left a tab, somebody inserted, deleted or moved rows or columns of it, and others "
    "may have gone in their place. The audit names those that are missing: bring them back from the "
    "spreadsheet's version history."
)


class Handover:
    """Between one spreadsheet and its archive."""

    def __init__(self, standing: Standing, archive: Archive) -> None:
        self.archive = archive
        self._standing = standing

    def lend(self, snapshot: Snapshot, order_ids: Collection[str]) -> None:
        """The snapshot has the rows of these orders' sets. 2 reads.

        Raises TornRead where the archive has them not, or has more of them than the snapshot knows.
        """
        sets = self.archive.sets_of(order_ids)
        found = {order_id for rows in sets.values() for order_id in rows.order_ids()}
        if sets.keys() != set(order_ids) or not found <= snapshot.archived_orders.keys():
            raise TornRead("The archive has not the orders that it should have.")
        snapshot.lent.update(sets)

    def hand_over(self, snapshot: Snapshot, rows: Changes, keys: Collection[KeyId], until: float) -> Changes:
        """These rows, and those of Import History for these keys, stand in the archive too.

        4 to 7 reads, 1 write. Raises Conflict where the snapshot is not the newest, Damaged where rows were
        deleted or copied by hand.
        """
        columns = self._standing.read(snapshot, LEAVING)
        chosen = set(keys)
        numbers = {no for no, key in columns.rows("Import History") if KeyId(*key) in chosen}
        events = self._standing.rows.rows(columns, {"Import History": numbers}).events
        rows = replace(rows, events=events)
        self.archive.take_in(rows, until=until)
        return rows
