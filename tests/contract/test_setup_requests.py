"""Every request that setup sends is one that Google knows, by its own description of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import requests
from google.auth.credentials import AnonymousCredentials

from fulfillment.app import SCHEMA_FILE
from fulfillment.sheets.client import SheetsClient
from fulfillment.sheets.schema import read_schema
from fulfillment.sheets.setup import make_ready
from tests.contract.setup_shop import live_in
from tests.contract.test_setup_damage import UNDONE, rename_tab
from tests.local import Workbook
from tests.sandbox.discovery import condensed

MESSAGES = condensed()["messages"]


class Listening(SheetsClient):
    """Keeps the requests that it sends."""

    def __init__(self, workbook_id: str, google: str) -> None:
        super().__init__(workbook_id, AnonymousCredentials(), google)  # type: ignore[no-untyped-call]
        self.sent: list[dict[str, Any]] = []

    def batch_update(self, body: bytes, *, fields: str = "", timeout_s: float = 20) -> dict[str, Any]:
        self.sent += json.loads(body)["requests"]
        return super().batch_update(body, fields=fields, timeout_s=timeout_s)


def wrong(kind: Any, value: Any, at: str) -> Iterator[str]:
    """Where a value is not of the kind that Google's description wants."""
    if isinstance(kind, list):
        for n, inner in enumerate(value):
            yield from wrong(kind[0], inner, f"{at}[{n}]")
    elif isinstance(kind, str) and kind in MESSAGES:
        for name, inner in value.items():
            known = MESSAGES[kind].get(name)
            yield from [f"{at}.{name} is unknown"] if known is None else wrong(known, inner, f"{at}.{name}")
    elif isinstance(kind, dict) and "enum" in kind:
        yield from [] if value in kind["enum"] else [f"{at} is {value}"]
    else:
        types = {"string": str, "bool": bool, "int": int, "number": (int, float), "mask": str}
        yield from [] if isinstance(value, types.get(str(kind), object)) else [f"{at} is {value!r}"]


def sent(workbook_id: str, google: str) -> list[dict[str, Any]]:
    """The requests of one setup."""
    client, now = Listening(workbook_id, google), datetime.now(ZoneInfo("America/Toronto"))
    make_ready(client, read_schema(SCHEMA_FILE), now=now, commit_id="abcdefabcdef")
    return client.sent


def test_on_an_empty_spreadsheet(google: str) -> None:
    new = requests.post(f"{google}/v4/spreadsheets", json={}, timeout=10).json()["spreadsheetId"]
    found = sent(new, google)
    kinds = {kind for request in found for kind in request}
    assert {"addSheet", "addChart", "addBanding", "addProtectedRange", "setBasicFilter"} <= kinds
    assert [problem for request in found for problem in wrong("Request", request, "request")] == []
    assert sent(new, google) == []


def test_on_a_damaged_one(workbook: Workbook) -> None:
    live_in(workbook)
    for damage in dict.fromkeys(damage for damage, _ in UNDONE if damage is not rename_tab):
        damage(workbook)
    found = sent(workbook.id, workbook.google)
    kinds = {kind for request in found for kind in request}
    assert {"updateProtectedRange", "updateConditionalFormatRule", "updateSheetProperties"} <= kinds
    assert [problem for request in found for problem in wrong("Request", request, "request")] == []


def test_what_google_does_not_know_is_found() -> None:
    assert list(wrong("Request", {"addSheet": {"properties": {"titel": "x"}}}, "request")) == [
        "request.addSheet.properties.titel is unknown"
    ]
