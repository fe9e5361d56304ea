"""A local Google for the tests, and a client that says little: `google.batch({...})` and the like."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.server import Sandbox

Json = dict[str, Any]


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Json) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])


class Client:
    """One spreadsheet of a local Google, over a connection of its own."""

    def __init__(self, url: str, spreadsheet: str = "") -> None:
        self._connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
        self.id = spreadsheet

    def send(self, verb: str, path: str, body: Any = None, **query: Any) -> tuple[int, bytes]:
        listed = [(k, v) for k, vs in query.items() for v in (vs if isinstance(vs, list) else [vs])]
        target = f"{path}?{urlencode(listed)}" if listed else path
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            self._connection.request(verb, target, data)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise

    def call(self, verb: str, path: str, body: Any = None, **query: Any) -> Json:
        status, text = self.send(verb, path, body, **query)
        answer: Json = json.loads(text) if text else {}
        if status >= 300:
            raise Refused(status, answer)
        return answer

    def create(self, **properties: Any) -> Client:
        """Makes a spreadsheet and stays with it."""
        asked = {"properties": {"title": "Orders"} | properties}
        self.id = str(self.call("POST", "/v4/spreadsheets", asked)["spreadsheetId"])
        return self

    @property
    def path(self) -> str:
        return f"/v4/spreadsheets/{self.id}"

    def batch(self, *requests: Json, **more: Any) -> Json:
        fields = {"fields": more.pop("fields")} if "fields" in more else {}
        return self.call("POST", f"{self.path}:batchUpdate", {"requests": list(requests)} | more, **fields)

    def get(self, **query: Any) -> Json:
        return self.call("GET", self.path, **query)

    def tab(self, **query: Any) -> Json:
        """The first tab."""
        found: Json = self.get(**query)["sheets"][0]
        return found

    def write(self, range: str, rows: list[list[Any]], option: str = "RAW", **query: Any) -> Json:
        path = f"{self.path}/values/{quote(range, safe='')}"
        return self.call("PUT", path, {"values": rows}, valueInputOption=option, **query)

    def append(self, range: str, rows: list[list[Any]], **query: Any) -> Json:
        path = f"{self.path}/values/{quote(range, safe='')}:append"
        return self.call("POST", path, {"values": rows}, valueInputOption="RAW", **query)

    def read(self, range: str, **query: Any) -> list[list[Any]]:
        found = self.call("GET", f"{self.path}/values/{quote(range, safe='')}", **query)
        rows: list[list[Any]] = found.get("values", [])
        return rows

    def person(self, edit: str, tab: str = "Sheet1", **more: Any) -> Json:
        asked = {"spreadsheet": self.id, "tab": tab, "edit": edit} | more
        return self.call("POST", "/_sandbox/person", asked)

    def faults(self, **plan: Any) -> Json:
        return self.call("POST", "/_sandbox/faults", plan)

    def spent(self) -> Json:
        spent: Json = self.call("GET", "/_sandbox/faults")["spent"]
        return spent

    def close(self) -> None:
        self._connection.close()

    def __del__(self) -> None:
        self.close()


@contextmanager
def client_of(sandbox: Sandbox) -> Iterator[Client]:
    """A client with a fresh spreadsheet."""
    client = Client(sandbox.url)
    try:
        yield client.create()
    finally:
        client.close()


def text(value: str) -> Json:
    """A cell that holds a text."""
    return {"userEnteredValue": {"stringValue": value}}


def row(*values: str) -> Json:
    return {"values": [text(value) for value in values]}


def stamp(number: int, value: str = "abc") -> Json:
    """The request that creates developer metadata with an id."""
    entry = {"metadataId": number, "metadataKey": "fence", "metadataValue": value, "visibility": "DOCUMENT"}
    return {"createDeveloperMetadata": {"developerMetadata": entry | {"location": {"spreadsheet": True}}}}


def append_cells(*rows: Json, sheet: int = 0) -> Json:
    return {"appendCells": {"sheetId": sheet, "fields": "userEnteredValue", "rows": list(rows)}}
