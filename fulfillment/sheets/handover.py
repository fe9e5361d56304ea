"""Settled rows on their way to the archive, and archived ones lent to the plans that ask for them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fulfillment.errors import Conflict, Damaged, TornRead
from fulfillment.model import KeyId
from fulfillment.sheets.archive import Archive
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.numbered import Columns, NumberedRows, Wanted
from fulfillment.sheets.tabs import Codecs
from fulfillment.workbook import LEDGERS, Changes, LedgerName, Snapshot

STANDING: Wanted = {"Import History": ("provider", "keycode"), "Assignments": (), "Order Cache": ()}

MOVED = (
    "While settled rows left a tab, somebody inserted, deleted or moved rows or columns of it, and others "
    "may have gone in their place. The audit names those that are missing: bring them back from the "
    "spreadsheet's version history."
)


class Handover:
    """Between one spreadsheet and its archive."""

    def __init__(self, client: SheetsClient, codecs: Codecs, archive: Archive) -> None:
        self.archive = archive
        self._ledgers = NumberedRows(client, codecs)
        self._version, self._standing = 0, dict[LedgerName, list[int]]()

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
        columns = self._ledgers.read(STANDING)
        if columns.system.version != snapshot.version:
            raise Conflict(f"Version {columns.system.version} was read, and {snapshot.version} planned on.")
        _check(columns, snapshot)
        chosen = set(keys)
        numbers = {no for no, key in columns.rows("Import History") if KeyId(*key) in chosen}
        events = self._ledgers.rows(columns, {"Import History": numbers}).events
        rows = replace(rows, events=events)
        self.archive.take_in(rows, until=until)
        self._version, self._standing = snapshot.version, {name: columns.numbers(name) for name in LEDGERS}
        return rows

    def standing(self, snapshot: Snapshot, leaving: Changes) -> dict[LedgerName, list[int]]:
        """Every `no` of the ledgers that these rows leave, as read at the snapshot's version."""
        assert self._version == snapshot.version, "rows leave by what was read at this very version"
        return {name: self._standing[name] for name in leaving.ledger_rows()}


def _check(columns: Columns, snapshot: Snapshot) -> None:
    """Positions are worked out from these numbers, so they must be all there are, each once."""
    for name in LEDGERS:
        count = snapshot.rows[name]
        if (columns.counts[name], len(columns.places[name])) != (count, count):
            raise Damaged(
                f"The tab `{name}` should have {count} rows, each with a number of its own. Nothing goes to "
                "the archive until that is put right: run the audit."
            )
