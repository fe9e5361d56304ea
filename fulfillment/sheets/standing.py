"""Which numbers stand in the ledgers, read at the version on which a commit is planned.

By them a batch that sorts a ledger by `no` knows where each row stands afterwards: no row number outlives it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from fulfillment.errors import Conflict, Damaged
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.numbered import Columns, NumberedRows, Wanted
from fulfillment.sheets.tabs import Codecs
from fulfillment.workbook import OUTBOX, LedgerName, Snapshot


class Standing:
    """The ledgers of one spreadsheet, as last read."""

    def __init__(self, client: SheetsClient, codecs: Codecs) -> None:
        self.rows = NumberedRows(client, codecs)
        self._version = -1
        self._columns: Columns | None = None

    def read(self, snapshot: Snapshot, wanted: Wanted) -> Columns:
        """These columns, and every `no`. 1 read.

        Raises Conflict where the snapshot is not the newest, Damaged where rows were deleted or copied by
        hand.
        """
        columns = self.rows.read(wanted)
        if columns.system.version != snapshot.version:
            raise Conflict(f"Version {columns.system.version} was read, and {snapshot.version} planned on.")
        _check(columns, snapshot, wanted)
        self._version, self._columns = snapshot.version, columns
        return columns

    def of(self, snapshot: Snapshot, names: Iterable[LedgerName]) -> Mapping[LedgerName, Sequence[int]]:
        """Every `no` of these ledgers, in order, as read at the snapshot's version."""
        assert self._columns is not None
        assert self._version == snapshot.version, "rows are found by what was read at this very version"
        return {name: self._columns.numbers[name] for name in names}


def _check(columns: Columns, snapshot: Snapshot, wanted: Wanted) -> None:
    """Positions are worked out from these numbers, so they must be all there are, each once."""
    for name in wanted:
        # people may delete the rows of the Outbox: nothing else is told by them
        count = len(columns.numbers[name]) if name == OUTBOX else snapshot.rows[name]
        if not columns.are(name, count):
            raise Damaged(
                f"The tab `{name}` should have {count} rows, each with a number of its own. No row of it is "
                "moved or changed until that is put right: run the audit."
            )
