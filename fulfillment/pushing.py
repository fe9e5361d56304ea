"""Stock out: the shop is given the quantities that the tabs say, and never before a person has seen them.

What is due is what the shop was last read to have and the tabs say otherwise. Nothing is kept of it: whoever
dies in the middle leaves it due, and the next push finds it again.

The order of a push matters. What the shop has is read first, then its orders, then the tabs; and each
quantity is set from what was read. So an order that is placed, or served by anybody, in between either is
already in what was counted, or makes the quantity stale, and it is read again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from fulfillment.answers import Plan
from fulfillment.catalogue import Problem
from fulfillment.clock import Clock
from fulfillment.errors import Busy, FulfillmentError, NotPossible, ShopRefused
from fulfillment.group import Door
from fulfillment.model import Policy
from fulfillment.record import Gate
from fulfillment.shelves import (
    AWAITED_FOR,
    Available,
    Move,
    Push,
    Shelves,
    Unfit,
    in_words,
    plan_push,
    plan_shelves,
)
from fulfillment.trade import Known, Pushed, Trade, Wares
from fulfillment.wares import Rejected, ShopOrder, Variant
from fulfillment.workbook import Draft

WARES_AGE_S = 6 * 3600.0
"""How old the list of the shop's variants may be: to read it costs as much as their stock. A SKU that moved
to another item is noticed, as the stock is read with its SKU."""

WARES_LACKING_AGE_S = 900.0
"""The same where a product of ours is not in it."""

GATE_AGE_S = 60.0
"""How old the permission to push may be after an order."""

AFTER_ORDER_S = 6.0
"""How long an order's answer may wait for its push; what is not done by then is due."""

PAUSE_S = 60.0
"""After the shop failed, orders leave the push to the refresh for so long."""

log = logging.getLogger("fulfillment")


