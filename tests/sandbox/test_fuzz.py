"""Whatever is sent, the answer is one in Google's shape: never a 500, never silence."""

from __future__ import annotations

import json
import os
import random
import socket
from typing import Any
from urllib.parse import quote

import pytest

from sandbox.batch import HANDLERS
from sandbox.server import Sandbox
from sandbox.shapes import MESSAGES
from tests.sandbox.rest_client import Client
from tests.sandbox.test_batch import furnish, one_of_each_kind

# The long run: FUZZ=10000 pytest tests/sandbox/test_fuzz.py
REQUESTS = int(os.environ.get("FUZZ", "1500"))

JUNK: list[Any] = [
    *(None, True, -1, 0, 1, 2**31, 2**63, 1e308, 0.5, "", "x", "=", "A1", "é😀\ud800", [], {}, [[]], [{}]),
    *([None], {"a": 1}, "*", "x" * 60_000, {"sheetId": 99}, {"sheetId": -1}, [1, "a", None], "ROWS", "1e999"),
]
RANGES = [
    *("A1", "Sheet1", "Full!A1:B2", "", "!", "'", "''", "A", "1", "A0", "A1:", ":A1", "ZZZZ1", "A1:B2:C3"),
    *(
        "a!b!c",
        "Full!",
        "Full!A99999",
        "R1C1",
        "%",
        "Full!A:A",
        "3:2",
        "'Full'!1:1",
        "Named",
        "💥",
        "A1048576",
    ),
]
MASKS = ["*", "a", "sheets(", ")", "sheets.data", ",", "sheets/data/rowData", "sheets(data(rowData))", "."]
OWN = "/v4/spreadsheets/{}"
PATHS = [
    *("/", "/v4", "/v4/spreadsheets/", "/v4/spreadsheets/x:batchUpdate", "/v4/spreadsheets/%00", "//"),
    *(
        f"{OWN}/values",
        f"{OWN}:nothing",
        f"{OWN}/values:nothing",
        f"{OWN}/values/%FF",
        f"{OWN}/values/A1:append",
    ),
    *(f"{OWN}/sheets/0:copyTo", f"{OWN}/sheets/x:copyTo", f"{OWN}/developerMetadata/x"),
    *(f"{OWN}/developerMetadata:search", "/v4/spreadsheets//values/A1", "/drive/v3/files/{}/copy"),
    *(
        "/upload/drive/v2/files/{}",
        "/drive/v3/files",
        "/drive/v3/files/x",
        "/drive/v3/nothing",
        "/_sandbox/x",
        "/_sandbox/faults",
    ),
    *("/_sandbox/settings", "/_sandbox/person"),
]


class Fuzz:
    """Draws requests that are nearly right."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def spoilt(self, value: Any, depth: int = 0) -> Any:
        """The value with something in it exchanged, lost or added."""
        if self.random.random() < 0.15 + 0.1 * depth:
            return self.random.choice(JUNK)
        if isinstance(value, dict) and value:
            spoilt = dict(value)
            name = self.random.choice(list(value))
            if self.random.random() < 0.2:
                del spoilt[name]
            else:
                spoilt[name] = self.spoilt(value[name], depth + 1)
            if self.random.random() < 0.1:
                spoilt[self.random.choice(["extra", "sheetId", "range", "fields"])] = self.random.choice(JUNK)
            return spoilt
        if isinstance(value, list) and value:
            at = self.random.randrange(len(value))
            return [*value[:at], self.spoilt(value[at], depth + 1), *value[at + 1 :]]
        return self.random.choice(JUNK)

    def shaped(self, kind: Any, depth: int = 0) -> Any:
        """A random value of a message's shape."""
        if self.random.random() < 0.1:
            return self.random.choice(JUNK)
        if isinstance(kind, list):
            return [self.shaped(kind[0], depth + 1) for _ in range(self.random.randrange(3))]
        if isinstance(kind, dict):
            return self.random.choice(kind["enum"]) if "enum" in kind else {"a": 1}
        if kind in MESSAGES and depth < 6:
            fields = MESSAGES[kind]
            names = self.random.sample(sorted(fields), min(len(fields), self.random.randrange(4)))
            return {name: self.shaped(fields[name], depth + 1) for name in names}
        small = self.random.randrange(-2, 12)
        plain = {
            "int": small,
            "number": small / 2,
            "bool": small > 4,
            "string": "Sheet1",
            "mask": "*",
            "any": small,
        }
        return plain.get(kind, {})

    def request(self, spreadsheet: str) -> tuple[str, str, Any]:
        """A verb, an address and a body."""
        path = f"/v4/spreadsheets/{spreadsheet}"
        choice = self.random.randrange(6)
        if choice == 0:
            kind, ask = self.random.choice(sorted(one_of_each_kind().items()))
            return "POST", f"{path}:batchUpdate", self.spoilt({"requests": [{kind: ask}]})
        if choice == 1:
            kind = self.random.choice(sorted(HANDLERS))
            return (
                "POST",
                f"{path}:batchUpdate",
                {"requests": [{kind: self.shaped(MESSAGES["Request"][kind])}]},
            )
        range_ = quote(self.random.choice(RANGES), safe="")
        if choice == 2:
            body = self.spoilt({"values": [["a", 1, None], [True]], "majorDimension": "ROWS", "range": "A1"})
            option = self.random.choice(["RAW", "USER_ENTERED", "", "x"])
            verb, tail = self.random.choice([("PUT", ""), ("POST", ":append"), ("POST", ":clear")])
            return verb, f"{path}/values/{range_}{tail}?valueInputOption={option}", body
        if choice == 3:
            mask = quote(self.random.choice(MASKS), safe="")
            return (
                "GET",
                f"{path}?ranges={range_}&fields={mask}&includeGridData={self.random.choice('01x')}",
                None,
            )
        if choice == 4:
            data = {"valueInputOption": "RAW", "data": [{"range": "A1", "values": [[1]]}], "ranges": ["A1"]}
            verb, tail = self.random.choice(
                [("POST", ":batchUpdate"), ("POST", ":batchClear"), ("GET", ":batchGet")]
            )
            return verb, f"{path}/values{tail}?ranges={range_}", self.spoilt(data)
        verb = self.random.choice(["GET", "POST", "PUT", "DELETE", "PATCH"])
        raw = self.random.choice(
            [b"", b"{", b"[]", b"null", b"\xff", b'{"a":NaN}', b"[" * 3000, b'{"name":5}']
        )
        return verb, self.random.choice(PATHS).replace("{}", spreadsheet), raw


