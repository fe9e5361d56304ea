"""Whether the service may write: told by writing, and leaving no trace."""

from __future__ import annotations

from fulfillment.sheets.client import SheetsClient, to_bytes

TRIAL_ID = 999_999_999
"""Developer metadata just below the lock's ids, which nobody else uses."""


def try_writing(client: SheetsClient) -> None:
    """The spreadsheet can be written to, and is as it was. 1 write.

    Raises NotAllowed, BatchRefused, Unavailable.
    """
    trial = {
        "metadataId": TRIAL_ID,
        "metadataKey": "trial",
        "location": {"spreadsheet": True},
        "visibility": "DOCUMENT",
    }
    gone = {"dataFilter": {"developerMetadataLookup": {"metadataId": TRIAL_ID}}}
    requests = [
        {"createDeveloperMetadata": {"developerMetadata": trial}},
        {"deleteDeveloperMetadata": gone},
    ]
    client.batch_update(to_bytes({"requests": requests}))
