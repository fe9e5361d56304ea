"""A shop to be measured: the local Google as a process of its own, keys in stock, and callers."""

from __future__ import annotations

import http.client
import itertools
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests

from tests.local import ROOT, TOKENS, Function, Workbook, posted

SKUS = ("CPT", "CNC", "CES", "STS", "PES")

KEYS_AT_ONCE = 4_000
"""Of one import: its commit stays below the megabytes that Google advises."""

LIKE_GOOGLE = {"quotas": True, "latency": "recorded"}
AT_ONCE = {"quotas": False, "latency": None}


class Google:
    """`python -m sandbox` in a process of its own; its spreadsheets are thrown away afterwards."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        command = [sys.executable, "-m", "sandbox", "--port", "0", "--dir", self._folder.name]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = next(word.rstrip(",") for word in self.process.stdout.readline().split() if "http" in word)

    def set(self, **settings: object) -> None:
        """Its settings: quotas, latency."""
        requests.put(f"{self.url}/_sandbox/settings", json=settings, timeout=10).raise_for_status()

    def peak_mb(self) -> float:
        """The most memory that it ever had."""
        return peak_mb(self.process.pid)

    def cpu_s(self) -> float:
        """The seconds of a processor that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._folder.cleanup()


def peak_mb(pid: int | str = "self") -> float:
    """The most memory that a process ever had."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def stocked(google: Google, keys: int, skus: Sequence[str] = SKUS) -> Workbook:
    """A workbook with so many keys of one seat, spread over the products."""
    workbook = Workbook(google.url)
    codes = [f"NASM {skus[n % len(skus)]} combined EX-{n:07} 1" for n in range(keys)]
    for start in range(0, keys, KEYS_AT_ONCE):
        workbook.stock(*codes[start : start + KEYS_AT_ONCE])
    workbook.sell(**{sku: f"NASM-{sku}-FULL" for sku in skus})
    return workbook


def version(workbook: Workbook) -> int:
    """How many commits the workbook has seen."""
    (system,) = workbook.tab("System")
    return int(system["version"])


def orders(prefix: str = "", skus: Sequence[str] = SKUS) -> Iterator[dict[str, object]]:
    """Orders without end, of one piece each."""
    for number in itertools.count(1):
        yield posted(f"{prefix}{number}", skus[number % len(skus)])


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one post."""

    order_id: str
    instance: int
    status: int
    """Of HTTP; 0 where the connection broke twice."""
    outcome: str
    took_s: float
    codes: tuple[str, ...]


class Caller:
    """One connection to a function, kept open as a busy client does."""

    def __init__(self, function: Function, instance: int = 0) -> None:
        self._function, self._instance = function, instance
        self._connection = self._opened()

    def _opened(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._function.port, timeout=60)

    def post(self, order: dict[str, object]) -> Answered:
        """The order posted, and once more where the connection had been closed meanwhile."""
        began = time.perf_counter()
        status, said = 0, dict[str, Any]()
        for _ in range(2):
            try:
                status, said = self._once(order)
                break
            except (OSError, http.client.HTTPException):
                self._connection.close()
                self._connection = self._opened()
        codes = tuple(key["keycode"] for key in said.get("keys", ()))
        took_s = time.perf_counter() - began
        return Answered(str(order["order_id"]), self._instance, status, said.get("status", ""), took_s, codes)

    def _once(self, order: dict[str, object]) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {TOKENS['zap']}", "Content-Type": "application/json"}
        self._connection.request("POST", "/orders", json.dumps(order), headers)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())

    def close(self) -> None:
        self._connection.close()


def post_all(
    functions: Sequence[Function],
    orders: Iterable[dict[str, object]],
    *,
    connections: int,
    for_s: float = float("inf"),
) -> tuple[list[Answered], float]:
    """Every answer, and the seconds it took; each connection posts its next order when it has its answer.

    New orders are posted for so long; the connections are spread over the functions.
    """
    waiting, guard, answers = iter(orders), threading.Lock(), list[Answered]()
    began = time.perf_counter()

    def work(number: int) -> None:
        instance = number % len(functions)
        caller = Caller(functions[instance], instance)
        while time.perf_counter() - began < for_s:
            with guard:
                order = next(waiting, None)
            if order is None:
                break
            answers.append(caller.post(order))
        caller.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, time.perf_counter() - began


def percentile(figures: Iterable[float], share: float) -> float:
    """The figure below which that share of them lies."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")
