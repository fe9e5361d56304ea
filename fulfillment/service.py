"""The use cases: read, plan, commit; and the look-again loop that makes every retry the same code path."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import tenacity

from fulfillment.allocation import plan_orders, stock_now
from fulfillment.answers import Plan, reply_to
from fulfillment.audit import Breach, audit
from fulfillment.catalogue import Published, availability, plan_publish
from fulfillment.errors import Busy, FulfillmentError, GoogleAway, LookAgain, QuotaSpent, Refused
from fulfillment.model import GivenKey, Order, Policy, Reply
from fulfillment.pools import stock_after
from fulfillment.ports import Store, Views
from fulfillment.release import (
    Cleared,
    Closed,
    Released,
    find_order,
    known,
    plan_clear,
    plan_close,
    plan_delivered,
    plan_release,
    plan_replace,
)
from fulfillment.stocktake import Imported, InventoryRow, PastedRow, inventory, plan_import
from fulfillment.story import Event, story, what_next
from fulfillment.workbook import Changes, Snapshot

VIEW_AGE_S = 60.0
"""A view older than this is looked at again before it is committed on: its stamps live longer."""

WAIT = tenacity.wait_random_exponential(multiplier=0.1, max=2)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell of an order."""

    order_id: str
    outcome: str
    keys: tuple[GivenKey, ...]
    story: tuple[Event, ...]
    next: str


