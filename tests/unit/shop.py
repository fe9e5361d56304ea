"""A small shop with its books in memory: every operation is planned, numbered, and kept row by row.

Key codes, times and ids that do not matter are filled in, so that a test says only what it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from fulfillment.allocation import plan_order
from fulfillment.answers import Plan
from fulfillment.audit import Breach, audit
from fulfillment.availability import availability
from fulfillment.catalogue import CatalogueRow, Published, plan_publish
from fulfillment.closing import Closed, plan_close
from fulfillment.errors import FulfillmentError
from fulfillment.intake import Imported, plan_import
from fulfillment.mailing import Reported, Resent, plan_delivered, plan_resend
from fulfillment.model import (
    Answer,
    Assignment,
    KeyEvent,
    Levels,
    LineItem,
    Message,
    Order,
    Policy,
    Pool,
    Product,
    Reply,
    Way,
)
from fulfillment.outbox import messages_for
from fulfillment.pasting import Paste, PastedRow
from fulfillment.pools import stock_after
from fulfillment.ports import Books
from fulfillment.release import Cleared, Released, plan_clear, plan_release
from fulfillment.replacement import Replaced, plan_replace
from fulfillment.stocktake import InventoryRow, inventory
from fulfillment.waiting import Retried, plan_retry
from fulfillment.workbook import Changes, Draft, Snapshot, commits_of

OPENING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BY = "test"

WAYS: dict[str, tuple[Way, ...]] = {
    "FULL": (("combined",),),
    "CONTENT": (("content",),),
    "EXAM": (("exam",),),
}
EITHER_WAY: tuple[Way, ...] = (("combined",), ("content", "exam"))
LEVELS = Levels(WAYS)
FULL_EITHER_WAY = Levels({**WAYS, "FULL": EITHER_WAY})

POLICY = Policy(default_region="CANADA", levels=LEVELS, mode="live", test_recipient="test@shop.ca")

T = TypeVar("T")


def line(text: str) -> LineItem:
    """`CPT` is one piece of it, `CPT x3` are three; `: A tip` is a line without SKU."""
    text, _, title = text.partition(":")
    sku, _, quantity = text.strip().partition(" x")
    return LineItem(sku.strip(), int(quantity or 1), title.strip())


def an_order(
    order_id: str,
    *lines: str | LineItem,
    name: str = "",
    customer: str = "Ada B.",
    email: str = "ada@home.ca",
    region: str = "",
) -> Order:
    read = tuple(line(each) if isinstance(each, str) else each for each in lines)
    return Order(order_id, name or f"#{order_id}", customer, email, region, read)


def pasted(*rows: Sequence[str]) -> list[PastedRow]:
    """Rows as people paste them; one of a single text was pasted into one cell."""
    names = ("region", "provider", "product_code", "component", "keycode", "seats")
    return [PastedRow(n, dict(zip(names, row, strict=False))) for n, row in enumerate(rows, 2)]


def pool(
    product_code: str, component: str = "combined", provider: str = "NASM", region: str = "CANADA"
) -> Pool:
    return Pool(region, provider, product_code, component)


@dataclass
class Shop:
    """The books and the operations on them; `reply` and figures come back as the planners return them."""

    policy: Policy = POLICY
    now: datetime = OPENING
    snapshot: Snapshot = field(default_factory=Snapshot)
    events: list[KeyEvent] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    inventory: tuple[InventoryRow, ...] = ()
    live: tuple[Product, ...] = ()
    rows: dict[str, CatalogueRow] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    kinds: tuple[str, ...] = ()
    """The kinds of messages that somebody takes."""

    def commit(self, changes: Changes) -> None:
        """The rows stand in the books, the views are those that a commit writes, a minute has passed."""
        self.now += timedelta(minutes=1)
        if changes.is_nothing:
            return
        told = messages_for(self.snapshot, changes, kinds=self.kinds, now=self.now)
        changes = replace(changes, messages=told)
        version = self.snapshot.version + 1
        rows = changes.numbered(self.snapshot.last_no, version)
        stock = stock_after(self.snapshot.pools, rows.events, rows.assignments)
        self.snapshot.advance(rows, version)
        self.events += rows.events
        self.assignments += rows.assignments
        self.answers += rows.answers
        self.messages += rows.messages
        self.inventory = inventory(stock, self.policy, self.now)
        figures = availability(self.snapshot.catalogue, stock, self.policy)
        self.live = tuple(replace(p, available=figures[sku]) for sku, p in self.snapshot.catalogue.items())

    def do(self, plan: Plan[T]) -> T:
        self.commit(plan.changes)
        return plan.result

    # stock

    def keys(
        self,
        product_code: str,
        *codes: str,
        seats: int = 1,
        component: str = "combined",
        provider: str = "NASM",
        region: str = "CANADA",
    ) -> Imported:
        """Import these keys, oldest first."""
        return self.paste(*((region, provider, product_code, component, code, str(seats)) for code in codes))

    def paste(self, *rows: Sequence[str]) -> Imported:
        return self.do(plan_import(self.snapshot, Paste(pasted(*rows)), batch="b1", now=self.now, by=BY))

    def withdraw(self, product_code: str, keycode: str, seats: int = 1) -> None:
        at = pool(product_code)
        self.commit(Changes(events=(KeyEvent(self.now.isoformat(), "withdrawn", "b1", *at, keycode, seats),)))

    def free(self, product_code: str, component: str = "combined") -> list[str]:
        """Key codes of the free seats, oldest first."""
        return list(self.snapshot.pools.queue(pool(product_code, component)))

    def stock(self, product_code: str, component: str = "combined") -> tuple[int, int, int]:
        """(total, used, available) as Key Inventory shows them."""
        at = pool(product_code, component)
        (row,) = [row for row in self.inventory if Pool(*_place(row)) == at]
        return row.total, row.used, row.available

    # catalogue

    def sell(
        self, sku: str, entitlements: str = "", *, fulfillment: str = "AUTO", active: str = "TRUE"
    ) -> Published:
        """Put a product into the catalogue, or change it, and publish."""
        self.rows[sku] = CatalogueRow(
            len(self.rows) + 2, sku, f"The {sku} course", "Certification", entitlements, fulfillment, active
        )
        return self.publish(*self.rows.values())

    def publish(self, *rows: CatalogueRow) -> Published:
        return self.do(plan_publish(self.snapshot, rows, policy=self.policy, now=self.now))

    def available(self, sku: str) -> int | None:
        return next(product.available for product in self.live if product.sku == sku)

    # orders

    def order(self, order_id: str, *lines: str | LineItem, **fields: str) -> Reply:
        """Post an order; raises what refuses it."""
        (reply,) = self.orders(an_order(order_id, *lines, **fields))
        if isinstance(reply, FulfillmentError):
            raise reply
        return reply

    def orders(self, *orders: Order) -> list[Reply | FulfillmentError]:
        """Post a group of orders that one commit serves."""
        plans = planned_together(self.snapshot, orders, self.policy, self.now)
        self.commit(Changes.together([plan.changes for plan in plans if isinstance(plan, Plan)]))
        return [plan.result if isinstance(plan, Plan) else plan for plan in plans]

    def at_once(self, *operations: Callable[[Draft], Plan[T]]) -> list[T | FulfillmentError]:
        """Different operations that one commit carries, each seeing what the ones before it did."""
        draft, results, parts = self.snapshot.draft(), list[T | FulfillmentError](), list[Changes]()
        for operation in operations:
            mark = draft.drawing.mark()
            try:
                plan = operation(draft)
            except FulfillmentError as error:
                draft.drawing.rewind(mark)
                results.append(error)
            else:
                draft.advance(plan.changes)
                results.append(plan.result)
                parts.append(plan.changes)
        self.commit(Changes.together(parts))
        return results

    def release(
        self,
        order_id: str,
        *,
        sku: str = "",
        units: Sequence[str] = (),
        quarantine: bool = False,
    ) -> Released:
        plan = plan_release(
            self.snapshot.draft(), order_id, sku=sku, units=units, quarantine=quarantine, now=self.now, by=BY
        )
        return self.do(plan)

    def clear(self, order_id: str) -> Cleared:
        return self.do(plan_clear(self.snapshot.draft(), order_id, policy=self.policy, now=self.now, by=BY))

    def replace(self, order_id: str, keycode: str) -> Replaced:
        return self.do(plan_replace(self.snapshot.draft(), order_id, keycode, now=self.now, by=BY))

    def close(self, *order_ids: str, reason: str = "") -> Closed:
        plan = plan_close(
            self.snapshot.draft(), order_ids, reason=reason, policy=self.policy, now=self.now, by=BY
        )
        return self.do(plan)

    def delivered(self, order_id: str, mail: int | None = None) -> Reported:
        return self.do(plan_delivered(self.snapshot.draft(), order_id, mail=mail, now=self.now, by=BY))

    def resend(self, order_id: str, *, for_real: bool = False) -> Resent:
        plan = plan_resend(
            self.snapshot.draft(), order_id, for_real=for_real, policy=self.policy, now=self.now, by=BY
        )
        return self.do(plan)

    def retry_waiting(self, *, dry_run: bool = False) -> Retried:
        draft = self.snapshot.draft()
        return self.do(plan_retry(draft, policy=self.policy, dry_run=dry_run, now=self.now, by=BY))

    def held(self, order_id: str) -> list[tuple[str, str]]:
        """(unit, key code) of the seats that an order holds."""
        return [(row.unit, row.keycode) for row in self.snapshot.file(order_id).holdings]

    # the books

    def books(self) -> Books:
        return Books(
            self.snapshot.version,
            dict(self.snapshot.last_no),
            tuple(self.events),
            tuple(self.assignments),
            tuple(self.answers),
            self.live,
            self.inventory,
            messages=tuple(self.messages),
        )

    def audit(self) -> tuple[Breach, ...]:
        return audit(self.books(), self.policy, now=self.now)

    def rebuilt(self, *, reverse: bool = False) -> Snapshot:
        """The snapshot read anew from all rows, as a cold start does, in whatever order they are returned."""
        rows = [
            list(ledger)[:: -1 if reverse else 1] for ledger in (self.events, self.assignments, self.answers)
        ]
        snapshot = Snapshot()
        for version, changes in commits_of(*rows):  # type: ignore[arg-type]
            snapshot.advance(changes, version)
        snapshot.tell(self.messages)
        snapshot.advance(Changes(catalogue=self.live), self.snapshot.version)
        return snapshot


def _place(row: InventoryRow) -> tuple[str, str, str, str]:
    return row.region, row.provider, row.product_code, row.component


def a_shop(policy: Policy = POLICY, **policy_fields: object) -> Shop:
    """An empty shop under this policy."""
    return Shop(replace(policy, **policy_fields))  # type: ignore[arg-type]


def a_stocked_shop(codes: Iterable[str] = ("K1", "K2", "K3"), **policy_fields: object) -> Shop:
    """A shop that sells CPT and has these keys for it, one seat each."""
    shop = a_shop(**policy_fields)
    shop.keys("CPT", *codes)
    shop.sell("CPT", "NASM-CPT-FULL")
    return shop


def codes(reply: Reply) -> list[str]:
    return [key.keycode for key in reply.keys]


def planned_together(
    snapshot: Snapshot, orders: Sequence[Order], policy: Policy, now: datetime
) -> list[Plan[Reply] | FulfillmentError]:
    """The plans of orders that share a commit, each seeing what the ones before it took."""
    draft = snapshot.draft()
    plans: list[Plan[Reply] | FulfillmentError] = []
    for order in orders:
        mark = draft.drawing.mark()
        try:
            plan = plan_order(draft, order, policy=policy, now=now, by=BY)
        except FulfillmentError as error:
            draft.drawing.rewind(mark)
            plans.append(error)
        else:
            draft.advance(plan.changes)
            plans.append(plan)
    return plans