class Pusher:
    """Pushes one at a time; whoever comes while a push is on its way is served by the next round of it."""

    def __init__(
        self,
        door: Door,
        trade: Trade,
        policy: Policy,
        available: Available,
        now: Callable[[], datetime],
        clock: Clock,
    ) -> None:
        self._door, self._trade, self._policy, self._available = door, trade, policy, available
        self._now, self._clock = now, clock
        self._known = Known()
        self.turn = threading.Lock()
        """Held by whoever changes the shop's stock."""
        self._guard = threading.Lock()
        self._is_wanted = self._is_pushing = False

    @property
    def is_paused(self) -> bool:
        """Has the shop just failed?"""
        return self._clock.now_s() < self._known.paused_until

    def run(self, *, dry_run: bool, code: str, fix: bool, anew: bool, until: float) -> Pushed:
        """All that is due is pushed, or is told with dry_run; `anew` reads what the shop sells once more.

        `code` confirms what a preview showed. Raises NotPossible where pushing is off, or the code is of
        another push; ShopAway, ShopRefused.
        """
        if self._trade.push == "off" and not dry_run:
            raise NotPossible("SHOPIFY_PUSH is off: set it to preview, then look at what a push would do.")
        with self._turn_until(until):
            push = self._all_due(until, age_s=0.0 if anew else WARES_AGE_S)
            push = push.with_fix() if fix else push
            if code:
                self._confirm(push, code)
            gate = self._gate(until)
            if dry_run or self._trade.push == "preview":
                return Pushed(push, advice=self._advice(push, gate), is_preview=True)
            if stopped := self._stopped(push, gate):
                return Pushed(push, advice=stopped)
            fixed = self._fixed(push, until) if fix else ()
            if fixed:
                push = self._all_due(until, age_s=WARES_AGE_S)
            return replace(self._pushed(push, until), fixed=fixed)

    @contextmanager
    def _turn_until(self, until: float) -> Iterator[None]:
        """`turn` is held. Raises Busy where another push takes longer than that."""
        if not self.turn.acquire(timeout=max(0.0, until - self._clock.now_s())):
            raise Busy("Another push is on its way.")
        try:
            yield
        finally:
            self.turn.release()

    def pause(self) -> None:
        """The shop has just failed: orders leave it alone for a while."""
        self._known.paused_until = self._clock.now_s() + PAUSE_S

    def after_order(self, until: float) -> None:
        """What this order changed has been pushed, or is due. Raises nothing: the order stands.

        0 requests where nothing is due, or somebody is pushing already: that one takes it along.
        """
        if self._trade.push != "on" or self.is_paused:
            return
        with self._guard:
            self._is_wanted = True
            if self._is_pushing:
                return
            self._is_pushing = True
        try:
            self._push_while_wanted(min(until, self._clock.now_s() + AFTER_ORDER_S))
        except Exception as error:  # noqa: BLE001  the order was served, whatever became of the push
            self._give_up(error)

    def _push_while_wanted(self, until: float) -> None:
        while self._takes_what_is_wanted(until):
            # a refresh may hold the turn for long while the shop is slow: no customer waits for that
            if not self.turn.acquire(timeout=max(0.0, until - self._clock.now_s())):
                continue  # time is up: what is due stays due
            try:
                push = self._due(self._changed(until), until)
                if push.moves and not self._stopped(push, self._gate(until, GATE_AGE_S)):
                    self._pushed(push, until)
            finally:
                self.turn.release()

    def _takes_what_is_wanted(self, until: float) -> bool:
        """False where nobody asked since, or no time is left: then the next order is its own pusher."""
        with self._guard:
            self._is_pushing = self._is_wanted and self._clock.now_s() < until
            self._is_wanted = False
            return self._is_pushing

    def _give_up(self, error: Exception) -> None:
        if not isinstance(error, Busy):  # that was the workbook
            self.pause()
        with self._guard:
            self._is_pushing = False
        said = str(error) if isinstance(error, FulfillmentError) else type(error).__name__
        log.warning("The push after an order is due again: %s", said)

    def _changed(self, until: float) -> list[str]:
        """The SKUs whose figures differ from what the shop was last read to have."""
        shelves = self._shelves((), until, recent=True).of.values()
        return [shelf.sku for shelf in shelves if self._known.is_due(shelf.sku, shelf.count)]

    def _all_due(self, until: float, *, age_s: float) -> Push:
        """What a push would do. 2 requests, and 1 for each 250 products; 1 read."""
        skus = [*self._shelves((), until, recent=True).of]
        return self._planned(skus, until, age_s=age_s, recent=False)

    def _due(self, skus: Sequence[str], until: float) -> Push:
        """What a push of these SKUs would do. 2 requests, mostly."""
        return self._planned(skus, until, age_s=WARES_AGE_S, recent=True) if skus else Push()

    def _planned(self, skus: Sequence[str], until: float, *, age_s: float, recent: bool) -> Push:
        shop = self._trade.shop
        wares = self._wares(skus, until, age_s)
        levels = shop.levels(wares.items(skus), until=until)
        if wares.is_outdated_by(levels, skus):
            wares = self._wares(skus, until, 0.0)
            levels = shop.levels(wares.items(skus), until=until)
        self._known.read(levels)
        orders = shop.orders(until=until, created_since=self._now() - AWAITED_FOR)
        place = f"{shop.name} {shop.location(until=until).location_id}"
        shelves = self._shelves(orders, until, recent=recent)
        return plan_push(shelves.only(skus), wares.of, levels, place=place, kept=len(shelves.of))

    def _shelves(self, orders: Collection[ShopOrder], until: float, *, recent: bool) -> Shelves:
        """What the shop is to have, as the tabs stand; `recent` takes what is known of them.

        0 reads then, but where other instances commit as well, and 1 otherwise.
        """

        def plan(draft: Draft) -> Plan[Shelves]:
            return Plan(
                plan_shelves(
                    draft.snapshot,
                    orders,
                    available=self._available,
                    policy=self._policy,
                    live_since=self._trade.live_since,
                    now=self._now(),
                )
            )

        return self._door.settle(plan, recent=recent, until=until)

    def _wares(self, skus: Collection[str], until: float, age_s: float) -> Wares:
        """The shop's variants. 1 request for each 250 where what is known is older, or lacks one of these."""
        known, began = self._known.wares, self._clock.now_s()
        missing_for_s = WARES_LACKING_AGE_S if any(sku not in known.of for sku in skus) else age_s
        if began - known.read_at >= min(age_s, missing_for_s):
            self.take(self._trade.shop.variants(until=until))
        return self._known.wares

    def take(self, variants: Sequence[Variant]) -> None:
        """Know what the shop sells, as was just read."""
        self._known.wares = Wares.by_sku(variants, self._clock.now_s())

    def _gate(self, until: float, age_s: float = 0.0) -> Gate:
        """What is on file. 1 read, where it is not known from lately."""
        known, now = self._known, self._clock.now_s()
        if now - known.gate_read_at >= age_s:
            tabs, name = self._trade.tabs, self._trade.shop.name
            known.gate = self._door.do_alone(lambda: tabs.gate(name), until=until)
            known.gate_read_at = now
        return known.gate

    def _confirm(self, push: Push, code: str) -> None:
        """Raises NotPossible where the code is of another push, or no snapshot is on file."""
        if code.strip().upper() != push.code:
            raise NotPossible(
                "This is not the code of what a push would do now: other products would go to zero. Look "
                f"again. {in_words(push)} The code is {push.code}."
            )
        tabs, name, at = self._trade.tabs, self._trade.shop.name, self._now()
        self._door.do_alone(lambda: tabs.confirm(name, push.code, at))

    def _advice(self, push: Push, gate: Gate) -> str:
        """What to do after a preview."""
        if not gate.snapshot:
            return gate.what_is_missing
        if not gate.has_seen(push.code, self._now()):
            return f"To confirm it: code {push.code}."
        pushed = "" if self._trade.push == "on" else " With SHOPIFY_PUSH=on it is pushed."
        return f"Confirmed with code {push.code}.{pushed}"

    def _stopped(self, push: Push, gate: Gate) -> str:
        """Why nothing may be pushed; empty where it may."""
        if not gate.is_open:
            return f"Nothing was pushed. {gate.what_is_missing}"
        if push.asks_first and not gate.has_seen(push.code, self._now()):
            return (
                "Nothing was pushed: so many products would go to zero at once that a person is asked first. "
                f"If that is right, push with code {push.code}."
            )
        return ""

    def _fixed(self, push: Push, until: float) -> tuple[Unfit, ...]:
        """What was unfit is stocked and counted at our location; what the shop refuses stays unfit."""
        return tuple(unfit for unfit in push.unfit if self._fix(unfit, until))

    def _fix(self, unfit: Unfit, until: float) -> bool:
        shop = self._trade.shop
        try:
            if not unfit.is_stocked:
                shop.stock(unfit.item, until=until)
            if not unfit.is_tracked:
                shop.track(unfit.item, until=until)
        except ShopRefused as error:
            log.warning("%s cannot be put right: %s", unfit.sku, error)
            return False
        return True

    def _pushed(self, push: Push, until: float) -> Pushed:
        """These moves made. What was stale is read again, once; what is stale again is due."""
        done, rejected = self.move(push.moves, until)
        stale = [move.sku for move, why in rejected if why.is_stale]
        if stale:
            again = self._due(stale, until)
            if not again.asks_first:
                more, still = self.move(again.moves, until)
                done, rejected = done + more, [*(r for r in rejected if not r[1].is_stale), *still]
        due = tuple(Problem(move.sku, why.why) for move, why in rejected)
        return Pushed(push, tuple(done), due)

    def move(self, moves: Sequence[Move], until: float) -> tuple[list[Move], list[tuple[Move, Rejected]]]:
        """The moves that the shop took, and those that it did not. For whoever holds `turn`."""
        for move in moves:  # until the shop has answered, nobody knows
            self._known.levels.pop(move.item, None)
        answered = self._trade.shop.set_available([move.quantity for move in moves], until=until)
        rejected = {each.item: each for each in answered}
        done = [move for move in moves if move.item not in rejected]
        self._known.levels.update({move.item: move.to for move in done})
        return done, [(move, rejected[move.item]) for move in moves if move.item in rejected]
