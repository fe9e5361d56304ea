"""The promises, after every step of whatever a shop may do; seen to fail with the guards taken out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
)

from fulfillment.allocation import plan_order
from fulfillment.answers import Plan
from fulfillment.catalogue import CatalogueRow
from fulfillment.errors import NotPossible
from fulfillment.model import KeyEvent, Order, Reply
from fulfillment.release import plan_clear, plan_release
from fulfillment.replacement import plan_replace
from fulfillment.workbook import Changes, Draft
from tests.unit import bookkeeper
from tests.unit.shop import FULL_EITHER_WAY, LEVELS, POLICY, Shop, an_order

IDS = ("1", "2", "3", "4")
SKUS = ("one", "two", "three", "four")
SINGLES = (*((sku,) for sku in SKUS), *pairwise(SKUS), ("one", ": a tip"))
CELLS = (
    "P-A-FULL",
    "P-A-FULL",
    "P-B-FULL",
    "P-A-EXAM",
    "Q-A-FULL",
    "P-A-FULL,P-A-FULL",
    "P-A-FULL,P-B-FULL",
    "P-B-FULL, q-a-full",
    "P-NSBK_B-A-FULL",
    "P-A-B-FULL",
    "",
    "P-A",
    "P-A-GOLD",
)
PRODUCT_CODES = ("A", "A", "B", "A-B", "NSBK_A-B", "NSBK_B-A")

OPENING = (
    ("CANADA", "P", "A", "combined", "K900", "3"),
    ("CANADA", "P", "A", "combined", "K901", "1"),
    ("CANADA", "P", "B", "combined", "K902", "2"),
    ("CANADA", "P", "NSBK_A-B", "combined", "K903", "2"),
    ("CANADA", "P", "A", "content", "K904", "2"),
    ("CANADA", "P", "A", "exam", "K905", "3"),
    ("CANADA", "Q", "A", "combined", "K906", "2"),
    ("US", "P", "A", "combined", "K907", "2"),
)

key_rows = st.tuples(
    st.sampled_from(("CANADA", "CANADA", "CANADA", "US")),
    st.sampled_from("PPPQ"),
    st.sampled_from(PRODUCT_CODES),
    st.sampled_from(("combined", "combined", "combined", "content", "exam")),
    st.integers(1, 150).map("K{:02}".format),
    st.integers(1, 3).map(str),
)
lines = st.one_of(
    st.sampled_from(SKUS),
    st.sampled_from(SKUS),
    st.tuples(st.sampled_from(SKUS), st.integers(0, 3)).map(lambda pair: f"{pair[0]} x{pair[1]}"),
    st.sampled_from((*SKUS, "never sold", ": a tip")),
)
several_lines = st.one_of(
    st.lists(lines, min_size=1, max_size=2),
    st.lists(lines, min_size=1, max_size=2),
    st.lists(lines, max_size=4),
)
emails = st.sampled_from(("a@b.ca", "c@d.ca", "nonsense"))
regions = st.sampled_from(("", "", "", "", "CANADA", "US"))
posts = st.builds(
    lambda order_id, asked, email, region: an_order(order_id, *asked, email=email, region=region),
    st.sampled_from(IDS),
    several_lines,
    emails,
    regions,
)


class AShop(RuleBasedStateMachine):
    """A small shop, whose every step is checked by the bookkeeper, the audit and a cold start."""

    posted: Bundle[Order] = Bundle("posted")

    @initialize(
        failed_orders=st.sampled_from(("hold", "retry")),
        levels=st.sampled_from((LEVELS, FULL_EITHER_WAY)),
        opening=st.permutations(OPENING),
        cells=st.lists(st.sampled_from(CELLS[:10]), min_size=4, max_size=4),
    )
    def open(
        self, failed_orders: str, levels: object, opening: list[tuple[str, ...]], cells: list[str]
    ) -> None:
        self.shop = Shop(replace(POLICY, failed_orders=failed_orders, levels=levels))  # type: ignore[arg-type]
        self.told: dict[str, Reply] = {}
        self.shop.paste(*opening)
        for sku, cell in zip(SKUS, cells, strict=True):
            self.shop.sell(sku, cell)

    # what customers do

    @rule(target=posted, orders=st.lists(posts, min_size=1, max_size=3))
    def post(self, orders: list[Order]) -> object:
        self._post(*orders)
        return multiple(*orders)

    @rule(target=posted, order_id=st.sampled_from(IDS), skus=st.sampled_from(SINGLES))
    def post_one(self, order_id: str, skus: tuple[str, ...]) -> Order:
        order = an_order(order_id, *skus)
        self._post(order)
        return order

    @rule(target=posted, order_id=st.sampled_from(IDS), skus=st.sampled_from(SINGLES))
    def post_another(self, order_id: str, skus: tuple[str, ...]) -> Order:
        return self.post_one(order_id, skus)

    @rule(order=posted)
    def post_again(self, order: Order) -> None:
        self._post(order)

    def _post(self, *orders: Order) -> None:
        had_seats = {row.order_id for row in self.shop.assignments}
        for order, reply in zip(orders, self.shop.orders(*orders), strict=True):
            assert isinstance(reply, Reply)
            before = self.told.get(order.order_id)
            if before is not None and before.answer.outcome in ("fulfilled", "skipped", "released", "closed"):
                assert reply.replayed
                assert reply.answer.keys == before.answer.keys
                assert reply.keys == before.keys
            elif order.order_id not in had_seats and reply.answer.outcome == "fulfilled":
                self._check_it_is_whole(order, reply)
            self.told[order.order_id] = reply

    def _check_it_is_whole(self, order: Order, reply: Reply) -> None:
        """Every piece of every AUTO line has a seat for each of its entitlements."""
        wanted = Counter(
            cell.strip().upper()
            for line in order.lines
            if line.sku
            and line.quantity
            and not (product := self.shop.snapshot.catalogue[line.sku]).is_external
            for cell in product.entitlements.split(",") * line.quantity
        )
        if reply.replayed or wanted.total() == 0:
            return
        given = Counter(
            served for key in reply.keys for served in key.entitlements.split(",") if is_first_of_way(key)
        )
        assert given == wanted

    @precondition(lambda self: self.shop.answers)
    @rule(data=st.data(), count=st.integers(2, 5))
    def do_several_things_at_once(self, data: st.DataObject, count: int) -> None:
        """One commit carries what several callers ask for together, about the same orders even."""
        self.shop.at_once(*(self._operation(data) for _ in range(count)))
        self.told.clear()

    def _operation(self, data: st.DataObject) -> Callable[[Draft], Plan[Any]]:
        now, policy, order_id = self.shop.now, self.shop.policy, self._seen(data)
        what = data.draw(
            st.sampled_from(("post", "post", "post again", "release", "piece", "clear", "replace"))
        )
        if what.startswith("post"):
            order = data.draw(posts) if what == "post" else an_order(order_id, "one")
            return lambda draft: plan_order(draft, order, policy=policy, now=now, by="")
        if what == "clear":
            return lambda draft: plan_clear(draft, order_id, policy=policy, now=now, by="")
        held = self.shop.held(order_id)
        unit, keycode = data.draw(st.sampled_from(held)) if held else ("", "")
        if what == "replace":
            return lambda draft: plan_replace(draft, order_id, keycode, now=now, by="")
        units = unit.split("+") if what == "piece" and unit else []
        return lambda draft: plan_release(draft, order_id, units=units, now=now, by="")

    # what operators do

    def _holders(self) -> list[str]:
        return [order_id for order_id, file in self.shop.snapshot.orders.items() if file.holdings]

    def _seen(self, data: st.DataObject) -> str:
        """An order that was seen; mostly one that holds seats."""
        return data.draw(st.sampled_from([*self.shop.snapshot.orders, *self._holders() * 3]))

    @precondition(lambda self: self.shop.answers)
    @rule(data=st.data(), quarantine=st.booleans())
    def release(self, data: st.DataObject, quarantine: bool) -> None:
        order_id = self._seen(data)
        self._release(order_id, quarantine=quarantine)
        assert not self.shop.held(order_id)
        assert self.shop.release(order_id).released == 0

    @precondition(lambda self: self._holders())
    @rule(data=st.data())
    def release_a_sku(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(self._holders()))
        self._release(order_id, sku=data.draw(st.sampled_from(SKUS)))

    @precondition(lambda self: self._holders())
    @rule(data=st.data(), quarantine=st.booleans())
    def release_a_piece(self, data: st.DataObject, quarantine: bool) -> None:
        order_id = data.draw(st.sampled_from(self._holders()))
        seat = data.draw(st.sampled_from(self.shop.snapshot.file(order_id).holdings))
        self._release(order_id, units=[data.draw(st.sampled_from(seat.units))], quarantine=quarantine)

    def _release(self, order_id: str, **what: object) -> None:
        before = len(self.shop.held(order_id))
        try:
            released = self.shop.release(order_id, **what)  # type: ignore[arg-type]
        except NotPossible:
            assert len(self.shop.held(order_id)) == before
            return
        assert before - len(self.shop.held(order_id)) == released.released
        self.told.pop(order_id, None)
        if released.released:
            self._look(order_id)

    @precondition(lambda self: self.shop.answers)
    @rule(data=st.data())
    def clear(self, data: st.DataObject) -> None:
        self._clear(self._seen(data))

    def _clear(self, order_id: str) -> None:
        held = self.shop.held(order_id)
        self.shop.clear(order_id)
        assert self.shop.held(order_id) == held
        self.told.pop(order_id, None)

    @precondition(lambda self: self._holders())
    @rule(data=st.data(), asked=several_lines, region=regions)
    def clear_and_post_other_lines(self, data: st.DataObject, asked: list[str], region: str) -> None:
        order_id = data.draw(st.sampled_from(self._holders()))
        held = Counter(self.shop.held(order_id))
        self._clear(order_id)
        self._post(an_order(order_id, *asked, region=region))
        assert held <= Counter(self.shop.held(order_id))

    @precondition(lambda self: self._holders())
    @rule(data=st.data())
    def clear_and_post_the_same(self, data: st.DataObject) -> None:
        """Each piece gets exactly the seats that it holds, and what was released stays released."""
        order_id = data.draw(st.sampled_from(self._holders()))
        answer = self.shop.snapshot.file(order_id).answer
        if answer is None or answer.outcome != "fulfilled" or "kept" in answer.read_details():
            return
        held = Counter(self.shop.held(order_id))
        self._clear(order_id)
        asked = [f"{item.sku} x{item.quantity}" for item in answer.read_items() if item.sku]
        self._post(an_order(order_id, *asked, region=answer.region))
        assert Counter((key.unit, key.keycode) for key in self.told[order_id].keys) == held

    @precondition(lambda self: self._holders())
    @rule(data=st.data())
    def replace(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(self._holders()))
        unit, keycode = data.draw(st.sampled_from(self.shop.held(order_id)))
        before = Counter(unit for unit, _ in self.shop.held(order_id))
        try:
            reply = self.shop.replace(order_id, keycode).reply
        except NotPossible:
            return
        held = self.shop.held(order_id)
        assert Counter(unit for unit, _ in held) == before
        assert keycode not in [code for other, code in held if other == unit]
        self.told[order_id] = reply

    @rule(order_id=st.sampled_from(IDS), certain=st.integers(0, 3))
    def close(self, order_id: str, certain: int) -> None:
        if certain < 3:
            return
        try:
            self.shop.close(order_id)
        except NotPossible:
            assert self.shop.held(order_id)
            return
        self.told.pop(order_id, None)

    @precondition(lambda self: self._holders())
    @rule(data=st.data())
    def deliver(self, data: st.DataObject) -> None:
        order_id = data.draw(st.sampled_from(self._holders()))
        try:
            self.shop.delivered(order_id)
        except NotPossible:
            return
        self._look(order_id)

    def _look(self, order_id: str) -> None:
        """Remember what the order is told from now on; its keys may only be those that it still holds."""
        answer = self.shop.snapshot.file(order_id).answer
        assert answer is not None
        assert {tuple(key) for key in json.loads(answer.keys)} <= set(self.shop.held(order_id))

    # what the stock and the catalogue do

    @rule(rows=st.lists(key_rows, min_size=1, max_size=4))
    def import_keys(self, rows: list[tuple[str, ...]]) -> None:
        self.shop.paste(*rows)

    @precondition(lambda self: self.shop.events)
    @rule(data=st.data())
    def withdraw_free_seats(self, data: st.DataObject) -> None:
        event = data.draw(st.sampled_from(self.shop.events))
        free = list(self.shop.snapshot.pools.queue(event.pool)).count(event.keycode)
        if free:
            seats = data.draw(st.integers(1, free))
            gone = KeyEvent(self.shop.now.isoformat(), "withdrawn", "", *event.pool, event.keycode, seats)
            self.shop.commit(Changes(events=(gone,)))

    @rule(
        sku=st.sampled_from(SKUS),
        cell=st.sampled_from(CELLS),
        fulfillment=st.sampled_from(("AUTO", "AUTO", "auto", "EXTERNAL", "perhaps")),
        active=st.sampled_from(("TRUE", "TRUE", "FALSE")),
    )
    def change_a_product(self, sku: str, cell: str, fulfillment: str, active: str) -> None:
        self.shop.sell(sku, cell, fulfillment=fulfillment, active=active)

    @rule(sku=st.sampled_from(SKUS))
    def copy_a_row_of_the_catalogue(self, sku: str) -> None:
        rows = list(self.shop.rows.values())
        self.shop.publish(*rows, CatalogueRow(9, sku, entitlements="P-B-FULL", fulfillment="AUTO"))

    @rule(sku=st.sampled_from(SKUS))
    def drop_a_product(self, sku: str) -> None:
        if others := [row for row in self.shop.rows.values() if row.sku != sku]:
            self.shop.publish(*others)

    # what must hold all along

    @invariant()
    def the_promises_hold(self) -> None:
        bookkeeper.check_no_seat_is_given_twice(self.shop)
        bookkeeper.check_the_sums(self.shop)
        bookkeeper.check_orders_hold_what_they_were_told(self.shop)
        bookkeeper.check_turns(self.shop)
        bookkeeper.check_availability(self.shop)
        bookkeeper.check_a_cold_start_sees_the_same(self.shop)
        assert not (breaches := self.shop.audit()), breaches


def is_first_of_way(key: object) -> bool:
    """Of the two seats of the other way, counts one: each entitlement once."""
    level = key.entitlements.split(",")[0].rpartition("-")[2]  # type: ignore[attr-defined]
    return level != "FULL" or key.component != "exam"  # type: ignore[attr-defined]


AShop.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
TestAShop = AShop.TestCase
