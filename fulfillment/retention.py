"""Forgetting: one customer who asks for it, and every customer after a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fulfillment.answers import Plan, counted, mailed_at
from fulfillment.clock import Clock
from fulfillment.errors import Damaged, NotPossible
from fulfillment.forgetting import (
    Forgotten,
    counted_rows,
    find_due,
    forgotten_at,
    names_somebody,
    plan_forget,
    same_address,
    why_not,
)
from fulfillment.group import Door
from fulfillment.ports import Store
from fulfillment.references import find_order, known
from fulfillment.workbook import Changes, Draft, Snapshot

ARCHIVE = "the archive"


@dataclass(frozen=True, slots=True)
class Retained:
    """What was forgotten for its age."""

    orders: int = 0
    left: int = 0
    """Orders that are old enough, for the next time."""
    waiting: int = 0
    """Orders that are old enough, and still owed something."""

    @property
    def message(self) -> str:
        """`12 customers forgotten (RETENTION_DAYS); not yet, as keys or a mail are owed: 3 customers.`"""
        if not (self.orders or self.waiting):
            return ""
        said = [f"{counted(self.orders, 'customer')} forgotten (RETENTION_DAYS)"]
        said += [f"{self.left} left for the next time"] if self.left else []
        if self.waiting:
            said.append(f"not yet, as keys or a mail are owed: {counted(self.waiting, 'customer')}")
        return f"{'; '.join(said)}."


@dataclass(frozen=True, slots=True)
class Forgetter:
    """Blanks names and addresses, in the workbook and in the archive."""

    door: Door
    store: Store
    now: Callable[[], datetime]
    clock: Clock
    deadline_s: float
    after: timedelta | None
    """None: nobody is forgotten for age alone."""

    def forget(self, reference: str, *, dry_run: bool, by: str) -> Forgotten:
        """One order's customer. 1 read, 1 write; with an archive 1 read more, or 3 and 1 write.

        5 reads and 2 writes for an order that only the archive has.

        Raises UnknownOrder, NotPossible where the order is still owed something, Damaged.
        """

        task = _Task(self, math.inf, dry_run=dry_run, by=by)

        def plan(draft: Draft) -> Plan[Forgotten]:
            snapshot, order_id = draft.snapshot, find_order(draft, reference)
            file, answer = known(draft, order_id)
            if why := why_not(snapshot, answer):
                raise NotPossible(why)
            is_live = order_id in snapshot.orders and names_somebody(file)
            changes = task.plan(snapshot, [order_id] if is_live else [], [order_id])
            done = Forgotten(
                answer,
                {**counted_rows(changes.rewritten), **({ARCHIVE: task.archived} if task.archived else {})},
                others=same_address(snapshot, file),
                forgotten_at=forgotten_at(file),
                is_mailed=answer.outcome != "fulfilled" or bool(mailed_at(answer)),
            )
            return Plan(done, changes)

        return self.door.settle(plan, alone=True, dry_run=dry_run)

    def forget_old(self, *, by: str, until: float = math.inf) -> Retained:
        """Every customer of whom nothing was heard for the time set, a bounded number at once.

        0 calls where none is due, else 1 read and 1 write, and with an archive those that `forget` needs.
        """
        if self.after is None:
            return Retained()
        before, task = self.now() - self.after, _Task(self, until, dry_run=False, by=by)

        def plan(draft: Draft) -> Plan[Retained]:
            due = find_due(draft.snapshot, before=before)
            changes = task.plan(draft.snapshot, due.live, [*due.live, *due.archived])
            done = {*due.live, *task.cleared}  # the others of the archive were forgotten meanwhile
            return Plan(Retained(len(done), due.left, due.waiting), changes)

        return self.door.settle(plan, alone=True, recent=True, until=until)


@dataclass(slots=True)
class _Task:
    """One call's forgetting, planned as often as needed."""

    forgetter: Forgetter
    until: float
    """Monotonic time at which its caller gives up, where that is before the deadline."""
    dry_run: bool
    by: str
    archived: int = 0
    """How many rows of the archive it has blanked, or would."""
    cleared: set[str] = field(default_factory=set)
    """The orders that it has blanked there; planned again, it does not find them any more."""

    def plan(self, snapshot: Snapshot, live: Sequence[str], orders: Sequence[str]) -> Changes:
        """The changes that blank the `live` ones of these orders; the archive is blanked here and now.

        A commit follows in any case: whoever has read an order in the archive to bring it back plans on an
        older version, and so reads it anew.
        """
        if not orders:
            return Changes(views=bool(self.archived))
        if not snapshot.damage.is_none:
            raise Damaged(f"{snapshot.damage.message} Nobody is forgotten before that is right.")
        store, clock = self.forgetter.store, self.forgetter.clock
        until = min(self.until, clock.now_s() + self.forgetter.deadline_s)
        rows = store.forget_archived(orders, until=until, dry_run=self.dry_run)
        self.archived = max(self.archived, rows)
        self.cleared |= set(orders) if rows else set()
        if not live:
            return Changes(views=bool(self.archived))
        return plan_forget(snapshot, live, store.read_texts(), now=self.forgetter.now(), by=self.by)
