"""What was published, on record: by it a row is missed that somebody took out of Live Catalogue, or changed.

The record is developer metadata of the spreadsheet, so that it comes with every look at no further call, and
is written by the commit that publishes. Its id says which version published, its value what: see `imprint`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RECORD_BASE = 500_000_000
"""Version 0's metadata id: as far from other people's small ids as from those of the fence."""

RECORD_KEY = "catalogue"


def create_record(version: int, imprint: str) -> dict[str, object]:
    """The request that puts on record what the commit of this version publishes."""
    record = {
        "metadataId": RECORD_BASE + version,
        "metadataKey": RECORD_KEY,
        "metadataValue": imprint,
        "location": {"spreadsheet": True},
        "visibility": "DOCUMENT",
    }
    return {"createDeveloperMetadata": {"developerMetadata": record}}


def delete_record(version: int) -> dict[str, object]:
    """The request that forgets what was published before."""
    lookup = {"metadataId": RECORD_BASE + version}
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}


def read_records(reply: Mapping[str, Any]) -> dict[int, str]:
    """version -> imprint of every record in a reply of spreadsheets.get."""
    return {
        each["metadataId"] - RECORD_BASE: each.get("metadataValue", "")
        for each in reply.get("developerMetadata", [])
        if each.get("metadataKey") == RECORD_KEY and each.get("metadataId", 0) > RECORD_BASE
    }
