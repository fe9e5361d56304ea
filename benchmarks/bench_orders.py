"""API calls per order and orders a minute: ours and other ways to keep keys in a spreadsheet.

python -m benchmarks.bench_orders [--seconds 45] [--rival-seconds 75] [--workers 4] [--in-flight 1 10 100]

Google's quotas and recorded latencies are on; each row has a local Google of its own. The rivals run at the
same time, as they mostly wait; ours run one after the other. A customer shares a key where another one was
given the same.
"""

from __future__ import annotations

import argparse
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests
from rich.console import Console
from rich.table import Table

from benchmarks.rivals import RIVALS, Book, spreadsheet_with
from benchmarks.shop import AT_ONCE, LIKE_GOOGLE, Google, orders, percentile, post_all, stocked
from tests.local import Function

RIVALS_KEYS = 900
"""They fit the rows that a new sheet has."""
KEYS_A_SECOND = 100


@dataclass(frozen=True, slots=True)
class Figures:
    """What one way came to."""

    way: str
    in_flight: int
    served: int
    refused: int
    seconds: float
    reads: int
    writes: int
    sharing: int
    """Customers whose key another one was given too."""
    median_s: float

    @property
    def per_minute(self) -> float:
        return self.served / self.seconds * 60

    def row(self, others: Sequence[Figures]) -> list[str]:
        """As the table shows it; `others` are what it is compared with."""
        served = max(self.served, 1)
        return [
            self.way,
            f"{self.in_flight:,}",
            f"{self.served:,}",
            f"{self.refused:,}",
            f"{self.reads / served:.2f} + {self.writes / served:.2f}",
            f"{self.per_minute:,.0f}",
            " ".join(f"{self.per_minute / max(other.per_minute, 0.1):,.1f}" for other in others),
            f"{self.sharing} ({100 * self.sharing / served:.0f} %)",
            f"{self.median_s:.2f}",
        ]


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.bench_orders", description=__doc__)
    options.add_argument("--seconds", type=float, default=45, help="of each of ours")
    options.add_argument("--rival-seconds", type=float, default=75)
    options.add_argument("--workers", type=int, default=4, help="of each rival")
    options.add_argument("--in-flight", type=int, nargs="+", default=[1, 10, 100, 1_000])
    args = options.parse_args()
    with ThreadPoolExecutor(len(RIVALS)) as threads:
        running = [
            threads.submit(rival, name, give, args.workers, args.rival_seconds)
            for name, give in RIVALS.items()
        ]
        rivals = [future.result() for future in running]
    ways = [*rivals, *(ours(count, args.seconds) for count in args.in_flight)]
    heads = (
        "way", "in flight", "served", "refused", "reads + writes an order", "orders/min",
        "times each rival", "customers sharing a key", "median s",
    )  # fmt: skip
    table = Table(*heads, title="Orders of one key, quotas and recorded latencies on")
    for figures in ways:
        table.add_row(*figures.row(rivals))
    Console(width=160).print(table)


def ours(in_flight: int, seconds: float) -> Figures:
    """One function process on a warm workbook, and so many connections."""
    with Google() as google:
        workbook = stocked(google, int(KEYS_A_SECOND * (seconds + 30)))
        with Function(workbook) as function:
            function.post("/orders", next(orders("warm-")))
            workbook.forget_calls()
            google.set(**LIKE_GOOGLE)
            answers, took_s = post_all([function], orders(), connections=in_flight, for_s=seconds)
            calls = workbook.calls()
            google.set(**AT_ONCE)
    served = [answer for answer in answers if answer.status == 200 and answer.codes]
    return Figures(
        "ours",
        in_flight,
        len(served),
        len(answers) - len(served),
        took_s,
        calls["reads"],
        calls["writes"],
        sharing([code for answer in served for code in answer.codes]),
        percentile([answer.took_s for answer in served], 0.5),
    )


def rival(name: str, give: Callable[[Book, str], str], workers: int, seconds: float) -> Figures:
    """So many workers who serve orders in this way, each with a connection of its own."""
    with Google() as google:
        spreadsheet = spreadsheet_with(google.url, [f"EX-{number:05}" for number in range(RIVALS_KEYS)])
        books = [Book(google.url, spreadsheet) for _ in range(workers)]
        requests.delete(f"{google.url}/_sandbox/stats", timeout=10).raise_for_status()
        google.set(**LIKE_GOOGLE)
        served: list[tuple[str, float]] = []
        began = time.perf_counter()

        def work(number: int) -> None:
            count = 0
            while time.perf_counter() - began < seconds:
                count += 1
                asked_at = time.perf_counter()
                code = give(books[number], f"order-{number}-{count}")
                served.append((code, time.perf_counter() - asked_at))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took_s = time.perf_counter() - began
        calls = requests.get(f"{google.url}/_sandbox/stats", timeout=10).json()
        for book in books:
            book.close()
    return Figures(
        name,
        workers,
        len(served),
        0,
        took_s,
        calls["reads"],
        calls["writes"],
        sharing([code for code, _ in served]),
        percentile([waited for _, waited in served], 0.5),
    )


def sharing(codes: Sequence[str]) -> int:
    """How many customers were given a key that another one was given too."""
    return sum(count for count in Counter(codes).values() if count > 1)


if __name__ == "__main__":
    main()
