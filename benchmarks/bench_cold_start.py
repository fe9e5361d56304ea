"""How an instance starts on a workbook of 100,000 keys and 200,000 rows of orders.

python -m benchmarks.bench_cold_start [--keys 100000] [--orders 100000] [--times 5]

The local Google and each start are processes of their own; there is no latency. A start counts from when the
code is loaded to the first look that adds up.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.history import AT, PRODUCTS, SCHEMA_FILE, _answered, _assigned, _imported
from benchmarks.shop import Google, peak_mb
from fulfillment.app import build_service
from fulfillment.settings import read_settings
from fulfillment.sheets.codec import Layout
from fulfillment.sheets.schema import read_schema
from fulfillment.sheets.tabs import SYSTEM, Codecs, SystemRow
from fulfillment.workbook import LEDGERS, NUMBERED, Changes, LedgerName
from tests.local import ROOT, Workbook

ROWS_AT_ONCE = 4_000
ROWS_A_COMMIT = 200


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.bench_cold_start", description=__doc__)
    options.add_argument("--keys", type=int, default=100_000)
    options.add_argument(
        "--orders", type=int, default=100_000, help="each a row of Assignments and an answer"
    )
    options.add_argument("--times", type=int, default=5)
    options.add_argument("--start", action="store_true", help="be one start, on the workbook of the settings")
    args = options.parse_args()
    if args.start:
        print(json.dumps(one_start()))
        return
    with Google() as google:
        workbook = filled(google, args.keys, args.orders)
        empty = [start(Workbook(google.url)) for _ in range(args.times)]
        before_s = google.cpu_s()
        full = [start(workbook) for _ in range(args.times)]
        google_s, google_mb = (google.cpu_s() - before_s) / args.times, google.peak_mb()
    rows = args.keys + 2 * args.orders
    heads = (
        "workbook",
        "calls",
        "seconds",
        "slowest",
        "processor s",
        "peak MB",
        "local Google: s",
        "peak MB",
    )
    table = Table(*heads, title=f"A cold start, medians of {args.times}; no latency")
    table.add_row("empty", *_figures(empty), "", "")
    table.add_row(f"{rows:,} ledger rows", *_figures(full), f"{google_s:.2f}", f"{google_mb:,.0f}")
    Console(width=130).print(table)


def _figures(starts: Sequence[dict[str, float]]) -> list[str]:
    def median(name: str) -> float:
        return statistics.median(each[name] for each in starts)

    slowest = max(each["seconds"] for each in starts)
    return [
        f"{median('calls'):.0f}",
        f"{median('seconds'):.2f}",
        f"{slowest:.2f}",
        f"{median('cpu_s'):.2f}",
        f"{median('peak_mb'):,.0f}",
    ]


def start(workbook: Workbook) -> dict[str, float]:
    """The figures of one start, in a process of its own."""
    workbook.forget_calls()
    command = [sys.executable, "-m", "benchmarks.bench_cold_start", "--start"]
    environment = {**os.environ, **workbook.environment(DEADLINE_S="60")}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    calls = workbook.calls()
    figures: dict[str, float] = json.loads(done.stdout)
    return {**figures, "calls": calls["reads"] + calls["writes"]}


def one_start() -> dict[str, float]:
    """The first look of an instance; run in a process that has done nothing else."""
    service = build_service(read_settings())
    began, cpu = time.perf_counter(), time.process_time()
    service.check()
    seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    return {"seconds": seconds, "cpu_s": cpu_s, "peak_mb": peak_mb()}


def filled(google: Google, keys: int, orders: int) -> Workbook:
    """A workbook with this history, typed in by a script of ours: its own commits would take an hour."""
    workbook = Workbook(google.url)
    workbook.sell(**{f"SKU{n}": f"NASM-C{n}-FULL" for n in range(PRODUCTS)})
    schema = read_schema(SCHEMA_FILE)
    codecs, (system,) = Codecs(schema), workbook.tab(SYSTEM)
    last, version = dict.fromkeys(NUMBERED, 0), int(system["version"])
    sheets = {name: workbook.sheet_id(name) for name in LEDGERS}
    for changes in _history(keys, orders):
        version += 1
        numbered = changes.numbered(last, version)
        for name, rows in numbered.ledger_rows().items():
            last[name] = rows[-1].no
            _append(workbook, sheets[name], codecs, name, rows)
    codec = codecs.system
    row = codec.reader(Layout.of(codec.tab, codec.tab.headers))([system[h] for h in codec.tab.headers])
    _write_system(workbook, codecs, row, last, version)
    return workbook


def _history(keys: int, orders: int) -> Iterator[Changes]:
    for start in range(0, keys, ROWS_AT_ONCE):
        yield Changes(events=tuple(map(_imported, range(start, min(keys, start + ROWS_AT_ONCE)))))
    for start in range(0, orders, ROWS_A_COMMIT):
        numbers = range(start, min(orders, start + ROWS_A_COMMIT))
        yield Changes(assignments=tuple(map(_assigned, numbers)), answers=tuple(map(_answered, numbers)))


def _append(workbook: Workbook, sheet: int, codecs: Codecs, name: LedgerName, rows: Sequence[Any]) -> None:
    codec = codecs.ledgers[name]
    layout = Layout.of(codec.tab, codec.tab.headers)
    cells = [{"values": layout.cells(codec.values(row))} for row in rows]
    workbook.batch({"appendCells": {"sheetId": sheet, "rows": cells, "fields": "userEnteredValue"}})


def _write_system(
    workbook: Workbook, codecs: Codecs, known: SystemRow, last: dict[LedgerName, int], version: int
) -> None:
    layout = Layout.of(codecs.system.tab, codecs.system.tab.headers)
    row = SystemRow(
        version, "filled", AT, *last.values(), known.catalogue_version,
        known.schema_version, known.spreadsheet_id,
    )  # fmt: skip
    cells = layout.cells(codecs.system.values(row))
    start = {"sheetId": workbook.sheet_id(SYSTEM), "rowIndex": 1, "columnIndex": 0}
    update = {"rows": [{"values": cells}], "fields": "userEnteredValue", "start": start}
    workbook.batch({"updateCells": update})


if __name__ == "__main__":
    main()
