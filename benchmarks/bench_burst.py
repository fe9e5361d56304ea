"""Many orders at once: a burst, a sustained load, and three instances on one workbook.

python -m benchmarks.bench_burst [--burst 1000] [--sustained 180] [--together 60] [--instances 3]

Google's quotas and recorded latencies are on; each row has a local Google of its own.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from contextlib import ExitStack

from rich.console import Console
from rich.table import Table

from benchmarks.shop import (
    AT_ONCE,
    LIKE_GOOGLE,
    Answered,
    Google,
    orders,
    percentile,
    post_all,
    stocked,
    version,
)
from tests.local import Function, Workbook

CONNECTIONS = 100
PER_MINUTE = 6_000
"""Keys in stock for a minute: more than any run has given out."""

HEADS = (
    "what", "orders", "answered", "refused", "seconds", "orders/min", "commits", "orders/commit",
    "writes not landed", "reads", "median s", "p99 s", "slowest s",
)  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.bench_burst", description=__doc__)
    options.add_argument("--burst", type=int, default=1_000, help="orders at once; 0 leaves it out")
    options.add_argument("--sustained", type=float, default=60, help="seconds of one instance")
    options.add_argument("--together", type=float, default=60, help="seconds of several instances")
    options.add_argument("--instances", type=int, default=3)
    args = options.parse_args()
    table = Table(*HEADS, title=f"{CONNECTIONS} connections, quotas and recorded latencies on")
    if args.burst:
        rows("a burst", table, instances=1, most=args.burst)
    if args.sustained:
        rows(f"sustained {args.sustained:.0f} s", table, instances=1, for_s=args.sustained)
    if args.together:
        rows(f"{args.instances} instances {args.together:.0f} s", table, args.instances, for_s=args.together)
    Console(width=170).print(table)


def rows(
    what: str, table: Table, instances: int, *, most: int | None = None, for_s: float = float("inf")
) -> None:
    """One run, as a row; with several instances a row for each of them as well."""
    with ExitStack() as stack:
        google = stack.enter_context(Google())
        workbook = stocked(google, most + 500 if most else int(PER_MINUTE * (for_s + 30) / 60))
        functions = [stack.enter_context(Function(workbook)) for _ in range(instances)]
        for number, function in enumerate(functions):
            function.post("/orders", next(orders(f"warm{number}-")))
        before = version(workbook)
        workbook.forget_calls()
        google.set(**LIKE_GOOGLE)
        posts = itertools.islice(orders(), most)
        answers, took_s = post_all(functions, posts, connections=CONNECTIONS, for_s=for_s)
        calls = workbook.calls()
        google.set(**AT_ONCE)
        table.add_row(*_row(what, answers, took_s, calls, version(workbook) - before))
        for number in range(instances if instances > 1 else 0):
            own = [answer for answer in answers if answer.instance == number]
            table.add_row(*_row(f"  instance {number + 1}", own, took_s, None, 0))
        for line in _broken(workbook, answers):
            table.add_row(f"  {line}")


def _row(
    what: str, answers: Sequence[Answered], took_s: float, calls: dict[str, int] | None, commits: int
) -> list[str]:
    served = [answer for answer in answers if answer.status == 200]
    times = [answer.took_s for answer in served]
    per_minute = len(served) / took_s * 60
    spent = (
        [f"{commits:,}", f"{len(served) / max(commits, 1):.1f}", f"{calls['writes'] - commits:,}"]
        if calls
        else [""] * 3
    )
    reads = f"{calls['reads']:,}" if calls else ""
    slow = [
        f"{figure:.2f}" for figure in (percentile(times, 0.5), percentile(times, 0.99), max(times, default=0))
    ]
    return [
        what,
        f"{len(answers):,}",
        f"{len(served):,}",
        f"{len(answers) - len(served):,}",
        f"{took_s:.1f}",
        f"{per_minute:,.0f}",
        *spent,
        reads,
        *slow,
    ]


def _broken(workbook: Workbook, answers: Sequence[Answered]) -> list[str]:
    """What must not be: a key given twice, an order without one."""
    codes = [code for answer in answers for code in answer.codes]
    lines = [f"{len(codes) - len(set(codes))} keys given twice"] if len(codes) > len(set(codes)) else []
    empty = [answer for answer in answers if answer.status == 200 and not answer.codes]
    odd = {answer.status for answer in answers} - {200, 429, 503}
    lines += [f"{len(empty)} orders got nothing"] if empty else []
    lines += [f"answers of status {sorted(odd)}"] if odd else []
    breaches = workbook.service().audit()
    return [*lines, *([f"the audit finds {len(breaches)} breaches"] if breaches else [])]


if __name__ == "__main__":
    main()
