"""The lock in the spreadsheet: version n + 1 is whoever's stamp Google accepts first.

A stamp is developer metadata of the spreadsheet whose id is the version and whose value names the commit.
Google refuses an id that exists, and with it the whole batch, so that of two writers who planned on the same
version one commits. Nobody holds the lock, and it cannot be left locked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FENCE_BASE = 1_000_000_000
"""Version 0's metadata id: far from the small ids that people's scripts choose; an id is an int32."""

FENCE_KEY = "fence"

STAMPS_KEPT = 1_200
"""With 5 + 12 characters each, 20,400 of the 30,000 that Google allows. At 300 commits a minute a stamp lives
four minutes: longer than the age of any view (a minute) and than Google works on a request (three)."""

STAMPS_MASK = "developerMetadata(metadataId,metadataKey,metadataValue)"


def create_stamp(version: int, commit_id: str) -> dict[str, object]:
    """The request that fences a commit: it must be the first of its batch."""
    stamp = {
        "metadataId": FENCE_BASE + version,
        "metadataKey": FENCE_KEY,
        "metadataValue": commit_id,
        "location": {"spreadsheet": True},
        "visibility": "DOCUMENT",
    }
    return {"createDeveloperMetadata": {"developerMetadata": stamp}}


def delete_stamp(version: int) -> dict[str, object]:
    """The request that forgets an old version."""
    lookup = {"metadataId": FENCE_BASE + version}
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}


def read_stamps(reply: Mapping[str, Any]) -> dict[int, str]:
    """version -> commit id of every stamp in a reply of spreadsheets.get."""
    return {
        each["metadataId"] - FENCE_BASE: each.get("metadataValue", "")
        for each in reply.get("developerMetadata", [])
        if each.get("metadataKey") == FENCE_KEY and each.get("metadataId", 0) > FENCE_BASE
    }


def proves(reply: Mapping[str, Any], version: int, commit_id: str) -> bool:
    """Does this 200 carry our stamp? Only then the commit is known to have landed."""
    replies = reply.get("replies") or [{}]
    stamp = replies[0].get("createDeveloperMetadata", {}).get("developerMetadata", {})
    return bool(stamp.get("metadataId") == FENCE_BASE + version and stamp.get("metadataValue") == commit_id)
