"""The function with one commit id for all its plans, so that an id no longer names what was sent.

A late twin of one plan is then taken for the next one.
"""

from __future__ import annotations

from fulfillment import app
from tests.machine.taken_out import put

put(app, "new_commit_id", lambda: "0123456789ab")

from tests.machine.chaos.entry import handle  # noqa: E402, F401  the entry point, now without its guard
