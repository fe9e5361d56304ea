"""The function with its fence taken out, for tests that must be seen to fail without it."""

from __future__ import annotations

from fulfillment.sheets import batches, sending
from tests.machine.no_fence import no_fence

batches.create_stamp = no_fence
sending.proves = lambda reply, version, commit_id: True

from main import handle  # noqa: E402, F401  the entry point, now without its guard
