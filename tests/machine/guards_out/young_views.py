"""The function that keeps the stamps of two versions, and looks before each commit: no guard is out."""

from __future__ import annotations

from fulfillment import group
from fulfillment.sheets import store
from tests.machine.taken_out import put

put(group, "VIEW_AGE_S", 0.0)
put(store, "STAMPS_KEPT", 2)

from tests.machine.chaos.entry import handle  # noqa: E402, F401  the entry point
