"""The use cases that need the shop: products in, stock out, and no paid order missed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from fulfillment.answers import Plan
from fulfillment.assortment import Pulled
from fulfillment.checklist import Ticks
from fulfillment.clock import Clock
from fulfillment.comparison import Compared
from fulfillment.drafting import Drafting
from fulfillment.errors import FulfillmentError
from fulfillment.group import Door
from fulfillment.importing import Watch, unwatched
from fulfillment.marks import Marked
from fulfillment.model import Order, Policy, Reply
from fulfillment.pushing import Pusher
from fulfillment.reconciling import Reconciler
from fulfillment.record import Gate, ShopRecord
from fulfillment.recording import Recorder
from fulfillment.shelves import Available
from fulfillment.trade import Pushed, Trade, stopped_push
from fulfillment.wares import Variant
from fulfillment.workbook import NOTHING, Changes, Draft

KNOWN_S = 2.0
"""How long an order waits to hear from the shop what it is, and then for being marked."""


log = logging.getLogger("fulfillment")


class Storefront:
    """One instance's use cases of the shop. Any thread.

    `patience_s` is how long the shop may take, None for the deadline of a request: somebody at a terminal
    can wait for an allowance that refills slowly.
    """

    def __init__(
        self,
        door: Door,
        trade: Trade,
        policy: Policy,
        available: Available,
        *,
        now: Callable[[], datetime],
        clock: Clock,
        deadline_s: float,
    ) -> None:
        self._door, self._trade, self._deadline_s = door, trade, deadline_s
        self._now, self._clock = now, clock
        self._pusher = Pusher(door, trade, policy, available, now, clock)
        self._drafting = Drafting(door, trade, policy, available, now)
        self._recorder = Recorder(door, trade, self._pusher, now)
        self._reconciler = Reconciler(door, trade, now, clock)

    def _until(self, patience_s: float | None) -> float:
        return self._clock.now_s() + (self._deadline_s if patience_s is None else patience_s)

    def pull(self, *, patience_s: float | None = None, watch: Watch = unwatched) -> Pulled:
        """NPTA Catalogue says what the shop sells. Raises ShopAway where that takes longer than allowed.

        1 request for each 250 variants, 1 read, 1 write for each 3,000 new products.
        """
        variants = self._trade.shop.variants(
            until=self._until(patience_s),
            watch=lambda count: watch(count, count, f"{count:,} read from the shop"),
        )
        self._pusher.take(variants)
        watch(len(variants), len(variants), "writing the catalogue")
        return self._door.do_alone(self._trade.tabs.pulling(variants))

    @property
    def pushes(self) -> bool:
        """Is the shop's stock looked after at all?"""
        return self._trade.push != "off"

    def push(
        self, *, dry_run: bool = False, code: str = "", fix: bool = False, patience_s: float | None = None
    ) -> Pushed:
        """See Pusher.run."""
        until = self._until(patience_s)
        return self._pusher.run(dry_run=dry_run, code=code, fix=fix, anew=True, until=until)

    def refresh_stock(self, *, by: str, until: float) -> Pushed:
        """The stock that is due pushed; where a person is asked first, an alarm is on its way."""
        until = min(until, self._until(None))
        done = self._pusher.run(dry_run=False, code="", fix=False, anew=False, until=until)
        if done.is_stopped:
            self._alarm(done, by, until)
        return done

    def _alarm(self, done: Pushed, by: str, until: float) -> None:
        message = stopped_push(done, now=self._now(), by=by)

        def plan(draft: Draft) -> Plan[None]:
            is_known = message.message_id in draft.snapshot.outbox.messages
            return Plan(None, NOTHING if is_known else Changes(messages=(message,)))

        self._door.settle(plan, recent=True, until=until)

    def known(self, order: Order) -> Order:
        """The order, with what the shop knows of it. 1 request; a shop that is away holds no order up."""
        if self._pusher.is_paused:
            return order
        try:
            is_test = self._trade.shop.is_test(order.order_id, until=self._clock.now_s() + KNOWN_S)
        except FulfillmentError as error:
            log.warning("Whether an order is a test is not known: %s", error)
            self._pusher.pause()
            return order
        return replace(order, is_test=is_test)

    def after_order(self, reply: Reply, until: float) -> None:
        """What this order changed in stock has been pushed, and it is marked; or both are due."""
        self._pusher.after_order(until)
        soon = min(until, self._clock.now_s() + KNOWN_S)
        if self._trade.marks_fulfilled and reply.answer.outcome == "fulfilled" and not self._pusher.is_paused:
            self._reconciler.mark_quietly(reply.answer.order_id, until=soon)

    def reconcile(
        self, since: datetime | None, *, by: str, patience_s: float | None = None
    ) -> tuple[Compared, ...]:
        """See Reconciler.compare."""
        return self._reconciler.compare(since, by=by, until=self._until(patience_s))

    def look_back(self, *, by: str, until: float) -> tuple[Compared, ...]:
        """See Reconciler.look_back."""
        return self._reconciler.look_back(by=by, until=min(until, self._until(None)))

    def mark(self, reference: str) -> Marked:
        """See Reconciler.mark."""
        return self._reconciler.mark(reference, until=self._until(None))

    def snapshot(self, *, patience_s: float | None = None) -> ShopRecord:
        """See Recorder.snapshot."""
        return self._recorder.snapshot(self._until(patience_s))

    def restore(
        self, record: ShopRecord | None, *, code: str = "", patience_s: float | None = None
    ) -> Pushed:
        """See Recorder.restore."""
        return self._recorder.restore(record, code=code, until=self._until(patience_s))

    def variants(self, *, patience_s: float) -> list[Variant]:
        """Everything that the shop has. 1 request for each 250."""
        return self._trade.shop.variants(until=self._until(patience_s))

    def gate(self) -> Gate:
        """What is on file of the shop. 1 read."""
        return self._door.do_alone(lambda: self._trade.tabs.gate(self._trade.shop.name))

    def close(self) -> None:
        """Nothing is pushed any more, by any instance, from a minute on. 1 read, 1 write."""
        self._door.do_alone(lambda: self._trade.tabs.close(self._trade.shop.name))

    def make_draft(self, sku: str = "") -> str:
        """See Drafting.make."""
        return self._drafting.make(sku, until=self._until(None))

    def draft_id(self) -> str:
        """The id of the newest draft order's, empty where there is none. 1 request."""
        newest = self._drafting.newest(until=self._until(None))
        return newest.order_id if newest else ""

    def draft_ticks(self) -> Ticks | None:
        """See Drafting.ticks."""
        return self._drafting.ticks(until=self._until(None))

    @property
    def terms(self) -> Trade:
        """How far the exchange goes."""
        return self._trade
