"""What is done to two instances so that one guard alone stands between them and a broken promise.

Each scenario puts a rival or a fault at one exact point, and gives the log of what was answered.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.local import Function, Workbook, posted
from tests.machine.chaos.caller import PATHS
from tests.machine.said import Said

COMMIT, LOOK = "spreadsheets.batchUpdate", "spreadsheets.get"

Scenario = Callable[[Workbook, Path], list[Said]]


class Desk:
    """One who asks an instance, and writes down what was said."""

    def __init__(self, function: Function, log: list[Said]) -> None:
        self._function, self._log = function, log

    def ask(self, what: str, **body: object) -> Said:
        asked_at = time.time()
        answer = self._function.post(PATHS[what], body)
        said = Said(what, body, answer.status_code, answer.json(), asked_at, time.time())
        self._log.append(said)
        return said

    def order(self, order_id: str) -> Said:
        return self.ask("order", **posted(order_id))


def a_rival_commits_on_the_same_version(workbook: Workbook, entry: Path) -> list[Said]:
    """Here does not know yet what there has committed when it commits itself."""
    log: list[Said] = []
    with Function(workbook, entry) as first, Function(workbook, entry) as second:
        here, there = Desk(first, log), Desk(second, log)
        here.order("warm")
        there.order("first")
        here.order("second")
    return log


def the_reply_to_a_release_is_lost(workbook: Workbook, entry: Path) -> list[Said]:
    """The commit lands, and the connection breaks off."""
    log: list[Said] = []
    with Function(workbook, entry) as function:
        here = Desk(function, log)
        here.order("1")
        workbook.fail(COMMIT, "apply-then-drop")
        here.ask("release", order_id="1", reason="try 1")
    return log


def a_late_twin_lands_before_the_next_plan(workbook: Workbook, entry: Path) -> list[Said]:
    """A commit outlasts its callers' time, and lands while the next one of the same version is on its way."""
    log: list[Said] = []
    with Function(workbook, entry, DEADLINE_S="2") as function:
        here = Desk(function, log)
        here.order("warm")
        workbook.fail(COMMIT, "apply-late:3.5", "503", "stall:1.6")
        assert here.order("late").status == 503
        here.order("next")
        while not here.order("late").is_answer or not here.order("next").is_answer:
            pass
    return log


def looks_are_torn(workbook: Workbook, entry: Path) -> list[Said]:
    """There commits, and here sees one of the tabs as it was before: each of them in one of the rounds."""
    log: list[Said] = []
    with Function(workbook, entry) as first, Function(workbook, entry) as second:
        here, there = Desk(first, log), Desk(second, log)
        here.order("warm")
        for number in range(8):
            there.order(f"there {number}")
            workbook.fail(LOOK, "torn-read")
            here.order(f"here {number}")
    return log


def a_writer_sleeps_while_others_commit(workbook: Workbook, entry: Path) -> list[Said]:
    """What here knows is five commits old, and the stamp of the next version may be forgotten."""
    log: list[Said] = []
    with Function(workbook, entry) as first, Function(workbook, entry) as second:
        here, there = Desk(first, log), Desk(second, log)
        here.order("warm")
        for number in range(5):
            there.order(f"there {number}")
        here.order("here")
    return log


def another_instance_releases_the_order(workbook: Workbook, entry: Path) -> list[Said]:
    """Here has answered the order, there releases it, and the Zap posts it to here once more."""
    log: list[Said] = []
    with Function(workbook, entry) as first, Function(workbook, entry) as second:
        here, there = Desk(first, log), Desk(second, log)
        here.order("1")
        there.ask("release", order_id="1", reason="try 1")
        here.order("1")
    return log


def a_commit_is_held_up(workbook: Workbook, entry: Path) -> list[Said]:
    """Here's commit is on its way while there looks and commits; then it arrives."""
    log: list[Said] = []
    with (
        Function(workbook, entry) as first,
        Function(workbook, entry) as second,
        ThreadPoolExecutor(1) as thread,
    ):
        here, there = Desk(first, log), Desk(second, log)
        here.order("warm")
        there.order("first")
        here.order("second")  # it looks, and knows all there is to know
        workbook.fail(COMMIT, "stall:1.5")
        held_up = thread.submit(here.order, "third")
        while not workbook.faults()["spent"]:
            time.sleep(0.02)
        there.order("fourth")
        held_up.result()
    return log
