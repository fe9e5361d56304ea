"""The function that commits on a view of any age, and keeps only the stamps of the last two versions."""

from __future__ import annotations

from fulfillment import group
from fulfillment.sheets import store
from tests.machine.taken_out import put

put(group, "VIEW_AGE_S", 10.0**9)
put(store, "STAMPS_KEPT", 2)

from tests.machine.chaos.entry import handle  # noqa: E402, F401  the entry point, now without its guard
