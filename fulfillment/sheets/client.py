"""Three calls of the Sheets API through gspread's HTTP client, and what its failures mean to us.

| what comes back                                   | raised       | was a write applied?         |
|---------------------------------------------------|--------------|------------------------------|
| 400                                               | BatchRefused | no, but an earlier twin may  |
| 401, 403, 404                                     | NotAllowed   | no                           |
| 429                                               | QuotaSpent   | no: stopped at the door      |
| 5xx, time-out, reset, a body that is no JSON      | GoogleAway   | nobody knows: look           |
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import mktime_tz, parsedate_tz
from typing import Any, TypeVar
from urllib.parse import quote

import google.auth.exceptions
import gspread
import requests
from google.auth.credentials import Credentials

from fulfillment.errors import BatchRefused, FulfillmentError, GoogleAway, NotAllowed, QuotaSpent
from fulfillment.sheets.codec import Scalar

CONNECT_TIMEOUT_S = 5
GOOGLE_TIMEOUT_S = 20
"""How long Google may be silent in one call, where the caller names no time."""

LOOK_TIMEOUT_S = 8
"""The same for a look: 95 % take less than a second, and a stalled one must leave time for another."""

T = TypeVar("T")
Json = dict[str, Any]


class SheetsClient:
    """One spreadsheet. Retries nothing; remembers how many calls it made, and what time it is there."""

    def __init__(
        self,
        spreadsheet_id: str,
        credentials: Credentials,
        base_url: str,
        named_by: str = "SPREADSHEET_ID",
    ) -> None:
        """`named_by`: where its id was set, for who has to correct it."""
        self.spreadsheet_id = spreadsheet_id
        self._named_by = named_by
        self._url = f"{base_url.rstrip('/')}/v4/spreadsheets/{quote(spreadsheet_id, safe='')}"
        self._http = gspread.HTTPClient(credentials)
        self.calls = 0
        self.ahead_s = 0.0
        """By how much our clock was ahead of Google's at the last answer, to the second."""

    def get(self, ranges: Sequence[str], fields: str, *, timeout_s: float = LOOK_TIMEOUT_S) -> Json:
        """spreadsheets.get with a mask. 1 read."""
        params = {"ranges": list(ranges), "fields": fields, "prettyPrint": "false"}
        return self._json("get", "", params=params, timeout_s=timeout_s)

    def values(
        self, ranges: Sequence[str], *, timeout_s: float = GOOGLE_TIMEOUT_S
    ) -> list[list[list[Scalar]]]:
        """values:batchGet, unformatted: the rows of each range, trimmed as Google trims them. 1 read."""
        params = {
            "ranges": list(ranges),
            "valueRenderOption": "UNFORMATTED_VALUE",
            "dateTimeRenderOption": "SERIAL_NUMBER",
            "prettyPrint": "false",
        }
        reply = self._json("get", "/values:batchGet", params=params, timeout_s=timeout_s)
        found = reply.get("valueRanges", [])
        if len(found) != len(ranges):
            raise GoogleAway("Google answered with fewer ranges than were asked for.")
        return [each.get("values", []) for each in found]

    def batch_update(self, body: bytes, *, fields: str = "", timeout_s: float = GOOGLE_TIMEOUT_S) -> Json:
        """spreadsheets.batchUpdate with exactly these bytes: all of it happens, or nothing. 1 write."""
        params = {"fields": fields, "prettyPrint": "false"} if fields else {"prettyPrint": "false"}
        headers = {"Content-Type": "application/json"}
        return self._json(
            "post", ":batchUpdate", params=params, data=body, headers=headers, timeout_s=timeout_s
        )

    def _json(self, method: str, path: str, *, timeout_s: float, **request: Any) -> Json:
        self._http.set_timeout((min(CONNECT_TIMEOUT_S, timeout_s), timeout_s))
        self.calls += 1
        reply = _translated(
            lambda: self._heard(self._http.request(method, self._url + path, **request)), self._named_by
        )
        if not isinstance(reply, dict):
            raise GoogleAway("Google's answer is not the JSON object that it should be.")
        return reply

    def _heard(self, response: requests.Response) -> object:
        """The body; and in passing what time it is at Google, who says it with every answer."""
        if there := parsedate_tz(response.headers.get("Date", "")):
            self.ahead_s = time.time() - mktime_tz(there)
        return response.json()


def _translated(call: Callable[[], T], named_by: str) -> T:
    """The call's value, or its failure as one of ours. Texts of Google may quote keys: none is passed on."""
    try:
        return call()
    except gspread.exceptions.APIError as error:
        raise _meaning(error, named_by) from None
    except (requests.RequestException, google.auth.exceptions.TransportError) as error:
        raise GoogleAway(f"Google did not answer ({type(error).__name__}).") from None
    except google.auth.exceptions.GoogleAuthError as error:
        raise NotAllowed(f"Google does not accept the credentials ({type(error).__name__}).") from None


def _meaning(error: gspread.exceptions.APIError, named_by: str) -> FulfillmentError:
    status = error.response.status_code
    if status == 400:
        where = re.match(
            r"Invalid requests\[\d+\]\.\w+|Unable to parse range|Range", str(error.error.get("message"))
        )
        return BatchRefused(f"Google refused the request ({where[0] if where else 'INVALID_ARGUMENT'}).")
    if status in (401, 403, 404):
        return NotAllowed(
            f"Google does not let the service at the spreadsheet ({status}): check {named_by}, and share the "
            "spreadsheet with the service account as an editor."
        )
    if status == 429:
        return QuotaSpent("Google's quota of calls for this minute is spent.", retry_after_s=30)
    return GoogleAway(f"Google answered with status {status}.")


def to_bytes(body: Mapping[str, object]) -> bytes:
    """The body as it goes over the wire, and again unchanged where it must be resent."""
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