@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_sent_is_answered_in_googles_shape(google: Client, seed: int) -> None:
    fuzz = Fuzz(seed)
    furnish(google)
    for n in range(REQUESTS // 3):
        verb, path, body = fuzz.request(google.id)
        status, said = google.send(verb, path, body)
        assert status in (200, 204, 400, 404, 501), (n, verb, path, body, said)
        if status >= 400:
            error = json.loads(said)["error"]
            assert error["code"] == status, (n, verb, path, body)
            assert isinstance(error["message"], str)
            assert error["status"]
        if google.send("GET", f"{google.path}?fields=spreadsheetId")[0] == 404:
            google.create()
            furnish(google)
    assert google.get(includeGridData="true")["spreadsheetId"] == google.id


def test_a_body_can_come_in_chunks(google: Client) -> None:
    connection = google._connection
    pieces = iter([b'{"values": [["in ', b"", b'pieces"]]}'])
    connection.request("PUT", f"{google.path}/values/A1?valueInputOption=RAW", pieces, encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})  # fmt: skip
    assert json.loads(connection.getresponse().read())["updatedRange"] == "Sheet1!A1"
    assert google.read("A1") == [["in pieces"]]


def test_a_body_that_is_too_large_or_has_no_length_is_refused(google: Client) -> None:
    connection = google._connection
    connection.putrequest("POST", f"{google.path}:batchUpdate")
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()
    connection.putrequest("POST", f"{google.path}:batchUpdate")
    connection.putheader("Content-Length", "many")
    connection.endheaders()
    assert connection.getresponse().status == 400
    connection.close()


LARGE = 2**31 - 1


@pytest.mark.parametrize(
    ("kind", "ask"),
    [
        ("appendDimension", {"dimension": "ROWS", "length": LARGE}),
        ("appendDimension", {"dimension": "COLUMNS", "length": LARGE}),
        ("insertDimension", {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": LARGE}}),
        ("insertDimension", {"range": {"dimension": "COLUMNS", "startIndex": 0, "endIndex": LARGE}}),
        ("addDimensionGroup", {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": LARGE}}),
        ("addSheet", {"properties": {"gridProperties": {"rowCount": LARGE, "columnCount": LARGE}}}),
        (
            "updateSheetProperties",
            {
                "properties": {"gridProperties": {"rowCount": LARGE}},
                "fields": "gridProperties.rowCount",
            },
        ),
        ("repeatCell", {"range": {"endRowIndex": LARGE}, "cell": {}, "fields": "*"}),
        (
            "updateDimensionProperties",
            {
                "range": {"dimension": "ROWS", "endIndex": LARGE},
                "properties": {},
                "fields": "pixelSize",
            },
        ),
    ],
)
def test_a_size_beyond_all_limits_is_refused_at_once(google: Client, kind: str, ask: dict[str, Any]) -> None:
    google.write("A1", [["x"]])
    status, said = google.send("POST", f"{google.path}:batchUpdate", {"requests": [{kind: ask}]})
    assert (status, json.loads(said)["error"]["status"]) == (400, "INVALID_ARGUMENT")


def test_a_mask_with_thousands_of_brackets_is_refused(google: Client) -> None:
    assert google.send("GET", f"{google.path}?fields={'sheets(' * 5000}")[0] == 400


@pytest.mark.parametrize("verb", ["HEAD", "OPTIONS", "FROB"])
def test_a_verb_that_is_not_there_is_refused(google: Client, verb: str) -> None:
    assert google.send(verb, google.path)[0] == 405


@pytest.mark.parametrize(
    "junk", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\r\n\r\n"]
)
def test_what_is_no_http_is_refused(sandbox: Sandbox, junk: bytes) -> None:
    host, _, port = sandbox.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(junk)
        assert b'"error"' in connection.recv(4096)
