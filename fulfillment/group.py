"""Group commit: while one commit is on its way, those who arrive queue, and the next commit takes them all.

Requests run in threads of one instance. One of them at a time leads: it takes the queue, plans every case on
one draft, commits them together, hands leadership on, and tells each its own answer. Only the leader touches
the store.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar

from fulfillment.answers import Plan
from fulfillment.clock import CLOCK, Clock
from fulfillment.errors import (
    BatchRefused,
    Busy,
    CommitUncertain,
    FulfillmentError,
    GoogleAway,
    InArchive,
    LookAgain,
    QuotaSpent,
)
from fulfillment.model import Letter
from fulfillment.ports import Store
from fulfillment.stockroom import Stockroom
from fulfillment.telling import Teller
from fulfillment.workbook import NOTHING, Changes, Draft, Snapshot

VIEW_AGE_S = 60.0
"""A view older than this is looked at again before it is committed on: its stamps live longer."""

GROUP_BYTES = 2_000_000
"""What one commit carries at the most: Google advises 2 MB a request."""

GROUP_CASES = 400
"""More than the threads of an instance; it bounds the time that planning one group takes."""

LINGER_S = 0.025
"""After a group of several, so long for the callers just answered to come with their next orders."""

GRACE_S = 2.0
"""How much longer than its deadline a caller waits for a commit that is on its way with its order."""

RETRY_FIRST_S, RETRY_MOST_S = 0.1, 2.0

LEAST_SHARE = 0.1
"""The share of its time that a case must have left to be taken into a group."""

AGAIN = (LookAgain, GoogleAway, QuotaSpent)
"""What looking again, or waiting a little, may cure."""

TOO_LATE = "It could not be settled in time. Post it again: the same call finds out what became of it."

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class Case(Generic[T]):
    """One request at the door: what it wants planned, until when, and what became of it."""

    plan: Callable[[Draft], Plan[T]]
    arrived: float
    until: float
    alone: bool = False
    """Never planned together with others."""
    work: Callable[[], T] | None = None
    """Done in its turn instead of a plan."""
    dry_run: bool = False
    """Tell what would be, and change nothing."""
    whole: bool = False
    """Read everything anew first."""
    owed: list[Letter] = field(default_factory=list)
    """What it is to send once everybody of its group has been answered."""
    recent: bool = False
    """Where it changes nothing, what is known is good enough: no look is taken for it."""
    marks: bool = False
    """Is it there to write marks alone?"""
    woken: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    planned: Plan[T] | None = None
    error: Exception | None = None
    is_done: bool = False

    @property
    def changes(self) -> Changes:
        """What it adds to the commit."""
        return self.planned.changes if self.planned is not None and not self.dry_run else NOTHING

    def finish(self, error: Exception | None = None) -> None:
        """Its plan stands, or this error is its answer; the first word counts."""
        if not self.is_done:
            self.error, self.is_done = error, True

    def result(self) -> T:
        """Its answer, once it is done."""
        if self.error is not None:
            raise self.error
        assert self.planned is not None
        return self.planned.result


class Door:
    """Through which everything goes that reads or changes the workbook, in turn."""

    def __init__(
        self,
        store: Store,
        stockroom: Stockroom,
        *,
        teller: Teller,
        deadline_s: float,
        clock: Clock = CLOCK,
    ) -> None:
        self._store = store
        self._stockroom = stockroom
        self._teller = teller
        self._owed: list[Letter] = []
        """What the commits of this turn have to be told."""
        self._deadline_s = deadline_s
        self._clock = clock
        self._guard = threading.Lock()
        self._queue: deque[Case[Any]] = deque()
        self._is_led = False
        self._turn_began = 0.0
        self._turn_s = 0.0
        """How long a turn took lately, with the wait for the pace before it."""
        self._lingers = False

    def settle(
        self,
        plan: Callable[[Draft], Plan[T]],
        *,
        alone: bool = False,
        dry_run: bool = False,
        whole: bool = False,
        recent: bool = False,
        until: float = math.inf,
    ) -> T:
        """The plan's result, once its changes stand in the spreadsheet; planned again as often as needed.

        `until`: the caller's own time, monotonic, where that is over before the deadline. Raises Busy where
        it cannot be in time, and whatever the plan refuses.
        """
        case = self._case(plan, until)
        case.alone, case.dry_run, case.whole = alone or dry_run or whole, dry_run, whole
        case.recent = recent
        return self._await(case)

    def do_alone(self, work: Callable[[], T], *, until: float = math.inf) -> T:
        """What this work returns, done while nobody else is at the store. It may be done more than once."""
        case = self._case(lambda draft: Plan(work()), until)
        case.alone, case.work = True, work
        return self._await(case)

    def _case(self, plan: Callable[[Draft], Plan[T]], until: float) -> Case[T]:
        now = self._clock.now_s()
        return Case(plan, now, min(until, now + self._deadline_s))

    def _await(self, case: Case[T]) -> T:
        self._enter(case)
        while not case.is_done:
            if case.leads:
                self._lead(case)
            elif not case.woken.wait(max(0.0, case.until + GRACE_S - self._clock.now_s())):
                self._leave(case)
            case.woken.clear()
        if case.owed:
            self._tell(case)
        return case.result()

    def _tell(self, case: Case[Any]) -> None:
        """Sends what its group owes; a mark without which a customer hears twice is written at once."""
        self._teller.tell(case.owed, until=case.until)
        if case.marks or not self._teller.has_urgent_marks:
            return

        def plan(draft: Draft) -> Plan[None]:
            return Plan(None, Changes(messages=self._teller.marks(draft.snapshot)))

        with suppress(FulfillmentError):  # then they ride on a later commit
            self._await(Case(plan, self._clock.now_s(), case.until, marks=True))

    def _enter(self, case: Case[Any]) -> None:
        """Joins the queue, and leads where nobody does. Raises Busy where it would wait in vain."""
        with self._guard:
            if self._is_led:
                self._refuse_what_is_too_late(case)
            self._queue.append(case)
            case.leads, self._is_led = not self._is_led, True

    def _refuse_what_is_too_late(self, case: Case[Any]) -> None:
        """Better now than when its caller has given up: so a backlog drains."""
        left_of_turn = max(0.0, self._turn_began + self._turn_s - self._clock.now_s())
        wait_s = left_of_turn + self._turn_s * (1 + len(self._queue) // GROUP_CASES)
        if self._clock.now_s() + wait_s > case.until:
            raise Busy("The orders before it take longer than it can wait.", retry_after_s=int(wait_s) + 1)

    def _leave(self, case: Case[Any]) -> None:
        """Its time is up: out of the queue, unless it has just been told to lead."""
        with self._guard:
            if case.leads:
                return
            if case in self._queue:
                self._queue.remove(case)
            case.finish(Busy(TOO_LATE))

    def _lead(self, leader: Case[Any]) -> None:
        """One turn. Whatever happens in it, another can lead afterwards and nobody waits in vain."""
        group: list[Case[Any]] = []
        self._turn_began = self._clock.now_s()
        try:
            self._await_turn(leader)
            group += self._take(alone=False)
            self._serve(group)
        except Exception as error:  # noqa: BLE001  each caller of the group is told, and raises it
            group = group or self._take(alone=True)  # a leader that failed before must not lead for ever
            for case in group:
                case.finish(error)
        finally:
            leader.owed, self._owed = [*leader.owed, *self._owed], []
            self._hand_on(group)
            for case in group:
                case.finish(Busy(TOO_LATE))
                case.woken.set()

    def _await_turn(self, leader: Case[Any]) -> None:
        """Until the pace allows a call; others join meanwhile. Raises Busy where that is too late."""
        wait_s = max(self._store.ready_in_s(), LINGER_S if self._lingers else 0.0)
        if wait_s > leader.until - self._clock.now_s():
            raise Busy("Google's calls are used up before its turn.", retry_after_s=int(wait_s) + 1)
        self._clock.sleep(wait_s)

    def _take(self, *, alone: bool) -> list[Case[Any]]:
        """The head of the queue, which leads: by itself, or with as many others as go together."""
        with self._guard:
            group = [self._queue.popleft()]
            alone = alone or group[0].alone
            while not alone and self._queue and not self._queue[0].alone and len(group) < GROUP_CASES:
                group.append(self._queue.popleft())
            return group

    def _hand_on(self, group: Sequence[Case[Any]]) -> None:
        """Leadership goes to the next in the queue, before the others are woken."""
        with self._guard:
            self._turn_s = 0.6 * self._turn_s + 0.4 * (self._clock.now_s() - self._turn_began)
            self._lingers = len(group) > 1
            for case in group:
                case.leads = False
            self._is_led = bool(self._queue)
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].woken.set()

    def _serve(self, group: Sequence[Case[Any]]) -> None:
        """Every case is finished. A group that Google refuses is halved until the bad case is alone.

        A group has the time of the one that has least; who has next to none left would spoil it for all.
        """
        soon = self._clock.now_s() + self._deadline_s * LEAST_SHARE
        for case in group[1:]:
            if case.until < soon:
                case.finish(Busy(TOO_LATE))
        try:
            while waiting := [case for case in group if not case.is_done]:
                self._settle_some(waiting)
        except BatchRefused:
            waiting = [case for case in group if not case.is_done]
            if len(waiting) == 1:
                raise
            for half in (waiting[: len(waiting) // 2], waiting[len(waiting) // 2 :]):
                self._serve_half(half)

    def _serve_half(self, half: Sequence[Case[Any]]) -> None:
        try:
            self._serve(half)
        except FulfillmentError as error:
            for case in half:
                case.finish(error)

    def _settle_some(self, waiting: Sequence[Case[Any]]) -> None:
        """As many of these cases as one commit carries are finished; looks again while there is time."""
        until = min(case.until for case in waiting)
        retrying = self._clock.retrying(*AGAIN, first_s=RETRY_FIRST_S, most_s=RETRY_MOST_S, until=until)
        try:
            retrying(self._settle_once, waiting)
        except LookAgain as error:
            raise Busy(f"{TOO_LATE} ({error})") from error

    def _settle_once(self, waiting: Sequence[Case[Any]]) -> None:
        """Plan on what is known and commit; answers that change nothing rest on a look since they were asked.

        A commit that lands proves that what it was planned on was the truth when it was sent, which is as
        good as a look then: replays that share a group with a new order cost nothing.
        """
        first = waiting[0]
        if first.work is not None:
            first.planned = Plan(first.work())
            first.finish()
            return
        if first.whole:
            self._store.forget()
        until = min(case.until for case in waiting)
        snapshot = self._store.snapshot(looked_since=self._clock.now_s() - VIEW_AGE_S)
        first.whole = False  # read whole once, however often it is planned on
        snapshot.lent.clear()
        planned, changes = self._planned(snapshot, waiting)
        asked_at = [case.arrived for case in planned if not case.recent]
        if changes.is_nothing and asked_at:
            snapshot = self._store.snapshot(looked_since=max(asked_at))
            planned, changes = self._planned(snapshot, waiting)
        if not changes.is_nothing:
            self._commit(snapshot, changes, until=until)
        for case in planned:
            case.finish(case.error)

    def _planned(self, snapshot: Snapshot, waiting: Sequence[Case[Any]]) -> tuple[list[Case[Any]], Changes]:
        """The cases that one commit can carry, and their changes together.

        Orders that only the archive has are read there when a plan asks for them, and come back with the
        commit where it adds to them.
        """
        while True:
            planned, changes, archived = _plan(snapshot, waiting)
            if not archived:
                return planned, snapshot.with_sets(self._teller.heard(changes))
            self._store.lend(archived)

    def _commit(self, snapshot: Snapshot, changes: Changes, *, until: float) -> None:
        """Raises Busy where nobody can tell yet whether it landed.

        Planned again, a release that did land would be answered as one that found nothing to release.
        """
        alerts = self._stockroom.alerts(snapshot, changes) if "stock" in self._teller.kinds else ()
        changes = replace(changes, messages=(*changes.messages, *alerts))
        changes = self._teller.with_messages(snapshot, changes)
        try:
            self._store.commit(changes, self._stockroom.views_after(snapshot, changes), until=until)
        except CommitUncertain as error:
            raise Busy(f"{TOO_LATE} ({error})") from error
        self._owed += self._teller.owed(snapshot, changes.messages)


def _plan(snapshot: Snapshot, waiting: Sequence[Case[Any]]) -> tuple[list[Case[Any]], Changes, set[str]]:
    """The cases that one commit can carry, planned on one draft, and their changes together; and the orders
    that they could not be planned without, which are in the archive."""
    draft, planned, weight, archived = snapshot.draft(), list[Case[Any]](), 0, set[str]()
    for case in waiting:
        try:
            _plan_case(draft, case)
        except InArchive as asked:
            archived.add(asked.order_id)
        planned.append(case)
        weight += case.changes.weight()
        if weight > GROUP_BYTES:
            break
    return planned, Changes.together([case.changes for case in planned]), archived


def _plan_case(draft: Draft, case: Case[Any]) -> None:
    """Plans one case. What its plan raises is its own answer and harms no neighbour."""
    case.planned, case.error = None, None
    mark = draft.drawing.mark()
    try:
        case.planned = case.plan(draft)
        draft.advance(case.planned.changes)
    except InArchive:
        draft.drawing.rewind(mark)
        raise
    except AGAIN:
        raise
    except Exception as error:  # noqa: BLE001  also a plan that panics is one caller's trouble alone
        draft.drawing.rewind(mark)
        case.planned, case.error = None, error