class Service:
    """One instance's use cases. Threads may call it together; they take turns at the workbook."""

    def __init__(
        self, store: Store, policy: Policy, *, now: Callable[[], datetime], deadline_s: float
    ) -> None:
        self._store = store
        self._policy = policy
        self._now = now
        self._deadline_s = deadline_s
        self._turn = threading.Lock()

    def fulfil(self, order: Order, *, by: str) -> Reply:
        """The order's answer, as it stands in the spreadsheet. 1 write for a new one, 1 read for a replay."""

        def plan(snapshot: Snapshot) -> Plan[Reply]:
            (planned,) = plan_orders(snapshot, [order], policy=self._policy, now=self._now(), by=by)
            if isinstance(planned, FulfillmentError):
                raise planned
            return planned

        return self._settle(plan)

    def release(
        self, reference: str, *, sku: str, units: Sequence[str], quarantine: bool, reason: str, by: str
    ) -> Released:
        """Seats given back to stock."""
        return self._settle(
            lambda snapshot: plan_release(
                snapshot,
                find_order(snapshot, reference),
                sku=sku,
                units=units,
                quarantine=quarantine,
                reason=reason,
                now=self._now(),
                by=by,
            )
        )

    def clear(self, reference: str, *, by: str) -> Cleared:
        """The answer forgotten, not the keys."""
        return self._settle(
            lambda snapshot: plan_clear(
                snapshot, find_order(snapshot, reference), policy=self._policy, now=self._now(), by=by
            )
        )

    def replace(self, reference: str, keycode: str, *, by: str) -> Reply:
        """Another key for one that the order holds."""
        return self._settle(
            lambda snapshot: plan_replace(
                snapshot, find_order(snapshot, reference), keycode, now=self._now(), by=by
            )
        )

    def close(self, references: Sequence[str], *, reason: str, by: str) -> Closed:
        """Orders recorded as served by hand."""
        return self._settle(
            lambda snapshot: plan_close(
                snapshot,
                [find_order(snapshot, reference) for reference in references],
                reason=reason,
                policy=self._policy,
                now=self._now(),
                by=by,
            )
        )

    def delivered(self, reference: str, *, by: str) -> str:
        """The order's mail recorded as sent."""
        return self._settle(
            lambda snapshot: plan_delivered(snapshot, find_order(snapshot, reference), now=self._now(), by=by)
        )

    def status(self, reference: str) -> Told:
        """The story of an order. 1 read. Raises UnknownOrder."""

        def plan(snapshot: Snapshot) -> Plan[Told]:
            order_id = find_order(snapshot, reference)
            file, answer = known(snapshot, order_id)
            keys = reply_to(file).keys
            stock = stock_now(snapshot.draft(), answer, self._policy) if answer.outcome == "failed" else ""
            return Plan(Told(order_id, answer.outcome, keys, story(file), what_next(file, stock)))

        return self._settle(plan)

    def publish(self, *, dry_run: bool = False) -> Published:
        """NPTA Catalogue checked and published. 1 read, 1 write where anything changed."""

        def plan(snapshot: Snapshot) -> Plan[Published]:
            rows = self._store.read_catalogue()
            return plan_publish(snapshot, rows, policy=self._policy, now=self._now())

        return self._settle(plan, dry_run=dry_run)

    def import_keys(
        self, rows: Sequence[Mapping[str, str]] | None, *, dry_run: bool = False, by: str
    ) -> Imported:
        """Keys taken into stock: these rows, or those of the tab (None), which then leave it.

        1 write for rows handed over; 2 reads and 2 writes for the tab.
        """
        given = None if rows is None else [PastedRow(number, cells) for number, cells in enumerate(rows, 1)]
        read: list[PastedRow] = []

        def plan(snapshot: Snapshot) -> Plan[Imported]:
            read[:] = self._store.read_import_tab() if given is None else given
            now = self._now()
            return plan_import(snapshot, read, batch=f"{now:%Y%m%d-%H%M%S}", now=now, by=by)

        imported = self._settle(plan, dry_run=dry_run)
        if given is None and not dry_run:
            with self._at_the_workbook(time.monotonic() + self._deadline_s):
                self._store.settle_import_tab(read, imported.rows)
        return imported

    def refresh(self) -> tuple[InventoryRow, ...]:
        """Everything read, the views rebuilt. 2 reads, 1 write."""

        def plan(snapshot: Snapshot) -> Plan[tuple[InventoryRow, ...]]:
            views = views_after(snapshot, Changes(), self._policy, self._now())
            return Plan(views.inventory, Changes(views=True))

        return self._settle(plan, whole=True)

    def audit(self) -> tuple[Breach, ...]:
        """Every breach of the promises that the tabs show. 1 read, 2 where something is found.

        One read may be torn by a commit that falls into it: a breach counts when a second read shows it too.
        """
        with self._at_the_workbook(time.monotonic() + self._deadline_s):
            breaches = audit(self._store.read_books(), self._policy)
            return breaches and audit(self._store.read_books(), self._policy)

    def check(self) -> int:
        """The workbook's version, which is seen by a look. 1 read."""
        return self._settle(lambda snapshot: Plan(snapshot.version))

    def _settle(
        self, plan: Callable[[Snapshot], Plan[T]], *, dry_run: bool = False, whole: bool = False
    ) -> T:
        """The plan's result, once its changes stand in the spreadsheet. Looks and plans again as needed.

        Raises Busy when the deadline passes, and whatever the plan refuses.
        """
        arrived = time.monotonic()
        until = arrived + self._deadline_s
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type((LookAgain, GoogleAway, QuotaSpent)),
            wait=WAIT,
            stop=tenacity.stop_before_delay(self._deadline_s),
            reraise=True,
        )
        try:
            result: T = retrying(self._once, plan, arrived, until, dry_run, whole)
            return result
        except LookAgain as error:
            raise Busy(f"It could not be settled in time ({error}); post it again.") from error

    def _once(
        self, plan: Callable[[Snapshot], Plan[T]], arrived: float, until: float, dry_run: bool, whole: bool
    ) -> T:
        """Plan on what is known; what would change nothing is told only from a look taken since `arrived`."""
        with self._at_the_workbook(until):
            if whole:
                self._store.forget()
            snapshot = self._store.snapshot(looked_since=time.monotonic() - VIEW_AGE_S)
            try:
                planned = plan(snapshot)
            except Refused:
                planned = None
            if planned is None or planned.changes.is_nothing or dry_run:
                snapshot = self._store.snapshot(looked_since=arrived)
                planned = plan(snapshot)
            if not planned.changes.is_nothing and not dry_run:
                views = views_after(snapshot, planned.changes, self._policy, self._now())
                self._store.commit(planned.changes, views, until=until)
            return planned.result

    @contextmanager
    def _at_the_workbook(self, until: float) -> Iterator[None]:
        """This thread's turn; the store knows no other. Raises Busy when it does not come in time."""
        if not self._turn.acquire(timeout=max(0.0, until - time.monotonic())):
            raise Busy("Too many orders are waiting for their turn; post it again.")
        try:
            yield
        finally:
            self._turn.release()


def views_after(snapshot: Snapshot, changes: Changes, policy: Policy, now: datetime) -> Views:
    """The views as they are to stand once these changes do."""
    stock = stock_after(snapshot.pools, changes.events, changes.assignments)
    published = changes.catalogue
    products = snapshot.catalogue if published is None else {product.sku: product for product in published}
    return Views(inventory(stock, policy, now), availability(products, stock, policy))
