"""python -m benchmarks: every benchmark, one after the other, in a form of some ten minutes in all."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.local import ROOT

SHORTENED = (
    ("bench_orders", "--seconds", "30", "--rival-seconds", "60"),
    ("bench_burst", "--sustained", "60", "--together", "60"),
    ("bench_history", "--groups", "20"),
    ("bench_cold_start", "--times", "3"),
    ("bench_audit", "--times", "2"),
    ("bench_postgres", "--seconds", "5"),
    ("bench_sandbox",),
)
"""Each alone, without these, goes on longer."""


def main() -> int:
    failed = 0
    for name, *options in SHORTENED:
        command = [sys.executable, "-m", f"benchmarks.{name}", *options]
        print(f"\npython -m benchmarks.{' '.join([name, *options])}", flush=True)
        began = time.perf_counter()
        failed += subprocess.run(command, cwd=ROOT, check=False).returncode != 0
        print(f"({time.perf_counter() - began:.0f} s)", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
