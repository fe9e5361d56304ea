"""The function's processes of a run, and their sudden ends."""

from __future__ import annotations

import random
import threading
from pathlib import Path

from tests.local import Function, Workbook

ENTRY = Path(__file__).with_name("entry.py")
KEY = b"EX-"
"""Every key code of a run begins so; none is to be seen in a log."""


class Writers:
    """So many instances on one workbook; one that was killed is soon there again, at another address."""

    def __init__(self, workbook: Workbook, count: int, *, entry: Path = ENTRY, **environment: str) -> None:
        self.count = count
        self._workbook, self._entry, self._environment = workbook, entry, environment
        self._guard = threading.Lock()
        self.are_closed = False
        self.kills = 0
        self.leaks = 0
        """Key codes seen in what the processes printed."""
        self._functions: list[Function] = []
        try:
            while len(self._functions) < count:
                self._functions.append(self._start())
        except AssertionError:  # one did not start, and the others are not to stay behind
            self.close()
            raise

    def _start(self) -> Function:
        return Function(self._workbook, self._entry, **self._environment)

    def port(self, place: int) -> int:
        """Where this writer answers, or did until it was killed."""
        with self._guard:
            return self._functions[place].port if not self.are_closed else 0

    def kill(self, place: int) -> None:
        """`kill -9` of the whole process group, and another process in its place. One at a time may call."""
        killed = self._functions[place]
        killed.kill()
        self.kills += 1
        fresh = self._start()
        with self._guard:
            self._functions[place] = fresh
        self._end(killed)

    def _end(self, function: Function) -> None:
        function.kill()
        self.leaks += function.printed().count(KEY)
        function.close()

    def close(self) -> None:
        """The end: whoever still asks gets no more answers."""
        self.are_closed = True
        while self._functions:
            self._end(self._functions.pop())


class Killer:
    """Kills writers at random moments: so many, spread over the orders of a run."""

    def __init__(self, writers: Writers, kills: int, *, seed: int) -> None:
        self._writers = writers
        self._chance = random.Random(f"kills of {seed}")
        self._moments = sorted(self._chance.uniform(0.02, 0.95) for _ in range(kills))

    def visit(self, done: float) -> None:
        """Kills whoever is due once this share of the orders is done."""
        while self._moments and self._moments[0] <= done:
            self._moments.pop(0)
            self._writers.kill(self._chance.randrange(self._writers.count))
