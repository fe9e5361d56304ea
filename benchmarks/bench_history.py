"""What a group of 100 orders costs with more and more rows of history, Google left out.

python -m benchmarks.bench_history [--groups 60] [--sizes 1000 10000 100000 1000000]

All sizes live in one process, frozen out of the garbage collector's sight as the app does after a cold start;
their groups take turns, so that whatever slows the machine down slows all of them.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
import tracemalloc
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.history import GROUP, PRODUCTS, Instance, snapshot_of

WARM = 3
"""Groups before the first that counts."""


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.bench_history", description=__doc__)
    options.add_argument("--groups", type=int, default=40, help="of each size")
    options.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    args = options.parse_args()
    instances, filled_mb = {}, {}
    for size in args.sizes:
        before = resident_mb()
        instances[size] = Instance(snapshot_of(size, free=args.groups * GROUP + 10 * GROUP))
        gc.collect()
        gc.freeze()
        filled_mb[size] = resident_mb() - before
    planned, settled = measure(instances, args.groups)
    title = f"A group of {GROUP} orders, {PRODUCTS} pools; medians of {args.groups} groups, taking turns"
    heads = ("rows of history", "state MB", "plan ms", "whole group ms", "ratio", "p90 ms", "KB a group")
    table = Table(*heads, title=title)
    first = statistics.median(settled[args.sizes[0]])
    for size in args.sizes:
        whole = statistics.median(settled[size])
        table.add_row(
            f"{size:,}",
            f"{filled_mb[size]:,.0f}",
            f"{statistics.median(planned[size]):.1f}",
            f"{whole:.1f}",
            f"{whole / first:.2f}",
            f"{statistics.quantiles(settled[size], n=10)[-1]:.1f}",
            f"{group_kb(instances[size]):,.0f}",
        )
    Console(width=130).print(table)
    sent = instances[args.sizes[0]].google.sent
    print(f"The whole group: planned, views made, encoded ({sent:,} bytes), proved, the state moved forward.")


def measure(
    instances: dict[int, Instance], groups: int
) -> tuple[dict[int, list[float]], dict[int, list[float]]]:
    """Milliseconds of planning, and of whole groups, by size."""
    planned: dict[int, list[float]] = {size: [] for size in instances}
    settled: dict[int, list[float]] = {size: [] for size in instances}
    for number in range(WARM + groups):
        for size, instance in instances.items():
            cases = instance.group()
            began = time.perf_counter()
            instance.plan(cases)
            between = time.perf_counter()
            instance.settle(cases)
            ended = time.perf_counter()
            if number >= WARM:
                planned[size].append((between - began) * 1_000)
                settled[size].append((ended - between) * 1_000)
    return planned, settled


def group_kb(instance: Instance) -> float:
    """The most memory that one group takes besides the state, apart from the figures above."""
    cases = instance.group()
    tracemalloc.start()
    instance.settle(cases)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1_024


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1_024


if __name__ == "__main__":
    main()
