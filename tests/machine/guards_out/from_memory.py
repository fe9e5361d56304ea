"""The function that answers what changes nothing from memory, without a look taken since it was asked."""

from __future__ import annotations

import time

from fulfillment import group
from fulfillment.sheets.store import SheetStore
from fulfillment.workbook import Snapshot
from tests.machine.taken_out import put

_snapshot = SheetStore.snapshot


def _remembered(self: SheetStore, *, looked_since: float) -> Snapshot:
    return _snapshot(self, looked_since=min(looked_since, time.monotonic() - group.VIEW_AGE_S))


put(SheetStore, "snapshot", _remembered)

from tests.machine.chaos.entry import handle  # noqa: E402, F401  the entry point, now without its guard
