"""Archive: settled history moved to the second spreadsheet, step by step, between the orders that come in."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from fulfillment.answers import Plan, counted
from fulfillment.archiving import plan_step
from fulfillment.clock import Clock
from fulfillment.errors import Damaged, NotPossible
from fulfillment.group import Door
from fulfillment.ports import Store
from fulfillment.workbook import Changes, Draft


@dataclass(frozen=True, slots=True)
class Moved:
    """What went to the archive, and what is left to go."""

    orders: int = 0
    keys: int = 0
    rows: int = 0
    left: int = 0
    """Orders that are settled, and for which there was no time."""
    stuck: int = 0
    """Orders that are settled, and hang together with too many others to be moved."""

    def then(self, step: Moved) -> Moved:
        """Both, one after the other."""
        return Moved(
            self.orders + step.orders, self.keys + step.keys, self.rows + step.rows, step.left, step.stuck
        )

    @property
    def message(self) -> str:
        """`Archived 120 orders and 40 keys (530 rows); 60 orders are left for the next time.`"""
        if not (self.orders or self.left or self.stuck):
            return "Nothing is old enough to be archived."
        rows = counted(self.rows, "row")
        said = f"Archived {counted(self.orders, 'order')} and {counted(self.keys, 'key')} ({rows})"
        said += f"; left for the next time: {counted(self.left, 'order')}." if self.left else "."
        if self.stuck:
            said += f" Hanging together with too many others to be moved: {counted(self.stuck, 'order')}."
        return said


@dataclass(frozen=True, slots=True)
class Mover:
    """Moves what was not touched for `after`."""

    door: Door
    store: Store
    now: Callable[[], datetime]
    clock: Clock
    deadline_s: float
    after: timedelta | None
    """None: there is no archive."""

    def run(self, until: float = math.inf) -> Moved:
        """As much as half the deadline allows, and `until` where that is sooner. 6 to 9 calls a step.

        Raises NotPossible without an archive, Damaged where rows of a ledger are missing or were changed.
        """
        if self.after is None:
            raise NotPossible("There is no archive: ARCHIVE_SPREADSHEET_ID is not set.")
        enough, moved = min(until, self.clock.now_s() + self.deadline_s / 2), Moved()
        while True:
            step = self.door.settle(partial(self._plan, until), alone=True, until=until)
            moved = moved.then(step)
            if not step.left or self.clock.now_s() > enough:
                return moved

    def _plan(self, until: float, draft: Draft) -> Plan[Moved]:
        assert self.after is not None
        if not draft.snapshot.damage.is_none:
            raise Damaged(
                f"{draft.snapshot.damage.message} Nothing goes to the archive before that is right."
            )
        step = plan_step(draft.snapshot, before=self.now() - self.after)
        if not step.sets:
            return Plan(Moved(left=step.left, stuck=step.stuck))
        until = min(until, self.clock.now_s() + self.deadline_s)
        rows = self.store.hand_over(step.rows(), step.keys, until=until)
        count = len(rows.events) + len(rows.assignments) + len(rows.answers)
        moved = Moved(step.orders, len(step.keys), count, step.left, step.stuck)
        return Plan(moved, Changes(leaving=rows))
