"""The use cases that need the shop: products in, stock out, and no paid order missed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from fulfillment.assortment import Pulled
from fulfillment.clock import Clock
from fulfillment.group import Door
from fulfillment.importing import Watch, unwatched
from fulfillment.model import Policy
from fulfillment.pushing import Pusher
from fulfillment.record import ShopRecord
from fulfillment.recording import Recorder
from fulfillment.shelves import Available
from fulfillment.trade import Pushed, Trade


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
        self._door, self._trade, self._clock, self._deadline_s = door, trade, clock, deadline_s
        self._pusher = Pusher(door, trade, policy, available, now, clock)
        self._recorder = Recorder(door, trade, self._pusher, now)

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
        return self._pusher.run(dry_run=dry_run, code=code, fix=fix, until=self._until(patience_s))

    def after_order(self, until: float) -> None:
        """See Pusher.after_order."""
        self._pusher.after_order(until)

    def snapshot(self, *, patience_s: float | None = None) -> ShopRecord:
        """See Recorder.snapshot."""
        return self._recorder.snapshot(self._until(patience_s))

    def restore(
        self, record: ShopRecord | None, *, code: str = "", patience_s: float | None = None
    ) -> Pushed:
        """See Recorder.restore."""
        return self._recorder.restore(record, code=code, until=self._until(patience_s))
