"""How fast the local Google is on tabs of 1,000, 10,000 and 100,000 rows, and what a million cells weigh.

.venv/bin/python benchmarks/bench_sandbox.py
"""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
COLUMNS = 15
CALLS = 200
SIZES = (1_000, 10_000, 100_000)


class Server:
    """`python -m sandbox` in a process of its own, and one connection to it."""

    def __init__(self, folder: str) -> None:
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--dir", folder]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        address = self.process.stdout.readline().split()[4].rstrip(",").removeprefix("http://")
        self._connection = http.client.HTTPConnection(address)
        self._connection.connect()
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def call(self, verb: str, path: str, body: Any = None) -> Any:
        self._connection.request(verb, path, json.dumps(body) if body is not None else None)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return json.loads(text)

    def memory_mb(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def stop(self) -> None:
        self._connection.close()
        self.process.terminate()
        self.process.wait()

    def crash(self) -> None:
        self._connection.close()
        self.process.kill()
        self.process.wait()


def rows(count: int, start: int = 0) -> list[Any]:
    return [
        {"values": [{"userEnteredValue": {"stringValue": f"value {n} {m}"}} for m in range(COLUMNS)]}
        for n in range(start, start + count)
    ]


def appending(count: int, start: int = 0) -> Any:
    cells = {"sheetId": 0, "fields": "userEnteredValue", "rows": rows(count, start)}
    return {"requests": [{"appendCells": cells}]}


def each_ms(work: Callable[[], Any], times: int = CALLS) -> float:
    """The median of so many calls, after a few to warm up."""
    for _ in range(5):
        work()
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def table(server: Server, size: int) -> list[str]:
    path = f"/v4/spreadsheets/{server.call('POST', '/v4/spreadsheets', {})['spreadsheetId']}"
    for start in range(0, size, 5_000):
        server.call("POST", f"{path}:batchUpdate", appending(min(5_000, size), start))
    twenty = [[f"value {m}" for m in range(COLUMNS)] for _ in range(20)]
    stamps = iter(range(1, 10_000))

    def commit() -> None:
        entry: dict[str, Any] = {"metadataId": next(stamps), "metadataKey": "fence", "visibility": "DOCUMENT"}
        stamp = {
            "createDeveloperMetadata": {"developerMetadata": entry | {"location": {"spreadsheet": True}}}
        }
        server.call("POST", f"{path}:batchUpdate", {"requests": [stamp, *appending(20)["requests"]]})

    append = f"{path}/values/A1:append?valueInputOption=RAW"
    figures = [
        each_ms(lambda: server.call("GET", f"{path}/values/A1:O20")),
        each_ms(lambda: server.call("POST", append, {"values": twenty})),
        each_ms(lambda: server.call("POST", f"{path}:batchUpdate", appending(20))),
        each_ms(commit),
    ]
    started = time.perf_counter()
    server.call("GET", f"{path}/values/Sheet1")
    whole_s = time.perf_counter() - started
    return [f"{size:,}", *(f"{ms:.2f} ({1000 / ms:,.0f}/s)" for ms in figures), f"{whole_s:.2f} s"]


def million_cells(folder: str) -> str:
    server = Server(folder)
    empty = server.memory_mb()
    path = f"/v4/spreadsheets/{server.call('POST', '/v4/spreadsheets', {})['spreadsheetId']}"
    count = 1_000_000 // COLUMNS
    for start in range(0, count, 2_000):
        server.call("POST", f"{path}:batchUpdate", appending(min(2_000, count - start), start))
    full = server.memory_mb()
    server.crash()
    started = time.perf_counter()
    again = Server(folder)
    up_s = time.perf_counter() - started
    started = time.perf_counter()
    again.call("GET", f"{path}?fields=spreadsheetId")
    replayed_s = time.perf_counter() - started
    again.stop()
    third = Server(folder)
    started = time.perf_counter()
    third.call("GET", f"{path}?fields=spreadsheetId")
    loaded_s = time.perf_counter() - started
    kept = third.memory_mb()
    third.stop()
    return (
        f"A million cells of text: {full - empty:.0f} MB as written, {kept - empty:.0f} MB as read back; "
        f"start {up_s:.2f} s, first read after a crash {replayed_s:.1f} s, "
        f"after an orderly end {loaded_s:.1f} s."
    )


def main() -> None:
    calls = ["read 20 rows, ms", "values.append 20", "appendCells 20", "stamp + appendCells 20"]
    heads = ["rows", *calls, "read all"]
    with tempfile.TemporaryDirectory() as folder:
        server = Server(folder)
        lines = [heads, *(table(server, size) for size in SIZES)]
        server.stop()
    widths = [max(len(line[n]) for line in lines) for n in range(len(heads))]
    print(f"The local Google, {COLUMNS} columns, median of {CALLS} calls over one connection\n")
    for line in lines:
        print("  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))
    with tempfile.TemporaryDirectory() as folder:
        print(f"\n{million_cells(folder)}")


if __name__ == "__main__":
    main()
