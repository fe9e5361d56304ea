"""Stamps that fence nothing, for tests that must be seen to fail without the lock."""

from __future__ import annotations

import random

from fulfillment.sheets import fence


def no_fence(version: int, commit_id: str) -> dict[str, object]:
    """A stamp whose id collides with nobody's, and that no look takes for a version."""
    return fence.create_stamp(-random.randrange(1, 500_000_000), commit_id)
