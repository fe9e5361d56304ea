"""The function with its fence taken out, for tests that must be seen to fail without it."""

from __future__ import annotations

import random

from fulfillment.sheets import batches, fence, sending


def _no_fence(version: int, commit_id: str) -> dict[str, object]:
    """A stamp whose id collides with nobody's, and that no look takes for a version."""
    return fence.create_stamp(-random.randrange(1, 500_000_000), commit_id)


batches.create_stamp = _no_fence
sending.proves = lambda reply, version, commit_id: True

from main import handle  # noqa: E402, F401  the entry point, now without its guard
