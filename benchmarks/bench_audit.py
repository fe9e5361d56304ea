"""How long the audit of a workbook of 100,000 ledger rows takes, as whoever runs it sees it.

python -m benchmarks.bench_audit [--keys 40000] [--orders 30000] [--times 3]

Each audit is the command `python -m fulfillment audit`, a process of its own that knows nothing yet; the
local Google is another, without latency, whose seconds of a processor are shown apart. Ends with 1 where a
workbook in order does not pass, or where a row that is missing is not found.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from benchmarks.bench_cold_start import filled
from benchmarks.shop import Google
from tests.local import ROOT, Workbook

COMMAND = (sys.executable, "-m", "fulfillment", "audit", "--json")


@dataclass(frozen=True, slots=True)
class Audited:
    """One run of the command."""

    found: int
    seconds: float
    cpu_s: float
    peak_mb: float
    google_s: float
    reads: int


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m benchmarks.bench_audit", description=__doc__)
    options.add_argument("--keys", type=int, default=40_000)
    options.add_argument("--orders", type=int, default=30_000, help="each a row of Assignments and an answer")
    options.add_argument("--times", type=int, default=3)
    args = options.parse_args()
    with Google() as google:
        empty = [audited(google, Workbook(google.url)) for _ in range(args.times)]
        workbook = filled(google, args.keys, args.orders)
        workbook.service(DEADLINE_S="60").refresh()  # the views of a history that was typed in
        workbook.values("Dashboard")  # whose formulas the local Google works out once
        whole = [audited(google, workbook) for _ in range(args.times)]
        lose_a_row(workbook)
        workbook.values("Dashboard")
        damaged = [audited(google, workbook) for _ in range(args.times)]
    rows = args.keys + 2 * args.orders
    heads = ("workbook", "found", "reads", "seconds", "slowest", "processor s", "local Google: s", "peak MB")
    table = Table(*heads, title=f"An audit at the command line, medians of {args.times}; no latency")
    table.add_row("empty", *figures(empty))
    table.add_row(f"{rows:,} ledger rows", *figures(whole))
    table.add_row("the same, a row deleted", *figures(damaged))
    Console(width=130).print(table)
    return int(any(each.found for each in (*empty, *whole)) or not all(each.found for each in damaged))


def audited(google: Google, workbook: Workbook) -> Audited:
    """The command run on this workbook; `seconds` until it has ended, Python's start included."""
    workbook.forget_calls()
    environment = {**os.environ, **workbook.environment()}
    google_s, began = google.cpu_s(), time.perf_counter()
    with subprocess.Popen(COMMAND, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = json.load(process.stdout)
        _, _, used = os.wait4(process.pid, 0)
        process.returncode = 0
    seconds = time.perf_counter() - began
    return Audited(
        len(said["breaches"]),
        seconds,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss / 1024,
        google.cpu_s() - google_s,
        workbook.calls()["reads"],
    )


def lose_a_row(workbook: Workbook) -> None:
    """Somebody deletes the row of the last order in Assignments, which a script may where people may not."""
    end = len(workbook.values("Assignments"))
    row = {"sheetId": workbook.sheet_id("Assignments"), "dimension": "ROWS"}
    workbook.batch({"deleteDimension": {"range": {**row, "startIndex": end - 1, "endIndex": end}}})


def figures(runs: Sequence[Audited]) -> list[str]:
    return [
        f"{runs[0].found}",
        f"{runs[0].reads}",
        f"{statistics.median(run.seconds for run in runs):.2f}",
        f"{max(run.seconds for run in runs):.2f}",
        f"{statistics.median(run.cpu_s for run in runs):.2f}",
        f"{statistics.median(run.google_s for run in runs):.2f}",
        f"{statistics.median(run.peak_mb for run in runs):,.0f}",
    ]


if __name__ == "__main__":
    sys.exit(main())
