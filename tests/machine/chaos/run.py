"""One run: writers, load, people, faults and kills together, and then the verdict."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import requests

from tests.local import ROOT, STARTED_WITHIN_S, Workbook, free_port
from tests.machine.chaos.caller import Caller, Log
from tests.machine.chaos.faults import STALE_S, Faults
from tests.machine.chaos.load import Load
from tests.machine.chaos.people import People
from tests.machine.chaos.shop import SOLD, Supplier, baskets
from tests.machine.chaos.writers import Killer, Writers
from tests.machine.checker import TABS, breaches
from tests.machine.said import LOST

CLOCKS_APART_S = 0.2
"""What a thread may take from an answer to writing its time down."""

TICK_S = 0.15


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything a run has."""

    orders: int
    writers: int
    kills: int
    faults: int
    """At least so many calls are to suffer one."""
    seed: int
    threads: int = 120
    steps: float = 1.0
    """What happens to an order after its first post, on average."""
    deadline_s: int = 5
    rival_every_s: float = 2.5
    edit_every_s: float = 1.0


@dataclass(slots=True)
class Outcome:
    """What a run did, and what it found."""

    plan: Plan
    breaches: list[str]
    faults: Counter[str]
    kinds: list[str]
    kills: int
    answers: Counter[str]
    put_off: Counter[str]
    edits: Counter[str]
    seats: int
    commits: int
    seconds: float
    told: Counter[str] = field(default_factory=Counter)

    @property
    def unspent(self) -> list[str]:
        """Faults that never happened, though they were to."""
        return [kind for kind in self.kinds if not self.faults[kind]]

    @property
    def is_kept(self) -> bool:
        """Were all promises kept, and was everything tried that was to be?"""
        is_tried = self.faults.total() >= self.plan.faults and self.kills >= self.plan.kills
        return not self.breaches and not self.unspent and is_tried


@contextmanager
def local_google() -> Iterator[str]:
    """A local Google in a process of its own."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sandbox", "--port", str(port), "--dir", folder]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_for(url)
            yield url
        finally:
            process.terminate()
            process.wait()


def _wait_for(url: str) -> None:
    until = time.monotonic() + STARTED_WITHIN_S
    while True:
        try:
            requests.get(f"{url}/_sandbox/stats", timeout=5).raise_for_status()
            return
        except requests.ConnectionError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)


def run(plan: Plan, say: Callable[[str], None] = lambda line: None) -> Outcome:
    """Everything at once until all orders are done; then faults end, and the checker decides."""
    with local_google() as google:
        workbook, log = Workbook(google), Log()
        writers = Writers(workbook, plan.writers, DEADLINE_S=str(plan.deadline_s))
        try:
            return _Run(plan, workbook, writers, log, say).go()
        finally:
            writers.close()


class _Run:
    """Everybody who takes part in one run."""

    def __init__(
        self, plan: Plan, workbook: Workbook, writers: Writers, log: Log, say: Callable[[str], None]
    ) -> None:
        self._plan, self._workbook, self._writers, self._log, self._say = plan, workbook, writers, log, say
        self._too_late_s = plan.deadline_s + 2.0
        self._supplier = Supplier(plan.seed)
        caller = self._caller(random.Random(f"people {plan.seed}"))
        self._people = People(workbook, caller, Supplier(-plan.seed - 1))
        self._load = Load(
            baskets(plan.seed, plan.orders),
            self._supplier,
            self._caller,
            threads=plan.threads,
            steps=plan.steps,
        )
        self._faults = Faults(workbook, seed=plan.seed, too_late_s=self._too_late_s)
        self._killer = Killer(writers, plan.kills, seed=plan.seed)
        self._over = threading.Event()
        self._errors: list[Exception] = []

    def _caller(self, chance: random.Random) -> Caller:
        return Caller(self._writers, self._log, chance)

    def go(self) -> Outcome:
        began = time.monotonic()
        self._people.open_shop()
        self._caller(random.Random(0)).settle("publish", {})
        self._faults.begin()
        self._load.start()
        helpers = [
            threading.Thread(target=self._until_over, args=(work, every_s), daemon=True)
            for work, every_s in (
                (self._people.edit, self._plan.edit_every_s),
                (self._people.click, 2 * self._plan.edit_every_s),
                (self._faults.put_rival_between, self._plan.rival_every_s),
                (lambda: self._killer.visit(self._load.done / self._plan.orders), TICK_S),
            )
        ]
        for helper in helpers:
            helper.start()
        try:
            self._watch(began)
        finally:
            self._over.set()
        for helper in helpers:
            helper.join()
        self._load.close()
        return self._settled(began)

    def _until_over(self, work: Callable[[], None], every_s: float) -> None:
        chance = random.Random(every_s)
        try:
            while not self._over.wait(chance.uniform(0, 2 * every_s)):
                work()
        except Exception as error:  # noqa: BLE001  a thread that dies unheard would let the run pass
            self._errors.append(error)

    def _watch(self, began: float) -> None:
        """Until all orders are done, everybody was killed who was to be, and enough went wrong."""
        said_at = began
        while not self._is_enough():
            time.sleep(TICK_S)
            if self._errors or self._load.errors:
                raise (self._errors + self._load.errors)[0]
            if time.monotonic() - said_at > 15:
                said_at = time.monotonic()
                self._say(
                    f"{said_at - began:6.0f} s  {self._load.done} orders, {self._faults.spent().total()} "
                    f"faults, {self._writers.kills} kills"
                )

    def _is_enough(self) -> bool:
        if not self._load.is_over or self._writers.kills < self._plan.kills:
            return False
        spent = self._faults.spent()
        missing = self._faults.missing(spent)
        if spent.total() >= self._plan.faults and not missing:
            return True
        self._faults.put(missing)
        self._load.go_on()
        return False

    def _settled(self, began: float) -> Outcome:
        """Faults end, what is late lands, every order is posted once more, and the tabs are read."""
        faults = self._faults.spent()
        self._workbook.end_faults()
        time.sleep(self._too_late_s)  # what was to be applied late is on its way for so long
        seconds = time.monotonic() - began
        self._say(f"{seconds:6.0f} s  all done; every order is posted once more, without faults")
        self._load.post_everything_again(self._plan.threads)
        tabs = {tab: self._workbook.tab(tab) for tab in TABS}
        log = self._log.said()
        found = breaches(tabs, log, sold=SOLD, typed=self._people.typed, staleness_s=STALE_S + CLOCKS_APART_S)
        self._writers.close()
        if self._writers.leaks:
            found.append(f"{self._writers.leaks} key codes were printed by the writers")
        answered = [said for said in log if said.is_answer]
        put_off = [said for said in log if not said.is_answer]
        return Outcome(
            plan=self._plan,
            breaches=found,
            faults=faults,
            kinds=self._faults.kinds(),
            kills=self._writers.kills,
            answers=Counter(said.what for said in answered),
            put_off=Counter(
                "lost" if said.status == LOST else f"{said.status} {said.body.get('reason')}"
                for said in put_off
            ),
            edits=self._people.edits,
            seats=sum(row["event"] == "assigned" for row in tabs["Assignments"]),
            commits=tabs["System"][0]["version"],
            seconds=seconds,
            told=Counter(said.body["status"] for said in answered if said.what == "order"),
        )
